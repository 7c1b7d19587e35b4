// version.hpp: which version of the library this is. Written by scripts/make-version.mjs from package.json, never by
// hand.
#pragma once

#include <string_view>

// For the preprocessor: 1.2.3 is 1002003.
#define LLMCALC_VERSION_NUMBER 1000

namespace llmcalc {

inline constexpr int kVersionMajor = 0;
inline constexpr int kVersionMinor = 1;
inline constexpr int kVersionPatch = 0;
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace llmcalc
