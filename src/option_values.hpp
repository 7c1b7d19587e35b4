// What the value of an option means, by its type; js/cli/option-kinds.js has the same types.
#pragma once

#include <limits>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "options_data.hpp"
#include "quants.hpp"

namespace llmcalc {

// Of layers, for the word auto: as many as fit.
inline constexpr double kAutomatic = -1;
// For the word all: all of them, and the head. (Runtime has kAllLayers for that, which may be asked for as a number
// too.)
inline constexpr double kEveryLayer = std::numeric_limits<double>::infinity();

struct Draft {
  double length = 0;
  std::optional<double> acceptanceRate;
  std::optional<double> cost;
};

using OptionValue =
    std::variant<bool, double, std::vector<double>, std::string, std::vector<std::string>, Quant, Draft>;

// Why a text is no value of an option, as a sentence.
class ValueError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// What `text` means as a value of the option, which may be a flag and the text empty. Throws ValueError.
[[nodiscard]] OptionValue valueIn(const OptionRow& option, const std::string& text);

// Whether `text` is the value of an option that may be without one.
[[nodiscard]] bool isValue(const OptionRow& option, std::string_view text);

}  // namespace llmcalc
