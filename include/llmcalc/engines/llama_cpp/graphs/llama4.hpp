// llama4.hpp: the graph of Llama 4.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/common.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

struct Llama4Graph : CommonGraph {
  static constexpr GraphOf kOf{Architecture::llama4, 8, "llama4"};

  static constexpr bool kWeightsBeforeExperts = true;

  [[nodiscard]] static constexpr bool scalesFrequencies(const ModelSpec& /*model*/) noexcept { return true; }
  // Recorded plans with flash attention have a hidden vector beside experts and logits. Those without have none.
  [[nodiscard]] static constexpr double besideExperts(const LayerGroup& /*group*/, const ComputeShape& shape,
                                                      const Runtime& runtime) noexcept {
    return runtime.flashAttention ? shape.hidden : 0.0;
  }
  [[nodiscard]] static constexpr double besideLogits(const ModelSpec& /*model*/, const ComputeShape& shape,
                                                     const Runtime& runtime) noexcept {
    return runtime.flashAttention ? shape.hidden : 0.0;
  }
};

}  // namespace llmcalc
