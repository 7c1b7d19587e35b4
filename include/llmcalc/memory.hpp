// memory.hpp: planMemory and fits, with all that they answer and are asked.
#pragma once

#include "llmcalc/engines/llama_cpp/plan.hpp"
#include "llmcalc/fits.hpp"
