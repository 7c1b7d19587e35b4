// Writes what both command-line tools say, of data/sentences.json, as JavaScript and as C++:
//
//   node scripts/make-sentences.mjs [--check]
//
// What is in braces is a value: say('notes.context', { name, ... }) and say(sentences::notes::kContext, {{"name", name}, ...}).
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const sentences = JSON.parse(readFileSync(`${root}/data/sentences.json`, 'utf8'));
const groups = Object.entries(sentences);

const formatted = (command, args, input) =>
  execFileSync(command, args, { cwd: root, encoding: 'utf8', input, stdio: ['pipe', 'pipe', 'inherit'] });

const js = formatted(
  `${root}/node_modules/.bin/biome`,
  ['format', '--stdin-file-path=js/generated/sentences.js'],
  `// @ts-check
// Written by scripts/make-sentences.mjs from data/sentences.json, never by hand.

/** What the tools say, by group and name; what is in braces is a value. */
export const SENTENCES = ${JSON.stringify(sentences)};
`,
);

/** A name as constants of C++ have it. */
const constant = (name) => `k${name[0].toUpperCase()}${name.slice(1)}`;
/** A text as C++ has it. */
const literal = (text) =>
  JSON.stringify(text).replace(/[\u0080-\uffff]/g, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
const cpp = formatted(
  'clang-format',
  ['--assume-filename=src/sentences.hpp'],
  `// Written by scripts/make-sentences.mjs from data/sentences.json, never by hand.
#pragma once

#include <array>
#include <string_view>
#include <utility>

// What the tools say, by group and name; what is in braces is a value.
namespace llmcalc::sentences {

${groups
  .map(
    ([group, all]) => `namespace ${group} {
${Object.entries(all)
  .map(([name, text]) => `inline constexpr std::string_view ${constant(name)} = ${literal(text)};\n`)
  .join('')}
inline constexpr auto kByName = std::to_array<std::pair<std::string_view, std::string_view>>({${Object.keys(all)
      .map((name) => `{"${name}", ${constant(name)}}`)
      .join(', ')}});
}  // namespace ${group}
`,
  )
  .join('\n')}
}  // namespace llmcalc::sentences
`,
);

const made = { 'js/generated/sentences.js': js, 'src/sentences.hpp': cpp };
for (const [file, text] of Object.entries(made)) {
  if (!process.argv.includes('--check')) writeFileSync(`${root}/${file}`, text);
  else if (readFileSync(`${root}/${file}`, 'utf8') !== text) {
    console.error(`${file} is not up to date`);
    process.exitCode = 1;
  }
}
