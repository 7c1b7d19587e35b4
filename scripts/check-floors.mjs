// Whether the headers of include/llmcalc stand on the floors that docs/architecture.md draws: each has one, and includes
// only what is on a lower one. A row may name a folder's files as `folder/*.hpp`, which are those without a row of their
// own. A header at a former place stands on no floor; to include it is to include what took its place.
//
// A header in a room that has functions has its test at the same place in tests/core; architectures share one. `detail`
// is private to its file: no header uses what the detail namespace of another one declares.
//
//   node scripts/check-floors.mjs            compares
//   node scripts/check-floors.mjs --write    counts the floors of the rows and sorts them
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { privateNamesUsed } from './support/private-names.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const include = `${root}/include/llmcalc`;
const drawing = `${root}/docs/architecture.md`;
const texts = new Map(
  readdirSync(include, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.hpp'))
    .map((path) => [path, readFileSync(`${include}/${path}`, 'utf8')]),
);
const isFormer = (/** @type {string} */ text) => /^.*the former place of/.test(text);
const headers = [...texts.keys()].filter((header) => !isFormer(texts.get(header) ?? ''));

/** @param {string} header @returns {string[]} */
function includedBy(header) {
  const all = [...(texts.get(header) ?? '').matchAll(/^#include "llmcalc\/(.+)"$/gm)].map(([, included]) => included);
  return all.flatMap((included) => (isFormer(texts.get(included) ?? '') ? includedBy(included) : [included]));
}

/** @typedef {{ line: string, floor: number, headers: string[] }} Row */
const errors = [];
const drawn = readFileSync(drawing, 'utf8');
/** @type {Row[]} */
const rows = [...drawn.matchAll(/^\| (\d+) \| ((?:`[\w/*]+\.hpp` ?)+)\|.*\n/gm)].map(([line, floor, names]) => ({
  line,
  floor: Number(floor),
  headers: [...names.matchAll(/`(.+?)`/g)].map(([, name]) => name),
}));
/** @type {Map<string, Row>} */
const rowOf = new Map();
for (const row of rows) {
  for (const header of row.headers.filter((header) => !header.endsWith('*.hpp'))) {
    if (rowOf.has(header)) errors.push(`${header} has two floors`);
    if (!headers.includes(header)) errors.push(`there is no ${header}`);
    rowOf.set(header, row);
  }
}
for (const row of rows) {
  for (const folder of row.headers.filter((header) => header.endsWith('*.hpp')).map((name) => name.slice(0, -5))) {
    const own = headers.filter(
      (header) => header.slice(0, header.lastIndexOf('/') + 1) === folder && !rowOf.has(header),
    );
    for (const header of own) rowOf.set(header, row);
  }
}
for (const header of headers.filter((header) => !rowOf.has(header))) errors.push(`${header} has no floor`);

if (process.argv.includes('--write')) {
  /** @type {Map<Row, number>} */
  const counted = new Map();
  const countFloor = (/** @type {Row} */ row) => {
    const known = counted.get(row);
    if (known === -1) throw new Error(`rows include each other in a circle: ${row.line}`);
    if (known !== undefined) return known;
    counted.set(row, -1);
    let floor = 0;
    for (const header of headers.filter((header) => rowOf.get(header) === row)) {
      for (const included of includedBy(header)) {
        const below = rowOf.get(included);
        if (below) floor = Math.max(floor, countFloor(below) + 1);
      }
    }
    counted.set(row, floor);
    return floor;
  };
  const ordered = rows.map((row) => ({ row, floor: countFloor(row) })).sort((a, b) => b.floor - a.floor);
  const lines = ordered.map(({ row, floor }) => row.line.replace(/^\| \d+/, `| ${floor}`));
  const from = drawn.indexOf(rows[0].line);
  const last = rows[rows.length - 1].line;
  const to = drawn.indexOf(last) + last.length;
  writeFileSync(drawing, drawn.slice(0, from) + lines.join('') + drawn.slice(to));
} else {
  for (const header of headers) {
    for (const included of includedBy(header)) {
      const floor = rowOf.get(header)?.floor ?? -1;
      const below = rowOf.get(included)?.floor ?? -1;
      if (below < floor) continue;
      errors.push(`${header}, on floor ${floor}, includes ${included}, on floor ${below}`);
    }
  }
}
const graphs = 'engines/llama_cpp/graphs/';
for (const header of headers.filter((header) => header.includes('/'))) {
  if (!texts.get(header)?.includes('[[nodiscard]]')) continue;
  const own = `${header.slice(0, -4)}_test.cpp`;
  const shared = header.startsWith(graphs) ? `${graphs}graphs_test.cpp` : own;
  if (![own, shared].some((test) => existsSync(`${root}/tests/core/${test}`)))
    errors.push(`there is no tests/core/${own}`);
}
for (const file of readdirSync(`${root}/tests/core`, { recursive: true, encoding: 'utf8' })) {
  if (!/\.[ch]pp$/.test(file)) continue;
  const used = /\bdetail::\w+/.exec(readFileSync(`${root}/tests/core/${file}`, 'utf8'));
  if (used) errors.push(`tests/core/${file} uses ${used[0]}, which is private to a header`);
}
const trespasses = privateNamesUsed(texts, includedBy);
for (const error of errors) console.error(`floors of docs/architecture.md: ${error}`);
for (const error of trespasses) console.error(`detail is private to its file: ${error}`);
process.exitCode = errors.length + trespasses.length > 0 ? 1 : 0;
