// @ts-check
// wasm-calculator: synchronous. The bytes are inlined and compiled at import; where that fails (a policy without
// 'wasm-unsafe-eval', no WebAssembly, an engine that compiles only ahead of time) the transpiled build takes over.
// Whether WebAssembly works is found out by trying: under such a policy `WebAssembly.validate()` still says yes.
//
// Of this entry, /js and /calculator scripts/bundle.mjs makes the named exports: the members of the default export.
import bytes from 'llmcalc:release.wasm';
import instantiateTranspiled from 'llmcalc:transpiled';
import { createCalculator } from './core/create.js';
import { createWithFallback } from './core/wasm.js';

export default createWithFallback(bytes, instantiateTranspiled, createCalculator);
