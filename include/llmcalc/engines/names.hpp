// names.hpp: the engines that are known.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc {

enum class Engine : std::uint8_t { llamaCpp, vllm };
inline constexpr std::array<std::string_view, 2> kEngines = {"llama.cpp", "vllm"};

}  // namespace llmcalc
