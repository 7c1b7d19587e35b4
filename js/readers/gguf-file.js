// @ts-check
// The header of a GGUF file as a ModelSpec. js/readers/source.js reads it, so that one code serves files, Blobs and
// URLs, js/readers/gguf-walk.js finds its end, and @huggingface/gguf parses what is left without vocabularies. What
// that lets through is checked here: a header is anyone's.
import { gguf } from '@huggingface/gguf';
import { nearest } from '../catalog/search.js';
import { display } from '../core/violation.js';
import { FILE_TYPE_NAMES } from '../generated/file-types.js';
import { GGUF_ARCHITECTURES, modelFromGgufMetadata } from '../models/gguf.js';
import { blockSizeOf, bytesOfTensor } from '../models/tensors.js';
import { walkHeader } from './gguf-walk.js';
import { started, withSource } from './source.js';

/**
 * @typedef {import('../entries/readers.d.ts').ReadOptions} ReadOptions
 * @typedef {import('../entries/readers.d.ts').GgufModel} GgufModel
 * @typedef {{ name: string, shape: number[], type: number, offset: number }} Tensor
 */

const SPLIT = /-(\d{5})-of-(\d{5})\.gguf(?=$|[?#])/;
const PARTS_AT_ONCE = 4;
const ALIGNMENTS = new Set(Array.from({ length: 17 }, (_, power) => 2 ** power));
/** Keys that are read here, and what they hold. */
const TYPED = /** @type {const} */ ([
  ['general.architecture', 'string'],
  ['general.name', 'string'],
  ['general.type', 'string'],
  ['general.file_type', 'number'],
  ['split.no', 'number'],
  ['split.count', 'number'],
  ['split.tensors.count', 'number'],
]);
/** @param {unknown} id */
function fileTypeOf(id) {
  const name = FILE_TYPE_NAMES[Number(id)] ?? '-';
  return name === '-' ? null : name;
}

/** Architectures of llama.cpp that are no language model of their own. @type {[RegExp, string][]} */
const OTHER_KINDS = [
  [/^clip$/, 'a vision projector (--mmproj), not a language model'],
  [/^(?:eagle|dflash|medusa)|assistant$/, 'a draft, which runs beside the model that it drafts for: plan that model'],
  [/bert|embed|^t5encoder$/, 'an encoder, which has no cache; planned are models that write text'],
  [/^t5$/, 'an encoder with a decoder; planned are models that write text'],
  [/tokenizer|tts|codec/, 'a model of speech or sound; planned are models that write text'],
];

/**
 * Plain values, and the size of a vocabulary that only its tokens tell.
 *
 * @param {Record<string, any>} metadata @param {Map<string, number>} lengths of the arrays that were left out
 */
function plain(metadata, lengths) {
  /** @type {Record<string, any>} */
  const values = {};
  const number = (/** @type {unknown} */ value) => (typeof value === 'bigint' ? Number(value) : value);
  for (const [key, value] of Object.entries(metadata)) {
    values[key] = Array.isArray(value) ? value.map(number) : number(value);
  }
  const tokens = lengths.get('tokenizer.ggml.tokens');
  if (tokens !== undefined) values[`${values['general.architecture']}.vocab_size`] ??= tokens;
  return values;
}

/**
 * Refuses what no writer makes and an attacker might; where the last tensor ends.
 *
 * @param {Tensor[]} tensors @param {number} alignment
 */
function endOfTensors(tensors, alignment) {
  const names = new Set();
  const ordered = tensors.map((tensor, n) => {
    if (names.has(tensor.name)) throw new RangeError(`tensor ${display(tensor.name)} is there twice`);
    names.add(tensor.name);
    const bytes = bytesOfTensor(tensor, n);
    if (tensor.shape[0] % blockSizeOf(tensor.type) !== 0) {
      throw new RangeError(
        `tensor ${display(tensor.name)} has rows that are not whole blocks of its type: ${tensor.shape}`,
      );
    }
    if (!Number.isSafeInteger(tensor.offset) || tensor.offset % alignment !== 0) {
      throw new RangeError(`tensor ${display(tensor.name)} is at offset ${tensor.offset}, no multiple of ${alignment}`);
    }
    return { name: tensor.name, start: tensor.offset, end: tensor.offset + bytes };
  });
  ordered.sort((a, b) => a.start - b.start);
  for (let n = 1; n < ordered.length; n++) {
    if (ordered[n].start < ordered[n - 1].end) {
      throw new RangeError(`tensors ${display(ordered[n - 1].name)} and ${display(ordered[n].name)} overlap`);
    }
  }
  return ordered.at(-1)?.end ?? 0;
}

/** The parser asks for ranges of an address. @param {Uint8Array} header */
async function parse(header) {
  const ranges = async (/** @type {unknown} */ _, /** @type {any} */ { headers }) => {
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.Range) ?? [];
    return { headers: new Map(), arrayBuffer: async () => header.slice(Number(from), Number(to) + 1) };
  };
  try {
    return await gguf('https://header.invalid/model.gguf', { fetch: /** @type {any} */ (ranges) });
  } catch (error) {
    throw new RangeError(/** @type {Error} */ (error).message, { cause: error });
  }
}

/** @param {import('../entries/readers.d.ts').Input} input @param {ReturnType<typeof started<ReadOptions>>} options @param {string} [who] asks */
export const readHeader = (input, options, who = 'readGguf') =>
  withSource(who, input, options, async (source) => {
    const { header, end, lengths } = await walkHeader(source, options.maximumHeaderBytes ?? 50e6);
    const parsed = await parse(header);
    const tensors = parsed.tensorInfos.map(({ name, shape, dtype, offset }) => ({
      name,
      shape: shape.map(Number),
      type: Number(dtype),
      offset: Number(offset),
    }));
    const metadata = plain(parsed.metadata, lengths);
    const alignment = metadata['general.alignment'] ?? 32;
    if (!ALIGNMENTS.has(alignment)) {
      throw new RangeError(`general.alignment must be a power of two from 1 to 65536, got ${display(alignment)}`);
    }
    for (const [key, type] of TYPED) {
      const value = metadata[key];
      if (value !== undefined && typeof value !== type) {
        throw new RangeError(`${key} must be a ${type}, got ${display(value)}`);
      }
    }
    const dataOffset = alignment * Math.ceil(end / alignment);
    const dataEnd = dataOffset + endOfTensors(tensors, alignment);
    return {
      location: source.location,
      metadata,
      tensors,
      truncated: source.size !== undefined && dataEnd > source.size,
      fileBytes: source.size,
      bytesRead: source.bytesRead,
      version: Number(parsed.metadata.version),
    };
  });

/**
 * How the context was extended beyond the one first trained on, where the file says it.
 *
 * @param {Record<string, any>} metadata
 * @returns {GgufModel['rope']}
 */
function ropeOf(metadata) {
  const value = (/** @type {string} */ key) => metadata[`${metadata['general.architecture']}.rope.scaling.${key}`];
  const number = (/** @type {unknown} */ found) => (typeof found === 'number' && found > 0 ? found : null);
  const type = value('type');
  const factor = number(value('factor'));
  if (typeof type !== 'string' || factor === null || factor === 1) return null;
  return { type, factor, originalContextLength: number(value('original_context_length')) };
}

/** All parts of a split file, given any of them. @param {import('../entries/readers.d.ts').Input} input */
function partsOf(input) {
  const location = typeof input === 'string' || input instanceof URL ? String(input) : '';
  const [, , count] = SPLIT.exec(location) ?? [];
  if (!count) return [input];
  if (Number(count) < 1 || Number(count) > 1000) throw new RangeError(`readGguf: ${location}: too many parts`);
  return Array.from({ length: Number(count) }, (_, i) =>
    location.replace(SPLIT, `-${String(i + 1).padStart(5, '0')}-of-${count}.gguf`),
  );
}

/**
 * @param {import('../entries/readers.d.ts').Input | import('../entries/readers.d.ts').Input[]} input
 * @param {ReadOptions} [options]
 * @returns {Promise<GgufModel>}
 */
export async function readGguf(input, options = {}) {
  const inputs = Array.isArray(input) ? input : partsOf(input);
  const limited = started('readGguf', options);
  /** @type {Awaited<ReturnType<typeof readHeader>>[]} */
  let parts = [];
  for (let i = 0; i < inputs.length; i += PARTS_AT_ONCE) {
    parts.push(...(await Promise.all(inputs.slice(i, i + PARTS_AT_ONCE).map((part) => readHeader(part, limited)))));
  }
  const fail = (/** @type {string} */ message) => new RangeError(`readGguf: ${parts[0].location}: ${message}`);
  if (parts.length === 0) throw new TypeError('readGguf: there must be a file');
  const declared = parts[0].metadata['split.count'] ?? 1;
  if (declared !== parts.length && (declared > 1 || parts.length > 1)) {
    throw fail(`it is one of ${declared} parts, and ${parts.length} were given`);
  }
  if (parts.length > 1) {
    parts = parts.toSorted((a, b) => a.metadata['split.no'] - b.metadata['split.no']);
    // A part says whose it is, or nothing.
    const isOther = (/** @type {Record<string, any>} */ metadata) =>
      ['general.architecture', 'general.name', 'split.count', 'split.tensors.count'].some(
        (key) => metadata[key] !== undefined && metadata[key] !== parts[0].metadata[key],
      );
    if (parts.some(({ metadata }, i) => metadata['split.no'] !== i || isOther(metadata))) {
      throw fail('its parts are not of one file');
    }
  }
  const { metadata, version } = parts[0];
  const tensors = parts.flatMap((part) => part.tensors);
  const total = metadata['split.tensors.count'];
  if (total !== undefined && total !== tensors.length)
    throw fail(`it must have ${total} tensors, got ${tensors.length}`);
  if (new Set(tensors.map(({ name }) => name)).size < tensors.length) throw fail('parts repeat a tensor');
  const architecture = metadata['general.architecture'];
  if (architecture === undefined) throw fail('general.architecture is missing');
  if (metadata['general.type'] === 'adapter') throw fail('it is an adapter, not a language model');
  const kind = OTHER_KINDS.find(([names]) => names.test(architecture))?.[1];
  if (kind) throw fail(`general.architecture ${display(architecture)} is ${kind}`);
  const list = tensors.map(({ name, shape, type }) => ({ name, shape, type }));
  if (!GGUF_ARCHITECTURES.includes(architecture)) {
    const like = nearest(architecture, GGUF_ARCHITECTURES).join(', ');
    throw fail(`general.architecture must be a known one, got ${display(architecture)}; nearest: ${like}`);
  }
  // A prediction block may be published alone, to be loaded beside the model.
  const isInBlock = (/** @type {{ name: string }} */ { name }) => name.startsWith('blk.');
  if (list.some(isInBlock) && !list.some(({ name }) => name.startsWith('blk.0.'))) {
    throw fail('it has no first layer: it is a draft or a part of a model');
  }
  const parameters = list.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  const tensorBytes = list.reduce((sum, tensor, n) => sum + bytesOfTensor(tensor, n), 0);
  if (!Number.isSafeInteger(parameters) || !Number.isSafeInteger(tensorBytes)) {
    throw fail('its tensors are more than can be counted');
  }
  let model;
  try {
    model = modelFromGgufMetadata(metadata, { tensors: list });
  } catch (error) {
    throw fail(/** @type {Error} */ (error).message.replace(/^modelFromGgufMetadata: /, ''));
  }
  return {
    model,
    name: metadata['general.name'] ?? null,
    architecture,
    fileType: fileTypeOf(metadata['general.file_type']),
    parameters,
    tensorBytes,
    rope: ropeOf(metadata),
    metadata,
    source: {
      kind: 'gguf',
      locations: parts.map(({ location }) => location),
      version,
      tensorCount: tensors.length,
      complete: !parts.some(({ truncated }) => truncated),
      bytesRead: parts.reduce((sum, part) => sum + part.bytesRead, 0),
      fileBytes: parts.some(({ fileBytes }) => fileBytes === undefined)
        ? null
        : parts.reduce((sum, part) => sum + Number(part.fileBytes), 0),
    },
  };
}
