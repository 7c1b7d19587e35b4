// falcon_h1.hpp: the graph of Falcon-H1, whose layers have attention and Mamba 2 side by side.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/common.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/model/state.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

struct FalconH1Graph : CommonGraph {
  static constexpr GraphOf kOf{Architecture::falconH1, 4, "falcon-h1"};

  static constexpr Replayed kReplayed = Replayed::seldom;

  // Recorded plans have no convolution on the host.
  static constexpr bool kConvolvesOnHost = false;

  // The scan's vectors are alive beside the scores.
  [[nodiscard]] static constexpr double besideScores(const ModelSpec& /*model*/, const LayerGroup& group,
                                                     const ComputeShape& /*shape*/) noexcept {
    return 3.0 * convolutionChannels(group) + group.timeStepRank;
  }
  // The attention's result is kept until it is added to the scan's.
  [[nodiscard]] static constexpr double besideScan(const LayerGroup& group, const ComputeShape& shape,
                                                   bool stateFits) noexcept {
    return stateFits ? shape.hidden : group.innerLength + shape.hidden;
  }
  [[nodiscard]] static constexpr double besideLogits(const ModelSpec& /*model*/, const ComputeShape& shape,
                                                     const Runtime& /*runtime*/) noexcept {
    return shape.hidden;
  }
};

}  // namespace llmcalc
