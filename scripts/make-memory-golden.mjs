// Makes the compact copies of llama.cpp's recorded plans that the tests read:
//
//   node scripts/make-memory-golden.mjs DIR   from a folder in the golden format, into tests/golden
//   node scripts/make-memory-golden.mjs --derived   models.tsv and names.tsv alone
//   node scripts/make-memory-golden.mjs --check   that models.tsv and names.tsv are up to date
//
// models.json has what was put into the GGUF files, models.tsv the same as the numbers that cross to C++ (so that
// GoogleTest needs no JSON), names.tsv the names and tables that JavaScript and C++ both have.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { NAMES } from '../js/core/memory.js';
import { SPEED_NAMES } from '../js/core/speed.js';
import { TENSOR_TYPES } from '../js/models/tensors.js';
import { classOf, flatModel, formatRuns, readCompact, readRecorded } from './support/memory-golden.mjs';

const golden = fileURLToPath(new URL('../tests/golden', import.meta.url));
const lines = (rows) => `${rows.map((row) => row.join('\t')).join('\n')}\n`;

const flat = (models) => lines([...models].map(([name, spec]) => [name, classOf(spec), flatModel(spec).join(' ')]));
const names = () =>
  lines([
    ...Object.entries(NAMES).flatMap(([list, places]) => [...places].map(([name, place]) => [list, place, name])),
    ...Object.entries(SPEED_NAMES).flatMap(([list, listed]) => listed.map((name, place) => [list, place, name])),
    ...Object.entries(TENSOR_TYPES).map(([name, entry], place) => ['tensorType', place, name, ...entry]),
  ]);

const [argument] = process.argv.slice(2);
if (argument === '--check') {
  const stale = [
    ['models.tsv', flat(readCompact(golden).models)],
    ['names.tsv', names()],
  ].filter(([file, text]) => readFileSync(`${golden}/${file}`, 'utf8') !== text);
  for (const [file] of stale) console.error(`tests/golden/${file} is not up to date`);
  process.exitCode = stale.length > 0 ? 1 : 0;
} else if (argument === '--derived') {
  writeFileSync(`${golden}/models.tsv`, flat(readCompact(golden).models));
  writeFileSync(`${golden}/names.tsv`, names());
} else if (argument) {
  const { entries, models, runs, weights } = readRecorded(argument);
  const entryLines = Object.entries(entries).map(([name, entry]) => `${JSON.stringify(name)}:${JSON.stringify(entry)}`);
  writeFileSync(`${golden}/models.json`, `{\n${entryLines.join(',\n')}\n}\n`);
  writeFileSync(`${golden}/models.tsv`, flat(models));
  writeFileSync(`${golden}/names.tsv`, names());
  writeFileSync(`${golden}/weights.tsv`, lines(weights.map((row) => [row.model, row.fileType, row.mib])));
  writeFileSync(`${golden}/memory.tsv`, formatRuns(runs));
} else {
  console.error('usage: node scripts/make-memory-golden.mjs DIR | --check | --derived');
  process.exitCode = 2;
}
