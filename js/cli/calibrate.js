// @ts-check
// --calibrate: profiles from what llama-bench printed on the machine. src/calibrate.cpp does the same.
import { SENTENCES, say } from './say.js';

const { calibration: SAID } = SENTENCES;

/**
 * @typedef {import('../types/all.d.ts').WasmCalculator} Calculator
 * @typedef {import('../types/all.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types/all.d.ts').LlamaCppRuntime} LlamaCppRuntime
 * @typedef {import('../types/all.d.ts').Hardware} SpeedMachine
 * @typedef {import('../entries/readers.d.ts').BenchmarkRow} BenchmarkRow
 * @typedef {{ name: string, architecture: string | null, model: ModelSpec }} Named
 */

/** Of parameters that are stated in full: what a file holds beside those that are counted here. */
const TOLERANCE = 1e-5;

/** How far off the parameters of a row may be: tables round to 0.01 B, below that to 0.01 M. @param {number} stated */
function roundingOf(stated) {
  const unit = stated >= 1e9 ? 1e7 : 1e4;
  return stated > 0 && stated % unit === 0 ? (unit / 2) * (1 + TOLERANCE) : 0;
}

/** What speed depends on. @param {ModelSpec} model */
const shapeOf = ({ tensors: _, contextLength: __, ...shape }) => JSON.stringify(shape);

/**
 * Which model a row is of: llama-bench prints "llama 8B Q4_K - Medium", and architecture and parameters tell the shape.
 *
 * @param {Calculator} core @param {Named} planned @param {readonly any[]} models of the catalogue
 * @returns {(row: BenchmarkRow) => Named | string} or why it is none
 */
function modelsOf(core, planned, models) {
  /** @type {(Named & { parameters: number })[]} */
  const known = [planned, ...models.filter(({ model }) => model)].map(({ name, architecture, model }) => {
    const { tensors: _, ...shape } = model;
    return { name, architecture, model: shape, parameters: core.parameterCount(shape).parameters };
  });
  return ({ modelName, parameters }) => {
    const [architecture] = modelName.split(' ');
    const stated = parameters ?? 0;
    const like = known.filter(
      (other) =>
        (other.architecture ?? architecture) === architecture &&
        Math.abs(stated - other.parameters) <= Math.max(TOLERANCE * other.parameters, roundingOf(stated)),
    );
    if (like.length === 0) return SAID.unlike;
    // Models of one shape are as fast: the first stands for all.
    const shapes = new Map();
    for (const other of like) if (!shapes.has(shapeOf(other.model))) shapes.set(shapeOf(other.model), other.name);
    return like[0] === known[0] || shapes.size === 1
      ? like[0]
      : say(SAID.several, { names: [...shapes.values()].join(', ') });
  };
}

/**
 * @param {Calculator} core
 * @param {object} of
 * @param {BenchmarkRow[]} of.rows
 * @param {typeof import('../entries/readers.d.ts').measurementsOf} of.measurementsOf
 * @param {Named} of.planned @param {readonly any[]} of.models
 * @param {SpeedMachine} of.machine @param {LlamaCppRuntime} of.runtime of the plan
 * @param {(text: string) => void} of.note
 */
export function calibrated(core, { rows, measurementsOf, planned, models, machine, runtime, note }) {
  const modelOf = modelsOf(core, planned, models);
  const place = machine.gpus?.length === 0 ? 'cpu' : runtime.backend;
  /** How many rows were left out, by name and reason. @type {Map<string, { name: string, why: string, count: number }>} */
  const skipped = new Map();
  /** Of which model the rows of a name are. @type {Map<string, string>} */
  const taken = new Map();
  const measurements = rows.flatMap((row) => {
    const found = modelOf(row);
    const skip = (/** @type {string} */ why) => {
      const name = row.modelName;
      const text = `${name}: ${why}`;
      skipped.set(text, { name, why, count: (skipped.get(text)?.count ?? 0) + 1 });
      return [];
    };
    if (typeof found === 'string') return skip(found);
    if (row.fileType === null) return skip(SAID.fileType);
    if (row.backend !== 'cpu' && (place === 'cpu' || (row.backend ?? place) !== place)) {
      return skip(say(SAID.backend, { backend: row.backend ?? SAID.unknownBackend, place: String(place) }));
    }
    const [measurement] = measurementsOf([row], { model: found.model, machine, runtime: { backend: place } });
    if (!measurement) return skip(SAID.unsaid);
    taken.set(row.modelName, found.name);
    return [measurement];
  });
  for (const [text, name] of taken) note(say(SAID.taken, { name: text, model: name }));
  for (const left of skipped.values()) note(say(left.count === 1 ? SAID.skippedOnce : SAID.skipped, left));
  if (measurements.length === 0) throw new RangeError(say(SAID.note, { said: SAID.nothing }));
  // The profiles are those of the last one's back end and build: the plan itself, which weighs nothing.
  const asked = { model: planned.model, runtime, machine, tokensPerSecond: 1, weight: 0 };
  const { profile, hostProfile } = core.calibrate([...measurements, asked]);
  return { profile, hostProfile, measurements: measurements.length };
}
