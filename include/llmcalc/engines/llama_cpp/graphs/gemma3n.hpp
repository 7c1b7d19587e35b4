// gemma3n.hpp: the graph of Gemma 3n, with AltUp and embeddings for each layer.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/common.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

struct Gemma3nGraph : CommonGraph {
  static constexpr GraphOf kOf{Architecture::gemma3n, 5, "gemma3n"};

  static constexpr Replayed kReplayed = Replayed::seldom;
  static constexpr bool kLoadsTiedHeadTwice = true;
  static constexpr bool kFreesBeforeLogits = true;
  // AltUp computes four hidden vectors for every token.
  static constexpr double kStreams = 4.0;
  // AltUp, LAuReL and the per-layer embeddings: a layer of Gemma 3n E4B takes an RX 7900 XT and an M4 Pro 0.17 ms
  // longer than other layers of its size.
  static constexpr double kSmallKernelLayers = 2.0;

  [[nodiscard]] static constexpr double inputs(const ComputeShape& shape) noexcept { return shape.hidden; }
  // AltUp's streams are alive beside the network.
  [[nodiscard]] static constexpr double besideFeedForward(const ModelSpec& /*model*/, const ComputeShape& shape,
                                                          const Runtime& /*runtime*/) noexcept {
    return 7.0 * shape.hidden;
  }
  [[nodiscard]] static constexpr double besideScores(const ModelSpec& /*model*/, const LayerGroup& /*group*/,
                                                     const ComputeShape& shape) noexcept {
    return 3.0 * shape.hidden;
  }
};

}  // namespace llmcalc
