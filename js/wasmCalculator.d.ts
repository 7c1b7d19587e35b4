import type { SpeedCalculator } from './types.js';

export * from './types.js';

declare const wasmCalculator: SpeedCalculator;
export default wasmCalculator;
