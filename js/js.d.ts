export * from './wasmCalculator.js';
export { default } from './wasmCalculator.js';
