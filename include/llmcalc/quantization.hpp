// quantization.hpp: the former place of types of tensors and files, and of the rules which a tensor gets.
#pragma once

#include "llmcalc/ggml/quantize_rules.hpp"
#include "llmcalc/ggml/types.hpp"
