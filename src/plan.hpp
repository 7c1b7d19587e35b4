// llmcalc plan: the answer of `npx wasm-calculator plan`, number by number and key by key, for the names of the
// catalogue and for specs in JSON.
#pragma once

namespace llmcalc {

// `arguments` begin with "plan". Returns the exit status: 0 it fits, 1 it does not, 2 bad usage.
int runPlan(int count, const char* const* arguments);

}  // namespace llmcalc
