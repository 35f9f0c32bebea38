// Rows into positions, longest first, so that a step works on its first rows alone and no masked row costs anything.
#include "trace.h"
#include "failure.h"
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

void Trace::gatherInputs(const Shape& shape, const std::vector<Shard>& shards) {
  const size_t positions = size_t(numPositions());
  float* dense = shape.hasIds ? nullptr : inputs.reserve(positions * shape.inputs);
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
      } else {
        memcpy(dense + size_t(position) * shape.inputs, shard.inputs + place * shape.inputs,
               size_t(shape.inputs) * sizeof(float));
      }
    }
  }
}

} // namespace bridle
