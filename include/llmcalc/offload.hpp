// offload.hpp: what a GPU's buffer holds while it computes layers whose weights, experts or cache are on the host.
#pragma once

#include "llmcalc/engines/llama_cpp/offload/look_ahead.hpp"
#include "llmcalc/ggml/arena.hpp"
