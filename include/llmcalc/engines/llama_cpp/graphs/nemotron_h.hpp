// nemotron_h.hpp: what tells Nemotron-H, which a ModelSpec does not name, by its shape.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// Nemotron-H has recurrent layers, and attention in layers of its own, without a network. It has no positions, so
// nothing is rotated.
[[nodiscard]] constexpr bool isNemotronHAttention(const LayerGroup& group, const ComputeShape& shape) noexcept {
  return shape.recurs && group.feedForward == FeedForward::none && group.expertCount == 0.0;
}

}  // namespace llmcalc
