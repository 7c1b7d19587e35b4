// compute_buffer.hpp: the former place of shapes, stages and buffers of llama.cpp's graph.
#pragma once

#include "llmcalc/answer/terms.hpp"
#include "llmcalc/engines/llama_cpp/buffers/gpu.hpp"
#include "llmcalc/engines/llama_cpp/buffers/host.hpp"
#include "llmcalc/engines/llama_cpp/buffers/inputs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/engines/llama_cpp/graphs/stages.hpp"
