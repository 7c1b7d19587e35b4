// llmcalc.hpp: the whole library.
#pragma once

#include "llmcalc/answer/speed_fields.hpp"
#include "llmcalc/base/units.hpp"
#include "llmcalc/calibration.hpp"
#include "llmcalc/engines/names.hpp"
#include "llmcalc/estimate.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/memory.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/quick/calculator.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/profiles.hpp"
#include "llmcalc/version.hpp"
