// @ts-check
// Models and devices by name. The data are made from data/ when the package is built.
import { devices as deviceData, models as modelData, recordedArchitectures as recorded } from 'llmcalc:catalog';
import { nearestNames, parseModelName, search } from '../catalog/search.js';
import { display, ofCaller } from '../core/violation.js';

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

/** @param {string} what @param {unknown} query @param {Function} entry */
function checkName(what, query, entry) {
  if (typeof query === 'string') return;
  throw ofCaller(new TypeError(`${what} must be a name, got ${display(query)}`), entry);
}

/**
 * @template {import('../catalog/search.js').Named} T
 * @param {string} what
 * @param {string} query
 * @param {readonly T[]} items
 * @param {Function} entry
 * @returns {T}
 */
function only(what, query, items, entry) {
  checkName(what, query, entry);
  const { best } = search(query, items);
  if (best.length === 1) return best[0];
  if (best.length === 0) {
    const nearest = nearestNames(query, items);
    const hint = nearest.length > 0 ? `nearest: ${nearest.join(', ')}` : 'nothing in it is like that';
    throw ofCaller(new RangeError(`${what} must be in the catalogue, got ${display(query)}; ${hint}`), entry);
  }
  const listed = best.slice(0, LISTED).map(({ name }) => name);
  const more = best.length > LISTED ? `, and ${best.length - LISTED} more` : '';
  throw ofCaller(
    new RangeError(`${what} must name one, ${display(query)} could be ${listed.join(', ')}${more}`),
    entry,
  );
}

/** @type {typeof import('./catalog.d.ts').searchModels} */
export function searchModels(query) {
  checkName('searchModels: query', query, searchModels);
  return search(query, models);
}
/** @type {typeof import('./catalog.d.ts').searchDevices} */
export function searchDevices(query) {
  checkName('searchDevices: query', query, searchDevices);
  return search(query, devices);
}
export const findModel = (/** @type {string} */ query) => only('model', query, models, findModel);
export const findDevice = (/** @type {string} */ query) => only('device', query, devices, findDevice);
export { nearestNames, parseModelName };

/** @type {typeof import('./catalog.d.ts').gpuOf} */
export function gpuOf({ name, profileFamily, memory, memorySold, bandwidth, multiprocessors, backend, speed, power }) {
  const known = {
    name,
    family: profileFamily,
    memory,
    memorySold,
    bandwidth,
    multiprocessors,
    backend,
    ...speed,
    power,
  };
  // A rate of 0 is unknown too.
  return /** @type {any} */ (Object.fromEntries(Object.entries(known).filter(([, value]) => value)));
}
