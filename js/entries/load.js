// @ts-check
// wasm-calculator/load: all functions, of release.wasm, which is fetched as a file of its own; the transpiled build
// only if that fails.
import { createCalculator } from '../core/create.js';
import { coreFromModule } from '../core/wasm.js';

/**
 * @typedef {import('../types/calculator.d.ts').WasmCalculator} WasmCalculator
 * @typedef {import('./load.d.ts').LoadOptions} LoadOptions
 */

const backends = ['auto', 'wasm', 'js'];
const known = ['wasm', 'backend', 'onFallback'];

/** @param {URL} url */
async function compileFile(url) {
  // Node's fetch refuses file: URLs. Reached through `process`, so that no bundler sees an import of a Node module.
  const node = /** @type {any} */ (globalThis).process?.getBuiltinModule?.('node:fs/promises');
  if (url.protocol === 'file:' && node) return WebAssembly.compile(await node.readFile(url));
  return compileResponse(await fetch(url));
}

/** @param {Response} response */
async function compileResponse(response) {
  if (!response.ok) throw new Error(`load: ${response.url} answered ${response.status} ${response.statusText}`);
  // Streaming insists on the right type; a server that does not know .wasm is no reason to fall back.
  if (response.headers.get('content-type')?.startsWith('application/wasm') && WebAssembly.compileStreaming) {
    return WebAssembly.compileStreaming(response);
  }
  return WebAssembly.compile(await response.arrayBuffer());
}

/** @param {LoadOptions['wasm'] & {}} source */
async function compile(source) {
  if (source instanceof WebAssembly.Module) return source;
  if (typeof Response !== 'undefined' && source instanceof Response) return compileResponse(source);
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) {
    return WebAssembly.compile(/** @type {BufferSource} */ (source));
  }
  return compileFile(new URL(/** @type {URL | string} */ (source), globalThis.location?.href));
}

/** @param {LoadOptions} options */
function check(options) {
  if (typeof options !== 'object' || options === null) throw new TypeError('load: options must be an object');
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new TypeError(`load: unknown option ${key}; known are ${known.join(', ')}`);
  }
  const { wasm, backend = 'auto', onFallback } = options;
  if (!backends.includes(backend)) {
    throw new RangeError(`load: backend must be one of ${backends.join(', ')}, got ${String(backend)}`);
  }
  if (onFallback !== undefined && typeof onFallback !== 'function') {
    throw new TypeError('load: onFallback must be a function');
  }
  const isSource = wasm === undefined || typeof wasm === 'string' || (typeof wasm === 'object' && wasm !== null);
  if (!isSource) {
    throw new TypeError('load: wasm must be a URL, a Response, bytes or a WebAssembly.Module');
  }
}

/**
 * @param {unknown} left
 * @param {unknown} right
 */
function same(left, right) {
  return left === right || (left instanceof URL && right instanceof URL && left.href === right.href);
}

/** @type {Promise<WasmCalculator> | undefined} */
let pending;
/** @type {LoadOptions} */
let settled = {};

/** @param {LoadOptions} options */
async function start({ wasm, backend }) {
  /** @type {Error | null} */
  let reason = null;
  if (backend !== 'js') {
    try {
      // Some hosts know no address of their own: it is asked for only where it is needed.
      const module = await compile(wasm ?? new URL('./release.wasm', import.meta.url));
      return createCalculator(coreFromModule(module), 'wasm', null);
    } catch (error) {
      if (backend === 'wasm') throw error;
      reason = /** @type {Error} */ (error);
    }
  }
  const { default: transpiled } = await import('./js.js');
  return Object.freeze({ ...transpiled, fallbackReason: reason });
}

/** @type {typeof import('./load.d.ts').load} */
export async function load(options = {}) {
  check(options);
  const { wasm, backend, onFallback } = options;
  if (pending) {
    for (const [key, value] of Object.entries({ wasm, backend })) {
      if (value !== undefined && !same(value, settled[/** @type {'wasm' | 'backend'} */ (key)])) {
        throw new Error(`load: already loaded with another ${key}`);
      }
    }
  } else {
    settled = { wasm, backend };
    pending = start(settled).catch((error) => {
      pending = undefined; // so that a later call can try again
      throw error;
    });
  }
  const calculator = await pending;
  if (calculator.fallbackReason) onFallback?.(calculator.fallbackReason);
  return calculator;
}

export default load;
