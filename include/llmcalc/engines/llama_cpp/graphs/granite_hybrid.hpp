// granite_hybrid.hpp: the graph of Granite 4, Mamba 2 and attention in turn.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/common.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

struct GraniteHybridGraph : CommonGraph {
  static constexpr GraphOf kOf{Architecture::graniteHybrid, 7, "granitehybrid"};

  static constexpr bool kScalesEmbeddings = true;
  static constexpr Replayed kReplayed = Replayed::seldom;

  // The shared expert's vector is alive beside the experts'.
  [[nodiscard]] static constexpr double besideExperts(const LayerGroup& group, const ComputeShape& /*shape*/,
                                                      const Runtime& /*runtime*/) noexcept {
    return group.sharedExpertLength;
  }
  [[nodiscard]] static constexpr double besideLogits(const ModelSpec& /*model*/, const ComputeShape& shape,
                                                     const Runtime& /*runtime*/) noexcept {
    return shape.hidden;
  }
};

}  // namespace llmcalc
