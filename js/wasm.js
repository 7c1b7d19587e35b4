// @ts-check
// From a compiled module to a core.
import instantiate from 'llmcalc:release';

/**
 * Instantiates synchronously. Compile first: a page whose policy forbids WebAssembly then fails in its own call, before
 * Emscripten's glue prints about it.
 *
 * @param {WebAssembly.Module} module
 */
export function coreFromModule(module) {
  return instantiate({
    printErr() {},
    /**
     * @param {WebAssembly.Imports} imports
     * @param {(instance: WebAssembly.Instance) => void} receive
     */
    instantiateWasm(imports, receive) {
      const instance = new WebAssembly.Instance(module, imports);
      receive(instance);
      return instance.exports;
    },
  });
}
