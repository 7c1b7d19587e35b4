// calculator.hpp: the former place of quick/calculator.hpp.
#pragma once

#include "llmcalc/quick/calculator.hpp"
