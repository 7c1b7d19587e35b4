// Opens the function that bindings/factory_post.js closes: a synchronous factory without MODULARIZE, whose promise would
// make every call asynchronous. Emscripten's glue in between sees `Module` as its configuration.
export default function instantiate(Module) {
