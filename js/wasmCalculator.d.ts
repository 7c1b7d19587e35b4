/**
 * All functions, synchronous: the WebAssembly is inlined and compiled at import, and so is the transpiled build, which
 * takes over where that fails. At most 124 KB of brotli over the wire; `wasm-calculator/load` streams half of that, and
 * `wasm-calculator/calculator` has the six formulas alone for a tenth. A page that plans on demand imports either this
 * entry or `/load` when it is asked to plan.
 *
 * @module
 */
import type { WasmCalculator } from './types/calculator.js';

export * from './types/all.js';

/** All functions as one object. */
declare const wasmCalculator: WasmCalculator;
export default wasmCalculator;
