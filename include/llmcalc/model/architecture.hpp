// architecture.hpp: architectures whose llama.cpp graph needs a rule of its own. Written by scripts/make-graphs.mjs
// from the files of engines/llama_cpp/graphs/, never by hand.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc {

// Every architecture that has no name here is planned by the common rules.
enum class Architecture : std::uint8_t {
  common,
  commandR,
  cohere2,
  deepseek2,
  falconH1,
  gemma3n,
  gemma4,
  graniteHybrid,
  llama4,
  olmo2,
  qwen35,
  qwen35moe,
  qwen3next,
};

// general.architecture of their GGUF files, by the values of the enumerators.
inline constexpr std::array<std::string_view, 13> kArchitectures = {
    "common",         // 0
    "command-r",      // 1
    "cohere2",        // 2
    "deepseek2",      // 3
    "falcon-h1",      // 4
    "gemma3n",        // 5
    "gemma4",         // 6
    "granitehybrid",  // 7
    "llama4",         // 8
    "olmo2",          // 9
    "qwen35",         // 10
    "qwen35moe",      // 11
    "qwen3next",      // 12
};

}  // namespace llmcalc
