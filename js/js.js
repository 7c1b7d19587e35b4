// @ts-check
// wasm-calculator/js: the transpiled build alone. Nothing here touches WebAssembly, eval or dynamic import.
import instantiate from 'llmcalc:transpiled';
import { createCalculator } from './create.js';
import { createSpeed } from './speed.js';

const wasmCalculator = createCalculator(instantiate({}), 'js', null, createSpeed);

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
  estimateSpeed,
  speedProfile,
  calibrate,
  fitModel,
  offloadCurve,
  decodeCeiling,
  parameterCount,
  fileBytes,
  backendOf,
  isWASMAvailable,
  backend,
  fallbackReason,
} = wasmCalculator;
export default wasmCalculator;
