// @ts-check
// A Hugging Face checkpoint: its config.json as a ModelSpec, and the bytes of its weights from the index of its
// safetensors files or the header of the one it has.

import { display } from '../core/violation.js';
import { modelOfConfig } from './huggingface.js';
import { quantizationBeside, quantizationOf } from './quantization.js';
import { isMissing, started, withSource } from './source.js';

/**
 * @typedef {import('../entries/readers.d.ts').ReadOptions} ReadOptions
 * @typedef {import('../entries/readers.d.ts').HuggingFaceModel} HuggingFaceModel
 * @typedef {import('../entries/readers.d.ts').Input} Input
 * @typedef {ReturnType<typeof started<ReadOptions>>} Started
 */

const LARGEST_JSON = 50e6;

const NAME = 'readHuggingFace';

/** A string, which is kept, or a number that Python writes and JSON has not. */
const STRING_OR_PYTHON_NUMBER = /"(?:[^"\\]|\\.)*"|-?\bInfinity\b|\bNaN\b/g;

/** @param {Uint8Array} bytes @returns {any} */
function parse(bytes) {
  const text = new TextDecoder().decode(bytes);
  try {
    return JSON.parse(text);
  } catch (error) {
    // Python's numbers stand in limits, which no shape depends on.
    try {
      return JSON.parse(text.replace(STRING_OR_PYTHON_NUMBER, (found) => (found[0] === '"' ? found : 'null')));
    } catch {
      throw new RangeError(`it must be JSON: ${/** @type {Error} */ (error).message}`);
    }
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
    const read = await source.read(8, length);
    if (read.length < length) throw new RangeError('it ends in the middle of its header');
    const header = parse(read);
    if (typeof header !== 'object' || header === null || Array.isArray(header)) {
      throw new RangeError(`its header must be an object, got ${display(header)}`);
    }
    const tensors = Object.entries(header)
      .filter(([name]) => name !== '__metadata__')
      .map(([name, tensor]) => {
        const [start, end] = Array.isArray(tensor?.data_offsets) ? tensor.data_offsets : [];
        if (!(Number.isSafeInteger(start) && Number.isSafeInteger(end) && start >= 0 && end >= start)) {
          throw new RangeError(`tensor ${display(name)} has no data_offsets`);
        }
        return { name, start, end };
      })
      .sort((a, b) => a.start - b.start);
    for (let n = 1; n < tensors.length; n++) {
      if (tensors[n].start < tensors[n - 1].end) {
        throw new RangeError(`tensors ${display(tensors[n - 1].name)} and ${display(tensors[n].name)} overlap`);
      }
    }
    const end = tensors.at(-1)?.end ?? 0;
    if (source.size !== undefined && 8 + length + end > source.size) {
      throw new RangeError(`its tensors must end within the file of ${source.size} bytes, got ${8 + length + end}`);
    }
    return { location: source.location, bytes: tensors.reduce((sum, tensor) => sum + tensor.end - tensor.start, 0) };
  });

/**
 * How a context longer than the trained one is reached, where the config says it: the original length and the factor.
 *
 * @param {any} config
 * @returns {HuggingFaceModel['rope']}
 */
function ropeOf(config) {
  const text = config.text_config ?? config.llm_config ?? config.language_config ?? config;
  const scaling = text.rope_scaling ?? text.rope_parameters;
  if (typeof scaling !== 'object' || scaling === null) return null;
  const number = (/** @type {unknown} */ value) => (typeof value === 'number' && value > 0 ? value : null);
  const factor = number(scaling.factor);
  const type = scaling.rope_type ?? scaling.type;
  if (factor === null || factor === 1 || typeof type !== 'string') return null;
  return { type, factor, originalContextLength: number(scaling.original_max_position_embeddings) };
}

/** Another file of the same folder. @param {Input} input @param {string} name */
function besides(input, name) {
  if (typeof input !== 'string' && !(input instanceof URL)) return undefined;
  return String(input).replace(/[^/\\?#]*(?=$|[?#])/, name);
}

/** A repository, or the last part of the path on the machine that saved it. @param {any} config */
function nameIn({ _name_or_path: name }) {
  if (typeof name !== 'string') return null;
  if (/^[\w-][\w.-]*\/[\w.-]+$/.test(name)) return name;
  return name.split(/[/\\]+/).findLast((part) => part !== '') ?? null;
}

/**
 * @param {Input | Record<string, any>} input config.json, or what it holds
 * @param {ReadOptions & { index?: Input, weights?: Input }} [options]
 * @returns {Promise<HuggingFaceModel>}
 */
export async function readHuggingFace(input, options = {}) {
  const limited = started(NAME, options, ['index', 'weights']);
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
  /** @type {HuggingFaceModel['quantization']} */
  let quantization;
  try {
    from = modelOfConfig(config);
    quantization = quantizationOf(config);
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
  const beside = quantization ? undefined : besides(/** @type {Input} */ (input), 'hf_quant_config.json');
  if (beside) {
    try {
      const { location: at, json } = await readJson(beside, limited);
      quantization = quantizationBeside(json);
      locations.push(at);
    } catch (error) {
      if (!isMissing(error)) throw error;
    }
  }
  return {
    model: from.model,
    name: nameIn(config),
    architecture: from.architecture,
    modelType: /** @type {any} */ (config).model_type,
    tensorBytes,
    quantization,
    rope: ropeOf(config),
    source: { kind: 'huggingface', locations },
  };
}
