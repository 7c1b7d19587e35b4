import type { LoadOptions } from './load.js';
import type { SpeedCalculator } from './types.js';

export type { LoadOptions } from './load.js';
export type { Backend, SpeedCalculator } from './types.js';

/** As `load` of wasm-calculator/load, with `estimateSpeed`, `speedProfile` and `calibrate`; its file is speed.wasm. */
export declare function load(options?: LoadOptions): Promise<SpeedCalculator>;
export default load;
