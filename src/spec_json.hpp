// A ModelSpec as JSON: the object that planMemory takes in JavaScript.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "llmcalc/model.hpp"

namespace llmcalc {

using Json = nlohmann::ordered_json;

// Throws std::invalid_argument naming the field that is wrong. Ranges are planMemory's to check.
[[nodiscard]] ModelSpec specFromJson(const Json& json);

// As JSON.stringify(value, null, 2) writes it: numbers are doubles in their shortest form.
[[nodiscard]] std::string formatJson(const Json& json);

}  // namespace llmcalc
