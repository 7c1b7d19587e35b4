// A ModelSpec as JSON: the object that planMemory takes in JavaScript.
#pragma once

#include "json.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// Throws std::invalid_argument naming the field that is wrong, or the key that nobody knows. Ranges are planMemory's to
// check.
[[nodiscard]] ModelSpec specFromJson(const Json& json);

}  // namespace llmcalc
