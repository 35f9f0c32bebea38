// The kernels without Node, for a processor that is emulated: one call in from stdin, its numbers out on stdout, as
// test/unit/native/emulated-addon.ts writes and reads them. It trusts that file.
#include "failure.h"
#include "network.h"
#include <cstdio>
#include <cstdlib>
#include <vector>

namespace bridle {

void refuseBatch(const char* what, int64_t, int) {
  std::fprintf(stderr, "refused: %s\n", what);
  std::exit(2);
}
void refuseMemory() { std::exit(3); }

} // namespace bridle

namespace {

template <typename Value>
std::vector<Value> read(size_t count) {
  std::vector<Value> values(count);
  if (count > 0 && std::fread(values.data(), sizeof(Value), count, stdin) != count) std::exit(4);
  return values;
}

template <typename Value>
void write(const std::vector<Value>& values) {
  std::fwrite(values.data(), sizeof(Value), values.size(), stdout);
}

void runElementary() {
  const auto header = read<int32_t>(2); // function, count
  const auto input = read<float>(header[1]);
  std::vector<float> result(input.size());
  bridle::portable.elementary(header[0], input.data(), result.data(), input.size());
  write(result);
}

/** What a shard points into. */
struct Values {
  std::vector<int32_t> lengths, ids, classes;
  std::vector<float> inputs, values;
  std::vector<uint32_t> keys;
};

void runNetwork() {
  const auto header = read<int32_t>(13);
  const auto dropout = read<double>(1);
  const bridle::Shape shape{bridle::Cell(header[0]), header[1], header[2] != 0, header[3], header[4], header[5], header[6],
                            header[7], bridle::Loss(header[8]), header[9] != 0, dropout[0]};
  const int threads = header[10], numShards = header[11];
  const bool hasGrads = header[12] != 0;
  const auto params = read<float>(shape.numParams());
  std::vector<Values> held(numShards);
  std::vector<bridle::Shard> shards(numShards);
  for (int i = 0; i < numShards; i++) {
    Values& own = held[i];
    const auto size = read<int32_t>(2);
    const size_t rows = size[0], places = rows * size[1], targets = shape.isPerStep ? places : rows;
    own.lengths = read<int32_t>(rows);
    if (shape.hasIds) own.ids = read<int32_t>(places);
    else own.inputs = read<float>(places * shape.inputs);
    if (shape.loss == bridle::Loss::softmax) own.classes = read<int32_t>(targets);
    else own.values = read<float>(targets * shape.outputs);
    if (hasGrads && shape.dropout > 0) own.keys = read<uint32_t>((shape.layers - 1) * rows * 2);
    shards[i] = {size[0], size[1], own.lengths.data(), own.inputs.data(), own.ids.data(), own.classes.data(),
                 own.values.data(), own.keys.data(), nullptr};
  }
  bridle::Network network(shape, bridle::portable, threads);
  network.setParams(params.data());
  std::vector<std::vector<float>> grads(hasGrads ? numShards : 0, std::vector<float>(params.size()));
  std::vector<float*> places;
  for (auto& grad : grads) places.push_back(grad.data());
  std::vector<bridle::Result> results(numShards);
  network.run(shards, places, results.data());
  write(results);
  for (const auto& grad : grads) write(grad);
}

} // namespace

int main() {
  if (read<int32_t>(1)[0] == 1) runElementary();
  else runNetwork();
  return 0;
}
