// llmcalc.hpp: the whole library.
#pragma once

#include "llmcalc/answer/speed_fields.hpp"
#include "llmcalc/base/units.hpp"
#include "llmcalc/calibration.hpp"
#include "llmcalc/device.hpp"
#include "llmcalc/estimate.hpp"
#include "llmcalc/memory.hpp"
#include "llmcalc/quick/calculator.hpp"
#include "llmcalc/speed/profiles.hpp"
#include "llmcalc/version.hpp"
