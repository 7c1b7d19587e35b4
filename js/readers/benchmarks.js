// @ts-check
// What llama-bench prints as rows, and those as measurements for calibrate. Fields and columns are those of llama.cpp's
// tools/llama-bench/llama-bench.cpp; older builds have fewer. A text is anyone's: no pattern takes more than linear
// time.
import { NAMES } from '../core/memory.js';
import { display } from '../core/violation.js';

/** Texts by field, and the line. @typedef {[fields: Map<string, string>, line: number]} Entry */

const MAXIMUM_LENGTH = 4e6;
/** No back end of llama.cpp has more devices. What a log names beyond would be in every row of its table. */
const MAXIMUM_GPUS = 16;
const LONGEST_GPU = 100;
/** The first build whose llama-bench leaves flash attention to the back end (ggml-org/llama.cpp#23714). It was off. */
const AUTOMATIC_BUILD = 9437;

/** Columns of tables that have other names than fields. @type {Record<string, string>} */
const COLUMNS = {
  model: 'model_type',
  size: 'model_size',
  params: 'model_n_params',
  backend: 'backends',
  ngl: 'n_gpu_layers',
  threads: 'n_threads',
  sm: 'split_mode',
  nkvo: 'no_kv_offload',
  fa: 'flash_attn',
  dev: 'devices',
  ot: 'tensor_buft_overrides',
};
/** @type {Record<string, number>} */
const UNITS = { MiB: 2 ** 20, GiB: 2 ** 30, M: 1e6, B: 1e9 };
const BACKENDS = /** @type {const} */ (['cuda', 'rocm', 'metal', 'vulkan', 'sycl']);

/** @param {number} line @param {string} requirement @param {unknown} value */
const damaged = (line, requirement, value) =>
  new RangeError(`parseBenchmarks: line ${line}: ${requirement}, got ${display(value)}`);

/** "Q4_K - Medium", "mostly Q8_0", "MXFP4 MoE", "IQ3_S mix - 3.66 bpw" at the end of a name. @param {string} name */
function fileTypeOf(name) {
  const [, type, more = ''] = /^[^,]* ([A-Z]+\d\w*)( mix| MoE| - [SML])?/.exec(name.slice(0, 200)) ?? [];
  // "IQ3_S mix" is IQ3_M, and what is called Q2_K is medium.
  const full = `${type}${more.replace(/\W+/, '_').toUpperCase()}`.replace('S_MIX', 'M').replace('2_K_M', '2_K');
  return NAMES.fileType.has(full) ? full : null;
}

/** @param {string | undefined} text */
const flagOf = (text) => (/^(?:[01]|true|false)$/.test(`${text}`) ? /1|t/.test(`${text}`) : null);

/** @param {Map<string, string>} fields @param {string} gpus */
function backendOf(fields, gpus) {
  const devices = fields.get('devices') || 'auto';
  // Builds of before October 2024 have a flag for each, and that of CUDA stands for ROCm too.
  const flags = () => BACKENDS.filter((name) => flagOf(fields.get(name))).join() || (fields.has('cuda') ? 'cpu' : '');
  const text = (devices === 'auto' ? (fields.get('backends') ?? flags()) : devices)
    .toLowerCase()
    .replace(/mtl/g, 'metal');
  const found = BACKENDS.filter((name) => text.includes(name));
  if (found.length === 1) return text === 'cuda' && /AMD|Radeon/.test(gpus) ? 'rocm' : found[0];
  return /^(?:cpu|none|blas|zendnn|,)+$/.test(text) ? 'cpu' : null;
}

/** @param {Entry} entry @returns {any} a row, or null for a test of prompt and output together */
function rowOf([fields, line]) {
  const text = (/** @type {string} */ name) => fields.get(name) || null;
  /** @param {string} name @param {string} [requirement] @returns {never} */
  const fail = (name, requirement = 'a whole number of at least 0') => {
    throw damaged(line, `${name} must be ${requirement}`, fields.get(name));
  };
  /** @param {string} name @param {number} [least] */
  const number = (name, least = 0) => {
    const value = fields.get(name);
    if (!value || /^-?nan/.test(value)) return null;
    const [, amount, unit] = /^(-?\d+(?:\.\d+)?(?:e[-+]\d+)?)(?: ([MG]iB|[MB]))?$/.exec(value) ?? [];
    const parsed = unit ? Math.round(Number(amount) * UNITS[unit]) : Number(amount);
    const whole = name.endsWith('_ts') || Number.isInteger(parsed);
    return whole && parsed >= least && parsed <= 1e15
      ? parsed
      : fail(name, name.endsWith('_ts') ? 'a number' : undefined);
  };

  const promptLength = number('n_prompt') ?? fail('n_prompt');
  const outputLength = number('n_gen') ?? fail('n_gen');
  if (promptLength > 0 === outputLength > 0) return null;
  const modelName = text('model_type') ?? '';
  const gpus = text('gpu_info') ?? '';
  const backend = backendOf(fields, gpus);
  const build = number('build_number') || null;
  const onHost = flagOf(fields.get('no_kv_offload'));
  const overrides = text('tensor_buft_overrides');
  return {
    modelName,
    modelBytes: number('model_size') || null,
    parameters: number('model_n_params') || null,
    fileType: fileTypeOf(modelName),
    backend,
    gpuName: (backend !== 'cpu' && [...new Set(gpus.split(', '))].join(', ')) || null,
    build,
    gpuLayers: number('n_gpu_layers', -2),
    cpuMoeLayers: number('n_cpu_moe'),
    threads: number('n_threads'),
    batchSize: number('n_batch'),
    microBatchSize: number('n_ubatch'),
    cacheTypeK: text('type_k'),
    cacheTypeV: text('type_v'),
    flashAttention: flagOf(fields.get('flash_attn')) ?? (build && build < AUTOMATIC_BUILD ? false : null),
    kvOffload: onHost === null ? null : !onHost,
    split: text('split_mode'),
    tensorOverrides: overrides === 'none' ? null : overrides,
    metric: promptLength > 0 ? 'prefill' : 'decode',
    promptLength,
    outputLength,
    depth: number('n_depth') ?? 0,
    tokensPerSecond: number('avg_ts') || fail('avg_ts', 'a number above 0'),
    deviation: number('stddev_ts'),
  };
}

/** Flat objects, whatever is between them. @param {string} text @returns {Entry[] | null} */
function entriesOfJson(text) {
  /** @type {Entry[]} */
  const entries = [];
  let line = 1;
  let end = 0;
  for (const { 0: found, index } of text.matchAll(
    /(?:^[ \t]*)?\{\s*(?:"[^"\\]*(?:\\.[^"\\]*)*"[^{}"]*)*\}|^[ \t]*\{\s*(?:"|$)/gm,
  )) {
    line += text.slice(end, index).split('\n').length - 1;
    end = index;
    try {
      // A deviation that is no number is printed as one of C.
      const row = JSON.parse(found.replace(/("stddev_ts": *)-?nan(?:\(\w+\))?/, '$1null'));
      const fields = Object.entries(row).map(([name, value]) => [name, typeof value === 'object' ? '' : `${value}`]);
      entries.push([new Map(/** @type {any} */ (fields)), line]);
    } catch {
      throw damaged(line, 'a row must be JSON', text.slice(index).trim());
    }
  }
  return entries.length > 0 || /\[\s*\]/.test(text) ? entries : null;
}

/** The cells of a line of a table, or the fields of one of CSV. @param {string} line */
function cellsOf(line) {
  if (line[0] === '|') {
    return line
      .replace(/\|$/, '')
      .slice(1)
      .split('|')
      .map((cell) => cell.trim());
  }
  const fields = line.matchAll(/(?:^|,)(?:"([^"]*(?:""[^"]*)*)"|([^,]*))/g);
  return Array.from(fields, ([, quoted, bare]) => quoted?.replaceAll('""', '"') ?? bare);
}

/** What cells of a table are in the other formats. @param {Map<string, string>} fields @param {number} line */
function completeCells(fields, line) {
  const [test, rate] = [fields.get('test') ?? '', fields.get('t/s') ?? ''];
  const [, prompt = '', output = '', depth = ''] = /^(?:pp ?(\d+))?\+?(?:tg ?(\d+))?(?: @ d(\d+))?$/.exec(test) ?? [];
  if (!prompt && !output) throw damaged(line, 'test must be like pp512 or tg128 @ d4096', test);
  // The sign between them does not outlive every console.
  const [, mean, deviation = ''] = /^(\d+\.\d+)(?: *[^\d\s]+ *(\d+\.\d+|-?nan.*))?$/.exec(rate) ?? [];
  if (!mean) throw damaged(line, 't/s must be like 12.34 ± 0.56', rate);
  fields
    .set('n_prompt', prompt || '0')
    .set('n_gen', output || '0')
    .set('n_depth', depth);
  fields.set('avg_ts', mean).set('stddev_ts', deviation);
}

/** The GPU that a line of the log names, without its number, as in "MTL0 (Apple M3 Pro)", or driver. @param {string} line */
function gpuOf(line) {
  const [, driver, name] =
    /(?:^Device \d+: |(ggml_vulkan): (?:\d+ = |Using )|GPU name: +|level_zero:gpu:\d+\]\|)([^,|]+)/.exec(line) ?? [];
  return name
    ?.trim()
    .slice(0, LONGEST_GPU)
    .replace(driver ? / \([^()]*\)$/ : /^MTL\d+ \((.*)\)$/, driver ? '' : '$1');
}

/** @param {string} text @returns {Entry[] | null} */
function entriesOf(text) {
  /** @type {Entry[] | null} */
  let entries = null;
  /** @type {string[]} */
  let names = [];
  let isTable = false;
  /** Where patterns of overrides stand. */
  let overridesAt = -1;
  /** @type {Set<string>} */
  const gpus = new Set();
  let gpuInfo = '';
  let finished = 0;
  for (const [i, untrimmed] of text.split('\n').entries()) {
    const line = untrimmed.trim();
    if (!line) continue;
    if (!entries && /^\[?\s*\{\s*(?:"|$)|^\[\s*\]?$/.test(line)) return entriesOfJson(text);
    const cells = cellsOf(line);
    const gpu = gpuOf(line);
    const [, build] = /^build: \w+ \((\d+)\)/.exec(line) ?? [];
    if (cells.includes('t/s') || cells.includes('avg_ts')) {
      names = cells.map((name) => (Object.hasOwn(COLUMNS, name) ? COLUMNS[name] : name));
      isTable = names.includes('t/s');
      overridesAt = names.indexOf(COLUMNS.ot);
      gpuInfo = [...gpus].join(', ');
      gpus.clear();
      entries ??= [];
      finished = entries.length;
    } else if (gpu) {
      if (gpus.size < MAXIMUM_GPUS) gpus.add(gpu);
    } else if (build && entries) {
      for (; finished < entries.length; finished++) entries[finished][0].set('build_number', build);
      names = [];
      isTable = false;
    } else if (
      // Other lines are of a log.
      isTable ? /^\|.*\w/.test(line) : names.length > 0 && (line[0] === '"' || cells.length > names.length / 2)
    ) {
      // Patterns of overrides may have bars.
      const more = cells.length - names.length;
      if (overridesAt >= 0 && more > 0) {
        cells.splice(overridesAt, more + 1, cells.slice(overridesAt, overridesAt + more + 1).join('|'));
      }
      if (cells.length !== names.length) throw damaged(i + 1, `a row must have ${names.length} fields`, cells.length);
      const fields = new Map(names.map((name, n) => [name, cells[n]]));
      if (isTable) completeCells(fields.set('gpu_info', gpuInfo), i + 1);
      entries?.push([fields, i + 1]);
    }
  }
  return entries;
}

/** @type {typeof import('../entries/readers.d.ts').parseBenchmarks} */
export function parseBenchmarks(text) {
  const isText = typeof text === 'string';
  const entries = isText && text.length <= MAXIMUM_LENGTH ? entriesOf(text) : null;
  if (entries) return entries.map(rowOf).filter((row) => row);
  throw new (isText ? RangeError : TypeError)(
    `parseBenchmarks: text must be what llama-bench prints as json, jsonl, csv or md, up to ${MAXIMUM_LENGTH} characters, got ${display(text)}`,
  );
}

/** What a row says of the runtime by the same name. */
const OPTIONS = /** @type {const} */ ([
  'build',
  'fileType',
  'backend',
  'batchSize',
  'microBatchSize',
  'cacheTypeK',
  'cacheTypeV',
  'flashAttention',
  'kvOffload',
]);

/** @type {typeof import('../entries/readers.d.ts').measurementsOf} */
export function measurementsOf(rows, { model, machine, runtime = {} }) {
  if (!Array.isArray(rows)) {
    throw new TypeError(`measurementsOf: rows must be those of parseBenchmarks, got ${display(rows)}`);
  }
  return rows.flatMap((row) => {
    const { backend, gpuLayers, threads, cacheTypeK, cacheTypeV, split, promptLength, depth, metric } = row;
    const spec = typeof model === 'function' ? model(row) : model;
    // Where its tensors were, or what its cache was made of, no runtime can say.
    const known = [cacheTypeK ?? 'f16', cacheTypeV ?? 'f16'].every((type) => NAMES.cacheType.has(type));
    if (!spec || !known || row.tensorOverrides) return [];
    const layers = spec.layerCount + (spec.predictionLayerCount ?? 0);
    const outputLength = row.outputLength || 1;
    /** @type {any} */
    const options = { gpus: machine.gpus?.length, ...runtime, server: false };
    for (const name of OPTIONS) options[name] = row[name] ?? options[name];
    options.contextLength = Math.max(promptLength + depth + outputLength, runtime.contextLength ?? 0);
    if (row.cpuMoeLayers !== null) options.cpuMoeLayers = Math.min(row.cpuMoeLayers, layers);
    if (gpuLayers !== null) options.gpuLayers = gpuLayers < 0 || gpuLayers > layers ? 'all' : gpuLayers;
    if (split === 'none') options.gpus = 1;
    if (backend === 'cpu') options.gpus = 0;
    const place = { ...machine };
    if (threads) place.host = { ...place.host, threads: Math.min(threads, place.host?.threads || threads) };
    if (split === 'tensor') place.split = split;
    const workload = { promptLength, cachedTokens: depth, outputLength, fileBytes: row.modelBytes ?? undefined };
    return { model: spec, runtime: options, machine: place, workload, metric, tokensPerSecond: row.tokensPerSecond };
  });
}
