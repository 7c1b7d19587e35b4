// @ts-check
// wasm-calculator/calculator: the six formulas alone, synchronous, on both back ends as in js/wasmCalculator.js.
import bytes from 'llmcalc:calculator.wasm';
import instantiateTranspiled from 'llmcalc:calculator-transpiled';
import { createFormulas, ranBy } from './formulas.js';
import { createWithFallback } from './wasm.js';

const calculator = createWithFallback(bytes, instantiateTranspiled, (core, backend, fallbackReason) =>
  Object.freeze({ ...createFormulas(core), ...ranBy(backend, fallbackReason) }),
);

export const {
  calculateVRAM,
  calculatePerformance,
  batchCalculatePerformance,
  batchCalculatePerformanceColumns,
  calculateOffloadBandwidth,
  isOutOfMemory,
  getCPUFactor,
  isWASMAvailable,
  backend,
  fallbackReason,
} = calculator;
export default calculator;
