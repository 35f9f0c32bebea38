// One run of a network: rows dealt to threads, layers forward, head and losses, layers back.
#include "network.h"
#include "flush_subnormals.h"
#include <algorithm>
#include <cstring>

namespace bridle {

Network::Network(const Shape& shape, const Kernels& kernels, int threads)
    : shape_(shape), kernels(kernels), hiddenStride(padded(shape.hidden)), widthStride(padded(shape.width())), team(threads),
      weights(shape.runs()), traces(threads), desks(threads) {
  const size_t sums = size_t(shape.gates()) * shape.hidden;
  size_t offset = size_t(shape.inputs) * shape.embedding;
  for (int run = 0; run < shape.runs(); run++) {
    const size_t hiddenWeight = offset + sums * shape.inputsOf(run / shape.directions);
    const size_t inputBias = hiddenWeight + sums * shape.hidden;
    offsets.push_back({offset, hiddenWeight, inputBias, inputBias + sums});
    offset = inputBias + 2 * sums;
  }
  headWeight = offset;
  headBias = offset + size_t(shape.outputs) * shape.width();
  zeros.zeros(size_t(std::max({hiddenStride, widthStride, padded(shape.outputs), padded(shape.embedding)})));
}

void Network::run(const std::vector<Shard>& shards, const std::vector<float*>& grads, Result* results) {
  const bool hasGrads = !grads.empty();
  dealRows(shards);
  for (Trace& trace : traces) prepare(trace, shards, hasGrads);
  findPlaces(shards);
  team.share(int(traces.size()), [&](int piece, int) {
    FlushSubnormals flush;
    forward(traces[piece]);
    computeLosses(traces[piece], shards);
    if (hasGrads) backward(traces[piece]);
  });
  for (size_t shard = 0; shard < shards.size(); shard++) results[shard] = sumLosses(shard);
  for (const Trace& trace : traces) trace.writeCarried(shape_, shards, hiddenStride);
  if (!hasGrads) return;
  for (Desk& desk : desks) prepare(desk);
  // A shard's gradients in pieces: one for each direction of each layer, the head, and the embedding, if there is one.
  const int runs = shape_.runs(), parts = runs + 1 + (shape_.embedding > 0 ? 1 : 0);
  team.share(parts * int(shards.size()), [&](int piece, int member) {
    FlushSubnormals flush;
    const size_t shard = size_t(piece) / parts;
    const int part = piece % parts;
    if (part < runs) runGradient(shard, part, desks[member], grads[shard]);
    else if (part == runs) headGradient(shard, desks[member], grads[shard]);
    else embeddingGradient(shard, grads[shard]);
  });
}

void Network::predict(const std::vector<Shard>& shards, float* outputs) {
  dealRows(shards);
  for (Trace& trace : traces) prepare(trace, shards, false);
  team.share(int(traces.size()), [&](int piece, int) {
    FlushSubnormals flush;
    forward(traces[piece]);
  });
  for (const Trace& trace : traces) {
    writeOutputs(trace, shards, outputs);
    trace.writeCarried(shape_, shards, hiddenStride);
  }
}

/** Rows of all shards, the longest first, in turn to the members of the team. */
void Network::dealRows(const std::vector<Shard>& shards) {
  std::vector<TraceRow> rows;
  for (size_t shard = 0; shard < shards.size(); shard++) {
    for (int row = 0; row < shards[shard].rows; row++) {
      if (shards[shard].lengths[row] > 0) rows.push_back({int(shard), row, shards[shard].lengths[row]});
    }
  }
  std::stable_sort(rows.begin(), rows.end(), [](const TraceRow& a, const TraceRow& b) { return a.length > b.length; });
  for (Trace& trace : traces) trace.rows.clear();
  for (size_t i = 0; i < rows.size(); i++) traces[i % traces.size()].rows.push_back(rows[i]);
}

/** Asks for all memory and checks all numbers, so that nothing can fail once threads are at work. */
void Network::prepare(Trace& trace, const std::vector<Shard>& shards, bool hasGrads) {
  trace.arrange();
  const size_t positions = size_t(trace.numPositions());
  const size_t blocks = size_t(shape_.blocks());
  const bool isLstm = shape_.cell == Cell::lstm;
  trace.runs.resize(size_t(shape_.runs()));
  for (RunTrace& run : trace.runs) {
    if (blocks > 1 || hasGrads) run.gates.reserve(positions * blocks * hiddenStride);
    run.output.reserve(positions * hiddenStride);
    if (!isLstm) continue;
    run.cell.reserve(positions * hiddenStride);
    run.cellTanh.reserve(positions * hiddenStride);
  }
  trace.tile.reserve(trace.rows.size() * blocks * kernels.tileColumns);
  trace.gatherInputs(shape_, shards, embedding.get());
  trace.readCarried(shape_, shards, hiddenStride);
  prepareJoined(trace, shards, hasGrads);
  readTargets(trace, shards);
  trace.outputs.reserve(size_t(trace.numTargets) * padded(shape_.outputs));
  if (!shape_.isPerStep) trace.read.reserve(size_t(trace.numTargets) * widthStride);
  if (!hasGrads) return;
  const bool isBoth = shape_.directions == 2;
  const bool givesBack = shape_.layers > 1 || shape_.embedding > 0 || isBoth;
  const size_t gradSize = positions * std::max(widthStride, padded(shape_.embedding));
  trace.outputGrad.reserve(gradSize);
  trace.nextGrad.reserve(givesBack ? gradSize : 1);
  trace.reverseOutputGrad.reserve(isBoth ? gradSize : 1);
  trace.reverseNextGrad.reserve(isBoth ? gradSize : 1);
  trace.readGrad.reserve(shape_.isPerStep ? 1 : size_t(trace.numTargets) * widthStride);
  trace.cellGrad.reserve(trace.rows.size() * hiddenStride);
}

void Network::prepareJoined(Trace& trace, const std::vector<Shard>& shards, bool hasGrads) {
  const size_t size = size_t(trace.numPositions()) * widthStride;
  trace.joined.resize(size_t(shape_.layers));
  trace.isMasked = hasGrads && shape_.dropout > 0;
  for (int layer = 0; layer < shape_.layers; layer++) {
    if (!isJoined(layer)) continue;
    trace.joined[layer].values.reserve(size);
    if (shape_.directions == 2) trace.joined[layer].reversed.reserve(size);
    if (trace.isMasked) trace.joined[layer].mask.reserve(size);
  }
  if (trace.isMasked) trace.drawMasks(shape_, shards, widthStride);
}

} // namespace bridle
