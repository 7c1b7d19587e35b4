// How accurate the package is against recordings:
//
//   scripts/accuracy memory DIR [--json]   planMemory against plans of llama.cpp in the golden format
//   scripts/accuracy speed DIR [--cross-validate] [--reports FILE.jsonl] [--json]
//                                          estimateSpeed against measurements in the format of docs/speed.md, by the
//                                          shipped profiles; or by profiles fitted to DIR without each model, each device
//                                          and each source in turn; with --reports to public reports, too
//   scripts/accuracy reports FILE.jsonl [--json]
//                                          estimateSpeed against public reports, one question a line
//
// Prints n, median and p90 of the errors per class and the worst ten rows. Exits with 1 if a target is missed, and the
// last line says which.
import wasmCalculator from '../dist/wasmCalculator.js';
import { formatTable, measure, percent, TARGETS, tableOf } from './support/memory-accuracy.mjs';
import { readRecorded } from './support/memory-golden.mjs';
import { formatReports, measureReports } from './support/report-accuracy.mjs';
import { formatBeyond, formatRules, formatSpeed, measureSpeed, percent as share } from './support/speed-accuracy.mjs';

const [subject, folder, ...given] = process.argv.slice(2);
const at = given.indexOf('--reports');
const reportsFile = at >= 0 ? given[at + 1] : undefined;
const options = at >= 0 ? given.toSpliced(at, 2) : given;
const json = options.includes('--json');
const known = subject === 'speed' ? ['--json', '--cross-validate'] : ['--json'];
if (!['memory', 'speed', 'reports'].includes(subject) || !folder || options.some((option) => !known.includes(option))) {
  console.error(
    'usage: scripts/accuracy memory DIR [--json]\n       scripts/accuracy speed DIR [--cross-validate] [--reports FILE.jsonl] [--json]\n' +
      '       scripts/accuracy reports FILE.jsonl [--json]',
  );
  process.exit(2);
}
if (subject === 'speed') speed();
else if (subject === 'reports') reports();
else memory();

function speed() {
  const validate = options.includes('--cross-validate');
  const { lines, worst } = measureSpeed(folder, {
    validate,
    reports: reportsFile,
    log: (text) => console.error(text),
  });
  const missed = lines.filter(({ misses }) => misses.length > 0);
  if (json) {
    console.log(
      JSON.stringify({ backend: wasmCalculator.backend, validate, lines, worst, missed: missed.length }, null, 2),
    );
  } else {
    console.log(`${formatSpeed(lines)}\n\nSimple rules on the same cells, median / p90:\n\n${formatRules(lines)}`);
    const beyond = formatBeyond(lines);
    if (beyond) console.log(`\n${beyond}`);
    console.log('\nThe worst ten:\n\n| cell | measured | estimate | error |\n|---|---:|---:|---:|');
    for (const { what, value, estimate, error } of worst) {
      console.log(`| ${what} | ${value.toPrecision(4)} | ${estimate.toPrecision(4)} | ${share(error)} |`);
    }
  }
  const text = missed.map(
    ({ class: name, misses, ...line }) => `${name}: ${misses.map((f) => `${f} ${share(line[f])}`).join(', ')}`,
  );
  if (missed.length > 0) {
    (json ? console.error : console.log)(`\nmisses its target: ${text.join('; ')}`);
    process.exitCode = 1;
  } else if (!json) {
    console.log('\nall targets are met');
  }
}

function reports() {
  const { lines, refused } = measureReports(folder);
  const missed = lines.filter(({ misses }) => misses.length > 0);
  if (json) {
    console.log(JSON.stringify({ backend: wasmCalculator.backend, lines, refused, missed: missed.length }, null, 2));
  } else console.log(formatReports(lines));
  for (const reason of refused) console.error(`left out: ${reason}`);
  if (missed.length > 0) {
    const text = missed.map(({ class: name, misses }) => `${name} (${misses.join(', ')})`);
    (json ? console.error : console.log)(`\nmisses its target: ${text.join('; ')}`);
    process.exitCode = 1;
  } else if (!json) console.log('\nall targets are met');
}

function memory() {
  const recorded = readRecorded(folder);
  const errors = measure(recorded, wasmCalculator.planMemory);
  const table = tableOf(errors);
  const worstOf = (belongs) =>
    errors
      .filter(({ table: name }) => belongs(name))
      .toSorted((a, b) => b.error - a.error)
      .slice(0, 10);
  const worst = worstOf((name) => name !== 'whole plan by placement');
  const worstPlans = worstOf((name) => name === 'whole plan');
  const missed = table.filter(({ misses }) => misses.length > 0);

  if (json) {
    const { unknown } = recorded;
    console.log(
      JSON.stringify(
        { backend: wasmCalculator.backend, table, worst, worstPlans, unknown, missed: missed.length },
        null,
        2,
      ),
    );
  } else {
    console.log(formatTable(table));
    for (const [title, rows] of [
      ['The worst ten', worst],
      ['The worst ten whole plans', worstPlans],
    ]) {
      console.log(`\n${title}:\n\n| quantity | error | estimate is | row |\n|---|---:|---|---|`);
      for (const row of rows) {
        console.log(`| ${row.table} | ${percent(row.error)} | ${row.signed > 0 ? 'high' : 'low'} | ${row.what} |`);
      }
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
}
