// qwen3next.hpp: the graph of Qwen3-Next, gated delta nets and gated attention in turn.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/common.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

struct Qwen3NextGraph : CommonGraph {
  static constexpr GraphOf kOf{Architecture::qwen3next, 12, "qwen3next"};

  static constexpr Replayed kReplayed = Replayed::atLeast;

  // The query matrix gives a gate too, as long as the queries, which waits until the scores have been used.
  [[nodiscard]] static constexpr double besideScores(const ModelSpec& /*model*/, const LayerGroup& group,
                                                     const ComputeShape& shape) noexcept {
    const double queries = group.headCount * group.keyLength;
    return (queries > shape.hidden ? 3.0 : 2.0) * queries;
  }
  // Queries and keys are reordered, which copies them.
  [[nodiscard]] static constexpr double besideDeltaNet(const LayerGroup& group) noexcept {
    return group.stateGroupCount * group.stateLength + group.innerLength;
  }
  [[nodiscard]] static constexpr double besideStage(const ComputeShape& shape) noexcept { return shape.hidden; }
};

// What the replay knows of the family's graphs by their delta nets, whatever the spec calls the architecture.
//
// Positions of a token: text has one, and images are read by time, height, width and a spare one (ggml_rope_multi).
[[nodiscard]] constexpr double positionsOfToken(bool deltaNets) noexcept { return deltaNets ? 4.0 : 1.0; }
// The shared expert's result is multiplied by a gate of one number per token (ffn_shared_expert_gated).
[[nodiscard]] constexpr bool gatesSharedExpert(bool deltaNets) noexcept { return deltaNets; }

}  // namespace llmcalc
