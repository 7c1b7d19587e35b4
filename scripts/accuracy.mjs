// How accurate the package is against recordings:
//
//   scripts/accuracy memory DIR [--json]   planMemory against plans of llama.cpp in the golden format
//
// Prints n, median, p90 and maximum error per class and the worst ten rows. Exits with 1 if a target is missed, and the
// last line says which.
import wasmCalculator from '../dist/wasmCalculator.js';
import { formatTable, measure, percent, TARGETS, tableOf } from './support/memory-accuracy.mjs';
import { readRecorded } from './support/memory-golden.mjs';

const [subject, folder, ...options] = process.argv.slice(2);
const json = options.includes('--json');
if (subject !== 'memory' || !folder || options.some((option) => option !== '--json')) {
  console.error('usage: scripts/accuracy memory DIR [--json]');
  process.exit(2);
}

const recorded = readRecorded(folder);
const errors = measure(recorded, wasmCalculator.planMemory);
const table = tableOf(errors);
const worst = errors
  .filter(({ table: name }) => name !== 'whole plan by placement')
  .toSorted((a, b) => b.error - a.error)
  .slice(0, 10);
const missed = table.filter(({ misses }) => misses.length > 0);

if (json) {
  const { unknown } = recorded;
  console.log(
    JSON.stringify({ backend: wasmCalculator.backend, table, worst, unknown, missed: missed.length }, null, 2),
  );
} else {
  console.log(formatTable(table));
  console.log('\nThe worst ten:\n\n| quantity | error | estimate is | row |\n|---|---:|---|---|');
  for (const row of worst) {
    console.log(`| ${row.table} | ${percent(row.error)} | ${row.signed > 0 ? 'high' : 'low'} | ${row.what} |`);
  }
}
if (!json) {
  const plans = errors.filter(({ table: name }) => name === 'whole plan');
  const far = plans.filter(({ error }) => error > TARGETS['whole plan'].max);
  const low = far.filter(({ signed }) => signed < 0).length;
  console.log(`\nwhole plans off by more than asked: ${far.length} of ${plans.length}, ${low} of them low`);
}
for (const reason of recorded.unknown) console.error(`left out: ${reason}`);
if (missed.length > 0 || recorded.unknown.length > 0) {
  const text = missed.map(
    (row) => `${row.table} (${row.class}): ${row.misses.map((f) => `${f} ${percent(row[f])}`).join(', ')}`,
  );
  if (recorded.unknown.length > 0) text.push(`${recorded.unknown.length} models of unknown architecture`);
  (json ? console.error : console.log)(`misses its target: ${text.join('; ')}`);
  process.exitCode = 1;
} else if (!json) {
  console.log('\nall targets are met');
}
