// embind's start, for what crosses here: nothing, booleans and numbers. Its own also registers strings, views and
// values, with the classes behind their types' names, and needs an allocator.
#include <emscripten/bind.h>
#include <emscripten/em_macros.h>

#include <cstdint>
#include <limits>
#include <typeinfo>

extern "C" {

// For -sEMBIND_AOT, which frees the name that it was given. Nothing else is allocated.
const char* __getTypeName(const std::type_info* type) { return type->name(); }
EMSCRIPTEN_KEEPALIVE void free(void*) {}

// The list is for threads, which start once more each.
void _embind_register_bindings(emscripten::internal::InitFunc*) {}

}  // extern "C"

EMSCRIPTEN_BINDINGS(numbers) {
  using namespace emscripten::internal;
  using Integer = std::numeric_limits<std::int32_t>;
  _embind_register_void(TypeID<void>::get(), "void");
  _embind_register_bool(TypeID<bool>::get(), "bool", true, false);
  _embind_register_integer(TypeID<std::int32_t>::get(), "int", sizeof(std::int32_t), Integer::min(), Integer::max());
  _embind_register_float(TypeID<double>::get(), "double", sizeof(double));
}
