// @ts-check
// A log of llama.cpp beside the plan for what it loaded: every buffer that it printed has a term of the plan, and what
// the log leaves open is said.
import { REFERENCE_BUILD } from '../generated/layout.js';
import { modelFromGgufMetadata } from '../models/gguf.js';
import { explainRows } from './audit-causes.js';
import { parseLoadLog } from './load-log.js';

/**
 * @typedef {import('../entries/readers.d.ts').LoadLog} LoadLog
 * @typedef {LoadLog['loads'][number]} Load
 * @typedef {import('../entries/readers.d.ts').AuditedLoad} AuditedLoad
 * @typedef {import('../entries/readers.d.ts').AuditRow} AuditRow
 * @typedef {Pick<import('../types/all.d.ts').WasmCalculator, 'planMemory'>} Core
 */

const MIB = 2 ** 20;
/** Half a digit of what llama.cpp prints. */
const PRINTED = 0.0051 * MIB;
/** What planMemory takes where nothing is said; gpus: equal shares. */
const DEFAULTS = {
  build: REFERENCE_BUILD,
  fileType: 'Q4_K_M',
  server: true,
  sequences: 1,
  batchSize: 2048,
  microBatchSize: 512,
  flashAttention: true,
  cacheTypeK: 'f16',
  cacheTypeV: 'f16',
};
/** Buffers of the host, by whichever back end allocates them: AMX has weights in an order of its own. */
const HOST = /^(?:CPU|AMX|BLAS|Host)|_Host$/i;
/** A GPU's buffer, with what a back end adds to its name ("MTL0_Mapped", "CUDA0_Split"). */
const GPU = /^((?:CUDA|ROCm|Vulkan|MTL|Metal|SYCL|HIP|MUSA|CANN|OpenCL|RPC)\w*?\d*)(?:_(?:Mapped|Private|Split))?$/;
const BACKENDS = /** @type {const} */ ([
  ['CUDA', 'cuda'],
  ['ROCm', 'rocm'],
  ['Vulkan', 'vulkan'],
  ['MTL', 'metal'],
  ['Metal', 'metal'],
  ['SYCL', 'sycl'],
]);
const TERMS = /** @type {const} */ (['weights', 'kvCache', 'recurrentState', 'computeBuffer', 'outputBuffer']);

/** @param {string} device of a buffer */
const idOf = (device) => (HOST.test(device) ? 'host' : (GPU.exec(device)?.[1] ?? device));

/** What the log printed for one term, over a device's buffers. @param {Load} load @param {string} id @param {string} term */
function printed(load, id, term) {
  const all = load.buffers.filter((b) => b.term === term && !b.isProjector && idOf(b.device) === id);
  // Ollama prints in fewer digits what llama.cpp below it printed before.
  const exact = all.filter(({ digit }) => digit < MIB);
  const buffers = exact.length > 0 ? exact : all;
  const bytes = buffers.reduce((sum, b) => sum + b.bytes, 0);
  const digits = buffers.reduce((sum, b) => sum + b.digit, 0);
  return buffers.length > 0 ? { bytes, digits, lines: buffers.map(({ line }) => line) } : null;
}

/** What a plan cannot do without. @param {Load} load */
function missingOf({ metadata, fileType, options }) {
  const missing = [];
  if (metadata['general.architecture'] === undefined) missing.push('the architecture (print_info: arch)');
  if (fileType === null) missing.push('the file type (print_info: file type)');
  if (options.contextLength === null) missing.push('the context (llama_context: n_ctx)');
  if (options.microBatchSize === null) missing.push('the micro-batch (llama_context: n_ubatch)');
  if (options.sequences === null) missing.push('the sequences (llama_context: n_seq_max)');
  if (options.flashAttention === null) missing.push('flash attention (llama_context: flash_attn)');
  return missing;
}

/** What is stated, and what is assumed of the rest, for planMemory. @param {LoadLog} log @param {Load} load @param {string[]} gpus */
function runtimeOf(log, load, gpus) {
  const { options } = load;
  /** @type {Record<string, any>} */
  const runtime = { gpus: gpus.length };
  if (log.build !== null) runtime.build = log.build;
  if (load.fileType !== null) runtime.fileType = load.fileType;
  for (const name of /** @type {const} */ ([
    'contextLength',
    'batchSize',
    'microBatchSize',
    'sequences',
    'kvUnified',
    'flashAttention',
    'cacheTypeK',
    'cacheTypeV',
  ])) {
    if (options[name] !== null) runtime[name] = options[name];
  }
  const server = options.server ?? log.server;
  if (server !== null) runtime.server = server;
  /** @type {Record<string, any>} */
  const assumed = {};
  for (const [name, value] of Object.entries(DEFAULTS)) {
    if (runtime[name] === undefined) runtime[name] = assumed[name] = value;
  }
  if (runtime.kvUnified === undefined) runtime.kvUnified = assumed.kvUnified = false;
  if (options.swaFull) runtime.swaFull = true;
  else assumed.swaFull = false;
  if (gpus.length > 0) assumed.kvOffload = true;
  if (gpus.length > 0 && options.gpuLayers === null) assumed.gpuLayers = 'all';
  if (options.gpuLayers !== null && options.gpuLayers !== options.layers) runtime.gpuLayers = options.gpuLayers;
  const backend = BACKENDS.find(([prefix]) => gpus[0]?.startsWith(prefix));
  if (backend) runtime.backend = backend[1];
  const layers = gpus.map((id) => load.placement.find(({ device }) => device === id)?.layers ?? 0);
  if (gpus.length > 1) runtime.gpus = layers.some((count) => count > 0) ? layers : gpus.map(() => 1);
  return { runtime, assumed };
}

/**
 * The layers of several GPUs by their caches, and where these are alike by their weights: one device after the other,
 * each with the count with which its sizes agree.
 *
 * @param {(gpus: number[]) => import('../types/all.d.ts').MemoryPlan} planOf @param {Load} load @param {string[]} gpus
 * @param {number} layers on GPUs, the output head being one @returns {number[] | null} null where sizes do not tell
 */
function sharesOf(planOf, load, gpus, layers) {
  /** @type {number[]} */
  const shares = [];
  let left = layers;
  for (const [i, id] of gpus.slice(0, -1).entries()) {
    const sizes = TERMS.slice(0, 3).map((term) => ({ term, ...printed(load, id, term) }));
    if (sizes.every(({ bytes }) => bytes === undefined)) return null;
    let [best, bestDistance] = [-1, Number.POSITIVE_INFINITY];
    for (let count = 0; count <= left; count++) {
      const rest = gpus.slice(i + 1).map((_, n) => (n === 0 ? left - count : 0));
      const device = planOf([...shares, count, ...rest]).devices[i];
      const caches = sizes.filter(({ term, bytes }) => term !== 'weights' && bytes !== undefined);
      const isNear = caches.every(({ term, bytes, digits }) => Math.abs(device[term] - (bytes ?? 0)) <= (digits ?? 0));
      const distance = Math.abs(device.weights - (sizes[0].bytes ?? device.weights));
      const told = caches.length > 0 ? isNear : distance <= (sizes[0].digits ?? 0);
      if (told && distance < bestDistance) [best, bestDistance] = [count, distance];
    }
    if (best < 0) return null;
    shares.push(best);
    left -= best;
  }
  return [...shares, left];
}

/**
 * The context whose cache is what was printed: caches grow in steps, and each is asked once.
 *
 * @param {(contextLength: number) => number} cacheOf @param {number} bytes @param {number} most
 * @returns {number | null} null where none is
 */
function contextOf(cacheOf, bytes, most) {
  let [low, high] = [1, most];
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    if (cacheOf(middle) < bytes - PRINTED) low = middle + 1;
    else high = middle;
  }
  if (Math.abs(cacheOf(low) - bytes) > PRINTED) return null;
  // Every context up to a whole step has this cache: the largest is what was asked, or rounds to it.
  let [first, last] = [low, most];
  while (first < last) {
    const middle = Math.ceil((first + last) / 2);
    if (cacheOf(middle) > bytes + PRINTED) last = middle - 1;
    else first = middle;
  }
  return first;
}

/**
 * The model of a log. Whether it has a matrix for its output is in no line, but the bytes of weights tell.
 *
 * @param {Core['planMemory']} planMemory @param {Load} load @param {Record<string, any>} runtime @param {string[]} devices
 */
function modelOf(planMemory, load, runtime, devices) {
  const models = [false, true].map((tiedEmbeddings) => modelFromGgufMetadata(load.metadata, { tiedEmbeddings }));
  const [far, near] = models.map((model) => {
    const plan = planMemory(model, { contextLength: 256, ...runtime });
    return devices.reduce((sum, device, i) => {
      const measured = printed(load, device, 'weights');
      return measured ? sum + Math.abs(plan.devices[i].weights - measured.bytes) : sum;
    }, 0);
  });
  return { model: near < far ? models[1] : models[0], isTold: near !== far };
}

/** @param {Core} core @param {LoadLog} log @param {Load} load @returns {AuditedLoad} */
function auditedLoad({ planMemory }, log, load) {
  const ids = load.buffers.filter((b) => !b.isProjector).map(({ device }) => idOf(device));
  const gpus = [...new Set(ids)]
    .filter((id) => id !== 'host')
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const missing = missingOf(load);
  const { runtime, assumed } = runtimeOf(log, load, gpus);
  /** @type {AuditedLoad} */
  const audited = {
    role: load.role,
    runtime,
    assumed,
    missing,
    inferred: {},
    refused: null,
    rows: [],
    projectorBytes: 0,
  };
  for (const { isProjector, bytes } of load.buffers) if (isProjector) audited.projectorBytes += bytes;
  const devices = [...gpus, 'host'];
  /** @type {import('../types/all.d.ts').MemoryPlan | null} */
  let plan = null;
  const planOf = (/** @type {Record<string, any>} */ changes) => planMemory(model, { ...runtime, ...changes });
  /** @type {import('../types/all.d.ts').ModelSpec} */
  let model;
  try {
    const found = modelOf(planMemory, load, runtime, devices);
    model = found.model;
    const told = found.isTold ? audited.inferred : assumed;
    told.tiedEmbeddings = model.tiedEmbeddings === true;
    if (runtime.contextLength === undefined) {
      const all = devices.reduce((sum, id) => sum + (printed(load, id, 'kvCache')?.bytes ?? 0), 0);
      const cacheOf = (/** @type {number} */ contextLength) =>
        planMemory(model, { ...runtime, contextLength }).devices.reduce((sum, { kvCache }) => sum + kvCache, 0);
      const found = all > 0 ? contextOf(cacheOf, all, 2 ** 22) : null;
      if (found !== null) runtime.contextLength = audited.inferred.contextLength = found;
      else if (model.contextLength) runtime.contextLength = assumed.contextLength = model.contextLength;
    }
    plan = planOf({});
    if (gpus.length > 1 && load.placement.length === 0) {
      const onGpus = runtime.gpuLayers ?? model.layerCount + 1;
      const shares = sharesOf((counts) => planOf({ gpus: counts }), load, gpus, onGpus);
      if (shares) {
        runtime.gpus = audited.inferred.gpus = shares;
        plan = planOf({});
      } else {
        assumed.gpus = runtime.gpus;
      }
    }
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    audited.refused = error.message;
  }
  /** @type {(AuditRow & { digits: number })[]} */
  const rows = [];
  devices.forEach((device, i) => {
    for (const term of TERMS) {
      const measured = printed(load, device, term);
      if (!measured) continue;
      const { lines, bytes, digits } = measured;
      const planned = plan ? plan.devices[i][term] : null;
      rows.push({ device, term, lines, printed: bytes, planned, cause: null, changes: null, digits });
    }
  });
  if (plan) explainRows(load, rows, plan, { assumed, runtime, devices, planOf });
  audited.rows = rows.map(({ digits, ...row }) => row);
  return audited;
}

/**
 * @param {string} text
 * @param {Core} core
 * @returns {import('../entries/readers.d.ts').LogAudit}
 */
export function auditLog(text, core) {
  const log = parseLoadLog(text);
  return { build: log.build, devices: log.devices, loads: log.loads.map((load) => auditedLoad(core, log, load)) };
}
