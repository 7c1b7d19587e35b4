// The six formulas alone.
import type { WasmCalculator } from './types.js';

export type { Backend, PerformanceColumns, PerformancePoint } from './types.js';
export {
  backend,
  batchCalculatePerformance,
  batchCalculatePerformanceColumns,
  calculateOffloadBandwidth,
  calculatePerformance,
  calculateVRAM,
  fallbackReason,
  getCPUFactor,
  isOutOfMemory,
  isWASMAvailable,
} from './types.js';

/** The calculator without plans of memory and estimates of speed. */
export type FormulaCalculator = Pick<
  WasmCalculator,
  | 'calculateVRAM'
  | 'calculatePerformance'
  | 'batchCalculatePerformance'
  | 'batchCalculatePerformanceColumns'
  | 'calculateOffloadBandwidth'
  | 'isOutOfMemory'
  | 'getCPUFactor'
  | 'isWASMAvailable'
  | 'backend'
  | 'fallbackReason'
>;

declare const calculator: FormulaCalculator;
export default calculator;
