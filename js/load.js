// @ts-check
// wasm-calculator/load: release.wasm, which is without estimates of speed.
import { createCalculator } from './create.js';
import { createLoad } from './loader.js';
import { coreFromModule } from './wasm.js';

/** What this module is without says where it is. */
const withoutSpeed = Object.fromEntries(
  [
    'estimateSpeed',
    'speedProfile',
    'calibrate',
    'fitModel',
    'offloadCurve',
    'decodeCeiling',
    'parameterCount',
    'fileBytes',
    'backendOf',
  ].map((name) => [
    name,
    () => {
      throw new Error(`${name}: wasm-calculator/load is without estimates of speed; import wasm-calculator/load-speed`);
    },
  ]),
);

/** @param {WebAssembly.Module} module */
function create(module) {
  const calculator = createCalculator(coreFromModule(module), 'wasm', null);
  return Object.freeze(Object.assign(Object.create(withoutSpeed), calculator));
}

/** @type {typeof import('./load.d.ts').load} */
export const load = createLoad(() => new URL('./release.wasm', import.meta.url), create);

export default load;
