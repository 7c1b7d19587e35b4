// kv_cache.hpp: the former place of cache and state.
#pragma once

#include "llmcalc/engines/llama_cpp/cache.hpp"
#include "llmcalc/model/state.hpp"
