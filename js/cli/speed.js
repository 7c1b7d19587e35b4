// @ts-check
// The part of a plan that says how fast. src/plan_speed.cpp does the same.
import { ASSUMED_HOST } from '../generated/machine.js';

/**
 * @typedef {import('../types/all.d.ts').WasmCalculator} Calculator
 * @typedef {import('../types/all.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types/all.d.ts').MemoryPlan} MemoryPlan
 * @typedef {import('../types/all.d.ts').Hardware} SpeedMachine
 * @typedef {import('../types/all.d.ts').SpeedEstimate} SpeedEstimate
 * @typedef {import('../types/all.d.ts').Workload} Workload
 * @typedef {import('./machine.js').Hardware} Hardware
 * @typedef {{ profile: import('../types/all.d.ts').SpeedProfile, hostProfile: import('../types/all.d.ts').SpeedProfile,
 *   measurements: number }} Calibrated
 */

/**
 * Tokens per second that memory bandwidth allows; null where one that matters is not known.
 *
 * @param {Calculator} core @param {MemoryPlan} memory @param {Hardware | null} hardware
 */
export const ceilingOf = (core, memory, hardware) => hardware && core.decodeCeiling(memory, hardware);

/**
 * The machine of an estimate; null where what it takes is not known.
 *
 * @param {Hardware | null} hardware @param {any} runtime
 * @returns {SpeedMachine | null}
 */
export function machineOf(hardware, runtime) {
  if (!hardware) return null;
  const { kind, gpus, host } = hardware;
  // llama.cpp's CPU back end leaves GPUs alone.
  if (gpus.length > 0 && (gpus.some(({ bandwidth }) => bandwidth === null) || runtime.backend === 'cpu')) return null;
  return {
    kind,
    gpus: /** @type {any} */ (gpus),
    host: {
      bandwidth: host.bandwidth ?? ASSUMED_HOST.bandwidth,
      threads: host.threads ?? ASSUMED_HOST.threads,
      ...(host.name === null ? {} : { name: host.name }),
    },
  };
}

/**
 * The machine that was measured, which had the threads it says.
 *
 * @param {SpeedMachine} machine @param {Hardware} hardware
 * @returns {SpeedMachine}
 */
export function measuredMachine(machine, { host }) {
  return host.threads === null ? { ...machine, host: { ...machine.host, threads: undefined } } : machine;
}

/** Whether the engine runs such a placement: of the two, llama.cpp alone computes on the host. @param {any} runtime */
export const estimates = ({ engine, gpus, gpuLayers, cpuMoeLayers, kvOffload }) =>
  engine === 'llama.cpp' || (gpus > 0 && gpuLayers === 'all' && cpuMoeLayers === 0 && kvOffload);

/** Tokens that the context has for one of `concurrency` sequences. @param {any} runtime @param {number} [concurrency] */
export const roomOf = ({ contextLength, sequences, kvUnified }, concurrency = 1) =>
  Math.floor(contextLength / Math.max(kvUnified ? 1 : sequences, concurrency));

/** The same output at the end of the context; null where it is there already. @param {Workload} workload @param {any} runtime @returns {Workload | null} */
export function endOf({ promptLength = 0, outputLength = 1, cachedTokens = 0 }, runtime) {
  const cells = roomOf(runtime) - outputLength;
  return cells > cachedTokens + promptLength ? { promptLength: 0, outputLength, cachedTokens: cells } : null;
}

/**
 * @param {SpeedEstimate | null} estimate
 * @param {{ engine: string, ceiling: number | null, calibratedFrom: number | null, workload: Workload,
 *   atEnd: { workload: Workload, estimate: SpeedEstimate } | null }} of
 */
export const speedOf = (estimate, { engine, ceiling, calibratedFrom, workload, atEnd }) => ({
  engine,
  kind: /** @type {const} */ ('ceiling'),
  tokensPerSecond: ceiling,
  depth: (workload.cachedTokens ?? 0) + (workload.promptLength ?? 0),
  decode: estimate?.decode ?? null,
  prefill: estimate?.prefill ?? null,
  timeToFirstToken: estimate?.timeToFirstToken ?? null,
  requestTime: estimate?.requestTime ?? null,
  tokensPerSecondUser: estimate?.tokensPerSecondUser ?? null,
  tokensPerSecondTotal: estimate?.tokensPerSecondTotal ?? null,
  decodeLimit: estimate?.decodeLimit ?? null,
  prefillLimit: estimate?.prefillLimit ?? null,
  evidence: estimate?.evidence ?? null,
  calibratedFrom,
  atEnd: atEnd && {
    depth: Number(atEnd.workload.cachedTokens),
    decode: atEnd.estimate.decode,
    decodeLimit: atEnd.estimate.decodeLimit,
  },
});
