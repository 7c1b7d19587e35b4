// @ts-check
// The part of a plan that says how fast: estimates, and the curve over layers on the GPU. src/plan.cpp does the same.

/**
 * @typedef {import('../types.d.ts').SpeedCalculator} Calculator
 * @typedef {import('../types.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types.d.ts').MemoryRuntime} MemoryRuntime
 * @typedef {import('../types.d.ts').SpeedMachine} SpeedMachine
 * @typedef {import('../types.d.ts').SpeedEstimate} SpeedEstimate
 * @typedef {import('./answer.js').Hardware} Hardware
 * @typedef {{ profile: import('../types.d.ts').SpeedProfile, hostProfile: import('../types.d.ts').SpeedProfile,
 *   measurements: number }} Calibrated
 * @typedef {object} SpeedQuestion
 * @property {{ promptLength: number, outputLength: number }} workload
 * @property {boolean} curve asked for, also where everything fits
 * @property {import('../types.d.ts').SpeedDevice} rates of one GPU: the catalogue's, without bandwidth
 * @property {((machine: SpeedMachine, runtime: MemoryRuntime) => Calibrated) | null} calibrate
 */

/** A desktop with two channels of DDR5: of the host, where nothing is said. */
export const ASSUMED = { bandwidth: 75, threads: 8 };

/**
 * The machine that was measured, which had the threads it says.
 *
 * @param {SpeedMachine} machine @param {Hardware} hardware
 * @returns {SpeedMachine}
 */
export function measuredMachine(machine, { hostThreads }) {
  return hostThreads === null ? { ...machine, host: { ...machine.host, threads: undefined } } : machine;
}

/**
 * The machine of an estimate; null where what it takes is not known.
 *
 * @param {Hardware | null} hardware @param {MemoryRuntime} runtime
 * @param {import('../types.d.ts').SpeedDevice} rates
 * @returns {SpeedMachine | null}
 */
export function machineOf(hardware, runtime, rates) {
  if (!hardware) return null;
  const { kind, gpus, gpuBandwidth, hostBandwidth, hostThreads, device } = hardware;
  // llama.cpp's CPU back end leaves GPUs alone.
  if (gpus > 0 && (gpuBandwidth === null || runtime.backend === 'cpu')) return null;
  return {
    kind,
    gpus: new Array(gpus).fill({ ...rates, bandwidth: Number(gpuBandwidth) * 1e9 }),
    host: {
      bandwidth: (hostBandwidth ?? ASSUMED.bandwidth) * 1e9,
      threads: hostThreads ?? ASSUMED.threads,
      ...(gpus === 0 && device !== null ? { name: device } : {}),
    },
  };
}

/** @param {SpeedEstimate | null} estimate @param {number | null} calibratedFrom */
export const speedOf = (estimate, calibratedFrom) => ({
  decode: estimate?.decode ?? null,
  prefill: estimate?.prefill ?? null,
  timeToFirstToken: estimate?.timeToFirstToken ?? null,
  decodeLimit: estimate?.decodeLimit ?? null,
  prefillLimit: estimate?.prefillLimit ?? null,
  evidence: estimate?.evidence ?? null,
  calibratedFrom,
});

/**
 * Tokens per second with none to all layers on the GPU.
 *
 * @param {ModelSpec} model
 * @param {(placement: { gpuLayers: number }) => { fits: boolean, decode: SpeedEstimate['decode'] }} at
 */
export function offloadCurve(model, at) {
  // The head counts as a layer, prediction blocks too.
  const all = model.layerCount + (model.predictionLayerCount ?? 0) + 1;
  return Array.from({ length: all + 1 }, (_, gpuLayers) => ({ gpuLayers, ...at({ gpuLayers }) }));
}

/**
 * What is assumed of the host, and what the estimate leaves out.
 *
 * @param {{ hardware: Hardware, runtime: any, workload: SpeedQuestion['workload'], hostWorks: boolean }} of
 */
export function speedNotes({ hardware, runtime, workload, hostWorks }) {
  const notes = [];
  const assumed = [];
  if (hardware.hostBandwidth === null) assumed.push(`${ASSUMED.bandwidth} GB/s (--ram-bandwidth)`);
  if (hardware.hostThreads === null) assumed.push(`${ASSUMED.threads} cores (--threads)`);
  if (hostWorks && assumed.length > 0) notes.push(`Of the host, the estimate assumes ${assumed.join(' and ')}.`);
  const room = runtime.kvUnified ? runtime.contextLength : runtime.contextLength / runtime.sequences;
  if (workload.promptLength + workload.outputLength > room) {
    notes.push('The prompt and the output of the estimate (--prompt, --output) do not fit in the context.');
  }
  return notes;
}
