// profiles.hpp: the former place of speed/profiles.hpp.
#pragma once

#include "llmcalc/speed/profiles.hpp"
