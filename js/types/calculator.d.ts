// All functions of an entry as one object, whose members are what the other files here declare.

/** The six formulas, and which build runs them. */
export interface FormulaCalculator extends Readonly<FormulaFunctions & Build> {}

/** All functions, and which build runs them. */
export interface WasmCalculator extends FormulaCalculator, Readonly<Planning & Speed> {}

/** @deprecated The name of {@link WasmCalculator} while there were entries without estimates of speed. */
export type SpeedCalculator = WasmCalculator;

type Build = typeof import('./build.js');
type FormulaFunctions = typeof import('./formulas.js');
type Planning = typeof import('./memory.js') & typeof import('./model.js');
type Speed = typeof import('./speed.js');
