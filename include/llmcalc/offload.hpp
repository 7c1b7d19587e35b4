// offload.hpp: the former place of what a GPU's buffer holds while it computes layers of the host.
#pragma once

#include "llmcalc/engines/llama_cpp/offload/look_ahead.hpp"
#include "llmcalc/ggml/arena.hpp"
