// memory.hpp: planMemory and fits, with all that they answer and are asked.
#pragma once

#include "llmcalc/fits.hpp"
#include "llmcalc/plan.hpp"
