// @ts-check
// What `plan` answers, as the object that --json prints. The native tool (src/plan.cpp) makes the same one, number by
// number and key by key.
import { machineOf, measuredMachine, offloadCurve, speedNotes, speedOf } from './speed.js';

/**
 * @typedef {import('../types.d.ts').SpeedCalculator} Calculator
 * @typedef {import('../types.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types.d.ts').MemoryRuntime} MemoryRuntime
 * @typedef {{ name: string, source: object, model: ModelSpec, architecture: string | null, recorded: boolean | null,
 *   file: string }} Subject
 * @typedef {{ device: string | null, kind: 'separate' | 'apple' | 'amd' | 'shared', gpus: number,
 *   gpuMemory: number | null, gpuBandwidth: number | null, hostMemory: number | null,
 *   hostBandwidth: number | null, hostThreads: number | null }} Hardware
 */

export const SCHEMA = 1;
/** Larger than any memory, for one that is not known. */
const UNKNOWN_MEMORY = 1e18;

/**
 * Elements of the model, and those read for one token.
 *
 * @param {Pick<Calculator, 'planMemory'>} core @param {ModelSpec} model
 */
export function parametersOf(core, model) {
  const { tensors: _, ...shape } = model;
  // An F32 file has 4 bytes for every element but those that stay as converted, which have 2.
  const { fileBytes, bytesPerToken } = core.planMemory(shape, { fileType: 'F32', contextLength: 256, gpus: 0 });
  let halves = (model.firstLayerUnquantizedElements ?? 0) + (model.outputUnquantizedElements ?? 0);
  let layer = 0;
  while (layer < model.layerCount) {
    for (const [group, count] of model.runs) {
      const layers = Math.min(count, model.layerCount - layer);
      halves += layers * (model.groups[group].unquantizedElements ?? 0);
      layer += layers;
    }
  }
  return { parameters: fileBytes / 4 + halves / 2, activeParameters: bytesPerToken / 4 + halves / 2 };
}

/** @param {Calculator} core @param {ReturnType<Calculator['planMemory']>} memory @param {Hardware} hardware */
function fitOf(core, memory, hardware) {
  const { kind, gpus, gpuMemory, hostMemory } = hardware;
  const { fits, devices } = core.fits(memory, {
    kind,
    hostMemory: hostMemory ?? UNKNOWN_MEMORY,
    gpus: new Array(gpus).fill(gpuMemory === null ? {} : { memory: gpuMemory }),
  });
  return {
    fits,
    devices: devices.map(({ name, needed, available, shortBy }) =>
      name === 'host' && hostMemory === null
        ? { name, needed, available: null, shortBy: null }
        : { name, needed, available, shortBy },
    ),
  };
}

/** Tokens per second that memory bandwidth allows. @param {ReturnType<Calculator['planMemory']>} memory @param {Hardware | null} hardware */
function ceilingOf(memory, hardware) {
  let seconds = 0;
  for (const { name, bytesPerToken } of memory.devices) {
    if (bytesPerToken === 0) continue;
    const bandwidth = name === 'host' ? hardware?.hostBandwidth : hardware?.gpuBandwidth;
    if (!bandwidth) return null;
    seconds += bytesPerToken / (bandwidth * 1e9);
  }
  return 1 / seconds;
}

/**
 * The placement with the most on the GPU that fits: of a mixture of experts the fewest layers with experts on the host,
 * else the most layers.
 *
 * @param {Calculator} core @param {ModelSpec} model @param {MemoryRuntime} runtime @param {Hardware} hardware
 */
function bestPlacement(core, model, runtime, hardware) {
  const fitting = (/** @type {MemoryRuntime} */ placement) => {
    const memory = core.planMemory(model, { ...runtime, ...placement });
    return fitOf(core, memory, hardware).fits
      ? { ...placement, ceilingTokensPerSecond: ceilingOf(memory, hardware) }
      : null;
  };
  const last = model.groups.some(({ expertCount = 0 }) => expertCount > 0) ? model.layerCount : 0;
  for (let layers = 0; layers <= last; layers++) {
    const found = fitting({ gpuLayers: 'all', cpuMoeLayers: layers });
    if (found) return found;
  }
  for (let layers = model.layerCount; layers >= 0; layers--) {
    const found = fitting({ gpuLayers: layers, cpuMoeLayers: runtime.cpuMoeLayers });
    if (found) return found;
  }
  return null;
}

/** @param {Subject} subject @param {MemoryRuntime} runtime */
function commandLine(subject, runtime) {
  const r = /** @type {any} */ (runtime);
  const words = [r.server ? 'llama-server' : 'llama-cli'];
  const say = (/** @type {(string | number)[]} */ ...more) => words.push(...more.map(String));
  say(
    /^https?:/.test(subject.file) ? '--model-url' : '--model',
    /[^\w./:@%+,-]/.test(subject.file) ? `'${subject.file.replaceAll("'", "'\\''")}'` : subject.file,
  );
  say('--ctx-size', r.contextLength, '--batch-size', r.batchSize, '--ubatch-size', r.microBatchSize);
  if (r.server) say('--parallel', r.sequences, r.kvUnified ? '--kv-unified' : '--no-kv-unified');
  say('--flash-attn', r.flashAttention ? 'on' : 'off', '--cache-type-k', r.cacheTypeK, '--cache-type-v', r.cacheTypeV);
  say('--n-gpu-layers', r.gpus === 0 ? 0 : r.gpuLayers);
  if (r.cpuMoeLayers > 0) say('--n-cpu-moe', r.cpuMoeLayers);
  if (r.swaFull) say('--swa-full');
  if (!r.kvOffload) say('--no-kv-offload');
  say('--fit', 'off');
  return words.join(' ');
}

/**
 * @param {Calculator} core
 * @param {Subject} subject
 * @param {MemoryRuntime} runtime every option, `gpuLayers` a number, 'all' or 'auto'
 * @param {Hardware | null} hardware
 * @param {import('./speed.js').SpeedQuestion} question
 */
export function planAnswer(core, subject, runtime, hardware, question) {
  const { model } = subject;
  const { workload } = question;
  const notes = [];
  let used = runtime;
  const auto = /** @type {unknown} */ (runtime.gpuLayers) === 'auto';
  if (auto) {
    used = { ...runtime, gpuLayers: 'all' };
    const best = hardware && runtime.gpus !== 0 ? bestPlacement(core, model, used, hardware) : null;
    if (best) used = { ...used, gpuLayers: best.gpuLayers, cpuMoeLayers: best.cpuMoeLayers };
  }
  const memory = core.planMemory(model, used);
  const fit = hardware ? fitOf(core, memory, hardware) : null;
  const suggestion =
    hardware && fit && !fit.fits && !auto && used.gpus !== 0 ? bestPlacement(core, model, used, hardware) : null;
  const ceiling = ceilingOf(memory, hardware);

  let machine = machineOf(hardware, used, question.rates);
  /** @type {number | null} */
  let calibratedFrom = null;
  if (question.calibrate) {
    if (!machine || !hardware)
      throw new RangeError('--calibrate: there is no estimate without a device, or a bandwidth');
    const { measurements, ...profiles } = question.calibrate(measuredMachine(machine, hardware), used);
    machine = { ...machine, ...profiles };
    calibratedFrom = measurements;
  }
  const estimateOf = (/** @type {any} */ { ceilingTokensPerSecond: _, ...placement }) =>
    machine && core.estimateSpeed(model, { ...used, ...placement }, machine, workload);
  const fitsWith = (/** @type {MemoryRuntime} */ placement) =>
    hardware !== null && fitOf(core, core.planMemory(model, { ...used, ...placement }), hardware).fits;
  const estimate = estimateOf({});
  const curve =
    estimate && used.gpus !== 0 && (question.curve || !fitsWith({ gpuLayers: 'all', cpuMoeLayers: 0 }))
      ? offloadCurve(model, (placement) => ({
          fits: fitsWith(placement),
          decode: /** @type {NonNullable<typeof estimate>} */ (estimateOf(placement)).decode,
        }))
      : null;

  if (!hardware) {
    notes.push(
      'No device is given (--device; --vram and --bandwidth; --gpus 0 for none): nothing says whether it fits.',
    );
  }
  if (hardware && hardware.kind === 'separate' && hardware.hostMemory === null) {
    notes.push('The memory of the host is not given (--ram) and was not checked.');
  }
  if (hardware && ceiling === null) {
    notes.push('A bandwidth is not known (--bandwidth, --ram-bandwidth): there is no ceiling of speed.');
  }
  if (hardware && estimate) {
    const hostWorks = curve !== null || estimate.terms.step.host > 0;
    notes.push(...speedNotes({ hardware, runtime: used, workload, hostWorks }));
  }
  if (subject.recorded === false) {
    notes.push('No plan of this architecture was recorded: its compute buffer follows the rules of the others.');
  }
  return {
    schema: SCHEMA,
    model: {
      name: subject.name,
      source: subject.source,
      ...parametersOf(core, model),
      layers: model.layerCount,
      contextLength: model.contextLength ?? 0,
    },
    runtime: used,
    hardware,
    memory,
    fit,
    workload,
    speed: {
      kind: 'ceiling',
      tokensPerSecond: ceiling,
      ...speedOf(estimate, calibratedFrom),
    },
    suggestion: suggestion && { ...suggestion, decode: estimateOf(suggestion)?.decode ?? null },
    offloadCurve: curve,
    commandLine: commandLine(subject, used),
    notes,
  };
}
