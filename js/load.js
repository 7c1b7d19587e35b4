// @ts-check
// wasm-calculator/load: release.wasm, which is without estimates of speed.
import { createCalculator } from './calculator.js';
import { createLoad } from './loader.js';
import { coreFromModule } from './wasm.js';

/** @type {typeof import('./load.d.ts').load} */
export const load = createLoad(
  () => new URL('./release.wasm', import.meta.url),
  (module) => createCalculator(coreFromModule(module), 'wasm', null),
);

export default load;
