// @ts-check
// A key that nobody knows is a question that nobody hears: objects are refused for it, with the nearest that is known.

/** As keys of an object, whose strings the engine compares by address. @param {string} text */
export const words = (text) => new Set(Object.keys(Object.fromEntries(text.split(' ').map((word) => [word, 0]))));

/** Names by their place. @param {readonly string[]} names @returns {Map<unknown, number>} */
export const indexed = (names) => new Map(names.map((name, index) => [name, index]));

/** What people call a key that has another name here. @type {Record<string, string[]>} */
const CALLED = {
  contextLength: ['ctx', 'ctxsize', 'nctx', 'maxcontext'],
  microBatchSize: ['ubatch'],
  sequences: ['parallel', 'slots', 'np'],
  fileType: ['quant', 'quantization', 'quantisation', 'type', 'ftype', 'precision'],
  gpuLayers: ['ngl', 'offload', 'layers'],
  cpuMoeLayers: ['ncmoe', 'ncpumoe'],
  cacheTypeK: ['kv', 'kvtype', 'cachetype', 'ctk'],
  cacheTypeV: ['ctv'],
  cachedTokens: ['depth'],
  memory: ['vram'],
  hostMemory: ['ram'],
};

const bare = (/** @type {string} */ text) => text.toLowerCase().replace(/[^a-z0-9]/g, '');
/** @param {string} text */
function pairsOf(text) {
  const letters = bare(text);
  return new Set(Array.from(letters, (letter, i) => letter + (letters[i + 1] ?? '')));
}

/**
 * Of the known keys the one most like `key`: a name that people have for it, else most pairs of letters in common.
 *
 * @param {string} key
 * @param {Iterable<string>} known
 * @returns {string | undefined} none where there is nothing in common
 */
export function nearestKey(key, known) {
  const asked = pairsOf(key.slice(0, 100));
  let nearest;
  let most = 0;
  for (const candidate of known) {
    if (CALLED[candidate]?.includes(bare(key))) return candidate;
    const pairs = pairsOf(candidate);
    let common = 0;
    for (const pair of asked) if (pairs.has(pair)) common++;
    const share = common / (asked.size + pairs.size);
    if (share > most) [nearest, most] = [candidate, share];
  }
  return nearest;
}

/**
 * @param {string} place of the object in a message: "planMemory: runtime"
 * @param {string} key
 * @param {Iterable<string>} known
 */
export function unknownKey(place, key, known) {
  const near = nearestKey(key, known);
  const hint = near === undefined ? `known are ${[...known].join(', ')}` : `did you mean ${near}?`;
  return new TypeError(`${place}.${key.slice(0, 100)} is not known; ${hint}`);
}

/**
 * Refuses an object that has a key beside the known ones.
 *
 * @param {object} object
 * @param {ReadonlySet<string>} known
 * @param {string} place as in unknownKey
 */
export function checkKeys(object, known, place) {
  for (const key in object) if (!known.has(key)) throw unknownKey(place, key, known);
}
