// embind's JavaScript for functions of numbers and booleans, which WebAssembly takes and gives as they are: types need
// not be registered, nor arguments converted. In C++ embind checks the types and makes the invokers, as everywhere.
addToLibrary({
  _embind_register_function__deps: ['$getWasmTableEntry'],
  _embind_register_function: (at, _count, _types, _signature, invoker, target) => {
    let name = '';
    while (HEAPU8[at]) name += String.fromCharCode(HEAPU8[at++]);
    const invoke = getWasmTableEntry(invoker);
    // No function has more parameters.
    Module[name] = (a, b, c, d, e, f) => invoke(target, a, b, c, d, e, f);
  },
});
