// The command that runs a plan. js/cli/command.js makes the same.
#pragma once

#include <string>

#include "question.hpp"

namespace llmcalc {

// `fits`: what does not is left to llama.cpp's own adjustment.
[[nodiscard]] std::string commandLine(const Question& question, const Placing& placing, bool fits);

}  // namespace llmcalc
