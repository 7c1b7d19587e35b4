// deepseek2.hpp: the graph of DeepSeek V2 and V3, and of models converted to it.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/common.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

struct DeepSeek2Graph : CommonGraph {
  static constexpr GraphOf kOf{Architecture::deepseek2, 3, "deepseek2"};

  // Only models that do not compress queries keep a hidden vector.
  [[nodiscard]] static constexpr double besideLogits(const ModelSpec& model, const ComputeShape& shape,
                                                     const Runtime& /*runtime*/) noexcept {
    return model.groups[0].queryLoraRank == 0.0 ? shape.hidden : 0.0;
  }
  [[nodiscard]] static constexpr double besideStage(const ComputeShape& shape) noexcept { return 2.0 * shape.hidden; }
};

}  // namespace llmcalc
