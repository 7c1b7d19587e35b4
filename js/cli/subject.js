// @ts-check
// The model of a question: a name, a GGUF file or its address, a config.json, or a ModelSpec.
import { statSync } from 'node:fs';
import { MOST_OF_SPEC, readJson } from './files.js';
import { isRepository, saidBy } from './names.js';
import { quantOf } from './quants.js';

/**
 * @typedef {import('../types/all.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types/all.d.ts').FileType} FileType
 * @typedef {import('./quants.js').Quant} Quant
 */

/**
 * What is planned, for planAnswer, and what the question takes from it.
 *
 * @typedef {object} Subject
 * @property {string} name
 * @property {{ kind: 'catalogue' | 'gguf' | 'huggingface' | 'spec', [more: string]: any }} source of a checkpoint with
 *   its `quantization`
 * @property {ModelSpec} model `contextLength` is what it was trained for
 * @property {string | null} architecture
 * @property {boolean | null} recorded
 * @property {string} file for the printed command
 * @property {{ type: string, factor: number, originalContextLength?: number } | null} rope what extends the context,
 *   where the model says it
 * @property {FileType | null} releasedAs the file type that its publisher released or that holds it as it is, where it is known
 * @property {string | null} releasedIn the catalogue's word for the released precision
 */

/**
 * @typedef {object} Read
 * @property {Subject} subject
 * @property {FileType} fileType
 * @property {boolean} importanceMatrix
 * @property {string[]} notes
 */

/**
 * @typedef {object} Sources of models
 * @property {import('../types/all.d.ts').WasmCalculator} core
 * @property {typeof import('../entries/readers.d.ts').readGguf} readGguf
 * @property {typeof import('../entries/readers.d.ts').readHuggingFace} readHuggingFace
 * @property {(query: string) => import('../entries/catalog.d.ts').CatalogModel} findModel
 * @property {readonly string[]} recordedArchitectures
 * @property {import('../entries/readers.d.ts').ReadOptions} options of the readers
 */

const DEFAULT_TYPE = /** @type {FileType} */ ('Q4_K_M');

/** @param {string} name */
const slug = (name) =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9.]+/g, '-')
    .replace(/^-+|-+$/g, '');

const isAddress = (/** @type {string} */ text) => /^https?:/i.test(text);
/** Beside files, what can be read as one: a pipe. @param {string} path */
const isFile = (path) => {
  const found = statSync(path, { throwIfNoEntry: false });
  return found !== undefined && !found.isDirectory();
};

/** The address of the bytes, not of the page about them. @param {string} address */
const rawAddress = (address) =>
  address.replace(/^(https?:\/\/(?:www\.)?(?:huggingface\.co|hf\.co)\/[^?#]+)\/blob\//i, '$1/resolve/');

/** What extends the context; the length that is extended is left out where it is not said. @param {any} read @returns {Subject['rope']} */
const ropeOf = ({ rope }) =>
  rope ? { ...rope, originalContextLength: rope.originalContextLength ?? undefined } : null;

/** @param {Sources} sources @param {string | null} architecture */
const isRecorded = ({ recordedArchitectures }, architecture) => recordedArchitectures.includes(String(architecture));

/** A ModelSpec in a file; null for another JSON. @param {string} path @param {Sources} sources */
async function specIn(path, { core }) {
  const spec = await readJson(path, MOST_OF_SPEC);
  if (!Array.isArray(spec?.groups)) return null;
  try {
    core.planMemory(spec, { contextLength: 256, gpus: 0 });
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw new RangeError(`${path}: ${message.replace(/^planMemory: /, '')}`);
  }
  return spec;
}

/**
 * @param {string} text
 * @param {Quant | undefined} asked
 * @param {Sources} sources
 * @returns {Promise<Read>}
 */
export async function subjectOf(text, asked, sources) {
  // The page of a repository is its name.
  if (isRepository(text) && !isFile(text)) return fromName(text, asked, sources);
  const place = isAddress(text) ? rawAddress(text) : text;
  if (/\.json(?:$|[?#])/i.test(place)) return fromJson(place, asked, sources);
  if (/\.gguf(?:$|[?#])/i.test(place) || isAddress(place) || isFile(place)) return fromGguf(place, asked, sources);
  return fromName(text, asked, sources);
}

/** A subject whose file is to be made: its sizes follow the rules of the type. @param {Omit<Subject, 'file'>} subject @param {Quant | undefined} asked @returns {Read} */
function ruled(subject, asked) {
  const fileType = asked?.fileType ?? subject.releasedAs ?? DEFAULT_TYPE;
  return {
    subject: { ...subject, file: `${slug(subject.name)}-${fileType}.gguf` },
    fileType,
    importanceMatrix: asked?.importanceMatrix ?? false,
    notes: asked?.note ? [asked.note] : [],
  };
}

/** @param {string} place @param {Quant | undefined} asked @param {Sources} sources @returns {Promise<Read>} */
async function fromJson(place, asked, sources) {
  const spec = isAddress(place) ? null : await specIn(place, sources);
  if (spec) {
    const name = place.replace(/^.*[/\\]/, '').replace(/\.json$/i, '');
    const source = /** @type {Subject['source']} */ ({ kind: 'spec', locations: [place] });
    return ruled(
      { name, source, model: spec, architecture: null, recorded: null, rope: null, releasedAs: null, releasedIn: null },
      asked,
    );
  }
  const read = await sources.readHuggingFace(place, sources.options);
  const { model, architecture, tensorBytes, quantization, source } = read;
  const folder = place.replace(/[/\\]?config\.json.*$/, '').replace(/^.*[/\\]/, '');
  return ruled(
    {
      name: read.name ?? (folder || 'model'),
      source: { ...source, tensorBytes, quantization },
      model,
      architecture,
      recorded: isRecorded(sources, architecture),
      rope: ropeOf(read),
      // The converter keeps MXFP4 as it is.
      releasedAs: quantization?.method === 'mxfp4' ? 'MXFP4_MOE' : null,
      releasedIn: null,
    },
    asked,
  );
}

/** @param {string} place @param {Quant | undefined} asked @param {Sources} sources @returns {Promise<Read>} */
async function fromGguf(place, asked, sources) {
  const read = await sources.readGguf(place, sources.options);
  const { model, source, architecture } = read;
  const subject = {
    name: read.name ?? place,
    source,
    architecture,
    recorded: isRecorded(sources, architecture),
    rope: ropeOf(read),
    releasedAs: null,
    releasedIn: null,
  };
  if (asked && asked.fileType !== read.fileType) {
    // Another type than the file's is another file: its sizes follow the rules.
    const { tensors: _, ...shape } = model;
    return ruled({ ...subject, model: shape }, asked);
  }
  const notes = [];
  if (read.fileType === null) {
    notes.push(`The file names no known type, not ${DEFAULT_TYPE} either: the weights are those of its tensors.`);
  }
  return {
    subject: { ...subject, model, file: source.locations[0] },
    fileType: read.fileType ?? DEFAULT_TYPE,
    importanceMatrix: asked?.importanceMatrix ?? false,
    notes,
  };
}

/** What is to be done where a name is not enough. @param {import('./names.js').SaidName} said @param {string} quant */
const placeOf = ({ fileOf, config }, quant) => fileOf?.(quant) ?? config;

/**
 * The model of the catalogue that a name means, and whether it is all of the name: not where the name without its type
 * means the same model.
 *
 * @param {import('./names.js').SaidName} said @param {Sources} sources
 */
function findNamed(said, { findModel }) {
  /** @type {Error | undefined} */
  let refusal;
  for (const query of said.queries) {
    try {
      const found = findModel(query);
      const isFirst = query === said.queries[0];
      return { found, whole: isFirst && !isFoundBy(said.queries.slice(1), found, findModel) };
    } catch (error) {
      // That a name could be several says more than that there is none.
      if (!/must name one/.test(refusal?.message ?? '')) refusal = /** @type {Error} */ (error);
    }
  }
  const place = placeOf(said, said.quant ?? DEFAULT_TYPE);
  const { message } = /** @type {Error} */ (refusal);
  throw new RangeError(place === null ? message : `${message}; its own file may be at ${place}`);
}

/** Whether one of the queries means that very model. @param {string[]} queries @param {any} found @param {Sources['findModel']} findModel */
function isFoundBy(queries, found, findModel) {
  return queries.some((query) => {
    try {
      return findModel(query) === found;
    } catch {
      return false;
    }
  });
}

/** The type that a name has. @param {import('./names.js').SaidName} said @param {string} quant */
function quantIn(said, quant) {
  try {
    return quantOf(quant);
  } catch (error) {
    const place = placeOf(said, quant);
    const { message } = /** @type {Error} */ (error);
    throw new RangeError(place === null ? message : `${message}; by custom it is ${place}`);
  }
}

/** @param {string} text @param {Quant | undefined} asked @param {Sources} sources @returns {Read} */
function fromName(text, asked, sources) {
  const said = saidBy(text);
  const { found, whole } = findNamed(said, sources);
  const { name, repository, architecture, model, unplannable } = found;
  if (!model) throw new RangeError(`${name} is in the catalogue, but cannot be planned: ${unplannable}`);
  const named = said.quant !== null && (said.fileOf !== null || !whole) ? quantIn(said, said.quant) : undefined;
  if (asked && named && asked.fileType !== named.fileType) {
    throw new RangeError(`--quant ${asked.fileType} and the ${named.fileType} of the name are two file types`);
  }
  return ruled(
    {
      name,
      source: { kind: 'catalogue', repository },
      model,
      architecture,
      recorded: isRecorded(sources, architecture),
      rope: ropeOf(found),
      releasedAs: found.defaultFileType === DEFAULT_TYPE ? null : found.defaultFileType,
      releasedIn: found.releasedAs ?? null,
    },
    asked ?? named,
  );
}
