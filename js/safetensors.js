// @ts-check
// A Hugging Face checkpoint: its config.json as a ModelSpec, and the bytes of its weights from the index of its
// safetensors files or the header of the one it has.

import { modelFromGgufMetadata } from './gguf.js';
import { ggufMetadataFromHuggingFaceConfig } from './huggingface.js';
import { isMissing, started, withSource } from './source.js';
import { display } from './violation.js';

/**
 * @typedef {import('./readers.d.ts').ReadOptions} ReadOptions
 * @typedef {import('./readers.d.ts').HuggingFaceModel} HuggingFaceModel
 * @typedef {import('./readers.d.ts').Input} Input
 * @typedef {ReturnType<typeof started<ReadOptions>>} Started
 */

const LARGEST_JSON = 50e6;

const NAME = 'readHuggingFace';

/** @param {Uint8Array} bytes @returns {any} */
function parse(bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new RangeError(`it must be JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/** @param {Input} input @param {Started} options */
const readJson = (input, options) =>
  withSource(NAME, input, options, async (source) => {
    const bytes = await source.read(0, LARGEST_JSON + 1);
    if (bytes.length > LARGEST_JSON) throw new RangeError(`it must be at most ${LARGEST_JSON} bytes`);
    return { location: source.location, json: parse(bytes) };
  });

/** Bytes of all tensors of a checkpoint, from its index. @param {Input} input @param {Started} options */
async function bytesInIndex(input, options) {
  const { location, json } = await readJson(input, options);
  const bytes = json?.metadata?.total_size;
  if (!Number.isSafeInteger(bytes) || bytes < 0) {
    throw new RangeError(`${NAME}: ${location}: metadata.total_size is missing`);
  }
  return { location, bytes };
}

/** Bytes of all tensors of one safetensors file. @param {Input} input @param {Started} options */
const bytesInHeader = (input, options) =>
  withSource(NAME, input, options, async (source) => {
    const first = new Uint8Array(8);
    first.set(await source.read(0, 8));
    const length = Number(new DataView(first.buffer).getBigUint64(0, true));
    if (!(length >= 2 && length <= LARGEST_JSON)) {
      throw new RangeError(`no safetensors file: a header of ${length} bytes`);
    }
    let bytes = 0;
    for (const [name, tensor] of Object.entries(parse(await source.read(8, length)))) {
      if (name === '__metadata__') continue;
      const [start, end] = tensor?.data_offsets ?? [];
      if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start)) {
        throw new RangeError(`tensor ${display(name)} has no data_offsets`);
      }
      bytes += end - start;
    }
    return { location: source.location, bytes };
  });

/**
 * How a checkpoint is quantised, and the bits that a quantised weight takes with its scales.
 *
 * @param {any} config
 * @returns {HuggingFaceModel['quantization']}
 */
function quantizationOf(config) {
  const q = config.quantization_config ?? config.text_config?.quantization_config;
  if (q === undefined || q === null) return null;
  const method = String(q.quant_method ?? (q.load_in_4bit || q.load_in_8bit ? 'bitsandbytes' : 'unknown'));
  const group = typeof q.group_size === 'number' && q.group_size > 0 ? q.group_size : null;
  /** Scale and zero point of a group. */
  const grouped = (/** @type {number} */ bits) => bits + (group ? (16 + bits) / group : 0);
  switch (method) {
    case 'gptq':
    case 'awq':
      return { method, bits: q.bits ?? 4, groupSize: group, bitsPerWeight: grouped(q.bits ?? 4) };
    case 'fp8':
    case 'fbgemm_fp8': {
      const block = Array.isArray(q.weight_block_size) ? q.weight_block_size[0] * q.weight_block_size[1] : null;
      return { method, bits: 8, groupSize: block, bitsPerWeight: 8 + (block ? 32 / block : 0) };
    }
    case 'bitsandbytes': {
      if (q.load_in_8bit) return { method, bits: 8, groupSize: null, bitsPerWeight: 8 };
      // A scale of 32 bits for 64 weights; quantised itself, 8 bits and 32 for 256 of them.
      const scale = q.bnb_4bit_use_double_quant ? 8 / 64 + 32 / (64 * 256) : 32 / 64;
      return { method, bits: 4, groupSize: 64, bitsPerWeight: 4 + scale };
    }
    case 'compressed-tensors': {
      const [weights] = Object.values(q.config_groups ?? {}).map((/** @type {any} */ kinds) => kinds?.weights);
      const bits = typeof weights?.num_bits === 'number' ? weights.num_bits : null;
      const size = typeof weights?.group_size === 'number' && weights.group_size > 0 ? weights.group_size : null;
      return { method, bits, groupSize: size, bitsPerWeight: bits === null ? null : bits + (size ? 16 / size : 0) };
    }
    case 'mxfp4':
      return { method, bits: 4, groupSize: 32, bitsPerWeight: 4.25 };
    default:
      return { method, bits: null, groupSize: null, bitsPerWeight: null };
  }
}

/** Another file of the same folder. @param {Input} input @param {string} name */
function besides(input, name) {
  if (typeof input !== 'string' && !(input instanceof URL)) return undefined;
  return String(input).replace(/[^/\\?#]*(?=$|[?#])/, name);
}

/**
 * @param {Input | Record<string, any>} input config.json, or what it holds
 * @param {ReadOptions & { index?: Input, weights?: Input }} [options]
 * @returns {Promise<HuggingFaceModel>}
 */
export async function readHuggingFace(input, options = {}) {
  const limited = started(NAME, options);
  let config = input;
  let location = 'a config';
  const isFile =
    typeof input === 'string' || input instanceof URL || input instanceof Blob || ArrayBuffer.isView(input);
  if (isFile || input instanceof ArrayBuffer) {
    const read = await readJson(/** @type {Input} */ (input), limited);
    location = read.location;
    config = read.json;
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new RangeError(`${NAME}: ${location}: it must hold an object, got ${display(config)}`);
  }
  let from;
  let model;
  try {
    from = ggufMetadataFromHuggingFaceConfig(config);
    model = modelFromGgufMetadata(from.metadata, { tiedEmbeddings: from.tiedEmbeddings });
  } catch (error) {
    const Kind = error instanceof TypeError ? TypeError : RangeError;
    throw new Kind(`readHuggingFace: ${location}: ${/** @type {Error} */ (error).message.replace(/^\w+: /, '')}`);
  }

  const locations = [location];
  /** @type {number | null} */
  let tensorBytes = null;
  // Files beside a config that is given by its place are taken if they are there.
  const index = options.index ?? besides(/** @type {Input} */ (input), 'model.safetensors.index.json');
  const weights = options.weights ?? besides(/** @type {Input} */ (input), 'model.safetensors');
  const take = async (
    /** @type {Input | undefined} */ file,
    /** @type {boolean} */ asked,
    /** @type {typeof bytesInIndex} */ bytesIn,
  ) => {
    if (!file || tensorBytes !== null) return;
    try {
      const found = await bytesIn(file, limited);
      tensorBytes = found.bytes;
      locations.push(found.location);
    } catch (error) {
      if (asked || !isMissing(error)) throw error;
    }
  };
  await take(index, options.index !== undefined, bytesInIndex);
  await take(weights, options.weights !== undefined, bytesInHeader);
  return {
    model,
    name: /** @type {any} */ (config)._name_or_path || null,
    architecture: from.architecture,
    modelType: /** @type {any} */ (config).model_type,
    tensorBytes,
    quantization: quantizationOf(config),
    source: { kind: 'huggingface', locations },
  };
}
