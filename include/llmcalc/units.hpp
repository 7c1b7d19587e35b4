// units.hpp: the former place of base/units.hpp.
#pragma once

#include "llmcalc/base/units.hpp"
