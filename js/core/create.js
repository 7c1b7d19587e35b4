// @ts-check
// The public functions over a core.

import { modelFromGgufMetadata } from '../models/gguf.js';
import { createFormulas, ranBy } from './formulas.js';
import { createMemory } from './memory.js';
import { createSpeed } from './speed.js';

/**
 * @typedef {ReturnType<typeof import('llmcalc:transpiled').default>} Core
 */

/**
 * @param {Core} core
 * @param {'wasm' | 'js'} backend
 * @param {Error | null} fallbackReason why `backend` is not 'wasm', if that was tried
 * @returns {any} a WasmCalculator
 */
export function createCalculator(core, backend, fallbackReason) {
  return Object.freeze({
    ...createFormulas(core),
    ...createMemory(core),
    ...createSpeed(core),
    modelFromGgufMetadata,
    ...ranBy(backend, fallbackReason),
  });
}
