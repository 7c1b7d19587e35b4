/**
 * All functions, after one `await`: `release.wasm` is fetched as a file of its own, and the transpiled build only if
 * that fails. At most 64 KB of brotli over the wire. `await import('wasm-calculator/load')` takes it when it is needed.
 *
 * @module
 */
import type { WasmCalculator } from '../types/calculator.js';

export type * from '../types/all.js';

export interface LoadOptions {
  /**
   * Where the module comes from: an address (relative ones start at the page), an answer, its bytes, or a compiled
   * module. Default: release.wasm beside this file.
   */
  wasm?: URL | string | Response | BufferSource | WebAssembly.Module;
  /** 'auto' (default) falls back to the transpiled build, 'wasm' rejects instead, 'js' does not try WebAssembly. */
  backend?: 'auto' | 'wasm' | 'js';
  /** Called with the reason when the transpiled build took over. */
  onFallback?: (reason: Error) => void;
}

/**
 * All functions, of release.wasm, loaded once: later calls get the same calculator. A failure is not kept, so a later
 * call tries again; a call that names another `wasm` or `backend` than the first is refused.
 */
export declare function load(options?: LoadOptions): Promise<WasmCalculator>;
export default load;
