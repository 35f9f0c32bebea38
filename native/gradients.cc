// What each shard gives back: its loss, and gradients as sums over its positions, time step by time step and row by row, whatever
// threads and stacks its rows were computed in.
#include "network.h"
#include <algorithm>
#include <cstring>

namespace bridle {

void Network::findPlaces(const std::vector<Shard>& shards) {
  std::vector<std::vector<Place>> rows(shards.size()); // where each row of a shard lies
  for (size_t shard = 0; shard < shards.size(); shard++) rows[shard].resize(size_t(shards[shard].rows), Place{});
  for (const Trace& trace : traces) {
    for (size_t i = 0; i < trace.rows.size(); i++) {
      rows[trace.rows[i].shard][trace.rows[i].row] = {&trace, int(i), 0};
    }
  }
  places.resize(shards.size());
  for (size_t shard = 0; shard < shards.size(); shard++) {
    places[shard].clear();
    for (int step = 0; step < shards[shard].steps; step++) {
      for (int row = 0; row < shards[shard].rows; row++) {
        if (step >= shards[shard].lengths[row]) continue;
        places[shard].push_back({rows[shard][row].trace, rows[shard][row].row, step});
      }
    }
  }
}

bool Network::hasTarget(const Place& place) const {
  return shape_.isPerStep || place.trace->rows[place.row].length == place.step + 1;
}

int Network::targetOf(const Place& place) const { return shape_.isPerStep ? place.position() : place.row; }

Result Network::sumLosses(size_t shard) const {
  Result result{0, 0, 0};
  for (const Place& place : places[shard]) {
    if (!hasTarget(place)) continue;
    result.loss += place.trace->losses.get()[targetOf(place)];
    result.count += 1;
    result.correct += place.trace->isCorrect.get()[targetOf(place)];
  }
  return result;
}

/** All the memory that a member of the team will ask for: in a thread nobody could tell that there is none left. */
void Network::prepare(Desk& desk) const {
  size_t count = 0;
  for (const std::vector<Place>& ofShard : places) count = std::max(count, ofShard.size());
  for (std::vector<const float*>* rows : {&desk.gates, &desk.left, &desk.right}) rows->reserve(count);
  const int sums = shape_.gates() * shape_.hidden;
  size_t scratch = kernels.weightGradientScratch(shape_.outputs, shape_.width());
  for (int layer = 0; layer < shape_.layers; layer++) {
    scratch = std::max(scratch, kernels.weightGradientScratch(sums, shape_.inputsOf(layer) + shape_.hidden));
  }
  desk.scratch.reserve(scratch);
  if (shape_.isLookedUp(0)) desk.idSums.reserve(size_t(sums) * shape_.inputs);
}

/** The gradients of one direction of a layer, over its positions in the order in which it ran. */
void Network::runGradient(size_t shard, int run, Desk& desk, float* grads) const {
  const int layer = run / shape_.directions, direction = run % shape_.directions;
  desk.gates.clear();
  desk.left.clear();
  desk.right.clear();
  for (const Place& place : places[shard]) {
    const Trace& trace = *place.trace;
    const RunTrace& values = trace.runs[run];
    const size_t position = size_t(place.position());
    desk.gates.push_back(values.gates.get() + position * shape_.blocks() * hiddenStride);
    if (!shape_.isLookedUp(layer)) {
      const Inputs inputs = inputsOf(trace, layer, direction);
      desk.left.push_back(inputs.values + position * inputs.stride);
    }
    const size_t before = place.step > 0 ? size_t(trace.offsets[place.step - 1] + place.row) : 0;
    const float* start = trace.isCarried ? values.initialOutput.get() + size_t(place.row) * hiddenStride : zeros.get();
    desk.right.push_back(place.step > 0 ? values.output.get() + before * hiddenStride : start);
  }
  sumRun(shard, run, desk, grads);
  if (shape_.isLookedUp(layer)) idGradient(shard, run, desk, grads);
}

void Network::sumRun(size_t shard, int run, Desk& desk, float* grads) const {
  const RunOffsets& at = offsets[run];
  const int layer = run / shape_.directions, hidden = shape_.hidden;
  const int inputs = shape_.isLookedUp(layer) ? 0 : shape_.inputsOf(layer);
  const bool isGru = shape_.cell == Cell::gru;
  const int gates = isGru ? 2 : shape_.gates(); // whose two products are one sum
  WeightGradient work{int(places[shard].size()), desk.gates.data(), gates, hidden, hiddenStride,
                      desk.left.data(), inputs, desk.right.data(), hidden, grads + at.inputWeight,
                      grads + at.hiddenWeight, grads + at.inputBias, desk.scratch.get()};
  kernels.weightGradient(work);
  // z = ... + b_ih + b_hh: both have the same gradient.
  const size_t sums = size_t(gates) * hidden;
  memcpy(grads + at.hiddenBias, grads + at.inputBias, sums * sizeof(float));
  if (!isGru) return;
  // The candidate: block 2 goes with W_ih and b_ih, block 3 with W_hh and b_hh.
  work.numGates = 1;
  work.rightSize = 0;
  work.leftGrad = grads + at.inputWeight + sums * inputs;
  work.biasGrad = grads + at.inputBias + sums;
  for (const float*& block : desk.gates) block += 2 * size_t(hiddenStride);
  kernels.weightGradient(work);
  work.leftSize = 0;
  work.rightSize = hidden;
  work.rightGrad = grads + at.hiddenWeight + sums * hidden;
  work.biasGrad = grads + at.hiddenBias + sums;
  for (const float*& block : desk.gates) block += hiddenStride;
  kernels.weightGradient(work);
  for (const float*& block : desk.gates) block -= 3 * size_t(hiddenStride);
}

/** W_ih's gradient where inputs are ids: each position adds its gate gradients to its id's column. */
void Network::idGradient(size_t shard, int run, Desk& desk, float* grads) const {
  const int gates = shape_.gates(), hidden = shape_.hidden, vocabulary = shape_.inputs;
  const size_t row = size_t(gates) * hidden;
  float* sums = desk.idSums.zeros(row * vocabulary); // [vocabulary, gates * hidden]
  for (size_t i = 0; i < places[shard].size(); i++) {
    const Place& place = places[shard][i];
    const Memory<int32_t>& ids = run % shape_.directions == 0 ? place.trace->ids : place.trace->reversedIds;
    float* sum = sums + row * ids.get()[place.position()];
    for (int gate = 0; gate < gates; gate++) {
      const float* grad = desk.gates[i] + size_t(gate) * hiddenStride;
      for (int unit = 0; unit < hidden; unit++) sum[size_t(gate) * hidden + unit] += grad[unit];
    }
  }
  float* result = grads + offsets[run].inputWeight; // [gates * hidden, vocabulary]
  for (size_t i = 0; i < row; i++) {
    for (int id = 0; id < vocabulary; id++) result[i * vocabulary + id] = sums[id * row + i];
  }
}

/** Each position adds what the lowest layer gives back to its id's row. */
void Network::embeddingGradient(size_t shard, float* grads) const {
  const size_t size = size_t(shape_.embedding), stride = size_t(padded(shape_.embedding));
  memset(grads, 0, size * shape_.inputs * sizeof(float)); // [vocabulary, embedding], the first of all tensors
  for (const Place& place : places[shard]) {
    const size_t position = size_t(place.position());
    const float* grad = place.trace->nextGrad.get() + position * stride;
    float* sum = grads + size * place.trace->ids.get()[position];
    for (size_t i = 0; i < size; i++) sum[i] += grad[i];
  }
}

void Network::headGradient(size_t shard, Desk& desk, float* grads) const {
  const size_t outputStride = size_t(padded(shape_.outputs));
  desk.gates.clear();
  desk.right.clear();
  for (const Place& place : places[shard]) {
    if (!hasTarget(place)) continue;
    const size_t target = size_t(targetOf(place));
    const Trace& trace = *place.trace;
    const float* states = (shape_.directions == 2 ? trace.joined.back().values : trace.runs.back().output).get();
    const float* read = shape_.isPerStep ? states : trace.read.get();
    desk.gates.push_back(trace.outputs.get() + target * outputStride);
    desk.right.push_back(read + target * widthStride);
  }
  kernels.weightGradient({int(desk.gates.size()), desk.gates.data(), 1, shape_.outputs, shape_.outputs, nullptr, 0,
                          desk.right.data(), shape_.width(), nullptr, grads + headWeight, grads + headBias,
                          desk.scratch.get()});
}

} // namespace bridle
