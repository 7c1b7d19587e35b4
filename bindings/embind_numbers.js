// Only numbers and booleans cross. What embind has for strings, views and values would be a tenth of the glue.
addToLibrary(
  Object.fromEntries(
    ['std_string', 'std_wstring', 'memory_view', 'emval', 'bigint'].flatMap((kind) => [
      [`_embind_register_${kind}`, () => {}],
      [`_embind_register_${kind}__deps`, []],
    ]),
  ),
);
