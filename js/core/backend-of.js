// @ts-check
// The back end for the GPUs of a vendor: machine/backend_of.hpp, whose table is here too.
import { USUAL_BACKEND, VENDOR_BACKENDS } from '../generated/machine.js';

/** @type {typeof import('../types/all.d.ts').backendOf} */
export function backendOf(vendor) {
  if (typeof vendor !== 'string') throw new TypeError(`backendOf: vendor must be a string, got ${typeof vendor}`);
  return VENDOR_BACKENDS.get(vendor) ?? USUAL_BACKEND;
}
