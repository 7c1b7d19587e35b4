// Only numbers and booleans cross, as arguments and results. What embind has for strings, views and values, and for
// reading numbers from memory, would be an eighth of the glue.
addToLibrary({
  ...Object.fromEntries(
    ['std_string', 'std_wstring', 'memory_view', 'emval', 'bigint'].flatMap((kind) => [
      [`_embind_register_${kind}`, () => {}],
      [`_embind_register_${kind}__deps`, []],
    ]),
  ),
  // All types are registered at once, so none is unbound.
  $throwUnboundTypeError__deps: [],
  $throwUnboundTypeError: (message) => {
    throw new Error(message);
  },
  $registerNumber__deps: ['$registerType'],
  $registerNumber: (type) =>
    registerType(type, {
      name: 'number',
      fromWireType: (value) => value,
      toWireType: (_, value) => value,
      argPackAdvance: 8,
      destructorFunction: null,
      destructorType: 'none',  // for -sEMBIND_AOT
    }),
  _embind_register_integer__deps: ['$registerNumber'],
  _embind_register_integer: (type) => registerNumber(type),
  _embind_register_float__deps: ['$registerNumber'],
  _embind_register_float: (type) => registerNumber(type),
  _embind_register_bool__deps: ['$registerNumber'],
  _embind_register_bool: (type) => registerNumber(type),
});
