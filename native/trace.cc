// Rows into positions, longest first, so that a step works on its first rows alone and no masked row costs anything.
#include "trace.h"
#include "failure.h"
#include "philox.h"
#include <algorithm>
#include <cstring>

namespace bridle {

void Trace::arrange() {
  std::stable_sort(rows.begin(), rows.end(), [](const TraceRow& a, const TraceRow& b) { return a.length > b.length; });
  offsets.assign(1, 0);
  const int steps = rows.empty() ? 0 : rows.front().length;
  size_t active = rows.size();
  for (int t = 0; t < steps; t++) {
    while (active > 0 && rows[active - 1].length <= t) active--;
    offsets.push_back(offsets.back() + int(active));
  }
}

void Trace::gatherInputs(const Shape& shape, const std::vector<Shard>& shards, const float* table) {
  const size_t positions = size_t(numPositions());
  const size_t size = size_t(shape.inputsOf(0));
  float* vectors = shape.isLookedUp(0) ? nullptr : inputs.reserve(positions * size);
  int32_t* names = shape.hasIds ? ids.reserve(positions) : nullptr;
  for (int t = 0; t + 1 < int(offsets.size()); t++) {
    for (int position = offsets[t]; position < offsets[t + 1]; position++) {
      const TraceRow& row = rows[position - offsets[t]];
      const Shard& shard = shards[row.shard];
      const size_t place = size_t(t) * shard.rows + row.row;
      if (shape.hasIds) {
        const int32_t id = shard.ids[place];
        if (id < 0 || id >= shape.inputs) refuseBatch("id", id, shape.inputs);
        names[position] = id;
        if (vectors) memcpy(vectors + position * size, table + id * size, size * sizeof(float));
      } else {
        memcpy(vectors + position * size, shard.inputs + place * size, size * sizeof(float));
      }
    }
  }
  if (shape.directions == 1) return;
  if (!vectors) {
    int32_t* turnedIds = reversedIds.reserve(positions);
    forEachTurned([&](size_t position, size_t turned) { turnedIds[turned] = names[position]; });
    return;
  }
  float* turnedVectors = reversedInputs.reserve(positions * size);
  forEachTurned([&](size_t position, size_t turned) {
    memcpy(turnedVectors + turned * size, vectors + position * size, size * sizeof(float));
  });
}

/** Where a shard keeps state `state` of a row in layer `layer`. */
static float* carriedState(const Shape& shape, const Shard& shard, int layer, int state, int row) {
  return shard.carried + ((size_t(layer) * shape.states() + state) * shard.rows + row) * shape.hidden;
}

void Trace::readCarried(const Shape& shape, const std::vector<Shard>& shards, int stride) {
  isCarried = !shards.empty() && shards.front().carried != nullptr;
  if (!isCarried) return;
  for (int layer = 0; layer < shape.layers; layer++) {
    for (int state = 0; state < shape.states(); state++) {
      float* initial = (state == 0 ? runs[layer].initialOutput : runs[layer].initialCell).zeros(rows.size() * stride);
      for (size_t i = 0; i < rows.size(); i++) {
        const float* from = carriedState(shape, shards[rows[i].shard], layer, state, rows[i].row);
        memcpy(initial + i * stride, from, size_t(shape.hidden) * sizeof(float));
      }
    }
  }
}

void Trace::writeCarried(const Shape& shape, const std::vector<Shard>& shards, int stride) const {
  if (!isCarried) return;
  for (int layer = 0; layer < shape.layers; layer++) {
    for (int state = 0; state < shape.states(); state++) {
      const float* values = (state == 0 ? runs[layer].output : runs[layer].cell).get();
      for (size_t i = 0; i < rows.size(); i++) {
        float* to = carriedState(shape, shards[rows[i].shard], layer, state, rows[i].row);
        memcpy(to, values + lastPosition(i) * stride, size_t(shape.hidden) * sizeof(float));
      }
    }
  }
}

void Trace::drawMasks(const Shape& shape, const std::vector<Shard>& shards, int stride) {
  const uint32_t threshold = uint32_t(shape.dropout * 4294967296.0);
  const float scale = float(1.0 / (1.0 - shape.dropout));
  for (int layer = 0; layer + 1 < shape.layers; layer++) {
    float* mask = joined[layer].mask.get();
    for (size_t i = 0; i < rows.size(); i++) {
      const Shard& shard = shards[rows[i].shard];
      const uint32_t* key = shard.dropoutKeys + (size_t(layer) * shard.rows + rows[i].row) * 2;
      uint32_t words[4];
      uint64_t drawn = 0;
      for (int step = 0; step < rows[i].length; step++) {
        float* at = mask + (size_t(offsets[step]) + i) * stride;
        for (int unit = 0; unit < shape.width(); unit++, drawn++) {
          if (drawn % 4 == 0) philox(key, drawn / 4, words);
          at[unit] = words[drawn % 4] < threshold ? 0.0f : scale;
        }
      }
    }
  }
}

} // namespace bridle
