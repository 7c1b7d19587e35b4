// Structs with a table (llmcalc/base/field.hpp) as JSON, its keys in the table's order.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>

#include "json.hpp"
#include "llmcalc/base/field.hpp"

namespace llmcalc {

template <const auto& table, typename T>
void addFields(Json& json, const T& object);

// A field; of a part all of its fields.
template <typename Row, typename T>
[[nodiscard]] Json fieldOf(const Row& row, const T& object) {
  if constexpr (field::kIsChoice<Row>) {
    return std::string(row.names[static_cast<std::size_t>(object.*row.member)]);
  } else if constexpr (field::kIsPart<Row>) {
    Json json;
    addFields<kFields<std::remove_cvref_t<decltype(object.*row.member)>>>(json, object.*row.member);
    return json;
  } else {
    return object.*row.member;
  }
}

// Adds the fields of one table of a struct.
template <const auto& table, typename T>
void addFields(Json& json, const T& object) {
  eachField<table>([&](auto at) { json[std::string(field::keyOf(at.kRow))] = fieldOf(at.kRow, object); });
}

}  // namespace llmcalc
