// bits.hpp: bits of a word, and what is compiled small.
#pragma once

#include <bit>
#include <cstdint>

namespace llmcalc {

// What is compiled to WebAssembly is downloaded, and its size counts more than the nanoseconds of a plan.
#ifdef __EMSCRIPTEN__
inline constexpr bool kCompact = true;
#else
inline constexpr bool kCompact = false;
#endif

// The lowest `count` bits.
[[nodiscard]] constexpr std::uint32_t lowBits(int count) noexcept {
  if (count >= 32) return ~std::uint32_t{0};
  return count <= 0 ? 0 : (std::uint32_t{1} << count) - 1;
}

// How many bits are set. std::popcount would be a call where the processor may lack the instruction.
[[nodiscard]] constexpr int countBits(std::uint32_t bits) noexcept {
  if (bits == 0) return 0;
  bits -= bits >> 1 & 0x55555555;
  bits = (bits & 0x33333333) + (bits >> 2 & 0x33333333);
  return static_cast<int>(((bits + (bits >> 4)) & 0x0F0F0F0F) * 0x01010101 >> 24);
}

}  // namespace llmcalc
