// @ts-check
// planMemory and fits over a core. A model and a runtime go to C++ as rows of numbers, in the order of its tables,
// which js/generated/layout.js is made of.

import {
  ALL_LAYERS,
  DEFAULT_GPU_MARGIN,
  DEVICE_FIT,
  DEVICE_LENGTH,
  FIT,
  GROUP_KEYS,
  MACHINE,
  MACHINE_GPU,
  MACHINE_KEYS,
  MAXIMUM_GPUS,
  MAXIMUM_GROUPS,
  MAXIMUM_LAYERS,
  MAXIMUM_RUNS,
  MODEL,
  MODEL_KEYS,
  NAMES,
  PLAN,
  RUN,
  RUNTIME,
  RUNTIME_GPU,
  RUNTIME_KEYS,
  readDevice,
  readPlanFields,
  VERDICTS,
  writeGroupFields,
  writeModelFields,
  writeRuntimeFields,
} from '../generated/layout.js';
import { bytesOfTensor } from '../models/tensors.js';
import {
  asker,
  asking,
  blockOf,
  checkKnown,
  flagOf,
  nameOf,
  numberOf,
  placeOf,
  put,
  rangeError,
  wrongType,
} from './arguments.js';
import { readGpu } from './gpus.js';

export { NAMES };

/**
 * @typedef {import('../types/all.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types/all.d.ts').LayerGroup} LayerGroup
 * @typedef {import('../types/all.d.ts').Runtime} Runtime
 * @typedef {import('../types/all.d.ts').MemoryPlan} MemoryPlan
 * @typedef {import('../types/all.d.ts').Machine} Machine
 * @typedef {import('../types/all.d.ts').Fit} Fit
 */

const TENSOR_KEYS = new Set(['name', 'shape', 'type']);

/** @param {Float64Array} to @param {number} i @param {LayerGroup} g @param {number} n */
function writeGroup(to, i, g, n) {
  if (typeof g !== 'object' || g === null) throw wrongType(`model.groups[${n}]`, 'an object', g);
  checkKnown(g, GROUP_KEYS, 'model.groups[]', n);
  return writeGroupFields(to, i, g, n);
}

/** What has a model and is taken for one: a row of the catalogue, what readGguf returns. @param {any} owner */
function ownerError({ model, unplannable }) {
  const why = typeof unplannable === 'string' ? `: ${unplannable}` : '';
  const what = model ? 'not what has one: pass its model' : `which this has none of${why}`;
  return new TypeError(`${placeOf('model')} must be a spec, ${what}`);
}

/** @param {Float64Array} to @param {number} i @param {ModelSpec} m @returns {number} where the next thing goes */
export function writeModel(to, i, m) {
  if (typeof m !== 'object' || m === null) throw wrongType('model', 'an object', m);
  if ('model' in m) throw ownerError(m);
  checkKnown(m, MODEL_KEYS, 'model');
  const { groups, runs } = m;
  if (!Array.isArray(groups)) throw wrongType('model.groups', 'an array', groups);
  if (!Array.isArray(runs)) throw wrongType('model.runs', 'an array', runs);
  const groupCount = groups.length;
  const runCount = runs.length;
  let next = writeModelFields(to, i, m);
  to[i + MODEL.groups] = groupCount;
  to[i + MODEL.runs] = runCount;
  for (let n = 0; n < groupCount && n < MAXIMUM_GROUPS; n++) next = writeGroup(to, next, groups[n], n);
  for (let n = 0; n < runCount && n < MAXIMUM_RUNS; n++) {
    const run = runs[n];
    if (!Array.isArray(run)) throw wrongType(`model.runs[${n}]`, 'a pair [group, count]', run);
    to[next + RUN.group] = numberOf(run[0], Number.NaN, 'model.runs[].group', n);
    to[next + RUN.count] = numberOf(run[1], Number.NaN, 'model.runs[].count', n);
    next += RUN.length;
  }
  return next;
}

/**
 * GPUs as objects: their shares, as llama.cpp's by free memory unless they are given, and what is known of each.
 *
 * @param {Float64Array} to
 * @param {number} i
 * @param {any[]} gpus
 * @param {number} count of them, taken once: a getter may change their number
 * @returns {number | undefined} the back end that all have, as far as it is known
 */
function writeGpus(to, i, gpus, count) {
  let shared = 0;
  let sized = 0;
  let left = 0;
  let backend;
  for (let n = 0; n < count; n++) {
    const gpu = readGpu(gpus[n], placeOf(`runtime.gpus[${n}]`));
    const memory = numberOf(gpu.memory, 0, 'runtime.gpus[].memory', n);
    const free = Math.max(0, memory - numberOf(gpu.reserved, 0, 'runtime.gpus[].reserved', n));
    left += free;
    if (gpu.share !== undefined) shared++;
    if (gpu.memory !== undefined) sized++;
    const place = i + RUNTIME_GPU.length * n;
    to[place + RUNTIME_GPU.share] = numberOf(gpu.share, free, 'runtime.gpus[].share', n);
    to[place + RUNTIME_GPU.multiprocessors] = numberOf(gpu.multiprocessors, 0, 'runtime.gpus[].multiprocessors', n);
    if (gpu.family !== undefined && typeof gpu.family !== 'string') {
      throw wrongType(`runtime.gpus[${n}].family`, 'a string', gpu.family);
    }
    // As C++'s multiprocessorThreads.
    to[place + RUNTIME_GPU.threads] = /Turing|Ada|SoC|GeForce|pro/.test(gpu.family ?? '') ? 1536 : 2048;
    to[place + RUNTIME_GPU.memory] = memory;
    const own = nameOf(NAMES.backend, gpu.backend, -1, 'runtime.gpus[].backend', n);
    if (own < 0) continue;
    if (backend !== undefined && backend !== own) {
      throw new RangeError(`${placeOf('runtime.backend')} must be given where GPUs have different ones`);
    }
    backend = own;
  }
  if (shared > 0 && shared < count) {
    throw new RangeError(`${placeOf('runtime.gpus[].share')} must be given of all GPUs or of none`);
  }
  // Where a size is not known, or nothing is left on any, all get as much.
  if (shared === 0 && (sized < count || left === 0)) {
    for (let n = 0; n < count; n++) to[i + RUNTIME_GPU.length * n + RUNTIME_GPU.share] = 1;
  }
  return backend;
}

/**
 * Of an engine without some options those are as if they were left out.
 *
 * @param {Float64Array} to
 * @param {number} i
 * @param {Runtime} runtime
 * @param {() => string | undefined} [usual] the back end where neither the runtime nor its GPUs say one
 * @returns {number}
 */
export function writeRuntime(to, i, runtime, usual) {
  if (typeof runtime !== 'object' || runtime === null) throw wrongType('runtime', 'an object', runtime);
  const r = /** @type {import('../types/all.d.ts').LlamaCppRuntime} */ (runtime);
  checkKnown(r, RUNTIME_KEYS, 'runtime');
  const { gpuLayers, gpus = 1, sequences, backend, multiprocessors } = r;
  const next = writeRuntimeFields(to, i, r);
  const server = to[i + RUNTIME.server] === 1;
  // A server left to itself has four slots in one cache.
  to[i + RUNTIME.sequences] = numberOf(sequences, server ? 4 : 1, 'runtime.sequences');
  to[i + RUNTIME.kvUnified] = flagOf(r.kvUnified, server && sequences === undefined ? 1 : 0, 'runtime.kvUnified');
  to[i + RUNTIME.gpuLayers] = gpuLayers === 'all' ? ALL_LAYERS : numberOf(gpuLayers, ALL_LAYERS, 'runtime.gpuLayers');
  to[i + RUNTIME.multiprocessors] = numberOf(multiprocessors ?? undefined, 0, 'runtime.multiprocessors');
  const listed = Array.isArray(gpus);
  const given = listed ? gpus.length : numberOf(gpus, 1, 'runtime.gpus');
  to[i + RUNTIME.gpus] = given;
  const count = given >= 0 && given <= MAXIMUM_GPUS ? Math.trunc(given) : 0;
  let common;
  if (listed && typeof gpus[0] === 'object') {
    common = writeGpus(to, next, gpus, count);
  } else {
    for (let n = 0; n < count; n++) {
      const place = next + RUNTIME_GPU.length * n;
      to.fill(0, place, place + RUNTIME_GPU.length);
      to[place + RUNTIME_GPU.share] = listed ? numberOf(gpus[n], Number.NaN, 'runtime.gpus[]', n) : 1;
    }
  }
  to[i + RUNTIME.backend] = nameOf(NAMES.backend, backend, common ?? -1, 'runtime.backend');
  if (to[i + RUNTIME.backend] < 0) to[i + RUNTIME.backend] = nameOf(NAMES.backend, usual?.(), 0, 'runtime.backend');
  return next + RUNTIME_GPU.length * count;
}

/**
 * Sums of a tensor list: what is on the host, with the head, and per layer. `to` begins with the model, which has the
 * prediction blocks that the list has: plain files leave them out, and layers are counted as the file has them.
 *
 * @param {Float64Array} to
 * @param {number} i
 * @param {ModelSpec} model
 * @returns {number} where the next thing goes
 */
export function writeTensors(to, i, model) {
  const { tensors, layerCount, tiedEmbeddings } = model;
  if (!Array.isArray(tensors) || tensors.length === 0) {
    throw wrongType('model.tensors', 'an array of one tensor or more', tensors);
  }
  const layers = layerCount >= 0 && layerCount <= MAXIMUM_LAYERS ? Math.trunc(layerCount) : 0;
  const next = i + 3 + 2 * layers;
  to.fill(0, i, next);
  let blocks = layers;
  for (let n = 0; n < tensors.length; n++) {
    const tensor = tensors[n];
    if (typeof tensor !== 'object' || tensor === null) throw wrongType(`model.tensors[${n}]`, 'an object', tensor);
    checkKnown(tensor, TENSOR_KEYS, 'model.tensors[]', n);
    const { name } = tensor;
    if (typeof name !== 'string') throw wrongType(`model.tensors[${n}].name`, 'a string', name);
    const bytes = bytesOfTensor(tensor, n, asker());
    const layer = /^blk\.(\d+)\./.exec(name);
    if (name === 'token_embd.weight') {
      to[i] += bytes;
      if (tiedEmbeddings) to[i + 1] += bytes;
    } else if (name === 'per_layer_token_embd.weight') to[i] += bytes;
    else if (name === 'output.weight') to[i + 1] += bytes;
    else if (layer || name.startsWith('per_layer_')) {
      const index = layer ? Number(layer[1]) : 0;
      blocks = Math.max(blocks, index + 1);
      // Prediction blocks come after the layers and are not loaded.
      if (index < layers) to[i + 3 + 2 * index + (/_exps\./.test(name) ? 1 : 0)] += bytes;
    } else to[i + 2] += bytes;
  }
  to[MODEL.predictionLayerCount] = Math.min(to[MODEL.predictionLayerCount], blocks - layers);
  return next;
}

/** @param {number} n @param {number} gpuCount */
const deviceName = (n, gpuCount) => (n === gpuCount ? 'host' : `gpu${n}`);

/** @param {Float64Array} from @returns {MemoryPlan} */
function readPlan(from) {
  const gpuCount = from[PLAN.devices];
  const devices = new Array(gpuCount + 1);
  // The host comes first in the block, and last in a plan.
  for (let n = 0; n < gpuCount; n++) devices[n] = readDevice(from, PLAN.length + DEVICE_LENGTH * (n + 1), `gpu${n}`);
  devices[gpuCount] = readDevice(from, PLAN.length, 'host');
  return readPlanFields(from, devices);
}

/** Totals of a plan, the host's first. @param {Float64Array} to @param {MemoryPlan} plan */
function writeTotals(to, plan) {
  const devices = plan?.devices;
  if (!Array.isArray(devices) || devices.length === 0) {
    throw wrongType('plan', 'what planMemory returns: fits(planMemory(model, runtime), machine)', plan);
  }
  const gpuCount = devices.length - 1;
  to[0] = gpuCount;
  for (let n = 0; n <= gpuCount && n <= MAXIMUM_GPUS; n++) {
    const device = devices[n];
    if (typeof device !== 'object' || device === null) throw wrongType(`plan.devices[${n}]`, 'an object', device);
    const { total } = device;
    if (typeof total !== 'number') throw wrongType(`plan.devices[${n}].total`, 'a number', total);
    to[n === gpuCount ? 1 : 2 + n] = total;
  }
}

/**
 * A machine as far as it holds a plan.
 *
 * @param {Float64Array} to
 * @param {number} i
 * @param {Machine} machine
 * @param {number} planned GPUs, whose memory must be known
 * @returns {number} where the next thing goes
 */
export function writeMachine(to, i, machine, planned) {
  if (typeof machine !== 'object' || machine === null) throw wrongType('machine', 'an object', machine);
  checkKnown(machine, MACHINE_KEYS, 'machine');
  const { gpus = [], kind, hostMemory, hostMargin } = machine;
  if (!Array.isArray(gpus)) throw wrongType('machine.gpus', 'an array', gpus);
  to[i + MACHINE.kind] = nameOf(NAMES.memoryKind, kind, 0, 'machine.kind');
  if (hostMemory === undefined) throw wrongType('machine.hostMemory', 'bytes', hostMemory);
  to[i + MACHINE.hostMemory] = numberOf(hostMemory, 0, 'machine.hostMemory');
  to[i + MACHINE.hostReserved] = numberOf(machine.hostReserved, 0, 'machine.hostReserved');
  to[i + MACHINE.hostMargin] = hostMargin === undefined ? 0 : 1;
  to[i + MACHINE.hostMargin + 1] = numberOf(hostMargin, 0, 'machine.hostMargin');
  const count = gpus.length;
  to[i + MACHINE.gpus] = count;
  let next = i + MACHINE.length;
  for (let n = 0; n < count && n < MAXIMUM_GPUS; n++) {
    const { memory, reserved, margin } = readGpu(gpus[n], placeOf(`machine.gpus[${n}]`));
    if (memory === undefined && to[i + MACHINE.kind] === 0 && n < planned)
      throw wrongType(`machine.gpus[${n}].memory`, 'bytes', memory);
    to[next + MACHINE_GPU.memory] = numberOf(memory, 0, 'machine.gpus[].memory', n);
    to[next + MACHINE_GPU.reserved] = numberOf(reserved, 0, 'machine.gpus[].reserved', n);
    to[next + MACHINE_GPU.margin] = numberOf(margin, DEFAULT_GPU_MARGIN, 'machine.gpus[].margin', n);
    next += MACHINE_GPU.length;
  }
  return next;
}

/** @param {Float64Array} to @param {MemoryPlan} plan @param {Machine} machine */
function writeFit(to, plan, machine) {
  writeTotals(to, plan);
  const planned = to[0] <= MAXIMUM_GPUS ? to[0] : 0;
  return writeMachine(to, 2 + planned, machine, planned);
}

/** @param {import('./create.js').Core} core */
export function createMemory(core) {
  const block = blockOf(core);

  /** @param {ModelSpec} model @param {Runtime} [runtime] @returns {MemoryPlan} */
  function planMemory(model, runtime = {}) {
    return asking(block, 'planMemory', planMemory, (question) => {
      let next = writeRuntime(question, writeModel(question, 0, model), runtime);
      const measured = model.tensors !== undefined;
      if (measured) next = writeTensors(question, next, model);
      put(block, question, next);
      if (!core.planMemory(measured)) throw rangeError(core, 'planMemory');
      return readPlan(block);
    });
  }

  /** @param {MemoryPlan} plan @param {Machine} machine @returns {Fit} */
  function fits(plan, machine) {
    return asking(block, 'fits', fits, (question) => {
      put(block, question, writeFit(question, plan, machine));
      const gpuCount = question[0];
      if (!core.fits()) throw rangeError(core, 'fits');
      const devices = Array.from({ length: gpuCount + 1 }, (_, n) => {
        const i = FIT.length + DEVICE_FIT.length * (n === gpuCount ? 0 : n + 1);
        const needed = block[i + DEVICE_FIT.needed];
        const available = block[i + DEVICE_FIT.available];
        const margin = block[i + DEVICE_FIT.margin];
        return {
          name: deviceName(n, gpuCount),
          needed,
          available,
          margin,
          shortBy: Math.max(0, needed - available),
          shortOfMargin: needed > 0 ? Math.max(0, needed + margin - available) : 0,
        };
      });
      return { fits: block[FIT.fits] === 1, verdict: /** @type {any} */ (VERDICTS[block[FIT.verdict]]), devices };
    });
  }

  return { planMemory, fits };
}
