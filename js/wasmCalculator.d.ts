import type { WasmCalculator } from './types.js';

export * from './types.js';

declare const wasmCalculator: WasmCalculator;
export default wasmCalculator;
