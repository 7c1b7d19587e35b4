// @ts-check
// wasm-calculator/js: the transpiled build alone. Nothing here touches WebAssembly, eval or dynamic import.
import instantiate from 'llmcalc:transpiled';
import { createCalculator } from './calculator.js';

const wasmCalculator = createCalculator(instantiate({}), 'js', null);

export const {
  calculateVRAM,
  calculatePerformance,
  batchCalculatePerformance,
  batchCalculatePerformanceColumns,
  calculateOffloadBandwidth,
  isOutOfMemory,
  getCPUFactor,
  planMemory,
  fits,
  modelFromGgufMetadata,
  isWASMAvailable,
  backend,
  fallbackReason,
} = wasmCalculator;
export default wasmCalculator;
