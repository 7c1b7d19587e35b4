// @ts-check
// The machine of a question: what was said of it, what the catalogue knows, or what this machine tells of itself.
// Whatever is assumed is said in `assumed`, a sentence each. Sizes are bytes, bandwidths bytes/s.
import { GPU_MARGIN, LEAST_POWER, MOST_HOST_MARGIN } from '../generated/machine.js';
import { SENTENCES, say } from './say.js';

const { assumed: ASSUMED, refused: REFUSED } = SENTENCES;

/**
 * @typedef {import('../entries/catalog.d.ts').CatalogDevice} CatalogDevice
 * @typedef {import('../entries/detect.d.ts').Detected} Detected
 * @typedef {{ devices: readonly CatalogDevice[], findDevice: (query: string) => CatalogDevice,
 *   gpuOf: (device: CatalogDevice) => any }} Catalogue
 */

/**
 * One GPU, as planMemory, fits and estimateSpeed take it; null is unknown.
 *
 * @typedef {object} Gpu
 * @property {string | null} name
 * @property {number | null} memory what the tools can have of it; of one pool with the host: the limit of the GPU, null
 *   for the usual share
 * @property {number | null} memorySold
 * @property {string | null} memorySource how `memory` is known
 * @property {number} reserved in use by others
 * @property {number} margin to stay free
 * @property {number | null} bandwidth
 * @property {number | null} multiprocessors
 * @property {string} [family]
 * @property {number} [shaderFlops]
 * @property {number} [halfFlops]
 * @property {number} [quantizedOps]
 * @property {number} [power] W of the data sheet
 * @property {number} [powerLimit] W
 * @property {number} [share] of the layers, where --tensor-split says it
 */

/**
 * @typedef {object} Hardware
 * @property {'separate' | 'apple' | 'amd' | 'shared'} kind
 * @property {'cuda' | 'metal' | 'vulkan' | 'rocm' | 'cpu' | 'sycl'} backend
 * @property {Gpu[]} gpus in llama.cpp's order
 * @property {{ name: string | null, memory: number | null, reserved: number, margin: number, bandwidth: number | null,
 *   threads: number | null }} host of one pool: all of it
 * @property {boolean} detected it is this machine
 * @property {string[]} assumed
 */

/**
 * How layers go to several GPUs, as the command line says it.
 *
 * @typedef {{ mode: 'layer' | 'none', mainGpu: number | null, tensorSplit: number[] | null }} Split
 */

export const GIB = 2 ** 30;
const MOST_GPUS = 16;
/** @param {number} bytes */
const sized = (bytes) => `${Number((bytes / GIB).toFixed(2))} GiB`;

/**
 * One value for all GPUs, or one for each.
 *
 * @param {string} option @param {number[] | undefined} values @param {number} count
 * @returns {(number | null)[]}
 */
function each(option, values, count) {
  if (values === undefined) return new Array(count).fill(null);
  if (values.length === 1) return new Array(count).fill(values[0]);
  if (values.length !== count) {
    throw new RangeError(say(REFUSED.perGpu, { option, count, given: values.length }));
  }
  return values;
}

/** @param {any} o */
const isDescribed = (o) => o.vram !== undefined || o.vramUsable !== undefined;
/** @param {any} o */
const isHostDescribed = (o) => o.ram !== undefined || o.ramBandwidth !== undefined || o.threads !== undefined;
/** @param {string[] | undefined} names */
const isProcessorAlone = (names) => names?.length === 1 && /^\s*cpu\s*$/i.test(names[0]);

/** @param {string | null} name @returns {Gpu} */
const unknownGpu = (name) => ({
  name,
  memory: null,
  memorySold: null,
  memorySource: null,
  reserved: 0,
  margin: GPU_MARGIN,
  bandwidth: null,
  multiprocessors: null,
});

/** @param {Catalogue} catalogue @param {CatalogDevice} device @returns {Gpu} */
function gpuFrom({ gpuOf }, device) {
  // The back end is the machine's, which may be another than the device's own.
  const { backend: _, ...known } = gpuOf(device);
  const gpu = { ...unknownGpu(device.name), memorySource: device.memorySource };
  for (const [key, value] of Object.entries(known)) if (value !== undefined) Object.assign(gpu, { [key]: value });
  return gpu;
}

/**
 * GPUs and host while they are put together.
 *
 * @typedef {{ kind: Hardware['kind'], backends: string[], gpus: Gpu[], host: { name: string | null,
 *   memory: number | null, bandwidth: number | null, threads: number | null }, pool: string | null, detected: boolean,
 * assumed: string[] }} Draft `pool`: the device that has one memory for all
 */

/** @returns {Draft} */
const newDraft = () => ({
  kind: 'separate',
  backends: [],
  gpus: [],
  host: { name: null, memory: null, bandwidth: null, threads: null },
  pool: null,
  detected: false,
  assumed: [],
});

/** A device with one memory for processor and GPU becomes the machine. @param {Draft} draft @param {CatalogDevice} device @param {Gpu} gpu */
function addUnified(draft, device, gpu) {
  draft.kind = /** @type {Hardware['kind']} */ (device.memoryKind);
  draft.pool = device.name;
  // What it has is the pool's; the GPU's part of that follows the kind.
  draft.host.memory ??= gpu.memory;
  draft.host.bandwidth ??= gpu.bandwidth;
  draft.gpus.push({ ...gpu, memory: null });
}

/**
 * The devices that were named.
 *
 * @param {string[]} names @param {any} o @param {Catalogue} catalogue
 */
function named(names, o, catalogue) {
  const draft = newDraft();
  for (const name of names) {
    if (isProcessorAlone([name])) throw new RangeError(REFUSED.processorAlone);
    const device = catalogue.findDevice(name);
    if (device.kind === 'accelerator') throw new RangeError(say(REFUSED.accelerator, { name: device.name }));
    if (device.kind === 'cpu') {
      if (draft.host.name !== null) {
        throw new RangeError(say(REFUSED.oneProcessor, { first: draft.host.name, second: device.name }));
      }
      draft.host.name = device.name;
      draft.host.bandwidth = device.bandwidth;
      continue;
    }
    const gpu = gpuFrom(catalogue, device);
    draft.backends.push(String(device.backend));
    if ((device.memoryKind ?? 'separate') === 'separate') draft.gpus.push(gpu);
    else addUnified(draft, device, gpu);
  }
  if (draft.pool !== null && names.length > 1) {
    throw new RangeError(say(REFUSED.poolAlone, { name: draft.pool }));
  }
  if (o.gpus !== undefined && o.gpus !== draft.gpus.length) {
    if (draft.gpus.length > 1) {
      throw new RangeError(say(REFUSED.repeated, { count: o.gpus, devices: draft.gpus.length }));
    }
    if (draft.gpus.length === 0 && o.gpus > 0) throw new RangeError(say(REFUSED.noGpu, { name: draft.host.name }));
    draft.gpus = Array.from({ length: o.gpus }, () => ({ ...draft.gpus[0] }));
  }
  return draft;
}

/** GPUs that are described by their numbers. @param {any} o */
function described(o) {
  const draft = newDraft();
  const listed = Math.max(o.vram?.length ?? 0, o.vramUsable?.length ?? 0);
  const count = o.gpus ?? listed;
  draft.gpus = Array.from({ length: count }, () => unknownGpu(null));
  return draft;
}

/** Of several devices of one reported name the slowest. @param {string[]} names @param {Catalogue} catalogue */
function slowest(names, { devices }) {
  const found = devices.filter(({ name }) => names.includes(name));
  return found.sort((a, b) => (a.bandwidth ?? 0) - (b.bandwidth ?? 0) || (a.memory ?? 0) - (b.memory ?? 0))[0];
}

/**
 * Of cards sold with so much memory, or the nearest to it, the one that leaves a program the least.
 *
 * @param {number} sold bytes @param {Catalogue} catalogue
 */
function leastOf(sold, { devices }) {
  const cards = devices.flatMap(({ kind, name, memory, memorySold }) =>
    kind === 'gpu' && memory && memorySold
      ? [{ name, share: memory / memorySold, off: Math.abs(memorySold - sold) }]
      : [],
  );
  return cards.reduce((a, b) => (b.off < a.off || (b.off === a.off && b.share < a.share) ? b : a));
}

/**
 * What a program can have of a total: as of the card itself, else of the one that leaves the least.
 *
 * @param {number} total bytes @param {Gpu} gpu @param {Catalogue} catalogue
 */
function usableOf(total, gpu, catalogue) {
  const { memory, memorySold } = gpu;
  const own = memory !== null && memorySold !== null;
  const { name, share } = own ? { name: gpu.name, share: memory / memorySold } : leastOf(total, catalogue);
  return { memory: Math.floor(total * share), of: own ? String(name) : say(ASSUMED.leastCard, { name }) };
}

/**
 * A driver reports a little more than it leaves to a program.
 *
 * @param {Gpu} gpu @param {number} reported bytes @param {Catalogue} catalogue @param {string[]} assumed
 */
function takeReport(gpu, reported, catalogue, assumed) {
  const { memory, memorySold, name } = gpu;
  if (memory !== null && memorySold !== null && reported > 0.85 * memorySold && reported < 1.1 * memorySold) {
    if (reported < memory) Object.assign(gpu, { memory: reported, memorySource: 'reported by this machine' });
    return;
  }
  const usable = usableOf(reported, gpu, catalogue);
  assumed.push(
    `Of the ${sized(reported)} that ${name} reports ${sized(usable.memory)} are taken to be usable, as of ${usable.of} (--vram-usable).`,
  );
  Object.assign(gpu, { memory: usable.memory, memorySold: null, memorySource: 'reported by this machine' });
}

/** What this machine tells of itself. @param {Detected} told @param {Catalogue} catalogue @param {boolean} withGpus */
function detectedDraft(told, catalogue, withGpus) {
  const draft = newDraft();
  draft.detected = true;
  const { assumed, host } = draft;
  host.memory = told.memory.bytes;
  host.threads = told.cpu.cores;
  host.bandwidth = told.memory.bandwidth === null ? null : told.memory.bandwidth * 1e9;
  /** @type {{ gpu: Gpu, device: CatalogDevice | null, reported: string }[]} */
  const found = [];
  const leftOut = [];
  for (const { reported, memory, used, matches } of withGpus ? told.gpus : []) {
    const best = matches.filter(({ confidence }) => confidence === matches[0].confidence).map(({ name }) => name);
    if (best.length === 0) {
      const gpu = { ...unknownGpu(reported), reserved: used ?? 0 };
      if (memory === null) leftOut.push(reported);
      else {
        takeReport(gpu, memory, catalogue, assumed);
        found.push({ gpu, device: null, reported });
      }
      continue;
    }
    const device = slowest(best, catalogue);
    const gpu = { ...gpuFrom(catalogue, device), reserved: used ?? 0 };
    if (best.length > 1) assumed.push(`${reported} is one of ${best.join(', ')}: taken as ${device.name} (--device).`);
    if (memory !== null) takeReport(gpu, memory, catalogue, assumed);
    found.push({ gpu, device, reported });
  }
  const separate = found.filter(({ device }) => (device?.memoryKind ?? 'separate') === 'separate');
  const taken = separate.length > 0 ? separate : found.slice(0, 1);
  leftOut.push(...found.filter((entry) => !taken.includes(entry)).map(({ reported }) => reported));
  for (const { gpu, device, reported } of taken) {
    if (device) draft.backends.push(String(device.backend));
    if (device && (device.memoryKind ?? 'separate') !== 'separate') addUnified(draft, device, { ...gpu, memory: null });
    else draft.gpus.push(gpu);
    if (!device) assumed.push(`${reported} is not in the catalogue: its speed is not known (--bandwidth).`);
  }
  if (leftOut.length > 0) assumed.push(`${leftOut.join(', ')}: not in the catalogue, or beside a card, and left out.`);
  const [processor, ...others] = told.cpu.matches;
  if (processor && others.length === 0 && host.bandwidth === null && draft.pool === null) {
    const device = catalogue.devices.find(({ name }) => name === processor.name);
    host.name = processor.name;
    host.bandwidth = device?.bandwidth ?? null;
    assumed.push(`The memory of the processor is taken as that of ${processor.name} (--ram-bandwidth).`);
  }
  const gpus = draft.gpus.map(({ name }) => name).join(', ') || 'no GPU';
  const parts = [gpus, host.memory === null ? null : `${sized(host.memory)} of memory`];
  if (host.threads !== null) parts.push(`${host.threads} cores`);
  assumed.unshift(`This machine, as it reports itself: ${parts.filter(Boolean).join(', ')} (--device names another).`);
  return draft;
}

/** What a driver takes. @param {Gpu} gpu @param {number} limit W @param {number} i which it is */
function powerLimitOf({ name, power }, limit, i) {
  if (power === undefined) throw new RangeError(say(REFUSED.powerUnknown, { gpu: i }));
  if (limit < LEAST_POWER * power) throw new RangeError(say(REFUSED.powerLimit, { name: name ?? '', power, limit }));
  return limit;
}

/** Sizes and bandwidths that were said of GPUs. @param {Draft} draft @param {any} o @param {Catalogue} catalogue */
function describeGpus({ gpus, pool, assumed }, o, catalogue) {
  const values = (/** @type {string} */ option, /** @type {number[] | undefined} */ list) =>
    each(option, list, gpus.length);
  const vram = values('--vram', o.vram);
  const usable = values('--vram-usable', o.vramUsable);
  const bandwidth = values('--bandwidth', o.bandwidth);
  const reserve = values('--reserve', o.reserve);
  const margin = values('--margin', o.margin);
  const powerLimit = values('--power-limit', o.powerLimit);
  const said = new Set();
  gpus.forEach((gpu, i) => {
    const sold = vram[i] === null ? null : vram[i] * GIB;
    if (sold !== null && pool !== null) Object.assign(gpu, { memory: sold, memorySource: ASSUMED.given });
    else if (sold !== null && sold !== gpu.memorySold) {
      const { memory, of } = usableOf(sold, gpu, catalogue);
      Object.assign(gpu, { memory, memorySold: sold, memorySource: say(ASSUMED.usableSource, { like: of }) });
      if (usable[i] === null) {
        said.add(say(ASSUMED.usable, { sold: sized(sold), usable: sized(memory), like: of }));
      }
    }
    if (usable[i] !== null) Object.assign(gpu, { memory: usable[i] * GIB, memorySource: ASSUMED.given });
    if (bandwidth[i] !== null) gpu.bandwidth = bandwidth[i] * 1e9;
    if (powerLimit[i] !== null) gpu.powerLimit = powerLimitOf(gpu, powerLimit[i], i);
    if (reserve[i] !== null) gpu.reserved = reserve[i] * GIB;
    if (margin[i] !== null) gpu.margin = margin[i] * GIB;
  });
  assumed.push(...said);
}

/** @param {Draft} draft @param {any} o */
function describeHost({ host, pool, gpus }, o) {
  if (o.ram !== undefined) host.memory = o.ram * GIB;
  if (o.ramBandwidth !== undefined) host.bandwidth = o.ramBandwidth * 1e9;
  if (o.threads !== undefined) host.threads = o.threads;
  if (pool === null) return;
  if (o.bandwidth !== undefined && o.ramBandwidth === undefined) host.bandwidth = gpus[0]?.bandwidth ?? null;
  if (host.memory === null) {
    throw new RangeError(say(REFUSED.ramOfPool, { name: pool }));
  }
}

/** The back end that all of the GPUs have. @param {Draft} draft @param {any} o @returns {Hardware['backend']} */
function backendOf({ backends, gpus, assumed }, o) {
  if (o.backend !== undefined) return o.backend;
  if (gpus.length === 0) return 'cpu';
  const several = new Set(backends);
  if (several.size < 2) return /** @type {Hardware['backend']} */ (backends[0] ?? 'cuda');
  assumed.push(ASSUMED.vendors);
  return 'vulkan';
}

/** Which GPUs get what. @param {Draft} draft @param {any} o @returns {Split} */
function splitGpus(draft, o) {
  const { assumed } = draft;
  const count = draft.gpus.length;
  const mode = o.splitMode ?? 'layer';
  const mainGpu = o.mainGpu ?? null;
  if (mainGpu !== null && mainGpu >= count) {
    throw new RangeError(say(REFUSED.mainGpu, { count, given: mainGpu }));
  }
  if (mode === 'none' && count > 1) {
    const main = draft.gpus[mainGpu ?? 0];
    draft.gpus = [main];
    const { onlyGpu, onlyNamedGpu } = ASSUMED;
    assumed.push(say(main.name ? onlyNamedGpu : onlyGpu, { gpu: mainGpu ?? 0, name: main.name }));
    return { mode, mainGpu: mainGpu ?? 0, tensorSplit: null };
  }
  if (mainGpu !== null && count > 1) assumed.push(ASSUMED.mainGpu);
  const shares = o.tensorSplit ?? null;
  if (shares === null || count === 0) return { mode: 'layer', mainGpu, tensorSplit: null };
  if (shares.length > count) {
    throw new RangeError(say(REFUSED.tensorSplit, { count, given: shares.length }));
  }
  const tensorSplit = Array.from({ length: count }, (_, i) => shares[i] ?? 0);
  draft.gpus = draft.gpus.map((gpu, i) => ({ ...gpu, share: tensorSplit[i] }));
  return { mode: 'layer', mainGpu, tensorSplit };
}

/** @param {Draft} draft @param {any} o */
function sayReserves({ gpus, host, assumed }, o) {
  const parts = [];
  if (gpus.length > 0 && o.reserve === undefined) {
    const busy = gpus.filter(({ reserved }) => reserved >= GIB / 100);
    const uses = busy.map(({ name, reserved }) => `${sized(reserved)} of ${name} are in use by others now (--reserve)`);
    parts.push(...(busy.length > 0 ? uses : [ASSUMED.reserve]));
  }
  if (gpus.length > 0 && o.margin === undefined) parts.push(say(ASSUMED.margin, { size: sized(GPU_MARGIN) }));
  if (host.memory !== null && o.ramReserve === undefined) {
    parts.push(say(ASSUMED.ramReserve, { size: sized(hostMargin(host.memory)) }));
  }
  if (parts.length > 0) assumed.push(`${parts.join(', ')}.`.replace(/^./, (letter) => letter.toUpperCase()));
}

/** @param {number} memory */
const hostMargin = (memory) => Math.min(MOST_HOST_MARGIN, memory / 4);

/**
 * The machine of a question; null where nothing of it is said and this machine is not to be asked.
 *
 * @param {any} o options as js/cli/options.js parses them
 * @param {Catalogue & { detect: () => Promise<Detected> }} catalogue
 * @returns {Promise<{ hardware: Hardware | null, split: Split }>}
 * @throws {RangeError} naming the option
 */
export async function machineOf(o, catalogue) {
  const processor = isProcessorAlone(o.device) || (o.device === undefined && o.gpus === 0);
  if (processor && isDescribed(o)) throw new RangeError(REFUSED.vramOfNone);
  /** @type {Draft} */
  let draft;
  if (processor && (isHostDescribed(o) || o.detect === false)) draft = newDraft();
  else if (processor) draft = detectedDraft(await catalogue.detect(), catalogue, false);
  else if (o.device !== undefined) draft = named(o.device, o, catalogue);
  else if (isDescribed(o)) draft = described(o);
  else if (o.detect === false) return { hardware: null, split: { mode: 'layer', mainGpu: null, tensorSplit: null } };
  else {
    draft = detectedDraft(await catalogue.detect(), catalogue, true);
    if (o.gpus > draft.gpus.length) {
      throw new RangeError(`--gpus: this machine reports ${draft.gpus.length}, got ${o.gpus}; --device names others`);
    }
    draft.gpus = draft.gpus.slice(0, o.gpus);
  }
  if (draft.gpus.length > MOST_GPUS)
    throw new RangeError(say(REFUSED.mostGpus, { most: MOST_GPUS, count: draft.gpus.length }));
  describeGpus(draft, o, catalogue);
  describeHost(draft, o);
  const unsized = draft.gpus.find(({ memory }) => memory === null);
  if (unsized && draft.pool === null) {
    throw new RangeError(say(REFUSED.vramNeeded, { name: unsized.name }));
  }
  const backend = backendOf(draft, o);
  const split = splitGpus(draft, o);
  sayReserves(draft, o);
  const { kind, gpus, host, detected, assumed } = draft;
  const reserved = (o.ramReserve ?? 0) * GIB;
  const margin = o.ramReserve === undefined && host.memory !== null ? hostMargin(host.memory) : 0;
  return {
    hardware: { kind, backend, gpus, host: { ...host, reserved, margin }, detected, assumed },
    split,
  };
}
