// Loose names; the rules are those of js/search.js, and tests/native holds the two together.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

// Words and numbers in lower case: "RTX3060-Ti 12GB" is rtx, 3060, ti, 12, gb.
[[nodiscard]] std::vector<std::string> wordsOf(std::string_view text);

// A name, and words beside it that a query may have too: of its vendor, or its repository.
struct Named {
  std::string name;
  std::string beside;
  bool isModel = false;
};

// Indices of the names that answer a query best: none, one, or several if it is ambiguous.
[[nodiscard]] std::vector<std::size_t> searchBest(std::string_view query, const std::vector<Named>& items);

// At most three names that are most like an unknown one.
[[nodiscard]] std::vector<std::string> nearest(std::string_view name, const std::vector<std::string>& names);

// Letters to add, take away or change between two words.
[[nodiscard]] std::size_t distance(std::string_view a, std::string_view b);

}  // namespace llmcalc
