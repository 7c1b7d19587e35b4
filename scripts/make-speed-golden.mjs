// Makes tests/golden/h100.tsv, our own runs of llama.cpp on one H100, or tests/golden/h200.tsv, those on one and two H200
// and another H100, from the folder that they were recorded in:
//
//   node scripts/make-speed-golden.mjs DIR h100 | h200
import { writeFileSync } from 'node:fs';
import { COLUMNS, MORE_COLUMNS, ownRunRows } from './support/own-runs.mjs';

const [folder, set] = process.argv.slice(2);
if (!folder || !['h100', 'h200'].includes(set)) {
  throw new Error('usage: node scripts/make-speed-golden.mjs DIR h100 | h200');
}
const columns = set === 'h100' ? COLUMNS : [...COLUMNS, ...MORE_COLUMNS];
const lines = ownRunRows(folder, set).map((row) => columns.map((column) => row[column]).join('\t'));
const to = new URL(`../tests/golden/${set}.tsv`, import.meta.url);
writeFileSync(to, `${columns.join('\t')}\n${lines.join('\n')}\n`);
console.log(`${lines.length} rows`);
