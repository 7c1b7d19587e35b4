// Whether the headers of include/llmcalc stand on the floors that docs/architecture.md draws: each has one, and includes
// only what is on a lower one.
//
//   node scripts/check-floors.mjs
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const include = `${root}/include/llmcalc`;
const headers = readdirSync(include, { recursive: true, encoding: 'utf8' })
  .map((path) => path.replaceAll('\\', '/'))
  .filter((path) => path.endsWith('.hpp'));
const drawn = readFileSync(`${root}/docs/architecture.md`, 'utf8');

const errors = [];
const floors = new Map();
for (const [, floor, names] of drawn.matchAll(/^\| (\d+) \| ((?:`[\w/]+\.hpp` ?)+)\|/gm)) {
  for (const [, header] of names.matchAll(/`(.+?)`/g)) {
    if (floors.has(header)) errors.push(`${header} has two floors`);
    floors.set(header, Number(floor));
  }
}
for (const header of headers.filter((header) => !floors.has(header))) errors.push(`${header} has no floor`);
for (const header of floors.keys()) if (!headers.includes(header)) errors.push(`there is no ${header}`);
for (const header of headers) {
  const text = readFileSync(`${include}/${header}`, 'utf8');
  for (const [, included] of text.matchAll(/^#include "llmcalc\/(.+)"$/gm)) {
    if (!((floors.get(included) ?? -1) < (floors.get(header) ?? -1))) {
      errors.push(`${header}, on floor ${floors.get(header)}, includes ${included}, on floor ${floors.get(included)}`);
    }
  }
}
for (const error of errors) console.error(`docs/architecture.md, floors: ${error}`);
process.exitCode = errors.length > 0 ? 1 : 0;
