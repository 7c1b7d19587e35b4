// @ts-check
// wasm-calculator/calculator: the six formulas alone, synchronous, on both back ends as in js/wasmCalculator.js.
import bytes from 'llmcalc:calculator.wasm';
import instantiateTranspiled from 'llmcalc:calculator-transpiled';
import { createFormulas } from './formulas.js';
import { coreFromModule } from './wasm.js';

/** @param {import('./create.js').Core} core @param {'wasm' | 'js'} backend @param {Error | null} fallbackReason */
const createOver = (core, backend, fallbackReason) =>
  Object.freeze({
    ...createFormulas(core),
    isWASMAvailable: () => backend === 'wasm',
    backend,
    fallbackReason,
  });

function create() {
  try {
    return createOver(coreFromModule(new WebAssembly.Module(bytes)), 'wasm', null);
  } catch (error) {
    return createOver(instantiateTranspiled({}), 'js', /** @type {Error} */ (error));
  }
}

const calculator = create();

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
