// @ts-check
// The public functions over a core.
import { createFormulas, ranBy } from './formulas.js';
import { modelFromGgufMetadata } from './gguf.js';
import { createMemory } from './memory.js';

/**
 * @typedef {ReturnType<typeof import('llmcalc:transpiled').default>} Core
 */

/**
 * @param {Core} core
 * @param {'wasm' | 'js'} backend
 * @param {Error | null} fallbackReason why `backend` is not 'wasm', if that was tried
 * @param {(core: Core) => object} further functions, of a core that has them
 * @returns {any} a WasmCalculator, with the further functions
 */
export function createCalculator(core, backend, fallbackReason, further = () => ({})) {
  return Object.freeze({
    ...createFormulas(core),
    ...createMemory(core),
    ...further(core),
    modelFromGgufMetadata,
    ...ranBy(backend, fallbackReason),
  });
}
