// Writes include/llmcalc/version.hpp from package.json, which is the one place that states the version:
//
//   node scripts/make-version.mjs [--check]
//
// `npm version` runs it.
import { readFileSync, writeFileSync } from 'node:fs';

const file = new URL('../include/llmcalc/version.hpp', import.meta.url);
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
const [major, minor, patch] = version.split('.').map(Number);

const text = `// version.hpp: which version of the library this is. Written by scripts/make-version.mjs from package.json, never by
// hand.
#pragma once

#include <string_view>

// For the preprocessor: 1.2.3 is 1002003.
#define LLMCALC_VERSION_NUMBER ${major * 1_000_000 + minor * 1_000 + patch}

namespace llmcalc {

inline constexpr int kVersionMajor = ${major};
inline constexpr int kVersionMinor = ${minor};
inline constexpr int kVersionPatch = ${patch};
inline constexpr std::string_view kVersion = "${version}";

}  // namespace llmcalc
`;

if (!process.argv.includes('--check')) writeFileSync(file, text);
else if (readFileSync(file, 'utf8') !== text) {
  console.error('include/llmcalc/version.hpp is of another version than package.json; node scripts/make-version.mjs');
  process.exitCode = 1;
}
