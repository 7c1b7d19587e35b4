// qwen35.hpp: the graphs of Qwen3.5, dense and with experts.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/qwen3next.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

struct Qwen35Graph : Qwen3NextGraph {
  static constexpr GraphOf kOf{Architecture::qwen35, 10, "qwen35"};

  static constexpr Replayed kReplayed = Replayed::exactly;

  // Queries and keys keep their order.
  [[nodiscard]] static constexpr double besideDeltaNet(const LayerGroup& /*group*/) noexcept { return 0.0; }
};

struct Qwen35MoeGraph : Qwen35Graph {
  static constexpr GraphOf kOf{Architecture::qwen35moe, 11, "qwen35moe"};

  static constexpr Replayed kReplayed = Replayed::seldom;

  // Recorded plans have a hidden vector more than those of the dense models, beside experts and beside scores.
  [[nodiscard]] static constexpr double besideExperts(const LayerGroup& /*group*/, const ComputeShape& shape,
                                                      const Runtime& /*runtime*/) noexcept {
    return shape.hidden;
  }
  [[nodiscard]] static constexpr double besideScores(const ModelSpec& model, const LayerGroup& group,
                                                     const ComputeShape& shape) noexcept {
    return Qwen35Graph::besideScores(model, group, shape) + shape.hidden;
  }
};

}  // namespace llmcalc
