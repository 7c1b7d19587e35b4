// llama.cpp's own tools as a judge: what they plan for a file, read from their logs. Nothing is allocated: llama-fit-params
// plans without weights, and llama-server is stopped when its plan is made, before it loads anything.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const LONGEST_SECONDS = 60;

/** The software device as often as it is named; buffers as large as a discrete card allows. */
export const environmentOf = (gpus, freeMebibytes) => ({
  GGML_VK_VISIBLE_DEVICES: new Array(Math.max(gpus, 1)).fill(0).join(','),
  VK_ADD_LAYER_PATH: `${root}build/oracle/layer`,
  VK_INSTANCE_LAYERS: 'VK_LAYER_LLMCALC_discrete',
  GGML_VK_FORCE_MAX_ALLOCATION_SIZE: String(2 ** 42),
  GGML_VK_FORCE_MAX_BUFFER_SIZE: String(2 ** 42),
  GGML_VK_SUBALLOCATION_BLOCK_SIZE: String(2 ** 42),
  ...(freeMebibytes === undefined ? {} : { LLMCALC_FREE_MIB: String(freeMebibytes) }),
});

/**
 * Runs a tool in the root filesystem; the lines of its output, until `isDone` says that the rest does not matter.
 *
 * @param {string[]} words @param {Record<string, string>} environment
 * @param {(line: string) => boolean} [isDone]
 * @returns {Promise<string[]>}
 */
export function linesOf(words, environment, isDone = () => false) {
  return new Promise((resolve, reject) => {
    const assignments = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    const child = spawn(`${root}scripts/llama-cpp`, ['env', ...assignments, ...words], {
      cwd: root,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const lines = [];
    let rest = '';
    const stop = () => {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    };
    const timer = setTimeout(stop, LONGEST_SECONDS * 1000);
    const take = (chunk) => {
      rest += chunk;
      const complete = rest.split('\n');
      rest = complete.pop();
      for (const line of complete) {
        lines.push(line);
        if (isDone(line)) stop();
      }
    };
    child.stdout.setEncoding('utf8').on('data', take);
    child.stderr.setEncoding('utf8').on('data', take);
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(rest === '' ? lines : [...lines, rest]);
    });
  });
}

/**
 * @typedef {object} Options of a run, by the names of `planMemory`'s runtime
 * @typedef {object} Planned
 * @property {{ weights: number | null, kvCache: number, recurrentState: number, computeBuffer: number }[]} gpus MiB
 * @property {{ weights: number | null, kvCache: number, recurrentState: number, computeBuffer: number, outputBuffer: number }} host
 * @property {boolean} pipelined
 * @property {boolean} splitFurther the software device lacks an operation that a real one has, and the host computes it
 */

/** @param {string} path @param {any} o @param {string[]} more */
function wordsOf(path, o, more = []) {
  const words = ['-m', path, '-c', o.contextLength, '-b', o.batchSize, '-ub', o.microBatchSize, '-np', o.sequences];
  words.push('-fa', o.flashAttention ? 'on' : 'off', '-ctk', o.cacheTypeK, '-ctv', o.cacheTypeV);
  words.push('-ngl', o.gpuLayers === 'all' ? 999 : o.gpuLayers, '-sm', 'layer');
  if (o.shares) words.push('-ts', o.shares.join(','));
  if (o.cpuMoeLayers) words.push('--n-cpu-moe', o.cpuMoeLayers);
  if (o.swaFull) words.push('--swa-full');
  if (!o.kvOffload) words.push('-nkvo');
  return [...words, ...more].map(String);
}

const isGpu = (device) => /^Vulkan\d+$/.test(device);

/** @param {string[]} lines @param {number} gpuCount @returns {Planned | { refused: string }} */
export function parsePlan(lines, gpuCount) {
  const empty = () => ({ weights: null, kvCache: 0, recurrentState: 0, computeBuffer: 0 });
  const gpus = Array.from({ length: gpuCount }, empty);
  const host = { ...empty(), outputBuffer: 0 };
  const at = (device) => (isGpu(device) ? gpus[Number(device.slice(6))] : host);
  let pipelined = false;
  let splits = 0;
  let isPlanned = false;
  let cacheLayers = [];
  for (const line of lines) {
    const text = line.replace(/^[\d.]+ [A-Z] /, '');
    let found = /^llama_kv_cache: layer\s+\d+: dev = (\S+)/.exec(text);
    if (found) {
      cacheLayers.push(found[1]);
      continue;
    }
    found = /^llama_kv_cache: size =\s*([\d.]+) MiB/.exec(text);
    if (found) {
      for (const device of cacheLayers) at(device).kvCache += Number(found[1]) / cacheLayers.length;
      cacheLayers = [];
      continue;
    }
    found = /^llama_memory_recurrent:\s*(\S+) RS buffer size =\s*([\d.]+) MiB/.exec(text);
    if (found) at(found[1]).recurrentState += Number(found[2]);
    found = /output buffer size =\s*([\d.]+) MiB/.exec(text);
    if (found) host.outputBuffer = Number(found[1]);
    if (text.includes('pipeline parallelism enabled')) pipelined = true;
    if (text.includes('sched_reserve: reserving ...')) for (const device of [...gpus, host]) device.computeBuffer = 0;
    found = /^sched_reserve:\s*(\S+) compute buffer size =\s*([\d.]+) MiB/.exec(text);
    if (found) {
      at(found[1]).computeBuffer += Number(found[2]);
      isPlanned = true;
    }
    found = /sched_reserve: graph.*splits = ([\d /]+)/.exec(text);
    if (found) splits = Math.max(splits, ...found[1].split('/').map(Number));
    found = /^(Vulkan\d+|Host) (\d+) (\d+) (\d+)\s*$/.exec(text);
    if (found) at(found[1]).weights = Number(found[2]);
  }
  // The host has inputs in every graph: without its line the log was cut.
  if (!isPlanned || host.computeBuffer === 0) {
    const reasons = lines.filter((line) => / E |rror|ASSERT/.test(line)).slice(-3);
    return { refused: reasons.map((line) => line.replace(/^[\d.]+ /, '').slice(0, 200)).join(' | ') };
  }
  return { gpus, host, pipelined, splits };
}

/**
 * What llama-fit-params or, with `o.server`, llama-server plans.
 *
 * @param {string} path @param {any} o
 * @returns {Promise<Planned | { refused: string }>}
 */
export async function engineLines(path, o) {
  const environment = environmentOf(o.gpuCount);
  if (!o.server) {
    const words = ['llama-fit-params', '--fit-print', 'on', '-fit', 'off', '-v', ...wordsOf(path, o)];
    return linesOf(words, environment);
  }
  const more = [o.kvUnified ? '--kv-unified' : '--no-kv-unified'];
  const words = [
    'llama-server',
    '--host',
    '127.0.0.1',
    '--port',
    '18930',
    '--no-warmup',
    '--no-webui',
    '-fit',
    'on',
    '-v',
  ];
  let isDry = false;
  const lines = await linesOf([...words, ...wordsOf(path, o, more)], environment, (line) => {
    isDry ||= line.includes('no_alloc              = 1');
    return /no_alloc {14}= 0|fitting params to free memory took|sched_reserve: reserve took/.test(line);
  });
  return isDry ? lines : [];
}

export async function enginePlan(path, o) {
  // The end of a log is now and then lost when the tool ends.
  for (let attempt = 0; ; attempt++) {
    const plan = parsePlan(await engineLines(path, o), o.gpuCount);
    if (!('refused' in plan) || plan.refused !== '' || attempt === 2) return plan;
  }
}

/**
 * The types that llama-quantize would give to the tensors of a file.
 *
 * @param {string} path of an F16 file @param {string} fileType
 * @returns {Promise<Map<string, string> | null>} null where it refuses
 */
export async function quantizedTypes(path, fileType) {
  const lines = await linesOf(['llama-quantize', '--dry-run', path, fileType], {});
  const types = new Map();
  for (const line of lines) {
    const found =
      /^\[\s*\d+\/\s*\d+\]\s+(\S+)\s+- \[[\d, ]+\], type =\s*(\w+), size =\s*[\d.]+ MiB(?:\s*->\s*[\d.]+ MiB \((\w+)\))?/.exec(
        line,
      );
    if (found) types.set(found[1], (found[3] ?? found[2]).toUpperCase());
  }
  return lines.some((line) => /quant size\s*=/.test(line)) ? types : null;
}
