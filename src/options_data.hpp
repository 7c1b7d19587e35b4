// Options of the command line, as data/options.json has them: scripts/make-options.mjs writes the table when the tool
// is built.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace llmcalc {

// What a value is; option_values.hpp has what becomes of each.
enum class ValueType : std::uint8_t {
  flag,
  text,
  texts,
  whole,
  number,
  numbers,
  wholeOrWord,
  tokens,
  name,
  onOff,
  shares,
  fileType,
  draft
};

struct Interval {
  double minimum = 0;
  double maximum = 0;
};

using Words = std::vector<std::string_view>;
// Each with what it stands for.
using WordPairs = std::vector<std::pair<std::string_view, std::string_view>>;

struct OptionRow {
  std::string_view heading;  // of the help that has it; empty: none has
  std::string_view flag;
  std::string_view term;          // as the help calls it, "--threads <n>"
  std::string_view help;          // with aliases and default
  std::string_view key;           // which an option shares with its opposite: "server" of --no-server too
  std::string_view value;         // what stands for its value in the help; a flag has none
  std::string_view requirement;   // completes "It must be ..."
  std::string_view withoutValue;  // what is meant where the value is left out; empty: it may not be
  std::string_view initial;       // as it would be written, where the option is not given
  Words aliases;
  Words names;                   // that a name may be
  Words words;                   // that may stand in place of a number
  Words sets;                    // fields of the question, "runtime.microBatchSize"
  WordPairs means;               // numbers of llama.cpp with the words they stand for
  WordPairs refused;             // names that llama.cpp takes and no plan does, with what is said of them
  WordPairs shorthands;          // whole arguments with the values they stand for
  std::vector<Interval> ranges;  // of the parts of a value
  ValueType type = ValueType::flag;
  bool isOn = true;        // false: the flag begins with --no-
  bool isHinted = true;    // whether a misspelt option may have meant it
  bool isPassed = false;   // whether llama.cpp is given it where its field is not as usual
  bool isIgnored = false;  // whether it is for the npm tool alone
};

// The command whose options these are.
struct PlanCommand {
  std::string_view help;
  std::string_view model;  // what its argument may be
  Words modelFlags;        // with which llama.cpp is given it
};

// One of the six functions.
struct FunctionRow {
  struct Argument {
    std::string_view name;
    std::optional<double> usual;  // none: it must be given
  };
  std::string_view name;
  std::string_view answers;
  std::vector<Argument> arguments;
};

[[nodiscard]] const PlanCommand& planCommand();
[[nodiscard]] const std::vector<OptionRow>& optionRows();
[[nodiscard]] const std::vector<FunctionRow>& functionRows();

}  // namespace llmcalc
