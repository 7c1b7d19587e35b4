// @ts-check
// wasm-calculator/js: the transpiled build alone. Nothing here touches WebAssembly, eval or dynamic import.
import instantiate from 'llmcalc:transpiled';
import { createCalculator } from '../core/create.js';

export default createCalculator(instantiate({}), 'js', null);
