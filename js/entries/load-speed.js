// @ts-check
// wasm-calculator/load-speed: the former place of what /load has.
export { default, load } from './load.js';
