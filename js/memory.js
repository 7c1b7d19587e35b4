// @ts-check
// planMemory and fits over a core. A model and a runtime go to C++ as rows of numbers, in the order of bindings/flat.hpp.

import { MACHINE_KEYS, readGpu, words } from './gpus.js';
import { unknownKey } from './keys.js';
import { bytesOfTensor } from './tensors.js';
import { display, ofCaller, readViolation } from './violation.js';

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

const VERDICTS = ['fits', 'tight', 'doesNotFit'];
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
  verdict: indexed(VERDICTS),
};

const MODEL_KEYS = words(
  'architecture vocabularySize hiddenSize layerCount contextLength slidingWindow tiedEmbeddings is70B ' +
    'perLayerEmbeddingLength outputVectorElements outputUnquantizedElements firstLayerVectorElements ' +
    'firstLayerUnquantizedElements predictionLayerCount predictionGroup groups runs tensors',
);
const GROUP_KEYS = words(
  'attention headCount kvHeadCount keyLength valueLength sharesCache valueFromKey fusedQKV gatedQuery queryLoraRank ' +
    'kvLoraRank ropeLength mlaKeyLength mlaValueLength recurrence convolutionLength innerLength stateLength ' +
    'stateGroupCount timeStepRank feedForward feedForwardLength expertCount expertsUsed expertLength fusedExperts ' +
    'plainExperts sharedExpertLength perLayerEmbeddingLength vectorElements expertVectorElements unquantizedElements ' +
    'indexerKeyLength expertHiddenLength furtherElements',
);
const RUNTIME_KEYS = words(
  'engine build server fileType importanceMatrix contextLength batchSize microBatchSize sequences kvUnified ' +
    'flashAttention cacheTypeK cacheTypeV gpuLayers cpuMoeLayers swaFull kvOffload gpus backend multiprocessors',
);
const TENSOR_KEYS = new Set(['name', 'shape', 'type']);

const MAXIMUM_GROUPS = 8;
const MAXIMUM_RUNS = 160;
const MAXIMUM_GPUS = 16;
const MAXIMUM_LAYERS = 1024;
const ALL_LAYERS = 1e9;
/** Of C++'s kDefaultGpuMargin. */
const DEFAULT_GPU_MARGIN = 2 ** 30;
/** As bindings/block.hpp has it. */
const BLOCK_COLUMNS = 4;
/** Where a model has the count of its prediction blocks. */
const PREDICTION_LAYERS = 13;
/** Numbers of a plan before its devices, and of each of those. */
const HEADER_LENGTH = 7;
const DEVICE_LENGTH = 14;
/** The same of an answer of fits. */
const FIT_HEADER_LENGTH = 2;
const FIT_LENGTH = 3;

/** The public function that is writing its arguments, for messages. */
let writing = '';
/** What questions are put together in, one for each that is being asked. @type {Float64Array[]} */
const questions = [];
let asked = 0;

/**
 * Runs the public function `name`. Its question is put together in an array of its own, since to read an argument may
 * be to run a getter, which may ask a question itself; only then does it go into the block, and nothing of the
 * caller's runs until the answer is read.
 *
 * @template T
 * @param {Float64Array} block
 * @param {string} name
 * @param {Function} entry the function
 * @param {(to: Float64Array) => T} answer
 * @returns {T}
 */
export function asking(block, name, entry, answer) {
  const outer = writing;
  writing = name;
  if (questions.length === asked) questions.push(new Float64Array(block.length));
  try {
    return answer(questions[asked++]);
  } catch (error) {
    // What a getter throws is the getter's.
    if (error instanceof Error && error.message.startsWith(`${name}: `)) ofCaller(error, entry);
    throw error;
  } finally {
    asked--;
    writing = outer;
  }
}

/** @param {Float64Array} block @param {Float64Array} question @param {number} length */
export function put(block, question, length) {
  for (let i = 0; i < length; i++) block[i] = question[i];
}

/** @param {object} object @param {ReadonlySet<string>} known @param {string} name @param {number} [index] */
function checkKnown(object, known, name, index) {
  for (const key in object) {
    if (!known.has(key)) throw unknownKey(`${writing}: ${at(name, index)}`, key, known);
  }
}

/** @param {string} name of an argument, for a message */
export const placeOf = (name) => `${writing}: ${name}`;

/** @param {string} name @param {string} requirement @param {number} value */
export const outOfRange = (name, requirement, value) =>
  new RangeError(`${placeOf(name)} must be ${requirement}, got ${value}`);

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
  checkKnown(g, GROUP_KEYS, 'model.groups[]', n);
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

/** What has a model and is taken for one: a row of the catalogue, what readGguf returns. @param {any} owner */
function ownerError({ model, unplannable }) {
  const why = typeof unplannable === 'string' ? `: ${unplannable}` : '';
  const what = model ? 'not what has one: pass its model' : `which this has none of${why}`;
  return new TypeError(`${writing}: model must be a spec, ${what}`);
}

/** @param {Float64Array} to @param {number} i @param {ModelSpec} m @returns {number} where the next thing goes */
export function writeModel(to, i, m) {
  if (typeof m !== 'object' || m === null) throw wrongType('model', 'an object', m);
  if ('model' in m) throw ownerError(m);
  checkKnown(m, MODEL_KEYS, 'model');
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
  const groupCount = groups.length;
  const runCount = runs.length;
  to[i + 15] = groupCount;
  to[i + 16] = runCount;
  let next = i + 17;
  for (let n = 0; n < groupCount && n < MAXIMUM_GROUPS; n++) next = writeGroup(to, next, groups[n], n);
  for (let n = 0; n < runCount && n < MAXIMUM_RUNS; n++) {
    const run = runs[n];
    if (!Array.isArray(run)) throw wrongType(`model.runs[${n}]`, 'a pair [group, count]', run);
    to[next] = numberOf(run[0], Number.NaN, 'model.runs[].group', n);
    to[next + 1] = numberOf(run[1], Number.NaN, 'model.runs[].count', n);
    next += 2;
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
    const gpu = readGpu(gpus[n], `${writing}: runtime.gpus[${n}]`);
    const memory = numberOf(gpu.memory, 0, 'runtime.gpus[].memory', n);
    const free = Math.max(0, memory - numberOf(gpu.reserved, 0, 'runtime.gpus[].reserved', n));
    left += free;
    if (gpu.share !== undefined) shared++;
    if (gpu.memory !== undefined) sized++;
    const place = i + 4 * n;
    to[place] = numberOf(gpu.share, free, 'runtime.gpus[].share', n);
    to[place + 1] = numberOf(gpu.multiprocessors, 0, 'runtime.gpus[].multiprocessors', n);
    if (gpu.family !== undefined && typeof gpu.family !== 'string') {
      throw wrongType(`runtime.gpus[${n}].family`, 'a string', gpu.family);
    }
    // As C++'s multiprocessorThreads.
    to[place + 2] = /Turing|Ada|SoC|GeForce|pro/.test(gpu.family ?? '') ? 1536 : 2048;
    to[place + 3] = memory;
    const own = nameOf(NAMES.backend, gpu.backend, -1, 'runtime.gpus[].backend', n);
    if (own < 0) continue;
    if (backend !== undefined && backend !== own) {
      throw new RangeError(`${writing}: runtime.backend must be given where GPUs have different ones`);
    }
    backend = own;
  }
  if (shared > 0 && shared < count) {
    throw new RangeError(`${writing}: runtime.gpus[].share must be given of all GPUs or of none`);
  }
  // Where a size is not known, or nothing is left on any, all get as much.
  if (shared === 0 && (sized < count || left === 0)) for (let n = 0; n < count; n++) to[i + 4 * n] = 1;
  return backend;
}

/** @param {Float64Array} to @param {number} i @param {MemoryRuntime} r @returns {number} */
export function writeRuntime(to, i, r) {
  if (typeof r !== 'object' || r === null) throw wrongType('runtime', 'an object', r);
  checkKnown(r, RUNTIME_KEYS, 'runtime');
  const { engine, gpuLayers, gpus = 1, sequences, backend, multiprocessors } = r;
  if (engine !== undefined && engine !== 'llama.cpp') {
    throw new RangeError(`${writing}: runtime.engine must be "llama.cpp", got ${display(engine)}`);
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
  to[i + 17] = numberOf(multiprocessors ?? undefined, 0, 'runtime.multiprocessors');
  const listed = Array.isArray(gpus);
  const given = listed ? gpus.length : numberOf(gpus, 1, 'runtime.gpus');
  to[i + 18] = given;
  const count = given >= 0 && given <= MAXIMUM_GPUS ? Math.trunc(given) : 0;
  const next = i + 19;
  let common;
  if (listed && typeof gpus[0] === 'object') {
    common = writeGpus(to, next, gpus, count);
  } else {
    for (let n = 0; n < count; n++) {
      const place = next + 4 * n;
      to[place] = listed ? numberOf(gpus[n], Number.NaN, 'runtime.gpus[]', n) : 1;
      to[place + 1] = to[place + 2] = to[place + 3] = 0;
    }
  }
  to[i + 16] = nameOf(NAMES.backend, backend, common ?? 0, 'runtime.backend');
  return next + 4 * count;
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
    const bytes = bytesOfTensor(tensor, n, writing);
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
  to[PREDICTION_LAYERS] = Math.min(to[PREDICTION_LAYERS], blocks - layers);
  return next;
}

/** @param {number} n @param {number} gpuCount */
const deviceName = (n, gpuCount) => (n === gpuCount ? 'host' : `gpu${n}`);

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

/** @param {Float64Array} from @returns {MemoryPlan} */
function readPlan(from) {
  const gpuCount = from[0];
  const devices = new Array(gpuCount + 1);
  for (let n = 0; n < gpuCount; n++) devices[n] = readDevice(from, HEADER_LENGTH + DEVICE_LENGTH * (n + 1), `gpu${n}`);
  devices[gpuCount] = readDevice(from, HEADER_LENGTH, 'host');
  return /** @type {MemoryPlan} */ ({
    devices,
    cells: { streams: from[1], full: from[2], sliding: from[3] },
    outputs: from[4],
    fileBytes: from[5],
    bytesPerToken: from[6],
  });
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

/** @param {Float64Array} to @param {MemoryPlan} plan @param {Machine} machine */
function writeFit(to, plan, machine) {
  writeTotals(to, plan);
  if (typeof machine !== 'object' || machine === null) throw wrongType('machine', 'an object', machine);
  checkKnown(machine, MACHINE_KEYS, 'machine');
  const { gpus = [], kind, hostMemory, hostMargin } = machine;
  if (!Array.isArray(gpus)) throw wrongType('machine.gpus', 'an array', gpus);
  const planned = to[0] <= MAXIMUM_GPUS ? to[0] : 0;
  const i = 2 + planned;
  to[i] = nameOf(NAMES.memoryKind, kind, 0, 'machine.kind');
  if (hostMemory === undefined) throw wrongType('machine.hostMemory', 'bytes', hostMemory);
  to[i + 1] = numberOf(hostMemory, 0, 'machine.hostMemory');
  to[i + 2] = numberOf(machine.hostReserved, 0, 'machine.hostReserved');
  to[i + 3] = hostMargin === undefined ? 0 : 1;
  to[i + 4] = numberOf(hostMargin, 0, 'machine.hostMargin');
  const count = gpus.length;
  to[i + 5] = count;
  let next = i + 6;
  for (let n = 0; n < count && n < MAXIMUM_GPUS; n++) {
    const { memory, reserved, margin } = readGpu(gpus[n], `${writing}: machine.gpus[${n}]`);
    if (memory === undefined && to[i] === 0 && n < planned)
      throw wrongType(`machine.gpus[${n}].memory`, 'bytes', memory);
    to[next] = numberOf(memory, 0, 'machine.gpus[].memory', n);
    to[next + 1] = numberOf(reserved, 0, 'machine.gpus[].reserved', n);
    to[next + 2] = numberOf(margin, DEFAULT_GPU_MARGIN, 'machine.gpus[].margin', n);
    next += 3;
  }
  return next;
}

/** @param {import('./create.js').Core} core @param {string} name of the public function */
export function rangeError(core, name) {
  const { parameter, requirement, passed, hint, index, value, limit } = readViolation(core);
  const element = Number.isNaN(index) ? parameter : at(parameter, index);
  const limited = Number.isNaN(limit) ? '' : ` (${limit})`;
  const got = passed || (hint ? `${value}: ${hint.replaceAll('#', String(value))}` : value);
  return new RangeError(`${name}: ${element} must be ${requirement}${limited}, got ${got}`);
}

/** @param {import('./create.js').Core} core */
export function blockOf(core) {
  const first = core.blockAddress() / Float64Array.BYTES_PER_ELEMENT;
  return core.HEAPF64.subarray(first, first + BLOCK_COLUMNS * core.blockLength());
}

/** @param {import('./create.js').Core} core */
export function createMemory(core) {
  const block = blockOf(core);

  /** @param {ModelSpec} model @param {MemoryRuntime} [runtime] @returns {MemoryPlan} */
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

  /** @param {MemoryPlan} plan @param {Machine} machine @returns {MemoryFit} */
  function fits(plan, machine) {
    return asking(block, 'fits', fits, (question) => {
      put(block, question, writeFit(question, plan, machine));
      const gpuCount = question[0];
      if (!core.fits()) throw rangeError(core, 'fits');
      const devices = Array.from({ length: gpuCount + 1 }, (_, n) => {
        const i = FIT_HEADER_LENGTH + FIT_LENGTH * (n === gpuCount ? 0 : n + 1);
        const needed = block[i];
        const available = block[i + 1];
        const margin = block[i + 2];
        return {
          name: deviceName(n, gpuCount),
          needed,
          available,
          margin,
          shortBy: Math.max(0, needed - available),
          shortOfMargin: needed > 0 ? Math.max(0, needed + margin - available) : 0,
        };
      });
      return { fits: block[0] === 1, verdict: /** @type {any} */ (VERDICTS[block[1]]), devices };
    });
  }

  return { planMemory, fits };
}
