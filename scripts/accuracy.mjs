// How accurate the package is against recordings:
//
//   scripts/accuracy memory DIR [--json]   planMemory against plans of llama.cpp in the golden format
//   scripts/accuracy speed DIR [--cross-validate] [--reports FILE.jsonl] [--json]
//                                          estimateSpeed against measurements in the format of docs/speed.md, by the
//                                          shipped profiles; or by profiles fitted to DIR without each model, device,
//                                          family, source and year in turn; with --reports to public reports, too
//   scripts/accuracy reports FILE.jsonl [--leave-out DIR] [--json]
//                                          estimateSpeed against public reports, one question a line; with --leave-out,
//                                          too, by profiles fitted to DIR and to the reports of other sources
//   scripts/accuracy gpus2 DIR [--leave-out DIR] [--json]
//                                          estimateSpeed against our own runs on one and two GPUs; with --leave-out, too,
//                                          by profiles fitted without them, and without each model
//
// Prints n, median and p90 of the errors per class and the worst ten rows. Exits with 1 if a target is missed, and the
// last line says which.
import wasmCalculator from '../dist/wasmCalculator.js';
import { formatTable, measure, percent, TARGETS, tableOf } from './support/memory-accuracy.mjs';
import { readRecorded } from './support/memory-golden.mjs';
import { formatOwn, measureOwn } from './support/own-accuracy.mjs';
import { formatReports, measureReports } from './support/report-accuracy.mjs';
import {
  formatBeyond,
  formatContradictions,
  formatRules,
  formatSides,
  formatSpeed,
  measureSpeed,
  percent as share,
} from './support/speed-accuracy.mjs';

const USAGE = `usage: scripts/accuracy memory DIR [--json]
       scripts/accuracy speed DIR [--cross-validate] [--reports FILE.jsonl] [--json]
       scripts/accuracy reports FILE.jsonl [--leave-out DIR] [--json]
       scripts/accuracy gpus2 DIR [--leave-out DIR] [--json]`;
/** Options of each subject, and whether a value follows. */
const OPTIONS = {
  memory: { '--json': false },
  speed: { '--json': false, '--cross-validate': false, '--reports': true },
  reports: { '--json': false, '--leave-out': true },
  gpus2: { '--json': false, '--leave-out': true },
};

/** What was given, by name; null where it is none of the subject's. */
function optionsOf(subject, words) {
  const known = Object.hasOwn(OPTIONS, subject) ? OPTIONS[subject] : {};
  const given = {};
  for (let i = 0; i < words.length; i++) {
    if (!Object.hasOwn(known, words[i])) return null;
    const name = words[i];
    given[name] = known[name] ? words[++i] : true;
    if (given[name] === undefined) return null;
  }
  return given;
}

const [subject, folder, ...given] = process.argv.slice(2);
const options = optionsOf(subject, given);
if (!folder || options === null) {
  console.error(USAGE);
  process.exit(2);
}
const json = options['--json'] === true;
const log = (text) => console.error(text);
({ memory, speed, reports, gpus2 })[subject]();

function speed() {
  const validate = options['--cross-validate'] === true;
  const { lines, sides, contradictions, worst } = measureSpeed(folder, {
    validate,
    reports: options['--reports'],
    log,
  });
  const missed = lines.filter(({ misses }) => misses.length > 0);
  if (json) {
    console.log(
      JSON.stringify(
        { backend: wasmCalculator.backend, validate, lines, sides, contradictions, worst, missed: missed.length },
        null,
        2,
      ),
    );
  } else {
    console.log(`${formatSpeed(lines)}\n\nSimple rules on the same cells, median / p90:\n\n${formatRules(lines)}`);
    if (sides.length > 0) {
      console.log(`\nBy what was left out, median % / p90 % / in band %:\n\n${formatSides(sides)}`);
      console.log(`\nSources that contradict each other:\n\n${formatContradictions(contradictions.slice(0, 12))}`);
    }
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

/** Prints a table of classes and which are missed. */
function printClasses(lines, text, also) {
  const missed = lines.filter(({ misses }) => misses.length > 0);
  if (json) {
    console.log(JSON.stringify({ backend: wasmCalculator.backend, lines, ...also, missed: missed.length }, null, 2));
  } else console.log(text);
  for (const reason of also.refused ?? []) console.error(`left out: ${reason}`);
  if (missed.length > 0) {
    const names = missed.map(({ class: name, misses }) => `${name} (${misses.join(', ')})`);
    (json ? console.error : console.log)(`\nmisses its target: ${names.join('; ')}`);
    process.exitCode = 1;
  } else if (!json) console.log('\nall targets are met');
}

function reports() {
  const { lines, refused } = measureReports(folder, { folder: options['--leave-out'], log });
  printClasses(lines, formatReports(lines), { refused });
}

function gpus2() {
  const lines = measureOwn(folder, { measured: options['--leave-out'], log });
  printClasses(lines, formatOwn(lines), {});
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
