// measured_weights.hpp: sizes of tensors that a file has, in place of those that its type gives.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "llmcalc/layout/weights.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// Sizes from a real tensor list (a GGUF header), in bytes. They win over the file type.
struct MeasuredWeights {
  double tokenEmbedding = 0;
  double output = 0;  // the head as loaded; tied: the token embedding again
  std::array<LayerWeights, static_cast<std::size_t>(ModelSpec::kMaximumLayers)> layers{};
  double outputExtras = 0;  // what else is placed with the head
};

namespace detail {

// Bytes of the next `count` layers, as far as they are of `group`.
[[nodiscard]] constexpr LayerWeights measuredBytes(const MeasuredWeights& measured, LayerBlocks blocks, int count,
                                                   std::size_t group) noexcept {
  LayerWeights sum;
  blocks.next(count, [&](const LayerBlock& block) {
    for (std::uint32_t left = block.groups[group]; left != 0; left &= left - 1) {
      const int i = block.first + std::countr_zero(left);
      const LayerWeights& layer = measured.layers[static_cast<std::size_t>(i)];
      sum.dense += layer.dense;
      sum.experts += layer.experts;
    }
  });
  return sum;
}

}  // namespace detail

}  // namespace llmcalc
