// @ts-check
// Written by scripts/make-layout.mjs from the tables of include/llmcalc/machine, never by hand.

/** The back end of a vendor's GPUs, as data/devices.csv spells it. @type {ReadonlyMap<string, import('./names.d.ts').Names['backend']>} */
export const VENDOR_BACKENDS = new Map([
  ['NVIDIA', 'cuda'],
  ['Apple', 'metal'],
  ['Intel', 'sycl'],
]);
/** That of all others. */
export const USUAL_BACKEND = 'vulkan';

/** Bytes of a host that nobody gave, and those of them that need no asking. */
export const UNKNOWN_MEMORY = 1000000000000000000;
export const UNSAID_HOST_MEMORY = 4294967296;
/** Bytes that should stay free on a GPU, and at most of a host: of less than four times that a quarter. */
export const GPU_MARGIN = 1073741824;
export const MOST_HOST_MARGIN = 4294967296;
/** Of its power a GPU's driver takes no lower limit. */
export const LEAST_POWER = 0.25;

/** Of a host of which nothing is said: bytes/s of its memory, cores, bytes/s between it and a GPU. */
export const ASSUMED_HOST = { bandwidth: 75000000000, threads: 8, linkBandwidth: 25000000000 };
