#include "options.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <string_view>

#include "option_fields.hpp"
#include "options_data.hpp"
#include "search.hpp"

namespace llmcalc {

namespace {

bool isModelFlag(std::string_view name) {
  const Words& flags = planCommand().modelFlags;
  return std::find(flags.begin(), flags.end(), name) != flags.end();
}

const OptionRow* find(std::string_view name) {
  for (const OptionRow& option : optionRows()) {
    if (option.flag == name) return &option;
    if (std::find(option.aliases.begin(), option.aliases.end(), name) != option.aliases.end()) return &option;
  }
  return nullptr;
}

// An argument that stands for an option with its value.
struct Shorthand {
  const OptionRow* option = nullptr;
  std::string_view value;
};

Shorthand shorthandOf(std::string_view name) {
  for (const OptionRow& option : optionRows()) {
    for (const auto& [argument, value] : option.shorthands) {
      if (argument == name) return {&option, value};
    }
  }
  return {};
}

// Characters as JavaScript counts them, for a comparison with names of ASCII: whatever is none of it is like no other.
std::string comparable(std::string_view text) {
  constexpr char kOther = '\x01';
  std::string characters;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (byte < 0x80) characters += letter;
    if (byte >= 0xC0) characters.append(byte >= 0xF0 ? 2 : 1, kOther);
  }
  return characters;
}

[[noreturn]] void unknown(const std::string& name) {
  const std::string typed = comparable(name);
  std::string_view near;
  std::size_t least = std::string::npos;
  const auto compare = [&](std::string_view known) {
    const std::size_t changes = distance(typed, known);
    if (changes >= least) return;
    least = changes;
    near = known;
  };
  for (const OptionRow& option : optionRows()) {
    if (!option.isHinted) continue;
    compare(option.flag);
    for (const std::string_view alias : option.aliases) compare(alias);
  }
  for (const std::string_view flag : planCommand().modelFlags) compare(flag);
  std::string text = "unknown option '" + name + "'";
  if (static_cast<double>(least) <= std::max(1.0, static_cast<double>(typed.size()) / 4.0)) {
    text.append(" (Did you mean ").append(near).append("?)");
  }
  throw UsageError(text);
}

// What was said, by the key of the options: the last of an option and its opposite.
class Said {
 public:
  void take(const OptionRow& option, const std::string& text) {
    OptionValue value = valueOf(option, text);
    const auto before = values_.find(option.key);
    if (before != values_.end() && option.type == ValueType::texts) {
      auto& texts = std::get<std::vector<std::string>>(before->second.value);
      texts.push_back(text);
    } else {
      values_[option.key] = {&option, std::move(value)};
    }
  }

  // In the order of the table, so that of two options for one field the later counts.
  void assignAll(Options& options) const {
    for (const OptionRow& option : optionRows()) {
      if (option.isIgnored) continue;
      const auto said = values_.find(option.key);
      if (said != values_.end() && said->second.option == &option) {
        assign(options, option, said->second.value);
      } else if (said == values_.end() && option.sets.empty() && !option.initial.empty()) {
        // What a field is otherwise its struct says.
        assign(options, option, valueIn(option, std::string(option.initial)));
      }
    }
  }

 private:
  struct One {
    const OptionRow* option = nullptr;
    OptionValue value;
  };

  static OptionValue valueOf(const OptionRow& option, const std::string& text) {
    try {
      return valueIn(option, text);
    } catch (const ValueError& error) {
      std::string said("option '");
      said.append(option.term).append("' argument '").append(text);
      throw UsageError(said.append("' is invalid. ").append(error.what()));
    }
  }

  std::map<std::string_view, One> values_;
};

}  // namespace

Options optionsOf(std::span<const std::string> arguments) {
  Said said;
  std::vector<std::string> models;
  bool ended = false;  // by --
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    // A number below zero is no option.
    if (ended || argument.size() < 2 || argument.front() != '-' || (argument[1] >= '0' && argument[1] <= '9')) {
      models.push_back(argument);
      continue;
    }
    if (argument == "--") {
      ended = true;
      continue;
    }
    const std::size_t equals = argument.starts_with("--") ? argument.find('=') : std::string::npos;
    const std::string name = argument.substr(0, equals);
    const std::string* next = i + 1 < arguments.size() ? &arguments[i + 1] : nullptr;
    const auto valueOf = [&](std::string_view value) {
      if (equals != std::string::npos) return argument.substr(equals + 1);
      if (next == nullptr) throw UsageError("option '" + name + " <" + std::string(value) + ">' argument missing");
      ++i;
      return *next;
    };
    const OptionRow* const option = find(name);
    if (isModelFlag(name)) {
      models.push_back(valueOf("model"));
    } else if (const Shorthand shorthand = shorthandOf(name); shorthand.option != nullptr) {
      said.take(*shorthand.option, std::string(shorthand.value));
    } else if (option != nullptr && !option->value.empty()) {
      const bool isWithout =
          equals == std::string::npos && !option->withoutValue.empty() && (next == nullptr || !isValue(*option, *next));
      said.take(*option, isWithout ? std::string(option->withoutValue) : valueOf(option->value));
    } else if (option != nullptr && equals == std::string::npos) {
      said.take(*option, {});
    } else {
      unknown(option != nullptr ? argument : name);
    }
  }
  Options options;
  said.assignAll(options);
  if (options.help) return options;
  if (models.empty()) throw UsageError("missing required argument 'model'");
  if (models.size() > 1) {
    throw UsageError("too many arguments for 'plan'. Expected 1 argument but got " + std::to_string(models.size()) +
                     ".");
  }
  options.model = models.front();
  return options;
}

}  // namespace llmcalc
