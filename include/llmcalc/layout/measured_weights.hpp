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

// Bytes of the tensors of a real file (a GGUF header lists them). They replace what the file type would give.
struct MeasuredWeights {
  double tokenEmbedding = 0;
  double output = 0;  // the head as loaded; tied: the token embedding again
  std::array<LayerWeights, static_cast<std::size_t>(ModelSpec::kMaximumLayers)> layers{};
  double outputExtras = 0;  // other tensors that are placed with the head
};

// Bytes of those of the next `count` layers that are of `group`.
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

}  // namespace llmcalc
