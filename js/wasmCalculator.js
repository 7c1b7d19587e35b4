// @ts-check
// wasm-calculator: synchronous. The bytes are inlined and compiled at import; where that fails (a policy without
// 'wasm-unsafe-eval', no WebAssembly, an engine that compiles only ahead of time) the transpiled build takes over.
// Whether WebAssembly works is found out by trying: under such a policy `WebAssembly.validate()` still says yes.
import bytes from 'llmcalc:speed.wasm';
import instantiateTranspiled from 'llmcalc:transpiled';
import { createCalculator } from './create.js';
import { createSpeed } from './speed.js';
import { createWithFallback } from './wasm.js';

const wasmCalculator = createWithFallback(bytes, instantiateTranspiled, (core, backend, fallbackReason) =>
  createCalculator(core, backend, fallbackReason, createSpeed),
);

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
