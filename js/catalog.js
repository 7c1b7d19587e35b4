// @ts-check
// Models and devices by name. The data are made from data/ when the package is built.
import { devices as deviceData, models as modelData, recordedArchitectures as recorded } from 'llmcalc:catalog';
import { nearest, search } from './search.js';
import { display } from './violation.js';

/**
 * @typedef {import('./catalog.d.ts').CatalogModel} CatalogModel
 * @typedef {import('./catalog.d.ts').CatalogDevice} CatalogDevice
 */

/** @type {readonly CatalogModel[]} */
export const models = Object.freeze(modelData);
/** @type {readonly CatalogDevice[]} */
export const devices = Object.freeze(deviceData);
/** @type {readonly string[]} */
export const recordedArchitectures = Object.freeze(recorded);

/** How many names an error lists. */
const LISTED = 8;

/**
 * @template {{ name: string }} T
 * @param {string} what
 * @param {unknown} query
 * @param {readonly T[]} items
 * @returns {T}
 */
function only(what, query, items) {
  if (typeof query !== 'string') throw new TypeError(`${what} must be a name, got ${display(query)}`);
  const { best } = search(query, items);
  if (best.length === 1) return best[0];
  const names = items.map(({ name }) => name);
  if (best.length === 0) {
    throw new RangeError(
      `${what} must be in the catalogue, got ${display(query)}; nearest: ${nearest(query, names).join(', ')}`,
    );
  }
  const listed = best.slice(0, LISTED).map(({ name }) => name);
  const more = best.length > LISTED ? `, and ${best.length - LISTED} more` : '';
  throw new RangeError(`${what} must name one, ${display(query)} could be ${listed.join(', ')}${more}`);
}

/** @param {string} query */
export const searchModels = (query) => search(query, models);
/** @param {string} query */
export const searchDevices = (query) => search(query, devices);
/** @param {string} query */
export const findModel = (query) => only('model', query, models);
/** @param {string} query */
export const findDevice = (query) => only('device', query, devices);

/** @type {typeof import('./catalog.d.ts').gpuOf} */
export function gpuOf({ name, profileFamily, memory, memorySold, bandwidth, multiprocessors, backend, speed }) {
  const known = { name, family: profileFamily, memory, memorySold, bandwidth, multiprocessors, backend, ...speed };
  return /** @type {any} */ (Object.fromEntries(Object.entries(known).filter(([, value]) => value !== null)));
}
