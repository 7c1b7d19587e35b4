// Tables of data/ that are fitted: profiles, the numbers of back ends with their errors, bands, and types that were measured.
import { gpuKeys, hostKeys } from './fit-profiles.mjs';
import { draftPoints } from './report-accuracy.mjs';
import { reportCells } from './report-cells.mjs';
import { bandFor, bandKindOf, bandPlace, bandsOf, pointsOf, quantilesOf } from './speed-bands.mjs';
import { judgedCells, ownCells } from './speed-cells.mjs';
import { BACKENDS, CLASSES, FIELDS, NUMBERS, OWN_FIELDS } from './speed-profiles.mjs';
import {
  answered,
  betweenEnds,
  calibrateWithOne,
  crossValidate,
  estimateOf,
  machineOf,
  sourceKey,
} from './speed-validation.mjs';

const DIGITS = 4;
/** Of bands and of what few sources tell; every digit is bytes that everybody downloads. */
const FEW_DIGITS = 3;
const rounded = (number) => String(Number(number.toPrecision(FEW_DIGITS)));
/** From here on the fields of a profile are of several sequences and devices. */
const FIRST_OF_SEVERAL = NUMBERS.indexOf('batchQuantized');
const short = (number) => String(Number(number.toPrecision(DIGITS)));

/** Repositories and tools in the words of a source. */
const sourceOf = (text) =>
  /^[\w.-]+\/[\w.-]+/.exec(text)?.[0] ?? (/^stored file/.test(text) ? 'quoted tables' : text.split(' ')[0]);

/** Fewer calibrated cells say too little of a back end for itself. */
const ENOUGH = 25;

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
function profileRowsOf(fits, cells) {
  const rows = [];
  for (const backend of BACKENDS) {
    const fit = fits[backend];
    const keysOf = backend === 'cpu' ? hostKeys : gpuKeys;
    const own = cells.filter((cell) => cell.backend === backend && cell.batch === 1);
    const isOfSeveral = (i) => i >= FIRST_OF_SEVERAL && i < FIELDS.length;
    const digitsOf = (number, i) => (isOfSeveral(i) ? rounded(number) : short(number));
    const numbers = Object.fromEntries(NUMBERS.map((name, i) => [name, digitsOf(fit.numbers[i], i)]));
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

/** Rows of data/speed_spreads.csv. `between`: estimates between two ends that were measured. */
function spreadRowsOf(bands, calibratedPairs, between) {
  const shortBand = ({ p10, p50, p90, ...rest }) => ({
    ...rest,
    p10: rounded(p10),
    p50: rounded(p50),
    p90: rounded(p90),
  });
  const around = (points, kind) => {
    const { n, p10, p90 } = quantilesOf(points);
    return { evidence: 'calibrated', class: kind, device: '', n, p10: Math.min(p10, 1), p50: 1, p90: Math.max(p90, 1) };
  };
  const pointOf = ({ cell, estimate }) => ({
    ratio: cell.value / estimate,
    kind: bandKindOf(cell),
    backend: cell.backend,
    device: cell.hardware,
    source: sourceKey(cell),
  });
  const pairs = calibratedPairs.map(pointOf);
  const calibrated = BACKENDS.flatMap((backend) =>
    CLASSES.map((kind) => {
      const like = pairs.filter((pair) => pair.kind === kind);
      const own = like.filter((pair) => pair.backend === backend);
      // What one row of decoding says of prompts and of several sequences is what a device's own rows do.
      if (like.length === 0)
        return { ...bandFor(bands, { backend, evidence: 'device', kind }), evidence: 'calibrated' };
      return { backend, ...around(own.length >= ENOUGH ? own : like, kind) };
    }),
  );
  const rows = [...bands, ...calibrated].sort((a, b) => bandPlace(a) - bandPlace(b));
  return [...rows, { backend: '', ...around(between.map(pointOf), 'measured') }].map(shortBand);
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

/** A number is of the cells that follow it: whose rate changes by so much of what it does. */
const FOLLOWS = 0.05;
const NUDGE = 1.02;

/** How many cells of a back end each of its numbers moves, and of how many sources. */
function reachOf(fits, cells, backend) {
  const own = cells.filter(
    (cell) => cell.backend === backend || (backend === 'cpu' && cell.class.startsWith('offload')),
  );
  const before = own.map((cell) => estimateOf(cell, machineOf(fits, cell)));
  return NUMBERS.map((_, i) => {
    const nudged = structuredClone(fits[backend]);
    nudged.numbers[i] *= NUDGE;
    const moved = own.filter((cell, n) => {
      const after = estimateOf(cell, machineOf({ ...fits, [backend]: nudged }, cell));
      return Math.abs(after / before[n] - 1) > FOLLOWS * (NUDGE - 1);
    });
    return { n: moved.length, sources: new Set(moved.map(sourceKey)).size };
  });
}

/**
 * Rows of data/speed_numbers.csv: of every number of a back end that cells move where its fit starts and ends, how many
 * cells and sources follow it, and its relative standard error by the jackknife over sources: what the fits without one
 * source each say.
 *
 * @param {any} fits
 * @param {Map<string, any>} sources fits without each source
 * @param {any[]} cells
 */
function numberRowsOf(fits, sources, cells) {
  return BACKENDS.flatMap((backend) => {
    const reach = reachOf(fits, cells, backend);
    const others = [...sources.values()].map((without) => without[backend]).filter((fit) => fit !== fits[backend]);
    return NUMBERS.flatMap((name, i) => {
      if (reach[i].n === 0) return [];
      const logs = others.map((fit) => Math.log(fit.numbers[i] / fits[backend].numbers[i]));
      const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
      const squares = logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
      const error = reach[i].sources > 1 ? Math.sqrt(((logs.length - 1) / logs.length) * squares) : undefined;
      return [
        {
          backend,
          name,
          start: short(fits[backend].startNumbers[i]),
          value: short(fits[backend].numbers[i]),
          ...reach[i],
          error: error === undefined ? '' : String(Number(error.toPrecision(2))),
        },
      ];
    });
  });
}

/** So many sources that contradict each other are still what is known. */
const ENOUGH_SOURCES = 3;

/** A number of fewer sources whose error is larger than itself says nothing: it is where its fit starts. */
function tieUnknown(fits, rows) {
  for (const row of rows) {
    if (!(Number(row.error) > 1) || row.sources >= ENOUGH_SOURCES) continue;
    const fit = fits[row.backend];
    const i = NUMBERS.indexOf(row.name);
    fit.numbers[i] = fit.startNumbers[i];
    row.value = row.start;
  }
}

const COLUMNS = ['level', 'backend', 'name', 'n_decode', 'n_prefill', 'builds', 'sources'];

/**
 * Everything that is fitted, as tables of data/ by their names.
 *
 * @param {string} folder of measurements
 * @param {string} [reports] a file of public reports
 * @param {(text: string) => void} [log]
 */
export function fittedTables(folder, reports, log = () => {}) {
  const cells = answered([...judgedCells(folder), ...ownCells(), ...(reports ? reportCells(reports, log) : [])], log);
  return tablesOf(cells, crossValidate(cells, log), reports);
}

/** The same of cells and of what was left out of them. @param {any[]} cells @param {string} [reports] */
export function tablesOf(cells, { fits, results, sources }, reports) {
  const numbers = numberRowsOf(fits, sources, cells);
  tieUnknown(fits, numbers);
  const points = pointsOf(results);
  if (reports) points.push(...draftPoints(reports, sources, fits, bandsOf(points)));
  return {
    runtime_profiles: { columns: [...COLUMNS, ...NUMBERS], rows: profileRowsOf(fits, cells) },
    speed_numbers: { columns: ['backend', 'name', 'start', 'value', 'n', 'sources', 'error'], rows: numbers },
    speed_spreads: {
      columns: ['backend', 'evidence', 'class', 'device', 'n', 'p10', 'p50', 'p90'],
      rows: spreadRowsOf(bandsOf(points), calibrateWithOne(results), betweenEnds(results)),
    },
    speed_types: { columns: ['backend', 'fileType', 'n'], rows: typeRowsOf(cells) },
  };
}
