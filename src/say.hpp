// What the tools say: the sentences of data/sentences.json with their values.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "sentences.hpp"

namespace llmcalc {

// `sentence` with values for what it has in braces.
[[nodiscard]] std::string say(std::string_view sentence,
                              std::initializer_list<std::pair<std::string_view, std::string>> values = {});

// The sentence of a name that is known when the program runs, such as a limit's.
template <std::size_t kCount>
[[nodiscard]] constexpr std::string_view sentenceOf(
    const std::array<std::pair<std::string_view, std::string_view>, kCount>& group, std::string_view name) {
  for (const auto& [known, sentence] : group) {
    if (known == name) return sentence;
  }
  return {};
}

}  // namespace llmcalc
