// checkpoints.hpp: what llama-server keeps on the host of contexts that cannot be cut back.
//
// A state cannot be cut back to an earlier token, and a sliding cache no longer has the cells for it: of models with
// either llama-server copies both from time to time, for each slot (--ctx-checkpoints, --checkpoint-min-step).
// Source: what llama-server's help says of both options. No run was recorded: the count is an upper bound.
#pragma once

#include <algorithm>
#include <cstddef>

#include "llmcalc/answer/terms.hpp"
#include "llmcalc/engines/llama_cpp/cache.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/model/state.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc::llama_cpp {

// Bytes of one checkpoint: the states of one sequence, and the window that its sliding layers still have.
[[nodiscard]] inline double checkpointSize(const ModelSpec& model, const Runtime& runtime,
                                           const ComputeShape& shape) noexcept {
  // With --swa-full nothing is lost, so only states are copied.
  const CacheCells window{1.0, 0.0, std::min(shape.cells.full, model.slidingWindow)};
  double bytes = 0;
  std::size_t left = asCount(model.layerCount);
  for (std::size_t run = 0; left > 0; run = (run + 1) % asCount(model.runCount)) {
    const std::size_t count = std::min(left, asCount(model.runs[run].count));
    left -= count;
    const LayerGroup& g = model.groups[asCount(model.runs[run].group)];
    double layer = layerStateBytes(g, model.hiddenSize, 1.0);
    if (g.attention == Attention::sliding && !g.sharesCache && !runtime.swaFull) {
      layer += layerCacheBytes(g, runtime, window, shape.widestValues);
    }
    bytes += static_cast<double>(count) * layer;
  }
  return bytes;
}

// Bytes of all checkpoints that the slots may have: no more of each than its context has steps.
[[nodiscard]] inline double checkpointBytes(const ModelSpec& model, const Runtime& runtime,
                                            const ComputeShape& shape) noexcept {
  if (runtime.contextCheckpoints == 0.0) return 0.0;
  double count = runtime.contextCheckpoints;
  // Two more are allowed for those near the end of a prompt, which may be closer together than a step.
  if (runtime.checkpointStep > 0.0) {
    count = std::min(count, roundedUp(shape.cells.full / runtime.checkpointStep) + 2.0);
  }
  return runtime.sequences * count * checkpointSize(model, runtime, shape);
}

}  // namespace llmcalc::llama_cpp
