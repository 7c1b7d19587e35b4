// A key that nobody knows is a question that nobody hears. The rules are those of js/core/keys.js; tests/native holds
// the two together.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace llmcalc {

// Of the known keys the one most like `key`: a name that people have for it, else most pairs of letters in common.
// None where there is nothing in common.
[[nodiscard]] std::optional<std::string_view> nearestKey(std::string_view key, std::span<const std::string_view> known);

// What is said of a key that is not known. `place` is that of the object: "planMemory: model".
[[nodiscard]] std::string unknownKey(std::string_view place, std::string_view key,
                                     std::span<const std::string_view> known);

}  // namespace llmcalc
