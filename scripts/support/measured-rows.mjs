// Measurements of speed, decode.csv, prefill.csv, batched.csv, offload.csv and cpu.csv of a folder, as plain objects
// that estimates can be held against. The format is that of docs/speed.md: what the columns do not say is in `notes`.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { NAMES } from '../../js/generated/layout.js';
import { catalogue } from '../make-catalog.mjs';
import { parseCsv } from './csv.mjs';
import { deviceSpeed, threadsOf } from './device-speed.mjs';
import { modelOfName, parametersInName } from './model-names.mjs';
import { median } from './statistics.mjs';

const FILES = ['decode', 'prefill', 'batched', 'offload', 'cpu'];
const DATA = new URL('../../data/', import.meta.url);
const BACKENDS = new Set(['cuda', 'rocm', 'metal', 'vulkan', 'sycl', 'llama.cpp', 'cpu']);

const readRows = (path) => parseCsv(readFileSync(path, 'utf8'));

/** "key=value; words" as an object of its keys; the first of each wins. @param {string} text */
export function notesOf(text) {
  const notes = {};
  for (const part of text.split(';')) {
    const [, key, value] = /^\s*(\w+)=(.*?)\s*$/.exec(part) ?? [];
    if (key) notes[key] ??= value;
  }
  return notes;
}

/** Names of others for what is nearest of ours. */
const LIKE = {
  Q8_K_XL: 'Q8_0',
  Q6_K_XL: 'Q6_K',
  Q5_K_XL: 'Q5_K_M',
  Q4_K_XL: 'Q4_K_M',
  Q3_K_XL: 'Q3_K_M',
  Q2_K_XL: 'Q2_K',
  Q6_K_L: 'Q6_K',
  Q4_K_L: 'Q4_K_M',
  Q5_K: 'Q5_K_M',
  Q4_K: 'Q4_K_M',
  Q3_K: 'Q3_K_M',
  MXFP4: 'MXFP4_MOE',
  'F16/MXFP4': 'MXFP4_MOE',
  FP16: 'F16',
  FLOAT16: 'F16',
  Q8: 'Q8_0',
  Q4: 'Q4_0',
};

/** The file type that a row's `quant` means, or null. @param {string} quant */
export function fileTypeOf(quant) {
  const name = quant
    .trim()
    .toUpperCase()
    .replace(/^GGUF-/, '')
    .replace(/^UD-/, '')
    .replaceAll('-', '_');
  const type = Object.hasOwn(LIKE, name) ? LIKE[name] : name;
  return NAMES.fileType.has(type) ? type : null;
}

/** First builds of llama.cpp, and first numbers of its issues, of a year. */
const BUILDS = { 2024: 1750, 2025: 4410, 2026: 7600 };
const ISSUES = { 2024: 4850, 2025: 11000, 2026: 18450 };
const yearAt = (number, starts) => Number(Object.keys(starts).findLast((year) => number >= starts[year]) ?? 2023);
/** Sources that state no date but are known to have one. */
const DATED = [
  [/andrewginns/, 2023],
  [/ik_llama\.cpp/, 2025],
  [/Strix Halo\.md/, 2025],
  [/56029580622/, 2025],
];

/** The year of the build that was measured: 2026 where nothing says. @param {string} source @param {string} notes */
export function eraOf(source, notes) {
  const text = `${notes}; ${source}`;
  const first = (pattern) => pattern.exec(text)?.[1];
  const year =
    first(/\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*(?:-[A-Z][a-z]+)? (20\d\d)\b/) ??
    first(/(?:^|; ?)date=(20\d\d)/);
  if (year) return Number(year);
  const build = first(/(?:llama-bench|llama-server|llama-batched-bench|(?<!ik_)llama\.cpp) b?(\d{4,5})\b/);
  if (build) return yearAt(Number(build), BUILDS);
  if (/LocalScore/i.test(text)) return 2025;
  const day = first(/\b(20[23]\d)[01]\d[0-3]\d\b/);
  if (day) return Number(day);
  const issue = first(/ggml-org\/llama\.cpp(?:#| (?:discussions|issues|pull_requests)\/)(\d+)/);
  if (issue) return yearAt(Number(issue), ISSUES);
  return DATED.find(([pattern]) => pattern.test(source))?.[1] ?? 2026;
}

/** A prompt and an answer of unstated length, and what LocalScore's nine tests come to. */
const UNSTATED = { depth: 100, promptLength: 0, outputLength: 400 };
const LOCAL_SCORE = {
  decode: { depth: 1000, promptLength: 1280, outputLength: 1000 },
  prefill: { depth: 0, promptLength: 1280, outputLength: 0 },
};

/**
 * Tokens in the cache before what was measured, of the prompt, and of the answer. What is decoded after a prompt has
 * the prompt in the cache. For prefill a `promptLength` of 0 is unknown.
 *
 * @param {string} text of context_or_prompt
 * @param {'decode' | 'prefill'} kind
 * @param {Record<string, string>} notes
 */
export function contextOf(text, kind, notes = {}) {
  const number = (pattern) => {
    const [, digits] = pattern.exec(text) ?? [];
    return digits === undefined ? null : Number(digits);
  };
  const after = (promptLength, outputLength, before = 0) => ({
    depth: before + (kind === 'decode' ? promptLength : 0),
    promptLength,
    outputLength,
  });
  if (/^LocalScore/.test(text)) return LOCAL_SCORE[kind];
  if (text === 'llama-bench default') return kind === 'decode' ? after(0, 128) : after(512, 0);
  const end = number(/^pp\d+ ending at (\d+)$/);
  if (end !== null) {
    const length = number(/^pp(\d+)/);
    return { depth: end - length, promptLength: length, outputLength: 0 };
  }
  const prompt = number(/\bpp(\d+)/);
  const output = number(/\btg(\d+)/);
  const before = number(/@ ?d(\d+)/) ?? 0;
  if (prompt !== null || output !== null) {
    // "tg128 after pp512" has its prompt in the cache, "pp512" and "tg128" have none.
    return after(prompt ?? 0, output ?? (kind === 'decode' ? UNSTATED.outputLength : 0), before);
  }
  for (const pattern of [
    /^in (\d+) out (\d+)$/,
    /^ISL\/OSL (\d+)\/(\d+)$/,
    /^prefill (\d+) decode (\d+)$/,
    /^(\d+) prompt \+ (\d+) generated$/,
  ]) {
    const [, first, second] = pattern.exec(text) ?? [];
    if (first) return after(Number(first), Number(second));
  }
  const stated = number(/^prompt (\d+)\b/) ?? number(/^input about (\d+) tokens/) ?? Number(notes.prompt_tokens ?? 0);
  if (stated > 0) return after(stated, kind === 'decode' ? UNSTATED.outputLength : 0);
  if (kind === 'prefill') return { depth: 0, promptLength: 0, outputLength: 0 };
  if (/^ppNone tg/.test(text) && notes.context_len) return after(0, UNSTATED.outputLength, Number(notes.context_len));
  if (text === 'tg') return after(0, 128);
  return { ...UNSTATED, outputLength: number(/(?:^|, )(\d+) tokens/) ?? UNSTATED.outputLength };
}

/** "f16/f16", "kv-q8" and what else `kv_type` or `kv` hold; f16 where it is no type of a cache. @param {string} text */
export function cacheTypeOf(text = '') {
  const typeOf = (word) => {
    const name = word.trim().toLowerCase().replace(/^kv-?/, '');
    if (/^(?:f16|fp16|float16)$/.test(name)) return 'f16';
    if (/^(?:bf16|bfloat16)$/.test(name)) return 'bf16';
    if (/^(?:q[458]_[01]|iq4_nl|f32)$/.test(name)) return name;
    const [, bits] = /^q?([48])(?:\+.*)?$/.exec(name) ?? [];
    if (bits) return `q${bits}_0`;
    return /^(?:fp8|int8|turboquant|tq)/.test(name) ? name : null;
  };
  if (/^K /.test(text)) return `${typeOf(text.slice(2)) ?? 'f16'}/f16`;
  const [keys, values] = text.split('/').map(typeOf);
  if (!values || values === keys) return keys ?? 'f16';
  return `${keys ?? 'f16'}/${values}`;
}

/** Where the layers and experts are. @param {string} text */
function placementOf(text) {
  const gpuLayers = /^all\b/.test(text) ? 'all' : /^\d+$/.test(text) ? Number(text) : text;
  const [, moe] = /n-cpu-moe (\d+)/.exec(text) ?? [];
  const cpuMoeLayers = moe ? Number(moe) : /exps=CPU|experts overridden to CPU/.test(text) ? 'all' : 0;
  return { gpuLayers, cpuMoeLayers, kvOffload: !/nkvo/.test(text) };
}

/** "DDR5-6000 x2" and "136.5 GB/s" in words, as bytes/s; 0 where there is neither. */
function memoryOf(words) {
  const [, rate, channels] = /DDR\d-(\d+) x(\d+)/.exec(words) ?? [];
  if (rate) return Number(rate) * 8e6 * Number(channels);
  const [, stated] = /([\d.]+) GB\/s/.exec(words) ?? [];
  return stated ? Number(stated) * 1e9 : 0;
}

const host = (bandwidth, name) => ({
  bandwidth,
  shaderFlops: 0,
  halfFlops: 0,
  quantizedOps: 0,
  threads: threadsOf(name),
  family: 'CPU memory',
});

/** A row of a folder's hardware_specs.csv as one of data/devices.csv. */
const deviceRowOf = (row) => ({
  ...row,
  memory_gib: row.memory_gb,
  bandwidth_gbs: row.memory_bandwidth_gbs,
  fp16_tflops: row.fp16_tflops_dense,
  fp16_fp32acc_tflops: row.fp16_fp32acc_tflops_dense,
  fp8_tflops: row.fp8_tflops_dense,
  int8_tops: row.int8_tops_dense,
});

/** Device rows by name: ours, and those of the folder that we have not. */
function devicesOf(folder) {
  const path = join(folder, 'hardware_specs.csv');
  const others = existsSync(path) ? readRows(path).map(deviceRowOf) : [];
  return new Map([...others, ...readRows(new URL('devices.csv', DATA))].map((row) => [row.name, row]));
}

function modelsOf() {
  const totals = new Map(readRows(new URL('models.csv', DATA)).map((row) => [row.name, Number(row.total_params || 0)]));
  return catalogue().models.map(({ name, model }) => ({
    name,
    model,
    parameters: totals.get(name) || parametersInName(name),
  }));
}

/** Whether experts were cut out, which makes it a model of no row of ours. */
const isPruned = ({ quant, model }) => /\breap/i.test(`${quant} ${model}`);

function flagsOf({ source, notes, context, tool, model, era, quant, name }) {
  return {
    // Rows that contradict themselves or physics, and those of a state that no estimate is for.
    anomaly: /anomaly|do not use|disk-bound|driver spills|prompt ran on the CPU|Metal on an AMD GPU/.test(notes),
    lowReliability: /reliability=low/.test(notes),
    derived: /derived:/.test(notes),
    localScore: /LocalScore/i.test(`${source} ${tool} ${context}`),
    notebook2023: era === 2023 && /\.ipynb/.test(source),
    // Other clocks, or times with more in them than the tokens.
    wallClock:
      /wall[- ]clock|prefill (?:time )?included|prompt\+generated|power[ _]limit|W limit/.test(notes) ||
      /average over encoded and generated/.test(context),
    moe: /(?:^|; ?)moe=1/.test(notes) || Boolean(model?.groups.some(({ expertCount }) => expertCount > 0)),
    // Several tokens a step.
    speculative: /\b(?:mtp-\d|spec-(?!none)\w+)/.test(`${notes} ${name}`),
    fork: /ik_llama/.test(tool) || (/ik_llama/.test(source) && !/^llama\.cpp/.test(tool)),
    pruned: isPruned({ quant, model: name }),
  };
}

/**
 * @param {string} folder with some of the five files, and hardware_specs.csv if it names devices of its own
 * @returns {any[]} one object per row, in the order of the files
 */
export function measuredRows(folder) {
  const models = modelsOf();
  const byName = new Map(models.map((entry) => [entry.name, entry]));
  const devices = devicesOf(folder);
  const meant = new Map();
  const modelOf = (name, parameters) => {
    const key = `${name}|${parameters}`;
    if (!meant.has(key)) meant.set(key, modelOfName(name, parameters, models));
    return meant.get(key);
  };
  const warm = new Set();
  /** llama-batched-bench warms up with a token: its first prompt of a model is read cold. */
  const isCold = ({ source, hardware, model, quant }, tool, metric) => {
    if (metric !== 'prefill' || !/^llama-batched-bench\b/.test(tool)) return false;
    const key = JSON.stringify([source, hardware, model, quant]);
    const cold = !warm.has(key);
    warm.add(key);
    return cold;
  };
  const rowOf = (file) => (row) => {
    const notes = notesOf(row.notes);
    const { hardware, source, backend } = row;
    const tool = notes.tool ?? '';
    const metric = row.metric === 'prefill_tps' ? 'prefill' : 'decode';
    const era = eraOf(source, row.notes);
    const parameters = Number(notes.params_b ?? 0) * 1e9;
    const pruned = isPruned(row);
    const entry = pruned ? null : (byName.get(row.model_key) ?? modelOf(row.model, parameters));
    const model = entry?.model ?? null;
    const fileBytes = Number(row.model_file_gib || 0) * 2 ** 30;
    let fileType = fileTypeOf(row.quant);
    // Files of gpt-oss keep the experts' type, whatever the rest is called after.
    const halfBytes = 2 * (entry?.parameters ?? 0);
    if (/gpt-oss/.test(entry?.name) && fileType && fileBytes > 0 && fileBytes < halfBytes / 2) fileType = 'MXFP4_MOE';
    const known = devices.get(hardware);
    const stated = Number(row.memory_bandwidth_gbs || 0) * 1e9;
    const sheet = known ? deviceSpeed(known) : null;
    const onHost = /^cpu\b/.test(backend);
    const device =
      onHost || !sheet
        ? {
            ...host(stated || sheet?.bandwidth || (onHost ? memoryOf(hardware) : 0), hardware),
            ...(onHost ? {} : { family: '' }),
          }
        : sheet;
    const hostWords = notes.cpu ?? '';
    const microBatchSize = Math.min(
      Number(notes.ub ?? notes.ubatch ?? notes.n_ubatch ?? 512),
      Number(notes.n_batch ?? Infinity),
    );
    return {
      file,
      source,
      hardware,
      device,
      family: device.family,
      host: { bandwidth: memoryOf(hostWords), threads: threadsOf(hostWords) },
      backend,
      modelKey: entry?.name ?? null,
      model,
      modelName: row.model,
      fileType,
      fileBytes,
      metric,
      value: Number(row.value),
      ...contextOf(row.context_or_prompt, metric, notes),
      batch: /^\d*$/.test(row.batch) ? Number(row.batch || 1) : null,
      gpus: Number(row.n_gpus || 0),
      split: /row-style/.test(row.notes) ? 'row' : /tensor parallel|sm-tensor/.test(row.notes) ? 'tensor' : 'layer',
      ...placementOf(row.gpu_layers),
      threads: Number(notes.threads ?? /(\d+) threads/.exec(hostWords)?.[1] ?? 0),
      flashAttention: notes.fa === undefined ? null : notes.fa === '1',
      cacheType: cacheTypeOf(notes.kv_type ?? notes.kv),
      microBatchSize,
      era,
      flags: {
        ...flagsOf({ ...row, context: row.context_or_prompt, tool, model, era, name: row.model }),
        cold: isCold(row, tool, metric),
      },
    };
  };
  return FILES.flatMap((file) => {
    const path = join(folder, `${file}.csv`);
    return existsSync(path) ? readRows(path).map(rowOf(file)) : [];
  });
}

/** Whether a row can be held against an estimate for llama.cpp. */
export function isClean(row, { notebooks = false } = {}) {
  const { flags } = row;
  const excluded = ['anomaly', 'lowReliability', 'localScore', 'wallClock', 'speculative', 'fork', 'cold'];
  return (
    BACKENDS.has(row.backend) &&
    !excluded.some((flag) => flags[flag]) &&
    (notebooks || !flags.notebook2023) &&
    row.device.bandwidth > 0 &&
    row.model !== null &&
    row.fileType !== null &&
    row.value > 0 &&
    row.batch !== null &&
    (row.metric === 'decode' || row.promptLength > 0)
  );
}

const powerOfTwo = (number) => (number > 0 ? 2 ** Math.round(Math.log2(number)) : 0);

/** Of a decode 0 up to 2,048 tokens on average, else the nearest power of two; likewise of a prefill. */
export const depthClassOf = ({ metric, depth, outputLength }) =>
  metric === 'decode' && depth + outputLength / 2 <= 2048 ? 0 : powerOfTwo(depth);

/** Prompts by the nearest power of two; none for what is decoded. */
export const promptClassOf = ({ metric, promptLength }) => (metric === 'prefill' ? powerOfTwo(promptLength) : 0);

/** What makes a cell: names of properties, or functions of a row. */
export const CELL_KEYS = [
  'hardware',
  'gpus',
  'backend',
  'modelKey',
  'fileType',
  'era',
  'metric',
  promptClassOf,
  depthClassOf,
  'batch',
  'gpuLayers',
  'cpuMoeLayers',
  'cacheType',
  'threads',
  (row) => row.flags.localScore,
];

/**
 * One value per cell, so that a machine that was measured often counts once.
 *
 * @param {any[]} rows
 * @param {{ keys?: (string | ((row: any) => unknown))[] }} [options]
 * @returns {any[]} the first row of each cell with medians for `value`, `depth`, `promptLength`, `outputLength` and
 *   `fileBytes`, with `n`, `spread` (largest over smallest value) and null for a `flashAttention` that differs
 */
export function cellsOf(rows, { keys = CELL_KEYS } = {}) {
  const cells = new Map();
  for (const row of rows) {
    const key = JSON.stringify(keys.map((part) => (typeof part === 'function' ? part(row) : row[part])));
    if (!cells.has(key)) cells.set(key, []);
    cells.get(key).push(row);
  }
  return [...cells.values()].map((members) => {
    const of = (name) => members.map((row) => row[name]);
    const sizes = of('fileBytes').filter((bytes) => bytes > 0);
    return {
      ...members[0],
      value: median(of('value')),
      depth: median(of('depth')),
      promptLength: median(of('promptLength')),
      outputLength: median(of('outputLength')),
      fileBytes: sizes.length > 0 ? median(sizes) : 0,
      flashAttention: new Set(of('flashAttention')).size === 1 ? members[0].flashAttention : null,
      n: members.length,
      spread: Math.max(...of('value')) / Math.min(...of('value')),
    };
  });
}
