// Fits the profiles of back ends, families and devices to a folder of measurements (docs/speed.md has its format), to
// tests/golden/h100.tsv and h200.tsv and to public reports, and writes data/runtime_profiles.csv, data/speed_numbers.csv,
// data/speed_spreads.csv, data/speed_types.csv and the header that is made of them:
//
//   node scripts/fit-speed.mjs DIR [REPORTS.jsonl]   fits and writes; takes some minutes for what is left out in turn
//   node scripts/fit-speed.mjs --header              writes the header alone
//   node scripts/fit-speed.mjs --check               that the header is up to date
//
// Rows are other people's: what is written are parameters, quantiles of errors, counts and the names of sources.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { headerOf } from './support/speed-profiles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const HEADER = `${root}include/llmcalc/speed/profile_data.hpp`;

const formatted = () =>
  execFileSync('clang-format', [`--assume-filename=${HEADER}`], { input: headerOf(), encoding: 'utf8' });

const csvOf = (columns, rows) =>
  `${[columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))].map((cells) => cells.map((cell) => (/[",]/.test(cell) ? `"${String(cell).replaceAll('"', '""')}"` : cell)).join(',')).join('\n')}\n`;

async function fit(folder, reports) {
  const { fittedTables } = await import('./support/speed-tables.mjs');
  const tables = fittedTables(folder, reports, (text) => console.error(text));
  for (const [name, { columns, rows }] of Object.entries(tables)) {
    writeFileSync(`${root}data/${name}.csv`, csvOf(columns, rows));
    console.log(`data/${name}.csv: ${rows.length} rows`);
  }
}

const [argument, reports] = process.argv.slice(2);
if (argument === '--check') {
  if (readFileSync(HEADER, 'utf8') !== formatted())
    throw new Error('include/llmcalc/speed/profile_data.hpp is not up to date');
} else {
  if (argument !== '--header') {
    if (!argument) throw new Error('usage: node scripts/fit-speed.mjs DIR [REPORTS.jsonl] | --header | --check');
    await fit(argument, reports);
  }
  writeFileSync(HEADER, formatted());
}
