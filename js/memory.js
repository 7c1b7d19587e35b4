// @ts-check
// planMemory and fits over a core. A model and a runtime go to C++ as rows of numbers, in the order of bindings/flat.hpp.

import { bytesOfTensor } from './tensors.js';
import { display, readViolation } from './violation.js';

/**
 * @typedef {import('./types.d.ts').ModelSpec} ModelSpec
 * @typedef {import('./types.d.ts').LayerGroup} LayerGroup
 * @typedef {import('./types.d.ts').MemoryRuntime} MemoryRuntime
 * @typedef {import('./types.d.ts').MemoryPlan} MemoryPlan
 * @typedef {import('./types.d.ts').Machine} Machine
 * @typedef {import('./types.d.ts').MemoryFit} MemoryFit
 */

/** @template {string} Name @param {readonly Name[]} names @returns {Map<unknown, number>} */
const indexed = (names) => new Map(names.map((name, index) => [name, index]));

const STAGES = ['none', 'logits', 'feedForward', 'experts', 'attention', 'latentAttention', 'recurrence', 'hostCopy'];

// The lists of C++, in its order; a test compares them.
export const NAMES = {
  architecture: indexed([
    'common',
    'command-r',
    'cohere2',
    'deepseek2',
    'falcon-h1',
    'gemma3n',
    'gemma4',
    'granitehybrid',
    'llama4',
    'olmo2',
    'qwen35',
    'qwen35moe',
    'qwen3next',
  ]),
  attention: indexed(['none', 'full', 'sliding', 'mla']),
  recurrence: indexed(['none', 'mamba1', 'mamba2', 'gatedDeltaNet', 'shortConvolution']),
  feedForward: indexed(['none', 'gated', 'fusedGated', 'plain']),
  fileType: indexed([
    'F32',
    'F16',
    'BF16',
    'Q8_0',
    'Q6_K',
    'Q5_K_M',
    'Q5_K_S',
    'Q5_0',
    'Q5_1',
    'Q4_K_M',
    'Q4_K_S',
    'Q4_0',
    'Q4_1',
    'Q3_K_L',
    'Q3_K_M',
    'Q3_K_S',
    'Q2_K',
    'Q2_K_S',
    'IQ4_XS',
    'IQ4_NL',
    'IQ3_M',
    'IQ3_S',
    'IQ3_XS',
    'IQ3_XXS',
    'IQ2_M',
    'IQ2_S',
    'IQ2_XS',
    'IQ2_XXS',
    'IQ1_M',
    'IQ1_S',
    'TQ2_0',
    'TQ1_0',
    'MXFP4_MOE',
    'NVFP4',
    'Q2_0',
    'Q1_0',
  ]),
  cacheType: indexed(['f32', 'f16', 'bf16', 'q8_0', 'q4_0', 'q4_1', 'iq4_nl', 'q5_0', 'q5_1']),
  backend: indexed(['cuda', 'metal', 'vulkan', 'rocm', 'cpu', 'sycl']),
  memoryKind: indexed(['separate', 'apple', 'amd', 'shared']),
  stage: indexed(STAGES),
};

const MAXIMUM_GROUPS = 8;
const MAXIMUM_RUNS = 160;
const MAXIMUM_GPUS = 16;
const MAXIMUM_LAYERS = 1024;
const ALL_LAYERS = 1e9;
/** Numbers of a plan before its devices, and of each of those. */
const HEADER_LENGTH = 6;
const DEVICE_LENGTH = 14;

/** The public function that is writing its arguments, for messages. */
let writing = '';
/** @param {string} name */
export function startWriting(name) {
  writing = name;
}

/** @param {string} name @param {string} requirement @param {unknown} value */
export function wrongType(name, requirement, value) {
  return new TypeError(`${writing}: ${name} must be ${requirement}, got ${display(value)}`);
}

// The same code for every field, so that the writer stays one straight line. The name of the field is put together only
// for a message.

/** @param {unknown} value @param {number} fallback @param {string} name @param {number} [index] */
export function numberOf(value, fallback, name, index) {
  if (typeof value === 'number') return value;
  if (value === undefined) return fallback;
  throw wrongType(at(name, index), 'a number', value);
}

/** @param {unknown} value @param {number} fallback @param {string} name @param {number} [index] */
export function flagOf(value, fallback, name, index) {
  if (value === undefined) return fallback;
  if (value === true) return 1;
  if (value === false) return 0;
  throw wrongType(at(name, index), 'a boolean', value);
}

/** @param {Map<unknown, number>} names @param {unknown} value @param {number} fallback @param {string} name @param {number} [index] */
export function nameOf(names, value, fallback, name, index) {
  if (value === undefined) return fallback;
  const place = names.get(value);
  if (place !== undefined) return place;
  const message = `${writing}: ${at(name, index)} must be one of ${[...names.keys()].join(', ')}, got ${display(value)}`;
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message);
}

/**
 * The name of a field in a message: of a group where there is an index and no brackets say of what.
 *
 * @param {string} name
 * @param {number} [index]
 */
function at(name, index) {
  if (index === undefined) return name;
  return name.includes('[]') ? name.replace('[]', `[${index}]`) : `model.groups[${index}].${name}`;
}

/** @param {Float64Array} to @param {number} i @param {LayerGroup} g @param {number} n */
function writeGroup(to, i, g, n) {
  if (typeof g !== 'object' || g === null) throw wrongType(`model.groups[${n}]`, 'an object', g);
  to[i] = nameOf(NAMES.attention, g.attention, 1, 'attention', n);
  to[i + 1] = numberOf(g.headCount, 0, 'headCount', n);
  to[i + 2] = numberOf(g.kvHeadCount, 0, 'kvHeadCount', n);
  to[i + 3] = numberOf(g.keyLength, 0, 'keyLength', n);
  to[i + 4] = numberOf(g.valueLength, 0, 'valueLength', n);
  to[i + 5] = flagOf(g.sharesCache, 0, 'sharesCache', n);
  to[i + 6] = flagOf(g.valueFromKey, 0, 'valueFromKey', n);
  to[i + 7] = flagOf(g.fusedQKV, 0, 'fusedQKV', n);
  to[i + 8] = flagOf(g.gatedQuery, 0, 'gatedQuery', n);
  to[i + 9] = numberOf(g.queryLoraRank, 0, 'queryLoraRank', n);
  to[i + 10] = numberOf(g.kvLoraRank, 0, 'kvLoraRank', n);
  to[i + 11] = numberOf(g.ropeLength, 0, 'ropeLength', n);
  to[i + 12] = numberOf(g.mlaKeyLength, 0, 'mlaKeyLength', n);
  to[i + 13] = numberOf(g.mlaValueLength, 0, 'mlaValueLength', n);
  to[i + 14] = nameOf(NAMES.recurrence, g.recurrence, 0, 'recurrence', n);
  to[i + 15] = numberOf(g.convolutionLength, 0, 'convolutionLength', n);
  to[i + 16] = numberOf(g.innerLength, 0, 'innerLength', n);
  to[i + 17] = numberOf(g.stateLength, 0, 'stateLength', n);
  to[i + 18] = numberOf(g.stateGroupCount, 0, 'stateGroupCount', n);
  to[i + 19] = numberOf(g.timeStepRank, 0, 'timeStepRank', n);
  to[i + 20] = nameOf(NAMES.feedForward, g.feedForward, 0, 'feedForward', n);
  to[i + 21] = numberOf(g.feedForwardLength, 0, 'feedForwardLength', n);
  to[i + 22] = numberOf(g.expertCount, 0, 'expertCount', n);
  to[i + 23] = numberOf(g.expertsUsed, 0, 'expertsUsed', n);
  to[i + 24] = numberOf(g.expertLength, 0, 'expertLength', n);
  to[i + 25] = flagOf(g.fusedExperts, 0, 'fusedExperts', n);
  to[i + 26] = flagOf(g.plainExperts, 0, 'plainExperts', n);
  to[i + 27] = numberOf(g.sharedExpertLength, 0, 'sharedExpertLength', n);
  to[i + 28] = numberOf(g.perLayerEmbeddingLength, 0, 'perLayerEmbeddingLength', n);
  to[i + 29] = numberOf(g.vectorElements, 0, 'vectorElements', n);
  to[i + 30] = numberOf(g.expertVectorElements, 0, 'expertVectorElements', n);
  to[i + 31] = numberOf(g.unquantizedElements, 0, 'unquantizedElements', n);
  to[i + 32] = numberOf(g.indexerKeyLength, 0, 'indexerKeyLength', n);
  to[i + 33] = numberOf(g.expertHiddenLength, 0, 'expertHiddenLength', n);
  to[i + 34] = numberOf(g.furtherElements, 0, 'furtherElements', n);
  return i + 35;
}

/** @param {Float64Array} to @param {number} i @param {ModelSpec} m @returns {number} where the next thing goes */
export function writeModel(to, i, m) {
  if (typeof m !== 'object' || m === null) throw wrongType('model', 'an object', m);
  const { groups, runs } = m;
  if (!Array.isArray(groups)) throw wrongType('model.groups', 'an array', groups);
  if (!Array.isArray(runs)) throw wrongType('model.runs', 'an array', runs);
  to[i] = nameOf(NAMES.architecture, m.architecture, 0, 'model.architecture');
  to[i + 1] = numberOf(m.vocabularySize, 0, 'model.vocabularySize');
  to[i + 2] = numberOf(m.hiddenSize, 0, 'model.hiddenSize');
  to[i + 3] = numberOf(m.layerCount, 0, 'model.layerCount');
  to[i + 4] = numberOf(m.contextLength, 0, 'model.contextLength');
  to[i + 5] = numberOf(m.slidingWindow, 0, 'model.slidingWindow');
  to[i + 6] = flagOf(m.tiedEmbeddings, 0, 'model.tiedEmbeddings');
  to[i + 7] = flagOf(m.is70B, 0, 'model.is70B');
  to[i + 8] = numberOf(m.perLayerEmbeddingLength, 0, 'model.perLayerEmbeddingLength');
  to[i + 9] = numberOf(m.outputVectorElements, 0, 'model.outputVectorElements');
  to[i + 10] = numberOf(m.outputUnquantizedElements, 0, 'model.outputUnquantizedElements');
  to[i + 11] = numberOf(m.firstLayerVectorElements, 0, 'model.firstLayerVectorElements');
  to[i + 12] = numberOf(m.firstLayerUnquantizedElements, 0, 'model.firstLayerUnquantizedElements');
  to[i + 13] = numberOf(m.predictionLayerCount, 0, 'model.predictionLayerCount');
  to[i + 14] = numberOf(m.predictionGroup, 0, 'model.predictionGroup');
  to[i + 15] = groups.length;
  to[i + 16] = runs.length;
  let next = i + 17;
  for (let n = 0; n < groups.length && n < MAXIMUM_GROUPS; n++) next = writeGroup(to, next, groups[n], n);
  for (let n = 0; n < runs.length && n < MAXIMUM_RUNS; n++) {
    const run = runs[n];
    if (!Array.isArray(run)) throw wrongType(`model.runs[${n}]`, 'a pair [group, count]', run);
    to[next] = numberOf(run[0], Number.NaN, 'model.runs[].group', n);
    to[next + 1] = numberOf(run[1], Number.NaN, 'model.runs[].count', n);
    next += 2;
  }
  return next;
}

/** @param {Float64Array} to @param {number} i @param {MemoryRuntime} r @returns {number} */
export function writeRuntime(to, i, r) {
  if (typeof r !== 'object' || r === null) throw wrongType('runtime', 'an object', r);
  const { gpuLayers, gpus = 1, sequences } = r;
  if (r.engine !== undefined && r.engine !== 'llama.cpp') {
    throw new RangeError(`${writing}: runtime.engine must be "llama.cpp", got ${display(r.engine)}`);
  }
  const server = flagOf(r.server, 1, 'runtime.server');
  to[i] = numberOf(r.build, 11669, 'runtime.build');
  to[i + 1] = server;
  to[i + 2] = nameOf(NAMES.fileType, r.fileType, 9, 'runtime.fileType');
  to[i + 3] = flagOf(r.importanceMatrix, 0, 'runtime.importanceMatrix');
  to[i + 4] = numberOf(r.contextLength, 0, 'runtime.contextLength');
  to[i + 5] = numberOf(r.batchSize, 2048, 'runtime.batchSize');
  to[i + 6] = numberOf(r.microBatchSize, 512, 'runtime.microBatchSize');
  // A server left to itself has four slots in one cache.
  to[i + 7] = numberOf(sequences, server === 1 ? 4 : 1, 'runtime.sequences');
  to[i + 8] = flagOf(r.kvUnified, server === 1 && sequences === undefined ? 1 : 0, 'runtime.kvUnified');
  to[i + 9] = flagOf(r.flashAttention, 1, 'runtime.flashAttention');
  to[i + 10] = nameOf(NAMES.cacheType, r.cacheTypeK, 1, 'runtime.cacheTypeK');
  to[i + 11] = nameOf(NAMES.cacheType, r.cacheTypeV, 1, 'runtime.cacheTypeV');
  to[i + 12] = gpuLayers === 'all' ? ALL_LAYERS : numberOf(gpuLayers, ALL_LAYERS, 'runtime.gpuLayers');
  to[i + 13] = numberOf(r.cpuMoeLayers, 0, 'runtime.cpuMoeLayers');
  to[i + 14] = flagOf(r.swaFull, 0, 'runtime.swaFull');
  to[i + 15] = flagOf(r.kvOffload, 1, 'runtime.kvOffload');
  to[i + 16] = nameOf(NAMES.backend, r.backend, 0, 'runtime.backend');
  to[i + 17] = numberOf(r.multiprocessors, 0, 'runtime.multiprocessors');
  const shares = Array.isArray(gpus);
  to[i + 18] = shares ? gpus.length : numberOf(gpus, 1, 'runtime.gpus');
  for (let n = 0; n < MAXIMUM_GPUS; n++) {
    to[i + 19 + n] = shares && n < gpus.length ? numberOf(gpus[n], Number.NaN, 'runtime.gpus[]', n) : 1;
  }
  return i + 19 + MAXIMUM_GPUS;
}

/**
 * Sums of a tensor list: what is on the host, with the head, and per layer.
 *
 * @param {Float64Array} to
 * @param {number} i
 * @param {ModelSpec} model
 */
export function writeTensors(to, i, model) {
  const layers = Math.min(model.layerCount, MAXIMUM_LAYERS);
  to.fill(0, i, i + 3 + 2 * layers);
  for (const [n, tensor] of (model.tensors ?? []).entries()) {
    if (typeof tensor?.name !== 'string') throw wrongType(`model.tensors[${n}].name`, 'a string', tensor?.name);
    const bytes = bytesOfTensor(tensor, n);
    const layer = /^blk\.(\d+)\./.exec(tensor.name);
    if (tensor.name === 'token_embd.weight') {
      to[i] += bytes;
      if (model.tiedEmbeddings) to[i + 1] += bytes;
    } else if (tensor.name === 'per_layer_token_embd.weight') to[i] += bytes;
    else if (tensor.name === 'output.weight') to[i + 1] += bytes;
    else if (layer || tensor.name.startsWith('per_layer_')) {
      const index = layer ? Number(layer[1]) : 0;
      // Prediction blocks come after the layers and are not loaded.
      if (index < layers) to[i + 3 + 2 * index + (/_exps\./.test(tensor.name) ? 1 : 0)] += bytes;
    } else to[i + 2] += bytes;
  }
}

/** @param {Float64Array} from @param {number} i @param {string} name */
function readDevice(from, i, name) {
  const weights = from[i];
  const kvCache = from[i + 1];
  const recurrentState = from[i + 2];
  const computeBuffer = from[i + 3];
  const outputBuffer = from[i + 4];
  const overhead = from[i + 5];
  return {
    name,
    weights,
    kvCache,
    recurrentState,
    computeBuffer,
    outputBuffer,
    overhead,
    total: weights + kvCache + recurrentState + computeBuffer + outputBuffer + overhead,
    layers: from[i + 6],
    bytesPerToken: from[i + 7],
    terms: {
      tokenEmbedding: from[i + 8],
      outputHead: from[i + 9],
      experts: from[i + 10],
      slidingCache: from[i + 11],
      inputs: from[i + 12],
      largestStage: computeBuffer - from[i + 12],
      stage: STAGES[from[i + 13]],
    },
  };
}

/** @param {Float64Array} from @param {number} gpuCount @returns {MemoryPlan} */
function readPlan(from, gpuCount) {
  const devices = new Array(gpuCount + 1);
  for (let n = 0; n < gpuCount; n++) devices[n] = readDevice(from, HEADER_LENGTH + DEVICE_LENGTH * (n + 1), `gpu${n}`);
  devices[gpuCount] = readDevice(from, HEADER_LENGTH, 'host');
  return /** @type {MemoryPlan} */ ({
    devices,
    cells: { streams: from[0], full: from[1], sliding: from[2] },
    outputs: from[3],
    fileBytes: from[4],
    bytesPerToken: from[5],
  });
}

/** @param {Float64Array} to @param {MemoryPlan} plan @param {Machine} machine */
function writeMachine(to, plan, machine) {
  if (!Array.isArray(plan?.devices)) throw wrongType('plan', 'a plan of planMemory', plan);
  if (typeof machine !== 'object' || machine === null) throw wrongType('machine', 'an object', machine);
  const { gpus = [] } = machine;
  if (!Array.isArray(gpus)) throw wrongType('machine.gpus', 'an array', gpus);
  const gpuCount = plan.devices.length - 1;
  to[0] = gpuCount;
  to[1] = numberOf(plan.devices[gpuCount].total, Number.NaN, 'plan.devices[].total', gpuCount);
  const i = 2 + MAXIMUM_GPUS;
  to.fill(0, 2, i + 4 + 2 * MAXIMUM_GPUS);
  for (let n = 0; n < gpuCount; n++) to[2 + n] = plan.devices[n].total;
  to[i] = nameOf(NAMES.memoryKind, machine.kind, 0, 'machine.kind');
  to[i + 1] = numberOf(machine.hostMemory, Number.NaN, 'machine.hostMemory');
  to[i + 2] = numberOf(machine.hostReserved, 0, 'machine.hostReserved');
  to[i + 3] = gpus.length;
  for (let n = 0; n < gpus.length && n < MAXIMUM_GPUS; n++) {
    to[i + 4 + n] = numberOf(gpus[n]?.memory, 0, 'machine.gpus[].memory', n);
    to[i + 4 + MAXIMUM_GPUS + n] = numberOf(gpus[n]?.reserved, 0, 'machine.gpus[].reserved', n);
  }
}

/** @param {import('./calculator.js').Core} core @param {string} name of the public function */
export function rangeError(core, name) {
  const { parameter, requirement, passed, index, value } = readViolation(core);
  const element = Number.isNaN(index) ? parameter : at(parameter, index);
  return new RangeError(`${name}: ${element} must be ${requirement}, got ${passed || value}`);
}

/** @param {import('./calculator.js').Core} core */
export function blockOf(core) {
  const first = core.blockAddress() / Float64Array.BYTES_PER_ELEMENT;
  return core.HEAPF64.subarray(first, first + 3 * core.blockLength());
}

/** @param {import('./calculator.js').Core} core */
export function createMemory(core) {
  const block = blockOf(core);

  /** @param {ModelSpec} model @param {MemoryRuntime} [runtime] @returns {MemoryPlan} */
  function planMemory(model, runtime = {}) {
    writing = 'planMemory';
    const next = writeRuntime(block, writeModel(block, 0, model), runtime);
    const measured = model.tensors !== undefined;
    if (measured) writeTensors(block, next, model);
    const gpus = runtime.gpus ?? 1;
    if (!core.planMemory(measured)) throw rangeError(core, 'planMemory');
    return readPlan(block, Array.isArray(gpus) ? gpus.length : gpus);
  }

  /** @param {MemoryPlan} plan @param {Machine} machine @returns {MemoryFit} */
  function fits(plan, machine) {
    writing = 'fits';
    writeMachine(block, plan, machine);
    if (!core.fits()) throw rangeError(core, 'fits');
    const gpuCount = plan.devices.length - 1;
    const devices = plan.devices.map(({ name }, n) => {
      const i = n === gpuCount ? 1 : 3 + 2 * n;
      const needed = block[i];
      const available = block[i + 1];
      return { name, needed, available, shortBy: Math.max(0, needed - available) };
    });
    return { fits: block[0] === 1, devices };
  }

  return { planMemory, fits };
}
