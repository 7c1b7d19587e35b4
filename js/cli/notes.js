// @ts-check
// What has to be said beside the numbers: what was assumed, what was not asked, and what a number does not hold for.
// src/plan_notes.cpp says the same.
import { FINAL_TYPES } from '../generated/file-types.js';
import { ASSUMED_HOST } from '../generated/machine.js';
import { hasExperts } from './placement.js';
import { SENTENCES, say } from './say.js';
import { estimates, roomOf } from './speed.js';

const { notes: NOTES, assumed: ASSUMED } = SENTENCES;

/**
 * @typedef {import('./answer.js').Subject} Subject
 * @typedef {import('./machine.js').Hardware} Hardware
 */

/**
 * Sentences of what was taken for granted.
 *
 * @param {Hardware | null} hardware
 * @param {boolean} hostWorks whether the speed depends on the host
 */
export function assumptionsOf(hardware, hostWorks) {
  if (!hardware) return [];
  const isUnknown = hardware.gpus.some(({ multiprocessors }) => multiprocessors === null);
  const overhead = hardware.backend === 'cuda' && isUnknown ? [ASSUMED.multiprocessors] : [];
  const host = [];
  if (hardware.host.bandwidth === null) host.push(say(ASSUMED.hostBandwidth, { rate: ASSUMED_HOST.bandwidth / 1e9 }));
  if (hardware.host.threads === null) host.push(say(ASSUMED.hostThreads, { count: ASSUMED_HOST.threads }));
  const speed = hostWorks && host.length > 0 ? [say(ASSUMED.host, { what: host.join(' and ') })] : [];
  return [...hardware.assumed, ...overhead, ...speed];
}

/**
 * Of a context that the model was not trained for.
 *
 * @param {Subject} subject @param {any} runtime
 * @returns {string[]}
 */
function contextNotes({ name, model, architecture, rope }, runtime) {
  const trained = model.contextLength ?? 0;
  const room = roomOf(runtime);
  if (trained === 0 || room <= trained) return [];
  const { type = null, factor = 0, ...extension } = /** @type {any} */ (rope ?? {});
  const base = extension.originalContextLength ?? trained;
  const extended = Math.floor(factor * base);
  const known = type !== null && factor > 1;
  const scaling = say(NOTES.scaling, { type: type === 'yarn' ? 'YaRN' : type, factor });
  const said = [say(NOTES.context, { name, trained, room })];
  if (known && extended > trained) said.push(say(NOTES.contextExtended, { base, scaling, extended }));
  else if (known) said.push(say(NOTES.contextIncluded, { scaling, base }));
  const options = say(NOTES.contextOptions, { scale: Math.ceil(room / base), base });
  if (runtime.server && architecture !== null) {
    said.push(say(NOTES.contextServer, { trained, architecture, room, options }));
  } else said.push(say(NOTES.contextOther, { options }));
  return [said.join(' ')];
}

/** Bits of a weight in what publishers release; 16 at most where that is not known. @type {Record<string, number>} */
const RELEASED_BITS = { F32: 32, FP8: 8, 'FP8 and FP4': 8, 'INT4 QAT': 4 };
const USUAL_BITS = 16;

/** The bits that a file type is called after. @param {string} fileType */
const bitsOf = (fileType) => Number(/\d+/.exec(fileType)?.[0]);

/**
 * Of a file type that nobody would make of what was released.
 *
 * @param {Subject} subject @param {any} runtime
 * @returns {string[]}
 */
function typeNotes({ name, source, releasedAs, releasedIn, model }, { fileType }) {
  // A file at hand is what it is.
  if (source.kind === 'gguf' || fileType === releasedAs) return [];
  if (fileType === 'MXFP4_MOE' && !hasExperts(model)) {
    return [say(NOTES.noExperts, { name })];
  }
  if (FINAL_TYPES.includes(String(releasedAs))) {
    return [say(NOTES.releasedAs, { name, released: String(releasedAs), type: fileType })];
  }
  const known = RELEASED_BITS[String(releasedIn)];
  if (bitsOf(fileType) <= (known ?? USUAL_BITS)) return [];
  const precision = known === undefined ? NOTES.usualPrecision : String(releasedIn);
  return [say(NOTES.larger, { name, precision, type: fileType })];
}

/** Of a checkpoint that is quantised in its own way. @param {Subject} subject @param {any} runtime @returns {string[]} */
function checkpointNotes({ source, releasedAs }, { fileType }) {
  const { quantization } = source;
  if (!quantization) return [];
  const made = `The checkpoint is quantised: ${quantization.label}. llama.cpp does not load that; what is planned is a GGUF file made of it, ${fileType}`;
  if (fileType === releasedAs) return [`${made}, which keeps its weights as they are.`];
  return [`${made}. Made of weights that are not quantised, where such are published, it loses less.`];
}

/**
 * @param {object} of
 * @param {Subject} of.subject @param {any} of.runtime @param {Hardware | null} of.hardware
 * @param {import('./answer.js').Question} of.question
 * @param {number | null} of.ceiling
 */
export function notesOf({ subject, runtime, hardware, question, ceiling }) {
  const notes = [];
  if (!hardware) notes.push(NOTES.noDevice);
  if (hardware && hardware.kind === 'separate' && hardware.host.memory === null) notes.push(NOTES.hostUnchecked);
  if (hardware && hardware.gpus.length > 0 && runtime.backend === 'cpu') notes.push(NOTES.cpuBackend);
  if (hardware && ceiling === null) {
    const isOfGpu = hardware.gpus.some(({ bandwidth }) => bandwidth === null);
    notes.push(isOfGpu ? NOTES.gpuBandwidth : NOTES.hostBandwidth);
  }
  notes.push(...contextNotes(subject, runtime), ...checkpointNotes(subject, runtime), ...typeNotes(subject, runtime));
  if (question.engine !== 'llama.cpp') {
    const runs = estimates({ ...runtime, engine: question.engine });
    notes.push(say(runs ? NOTES.engineSpeed : NOTES.engineOnHost, { engine: question.engine }));
  }
  if (question.draft !== null && runtime.speculation !== 'draft-mtp')
    notes.push(say(NOTES.draftMemory, { length: question.draft.draftLength }));
  if (subject.recorded === false) notes.push(NOTES.unrecorded);
  return notes;
}
