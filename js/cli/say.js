// @ts-check
// What the tools say: the sentences of data/sentences.json with their values.
import { SENTENCES } from '../generated/sentences.js';

export { SENTENCES };

/**
 * @param {string} sentence of SENTENCES
 * @param {Record<string, string | number | null>} [values] for what it has in braces
 */
export const say = (sentence, values = {}) => sentence.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
