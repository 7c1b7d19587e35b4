import type { SpeedCalculator } from './types.js';

declare global {
  var wasmCalculator: SpeedCalculator;
}
