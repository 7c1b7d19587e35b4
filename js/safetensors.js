// @ts-check
// A Hugging Face checkpoint: its config.json as a ModelSpec, and the bytes of its weights from the index of its
// safetensors files or the header of the one it has.

import { modelFromGgufMetadata } from './gguf.js';
import { ggufMetadataFromHuggingFaceConfig } from './huggingface.js';
import { openSource, readWhole } from './source.js';
import { display } from './violation.js';

/**
 * @typedef {import('./readers.d.ts').ReadOptions} ReadOptions
 * @typedef {import('./readers.d.ts').HuggingFaceModel} HuggingFaceModel
 * @typedef {import('./readers.d.ts').Input} Input
 */

const LARGEST_JSON = 50e6;

/** @param {string} location @param {Uint8Array} bytes @returns {any} */
function parse(location, bytes) {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new RangeError(`readHuggingFace: ${location} must be JSON: ${/** @type {Error} */ (error).message}`);
  }
}

/** Bytes of all tensors of one safetensors file. @param {Input} input @param {ReadOptions} options */
async function bytesInHeader(input, options) {
  const source = await openSource(input, options);
  try {
    const first = new Uint8Array(8);
    first.set(await source.read(0, 8));
    const length = Number(new DataView(first.buffer).getBigUint64(0, true));
    if (!(length >= 2 && length <= LARGEST_JSON)) {
      throw new RangeError(`readHuggingFace: ${source.location}: no safetensors file: a header of ${length} bytes`);
    }
    const header = parse(source.location, await source.read(8, length));
    let bytes = 0;
    for (const [name, tensor] of Object.entries(header)) {
      if (name === '__metadata__') continue;
      const [start, end] = tensor?.data_offsets ?? [];
      if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start)) {
        throw new RangeError(`readHuggingFace: ${source.location}: tensor ${name} has no data_offsets`);
      }
      bytes += end - start;
    }
    return bytes;
  } finally {
    await source.close();
  }
}

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
  let config = input;
  let location = 'a config';
  const isFile =
    typeof input === 'string' || input instanceof URL || input instanceof Blob || ArrayBuffer.isView(input);
  if (isFile || input instanceof ArrayBuffer) {
    const read = await readWhole(/** @type {Input} */ (input), LARGEST_JSON, options);
    location = read.location;
    config = parse(location, read.bytes);
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new RangeError(`readHuggingFace: ${location} must hold an object, got ${display(config)}`);
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
  const optional = async (/** @type {boolean} */ asked, /** @type {() => Promise<number>} */ read) => {
    try {
      return await read();
    } catch (error) {
      if (asked || options.signal?.aborted) throw error;
      return null;
    }
  };
  if (index) {
    tensorBytes = await optional(options.index !== undefined, async () => {
      const read = await readWhole(index, LARGEST_JSON, options);
      const total = parse(read.location, read.bytes)?.metadata?.total_size;
      if (!Number.isSafeInteger(total) || total < 0) {
        throw new RangeError(`readHuggingFace: ${read.location}: metadata.total_size is missing`);
      }
      locations.push(read.location);
      return total;
    });
  }
  if (weights && tensorBytes === null) {
    tensorBytes = await optional(options.weights !== undefined, async () => {
      const bytes = await bytesInHeader(weights, options);
      locations.push(typeof weights === 'string' ? weights : 'model.safetensors');
      return bytes;
    });
  }
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
