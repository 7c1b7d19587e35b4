// llmcalc.hpp: the whole library.
#pragma once

#include "llmcalc/calculator.hpp"
#include "llmcalc/fitted.hpp"
#include "llmcalc/units.hpp"
#include "llmcalc/validation.hpp"
