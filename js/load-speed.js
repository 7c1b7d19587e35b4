// @ts-check
// wasm-calculator/load-speed: speed.wasm, which has all.
import { createCalculator } from './create.js';
import { createLoad } from './loader.js';
import { createSpeed } from './speed.js';
import { coreFromModule } from './wasm.js';

/** @type {typeof import('./load-speed.d.ts').load} */
export const load = createLoad(
  () => new URL('./speed.wasm', import.meta.url),
  (module) => createCalculator(coreFromModule(module), 'wasm', null, createSpeed),
);

export default load;
