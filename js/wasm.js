// @ts-check
// From a compiled module to a core.

/**
 * Instantiates synchronously. The module is compiled before, so that a page whose policy forbids WebAssembly fails in
 * its own call, and not in Emscripten's glue, which would print about it.
 *
 * @param {typeof import('llmcalc:transpiled').default} instantiate the glue of the module
 * @param {WebAssembly.Module} module
 */
export function coreFromModule(instantiate, module) {
  const { Instance, RuntimeError } = WebAssembly;
  function Module() {
    return module;
  }
  return instantiate({ wasmBinary: [] }, { Module, Instance, RuntimeError });
}
