// @ts-check
// A log of llama.cpp beside the plan for what it loaded: every buffer that it printed has a term of the plan, and what
// differs has a likely cause.
import { modelFromGgufMetadata } from '../models/gguf.js';
import { parseLoadLog } from './load-log.js';

/**
 * @typedef {import('../entries/readers.d.ts').LoadLog} LoadLog
 * @typedef {LoadLog['loads'][number]} Load
 * @typedef {import('../entries/readers.d.ts').AuditedLoad} AuditedLoad
 * @typedef {import('../entries/readers.d.ts').AuditRow} AuditRow
 * @typedef {Pick<import('../types/all.d.ts').WasmCalculator, 'planMemory'>} Core
 */

const MIB = 2 ** 20;
/** Half a digit of what a log prints. */
const PRINTED = 0.0051 * MIB;
/** Buffers of the host, by whichever back end allocates them. */
const HOST = /^(?:CPU|BLAS|Host)|_Host$/i;
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
  const buffers = load.buffers.filter((b) => b.term === term && !b.isProjector && idOf(b.device) === id);
  const bytes = buffers.reduce((sum, b) => sum + b.bytes, 0);
  return buffers.length > 0 ? { bytes, lines: buffers.map(({ line }) => line) } : null;
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

/** What is stated, for planMemory. @param {LoadLog} log @param {Load} load @param {string[]} gpus */
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
  runtime.sequences ??= 1;
  if (options.swaFull) runtime.swaFull = true;
  if (options.gpuLayers !== null && options.gpuLayers !== options.layers) runtime.gpuLayers = options.gpuLayers;
  const backend = BACKENDS.find(([prefix]) => gpus[0]?.startsWith(prefix));
  if (backend) runtime.backend = backend[1];
  return runtime;
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
  return near < far ? models[1] : models[0];
}

/** @param {LoadLog} log @param {Load} load @param {AuditRow} row @param {number} gpus */
function causeOf(log, load, row, gpus) {
  const { term } = row;
  if (load.options.tensorOverrides > 0 && (term === 'weights' || term === 'computeBuffer')) return 'tensorOverrides';
  if (term === 'recurrentState' || (term === 'kvCache' && log.loads.some(({ role }) => role === 'draft')))
    return 'draft';
  if (gpus > 1 && term !== 'outputBuffer') return 'split';
  if (term === 'weights') return row.device === 'host' || gpus === 0 ? 'mapping' : 'fileType';
  if (term === 'computeBuffer') return 'build';
  return 'options';
}

/** @param {Core} core @param {LoadLog} log @param {Load} load @returns {AuditedLoad} */
function auditedLoad({ planMemory }, log, load) {
  const ids = load.buffers.filter((b) => !b.isProjector).map(({ device }) => idOf(device));
  const gpus = [...new Set(ids)]
    .filter((id) => id !== 'host')
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const missing = missingOf(load);
  const runtime = runtimeOf(log, load, gpus);
  /** @type {AuditedLoad} */
  const audited = { role: load.role, runtime, missing, inferred: {}, refused: null, rows: [], projectorBytes: 0 };
  for (const { isProjector, bytes } of load.buffers) if (isProjector) audited.projectorBytes += bytes;
  const devices = [...gpus, 'host'];
  /** @type {import('../types/all.d.ts').MemoryPlan | null} */
  let plan = null;
  try {
    const model = modelOf(planMemory, load, runtime, devices);
    if (runtime.contextLength === undefined) {
      const all = devices.reduce((sum, id) => sum + (printed(load, id, 'kvCache')?.bytes ?? 0), 0);
      const cacheOf = (/** @type {number} */ contextLength) =>
        planMemory(model, { ...runtime, contextLength }).devices.reduce((sum, { kvCache }) => sum + kvCache, 0);
      const found = all > 0 ? contextOf(cacheOf, all, 2 ** 22) : null;
      if (found !== null) runtime.contextLength = audited.inferred.contextLength = found;
    }
    plan = planMemory(model, runtime);
  } catch (error) {
    if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
    audited.refused = error.message;
  }
  devices.forEach((device, i) => {
    for (const term of TERMS) {
      const measured = printed(load, device, term);
      if (!measured) continue;
      const planned = plan ? plan.devices[i][term] : null;
      /** @type {AuditRow} */
      const row = { device, term, lines: measured.lines, printed: measured.bytes, planned, cause: null };
      if (planned !== null && Math.abs(planned - measured.bytes) > PRINTED * measured.lines.length) {
        row.cause = causeOf(log, load, row, gpus.length);
      }
      audited.rows.push(row);
    }
  });
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
