/**
 * The six formulas alone, synchronous. At most 10 KB of brotli over the wire, both builds included.
 *
 * @module
 */
import type { FormulaCalculator } from './types/calculator.js';

export * from './types/build.js';
export type { FormulaCalculator } from './types/calculator.js';
export * from './types/formulas.js';

declare const calculator: FormulaCalculator;
export default calculator;
