// @ts-check
// What llama.cpp, and programs that are built on it, print while they load a model. Lines are those of its src/llama-*.cpp;
// older builds have other names before the same words, programs put times and levels before them, so that no pattern
// asks for the beginning of a line.
import { NAMES } from '../core/memory.js';
import { display } from '../core/violation.js';

const MAXIMUM_LENGTH = 64e6;
/** What is in one machine, and a few more. */
const MOST_DEVICES = 64;
/** A line of a log is a sentence or a short list: what is longer is a template of a chat, or no log. */
const LONGEST_LINE = 4000;
/** Patterns may go back over what they are asked of, so that none is asked of more than this of a line. */
const WINDOW = 240;
const MIB = 2 ** 20;
const UNITS = { B: 1, KiB: 2 ** 10, MiB: MIB, GiB: 2 ** 30 };
/** What a terminal takes for colours. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are steered by them.
const COLOURS = /\u001b\[[\d;]*m/g;

/**
 * @typedef {'weights' | 'kvCache' | 'recurrentState' | 'computeBuffer' | 'outputBuffer'} Term
 * @typedef {import('../entries/readers.d.ts').LoadLog} LoadLog
 * @typedef {LoadLog['loads'][number]} Load
 */

/** Words before "buffer size", and the term that they are. @type {Record<string, Term>} */
const TERMS = {
  model: 'weights',
  KV: 'kvCache',
  RS: 'recurrentState',
  compute: 'computeBuffer',
  output: 'outputBuffer',
};

/** Names in print_info, and the key of a GGUF file that each is. @type {Record<string, string>} */
const SHAPE = {
  n_vocab: 'vocab_size',
  n_ctx_train: 'context_length',
  n_embd: 'embedding_length',
  n_layer: 'block_count',
  n_head: 'attention.head_count',
  n_head_kv: 'attention.head_count_kv',
  n_embd_head_k: 'attention.key_length',
  n_embd_head_v: 'attention.value_length',
  n_ff: 'feed_forward_length',
  n_swa: 'attention.sliding_window',
  n_expert: 'expert_count',
  n_expert_used: 'expert_used_count',
  n_ff_exp: 'expert_feed_forward_length',
  n_ff_shexp: 'expert_shared_feed_forward_length',
  n_lora_kv: 'attention.kv_lora_rank',
  n_lora_q: 'attention.q_lora_rank',
  n_layer_dense_lead: 'leading_dense_block_count',
  n_expert_shared: 'expert_shared_count',
  ssm_d_conv: 'ssm.conv_kernel',
  ssm_d_inner: 'ssm.inner_size',
  ssm_d_state: 'ssm.state_size',
  ssm_dt_rank: 'ssm.time_step_rank',
  ssm_n_group: 'ssm.group_count',
};

/** Names in llama_context's list, and what they are here. @type {Record<string, 'contextLength' | 'batchSize' | 'microBatchSize' | 'sequences' | 'stateCopies'>} */
const OPTIONS = {
  n_ctx: 'contextLength',
  n_batch: 'batchSize',
  n_ubatch: 'microBatchSize',
  n_seq_max: 'sequences',
  n_rs_seq: 'stateCopies',
};
/** Names in the request of Ollama's server to what loads a model. @type {Record<string, 'contextLength' | 'microBatchSize' | 'sequences'>} */
const OLLAMA_OPTIONS = { KvSize: 'contextLength', BatchSize: 'microBatchSize', Parallel: 'sequences' };
/** Ollama's names of sizes. @type {Record<string, Term>} */
const OLLAMA_TERMS = { 'model weights': 'weights', 'kv cache': 'kvCache', 'compute graph': 'computeBuffer' };

/** What follows `word` in a line, and `before` characters of what is before it; '' where it is not there. @param {string} line @param {string} word @param {number} [before] */
function around(line, word, before = 0) {
  const at = line.indexOf(word);
  return at < 0 ? '' : line.slice(Math.max(0, at - before), at + WINDOW);
}

/** Names of file types that llama.cpp prints in other words. @type {Record<string, string>} */
const FILE_TYPES = { Q2_K_M: 'Q2_K', MXFP4: 'MXFP4_MOE', IQ3_S_mix: 'IQ3_M' };

/** "Q4_K - Medium" as "Q4_K_M". @param {string} text @returns {Load['fileType']} */
function fileTypeOf(text) {
  const name = text
    .slice(0, WINDOW)
    .replace(/^(?:.*mostly|\(guessed\)|all)\s+/, '')
    .replace('(guessed)', '');
  const [, type, mixed = '', size = ''] = /^\s*([A-Z]+\d\w*)( mix)?(?:\s*-\s*(Small|Medium|Large))?/.exec(name) ?? [];
  const full = `${type}${mixed.replace(' ', '_')}${size ? `_${size[0]}` : ''}`;
  const known = Object.hasOwn(FILE_TYPES, full) ? FILE_TYPES[full] : full;
  return NAMES.fileType.has(known) ? /** @type {Load['fileType']} */ (known) : null;
}

/** @param {string} type of GGUF @param {string} text as llama.cpp printed it; undefined where it was cut */
function parsed(type, text) {
  const [, element, count] = /^arr\[(\w+),\s*(\d+)\]/.exec(type) ?? [];
  if (element) {
    // Of the vocabulary only the count is asked; other lists are cut after forty characters.
    const numbers = text.match(/-?\d+(?:\.\d+)?|true|false/g) ?? [];
    if (element === 'str' || numbers.length !== Number(count) || text.includes('...')) return undefined;
    return numbers.map((word) => (word === 'true' ? true : word === 'false' ? false : Number(word)));
  }
  if (type === 'str') return text;
  if (type === 'bool') return text === 'true';
  return Number.isFinite(Number(text)) ? Number(text) : undefined;
}

/** @returns {Load & { isTrial?: boolean }} */
const emptyLoad = () => ({
  role: 'main',
  isTrial: false,
  metadata: {},
  modelName: null,
  fileType: null,
  fileBytes: null,
  options: {
    contextLength: null,
    batchSize: null,
    microBatchSize: null,
    sequences: null,
    kvUnified: null,
    flashAttention: null,
    cacheTypeK: null,
    cacheTypeV: null,
    swaFull: false,
    gpuLayers: null,
    layers: null,
    server: null,
    stateCopies: null,
  },
  placement: [],
  overrides: [],
  buffers: [],
});

/** "[8, 8, 4]" or "8". @param {string} text */
function numbersOf(text) {
  const numbers = (text.match(/\d+/g) ?? []).map(Number);
  return text.startsWith('[') ? numbers : numbers[0];
}

/** @param {Load} load @param {string} name @param {string} text */
function readShape(load, name, text) {
  const arch = load.metadata['general.architecture'];
  if (name === 'arch' && arch === undefined) load.metadata['general.architecture'] = text;
  if (name === 'file type' || name === 'ftype' || name === 'model ftype') load.fileType ??= fileTypeOf(text);
  if (name === 'general.name') load.modelName ??= text;
  if (!Object.hasOwn(SHAPE, name) || !/^\[?\d/.test(text.slice(0, 2))) return;
  const value = numbersOf(text);
  const key = `${load.metadata['general.architecture']}.${SHAPE[name]}`;
  // What does not apply is printed as 0. The file's own key is what was in the file.
  if (value !== 0 && load.metadata['general.architecture'] !== undefined) load.metadata[key] ??= value;
}

/** @param {string} word */
const isOn = (word) => /^(?:1|enabled|true)$/i.test(word);

/** @param {Load} load @param {string} line */
function readOptions(load, line) {
  const { options } = load;
  const context = ['llama_context', 'llama_new_context_with_model', 'llama_init_from_model'].find((w) =>
    line.includes(w),
  );
  if (context) {
    const listed = around(line, context);
    const [, name, number] = /^\w+: (n_\w{1,30})\s{0,30}= {0,9}(\d{1,15})\b/.exec(listed) ?? [];
    // A second context of the model drafts for the first.
    if (name && Object.hasOwn(OPTIONS, name)) options[OPTIONS[name]] ??= Number(number);
    // Logits are reserved for every sequence by a server, and for a whole batch by others.
    if (name === 'n_outputs_max' && options.batchSize !== null) options.server ??= Number(number) < options.batchSize;
  }
  const flash =
    /^: flash_attn\s{0,30}= {0,9}(\w{1,20})/.exec(around(line, ': flash_attn'))?.[1] ??
    /^Flash Attention (?:was auto, |not supported, )?(?:set to )?(enabled|disabled)/.exec(
      around(line, 'Flash Attention '),
    )?.[1];
  if (flash && flash !== 'auto') options.flashAttention ??= isOn(flash);
  const unified = /^: kv_unified\s{0,30}= {0,9}(\w{1,20})/.exec(around(line, ': kv_unified'))?.[1];
  if (unified) options.kvUnified ??= isOn(unified);
  const types = /^ K \((\w{1,12})\):.{0,40} V \((\w{1,12})\):/.exec(around(line, ' K ('));
  if (types && options.cacheTypeK === null) [options.cacheTypeK, options.cacheTypeV] = [types[1], types[2]];
  const streams = /(\d{1,9})\/ {0,9}(\d{1,9}) seqs\b/.exec(around(line, ' seqs', 24));
  if (streams) {
    options.sequences ??= Number(streams[1]);
    if (Number(streams[1]) > 1) options.kvUnified ??= Number(streams[2]) === 1;
  }
  if (line.includes('using full-size SWA cache')) options.swaFull = true;
  const layers = /^offloaded (\d{1,6})\/(\d{1,6}) layers/.exec(around(line, 'offloaded '));
  if (layers) [options.gpuLayers, options.layers] = [Number(layers[1]), Number(layers[2])];
  const assigned = /(\d{1,6}) assigned to device (\w{1,40})/.exec(around(line, ' assigned to device ', 8));
  if (assigned) {
    const [, layer, device] = assigned;
    // Two lines of a layer are two passes: the second is how it was loaded.
    if (layer === '0') load.placement = [];
    const known = load.placement.find((other) => other.device === device);
    if (known) known.layers++;
    else load.placement.push({ device, layers: 1 });
  }
  const override = /\((\d{1,9}) MiB \w{1,20}\) buffer type overrid{1,2}en to (\w{1,40})/.exec(
    around(line, ') buffer type overrid', 40),
  );
  if (override) load.overrides.push({ device: override[2], bytes: Number(override[1]) * MIB });
}

/** Half of the last digit of a number that was printed, and a little. @param {string} text @param {number} unit */
const digitOf = (text, unit) => (0.51 * unit) / 10 ** (text.split('.')[1]?.length ?? 0);

/** What Ollama asks of the program that loads, and the sizes of its own engine. @param {Load} load @param {string} line @param {number} number */
function readOllama(load, line, number) {
  const request = line.indexOf('load request=');
  if (request >= 0) {
    for (const [name, option] of Object.entries(OLLAMA_OPTIONS)) {
      const found = /^\w{1,20}:(\d{1,12})\b/.exec(around(line, `${name}:`))?.[1];
      if (found && Number(found) > 0) load.options[option] = Number(found);
    }
    const flash = /^FlashAttention:(\w{1,20})/.exec(around(line, 'FlashAttention:'))?.[1];
    if (flash && flash !== 'Auto') load.options.flashAttention = isOn(flash);
    const type = /^KvCacheType:(\w{1,12})\b/.exec(around(line, 'KvCacheType:'))?.[1];
    if (type) [load.options.cacheTypeK, load.options.cacheTypeV] = [type, type];
  }
  const [, name, device, digits, unit] =
    /^msg="([a-z ]{1,20})" device=([\w.-]{1,60}) size="([\d.]{1,20}) (B|KiB|MiB|GiB)"/.exec(around(line, 'msg="')) ??
    [];
  if (name === undefined || !Object.hasOwn(OLLAMA_TERMS, name) || !Number.isFinite(Number(digits))) return;
  const bytes = UNITS[/** @type {keyof typeof UNITS} */ (unit)];
  const term = OLLAMA_TERMS[name];
  // The engine tries sizes until they fit: the last are those that it took.
  load.buffers = load.buffers.filter((b) => b.device !== device || b.term !== term || b.digit < MIB);
  load.buffers.push({
    device,
    term,
    bytes: Number(digits) * bytes,
    digit: digitOf(digits, bytes),
    line: number,
    isProjector: false,
  });
}

/** @param {Load} load @param {string} line @param {number} number */
function readBuffer(load, line, number) {
  const at = line.indexOf('buffer size');
  if (at < 0) return;
  const mebibytes = /^buffer size {0,30}= {0,30}([\d.]{1,20}) MiB/.exec(line.slice(at, at + WINDOW))?.[1];
  const words = line
    .slice(Math.max(0, at - WINDOW), at)
    .trimEnd()
    .split(' ')
    .filter(Boolean);
  // Old builds printed "llama_kv_cache_init: CUDA0 KV buffer size", and of weights no word.
  const word = /** @type {string} */ (Object.hasOwn(TERMS, words.at(-1) ?? '') ? words.pop() : 'model');
  const device = words.at(-1) ?? '';
  if (!/^[A-Za-z][\w[\]:.-]{0,60}$/.test(device) || !Number.isFinite(Number(mebibytes))) return;
  const isProjector = ['clip', 'mtmd', 'alloc_compute_meta', 'load_hparams'].some((name) => line.includes(name));
  load.buffers.push({
    device,
    term: TERMS[word],
    bytes: Number(mebibytes) * MIB,
    digit: digitOf(`${mebibytes}`, MIB),
    line: number,
    isProjector,
  });
}

/** What only a server prints, and what only other programs do. */
const SERVERS = ['llama_server:', 'server is listening', 'update_slots:', 'srv  ', 'slot   '];
const OTHERS = [
  'llama_perf_context_print',
  'common_perf_print',
  'sampler seed',
  'llama-bench',
  '| model  ',
  'runner.go:',
];

/** @param {LoadLog} log @param {string} line */
function readMachine(log, line) {
  const build =
    /^build(?:_info)?:? b?(\d{3,6})\b/.exec(around(line, 'build'))?.[1] ??
    /^version: (\d{3,6}) \(/.exec(around(line, 'version: '))?.[1];
  if (build) log.build ??= Number(build);
  if (log.server === null) {
    if (SERVERS.some((word) => line.includes(word))) log.server = true;
    else if (OTHERS.some((word) => line.includes(word))) log.server = false;
  }
  const free =
    /^using device (\w{1,40}) \((.{1,100}?)\) \(.{0,60} - (\d{1,12}) MiB free/.exec(around(line, 'using device ')) ??
    /^using device (\w{1,40}) \((.{1,100})\) - (\d{1,12}) MiB free/.exec(around(line, 'using device '));
  if (free) {
    const device = log.devices.find(({ id }) => id === free[1]);
    if (device) device.free = Number(free[3]) * MIB;
    else if (log.devices.length < MOST_DEVICES)
      log.devices.push({ id: free[1], name: free[2], memory: null, free: Number(free[3]) * MIB });
  }
  const total = /^Device (\d{1,4}): (.{1,100}?), compute capability .{0,60}VRAM: (\d{1,12}) MiB/.exec(
    around(line, 'Device '),
  );
  if (total) {
    const id = `${/ROCm/i.test(line.slice(0, WINDOW)) ? 'ROCm' : 'CUDA'}${total[1]}`;
    const device = log.devices.find((known) => known.id === id);
    if (device) device.memory = Number(total[3]) * MIB;
    else if (log.devices.length < MOST_DEVICES)
      log.devices.push({ id, name: total[2], memory: Number(total[3]) * MIB, free: null });
  }
}

/** A key and its value after the words of a list. @param {string} text @returns {[string, string] | null} */
function split(text) {
  const at = text.indexOf('=');
  return at < 1 || at > 60 ? null : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** @param {Load & { isTrial?: boolean }} load @param {string} line */
function readModel(load, line) {
  const at = line.indexOf('- kv ');
  const kv =
    at < 0
      ? null
      : /^- kv {1,9}\d{1,6}: {1,90}(\S{1,150}) {1,40}(arr\[\w{1,9}, ?\d{1,12}\]|\w{1,9}) {1,40}= ?/.exec(
          line.slice(at, at + WINDOW),
        );
  if (kv) {
    const [whole, key, type] = kv;
    const text = line.slice(at + whole.length, at + whole.length + 1000).trim();
    const value = parsed(type, text);
    if (value !== undefined) load.metadata[key] = value;
    const count = key === 'tokenizer.ggml.tokens' ? /, ?(\d+)\]/.exec(type)?.[1] : undefined;
    const arch = load.metadata['general.architecture'];
    if (count !== undefined) load.metadata[`${arch}.vocab_size`] ??= Number(count);
    if (key === 'general.name') load.modelName = text;
    return;
  }
  const word = ['print_info: ', 'llm_load_print_meta: ', 'load_model: '].find((w) => line.includes(w));
  if (word === undefined) return;
  const info = split(line.slice(line.indexOf(word) + word.length));
  if (!info) return;
  const [name, text] = info;
  // llama.cpp's fit plans without allocating, and prints sizes that it only tries.
  if (name === 'no_alloc') load.isTrial = isOn(text);
  readShape(load, name, text);
  const size = /^(?:file|model) size$/.test(name) ? /^([\d.]{1,20}) (MiB|GiB)/.exec(text.slice(0, WINDOW)) : null;
  if (size) load.fileBytes ??= Number(size[1]) * (size[2] === 'GiB' ? 2 ** 30 : MIB);
}

/**
 * The facts of a log, in the order of its loads.
 *
 * @param {string} text
 * @returns {LoadLog}
 */
export function parseLoadLog(text) {
  if (typeof text !== 'string') throw new TypeError(`parseLoadLog: text must be a string, got ${display(text)}`);
  if (text.length > MAXIMUM_LENGTH) {
    throw new RangeError(`parseLoadLog: text must have at most ${MAXIMUM_LENGTH} characters, got ${text.length}`);
  }
  /** @type {LoadLog} */
  const log = { build: null, server: null, devices: [], loads: [] };
  let load = emptyLoad();
  /** Buffers that were there before the last context. */
  let before = 0;
  const keep = () => {
    const { isTrial, ...kept } = load;
    if (!isTrial && (kept.buffers.length > 0 || Object.keys(kept.metadata).length > 0)) log.loads.push(kept);
  };
  text.split('\n').forEach((raw, i) => {
    const line = raw.slice(0, LONGEST_LINE).replace(COLOURS, '').trimEnd();
    if (line.includes('llama_model_loader: loaded meta data')) {
      keep();
      load = emptyLoad();
    }
    if (line.includes('constructing llama_context')) before = load.buffers.length;
    // A context that reserves again has only what it reserves last.
    if (line.includes('sched_reserve: reserving ...')) {
      load.buffers = load.buffers.filter(({ term }, n) => n < before || term !== 'computeBuffer');
    }
    readMachine(log, line);
    readModel(load, line);
    readOptions(load, line);
    readBuffer(load, line, i + 1);
    readOllama(load, line, i + 1);
  });
  keep();
  if (log.loads.length === 0) {
    throw new RangeError(
      'parseLoadLog: text must be a log of llama.cpp loading a model, with lines such as "CUDA0 model buffer size = 1.00 MiB"',
    );
  }
  // The model that is drafted for is loaded first, and is the larger one.
  log.loads.forEach((other, i) => {
    if (i > 0 && (other.fileBytes ?? 0) < (log.loads[0].fileBytes ?? 0)) other.role = 'draft';
  });
  return log;
}
