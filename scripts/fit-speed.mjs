// Fits the profiles of back ends, families and devices to a folder of measurements (docs/speed.md has its format) and to
// tests/golden/h100.tsv and h200.tsv, and writes data/runtime_profiles.csv, data/speed_spreads.csv, data/speed_types.csv and the header
// that is made of them:
//
//   node scripts/fit-speed.mjs DIR [REPORTS.jsonl]   fits and writes, from public reports too; takes some minutes for the
//                                                    cross-validation
//   node scripts/fit-speed.mjs --header              writes the header alone
//   node scripts/fit-speed.mjs --check               that the header is up to date
//
// Rows are other people's: what is written are parameters, quantiles of errors, counts and the names of sources.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { BACKENDS, CLASSES, EVIDENCES, FIELDS, headerOf, NUMBERS, OWN_FIELDS } from './support/speed-profiles.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const HEADER = `${root}include/llmcalc/speed/profile_data.hpp`;

const formatted = () =>
  execFileSync('clang-format', [`--assume-filename=${HEADER}`], { input: headerOf(), encoding: 'utf8' });

const DIGITS = 4;
const short = (number) => String(Number(number.toPrecision(DIGITS)));
const csvOf = (columns, rows) =>
  `${[columns, ...rows.map((row) => columns.map((column) => row[column] ?? ''))].map((cells) => cells.map((cell) => (/[",]/.test(cell) ? `"${String(cell).replaceAll('"', '""')}"` : cell)).join(',')).join('\n')}\n`;

/** Repositories and tools in the words of a source. */
const sourceOf = (text) =>
  /^[\w.-]+\/[\w.-]+/.exec(text)?.[0] ?? (/^stored file/.test(text) ? 'quoted tables' : text.split(' ')[0]);

/** Counts, builds and sources of cells. */
function evidenceOf(cells) {
  const years = cells.map(({ era }) => era);
  const sources = new Map();
  for (const { source } of cells) sources.set(sourceOf(source), (sources.get(sourceOf(source)) ?? 0) + 1);
  const ranked = [...sources].sort((a, b) => b[1] - a[1]).map(([name]) => name);
  const count = (metric) => cells.filter((cell) => cell.metric === metric).length;
  const first = Math.min(...years);
  const last = Math.max(...years);
  return {
    n_decode: count('decode'),
    n_prefill: count('prefill'),
    builds: cells.length === 0 ? '' : first === last ? `${first}` : `${first} to ${last}`,
    sources: ranked.join('; '),
  };
}

/** Rows of data/runtime_profiles.csv. */
function profileRowsOf(fits, cells, gpuKeys, hostKeys) {
  const rows = [];
  for (const backend of BACKENDS) {
    const fit = fits[backend];
    const keysOf = backend === 'cpu' ? hostKeys : gpuKeys;
    const own = cells.filter((cell) => cell.backend === backend && cell.batch === 1);
    const numbers = Object.fromEntries(NUMBERS.map((name, i) => [name, short(fit.numbers[i])]));
    rows.push({ level: 'backend', backend, name: '', ...evidenceOf(own), ...numbers });
    for (const [level, key] of [
      ['family', 'family'],
      ['builds', 'build'],
      ['device', 'name'],
    ]) {
      for (const [name, factors] of Object.entries(fit[level])) {
        const members = own.filter((cell) => keysOf(cell)[key] === name);
        const values = Object.fromEntries(OWN_FIELDS.map((field, i) => [field, short(factors[i])]));
        rows.push({ level, backend, name, ...evidenceOf(members), ...values });
      }
    }
  }
  return rows;
}

/** No device counts for more than so many cells. */
const PER_DEVICE = 10;

/**
 * Weighted quantiles of measured over estimated, so far out that the next one is beyond either with one chance in ten
 * (split conformal prediction: of n the 0.9 (n + 1)th from the other end).
 *
 * @param {{ ratio: number, device: string }[]} points
 */
function quantilesOf(points) {
  const counts = new Map();
  for (const { device } of points) counts.set(device, (counts.get(device) ?? 0) + 1);
  const sorted = points
    .map(({ ratio, device }) => ({ ratio, weight: Math.min(1, PER_DEVICE / counts.get(device)) }))
    .sort((a, b) => a.ratio - b.ratio);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const at = (ordered, rank) => {
    let sum = 0;
    for (const { ratio, weight } of ordered) {
      sum += weight;
      if (sum >= rank) return ratio;
    }
    return ordered.at(-1).ratio;
  };
  const outer = 0.9 * (total + total / points.length);
  return {
    n: points.length,
    p10: at(sorted.toReversed(), outer),
    p50: at(sorted, 0.5 * total),
    p90: at(sorted, outer),
  };
}

/** Around the law, which is fitted without bias, unless `p50` is given. */
const bandOf = ({ n, p10, p90 }, p50 = 1) => ({
  n,
  p10: short(Math.min(p10, p50)),
  p50: short(p50),
  p90: short(Math.max(p90, p50)),
});

/** Fewer cells say too little of a back end for itself, or of a device. */
const ENOUGH = 25;
const ENOUGH_OF_DEVICE = 20;

/** The next surer of each. */
const SURER = { none: 'backend', backend: 'family', family: 'device' };
const FROM_SUREST = ['device', 'family', 'backend', 'none', 'calibrated'];

function spreadRowsOf({ results }, calibratedPairs, interpolated, { deviceOf, sourceKey }) {
  const classOf = (cell) => {
    if (cell.class === 'batch') return 'batched';
    if (cell.class === 'prefill' || cell.class === 'cpu prefill') return 'prefill';
    return cell.class === 'decode' || cell.class === 'cpu' ? (cell.moe ? 'experts' : 'decode') : null;
  };
  const pointsOf = (evidence, kind) => {
    if (evidence === 'calibrated' && (kind === 'decode' || kind === 'experts')) {
      return calibratedPairs
        .filter(({ cell }) => classOf(cell) === kind)
        .map(({ cell, estimate }) => ({ cell, ratio: cell.value / estimate, device: cell.hardware }));
    }
    // What a person has is of no source that was fitted: a band is of what other sources say of a device, and of what its
    // other models, its family's other devices and other families do.
    const left = {
      device: () => 'modelOut',
      calibrated: () => 'modelOut',
      family: ({ familyKnown }) => (familyKnown ? 'deviceOut' : null),
      backend: () => 'familyOut',
      none: () => 'familyOut',
    }[evidence];
    const known = { calibrated: 'device', none: 'backend' }[evidence] ?? evidence;
    const pointOf = (result, estimate) => ({
      cell: result.cell,
      ratio: result.cell.value / result[estimate],
      device: result.cell.hardware,
    });
    const own = results.filter(({ cell }) => classOf(cell) === kind);
    const bySource = own
      .filter(({ sourceEvidence }) => sourceEvidence === known)
      .map((result) => pointOf(result, 'sourceOut'));
    const byOther = own.flatMap((result) => {
      const estimate = left(result);
      return estimate === null ? [] : [pointOf(result, estimate)];
    });
    return [...bySource, ...byOther];
  };
  const pointsFor = (evidence, kind, belongs) => pointsOf(evidence, kind).filter(({ cell }) => belongs(cell));
  const hasBatches = new Set(results.filter(({ cell }) => classOf(cell) === 'batched').map(({ cell }) => cell.backend));
  const rows = [];
  for (const backend of BACKENDS) {
    for (const stated of FROM_SUREST) {
      for (const kind of CLASSES) {
        // Whatever is known of a device, nothing is of its batches where the back end has none.
        const evidence = kind === 'batched' && !hasBatches.has(backend) ? 'none' : stated;
        const isOfSide = (cell) => (cell.backend === 'cpu') === (backend === 'cpu');
        // Of processors there are few batches and experts, and none that were calibrated.
        const [of, like] = [
          [evidence, kind],
          [evidence, 'decode'],
          ['device', 'decode'],
        ].find(([of, like]) => pointsFor(of, like, isOfSide).length > 0);
        const own = pointsFor(of, like, (cell) => cell.backend === backend);
        const { n, p10, p50, p90 } = quantilesOf(own.length >= ENOUGH ? own : pointsFor(of, like, isOfSide));
        // Nothing like it: half as far again.
        const wider = (ratio) => (evidence === 'none' ? ratio ** 1.5 : ratio);
        // The law is fitted without bias, but for batches, whose constants are of other runs.
        const middle = kind === 'batched' ? p50 : 1;
        // Who knows less is no surer.
        const surer = rows.find(
          (row) => row.backend === backend && row.class === kind && row.evidence === SURER[stated],
        );
        const least = (ratio) => Math.min(ratio, surer ? Number(surer.p10) : ratio);
        const most = (ratio) => Math.max(ratio, surer ? Number(surer.p90) : ratio);
        rows.push({
          backend,
          evidence: stated,
          class: kind,
          device: '',
          ...bandOf({ n, p10: least(wider(p10)), p90: most(wider(p90)) }, middle),
        });
      }
    }
  }
  const place = ({ backend, evidence, class: kind }) =>
    (BACKENDS.indexOf(backend) * EVIDENCES.length + EVIDENCES.indexOf(evidence)) * CLASSES.length +
    CLASSES.indexOf(kind);
  rows.sort((a, b) => place(a) - place(b));
  for (const backend of BACKENDS) {
    for (const kind of ['decode', 'experts', 'prefill']) {
      // Of a device's own bands each cell counts as its source and as its model were left out.
      const own = pointsFor('device', kind, (cell) => cell.backend === backend);
      for (const device of new Set(own.map(({ cell }) => deviceOf(cell)))) {
        const points = own.filter(({ cell }) => deviceOf(cell) === device);
        const sources = new Set(points.map(({ cell }) => sourceKey(cell)));
        if (points.length < 2 * ENOUGH_OF_DEVICE || sources.size < 2) continue;
        rows.push({ backend, evidence: 'device', class: kind, device, ...bandOf(quantilesOf(points)) });
      }
    }
  }
  const between = interpolated.map(({ cell, estimate }) => ({ ratio: cell.value / estimate, device: cell.hardware }));
  rows.push({
    backend: '',
    evidence: 'calibrated',
    class: 'measured',
    device: '',
    ...bandOf(quantilesOf(between)),
  });
  return rows;
}

/** Rows of data/speed_types.csv: what was decoded, by back end. */
function typeRowsOf(cells) {
  const rows = [];
  for (const backend of BACKENDS) {
    const counts = new Map();
    for (const cell of cells) {
      if (cell.backend !== backend || cell.metric !== 'decode') continue;
      counts.set(cell.fileType, (counts.get(cell.fileType) ?? 0) + 1);
    }
    for (const [fileType, n] of [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))) {
      rows.push({ backend, fileType, n });
    }
  }
  return rows;
}

const writeTypes = (cells) =>
  writeFileSync(`${root}data/speed_types.csv`, csvOf(['backend', 'fileType', 'n'], typeRowsOf(cells)));

async function fit(folder, reports) {
  const { judgedCells, ownCells } = await import('./support/speed-cells.mjs');
  const { reportCells } = await import('./support/report-cells.mjs');
  const { answered, betweenEnds, calibrateWithOne, crossValidate, deviceOf, sourceKey } = await import(
    './support/speed-validation.mjs'
  );
  const { gpuKeys, hostKeys } = await import('./support/fit-profiles.mjs');
  const log = (text) => console.error(text);
  const cells = answered([...judgedCells(folder), ...ownCells(), ...(reports ? reportCells(reports, log) : [])], log);
  const validated = crossValidate(cells, log);
  const profiles = profileRowsOf(validated.fits, cells, gpuKeys, hostKeys);
  writeFileSync(
    `${root}data/runtime_profiles.csv`,
    csvOf(
      [
        'level',
        'backend',
        'name',
        'n_decode',
        'n_prefill',
        'builds',
        'sources',
        ...FIELDS,
        ...NUMBERS.slice(FIELDS.length),
      ],
      profiles,
    ),
  );
  writeTypes(cells);
  const spreads = spreadRowsOf(validated, calibrateWithOne(validated.results), betweenEnds(validated.results), {
    deviceOf,
    sourceKey,
  });
  writeFileSync(
    `${root}data/speed_spreads.csv`,
    csvOf(['backend', 'evidence', 'class', 'device', 'n', 'p10', 'p50', 'p90'], spreads),
  );
  console.log(`${cells.length} cells; ${profiles.length} profiles, ${spreads.length} bands`);
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
