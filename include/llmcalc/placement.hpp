// placement.hpp: the former place of layout/placement.hpp.
#pragma once

#include "llmcalc/layout/placement.hpp"
