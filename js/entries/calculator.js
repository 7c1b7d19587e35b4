// @ts-check
// wasm-calculator/calculator: the six formulas alone, synchronous, on both back ends as in js/wasmCalculator.js.
import bytes from 'llmcalc:calculator.wasm';
import instantiateTranspiled from 'llmcalc:calculator-transpiled';
import { createFormulas, ranBy } from '../core/formulas.js';
import { createWithFallback } from '../core/wasm.js';

export default createWithFallback(bytes, instantiateTranspiled, (core, backend, fallbackReason) =>
  Object.freeze({ ...createFormulas(core), ...ranBy(backend, fallbackReason) }),
);
