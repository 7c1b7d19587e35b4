// What people call a file type. The rules are those of js/cli/quants.js; tests/native holds the two together.
#pragma once

#include <string>

#include "llmcalc/ggml/quantize_rules.hpp"
#include "llmcalc/ggml/types.hpp"

namespace llmcalc {

// A type that is understood. `importanceMatrix` and `note` where the name says more than the type.
struct Quant {
  FileType fileType = FileType::Q4_K_M;
  bool importanceMatrix = false;
  std::string note;
};

// Throws std::invalid_argument with the type that is meant, or what to do.
[[nodiscard]] Quant quantOf(const std::string& asked);

}  // namespace llmcalc
