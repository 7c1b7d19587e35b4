// @ts-check
// From a compiled module to a core.

/**
 * Instantiates synchronously, without Emscripten's glue, which is for modules that ask for more: ours import nothing
 * but embind's registration of a function, as bindings/embind_numbers.js has it, and export their memory, their table
 * of functions and what registers. scripts/bundle.mjs checks that.
 *
 * @param {WebAssembly.Module} module
 */
export function coreFromModule(module) {
  /** @type {any} */
  const core = {};
  /** @type {any} */
  const parts = {};
  const register = (
    /** @type {number} */ at,
    /** @type {number} */ _count,
    /** @type {number} */ _types,
    /** @type {number} */ _signature,
    /** @type {number} */ invoker,
    /** @type {number} */ target,
  ) => {
    let name = '';
    for (let i = at; core.HEAPU8[i]; i++) name += String.fromCharCode(core.HEAPU8[i]);
    const invoke = parts.table.get(invoker);
    // No function has more parameters.
    core[name] = (a, b, c, d, e, f) => invoke(target, a, b, c, d, e, f);
  };
  const [wanted] = WebAssembly.Module.imports(module);
  const { exports } = new WebAssembly.Instance(module, { [wanted.module]: { [wanted.name]: register } });
  for (const { name, kind } of WebAssembly.Module.exports(module)) parts[kind] = exports[name];
  core.HEAPF64 = new Float64Array(parts.memory.buffer);
  core.HEAPU8 = new Uint8Array(parts.memory.buffer);
  parts.function();
  return core;
}

/**
 * What `create` makes over WebAssembly or, where the bytes cannot be compiled, over the transpiled build.
 *
 * @template T
 * @param {Uint8Array<ArrayBuffer>} bytes
 * @param {typeof import('llmcalc:transpiled').default} instantiateTranspiled
 * @param {(core: import('./create.js').Core, backend: 'wasm' | 'js', fallbackReason: Error | null) => T} create
 * @returns {T}
 */
export function createWithFallback(bytes, instantiateTranspiled, create) {
  try {
    return create(coreFromModule(new WebAssembly.Module(bytes)), 'wasm', null);
  } catch (error) {
    return create(instantiateTranspiled({}), 'js', /** @type {Error} */ (error));
  }
}
