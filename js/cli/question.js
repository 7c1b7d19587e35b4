// @ts-check
// From the words of a question to the objects that planAnswer takes. What is taken for granted becomes a note.
import { RUNTIME_KEYS } from '../generated/layout.js';
import { planAnswer } from './answer.js';
import { calibrated } from './calibrate.js';
import { MOST_OF_BENCHMARK, readText } from './files.js';
import { printable } from './layout.js';
import { machineOf } from './machine.js';
import { fieldsOf } from './options.js';
import { overriddenLayers } from './overrides.js';
import { SENTENCES, say } from './say.js';
import { roomOf } from './speed.js';
import { subjectOf } from './subject.js';

/**
 * @typedef {import('../types/all.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types/all.d.ts').WasmCalculator} Calculator
 * @typedef {import('./machine.js').Hardware} Hardware
 * @typedef {import('./machine.js').Split} Split
 */

/**
 * @typedef {object} World what is asked, and what answers
 * @property {Calculator} core
 * @property {typeof import('../entries/catalog.d.ts')} catalogue
 * @property {typeof import('../entries/readers.d.ts')} readers
 * @property {() => Promise<import('../entries/detect.d.ts').Detected>} detect
 * @property {(text: string) => void} warn
 * @property {import('../entries/readers.d.ts').ReadOptions} [reading]
 */

const DEFAULT_CONTEXT = 8192;
/** Of the speed, where nothing is said: what llama-bench measures. */
const USUAL = { promptLength: 512, outputLength: 128 };

/** @param {any} o @param {ModelSpec} model @param {string} name */
function contextOf(o, { contextLength = 0 }, name) {
  if (o.context === undefined) return Math.min(DEFAULT_CONTEXT, contextLength || DEFAULT_CONTEXT);
  if (o.context !== 'max') return o.context;
  if (contextLength > 0) return contextLength;
  throw new RangeError(say(SENTENCES.refused.contextMax, { name }));
}

/** Layers whose experts stay on the host, however it was said. @param {any} o @param {ModelSpec} model */
function cpuMoeOf(o, model) {
  const layers = (/** @type {number | 'all'} */ said) => (said === 'all' ? model.layerCount : said);
  const moved = o.overrideTensor === undefined ? 0 : overriddenLayers(o.overrideTensor, model);
  return Math.max(layers(o.nCpuMoe), layers(moved));
}

/** @param {any} o @param {Awaited<ReturnType<typeof subjectOf>>} read @param {Hardware | null} hardware @param {any} projector */
function runtimeOf(o, { subject, fileType, importanceMatrix }, hardware, projector) {
  const parallel = o.parallel === 'auto' ? undefined : o.parallel;
  const said = fieldsOf(o, 'runtime');
  /** @type {any} */
  const runtime = {
    engine: 'llama.cpp',
    ...said,
    projectorWeights: 0,
    projectorBuffer: 0,
    projectorInputs: 0,
    ...projector,
    fileType,
    // What the speed is of is drafted in the plan, too.
    draftLength: Math.max(said.draftLength, o.draft?.draftLength ?? 0),
    importanceMatrix: importanceMatrix || said.importanceMatrix,
    contextLength: contextOf(o, subject.model, subject.name),
    // A server left to itself has four slots in one cache.
    sequences: parallel ?? (said.server ? 4 : 1),
    kvUnified: o.kvUnified ?? (said.server && parallel === undefined),
    gpuLayers: o.gpuLayers ?? (o.fit ? 'auto' : 'all'),
    cpuMoeLayers: cpuMoeOf(o, subject.model),
    gpus: hardware ? hardware.gpus.length : (o.gpus ?? 1),
    backend: hardware?.backend ?? o.backend ?? 'cuda',
  };
  // In the order of the core's table, but for the back end.
  const order = [...RUNTIME_KEYS].filter((key) => key in runtime && key !== 'backend');
  return Object.fromEntries([...order, 'backend'].map((key) => [key, runtime[key]]));
}

/**
 * A projector is in the runtime as what it takes.
 *
 * @param {any} o @param {World['readers']} readers @param {any} options @param {string[]} notes
 */
async function projectorOf(o, readers, options, notes) {
  if (o.mmproj === undefined) return {};
  const read = await readers.readProjector(o.mmproj, { ...options, imageTokens: o.imageMaxTokens });
  if (read.isAssumed) notes.push(say(SENTENCES.notes.projectorAssumed, { kind: printable(read.kind) }));
  return { projectorWeights: read.weights, projectorBuffer: read.buffer, projectorInputs: read.inputs };
}

/**
 * What the speed is of. What is not said is made to fit into the context, what is said must.
 *
 * @param {any} o @param {ReturnType<typeof runtimeOf>} runtime @param {string[]} notes
 */
function workloadOf(o, runtime, notes) {
  const said = fieldsOf(o, 'workload');
  const { cachedTokens, concurrency } = said;
  const room = roomOf(runtime, concurrency);
  const left = room - cachedTokens;
  const outputLength = o.output ?? Math.max(1, Math.min(USUAL.outputLength, Math.floor(left / 4)));
  const promptLength = o.prompt ?? Math.max(0, Math.min(USUAL.promptLength, left - outputLength));
  if (cachedTokens + promptLength + outputLength > room) {
    const { workload, workloadTogether } = SENTENCES.refused;
    const asked = { depth: cachedTokens, prompt: promptLength, output: outputLength, room, count: concurrency };
    throw new RangeError(say(concurrency > 1 ? workloadTogether : workload, asked));
  }
  const smaller = (o.output ?? USUAL.outputLength) > outputLength || (o.prompt ?? USUAL.promptLength) > promptLength;
  if (smaller) {
    notes.push(say(SENTENCES.notes.shortened, { prompt: promptLength, output: outputLength }));
  }
  const { draftAcceptance = 0, ...others } = said;
  /** @type {import('../types/all.d.ts').Workload} */
  const workload = { promptLength, outputLength, ...others };
  if (o.draft === undefined) {
    if (draftAcceptance > 0) notes.push(SENTENCES.notes.draftless);
    return workload;
  }
  const { draftLength, acceptanceRate, draftCost } = o.draft;
  if (acceptanceRate === null && draftAcceptance === 0) {
    notes.push(say(SENTENCES.notes.draftUnaccepted, { length: draftLength }));
    return workload;
  }
  if (draftCost === null) notes.push(SENTENCES.notes.draftFree);
  return { ...workload, draftLength, acceptanceRate: acceptanceRate ?? 0, draftAcceptance, draftCost: draftCost ?? 0 };
}

/**
 * Everything that planAnswer takes.
 *
 * @param {string} text the model
 * @param {any} o options as js/cli/options.js parses them
 * @param {World} world
 * @throws {RangeError | TypeError | Error} in words for the one who asked
 */
export async function questionOf(text, o, { core, catalogue, readers, detect, warn, reading = {} }) {
  const { hardware, split } = await machineOf(o, { ...catalogue, detect });
  const options = o.timeout === undefined ? reading : { ...reading, timeoutSeconds: o.timeout };
  const read = await subjectOf(text, o.quant, { core, ...readers, ...catalogue, options });
  const { subject } = read;
  const { measurementsOf, parseBenchmarks } = readers;
  const rows = o.calibrate === undefined ? null : parseBenchmarks(await readText(o.calibrate, MOST_OF_BENCHMARK));
  const notes = [...read.notes];
  const projector = await projectorOf(o, readers, options, notes);
  const runtime = runtimeOf(o, read, hardware, projector);
  const question = {
    workload: workloadOf(o, runtime, notes),
    curve: o.curve ?? false,
    engine: o.engine,
    split,
    draft: o.draft ?? null,
    models: catalogue.models,
    calibrate:
      rows &&
      ((/** @type {any} */ machine, /** @type {any} */ of) =>
        calibrated(core, {
          rows,
          measurementsOf,
          planned: subject,
          models: catalogue.models,
          machine,
          runtime: of,
          note: (said) => warn(say(SENTENCES.calibration.note, { said })),
        })),
  };
  return { subject, runtime, hardware, question, notes };
}

/** @type {(...asked: Parameters<typeof questionOf>) => Promise<ReturnType<typeof planAnswer>>} */
export async function answerOf(...asked) {
  const { subject, runtime, hardware, question, notes } = await questionOf(...asked);
  const answer = planAnswer(asked[2].core, subject, runtime, hardware, question);
  answer.notes.push(...notes);
  return answer;
}
