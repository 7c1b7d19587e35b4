// command_r.hpp: the graphs of Command R and of Command R7B (cohere2).
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/common.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// Attention and feed-forward start from one norm, so each keeps its own input while the other is computed.
struct CommandRGraph : CommonGraph {
  static constexpr GraphOf kOf{Architecture::commandR, 1, "command-r"};

  static constexpr bool kIsParallel = true;
  static constexpr Replayed kReplayed = Replayed::seldom;

  [[nodiscard]] static constexpr double besideFeedForward(const ModelSpec& /*model*/, const ComputeShape& shape,
                                                          const Runtime& /*runtime*/) noexcept {
    return shape.cells.streams == 1.0 ? shape.hidden + 2.0 * shape.keys : 0.0;
  }
  [[nodiscard]] static constexpr double besideScores(const ModelSpec& /*model*/, const LayerGroup& group,
                                                     const ComputeShape& shape) noexcept {
    return 3.0 * group.feedForwardLength + shape.hidden / 4.0;
  }
  [[nodiscard]] static constexpr double besideLogits(const ModelSpec& /*model*/, const ComputeShape& shape,
                                                     const Runtime& /*runtime*/) noexcept {
    return shape.hidden;
  }
  // With what is beside the network of one stream it is two hidden vectors, too.
  [[nodiscard]] static constexpr double besideStage(const ComputeShape& shape) noexcept {
    return shape.cells.streams == 1.0 ? shape.hidden - 2.0 * shape.keys : 2.0 * shape.hidden;
  }
};

struct Cohere2Graph : CommandRGraph {
  static constexpr GraphOf kOf{Architecture::cohere2, 2, "cohere2"};

  // Layers that attend to all cells have no positions.
  [[nodiscard]] static constexpr bool rotates(const LayerGroup& group) noexcept {
    return group.attention == Attention::sliding;
  }
  [[nodiscard]] static constexpr double besideLogits(const ModelSpec& /*model*/, const ComputeShape& /*shape*/,
                                                     const Runtime& /*runtime*/) noexcept {
    return 0.0;
  }
  [[nodiscard]] static constexpr double besideStage(const ComputeShape& shape) noexcept { return 2.0 * shape.hidden; }
};

}  // namespace llmcalc
