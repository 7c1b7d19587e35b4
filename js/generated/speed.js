// @ts-check
// Written by scripts/make-layout.mjs from the tables of include/llmcalc, never by hand.

import { knownObject, nameOf, numberOf } from '../core/arguments.js';
import { indexed, words } from '../core/keys.js';
import { TENSOR_TYPES } from '../models/tensors.js';

/** The lists of names that only speed has, in the order of their places in C++, and the numbers of a profile. */
export const SPEED_NAMES = {
  evidence: ['none', 'backend', 'family', 'device', 'calibrated'],
  limit: ['memory', 'compute', 'cache', 'launch', 'link', 'host'],
  split: ['layer', 'tensor'],
  metric: ['decode', 'prefill'],
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
    'batchQuantized',
    'batchQ8',
    'batchFloat',
    'batchExperts',
    'batchLayerSeconds',
    'matrixShare',
    'matrixExperts',
    'matrixExpertWork',
    'matrixLayerSeconds',
    'batchCache',
    'gpuHopSeconds',
    'slowHopSeconds',
    'hostHopSeconds',
    'expertHopSeconds',
    'linkShare',
    'reduceSeconds',
    'reduceTokenSeconds',
    'reduceExperts',
    'pipelineShare',
  ],
};
const evidences = indexed(SPEED_NAMES.evidence);
const splits = indexed(SPEED_NAMES.split);
/** Kinds of rates that have bands. */
export const SPREADS = /** @type {const} */ ([
  'decode',
  'experts',
  'prefill',
  'batched',
  'deepPrefill',
  'drafted',
  'measured',
]);
export const BANDS = [
  'decode',
  'prefill',
  'timeToFirstToken',
  'requestTime',
  'tokensPerSecondUser',
  'tokensPerSecondTotal',
];
const COSTS = ['operationsPerWeight', 'prefillCost'];
const QUANTILES = words('p10 p50 p90');
const SPREAD_KEYS = new Set(SPREADS);
const TYPES = Object.keys(TENSOR_TYPES);
const TYPE_KEYS = new Set(TYPES);

export const REFERENCE_BUILD = 11669;
export const DEVICE_FIELDS = ['bandwidth', 'shaderFlops', 'halfFlops', 'quantizedOps', 'threads'];
export const WORKLOAD_KEYS = words(
  'promptLength outputLength cachedTokens concurrency draftLength acceptanceRate draftCost fileBytes',
);
export const MEASUREMENT_KEYS = words('model runtime machine workload metric tokensPerSecond weight');
const PROFILE_KEYS = words(`${SPEED_NAMES.profileField.join(' ')} ${COSTS.join(' ')} spreads measuredBytes evidence`);

/** Where the numbers of a workload are. */
export const WORKLOAD = {
  promptLength: 0,
  outputLength: 1,
  cachedTokens: 2,
  concurrency: 3,
  draftLength: 4,
  acceptanceRate: 5,
  draftCost: 6,
  fileBytes: 7,
  length: 8,
};

/**
 * All of Workload but promptLength, outputLength.
 *
 * @param {Float64Array} to
 * @param {number} i
 * @param {import('../types/all.d.ts').Workload} w
 * @returns {number} where the next thing goes
 */
export function writeWorkloadFields(to, i, w) {
  to[i + 2] = numberOf(w.cachedTokens, 0, 'workload.cachedTokens');
  to[i + 3] = numberOf(w.concurrency, 1, 'workload.concurrency');
  to[i + 4] = numberOf(w.draftLength, 0, 'workload.draftLength');
  to[i + 5] = numberOf(w.acceptanceRate, 0, 'workload.acceptanceRate');
  to[i + 6] = numberOf(w.draftCost, 0, 'workload.draftCost');
  to[i + 7] = numberOf(w.fileBytes, 0, 'workload.fileBytes');
  return i + 8;
}

/** Where those of a machine are, before its GPUs' and its profiles'. */
export const HARDWARE = { gpus: 0, host: 1, linkBandwidth: 6, gpuLinkBandwidth: 7, unified: 8, split: 9, length: 10 };

/**
 * All of Hardware but gpus, host, unified.
 *
 * @param {Float64Array} to
 * @param {number} i
 * @param {import('../types/all.d.ts').Hardware} m
 * @returns {number} where the next thing goes
 */
export function writeHardwareFields(to, i, m) {
  to[i + 6] = numberOf(m.linkBandwidth, 25000000000, 'machine.linkBandwidth');
  to[i + 7] = numberOf(m.gpuLinkBandwidth, 25000000000, 'machine.gpuLinkBandwidth');
  to[i + 9] = nameOf(splits, m.split, 0, 'machine.split');
  return i + 10;
}

/** @param {Float64Array} to @param {number} i @param {any} profile @param {string} name @returns {number} */
export function writeProfile(to, i, profile, name) {
  knownObject(profile, PROFILE_KEYS, name, 'a profile of speedProfile');
  let next = i;
  for (const field of SPEED_NAMES.profileField) to[next++] = numberOf(profile[field], Number.NaN, `${name}.${field}`);
  for (const costs of COSTS) {
    const byType = knownObject(profile[costs] ?? {}, TYPE_KEYS, `${name}.${costs}`);
    for (const type of TYPES) to[next++] = numberOf(byType[type], Number.NaN, `${name}.${costs}.${type}`);
  }
  const spreads = knownObject(profile.spreads ?? {}, SPREAD_KEYS, `${name}.spreads`);
  for (const spread of SPREADS) {
    const quantiles = knownObject(spreads[spread] ?? {}, QUANTILES, `${name}.spreads.${spread}`);
    for (const quantile of QUANTILES) {
      to[next++] = numberOf(quantiles[quantile], Number.NaN, `${name}.spreads.${spread}.${quantile}`);
    }
  }
  to[next++] = numberOf(profile.measuredBytes, 0, `${name}.measuredBytes`);
  to[next++] = nameOf(evidences, profile.evidence, 0, `${name}.evidence`);
  return next;
}

/** @param {Float64Array} from @param {number} i @returns {[import('../types/all.d.ts').SpeedProfile, number]} and where the next thing is */
export function readProfile(from, i) {
  let next = i;
  /** @type {any} */
  const profile = {};
  for (const field of SPEED_NAMES.profileField) profile[field] = from[next++];
  for (const costs of COSTS) {
    profile[costs] = {};
    for (const type of TYPES) profile[costs][type] = from[next++];
  }
  profile.spreads = {};
  for (const spread of SPREADS) profile.spreads[spread] = { p10: from[next++], p50: from[next++], p90: from[next++] };
  profile.measuredBytes = from[next++];
  profile.evidence = SPEED_NAMES.evidence[from[next++]];
  return [profile, next];
}

/** @param {Float64Array} from @param {number} i */
const bandAt = (from, i) => ({ p10: from[i], p50: from[i + 1], p90: from[i + 2] });

/** @param {Float64Array} from @param {number} i */
const termsAt = (from, i) => ({
  memory: from[i],
  compute: from[i + 1],
  cache: from[i + 2],
  launch: from[i + 3],
  link: from[i + 4],
  host: from[i + 5],
});

/** @param {Float64Array} from */
export const readEstimateFields = (from) => ({
  decode: bandAt(from, 0),
  prefill: bandAt(from, 3),
  timeToFirstToken: bandAt(from, 6),
  requestTime: bandAt(from, 9),
  tokensPerSecondUser: bandAt(from, 12),
  tokensPerSecondTotal: bandAt(from, 15),
  terms: { step: termsAt(from, 18), prompt: termsAt(from, 24) },
  decodeLimit: SPEED_NAMES.limit[from[30]],
  prefillLimit: SPEED_NAMES.limit[from[31]],
  evidence: SPEED_NAMES.evidence[from[32]],
});
