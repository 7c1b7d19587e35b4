// quantization.hpp: types of tensors and files, and which type a tensor gets in a file.
#pragma once

#include "llmcalc/ggml/quantize_rules.hpp"
#include "llmcalc/ggml/types.hpp"
