// throughput.hpp: the former place of estimate.hpp.
#pragma once

#include "llmcalc/estimate.hpp"
