// @ts-check
// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand.

import { flagOf, nameOf, numberOf } from '../core/arguments.js';
import { indexed, words } from '../core/keys.js';

export const STAGES = [
  'none',
  'logits',
  'feedForward',
  'experts',
  'attention',
  'latentAttention',
  'recurrence',
  'hostCopy',
];
export const VERDICTS = ['fits', 'tight', 'doesNotFit'];
export const SWEEP_AXES = [
  'contextLength',
  'fileType',
  'cacheType',
  'gpuLayers',
  'cpuMoeLayers',
  'sequences',
  'microBatchSize',
  'memory',
  'bandwidth',
  'promptLength',
  'cachedTokens',
  'concurrency',
];
/** The lists of names, in the order of their places in C++. */
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
  sweepAxis: indexed(SWEEP_AXES),
  engine: indexed(['llama.cpp', 'vllm']),
  speculation: indexed(['none', 'draft-simple', 'draft-mtp']),
};

export const MAXIMUM_GROUPS = 8;
export const MAXIMUM_RUNS = 160;
export const MAXIMUM_LAYERS = 1024;
export const MAXIMUM_GPUS = 16;
export const ALL_LAYERS = 1000000000;
export const REFERENCE_BUILD = 11669;
/** Of `margin`, where a machine's GPU has none. */
export const DEFAULT_GPU_MARGIN = 1073741824;

export const MODEL_KEYS = words(
  'architecture vocabularySize hiddenSize layerCount contextLength groups runs slidingWindow ' +
    'outputVectorElements tiedEmbeddings is70B perLayerEmbeddingLength outputUnquantizedElements ' +
    'firstLayerVectorElements firstLayerUnquantizedElements predictionLayerCount predictionGroup tensors',
);
export const GROUP_KEYS = words(
  'attention headCount kvHeadCount keyLength valueLength sharesCache valueFromKey fusedQKV gatedQuery ' +
    'feedForward feedForwardLength queryLoraRank kvLoraRank ropeLength mlaKeyLength mlaValueLength recurrence ' +
    'convolutionLength innerLength stateLength stateGroupCount timeStepRank expertCount expertsUsed expertLength ' +
    'sharedExpertLength expertHiddenLength fusedExperts plainExperts indexerKeyLength perLayerEmbeddingLength ' +
    'expertVectorElements unquantizedElements furtherElements vectorElements',
);
export const RUNTIME_KEYS = words(
  'engine fileType importanceMatrix contextLength sequences cacheTypeK cacheTypeV backend multiprocessors gpus ' +
    'build server batchSize microBatchSize kvUnified flashAttention gpuLayers cpuMoeLayers swaFull kvOffload ' +
    'speculation draftLength draftCacheTypeK draftCacheTypeV cacheRam contextCheckpoints checkpointStep ' +
    'projectorWeights projectorBuffer projectorInputs projectorOffload',
);
/** Of the machine of fits and of estimateSpeed, which may be the same object. */
export const MACHINE_KEYS = words(
  'kind hostMemory hostReserved hostMargin gpus host linkBandwidth gpuLinkBandwidth split profile hostProfile',
);

/**
 * All of LayerGroup.
 *
 * @param {Float64Array} to
 * @param {number} i
 * @param {import('../types/all.d.ts').LayerGroup} g
 * @param {number} n its place
 * @returns {number} where the next thing goes
 */
export function writeGroupFields(to, i, g, n) {
  to[i] = nameOf(NAMES.attention, g.attention, 1, 'attention', n);
  to[i + 1] = numberOf(g.headCount, 0, 'headCount', n);
  to[i + 2] = numberOf(g.kvHeadCount, 0, 'kvHeadCount', n);
  to[i + 3] = numberOf(g.keyLength, 0, 'keyLength', n);
  to[i + 4] = numberOf(g.valueLength, 0, 'valueLength', n);
  to[i + 5] = flagOf(g.sharesCache, 0, 'sharesCache', n);
  to[i + 6] = flagOf(g.valueFromKey, 0, 'valueFromKey', n);
  to[i + 7] = flagOf(g.fusedQKV, 0, 'fusedQKV', n);
  to[i + 8] = flagOf(g.gatedQuery, 0, 'gatedQuery', n);
  to[i + 9] = nameOf(NAMES.feedForward, g.feedForward, 0, 'feedForward', n);
  to[i + 10] = numberOf(g.feedForwardLength, 0, 'feedForwardLength', n);
  to[i + 11] = numberOf(g.queryLoraRank, 0, 'queryLoraRank', n);
  to[i + 12] = numberOf(g.kvLoraRank, 0, 'kvLoraRank', n);
  to[i + 13] = numberOf(g.ropeLength, 0, 'ropeLength', n);
  to[i + 14] = numberOf(g.mlaKeyLength, 0, 'mlaKeyLength', n);
  to[i + 15] = numberOf(g.mlaValueLength, 0, 'mlaValueLength', n);
  to[i + 16] = nameOf(NAMES.recurrence, g.recurrence, 0, 'recurrence', n);
  to[i + 17] = numberOf(g.convolutionLength, 0, 'convolutionLength', n);
  to[i + 18] = numberOf(g.innerLength, 0, 'innerLength', n);
  to[i + 19] = numberOf(g.stateLength, 0, 'stateLength', n);
  to[i + 20] = numberOf(g.stateGroupCount, 0, 'stateGroupCount', n);
  to[i + 21] = numberOf(g.timeStepRank, 0, 'timeStepRank', n);
  to[i + 22] = numberOf(g.expertCount, 0, 'expertCount', n);
  to[i + 23] = numberOf(g.expertsUsed, 0, 'expertsUsed', n);
  to[i + 24] = numberOf(g.expertLength, 0, 'expertLength', n);
  to[i + 25] = numberOf(g.sharedExpertLength, 0, 'sharedExpertLength', n);
  to[i + 26] = numberOf(g.expertHiddenLength, 0, 'expertHiddenLength', n);
  to[i + 27] = flagOf(g.fusedExperts, 0, 'fusedExperts', n);
  to[i + 28] = flagOf(g.plainExperts, 0, 'plainExperts', n);
  to[i + 29] = numberOf(g.indexerKeyLength, 0, 'indexerKeyLength', n);
  to[i + 30] = numberOf(g.perLayerEmbeddingLength, 0, 'perLayerEmbeddingLength', n);
  to[i + 31] = numberOf(g.expertVectorElements, 0, 'expertVectorElements', n);
  to[i + 32] = numberOf(g.unquantizedElements, 0, 'unquantizedElements', n);
  to[i + 33] = numberOf(g.furtherElements, 0, 'furtherElements', n);
  to[i + 34] = numberOf(g.vectorElements, 0, 'vectorElements', n);
  return i + 35;
}

/** Where the numbers of a model are. */
export const MODEL = {
  architecture: 0,
  vocabularySize: 1,
  hiddenSize: 2,
  layerCount: 3,
  contextLength: 4,
  groups: 5,
  runs: 6,
  slidingWindow: 7,
  outputVectorElements: 8,
  tiedEmbeddings: 9,
  is70B: 10,
  perLayerEmbeddingLength: 11,
  outputUnquantizedElements: 12,
  firstLayerVectorElements: 13,
  firstLayerUnquantizedElements: 14,
  predictionLayerCount: 15,
  predictionGroup: 16,
  length: 17,
};

/**
 * All of ModelSpec but groups, runs.
 *
 * @param {Float64Array} to
 * @param {number} i
 * @param {import('../types/all.d.ts').ModelSpec} m
 * @returns {number} where the next thing goes
 */
export function writeModelFields(to, i, m) {
  to[i] = nameOf(NAMES.architecture, m.architecture, 0, 'model.architecture');
  to[i + 1] = numberOf(m.vocabularySize, 0, 'model.vocabularySize');
  to[i + 2] = numberOf(m.hiddenSize, 0, 'model.hiddenSize');
  to[i + 3] = numberOf(m.layerCount, 0, 'model.layerCount');
  to[i + 4] = numberOf(m.contextLength, 0, 'model.contextLength');
  to[i + 7] = numberOf(m.slidingWindow, 0, 'model.slidingWindow');
  to[i + 8] = numberOf(m.outputVectorElements, 0, 'model.outputVectorElements');
  to[i + 9] = flagOf(m.tiedEmbeddings, 0, 'model.tiedEmbeddings');
  to[i + 10] = flagOf(m.is70B, 0, 'model.is70B');
  to[i + 11] = numberOf(m.perLayerEmbeddingLength, 0, 'model.perLayerEmbeddingLength');
  to[i + 12] = numberOf(m.outputUnquantizedElements, 0, 'model.outputUnquantizedElements');
  to[i + 13] = numberOf(m.firstLayerVectorElements, 0, 'model.firstLayerVectorElements');
  to[i + 14] = numberOf(m.firstLayerUnquantizedElements, 0, 'model.firstLayerUnquantizedElements');
  to[i + 15] = numberOf(m.predictionLayerCount, 0, 'model.predictionLayerCount');
  to[i + 16] = numberOf(m.predictionGroup, 0, 'model.predictionGroup');
  return i + 17;
}

/** Where those of a run are. */
export const RUN = { group: 0, count: 1, length: 2 };

/** Where those of a runtime are. */
export const RUNTIME = {
  engine: 0,
  fileType: 1,
  importanceMatrix: 2,
  contextLength: 3,
  sequences: 4,
  cacheTypeK: 5,
  cacheTypeV: 6,
  backend: 7,
  multiprocessors: 8,
  gpus: 9,
  build: 10,
  server: 11,
  batchSize: 12,
  microBatchSize: 13,
  kvUnified: 14,
  flashAttention: 15,
  gpuLayers: 16,
  cpuMoeLayers: 17,
  swaFull: 18,
  kvOffload: 19,
  speculation: 20,
  draftLength: 21,
  draftCacheTypeK: 22,
  draftCacheTypeV: 23,
  cacheRam: 24,
  contextCheckpoints: 25,
  checkpointStep: 26,
  projectorWeights: 27,
  projectorBuffer: 28,
  projectorInputs: 29,
  projectorOffload: 30,
  length: 31,
};

/**
 * All of LlamaCppRuntime but sequences, kvUnified, gpuLayers, backend, multiprocessors, gpus.
 *
 * @param {Float64Array} to
 * @param {number} i
 * @param {import('../types/all.d.ts').LlamaCppRuntime} r
 * @returns {number} where the next thing goes
 */
export function writeRuntimeFields(to, i, r) {
  to[i] = nameOf(NAMES.engine, r.engine, 0, 'runtime.engine');
  to[i + 1] = nameOf(NAMES.fileType, r.fileType, 9, 'runtime.fileType');
  to[i + 2] = flagOf(r.importanceMatrix, 0, 'runtime.importanceMatrix');
  to[i + 3] = numberOf(r.contextLength, 0, 'runtime.contextLength');
  to[i + 5] = nameOf(NAMES.cacheType, r.cacheTypeK, 1, 'runtime.cacheTypeK');
  to[i + 6] = nameOf(NAMES.cacheType, r.cacheTypeV, 1, 'runtime.cacheTypeV');
  to[i + 10] = numberOf(r.build, 11669, 'runtime.build');
  to[i + 11] = flagOf(r.server, 1, 'runtime.server');
  to[i + 12] = numberOf(r.batchSize, 2048, 'runtime.batchSize');
  to[i + 13] = numberOf(r.microBatchSize, 512, 'runtime.microBatchSize');
  to[i + 15] = flagOf(r.flashAttention, 1, 'runtime.flashAttention');
  to[i + 17] = numberOf(r.cpuMoeLayers, 0, 'runtime.cpuMoeLayers');
  to[i + 18] = flagOf(r.swaFull, 0, 'runtime.swaFull');
  to[i + 19] = flagOf(r.kvOffload, 1, 'runtime.kvOffload');
  to[i + 20] = nameOf(NAMES.speculation, r.speculation, 0, 'runtime.speculation');
  to[i + 21] = numberOf(r.draftLength, 3, 'runtime.draftLength');
  to[i + 22] = nameOf(NAMES.cacheType, r.draftCacheTypeK, 1, 'runtime.draftCacheTypeK');
  to[i + 23] = nameOf(NAMES.cacheType, r.draftCacheTypeV, 1, 'runtime.draftCacheTypeV');
  to[i + 24] = numberOf(r.cacheRam, 0, 'runtime.cacheRam');
  to[i + 25] = numberOf(r.contextCheckpoints, 0, 'runtime.contextCheckpoints');
  to[i + 26] = numberOf(r.checkpointStep, 8192, 'runtime.checkpointStep');
  to[i + 27] = numberOf(r.projectorWeights, 0, 'runtime.projectorWeights');
  to[i + 28] = numberOf(r.projectorBuffer, 0, 'runtime.projectorBuffer');
  to[i + 29] = numberOf(r.projectorInputs, 0, 'runtime.projectorInputs');
  to[i + 30] = flagOf(r.projectorOffload, 1, 'runtime.projectorOffload');
  return i + 31;
}

/** Where those of one of a runtime's GPUs are. */
export const RUNTIME_GPU = { share: 0, multiprocessors: 1, threads: 2, memory: 3, length: 4 };

/** Where those of a plan are, before its devices. */
export const PLAN = { devices: 0, cells: 1, outputs: 4, fileBytes: 5, bytesPerToken: 6, length: 7 };

/** @param {Float64Array} from @param {import('../types/all.d.ts').DeviceMemory[]} devices */
export function readPlanFields(from, devices) {
  return {
    devices,
    cells: { streams: from[1], full: from[2], sliding: from[3] },
    outputs: from[4],
    fileBytes: from[5],
    bytesPerToken: from[6],
  };
}

/** @param {Float64Array} from @param {number} i @param {string} name */
export function readDevice(from, i, name) {
  const weights = from[i];
  const kvCache = from[i + 1];
  const recurrentState = from[i + 2];
  const computeBuffer = from[i + 3];
  const outputBuffer = from[i + 4];
  const draft = from[i + 5];
  const projector = from[i + 6];
  const promptCache = from[i + 7];
  const overhead = from[i + 8];
  const inputs = from[i + 15];
  return {
    name,
    weights,
    kvCache,
    recurrentState,
    computeBuffer,
    outputBuffer,
    draft,
    projector,
    promptCache,
    overhead,
    total:
      weights + kvCache + recurrentState + computeBuffer + outputBuffer + draft + projector + promptCache + overhead,
    layers: from[i + 9],
    bytesPerToken: from[i + 10],
    terms: {
      tokenEmbedding: from[i + 11],
      outputHead: from[i + 12],
      experts: from[i + 13],
      slidingCache: from[i + 14],
      inputs,
      largestStage: computeBuffer - inputs,
      stage: STAGES[from[i + 16]],
    },
  };
}

export const DEVICE_LENGTH = 17;

/** Where those of a machine are. Of a margin the first says whether there is one. */
export const MACHINE = { kind: 0, hostMemory: 1, hostReserved: 2, hostMargin: 3, gpus: 5, length: 6 };

/** Where those of one of a machine's GPUs are. */
export const MACHINE_GPU = { memory: 0, reserved: 1, margin: 2, length: 3 };

/** Where those of an answer of fits are, before its devices. */
export const FIT = { fits: 0, verdict: 1, length: 2 };

/** Where those of one of its devices are. */
export const DEVICE_FIT = { needed: 0, available: 1, margin: 2, length: 3 };
