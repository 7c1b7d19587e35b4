// The one block of memory in which everything crosses that is more than a number.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "llmcalc/base/result.hpp"

namespace llmcalc::bindings {

// The heap never grows, so that JavaScript may keep a view of the block. 1,024 points of three columns stay within a
// first-level cache; the fourth is for the longest questions.
inline constexpr std::int32_t kBlockLength = 1024;
inline constexpr std::size_t kBlockColumns = 4;
inline constexpr std::size_t kBlockNumbers = kBlockColumns * kBlockLength;
inline std::array<std::array<double, kBlockLength>, kBlockColumns> block;

inline std::span<double> allOfBlock() { return {block[0].data(), kBlockNumbers}; }

inline double address(const void* object) { return static_cast<double>(reinterpret_cast<std::uintptr_t>(object)); }

// Into the block: address and length of the parameter's name, of the requirement, of what was passed and of the hint,
// the limit, the index and the value.
inline void writeViolation(const Violation& found) {
  double* to = block[0].data();
  for (const std::string_view text : {found.parameter, found.requirement, found.text, found.hint}) {
    *to++ = address(text.data());
    *to++ = static_cast<double>(text.size());
  }
  *to++ = found.limit;
  *to++ = found.index;
  *to = found.value;
}

// What was asked for; else NaN, and why in the block.
inline double valueOrViolation(const Result<double>& result) {
  if (result) return *result;
  writeViolation(result.violation());
  return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace llmcalc::bindings
