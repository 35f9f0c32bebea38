// A team of threads that share work by number. Which thread does what never reaches a bit: each piece writes its own results.
#pragma once
#include <functional>
#if !defined(__wasm__)
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <vector>
#endif

namespace bridle {

#if defined(__wasm__)
/** WebAssembly computes on one thread: a team of one. */
class Team {
 public:
  explicit Team(int) {}

  void share(int pieces, const std::function<void(int, int)>& work) {
    for (int piece = 0; piece < pieces; piece++) work(piece, 0);
  }
};
#else
class Team {
 public:
  explicit Team(int size) : size_(size) {
    for (int i = 1; i < size; i++) threads.emplace_back([this, i] { serve(i); });
  }

  ~Team() {
    {
      std::lock_guard<std::mutex> lock(mutex);
      isEnding = true;
    }
    wake.notify_all();
    for (std::thread& thread : threads) thread.join();
  }

  int size() const { return size_; }

  /** Calls work(piece, member) for every piece below `pieces`; the calling thread is member 0. `work` must not throw. */
  void share(int pieces, const std::function<void(int, int)>& work) {
    next = 0;
    numPieces = pieces;
    job = &work;
    if (size_ > 1 && pieces > 1) {
      {
        std::lock_guard<std::mutex> lock(mutex);
        round++;
        busy = size_ - 1;
      }
      wake.notify_all();
    }
    takePieces(0);
    if (size_ > 1 && pieces > 1) {
      std::unique_lock<std::mutex> lock(mutex);
      finished.wait(lock, [this] { return busy == 0; });
    }
  }

 private:
  void takePieces(int member) {
    for (int piece = next++; piece < numPieces; piece = next++) (*job)(piece, member);
  }

  void serve(int member) {
    for (unsigned seen = 0;;) {
      {
        std::unique_lock<std::mutex> lock(mutex);
        wake.wait(lock, [&] { return isEnding || round != seen; });
        if (isEnding) return;
        seen = round;
      }
      takePieces(member);
      {
        std::lock_guard<std::mutex> lock(mutex);
        busy--;
      }
      finished.notify_one();
    }
  }

  const int size_;
  std::vector<std::thread> threads;
  std::mutex mutex;
  std::condition_variable wake, finished;
  std::atomic<int> next{0};
  int numPieces = 0;
  const std::function<void(int, int)>* job = nullptr;
  unsigned round = 0;
  int busy = 0;
  bool isEnding = false;
};
#endif

} // namespace bridle
