// field.hpp: what a public struct consists of, stated once.
//
// A table has a row for every field of a struct: its name, its member, and what the member may be. Its default is the
// struct's own. Checks, the numbers that cross to JavaScript, JSON and the keys that an object may have are loops over
// the table; tools/describe.cpp prints it for scripts/make-layout.mjs, which writes what other languages need:
//
//     template <>
//     inline constexpr auto kFields<LayerRun> = std::tuple{
//         field::Number{"model.runs[].group", &LayerRun::group},
//         field::Number{"model.runs[].count", &LayerRun::count},
//     };
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "llmcalc/base/result.hpp"

namespace llmcalc {

namespace field {

// A row's name is the field's place in a message, "model.groups[].headCount".

// A number: whole and within `range`, or whatever a check of its own allows.
template <typename T>
struct Number {
  constexpr Number(const char* place, double T::*field) : name(place), member(field) {}
  constexpr Number(const char* place, double T::*field, const Range* allowed)
      : name(place), member(field), range(allowed), isRanged(true) {}

  const char* name;
  double T::*member;
  const Range* range = nullptr;
  // Whether there is a range: where g++ looks for undefined behaviour, it does not know an address from null while it
  // compiles.
  bool isRanged = false;
};

// How many elements the list of this name has.
template <typename T>
struct Count : Number<T> {
  using Number<T>::Number;
};
template <typename T>
Count(const char*, double T::*) -> Count<T>;
template <typename T>
Count(const char*, double T::*, const Range*) -> Count<T>;

// A number in a unit that is often mistaken for another.
template <typename T>
struct Measure {
  const char* name;
  double T::*member;
  const Quantity* quantity;
};
template <typename T>
Measure(const char*, double T::*, const Quantity*) -> Measure<T>;

// A measure that may be left out. What that means is the struct's to say.
template <typename T>
struct OptionalMeasure {
  const char* name;
  std::optional<double> T::*member;
  const Quantity* quantity;
};
template <typename T>
OptionalMeasure(const char*, std::optional<double> T::*, const Quantity*) -> OptionalMeasure<T>;

template <typename T>
struct Flag {
  const char* name;
  bool T::*member;
};
template <typename T>
Flag(const char*, bool T::*) -> Flag<T>;

// An enumerator, whose value is the place of its name in `names`.
template <typename T, typename Enum>
struct Choice {
  const char* name;
  Enum T::*member;
  std::span<const std::string_view> names;
};
template <typename T, typename Enum>
Choice(const char*, Enum T::*, std::span<const std::string_view>) -> Choice<T, Enum>;

// A struct with a table of its own.
template <typename T, typename Inner>
struct Part {
  const char* name;
  Inner T::*member;
};
template <typename T, typename Inner>
Part(const char*, Inner T::*) -> Part<T, Inner>;

// A number of every element of a list.
template <typename T, std::size_t maximum>
struct Each {
  const char* name;
  std::array<double, maximum> T::*member;
};
template <typename T, std::size_t maximum>
Each(const char*, std::array<double, maximum> T::*) -> Each<T, maximum>;

template <typename Row>
inline constexpr bool kIsCount = false;
template <typename T>
inline constexpr bool kIsCount<Count<T>> = true;

template <typename Row>
inline constexpr bool kIsFlag = false;
template <typename T>
inline constexpr bool kIsFlag<Flag<T>> = true;

template <typename Row>
inline constexpr bool kIsPart = false;
template <typename T, typename Inner>
inline constexpr bool kIsPart<Part<T, Inner>> = true;

template <typename Row>
inline constexpr bool kIsChoice = false;
template <typename T, typename Enum>
inline constexpr bool kIsChoice<Choice<T, Enum>> = true;

// The key that an object has for the field: what comes last in the row's name.
template <typename Row>
[[nodiscard]] constexpr std::string_view keyOf(const Row& row) noexcept {
  const std::string_view name(row.name);
  return name.substr(name.rfind('.') + 1);
}

}  // namespace field

// The table of a struct. A struct has one where this is specialised for it.
template <typename T>
inline constexpr auto kFields = nullptr;
// The table of the arrays of a struct that have a number for every GPU.
template <typename T>
inline constexpr auto kGpuFields = nullptr;

// One row of a table, known to the compiler: what is made of it is as if it were written out by hand.
template <const auto& table, std::size_t place>
struct RowAt {
  static constexpr auto kRow = std::get<place>(table);
};

// The places of all rows, for a function that is given them as `std::index_sequence<places...>`. Such a function is
// smaller in WebAssembly than a visitor, which gets what it works on by reference.
template <const auto& table>
using Places = std::make_index_sequence<std::tuple_size_v<std::remove_cvref_t<decltype(table)>>>;

namespace detail {

template <const auto& table, typename Visit, std::size_t... places>
constexpr void visitRows(Visit& visit, std::index_sequence<places...> /*rows*/) {
  (visit(RowAt<table, places>{}), ...);
}

template <const auto& table, typename T, std::size_t... places>
[[nodiscard]] constexpr double sumOfRows(const T& object, std::index_sequence<places...> /*rows*/) noexcept {
  return (... + (object.*RowAt<table, places>::kRow.member));
}

}  // namespace detail

// visit(RowAt) for every row of a table, in order.
template <const auto& table, typename Visit>
constexpr void eachField(Visit&& visit) {
  detail::visitRows<table>(visit, Places<table>{});
}

namespace detail {

template <const auto& table, std::size_t... places>
[[nodiscard]] constexpr auto membersOf(std::index_sequence<places...> /*rows*/) noexcept {
  return std::array{RowAt<table, places>::kRow.member...};
}

}  // namespace detail

// The members of a table whose rows are all of one type: a loop over them is smaller than its rounds.
template <const auto& table>
inline constexpr auto kMembers = detail::membersOf<table>(Places<table>{});

// The sum of all numbers of a table, in order.
template <const auto& table, typename T>
[[nodiscard]] constexpr double sumOfFields(const T& object) noexcept {
  return detail::sumOfRows<table>(object, Places<table>{});
}

namespace detail {

template <const auto& table, const std::string_view& place, std::size_t row>
inline constexpr auto kNameAt = [] {
  constexpr std::string_view kKey = field::keyOf(std::get<row>(table));
  std::array<char, place.size() + kKey.size() + 1> name{};
  for (std::size_t i = 0; i < place.size(); ++i) name[i] = place[i];
  for (std::size_t i = 0; i < kKey.size(); ++i) name[place.size() + i] = kKey[i];
  return name;
}();

template <typename Row>
[[nodiscard]] constexpr Row renamed(Row row, const char* name) noexcept {
  row.name = name;
  return row;
}

template <const auto& table, const std::string_view& place, std::size_t... rows>
[[nodiscard]] constexpr auto rowsAt(std::index_sequence<rows...> /*rows*/) noexcept {
  return std::tuple{renamed(std::get<rows>(table), kNameAt<table, place, rows>.data())...};
}

}  // namespace detail

// The rows of a table where the struct has a second place, "machine.host." beside "machine.gpus[].".
template <const auto& table, const std::string_view& place>
inline constexpr auto kRowsAt = detail::rowsAt<table, place>(Places<table>{});

// The names of a table of traits, for a Choice.
template <typename Traits, std::size_t count>
[[nodiscard]] constexpr std::array<std::string_view, count> namesOf(const std::array<Traits, count>& traits) noexcept {
  std::array<std::string_view, count> names{};
  for (std::size_t i = 0; i < count; ++i) names[i] = traits[i].name;
  return names;
}

namespace field {

inline constexpr Range kWholePositive{"", "a whole number from 1 to 1e9", 1.0, 1e9};
inline constexpr Range kWholeOrNone{"", "a whole number from 0 to 1e9", 0.0, 1e9};
inline constexpr Range kElements{"", "a whole number from 0 to 1e13", 0.0, 1e13};

}  // namespace field

}  // namespace llmcalc
