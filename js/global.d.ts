import type { WasmCalculator } from './types.js';

declare global {
  var wasmCalculator: WasmCalculator;
}
