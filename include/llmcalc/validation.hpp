// validation.hpp: the former place of base/result.hpp.
#pragma once

#include "llmcalc/base/result.hpp"
