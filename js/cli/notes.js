// @ts-check
// What has to be said beside the numbers: what was assumed, what was not asked, and what a number does not hold for.
// src/plan_notes.cpp says the same.
import { ASSUMED_HOST } from '../generated/machine.js';
import { FINAL, hasExperts } from './placement.js';
import { estimates, roomOf } from './speed.js';

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
  const overhead =
    hardware.backend === 'cuda' && isUnknown
      ? ['CUDA itself takes as much as on the largest card of such memory, for the multiprocessors are not known.']
      : [];
  const host = [];
  if (hardware.host.bandwidth === null) host.push(`${ASSUMED_HOST.bandwidth / 1e9} GB/s of memory (--ram-bandwidth)`);
  if (hardware.host.threads === null) host.push(`${ASSUMED_HOST.threads} cores (--threads)`);
  const speed = hostWorks && host.length > 0 ? [`The host has ${host.join(' and ')}.`] : [];
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
  const known = type === null || factor <= 1 ? null : `${type === 'yarn' ? 'YaRN' : type} by ${factor}`;
  const said = [
    `${name} was trained for ${trained} tokens of context, not ${room}: beyond that its answers get worse.`,
  ];
  if (known !== null && extended > trained) {
    said.push(`Its config extends ${base} tokens with ${known}, to ${extended}.`);
  } else if (known !== null) said.push(`${known} from ${base} tokens is in that number already.`);
  const needed = Math.ceil(room / base);
  const scaling = `--rope-scaling yarn --rope-scale ${needed} --yarn-orig-ctx ${base}`;
  const cap = `--override-kv ${architecture}.context_length=int:${room}`;
  if (runtime.server && architecture !== null) {
    said.push(`llama-server gives a sequence no more than ${trained} unless it gets ${cap} ${scaling}.`);
  } else said.push(`llama.cpp extends it with ${scaling}.`);
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
    return [`${name} has no experts, which alone MXFP4_MOE makes small: all of it is Q8_0.`];
  }
  if (FINAL.includes(String(releasedAs))) {
    return [
      `${name} is released as ${releasedAs}, and hardly anybody makes ${fileType} of that: files of such names keep its ` +
        `experts as they are, and are about as large as ${releasedAs} (--quant ${releasedAs}).`,
    ];
  }
  const known = RELEASED_BITS[String(releasedIn)];
  if (bitsOf(fileType) <= (known ?? USUAL_BITS)) return [];
  const from = known === undefined ? 'at most 16 bits' : releasedIn;
  return [`${name} is released in ${from}: ${fileType} is larger and no better.`];
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
  if (!hardware) {
    notes.push(
      'No device is given (--device; --vram and --bandwidth; --gpus 0 for none): nothing says whether it fits.',
    );
  }
  if (hardware && hardware.kind === 'separate' && hardware.host.memory === null) {
    notes.push('The memory of the host is not given (--ram) and was not checked.');
  }
  if (hardware && hardware.gpus.length > 0 && runtime.backend === 'cpu') {
    notes.push("llama.cpp's CPU back end computes nothing on a GPU (--backend): there is no estimate of speed.");
  }
  if (hardware && ceiling === null) {
    const isOfGpu = hardware.gpus.some(({ bandwidth }) => bandwidth === null);
    const of = isOfGpu ? 'a GPU is not known (--bandwidth)' : "the host's memory is not known (--ram-bandwidth)";
    notes.push(`The bandwidth of ${of}: there is no ceiling of speed.`);
  }
  notes.push(...contextNotes(subject, runtime), ...checkpointNotes(subject, runtime), ...typeNotes(subject, runtime));
  if (question.engine !== 'llama.cpp') {
    notes.push(
      estimates({ ...runtime, engine: question.engine })
        ? `The speed is that of ${question.engine}; memory and command are those of llama.cpp.`
        : `${question.engine} computes nothing on the host: there is no estimate of its speed.`,
    );
  }
  if (question.draft !== null) {
    notes.push(
      `A draft takes memory of its own, which is not counted here; llama-server gets it with --model-draft FILE ` +
        `--spec-draft-n-max ${question.draft.draftLength}.`,
    );
  }
  if (subject.recorded === false) {
    notes.push('No plan of this architecture was recorded: its compute buffer follows the rules of the others.');
  }
  return notes;
}
