/**
 * All functions of the transpiled build alone, synchronous. At most 76 KB of brotli over the wire.
 *
 * @module
 */
export * from '../wasmCalculator.js';
export { default } from '../wasmCalculator.js';
