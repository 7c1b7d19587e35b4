// @ts-check
// What llama.cpp, and programs that are built on it, print while they load a model. Lines are those of its src/llama-*.cpp;
// older builds have other names before the same words, programs put times and levels before them, so that no pattern
// asks for the beginning of a line.
import { NAMES } from '../core/memory.js';
import { display } from '../core/violation.js';

const MAXIMUM_LENGTH = 64e6;
/** A line of a log is a sentence or a short list: what is longer is a template of a chat, or no log. */
const LONGEST_LINE = 4000;
const MIB = 2 ** 20;
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

/** Names in llama_context's list, and what they are here. @type {Record<string, 'contextLength' | 'batchSize' | 'microBatchSize' | 'sequences'>} */
const OPTIONS = {
  n_ctx: 'contextLength',
  n_batch: 'batchSize',
  n_ubatch: 'microBatchSize',
  n_seq_max: 'sequences',
};

/** "Q4_K - Medium" as "Q4_K_M". @param {string} text @returns {Load['fileType']} */
function fileTypeOf(text) {
  const name = text.replace(/^.*mostly\s+/, '').replace(/\(guessed\)/, '');
  const [, type, size = ''] = /^\s*([A-Z]+\d\w*)(?:\s*-\s*(Small|Medium|Large))?/.exec(name) ?? [];
  const full = size ? `${type}_${size[0]}` : `${type}`;
  const known = full === 'Q2_K_M' ? 'Q2_K' : full;
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

/** @returns {Load} */
const emptyLoad = () => ({
  role: 'main',
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
    tensorOverrides: 0,
  },
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
  if (!(name in SHAPE) || !/^\[?\d/.test(text)) return;
  const value = numbersOf(text);
  const key = `${load.metadata['general.architecture']}.${SHAPE[name]}`;
  // What does not apply is printed as 0. The file's own key is what was in the file.
  if (value !== 0 && load.metadata['general.architecture'] !== undefined) load.metadata[key] ??= value;
}

/** @param {Load} load @param {string} line */
function readOptions(load, line) {
  const { options } = load;
  const [, name, number] =
    /(?:llama_context|llama_new_context_with_model|llama_init_from_model|llama_context_init|construct\w*): (n_\w+)\s*=\s*(\d+)/.exec(
      line,
    ) ?? [];
  if (name && name in OPTIONS) options[OPTIONS[name]] = Number(number);
  const flash = /: flash_attn\s*=\s*(\w+)/.exec(line)?.[1] ?? /Flash Attention was auto, set to (\w+)/.exec(line)?.[1];
  if (flash) options.flashAttention = /^(?:1|enabled|true)$/.test(flash) ? true : flash === 'auto' ? null : false;
  const unified = /: kv_unified\s*=\s*(\w+)/.exec(line)?.[1];
  if (unified) options.kvUnified = unified === 'true' || unified === '1';
  const types = /\bK \((\w+)\):.*\bV \((\w+)\):/.exec(line);
  if (types) [options.cacheTypeK, options.cacheTypeV] = [types[1], types[2]];
  const streams = /(\d+)\/\s*(\d+) seqs\b/.exec(line);
  if (streams) {
    options.sequences ??= Number(streams[1]);
    if (Number(streams[1]) > 1) options.kvUnified ??= Number(streams[2]) === 1;
  }
  if (/using full-size SWA cache/.test(line)) options.swaFull = true;
  const layers = /offloaded (\d+)\/(\d+) layers/.exec(line);
  if (layers) [options.gpuLayers, options.layers] = [Number(layers[1]), Number(layers[2])];
  if (/buffer type overrid+en to/.test(line)) options.tensorOverrides++;
}

/** @param {Load} load @param {string} line @param {number} number */
function readBuffer(load, line, number) {
  const [, device, word, mebibytes] =
    /([A-Za-z][\w[\]:.-]*)\s+(?:(model|KV|RS|compute|output)\s+)?buffer size\s*=\s*([\d.]+) MiB/.exec(line) ?? [];
  if (device === undefined || !Number.isFinite(Number(mebibytes))) return;
  // Old builds printed "llama_kv_cache_init: CUDA0 KV buffer size", and of weights no word.
  const term = TERMS[word ?? 'model'];
  const isProjector = /clip|mtmd|alloc_compute_meta|load_hparams/.test(line);
  load.buffers.push({ device, term, bytes: Number(mebibytes) * MIB, line: number, isProjector });
}

/** @param {LoadLog} log @param {string} line */
function readMachine(log, line) {
  const build = /\bbuild(?:_info)?:\s*b?(\d{3,6})\b/.exec(line)?.[1] ?? /\bversion: (\d{3,6}) \(/.exec(line)?.[1];
  if (build) log.build ??= Number(build);
  const free = /using device (\w+) \((.{1,100}?)\).* - (\d+) MiB free/.exec(line);
  if (free) {
    const device = log.devices.find(({ id }) => id === free[1]);
    if (device) device.free = Number(free[3]) * MIB;
    else log.devices.push({ id: free[1], name: free[2], memory: null, free: Number(free[3]) * MIB });
  }
  const total = /Device (\d+): (.{1,100}?), compute capability .*VRAM: (\d+) MiB/.exec(line);
  if (total) {
    const id = `${/ROCm/i.test(line) ? 'ROCm' : 'CUDA'}${total[1]}`;
    const device = log.devices.find((known) => known.id === id);
    if (device) device.memory = Number(total[3]) * MIB;
    else log.devices.push({ id, name: total[2], memory: Number(total[3]) * MIB, free: null });
  }
}

/** @param {Load} load @param {string} line */
function readModel(load, line) {
  const kv = /- kv\s+\d+:\s+(\S+)\s+(arr\[\w+,\s*\d+\]|\w+)\s+=\s?(.*)$/.exec(line);
  if (kv) {
    const [, key, type, text] = kv;
    const value = parsed(type, text.trim());
    if (value !== undefined) load.metadata[key] = value;
    const count = key === 'tokenizer.ggml.tokens' ? /,\s*(\d+)\]/.exec(type)?.[1] : undefined;
    const arch = load.metadata['general.architecture'];
    if (count !== undefined) load.metadata[`${arch}.vocab_size`] ??= Number(count);
    if (key === 'general.name') load.modelName = text.trim();
    return;
  }
  const info = /(?:print_info|llm_load_print_meta|load_model): ([\w .]+?)\s*=\s*(.+)$/.exec(line);
  if (!info) return;
  const [, name, text] = info;
  readShape(load, name, text.trim());
  const size = /^(?:file|model) size$/.test(name) ? /([\d.]+) (MiB|GiB)/.exec(text) : null;
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
  const log = { build: null, devices: [], loads: [] };
  let load = emptyLoad();
  const keep = () => {
    if (load.buffers.length > 0 || Object.keys(load.metadata).length > 0) log.loads.push(load);
  };
  text.split(/\r\n|\n|\r/).forEach((raw, i) => {
    const line = raw.slice(0, LONGEST_LINE).replace(COLOURS, '').trimEnd();
    if (/llama_model_loader: loaded meta data/.test(line)) {
      keep();
      load = emptyLoad();
    }
    readMachine(log, line);
    readModel(load, line);
    readOptions(load, line);
    readBuffer(load, line, i + 1);
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
