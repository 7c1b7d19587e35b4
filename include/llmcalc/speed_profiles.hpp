// speed_profiles.hpp: the former place of speed/profile_data.hpp.
#pragma once

#include "llmcalc/speed/profile_data.hpp"
