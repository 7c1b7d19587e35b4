// embind's start, without the types that its own registers: strings, views and values, with the classes behind their
// names, which need an allocator. bindings/embind_numbers.js needs none.
#include <emscripten/bind.h>

extern "C" {

// The list is for threads, which start once more each.
void _embind_register_bindings(emscripten::internal::InitFunc*) {}

// Exported wherever embind is linked; nothing asks.
const char* __getTypeName(const void* /*type*/) { return ""; }

// What deletes type information links to it; nothing is allocated.
void free(void*) {}

}  // extern "C"
