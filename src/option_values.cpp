#include "option_values.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>

#include "llmcalc/base/result.hpp"
#include "llmcalc/question/runtime.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

[[noreturn]] void refuse(const OptionRow& option) {
  throw ValueError("It must be " + std::string(option.requirement) + ".");
}

bool isOf(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

bool isDigits(std::string_view text) { return text.find_first_not_of("0123456789") == std::string_view::npos; }

// Plain decimals: no exponents and no hexadecimals.
std::optional<double> decimalIn(std::string_view text) {
  constexpr std::size_t kMostDigits = 15;
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view after = text.substr(std::min(point + 1, text.size()));
  const auto digits = [](std::string_view part) { return part.size() <= kMostDigits && isDigits(part); };
  if (!digits(text.substr(0, point)) || !digits(after) || (point == 0 && after.empty())) return std::nullopt;
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

double numberIn(const OptionRow& option, std::string_view text, bool isWholeNumber = false, std::size_t part = 0) {
  const Interval& range = option.ranges[part];
  const std::optional<double> value = decimalIn(trimmed(text));
  if (!value || *value < range.minimum || *value > range.maximum || (isWholeNumber && !isWhole(*value))) {
    refuse(option);
  }
  return *value;
}

// The parts between commas; an empty text is one empty part.
std::vector<std::string_view> partsOf(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find(',', at);
    parts.push_back(text.substr(at, end - at));
    if (end == std::string_view::npos) return parts;
    at = end + 1;
  }
}

// One value for all GPUs, or one for each.
std::vector<double> numbersIn(const OptionRow& option, std::string_view text) {
  std::vector<double> values;
  for (const std::string_view part : partsOf(text)) values.push_back(numberIn(option, part));
  return values;
}

// What the word stands for that a text is, or that its number stands for.
std::optional<double> wordIn(const OptionRow& option, std::string_view text) {
  const auto meant = std::find_if(option.means.begin(), option.means.end(),
                                  [text](const auto& number) { return number.first == text; });
  const std::string word = lowered(meant == option.means.end() ? text : meant->second);
  if (!isOf(option.words, word)) return std::nullopt;
  if (word == "all") return kEveryLayer;
  if (word == "auto") return kAutomatic;
  return 0.0;  // max: as many tokens as trained for are llama.cpp's 0
}

// A count with its unit: 32768, 32k, 1m.
double tokensIn(const OptionRow& option, std::string_view text) {
  constexpr std::size_t kMostDigits = 10;
  std::string digits = lowered(text);
  double unit = 1;
  if (digits.ends_with('k') || digits.ends_with('m')) {
    unit = digits.back() == 'k' ? 1024.0 : 1024.0 * 1024.0;
    digits.pop_back();
  }
  const bool isCount = !digits.empty() && digits.size() <= kMostDigits && isDigits(digits);
  const double count = isCount ? decimalIn(digits).value_or(0.0) * unit : -1.0;
  if (!(count >= option.ranges[0].minimum && count <= option.ranges[0].maximum)) refuse(option);
  return count;
}

std::string nameIn(const OptionRow& option, std::string_view text) {
  std::string name = lowered(text);
  for (const auto& [refused, because] : option.refused) {
    if (name == refused) throw ValueError(std::string(because));
  }
  if (!isOf(option.names, name)) refuse(option);
  return name;
}

// What llama.cpp takes for yes, no, and "if it can"; none: it is neither.
std::optional<bool> switchIn(std::string_view text) {
  constexpr auto kYes = std::to_array<std::string_view>({"on", "enabled", "true", "1", "auto", "-1"});
  constexpr auto kNo = std::to_array<std::string_view>({"off", "disabled", "false", "0"});
  const std::string word = lowered(text);
  if (std::find(kYes.begin(), kYes.end(), word) != kYes.end()) return true;
  if (std::find(kNo.begin(), kNo.end(), word) != kNo.end()) return false;
  return std::nullopt;
}

bool onOrOff(const OptionRow& option, std::string_view text) {
  const std::optional<bool> isOn = switchIn(text);
  if (!isOn) refuse(option);
  return *isOn;
}

// Shares of GPUs. Separators in a row are one.
std::vector<double> sharesIn(const OptionRow& option, std::string text) {
  std::replace(text.begin(), text.end(), '/', ',');
  text.erase(std::unique(text.begin(), text.end(), [](char a, char b) { return a == ',' && b == ','; }), text.end());
  std::vector<double> shares = numbersIn(option, text);
  const bool none = std::none_of(shares.begin(), shares.end(), [](double share) { return share > 0.0; });
  if (shares.size() > Runtime::kMaximumGpus || none) refuse(option);
  return shares;
}

Quant fileTypeIn(const std::string& text) {
  try {
    return quantOf(text);
  } catch (const std::invalid_argument& error) {
    throw ValueError(error.what());
  }
}

Draft draftIn(const OptionRow& option, std::string_view text) {
  const std::vector<std::string_view> parts = partsOf(text);
  if (parts.size() > 3) refuse(option);
  Draft draft;
  draft.length = numberIn(option, parts[0], true);
  if (parts.size() > 1) draft.acceptanceRate = numberIn(option, parts[1], false, 1);
  if (parts.size() > 2) draft.cost = numberIn(option, parts[2], false, 2);
  return draft;
}

}  // namespace

OptionValue valueIn(const OptionRow& option, const std::string& text) {
  const std::string word(trimmed(text));
  switch (option.type) {
    case ValueType::flag:
      return option.isOn;
    case ValueType::text:
      return text;
    case ValueType::texts:
      return std::vector<std::string>{text};
    case ValueType::whole:
      return numberIn(option, text, true);
    case ValueType::number:
      return numberIn(option, text);
    case ValueType::numbers:
      return numbersIn(option, text);
    case ValueType::wholeOrWord:
      if (const std::optional<double> meant = wordIn(option, text)) return *meant;
      return numberIn(option, text, true);
    case ValueType::tokens:
      if (const std::optional<double> meant = wordIn(option, word)) return *meant;
      return tokensIn(option, word);
    case ValueType::name:
      return nameIn(option, text);
    case ValueType::onOff:
      return onOrOff(option, text);
    case ValueType::shares:
      return sharesIn(option, text);
    case ValueType::fileType:
      return fileTypeIn(text);
    case ValueType::draft:
      return draftIn(option, text);
  }
  refuse(option);
}

bool isValue(const OptionRow& option, std::string_view text) {
  if (option.type == ValueType::onOff) return switchIn(text).has_value();
  return (!text.empty() && isDigits(text)) || isOf(option.words, lowered(text));
}

}  // namespace llmcalc
