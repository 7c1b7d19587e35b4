// llmcalc.hpp: the whole library.
#pragma once

#include "llmcalc/calculator.hpp"
#include "llmcalc/compute_buffer.hpp"
#include "llmcalc/fitted.hpp"
#include "llmcalc/kv_cache.hpp"
#include "llmcalc/memory.hpp"
#include "llmcalc/model.hpp"
#include "llmcalc/placement.hpp"
#include "llmcalc/quantization.hpp"
#include "llmcalc/runtime.hpp"
#include "llmcalc/units.hpp"
#include "llmcalc/validation.hpp"
#include "llmcalc/weights.hpp"
