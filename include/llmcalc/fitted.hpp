// fitted.hpp: the former place of quick/fitted.hpp.
#pragma once

#include "llmcalc/quick/fitted.hpp"
