// @ts-check
// Where the parts of a model go: what a plan needs of a machine, which placement fits, and what else would where none
// does. src/placement.cpp does the same.
import { FINAL_TYPES, IMPORTANCE_TYPES, OFFERED_TYPES } from '../generated/file-types.js';
import { UNKNOWN_MEMORY, UNSAID_HOST_MEMORY } from '../generated/machine.js';

/**
 * @typedef {import('../types/all.d.ts').WasmCalculator} Calculator
 * @typedef {import('../types/all.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types/all.d.ts').MemoryPlan} MemoryPlan
 * @typedef {import('./machine.js').Hardware} Hardware
 * @typedef {'fits' | 'tight' | 'doesNotFit'} Verdict
 * @typedef {{ gpuLayers: number | 'all', cpuMoeLayers: number }} Placement
 * @typedef {Placement & { verdict: Verdict }} Placed
 */

/** What planMemory is asked, of the very GPUs. @param {any} runtime @param {Hardware | null} hardware */
export const runtimeOn = (runtime, hardware) => (hardware ? { ...runtime, gpus: hardware.gpus } : runtime);

/**
 * A machine as `fits` takes it, of whose unknown memory nothing is asked.
 *
 * @param {Hardware} hardware
 * @returns {any}
 */
export const fitMachineOf = ({ kind, gpus, host }) => ({
  kind,
  hostMemory: host.memory ?? UNKNOWN_MEMORY,
  hostReserved: host.reserved,
  hostMargin: host.margin,
  gpus,
});

/**
 * The answer of `fits`; of a host whose memory is not known nothing but what it needs.
 *
 * @param {Calculator} core @param {MemoryPlan} memory @param {Hardware} hardware
 */
export function fitOf(core, memory, hardware) {
  /** @type {any} */
  const { fits, verdict, devices } = core.fits(memory, fitMachineOf(hardware));
  const unknown = { available: null, margin: null, shortBy: null, shortOfMargin: null };
  return {
    verdict: /** @type {Verdict} */ (verdict),
    fits: /** @type {boolean} */ (fits),
    devices: devices.map((/** @type {any} */ device) =>
      device.name === 'host' && hardware.host.memory === null ? { ...device, ...unknown } : device,
    ),
  };
}

/**
 * What a plan needs of a host whose memory nobody gave, where that is more than can be taken for granted; else null.
 *
 * @param {MemoryPlan} memory @param {Hardware} hardware
 */
export function uncheckedOf(memory, hardware) {
  const needed = memory.devices.at(-1)?.total ?? 0;
  return hardware.host.memory === null && needed > UNSAID_HOST_MEMORY ? needed : null;
}

/** @param {ModelSpec} model */
export const hasExperts = ({ groups }) => groups.some(({ expertCount = 0 }) => expertCount > 0);

/**
 * What is made of the first item that fits with the margins, else of the first that fits at all.
 *
 * @template T
 * @template {{ verdict: Verdict }} R
 * @param {Iterable<T>} items
 * @param {(item: T) => R | null} make null where it does not fit
 * @returns {R | null}
 */
function firstThatFits(items, make) {
  /** @type {R | null} */
  let tight = null;
  for (const item of items) {
    const made = make(item);
    if (made?.verdict === 'fits') return made;
    tight ??= made;
  }
  return tight;
}

/**
 * What fitModel finds room for.
 *
 * @param {Calculator} core @param {ModelSpec} model @param {any} runtime @param {Hardware} hardware
 * @returns {Placed | null}
 */
export const bestPlacement = (core, model, runtime, hardware) => {
  const fit = core.fitModel(model, runtimeOn({ ...runtime, gpuLayers: 'all' }, hardware), fitMachineOf(hardware));
  return fit && { gpuLayers: fit.gpuLayers, cpuMoeLayers: fit.cpuMoeLayers, verdict: fit.verdict };
};

const LEAST_CONTEXT = 2048;

/** Bytes on all devices. @param {MemoryPlan} memory */
const totalOf = ({ devices }) => devices.reduce((sum, { total }) => sum + total, 0);

/** The first word of a name, and who publishes it. @param {{ name: string, repository?: string }} model */
const familyOf = ({ name, repository = '' }) => ({
  word: /^[a-z]+/i.exec(name)?.[0].toLowerCase() ?? '',
  owner: repository.split('/')[0].toLowerCase(),
});

/**
 * The largest smaller model that fits, and was trained for no less context than is asked: of the same family by name,
 * else of the same publisher, else of the same architecture. Of several that are as large, the last of the catalogue.
 *
 * @param {Calculator} core
 * @param {{ name: string, source: any, architecture: string | null, model: ModelSpec }} subject @param {any} runtime
 * @param {Hardware} hardware @param {readonly import('../entries/catalog.d.ts').CatalogModel[]} models
 * @param {number} parameters of the subject
 */
function nearestOf(core, subject, runtime, hardware, models, parameters) {
  const family = familyOf({ name: subject.name, repository: subject.source.repository });
  const least = Math.min(runtime.contextLength, subject.model.contextLength || runtime.contextLength);
  const smaller = models
    .flatMap((known, i) =>
      known.model ? [{ known, i, model: known.model, size: core.parameterCount(known.model).parameters }] : [],
    )
    .filter(({ size, model }) => size < parameters && (model.contextLength || Number.POSITIVE_INFINITY) >= least)
    .sort((a, b) => b.size - a.size || b.i - a.i);
  /** @type {((known: import('../entries/catalog.d.ts').CatalogModel) => boolean)[]} */
  const kinships = [
    (known) => family.word !== '' && familyOf(known).word === family.word,
    (known) => family.owner !== '' && familyOf(known).owner === family.owner,
    ({ architecture }) => subject.architecture !== null && architecture === subject.architecture,
  ];
  for (const isKin of kinships) {
    const kin = smaller.filter(({ known }) => isKin(known));
    const nearest = firstThatFits(kin, ({ known, model, size }) => {
      const contextLength = Math.min(runtime.contextLength, model.contextLength || runtime.contextLength);
      const asked = { ...runtime, contextLength, cpuMoeLayers: 0 };
      const placed = bestPlacement(core, model, asked, hardware);
      if (!placed) return null;
      const { verdict: _, ...placement } = placed;
      const { fileBytes } = core.planMemory(model, runtimeOn({ ...asked, ...placement }, hardware));
      const { name, repository } = known;
      return { name, repository, parameters: size, fileType: runtime.fileType, contextLength, fileBytes, ...placed };
    });
    if (nearest) return nearest;
  }
  return null;
}

/**
 * What can be said where no split over this machine holds the model.
 *
 * @param {Calculator} core
 * @param {{ name: string, source: any, architecture: string | null, model: ModelSpec, releasedAs?: string | null }} subject
 * @param {any} runtime as it was asked @param {Hardware} hardware
 * @param {readonly import('../entries/catalog.d.ts').CatalogModel[]} models of the catalogue
 *
 */
export function noFitOf(core, subject, runtime, hardware, models) {
  const { tensors: _, ...shape } = subject.model;
  const whole = { ...runtime, gpuLayers: 'all', cpuMoeLayers: 0 };
  const asked = core.planMemory(subject.model, runtimeOn(whole, hardware));
  const released = String(subject.releasedAs ?? runtime.fileType);
  const types = (FINAL_TYPES.includes(released) ? [released] : OFFERED_TYPES)
    .map((fileType) => {
      const importanceMatrix = runtime.importanceMatrix || IMPORTANCE_TYPES.includes(fileType);
      const of = { ...runtime, fileType, importanceMatrix };
      const memory = core.planMemory(shape, runtimeOn({ ...of, gpuLayers: 'all', cpuMoeLayers: 0 }, hardware));
      return { fileType, fileBytes: memory.fileBytes, needed: totalOf(memory), of };
    })
    .filter(({ fileBytes }) => fileBytes < asked.fileBytes);
  const { of: __, ...smallest } = types.at(-1) ?? {
    fileType: runtime.fileType,
    fileBytes: asked.fileBytes,
    needed: totalOf(asked),
    of: null,
  };
  const smaller = firstThatFits(types, ({ of, ...type }) => {
    const placed = bestPlacement(core, shape, of, hardware);
    return placed && { ...type, ...placed };
  });
  const contexts = [];
  for (let contextLength = runtime.contextLength / 2; contextLength >= LEAST_CONTEXT; contextLength /= 2) {
    contexts.push(Math.floor(contextLength));
  }
  const lessContext = firstThatFits(contexts, (contextLength) => {
    const placed = bestPlacement(core, subject.model, { ...runtime, contextLength }, hardware);
    return placed && { contextLength, ...placed };
  });
  const { devices } = fitOf(core, asked, hardware);
  // One pool is the host's row, of which the GPU has a part.
  const pools = hardware.kind === 'separate' ? devices : devices.slice(-1);
  const sizes = pools.map(({ available }) => available);
  return {
    needed: totalOf(asked),
    available: sizes.includes(null) ? null : sizes.reduce((sum, size) => sum + Number(size), 0),
    smallest,
    smaller,
    lessContext,
    nearest: nearestOf(core, subject, runtime, hardware, models, core.parameterCount(shape).parameters),
  };
}
