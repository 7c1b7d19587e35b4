// An answer for people, as js/cli/print.js has it, without colours and in ASCII.
#pragma once

#include <cstddef>
#include <string>

#include "json.hpp"

namespace llmcalc {

// Lines of at most `width` columns.
[[nodiscard]] std::string textOf(const Json& answer, std::size_t width);

}  // namespace llmcalc
