// What the API reference is made of: the headers as Doxygen reads them, and the functions that programs call.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { documentedFunctions, filtered } from '../../scripts/support/doxygen-filter.mjs';
import { headerTexts, publicFunctions } from '../../scripts/support/public-functions.mjs';

const headers = headerTexts();

test('a comment above a declaration, behind a member and at the head is documentation; others stay', () => {
  const header = `// thing.hpp: what a thing is.
#pragma once

namespace llmcalc {

// A thing of <1>.
struct Thing {
  double size = 0;  // bytes,
                    // of all
  // Not of anything.

  // Half of it.
  [[nodiscard]] double half() const { return size / 2; }  // exact
};

// How many things.
//
// size, most  bytes, from 1
// name        not a parameter
//
// Source: a book.
[[nodiscard]] constexpr Result<double> tryCountThings(double size, double most = Limits{}) {
  // Rounded down.
  return size / most;
}

[[nodiscard]] constexpr double countThings(double size, double most) { return valueOrReject("// no", size); }

}  // namespace llmcalc
`;
  assert.equal(
    filtered(header, 'llmcalc/thing.hpp'),
    `/// @file llmcalc/thing.hpp what a thing is.
#pragma once

namespace llmcalc {

/// A thing of \\<1\\>.
struct Thing {
  double size = 0;  ///< bytes,
                    ///< of all
  // Not of anything.

  /// Half of it.
  [[nodiscard]] double half() const { return size / 2; }  // exact
};

/// How many things.
///
/// @param size,most bytes, from 1
/// name        not a parameter
///
/// @par Source: a book.
[[nodiscard]] constexpr Result<double> tryCountThings(double size, double most = Limits{}) {
  // Rounded down.
  return size / most;
}

/** tryCountThings, but throws ArgumentError where that returns a violation. */ [[nodiscard]] constexpr double countThings(double size, double most) { return valueOrReject("// no", size); }

}  // namespace llmcalc
`,
  );
  assert.deepEqual([...documentedFunctions(header)], ['half', 'tryCountThings', 'countThings']);
});

test('of no header the filter changes more than comments, nor a line', () => {
  const code = (text) =>
    text.split('\n').map((line) =>
      line
        .replace(/\/\*\* try\w+, but .*? \*\/ /, '')
        .replace(/\/\/.*/, '')
        .trimEnd(),
    );
  for (const { name, text } of headers) assert.deepEqual(code(filtered(text, name)), code(text), name);
});

test('every function of the headers that programs call is documented', () => {
  const documented = new Set(headers.flatMap(({ text }) => [...documentedFunctions(text)]));
  const called = publicFunctions();
  for (const name of ['calculateVRAM', 'tryGetCPUFactor', 'planMemory', 'tryFits', 'estimateSpeed', 'speedProfile']) {
    assert.ok(called.includes(name), name);
  }
  assert.deepEqual(
    called.filter((name) => !documented.has(name)),
    [],
  );
});
