// How well profiles do on what they were not fitted to: devices, families and models left out as a whole.
import wasmCalculator from '../../dist/wasmCalculator.js';
import { copyOfFit, emptyFit, fitPart, fittedProfile, gpuKeys, hostKeys, neutral } from './fit-profiles.mjs';
import { BACKENDS } from './speed-profiles.mjs';

const { calibrate, estimateSpeed, speedProfile } = wasmCalculator;

const PARTS = ['decode', 'prefill'];
const SWEEPS = 3;
/** Whether a GPU has the rest of it, and the host is known. */
const isOffloaded = ({ class: kind, host, golden, era }) =>
  kind === 'offload, decode' && host?.bandwidth > 0 && (golden || era > 2024);
/** Cells of a back end's fits; of processors also those that have a GPU beside. */
const isOf = (cell, backend) => cell.backend === backend || (backend === 'cpu' && isOffloaded(cell));
/** Cells that the fit of a part rests on. */
function isOfPart(cell, part, backend) {
  if (cell.backend !== backend) return part === 'decode' && isOffloaded(cell);
  if (backend === 'cpu') return cell.class === (part === 'decode' ? 'cpu' : 'cpu prefill') && cell.batch === 1;
  return cell.class === part;
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

/** Cells of both parts. */
const partsOf = (cells, backend) =>
  cells.filter((cell) => isOf(cell, backend) && PARTS.some((part) => isOfPart(cell, part, backend)));
const gpuProfileIn = (fits) => (cell) => fittedProfile(fits[cell.question.runtime.backend], gpuKeys(cell));

/** Fits of all back ends. @param {any[]} cells */
export function fitAll(cells) {
  const fits = {};
  // Processors last: of what is shared with a GPU that part is fitted by then.
  for (const backend of BACKENDS.toSorted((a, b) => Number(a === 'cpu') - Number(b === 'cpu'))) {
    fits[backend] = emptyFit(backend);
    for (const part of PARTS) {
      const all = partsOf(cells, backend);
      const own = all.filter((cell) => isOfPart(cell, part, backend));
      fitPart(fits[backend], own, part, { on: sideOf(backend), all, gpuProfileOf: gpuProfileIn(fits) });
    }
  }
  return fits;
}

/** The fits without the cells of a back end that `leaves` names. */
function refit(fits, cells, backend, leaves, forget) {
  const fit = copyOfFit(fits[backend]);
  for (const level of ['family', 'device']) for (const name of forget[level] ?? []) delete fit[level][name];
  const all = partsOf(cells, backend).filter((cell) => !leaves(cell));
  for (const part of PARTS) {
    const left = all.filter((cell) => isOfPart(cell, part, backend));
    fitPart(fit, left, part, { on: sideOf(backend), sweeps: SWEEPS, all, gpuProfileOf: gpuProfileIn(fits) });
  }
  return { ...fits, [backend]: fit };
}

/** What a cell's profile is of: the processor where that does all. */
export const deviceOf = (cell) => (cell.backend === 'cpu' ? cell.question.machine.host.name : cell.hardware);
/** Repositories, threads and people; our own runs by machine. */
export const sourceKey = ({ source, golden }) =>
  golden ?? /^[\w.-]+\/[\w.-]+/.exec(source)?.[0] ?? source.replace(/ \(.*$/, '');
/** What a fit knows of a cell's device. */
export function evidenceIn(fit, cell) {
  const { family, name } = cell.backend === 'cpu' ? hostKeys(cell) : gpuKeys(cell);
  if (fit.device[name]) return 'device';
  return fit.family[family] ? 'family' : 'backend';
}
const familyOf = (cell) => (cell.backend === 'cpu' ? cell.question.machine.host.family : cell.family);

/**
 * Estimates for every cell: `fitted` by fits that know it, `modelOut`, `deviceOut`, `familyOut` and `sourceOut` by fits that
 * know no cell of its model, device, family or source; `familyKnown`, whether the family has other devices; and
 * `sourceEvidence`, what is known of the device from other sources.
 *
 * @param {any[]} cells
 * @param {(text: string) => void} [log]
 */
export function crossValidate(cells, log = () => {}) {
  const fits = fitAll(cells);
  const results = cells.map((cell) => ({ cell, fitted: estimateOf(cell, machineOf(fits, cell)) }));
  for (const backend of BACKENDS) {
    const own = results.filter(({ cell }) => cell.backend === backend);
    const names = (keyOf) => [...new Set(own.map(({ cell }) => keyOf(cell)))];
    for (const device of names(deviceOf)) {
      const family = familyOf(own.find(({ cell }) => deviceOf(cell) === device).cell);
      const alone = !own.some(({ cell }) => familyOf(cell) === family && deviceOf(cell) !== device);
      const without = refit(fits, cells, backend, (cell) => deviceOf(cell) === device, {
        device: [device],
        family: alone ? [family] : [],
      });
      for (const result of own) {
        if (deviceOf(result.cell) !== device) continue;
        result.familyKnown = !alone;
        result.fits = without;
        result.deviceOut = estimateOf(result.cell, machineOf(without, result.cell));
      }
    }
    for (const family of names(familyOf)) {
      const without = refit(fits, cells, backend, (cell) => familyOf(cell) === family, {
        family: [family],
        device: names((cell) => (familyOf(cell) === family ? deviceOf(cell) : undefined)),
      });
      for (const result of own) {
        if (familyOf(result.cell) === family)
          result.familyOut = estimateOf(result.cell, machineOf(without, result.cell));
      }
    }
    for (const source of names(sourceKey)) {
      const without = refit(fits, cells, backend, (cell) => sourceKey(cell) === source, {});
      for (const result of own) {
        if (sourceKey(result.cell) !== source) continue;
        result.sourceOut = estimateOf(result.cell, machineOf(without, result.cell));
        result.sourceEvidence = evidenceIn(without[backend], result.cell);
      }
    }
    for (const model of names((cell) => cell.modelKey)) {
      const without = refit(fits, cells, backend, (cell) => cell.modelKey === model, {});
      for (const result of own) {
        if (result.cell.modelKey === model) result.modelOut = estimateOf(result.cell, machineOf(without, result.cell));
      }
    }
    log(`${backend}: ${own.length} cells`);
  }
  return { fits, results };
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
    ratios.push({ cell, value: cell.value / start.cell.value, estimate: result.deviceOut / start.deviceOut });
  }
  return ratios;
}
