// weights.hpp: the former place of layout/weights.hpp.
#pragma once

#include "llmcalc/layout/weights.hpp"
