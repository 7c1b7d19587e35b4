// All functions of an entry as one object, whose members are what the other files here declare.

/** The six formulas, and which build runs them. */
export interface FormulaCalculator extends Readonly<typeof import('./build.js') & typeof import('./formulas.js')> {}

/** All functions, and which build runs them. */
export interface WasmCalculator
  extends FormulaCalculator,
    Readonly<
      typeof import('./fit.js') &
        typeof import('./memory.js') &
        typeof import('./model.js') &
        typeof import('./speed.js')
    > {}

/** @deprecated The name of {@link WasmCalculator} while there were entries without estimates of speed. */
export type SpeedCalculator = WasmCalculator;
