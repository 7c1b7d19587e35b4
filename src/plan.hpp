// llmcalc plan: the answer of `npx wasm-calculator plan`, number by number and key by key, for the names of the
// catalogue and for specs in JSON.
#pragma once

#include <span>
#include <string>

namespace llmcalc {

// `arguments` are those after "plan". Returns the exit status: 0 it fits, 1 it does not. Throws where the question is
// not understood.
int runPlan(std::span<const std::string> arguments);

}  // namespace llmcalc
