// @ts-check
// estimateSpeed, speedProfile and calibrate over a core. What crosses to C++ is in the order of bindings/flat.hpp and
// bindings/flat_speed.hpp.

import {
  blockOf,
  flagOf,
  NAMES,
  nameOf,
  numberOf,
  rangeError,
  startWriting,
  writeModel,
  writeRuntime,
  writeTensors,
  wrongType,
} from './memory.js';
import { TENSOR_TYPES } from './tensors.js';

/**
 * @typedef {import('./types.d.ts').ModelSpec} ModelSpec
 * @typedef {import('./types.d.ts').SpeedRuntime} SpeedRuntime
 * @typedef {import('./types.d.ts').SpeedMachine} SpeedMachine
 * @typedef {import('./types.d.ts').SpeedProfile} SpeedProfile
 * @typedef {import('./types.d.ts').SpeedEstimate} SpeedEstimate
 * @typedef {import('./types.d.ts').Workload} Workload
 * @typedef {import('./types.d.ts').Measurement} Measurement
 */

// The lists of C++, in its order; a test compares them.
export const SPEED_NAMES = {
  evidence: ['none', 'backend', 'family', 'device', 'calibrated'],
  limit: ['memory', 'compute', 'cache', 'launch', 'link', 'host'],
  engine: ['llama.cpp', 'vllm'],
  split: ['layer', 'tensor'],
  profileField: [
    'bandwidthShare',
    'kernelShare',
    'layerSeconds',
    'expertLayers',
    'recurrentLayers',
    'cacheShare',
    'cacheOperations',
    'quantizedShare',
    'halfShare',
    'attentionShare',
    'prefillLayerSeconds',
    'expertPadding',
    'expertSeconds',
    'scoreBytes',
    'recurrentCost',
    'callSeconds',
  ],
};
export const BANDS = [
  'decode',
  'prefill',
  'timeToFirstToken',
  'requestTime',
  'tokensPerSecondUser',
  'tokensPerSecondTotal',
];
/** Kinds of rates that have bands; the last of one model alone. */
export const SPREADS = /** @type {const} */ (['decode', 'experts', 'prefill', 'batched', 'measured']);
const TYPES = Object.keys(TENSOR_TYPES);
const indexed = (/** @type {string[]} */ names) => new Map(names.map((name, index) => [name, index]));
const engines = indexed(SPEED_NAMES.engine);
const splits = indexed(SPEED_NAMES.split);
const evidences = indexed(SPEED_NAMES.evidence);
const metrics = indexed(['decode', 'prefill']);

const MAXIMUM_GPUS = 16;
const LONGEST_NAME = 100;
const MAXIMUM_FREE = 80;
const REFERENCE_BUILD = 11669;
/** A desktop with two channels of DDR5, eight cores and a fast slot, where nothing is said. */
const DEFAULTS = { hostBandwidth: 75e9, linkBandwidth: 25e9 };
/** More than enough: factors settle in a few rounds. */
const ROUNDS = 40;

/** @param {Float64Array} to @param {number} i @param {any} profile @param {string} name @returns {number} */
function writeProfile(to, i, profile, name) {
  if (typeof profile !== 'object' || profile === null) throw wrongType(name, 'a profile of speedProfile', profile);
  let next = i;
  for (const field of SPEED_NAMES.profileField) to[next++] = numberOf(profile[field], Number.NaN, `${name}.${field}`);
  for (const costs of ['operationsPerWeight', 'prefillCost']) {
    for (const type of TYPES) to[next++] = numberOf(profile[costs]?.[type], Number.NaN, `${name}.${costs}.${type}`);
  }
  for (const spread of SPREADS) {
    for (const quantile of ['p10', 'p50', 'p90']) {
      to[next++] = numberOf(profile.spreads?.[spread]?.[quantile], Number.NaN, `${name}.spreads.${spread}.${quantile}`);
    }
  }
  to[next++] = numberOf(profile.measuredBytes, 0, `${name}.measuredBytes`);
  to[next++] = nameOf(evidences, profile.evidence, 0, `${name}.evidence`);
  return next;
}

/** @param {Float64Array} from @param {number} i @returns {[SpeedProfile, number]} and where the next thing is */
function readProfile(from, i) {
  let next = i;
  /** @type {any} */
  const profile = {};
  for (const field of SPEED_NAMES.profileField) profile[field] = from[next++];
  for (const costs of ['operationsPerWeight', 'prefillCost']) {
    profile[costs] = {};
    for (const type of TYPES) profile[costs][type] = from[next++];
  }
  profile.spreads = {};
  for (const spread of SPREADS) profile.spreads[spread] = { p10: from[next++], p50: from[next++], p90: from[next++] };
  profile.measuredBytes = from[next++];
  profile.evidence = SPEED_NAMES.evidence[from[next++]];
  return [profile, next];
}

/** @param {Float64Array} to @param {number} i @param {any} device @param {string} name @param {number} [n] */
function writeDevice(to, i, device, name, n) {
  to[i] = numberOf(device.bandwidth, Number.NaN, `${name}.bandwidth`, n);
  to[i + 1] = numberOf(device.shaderFlops, 0, `${name}.shaderFlops`, n);
  to[i + 2] = numberOf(device.halfFlops, 0, `${name}.halfFlops`, n);
  to[i + 3] = numberOf(device.quantizedOps, 0, `${name}.quantizedOps`, n);
  to[i + 4] = numberOf(device.threads, 0, `${name}.threads`, n);
  return i + 5;
}

/** @param {unknown} text @param {string} name */
function stringOf(text, name) {
  if (text === undefined) return '';
  if (typeof text !== 'string') throw wrongType(name, 'a string', text);
  return text;
}

/** @param {Float64Array} to @param {number} i @param {Workload} w */
function writeWorkload(to, i, w) {
  if (typeof w !== 'object' || w === null) throw wrongType('workload', 'an object', w);
  to[i] = numberOf(w.promptLength, 512, 'workload.promptLength');
  to[i + 1] = numberOf(w.outputLength, 128, 'workload.outputLength');
  to[i + 2] = numberOf(w.cachedTokens, 0, 'workload.cachedTokens');
  to[i + 3] = numberOf(w.concurrency, 1, 'workload.concurrency');
  to[i + 4] = numberOf(w.draftLength, 0, 'workload.draftLength');
  to[i + 5] = numberOf(w.acceptanceRate, 0, 'workload.acceptanceRate');
  to[i + 6] = numberOf(w.draftCost, 0, 'workload.draftCost');
  to[i + 7] = numberOf(w.fileBytes, 0, 'workload.fileBytes');
  return i + 8;
}

/** A name that no table can have becomes none. @param {Float64Array} to @param {number} i @param {string} name */
function writeName(to, i, name) {
  const text = name.length <= LONGEST_NAME && /^[ -~]*$/.test(name) ? name : '';
  to[i] = text.length;
  for (let n = 0; n < text.length; n++) to[i + 1 + n] = text.charCodeAt(n);
  return i + 1 + text.length;
}

/** @param {Float64Array} from @returns {SpeedEstimate} */
function readEstimate(from) {
  /** @type {any} */
  const estimate = {};
  let i = 0;
  for (const band of BANDS) estimate[band] = { p10: from[i++], p50: from[i++], p90: from[i++] };
  estimate.terms = {};
  for (const phase of ['step', 'prompt']) {
    estimate.terms[phase] = {};
    for (const cause of SPEED_NAMES.limit) estimate.terms[phase][cause] = from[i++];
  }
  estimate.decodeLimit = SPEED_NAMES.limit[from[i++]];
  estimate.prefillLimit = SPEED_NAMES.limit[from[i++]];
  estimate.evidence = SPEED_NAMES.evidence[from[i]];
  if (estimate.prefill.p50 === 0) {
    estimate.prefill = null;
    estimate.prefillLimit = null;
  }
  return estimate;
}

/** @param {import('./calculator.js').Core} core */
export function createSpeed(core) {
  const block = blockOf(core);
  /** Profiles by what they were asked for with. @type {Map<string, SpeedProfile>} */
  const profiles = new Map();
  /** Profiles that are looked up cross through the block too, so a question is put together beside it. */
  const scratch = new Float64Array(block.length);

  /** @param {{ backend?: string, family?: string, name?: string, build?: number }} device */
  function profileOf({ backend, family, name, build }) {
    const place = nameOf(NAMES.backend, backend, 0, 'backend');
    const familyName = stringOf(family, 'family');
    const deviceName = stringOf(name, 'name');
    const number = numberOf(build, REFERENCE_BUILD, 'build');
    const key = JSON.stringify([place, familyName, deviceName, number]);
    let profile = profiles.get(key);
    if (!profile) {
      writeName(block, writeName(block, 0, familyName), deviceName);
      core.speedProfile(place, number);
      [profile] = readProfile(block, 0);
      profiles.set(key, profile);
    }
    return profile;
  }

  /** @type {typeof import('./types.d.ts').speedProfile} */
  function speedProfile(device = {}) {
    startWriting('speedProfile');
    return structuredClone(profileOf(device));
  }

  /** @param {Float64Array} to @param {number} i @param {SpeedMachine} machine @param {SpeedRuntime} runtime */
  function writeHardware(to, i, machine, runtime) {
    if (typeof machine !== 'object' || machine === null) throw wrongType('machine', 'an object', machine);
    const { gpus = [], kind = 'separate' } = machine;
    if (!Array.isArray(gpus)) throw wrongType('machine.gpus', 'an array', gpus);
    const unified = nameOf(NAMES.memoryKind, kind, 0, 'machine.kind') > 0;
    const { backend, build } = runtime;
    const { family, name } = gpus[0] ?? {};
    const gpuProfile = machine.profile ?? profileOf({ backend, family, name, build });
    const host = machine.host ?? {};
    const hostFamily = host.family ?? (kind === 'apple' ? 'Apple' : 'x86');
    const hostProfile = machine.hostProfile ?? profileOf({ backend: 'cpu', family: hostFamily, name: host.name });
    to[i] = gpus.length;
    let next = i + 1;
    for (let n = 0; n < gpus.length && n < MAXIMUM_GPUS; n++) {
      next = writeDevice(to, next, gpus[n] ?? {}, 'machine.gpus[]', n);
    }
    const bandwidth = host.bandwidth ?? (unified ? gpus[0]?.bandwidth : DEFAULTS.hostBandwidth);
    next = writeDevice(to, next, { ...host, bandwidth }, 'machine.host');
    to[next] = numberOf(machine.linkBandwidth, DEFAULTS.linkBandwidth, 'machine.linkBandwidth');
    to[next + 1] = numberOf(machine.gpuLinkBandwidth, DEFAULTS.linkBandwidth, 'machine.gpuLinkBandwidth');
    to[next + 2] = flagOf(unified, 0, 'machine.kind');
    to[next + 3] = nameOf(splits, machine.split, 0, 'machine.split');
    to[next + 4] = nameOf(engines, runtime.engine, 0, 'runtime.engine');
    return writeProfile(
      to,
      writeProfile(to, next + 5, gpuProfile, 'machine.profile'),
      hostProfile,
      'machine.hostProfile',
    );
  }

  /** @param {string} name @param {ModelSpec} model @param {SpeedRuntime} runtime @param {SpeedMachine} machine @param {Workload} workload */
  function writeQuestion(name, model, runtime, machine, workload) {
    startWriting(name);
    const { engine, ...options } = runtime;
    let next = writeRuntime(scratch, writeModel(scratch, 0, model), options);
    next = writeWorkload(scratch, writeHardware(scratch, next, machine, runtime), workload);
    const measured = model.tensors !== undefined;
    if (measured) writeTensors(scratch, next, model);
    block.set(measured ? scratch : scratch.subarray(0, next));
    return measured;
  }

  /** @type {typeof import('./types.d.ts').estimateSpeed} */
  function estimateSpeed(model, runtime = {}, machine, workload = {}) {
    const measured = writeQuestion('estimateSpeed', model, runtime, machine, workload);
    if (!core.estimateSpeed(measured)) throw rangeError(core, 'estimateSpeed');
    return readEstimate(block);
  }

  /** @param {Measurement} measurement @param {number} n */
  function addMeasurement(measurement, n) {
    if (typeof measurement !== 'object' || measurement === null) {
      throw wrongType(`measurements[${n}]`, 'an object', measurement);
    }
    const { model, runtime = {}, machine, workload = {}, metric, tokensPerSecond, weight = 1 } = measurement;
    const measured = writeQuestion('calibrate', model, runtime, machine, workload);
    const prefill = nameOf(metrics, metric, 0, `measurements[${n}].metric`) === 1;
    const value = numberOf(tokensPerSecond, Number.NaN, `measurements[${n}].tokensPerSecond`);
    const estimated = core.addMeasurement(measured, prefill, value, numberOf(weight, 1, `measurements[${n}].weight`));
    if (Number.isNaN(estimated)) {
      const error = rangeError(core, 'calibrate');
      throw new RangeError(error.message.replace('measurements[]', `measurements[${n}]`));
    }
    return estimated;
  }

  /** @type {typeof import('./types.d.ts').calibrate} */
  function calibrate(measurements, { parameters = [] } = {}) {
    startWriting('calibrate');
    if (!Array.isArray(measurements)) throw wrongType('measurements', 'an array', measurements);
    if (measurements.length === 0) throw new RangeError('calibrate: measurements must be at least one, got none');
    if (!Array.isArray(parameters)) throw wrongType('parameters', 'an array', parameters);
    // One too many is enough to be refused.
    for (const [n, free] of parameters.slice(0, MAXIMUM_FREE + 1).entries()) {
      block[3 * n] = numberOf(free?.parameter, Number.NaN, 'parameters[].parameter', n);
      block[3 * n + 1] = numberOf(free?.deviation, Number.NaN, 'parameters[].deviation', n);
      block[3 * n + 2] = numberOf(free?.center, 0, 'parameters[].center', n);
    }
    if (!core.startCalibration(Math.min(parameters.length, MAXIMUM_FREE + 1))) throw rangeError(core, 'calibrate');
    let estimates = measurements.map(addMeasurement);
    let rounds = 1;
    while (!core.stepCalibration() && rounds++ < ROUNDS) estimates = measurements.map(addMeasurement);
    const factors = parameters.map((_, n) => core.calibrationFactor(n));
    core.calibratedProfiles();
    const [profile, next] = readProfile(block, 0);
    const [hostProfile] = readProfile(block, next);
    return { profile, hostProfile, estimates, factors };
  }

  return { estimateSpeed, speedProfile, calibrate };
}
