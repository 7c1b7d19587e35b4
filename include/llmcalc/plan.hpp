// plan.hpp: planMemory with all that it is asked and answers, for programs that ask nothing else of the library.
#pragma once

#include "llmcalc/engines/llama_cpp/plan.hpp"
