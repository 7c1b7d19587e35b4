// How well profiles do on what they were not fitted to: devices, families and models left out as a whole.
import wasmCalculator from '../../dist/wasmCalculator.js';
import {
  copyOfFit,
  emptyFit,
  fitPart,
  fittedProfile,
  gpuKeys,
  groupsOf,
  hostKeys,
  neutral,
  startLike,
} from './fit-profiles.mjs';
import { BACKENDS } from './speed-profiles.mjs';

const { calibrate, estimateSpeed, speedProfile } = wasmCalculator;

const PARTS = ['decode', 'prefill', 'batch', 'split'];
const SWEEPS = 3;
/** Processors last: of what is shared with a GPU that part is fitted by then. */
const IN_TURN = BACKENDS.toSorted((a, b) => Number(a === 'cpu') - Number(b === 'cpu'));
/** Whether a GPU has the rest of it, and the host is known. */
const isOffloaded = ({ class: kind, host, golden, era }) =>
  kind === 'offload, decode' && host?.bandwidth > 0 && (golden || era > 2024);
/** Cells of a back end's fits; of processors also those that have a GPU beside. */
const isOf = (cell, backend) => cell.backend === backend || (backend === 'cpu' && isOffloaded(cell));
/** Whether prompts come in so few tokens at a time that the kernels of decoding take them. */
const isSmall = ({ metric, microBatchSize, promptLength }) =>
  metric === 'prefill' && Math.min(microBatchSize, promptLength) <= 8;
/** Cells that the fit of a part rests on. */
function isOfPart(cell, part, backend) {
  if (cell.backend !== backend) return part === 'decode' && isOffloaded(cell);
  if (backend === 'cpu') {
    return cell.batch === 1 && cell.class === { decode: 'cpu', prefill: 'cpu prefill' }[part];
  }
  switch (part) {
    case 'batch':
      return cell.class === 'batch' || (cell.class === 'prefill' && isSmall(cell));
    case 'split':
      return cell.class.startsWith('several GPUs') && cell.batch === 1 && cell.gpuLayers === 'all';
    case 'offload':
      return cell.class.startsWith('offload') && cell.host?.bandwidth > 0 && (cell.golden || cell.era > 2024);
    default:
      return cell.class === part && !isSmall(cell);
  }
}
const sideOf = (backend) => (backend === 'cpu' ? 'host' : 'gpu');

/** The cell's machine with fitted profiles, or without fits the shipped ones. @param {any} fits by back end */
export function machineOf(fits, cell) {
  const { machine, runtime } = cell.question;
  if (!fits) {
    const gpu = machine.gpus[0] ?? {};
    return {
      ...machine,
      profile: neutral(
        speedProfile({ backend: runtime.backend, family: gpu.family, name: gpu.name, build: runtime.build }),
      ),
      hostProfile: neutral(speedProfile({ backend: 'cpu', ...hostKeys(cell) })),
    };
  }
  return {
    ...machine,
    profile: fittedProfile(fits[cell.question.runtime.backend], gpuKeys(cell)),
    hostProfile: fittedProfile(fits.cpu, hostKeys(cell)),
  };
}

/** Those that the package answers; others are of what the engine refuses, and `log` says why. */
export function answered(cells, log) {
  return cells.filter(({ question: { model, runtime, machine, workload }, source }) => {
    try {
      return estimateSpeed(model, runtime, machine, workload) !== null;
    } catch (error) {
      log(`left out: ${source}: ${error.message}`);
      return false;
    }
  });
}

/** Tokens/s, by the law. */
export function estimateOf(cell, machine) {
  const { model, runtime, workload } = cell.question;
  const estimate = estimateSpeed(model, runtime, machine, workload);
  return cell.metric === 'prefill' ? estimate.prefill.p50 : estimate.tokensPerSecondTotal.p50;
}

/** Cells of a back end that any part has. */
const partsOf = (cells, backend) =>
  cells.filter((cell) => isOf(cell, backend) && [...PARTS, 'offload'].some((part) => isOfPart(cell, part, backend)));
const gpuProfileIn = (fits) => (cell) => fittedProfile(fits[cell.question.runtime.backend], gpuKeys(cell));
const hostProfileIn = (fits) => (cell) => fittedProfile(fits.cpu, hostKeys(cell));

/** What was measured of several sequences, GPUs and hosts is CUDA's most of all: others start where it ends. */
const FIRST = 'cuda';
const OF_FIRST = ['batch', 'split', 'offload'];

/** Fits the parts of one back end in place; of what had the cells `before` those that have other ones now. */
function fitParts(fits, backend, all, sweeps, before = []) {
  for (const part of PARTS) {
    const isPart = (cell) => isOfPart(cell, part, backend);
    const own = all.filter(isPart);
    const isSame = before.length > 0 && before.filter(isPart).length === own.length;
    if (isSame || (backend === 'cpu' && OF_FIRST.includes(part))) continue;
    fitPart(fits[backend], own, part, {
      on: sideOf(backend),
      sweeps,
      all,
      otherProfileOf: backend === 'cpu' ? gpuProfileIn(fits) : undefined,
    });
  }
}

/** Fits what host and GPU do together, when both are fitted. */
function fitOffload(fits, backend, all, sweeps) {
  if (backend === 'cpu') return;
  const own = all.filter((cell) => isOfPart(cell, 'offload', backend));
  fitPart(fits[backend], own, 'offload', { sweeps, all, otherProfileOf: hostProfileIn(fits) });
}

/** Fits of all back ends. @param {any[]} cells */
export function fitAll(cells) {
  const fits = Object.fromEntries(IN_TURN.map((backend) => [backend, emptyFit(backend)]));
  for (const backend of IN_TURN) {
    if (backend !== FIRST) for (const part of ['batch', 'split']) startLike(fits[backend], fits[FIRST], part);
    fitParts(fits, backend, partsOf(cells, backend));
  }
  for (const backend of IN_TURN) {
    if (backend !== FIRST) startLike(fits[backend], fits[FIRST], 'offload');
    fitOffload(fits, backend, partsOf(cells, backend));
  }
  return fits;
}

/** The fits without the cells that `leaves` names, of the back ends that have any. */
export function refit(fits, cells, leaves) {
  const without = { ...fits };
  const kept = new Map();
  for (const backend of IN_TURN) {
    const all = partsOf(cells, backend);
    const left = all.filter((cell) => !leaves(cell));
    if (left.length === all.length) continue;
    kept.set(backend, left);
    without[backend] = copyOfFit(fits[backend]);
    fitParts(without, backend, left, SWEEPS, all);
  }
  for (const [backend, left] of kept) fitOffload(without, backend, left, SWEEPS);
  return without;
}

/** What a cell's profile is of: the processor where that does all. */
export const deviceOf = (cell) => (cell.backend === 'cpu' ? cell.question.machine.host.name : cell.hardware);
/**
 * Repositories, threads and people; our own runs by machine, and what a repository collects of many people by device.
 *
 * @param {{ source: string, golden?: string, hardware: string }} cell
 */
export function sourceKey({ source, golden, hardware }) {
  const name = golden ?? /^[\w.-]+\/[\w.-]+/.exec(source)?.[0] ?? source.replace(/ \(.*$/, '');
  return /community/.test(source) ? `${name}, ${hardware}` : name;
}
/** What a fit knows of a cell's device. */
export function evidenceIn(fit, cell) {
  const { family, name } = cell.backend === 'cpu' ? hostKeys(cell) : gpuKeys(cell);
  if (fit.device[name]) return 'device';
  return fit.family[family] ? 'family' : 'backend';
}
const familyOf = (cell) => (cell.backend === 'cpu' ? cell.question.machine.host.family : cell.family);

/** What is left out as a whole, in turn: every model, every device, every family, every source and every year. */
export const WAYS = {
  model: ({ modelKey }) => modelKey,
  device: (cell) => `${cell.backend}, ${deviceOf(cell)}`,
  family: (cell) => `${cell.backend}, ${familyOf(cell)}`,
  source: sourceKey,
  year: ({ era }) => era,
};

/**
 * Estimates for every cell: `fitted` by fits that know it, and `out` by fits that know no cell of its model, device,
 * family, source or year, with what these know of its device: `{ estimate, evidence }` by the names of WAYS. `fits` are
 * those without its device; `sources` has the fits without each source.
 *
 * @param {any[]} cells
 * @param {(text: string) => void} [log]
 */
export const crossValidate = (cells, log = () => {}) => leaveOut(fitAll(cells), cells, log);

/** The same of fits that are made. @param {any} fits @param {any[]} cells @param {(text: string) => void} log */
export function leaveOut(fits, cells, log) {
  const results = cells.map((cell) => ({ cell, fitted: estimateOf(cell, machineOf(fits, cell)), out: {} }));
  const sources = new Map();
  for (const [way, keyOf] of Object.entries(WAYS)) {
    const groups = groupsOf(cells, keyOf);
    for (const [key, members] of groups) {
      const without = refit(fits, cells, (cell) => keyOf(cell) === key);
      if (way === 'source') sources.set(key, without);
      for (const result of members.map((i) => results[i])) {
        const { cell } = result;
        result.out[way] = {
          estimate: estimateOf(cell, machineOf(without, cell)),
          evidence: evidenceIn(without[cell.backend], cell),
        };
        if (way === 'device') result.fits = without;
      }
    }
    log(`without each ${way}: ${groups.size}`);
  }
  return { fits, results, sources };
}

/** Profiles of `machine` after calibrate() with `measured` cells. */
export function calibrated(machine, measured, weight = 1) {
  const measurements = measured.map(({ question }) => ({
    ...question,
    machine: { ...question.machine, profile: machine.profile, hostProfile: machine.hostProfile },
    weight,
  }));
  const { profile, hostProfile } = calibrate(measurements);
  const neutral = (p, like) => ({ ...p, spreads: like.spreads });
  return {
    ...machine,
    profile: neutral(profile, machine.profile),
    hostProfile: neutral(hostProfile, machine.hostProfile),
  };
}

const atStart = ({ cell }) => cell.class === 'decode' && cell.depthClass === 0 && cell.batch === 1;

/** The row that a user would most likely have: dense, of about 8 billion weights, Q4_K_M. */
function likeliest(rows) {
  const oddity = ({ cell: { model, fileType, moe } }) =>
    Math.abs(Math.log((model.layerCount * model.hiddenSize ** 2) / (32 * 4096 ** 2))) +
    (fileType === 'Q4_K_M' ? 0 : 1) +
    (moe ? 2 : 0);
  return rows.reduce((best, row) => (oddity(row) < oddity(best) ? row : best));
}

/** What calibrate() makes of one decoding row of a machine that was left out: estimates of its other models. */
export function calibrateWithOne(results) {
  const pairs = [];
  const machines = new Map();
  for (const result of results.filter(atStart)) {
    const key = `${result.cell.backend}|${result.cell.hardware}|${result.cell.era}`;
    if (!machines.has(key)) machines.set(key, []);
    machines.get(key).push(result);
  }
  for (const rows of machines.values()) {
    const own = likeliest(rows);
    const others = rows.filter(({ cell }) => cell.modelKey !== own.cell.modelKey);
    if (others.length === 0) continue;
    const { profile, hostProfile } = calibrated(machineOf(own.fits, own.cell), [own.cell]);
    for (const { cell } of others) {
      pairs.push({
        cell,
        own: own.cell,
        estimate: estimateOf(cell, { ...cell.question.machine, profile, hostProfile }),
      });
    }
  }
  return pairs;
}

/** Cells of one model on one machine that differ in gpuLayers alone, with both ends: estimates of what is between. */
export function betweenEnds(results) {
  const series = new Map();
  for (const result of results) {
    const { cell } = result;
    const placed = ['decode', 'offload, decode', 'cpu'].includes(cell.class) && cell.gpus === 1 && cell.era > 2023;
    if (!placed || cell.cpuMoeLayers !== 0 || cell.kvOffload === false || cell.batch !== 1) continue;
    const key = JSON.stringify([cell.hardware, cell.modelKey, cell.fileType, cell.era, cell.source, cell.depthClass]);
    if (!series.has(key)) series.set(key, []);
    series.get(key).push(result);
  }
  const found = [];
  for (const rows of series.values()) {
    const layers = (cell) =>
      cell.gpuLayers === 'all' || cell.gpuLayers > cell.model.layerCount ? Infinity : cell.gpuLayers;
    const all = rows.find(({ cell }) => layers(cell) === Infinity);
    const none = rows.find(({ cell }) => layers(cell) === 0 && cell.threads === (all?.cell.threads || cell.threads));
    if (!all || !none) continue;
    // Weighted so that both ends are met.
    const machine = calibrated(machineOf(all.fits, none.cell), [all.cell, none.cell], 1e4);
    for (const { cell } of rows) {
      if (layers(cell) === Infinity || layers(cell) === 0) continue;
      found.push({ cell, estimate: estimateOf(cell, { ...machine, gpus: cell.question.machine.gpus }) });
    }
  }
  return found;
}

/** Decoding at depth over decoding without, measured and estimated by the fits that know no cell of the device. */
export function depthRatios(results) {
  const starts = new Map();
  const keyOf = ({ cell }) =>
    JSON.stringify([
      cell.backend,
      cell.hardware,
      cell.modelKey,
      cell.fileType,
      cell.era,
      cell.gpus,
      cell.cacheType,
      cell.flashAttention,
    ]);
  for (const result of results) if (atStart(result)) starts.set(keyOf(result), result);
  const ratios = [];
  for (const result of results) {
    const { cell } = result;
    const start = starts.get(keyOf(result));
    if (cell.class !== 'decode' || cell.depthClass < 4096 || cell.depthClass > 32768 || !start) continue;
    ratios.push({
      cell,
      value: cell.value / start.cell.value,
      estimate: result.out.device.estimate / start.out.device.estimate,
    });
  }
  return ratios;
}
