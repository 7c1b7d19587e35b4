// Profiles that make measurements most likely: back ends around a common start, families around their back end, builds
// and devices around those. Each level is calibrate() of the package, with the other levels held, in turn until nothing
// moves.
import wasmCalculator from '../../dist/wasmCalculator.js';
import { SPREADS } from '../../js/core/speed.js';
import { FIELDS, NUMBERS, OWN_FIELDS, priorRows, TYPES } from './speed-profiles.mjs';

const { calibrate } = wasmCalculator;

/** Standard deviations of logarithms, by what is fitted; `types`: of the costs of tensor types. */
const DEVIATIONS = {
  decode: {
    backend: {
      bandwidthShare: 0.08,
      kernelShare: 0.4,
      layerSeconds: 0.5,
      expertLayers: 0.4,
      recurrentLayers: 0.5,
      cacheShare: 0.3,
      cacheOperations: 0.4,
    },
    types: 0.5,
    family: { bandwidthShare: 0.15, kernelShare: 0.6, layerSeconds: 0.6, cacheShare: 0.4 },
    builds: { bandwidthShare: 0.1, kernelShare: 0.15, layerSeconds: 0.5 },
    device: { bandwidthShare: 0.15, kernelShare: 0.45, layerSeconds: 0.4, cacheShare: 0.2 },
  },
  prefill: {
    backend: {
      quantizedShare: 0.4,
      halfShare: 0.4,
      attentionShare: 0.8,
      prefillLayerSeconds: 0.4,
      expertPadding: 0.5,
      expertSeconds: 0.3,
      scoreBytes: 0.3,
      recurrentCost: 0.4,
      callSeconds: 0.3,
    },
    types: 0.2,
    family: {
      quantizedShare: 0.2,
      halfShare: 0.15,
      attentionShare: 0.25,
      prefillLayerSeconds: 0.2,
      expertPadding: 0.35,
    },
    builds: { quantizedShare: 0.4, halfShare: 0.3, attentionShare: 0.4, prefillLayerSeconds: 0.4 },
    device: {
      quantizedShare: 0.4,
      halfShare: 0.3,
      attentionShare: 0.4,
      prefillLayerSeconds: 0.3,
      expertPadding: 0.75,
    },
  },
};
/** Of what devices do together and with several sequences, which back ends alone have. */
Object.assign(DEVIATIONS, {
  batch: {
    backend: {
      batchQuantized: 0.5,
      batchQ8: 0.5,
      batchFloat: 0.5,
      batchExperts: 0.5,
      batchLayerSeconds: 0.5,
      matrixShare: 0.4,
      matrixExperts: 0.4,
      matrixExpertWork: 0.4,
      matrixLayerSeconds: 0.5,
      batchCache: 0.3,
    },
  },
  split: {
    backend: {
      gpuHopSeconds: 1,
      slowHopSeconds: 1,
      reduceSeconds: 0.5,
      reduceTokenSeconds: 0.5,
      reduceExperts: 0.5,
      pipelineShare: 1,
    },
  },
  offload: { backend: { hostHopSeconds: 0.5, expertHopSeconds: 0.5, linkShare: 0.3 } },
});
/** Of processors, whose families are apart further and whose rows are few. */
const HOST_DEVIATIONS = {
  decode: {
    backend: { bandwidthShare: 0.1, kernelShare: 0.3, layerSeconds: 0.3 },
    types: 0.3,
    family: { bandwidthShare: 0.15, kernelShare: 0.5, layerSeconds: 0.2 },
    builds: {},
    device: { bandwidthShare: 0.12, kernelShare: 0.15 },
  },
  prefill: {
    backend: { quantizedShare: 0.4, halfShare: 0.4 },
    types: 0.1,
    family: { quantizedShare: 0.4, halfShare: 0.4 },
    builds: {},
    device: { quantizedShare: 0.2, halfShare: 0.2 },
  },
};
/** A family is one of so many devices and cells, a device of so many cells; fewer say too little of others. */
const LEAST = { family: { cells: 6, devices: 2 }, builds: { cells: 1, devices: 1 }, device: { cells: 3, devices: 1 } };
/** Sweeps over the levels; factors move less than 1 % after these. */
const SWEEPS = 5;
const BUILD_NAMES = { 2023: '2023', 2024: '2024' };

const buildOf = (cell) => BUILD_NAMES[cell.era];

const ONE = { p10: 1, p50: 1, p90: 1 };
/** What is fitted is the law, before its bands. */
const NEUTRAL = Object.fromEntries(SPREADS.map((kind) => [kind, ONE]));
export const neutral = (profile) => ({ ...profile, spreads: NEUTRAL });

/** NUMBERS as a profile of the package. */
function profileOfNumbers(numbers) {
  const from = FIELDS.length;
  const byType = (start) => Object.fromEntries(TYPES.map((type, i) => [type, numbers[start + i]]));
  return {
    spreads: NEUTRAL,
    evidence: 'none',
    ...Object.fromEntries(FIELDS.map((field, i) => [field, numbers[i]])),
    operationsPerWeight: byType(from),
    prefillCost: byType(from + TYPES.length),
  };
}

const OWN_INDICES = OWN_FIELDS.map((field) => FIELDS.indexOf(field));

/** @returns a fit that knows nothing: the start's numbers, and no factors */
export function emptyFit(backend) {
  const row = priorRows().find((prior) => prior.backend === backend);
  const startNumbers = NUMBERS.map((name) => Number(row[name]));
  return { startNumbers, numbers: [...startNumbers], family: {}, builds: {}, device: {} };
}

/** The profile of a device in a fit, with what is known of it. */
export function fittedProfile(fit, { family, name, build }) {
  const numbers = [...fit.numbers];
  for (const [level, key] of [
    ['family', family],
    ['builds', build],
    ['device', name],
  ]) {
    const factors = fit[level][key];
    if (factors) for (const [n, index] of OWN_INDICES.entries()) numbers[index] *= factors[n];
  }
  return profileOfNumbers(numbers);
}

/** How much a cell counts: one device shall not decide, nor short prompts and values that disagree. */
function weightsOf(cells) {
  const counts = new Map();
  for (const { hardware } of cells) counts.set(hardware, (counts.get(hardware) ?? 0) + 1);
  return cells.map((cell) => {
    const own = Math.sqrt(Math.min(1, (cell.golden ? 40 : 8) / counts.get(cell.hardware)));
    const unsure = (cell.spread > 1.7 ? 0.5 : 1) * (cell.metric === 'prefill' && cell.promptLength < 200 ? 0.4 : 1);
    return own * unsure;
  });
}

/** One level of one part: moves the numbers or factors that `keyOf` names. */
function fitLevel(fit, cells, weights, on, { level, key, deviations, types, part, otherProfileOf }) {
  const free = [];
  for (const [field, deviation] of Object.entries(deviations)) {
    const index = FIELDS.indexOf(field);
    const now =
      level === 'backend' ? fit.numbers[index] / fit.startNumbers[index] : fit[level][key][OWN_FIELDS.indexOf(field)];
    free.push({ parameter: index, deviation, center: -Math.log(now), field });
  }
  if (types) {
    const first = FIELDS.length + (part === 'prefill' ? TYPES.length : 0);
    for (const i of TYPES.keys()) {
      const index = first + i;
      free.push({
        parameter: index,
        // Back ends without kernels for BF16 take many times as long as others: its cost may be far from the start.
        deviation: TYPES[i] === 'BF16' ? 2 * types : types,
        center: -Math.log(fit.numbers[index] / fit.startNumbers[index]),
      });
    }
  }
  const offset = on === 'host' ? NUMBERS.length : 0;
  const measurements = cells.map((cell, n) => {
    const profile = fittedProfile(fit, on === 'host' ? hostKeys(cell) : gpuKeys(cell));
    const machine = { ...cell.question.machine, [on === 'host' ? 'hostProfile' : 'profile']: profile };
    if (on === 'host' ? cell.backend !== 'cpu' : otherProfileOf) {
      machine[on === 'host' ? 'profile' : 'hostProfile'] = otherProfileOf(cell);
    }
    return { ...cell.question, machine, weight: weights[n] };
  });
  const parameters = free.map(({ parameter, deviation, center }) => ({
    parameter: parameter + offset,
    deviation,
    center,
  }));
  const { factors } = calibrate(measurements, { parameters });
  let furthest = 0;
  for (const [n, { parameter, field }] of free.entries()) {
    if (level === 'backend') fit.numbers[parameter] *= factors[n];
    else fit[level][key][OWN_FIELDS.indexOf(field)] *= factors[n];
    furthest = Math.max(furthest, Math.abs(Math.log(factors[n])));
  }
  return furthest;
}

export const gpuKeys = (cell) => ({ family: cell.family, name: cell.hardware, build: buildOf(cell) });
export const hostKeys = ({ question: { machine } }) => ({ family: machine.host.family, name: machine.host.name });

/** Places of items by their key; what has none is in no group. @template T @param {T[]} items @param {(item: T) => unknown} keyOf */
export function groupsOf(items, keyOf) {
  const groups = new Map();
  for (const [i, item] of items.entries()) {
    const key = keyOf(item);
    if (key === undefined) continue;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(i);
  }
  return groups;
}

/** Families, builds and devices that have cells enough. @param {any[]} cells */
function knownLevels(cells, keysOf) {
  const levels = {};
  for (const level of ['family', 'builds', 'device']) {
    const groups = groupsOf(
      cells,
      (cell) => keysOf(cell)[{ family: 'family', builds: 'build', device: 'name' }[level]],
    );
    const { cells: least, devices } = LEAST[level];
    const isKnown = ([, members]) =>
      members.length >= least && new Set(members.map((i) => keysOf(cells[i]).name)).size >= devices;
    levels[level] = new Set([...groups].filter(isKnown).map(([key]) => key));
  }
  return levels;
}

/** Places in NUMBERS of what a part moves. */
function indicesOf(part) {
  const fields = Object.keys(DEVIATIONS[part].backend).map((field) => FIELDS.indexOf(field));
  if (part !== 'decode' && part !== 'prefill') return fields;
  const first = FIELDS.length + (part === 'prefill' ? TYPES.length : 0);
  return [...fields, ...TYPES.map((_, i) => first + i)];
}

/** Back to the start where nothing is measured. */
function reset(fit, part) {
  for (const index of indicesOf(part)) fit.numbers[index] = fit.startNumbers[index];
}

/** Starts a part where another back end ended that has been measured more: what nothing tells is as there. */
export function startLike(fit, like, part) {
  for (const index of indicesOf(part)) {
    fit.startNumbers[index] *= like.numbers[index] / like.startNumbers[index];
    fit.numbers[index] = fit.startNumbers[index];
  }
}

/**
 * Fits one part of a back end's profiles in place.
 *
 * @param {ReturnType<typeof emptyFit>} fit
 * @param {any[]} cells of the back end and the part
 * @param {'decode' | 'prefill' | 'batch' | 'split' | 'offload'} part
 * @param {{ on?: 'gpu' | 'host', sweeps?: number, all?: any[], otherProfileOf?: (cell: any) => object }} [options] `all`:
 *   cells of all parts, by which a family or device is known; `otherProfileOf`: the profile of the GPU that has the rest
 *   of a processor's cell, or of the host that has the rest of a GPU's
 */
export function fitPart(fit, cells, part, { on = 'gpu', sweeps = SWEEPS, all = cells, otherProfileOf } = {}) {
  const deviations = (on === 'host' ? HOST_DEVIATIONS : DEVIATIONS)[part];
  const keysOf = on === 'host' ? hostKeys : gpuKeys;
  const known = knownLevels(all, keysOf);
  for (const [level, names] of Object.entries(known)) {
    for (const key of Object.keys(fit[level])) if (!names.has(key)) delete fit[level][key];
  }
  if (cells.length === 0) return reset(fit, part);
  const weights = weightsOf(cells);
  for (let sweep = 0; sweep < sweeps; sweep++) {
    let furthest = fitLevel(fit, cells, weights, on, {
      level: 'backend',
      deviations: deviations.backend,
      types: deviations.types,
      part,
      otherProfileOf,
    });
    for (const level of ['family', 'builds', 'device']) {
      const groups = groupsOf(
        cells,
        (cell) => keysOf(cell)[level === 'builds' ? 'build' : level === 'device' ? 'name' : 'family'],
      );
      if (Object.keys(deviations[level] ?? {}).length === 0) continue;
      for (const [key, members] of groups) {
        if (!known[level].has(key)) continue;
        fit[level][key] ??= OWN_FIELDS.map(() => 1);
        const moved = fitLevel(
          fit,
          members.map((i) => cells[i]),
          members.map((i) => weights[i]),
          on,
          { level, key, deviations: deviations[level], part, otherProfileOf },
        );
        furthest = Math.max(furthest, moved);
      }
    }
    if (furthest < 0.01) break;
  }
}

/** A copy that can be fitted further. */
export const copyOfFit = (fit) => structuredClone(fit);
