// Loose names; the rules are those of js/catalog/search.js, and tests/native/twin.test.js holds the two together.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace llmcalc {

// Words and numbers in lower case: "RTX3060-Ti 12GB" is rtx, 3060, ti, 12, gb.
[[nodiscard]] std::vector<std::string> wordsOf(std::string_view text);

// What has a name. Of a device, the vendor, family, kind and size are known beside it; of a model, the repository.
struct Named {
  std::string name;
  std::vector<std::string> aliases;
  bool isModel = false;
  std::string repository;
  std::string vendor;
  std::string family;
  std::string kind;
  std::optional<double> memorySold;
};

// Indices of the names that answer a query best: none, one, or several if it is ambiguous. All are models, or none is.
[[nodiscard]] std::vector<std::size_t> searchBest(std::string_view query, const std::vector<Named>& items);

// Names like one that is unknown, at most three, the most alike first; none where no word is alike.
[[nodiscard]] std::vector<std::string> nearestNames(std::string_view query, const std::vector<Named>& items);

// The names most like one that is unknown, at most three: those that share most letters in whole words with it, before
// those of the fewest changes; whatever they mean.
[[nodiscard]] std::vector<std::string_view> nearestOf(std::string_view name,
                                                      const std::vector<std::string_view>& names);

struct ModelName {
  std::string name;
  std::optional<std::string> quant;  // the type of a file, as it stands there
};

// A name of a model as it stands in the address of a repository, apart from the type of a file.
[[nodiscard]] ModelName parseModelName(std::string_view text);

// Letters that are changed, or swapped with the next, from one text to another.
[[nodiscard]] std::size_t distance(std::string_view a, std::string_view b);

}  // namespace llmcalc
