// @ts-check
// wasm-calculator: synchronous. The bytes are inlined and compiled at import; where that fails (a policy without
// 'wasm-unsafe-eval', no WebAssembly, an engine that compiles only ahead of time) the transpiled build takes over.
// Whether WebAssembly works is found out by trying: under such a policy `WebAssembly.validate()` still says yes.
import bytes from 'llmcalc:speed.wasm';
import instantiateTranspiled from 'llmcalc:transpiled';
import { createCalculator } from './create.js';
import { createSpeed } from './speed.js';
import { coreFromModule } from './wasm.js';

function create() {
  try {
    return createCalculator(coreFromModule(new WebAssembly.Module(bytes)), 'wasm', null, createSpeed);
  } catch (error) {
    return createCalculator(instantiateTranspiled({}), 'js', /** @type {Error} */ (error), createSpeed);
  }
}

const wasmCalculator = create();

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
  isWASMAvailable,
  backend,
  fallbackReason,
} = wasmCalculator;
export default wasmCalculator;
