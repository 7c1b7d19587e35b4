// Opens the function that bindings/factory_post.js closes: a synchronous factory without MODULARIZE, whose promise would
// make every call asynchronous. Emscripten's glue in between sees `Module` as its configuration. It can compile bytes
// synchronously, but cannot take a compiled module so: `WebAssembly` lets the caller stand in for the global one.
// wasm2js declares its own.
export default function instantiate(Module, WebAssembly) {
