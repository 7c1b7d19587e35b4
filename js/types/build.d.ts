// Which build runs the functions of an entry.

/** What runs the formulas: WebAssembly, or the same C++ transpiled to JavaScript. Results are equal to the bit. */
export type Backend = 'wasm' | 'js';

/** Whether WebAssembly runs the formulas: `backend === 'wasm'`. */
export declare function isWASMAvailable(): boolean;

/** Which build runs the formulas. */
export declare const backend: Backend;

/** Why the transpiled build runs although WebAssembly was tried; null otherwise. */
export declare const fallbackReason: Error | null;

/** Of the package, as in its package.json. */
export declare const version: string;
