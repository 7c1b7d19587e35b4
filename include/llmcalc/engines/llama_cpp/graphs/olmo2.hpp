// olmo2.hpp: the graph of OLMo 2 and 3.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/common.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

struct Olmo2Graph : CommonGraph {
  static constexpr GraphOf kOf{Architecture::olmo2, 9, "olmo2"};

  static constexpr bool kNormsAfter = true;
  static constexpr Replayed kReplayed = Replayed::seldom;

  // Recorded plans have a hidden vector beside the scores, however long the queries are.
  [[nodiscard]] static constexpr double besideScores(const ModelSpec& /*model*/, const LayerGroup& /*group*/,
                                                     const ComputeShape& shape) noexcept {
    return shape.hidden;
  }
};

}  // namespace llmcalc
