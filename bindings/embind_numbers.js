// Only numbers and booleans cross, as arguments and results. What embind has for strings, views and values, and for
// reading numbers from memory, would be an eighth of the glue.
addToLibrary({
  ...Object.fromEntries(
    ['std_string', 'std_wstring', 'memory_view', 'emval', 'bigint'].flatMap((kind) => [
      [`_embind_register_${kind}`, () => {}],
      [`_embind_register_${kind}__deps`, []],
    ]),
  ),
  // embind_start.cpp, which is linked first, registers all types before the first function: none is waited for, and
  // names are not overloaded.
  $registerType__deps: ['$registeredTypes'],
  $registerType: (type, instance) => {
    registeredTypes[type] = instance;
  },
  $whenDependentTypesAreResolved__deps: ['$registeredTypes'],
  $whenDependentTypesAreResolved: (_, types, convert) => convert(types.map((type) => registeredTypes[type])),
  $exposePublicSymbol__deps: [],
  $exposePublicSymbol: () => {},
  $replacePublicSymbol__deps: [],
  $replacePublicSymbol: (name, value) => {
    Module[name] = value;
  },
  $throwUnboundTypeError__deps: [],
  $throwUnboundTypeError: () => {},
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
