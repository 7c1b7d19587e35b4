// Where the value of an option goes.
#pragma once

#include <string>

#include "llmcalc/question/runtime.hpp"
#include "option_values.hpp"
#include "options.hpp"

namespace llmcalc {

// Puts a value into the fields that the option's row says, else into the member of Options that is its own. Throws
// std::logic_error if there is neither: data/options.json has an option that nothing here knows.
void assign(Options& options, const OptionRow& option, const OptionValue& value);

// How llama.cpp is given an option whose field is not as usual, "--swa-full"; empty where it is.
[[nodiscard]] std::string passed(const Runtime& runtime, const OptionRow& option);

}  // namespace llmcalc
