// @ts-check
// estimateSpeed, speedProfile and calibrate over a core. What crosses to C++ is in the order of bindings/flat.hpp and
// bindings/flat_speed.hpp.

import { MACHINE_KEYS, MAXIMUM_GPUS, MODEL, NAMES, RUNTIME } from '../generated/layout.js';
import { ASSUMED_HOST } from '../generated/machine.js';
import {
  DEVICE_FIELDS,
  HARDWARE,
  MEASUREMENT_KEYS,
  REFERENCE_BUILD,
  readEstimateFields,
  readProfile,
  SPEED_NAMES,
  WORKLOAD,
  WORKLOAD_KEYS,
  writeHardwareFields,
  writeProfile,
  writeWorkloadFields,
} from '../generated/speed.js';
import {
  asking,
  blockOf,
  knownObject,
  nameOf,
  numberOf,
  outOfRange,
  placeOf,
  put,
  rangeError,
  wrongType,
} from './arguments.js';
import { createFit } from './fit.js';
import { GPU_KEYS, readGpu } from './gpus.js';
import { indexed, words } from './keys.js';
import { writeModel, writeRuntime, writeTensors } from './memory.js';
import { createSweep } from './sweep.js';

/**
 * @typedef {import('../types/all.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types/all.d.ts').Runtime} Runtime
 * @typedef {import('../types/all.d.ts').Hardware} Hardware
 * @typedef {import('../types/all.d.ts').SpeedProfile} SpeedProfile
 * @typedef {import('../types/all.d.ts').SpeedEstimate} SpeedEstimate
 * @typedef {import('../types/all.d.ts').Workload} Workload
 * @typedef {import('../types/all.d.ts').Measurement} Measurement
 */

export { BANDS, SPEED_NAMES, SPREADS } from '../generated/speed.js';

/** Of speedProfile's device, which may be one of the catalogue. */
const DEVICE_KEYS = new Set([...GPU_KEYS, 'build']);
const CALIBRATE_KEYS = new Set(['parameters']);
const metrics = indexed(SPEED_NAMES.metric);
const PARAMETER_KEYS = words('parameter deviation center');

const MAXIMUM_BUILD = 1e9;
/** Of profiles that are kept; a session asks for a handful. */
const MAXIMUM_PROFILES = 200;
const LONGEST_NAME = 100;
/** What the catalogue calls the family of processors with their memory, of which profiles know nothing. */
const CATALOG_HOSTS = 'CPU memory';
/** The back end of processors, by its place. */
const PROCESSOR = /** @type {number} */ (NAMES.backend.get('cpu'));
const MAXIMUM_FREE = 80;
const DEFAULT_PROMPT = 512;
const DEFAULT_OUTPUT = 128;
/** More than enough: factors settle in a few rounds. */
const ROUNDS = 40;

/** @param {Float64Array} to @param {number} i @param {any} device @param {string} name @param {number} [n] */
function writeDevice(to, i, device, name, n) {
  let next = i;
  for (const field of DEVICE_FIELDS) {
    to[next++] = numberOf(device[field], field === 'bandwidth' ? Number.NaN : 0, `${name}.${field}`, n);
  }
  return next;
}

/** @param {unknown} text @param {string} name */
function stringOf(text, name) {
  if (text === undefined) return '';
  if (typeof text !== 'string') throw wrongType(name, 'a string', text);
  return text;
}

/**
 * @param {Float64Array} to
 * @param {number} i
 * @param {Workload} w
 * @param {{ all: number, each: number }} context of all sequences and of each, which what is not said keeps to
 */
function writeWorkload(to, i, w, context) {
  knownObject(w, WORKLOAD_KEYS, 'workload');
  const { promptLength, outputLength } = w;
  const next = writeWorkloadFields(to, i, w);
  const cached = to[i + WORKLOAD.cachedTokens];
  const given = numberOf(promptLength, 0, 'workload.promptLength');
  const room = Math.min(context.each, Math.floor(context.all / to[i + WORKLOAD.concurrency])) - cached;
  // A prompt that leaves nothing is refused with the whole default beside it.
  const left = room - given;
  const usual = left >= 1 ? Math.min(DEFAULT_OUTPUT, left) : DEFAULT_OUTPUT;
  const output = numberOf(outputLength, usual, 'workload.outputLength');
  const prompt = Math.max(0, Math.min(DEFAULT_PROMPT, room - output));
  to[i + WORKLOAD.promptLength] = promptLength === undefined ? prompt : given;
  to[i + WORKLOAD.outputLength] = output;
  return next;
}

/** A name that no table can have becomes none. @param {unknown} value @param {string} name */
function nameText(value, name) {
  const text = stringOf(value, name);
  return text.length <= LONGEST_NAME && /^[ -~]*$/.test(text) ? text : '';
}

/** @param {Float64Array} to @param {number} i @param {string} text */
function writeName(to, i, text) {
  to[i] = text.length;
  for (let n = 0; n < text.length; n++) to[i + 1 + n] = text.charCodeAt(n);
  return i + 1 + text.length;
}

/**
 * The tokens that a written runtime has room for, as C++'s checkContext knows them.
 *
 * @param {Float64Array} written
 * @param {number} i where the runtime is
 */
function contextOf(written, i) {
  const sequences = written[i + RUNTIME.sequences];
  const unified = written[i + RUNTIME.kvUnified];
  const all = written[i + RUNTIME.contextLength] || written[MODEL.contextLength] || Number.POSITIVE_INFINITY;
  return { all, each: unified ? all : Math.floor(all / sequences) };
}

/** @param {Float64Array} to @param {number} i @param {Float64Array} row @returns {number} where the next thing goes */
function putRow(to, i, row) {
  to.set(row, i);
  return i + row.length;
}

/** @param {Float64Array} from @returns {SpeedEstimate} */
function readEstimate(from) {
  /** @type {any} */
  const estimate = readEstimateFields(from);
  if (estimate.prefill.p50 === 0) {
    estimate.prefill = null;
    estimate.prefillLimit = null;
  }
  return estimate;
}

/** @param {import('./create.js').Core} core */
export function createSpeed(core) {
  const block = blockOf(core);
  /** Profiles as they cross, by what they were asked for with. @type {Map<string, Float64Array>} */
  const profiles = new Map();

  /** @param {{ place: number, family?: string, name?: string, build?: number }} device its back end's place @param {string} [of] */
  function profileOf({ place, family, name, build }, of = '') {
    const familyName = nameText(family, `${of}family`);
    const deviceName = nameText(name, `${of}name`);
    const number = numberOf(build, REFERENCE_BUILD, `${of}build`);
    if (!(Number.isInteger(number) && number >= 1 && number <= MAXIMUM_BUILD)) {
      throw outOfRange(`${of}build`, 'a whole number from 1 to 1e9', number);
    }
    // No name has a line end.
    const key = `${place}\n${number}\n${familyName}\n${deviceName}`;
    let profile = profiles.get(key);
    if (!profile) {
      writeName(block, writeName(block, 0, familyName), deviceName);
      core.speedProfile(place, number);
      profile = block.slice(0, readProfile(block, 0)[1]);
      if (profiles.size === MAXIMUM_PROFILES) profiles.clear();
      profiles.set(key, profile);
    }
    return profile;
  }

  /** @type {typeof import('../types/all.d.ts').speedProfile} */
  function speedProfile(device = {}) {
    return asking(block, 'speedProfile', speedProfile, () => {
      const { backend, family, profileFamily, name, build } = knownObject(device, DEVICE_KEYS, 'device');
      const place = nameOf(NAMES.backend, backend ?? undefined, 0, 'backend');
      const given = { place, family: profileFamily ?? family, name, build };
      return readProfile(profileOf(given), 0)[0];
    });
  }

  /** @param {Float64Array} to @param {number} i @param {Hardware} machine @param {number} written where the runtime is */
  function writeHardware(to, i, machine, written) {
    knownObject(machine, MACHINE_KEYS, 'machine');
    const { gpus: listed = [], kind = 'separate', profile, hostProfile } = machine;
    if (!Array.isArray(listed)) throw wrongType('machine.gpus', 'an array', listed);
    if (listed.length > MAXIMUM_GPUS) {
      throw new RangeError(`${placeOf('machine.gpus')} must be at most ${MAXIMUM_GPUS}, got ${listed.length}`);
    }
    const gpus = Array.from(listed, (gpu, n) => readGpu(gpu, placeOf(`machine.gpus[${n}]`)));
    const host = readGpu(machine.host ?? {}, placeOf('machine.host'));
    const unified = nameOf(NAMES.memoryKind, kind, 0, 'machine.kind') > 0;
    const { family, name } = gpus[0] ?? {};
    const place = to[written + RUNTIME.backend];
    const build = to[written + RUNTIME.build];
    // A shipped profile crosses as it came.
    const shipped = profile != null ? undefined : profileOf({ place, family, name, build }, 'machine.gpus[0].');
    const named = host.family === CATALOG_HOSTS ? undefined : host.family;
    const hostFamily = named ?? (kind === 'apple' ? 'Apple' : 'x86');
    const shippedHost =
      hostProfile != null
        ? undefined
        : profileOf({ place: PROCESSOR, family: hostFamily, name: host.name }, 'machine.host.');
    let next = writeHardwareFields(to, i, machine);
    to[i + HARDWARE.gpus] = listed.length;
    const bandwidth = host.bandwidth ?? (unified && gpus.length > 0 ? gpus[0].bandwidth : ASSUMED_HOST.bandwidth);
    writeDevice(to, i + HARDWARE.host, { ...host, bandwidth }, 'machine.host');
    to[i + HARDWARE.unified] = unified ? 1 : 0;
    for (const [n, gpu] of gpus.entries()) next = writeDevice(to, next, gpu, 'machine.gpus[]', n);
    next = shipped ? putRow(to, next, shipped) : writeProfile(to, next, profile, 'machine.profile');
    return shippedHost ? putRow(to, next, shippedHost) : writeProfile(to, next, hostProfile, 'machine.hostProfile');
  }

  /**
   * Writes a question, of which nothing is read again.
   *
   * @param {Float64Array} to
   * @param {ModelSpec} model
   * @param {Runtime} runtime
   * @param {Hardware} machine
   * @param {Workload} workload
   * @returns {{ next: number, measured: boolean }}
   */
  function writeQuestion(to, model, runtime, machine, workload) {
    const i = writeModel(to, 0, model);
    // The back end of a machine's GPUs, where the runtime says none.
    let next = writeRuntime(to, i, runtime, () => /** @type {any} */ (machine)?.gpus?.[0]?.backend ?? undefined);
    next = writeHardware(to, next, machine, i);
    next = writeWorkload(to, next, workload, contextOf(to, i));
    const measured = model.tensors !== undefined;
    if (measured) next = writeTensors(to, next, model);
    return { next, measured };
  }

  /** @type {typeof import('../types/all.d.ts').estimateSpeed} */
  function estimateSpeed(model, runtime = {}, machine, workload = {}) {
    return asking(block, 'estimateSpeed', estimateSpeed, (question) => {
      const { next, measured } = writeQuestion(question, model, runtime, machine, workload);
      put(block, question, next);
      if (!core.estimateSpeed(measured)) throw rangeError(core, 'estimateSpeed');
      return readEstimate(block);
    });
  }

  /** @param {Float64Array} to @param {Measurement} measurement @param {number} n */
  function writeMeasurement(to, measurement, n) {
    const name = `measurements[${n}]`;
    knownObject(measurement, MEASUREMENT_KEYS, name);
    const { model, runtime = {}, machine, workload = {}, metric, tokensPerSecond, weight } = measurement;
    const { next, measured } = writeQuestion(to, model, runtime, machine, workload);
    return {
      question: to.slice(0, next),
      measured,
      metric: nameOf(metrics, metric, 0, `${name}.metric`),
      value: numberOf(tokensPerSecond, Number.NaN, `${name}.tokensPerSecond`),
      weight: numberOf(weight, 1, `${name}.weight`),
    };
  }

  /** @param {ReturnType<typeof writeMeasurement>} measurement @param {number} n */
  function addMeasurement({ question, measured, metric, value, weight }, n) {
    put(block, question, question.length);
    const estimated = core.addMeasurement(measured, metric, value, weight);
    if (Number.isNaN(estimated)) {
      const error = rangeError(core, 'calibrate');
      throw new RangeError(error.message.replace('measurements[]', `measurements[${n}]`));
    }
    return estimated;
  }

  /** @type {typeof import('../types/all.d.ts').calibrate} */
  function calibrate(measurements, options = {}) {
    return asking(block, 'calibrate', calibrate, (to) => {
      const { parameters = [] } = knownObject(options, CALIBRATE_KEYS, 'options');
      if (!Array.isArray(measurements)) throw wrongType('measurements', 'an array', measurements);
      if (measurements.length === 0) throw new RangeError('calibrate: measurements must be at least one, got none');
      if (!Array.isArray(parameters)) throw wrongType('parameters', 'an array', parameters);
      // All that is the caller's is read before the core starts to remember. One too many is enough to be refused.
      const written = measurements.map((measurement, n) => writeMeasurement(to, measurement, n));
      const free = parameters.slice(0, MAXIMUM_FREE + 1);
      for (const [n, parameter] of free.entries()) {
        knownObject(parameter, PARAMETER_KEYS, `parameters[${n}]`);
        to[3 * n] = numberOf(parameter.parameter, Number.NaN, 'parameters[].parameter', n);
        to[3 * n + 1] = numberOf(parameter.deviation, Number.NaN, 'parameters[].deviation', n);
        to[3 * n + 2] = numberOf(parameter.center, 0, 'parameters[].center', n);
      }
      put(block, to, 3 * free.length);
      if (!core.startCalibration(free.length)) throw rangeError(core, 'calibrate');
      let estimates = written.map(addMeasurement);
      let rounds = 1;
      while (!core.stepCalibration() && rounds++ < ROUNDS) estimates = written.map(addMeasurement);
      const factors = free.map((_, n) => core.calibrationFactor(n));
      core.calibratedProfiles();
      const [profile, next] = readProfile(block, 0);
      const [hostProfile] = readProfile(block, next);
      return { profile, hostProfile, estimates, factors };
    });
  }

  return {
    estimateSpeed,
    speedProfile,
    calibrate,
    ...createFit(core, block, writeQuestion),
    ...createSweep(core, block, writeQuestion),
  };
}
