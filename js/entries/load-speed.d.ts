/**
 * The former place of `load` with estimates of speed, which `wasm-calculator/load` has; both are one function with one
 * calculator.
 *
 * @deprecated Import `wasm-calculator/load`. This entry goes with version 0.3.
 * @module
 */
export { default, type LoadOptions, load, type SpeedCalculator, type WasmCalculator } from './load.js';
