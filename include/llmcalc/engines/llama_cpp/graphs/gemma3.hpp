// gemma3.hpp: what tells Gemma 2 and 3, which a ModelSpec does not name, by their shape.
#pragma once

#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// Layers that slide tell Gemma: its embeddings are multiplied by the root of the hidden size before the first layer.
[[nodiscard]] constexpr bool scalesAsGemma(const ComputeShape& shape) noexcept { return shape.slides; }
// Keys are computed before values. Models without layers that slide compute values first.
[[nodiscard]] constexpr bool computesKeysFirst(const ComputeShape& shape) noexcept { return shape.slides; }
// Gemma 3 has layers that slide, norms of queries and keys, and a head tied to the embeddings.
[[nodiscard]] constexpr bool isGemma2Or3Shape(const ModelSpec& model, const ComputeShape& shape) noexcept {
  return model.tiedEmbeddings && shape.slides;
}
[[nodiscard]] constexpr bool isGemma3Shape(const ModelSpec& model, const ComputeShape& shape,
                                           bool normsQueries) noexcept {
  return isGemma2Or3Shape(model, shape) && normsQueries;
}

}  // namespace llmcalc
