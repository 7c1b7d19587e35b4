/**
 * The six formulas alone, synchronous. At most 10 KB of brotli over the wire, both builds included.
 *
 * @module
 */
import type { FormulaCalculator } from '../types/calculator.js';

export * from '../types/build.js';
export type { FormulaCalculator } from '../types/calculator.js';
export * from '../types/formulas.js';

/** The six formulas as one object. */
declare const calculator: FormulaCalculator;
export default calculator;
