import type { WasmCalculator } from '../types/all.js';

declare global {
  var wasmCalculator: WasmCalculator;
}
