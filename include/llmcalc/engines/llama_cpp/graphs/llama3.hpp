// llama3.hpp: what tells Llama 3.1 and later, which a ModelSpec does not name, by their shape.
#pragma once

#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// Llama 3.1, 3.2 and 3.3 and what was trained from them scale the frequencies of rotations by rope_freqs, which Llama 3
// does not: its vocabulary has 128,256 tokens too, but it was trained for 8,192 tokens and not for 131,072.
[[nodiscard]] constexpr bool isLlama31Shape(const ModelSpec& model) noexcept {
  return model.contextLength >= 131072.0 && model.vocabularySize == 128256.0;
}

}  // namespace llmcalc
