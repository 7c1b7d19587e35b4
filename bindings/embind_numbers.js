// embind's JavaScript for functions of numbers and booleans, which WebAssembly takes and gives as they are: types need
// not be registered, nor arguments converted. In C++ embind checks the types and makes the invokers, as everywhere.
addToLibrary({
  _embind_register_function__deps: ['$readLatin1String', '$getWasmTableEntry'],
  _embind_register_function: (name, _count, _types, _signature, invoker, target) => {
    const invoke = getWasmTableEntry(invoker);
    // No function has more parameters.
    Module[readLatin1String(name)] = (a, b, c, d, e, f) => invoke(target, a, b, c, d, e, f);
  },
});
