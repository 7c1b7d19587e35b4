// Writes what the files of include/llmcalc/engines/llama_cpp/graphs/ say of themselves into the places that list them:
//
//   node scripts/make-graphs.mjs [--check]
//
// Written are the enum of architectures with its names (model/architecture.hpp) and the choice of a graph
// (graphs/graphs.hpp). A graph says in its struct which architecture it is of, with the value of the enumerator, which
// stands there so that a new file moves no other's: values cross to JavaScript.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

const include = new URL('../include/llmcalc/', import.meta.url);
const folder = 'engines/llama_cpp/graphs/';
const errors = [];

/** @typedef {{ file: string, struct: string, enumerator: string, value: number, name: string }} Graph */
/** @type {Graph[]} */
const graphs = [];
for (const file of readdirSync(new URL(folder, include)).sort()) {
  if (!file.endsWith('.hpp') || file === 'graphs.hpp') continue;
  const text = readFileSync(new URL(folder + file, include), 'utf8');
  for (const [, struct, body] of text.matchAll(/^struct (\w+Graph)\b.*?\{\n(.*?)^\};/gms)) {
    const stated = /^ {2}static constexpr GraphOf kOf\{Architecture::(\w+), (\d+), "([^"]+)"\};$/m.exec(body);
    if (stated) graphs.push({ file, struct, enumerator: stated[1], value: Number(stated[2]), name: stated[3] });
    else errors.push(`${folder}${file}: ${struct} does not say of which architecture it is, as GraphOf kOf{...}`);
  }
}
graphs.sort((a, b) => a.value - b.value);
for (const key of /** @type {const} */ (['enumerator', 'name'])) {
  const all = graphs.map((graph) => graph[key]);
  for (const twice of all.filter((one, n) => all.indexOf(one) !== n)) errors.push(`two graphs are of ${twice}`);
}
for (const [n, { file, value }] of graphs.entries()) {
  if (value === n) continue;
  const others = graphs.filter((other) => other.value === value).map((other) => other.file);
  const next = graphs.findIndex((_, free) => graphs.every((other) => other.value !== free));
  errors.push(`${folder}${file}: ${value} is the value of ${others.join(' and ')}, and none has ${next}`);
  break;
}
const [common, ...named] = graphs;
if (common?.enumerator !== 'common') errors.push('the graph of most architectures has not the value 0');

const longest = Math.max(...graphs.map(({ name }) => name.length));
const architecture = `// architecture.hpp: architectures whose llama.cpp graph needs a rule of its own. Written by scripts/make-graphs.mjs
// from the files of engines/llama_cpp/graphs/, never by hand.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc {

// Every architecture that has no name here is planned by the common rules.
enum class Architecture : std::uint8_t {
${graphs.map(({ enumerator }) => `  ${enumerator},\n`).join('')}};

// general.architecture of their GGUF files, by the values of the enumerators.
inline constexpr std::array<std::string_view, ${graphs.length}> kArchitectures = {
${graphs.map(({ name, value }) => `    ${`"${name}",`.padEnd(longest + 3)}  // ${value}\n`).join('')}};

}  // namespace llmcalc
`;

const headers = [...new Set(graphs.map(({ file }) => `llmcalc/${folder}${file}`)), 'llmcalc/model/architecture.hpp'];
headers.push('llmcalc/model/spec.hpp');
const choice = `// graphs.hpp: the graph of every architecture that a ModelSpec names. Written by scripts/make-graphs.mjs from the files
// beside it, never by hand.
#pragma once

${headers
  .sort()
  .map((header) => `#include "${header}"\n`)
  .join('')}
namespace llmcalc {

// What \`ask\` answers of the model's graph: ask(graph) gets a value of the struct that has its hooks. It is inlined,
// since a switch over a few sums takes less code than a call for each of them.
template <typename Ask>
[[gnu::always_inline, gnu::flatten]] constexpr auto askGraph(const ModelSpec& model, const Ask& ask) noexcept {
  switch (model.architecture) {
    case Architecture::common:
      break;
${named
  .map(({ enumerator, struct }) => `    case Architecture::${enumerator}:\n      return ask(${struct}{});\n`)
  .join('')}  }
  return ask(${common?.struct}{});
}

}  // namespace llmcalc
`;

const made = { 'model/architecture.hpp': architecture, [`${folder}graphs.hpp`]: choice };
const current = (/** @type {string} */ file) => {
  try {
    return readFileSync(new URL(file, include), 'utf8');
  } catch {
    return '';
  }
};
for (const [file, text] of errors.length > 0 ? [] : Object.entries(made)) {
  if (!process.argv.includes('--check')) writeFileSync(new URL(file, include), text);
  else if (current(file) !== text)
    errors.push(`include/llmcalc/${file} is not what its graphs say; node scripts/make-graphs.mjs`);
}
for (const error of errors) console.error(error);
process.exitCode = errors.length > 0 ? 1 : 0;
