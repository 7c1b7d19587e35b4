#include "search_text.hpp"

#include <cstdlib>
#include <iterator>
#include <optional>
#include <utility>

#include "text.hpp"

namespace llmcalc {

namespace {

constexpr std::size_t kLongest = 300;  // of a name; the rest is not read

// Of a device: companies, kinds of cards, and what drivers put around a name.
constexpr auto kNoise = std::to_array<std::string_view>(
    {"advanced",   "micro",  "devices",  "ati",         "inc",     "corporation", "corp",       "co",         "ltd",
     "r",          "tm",     "graphics", "card",        "video",   "vga",         "compatible", "controller", "series",
     "generation", "gen",    "edition",  "workstation", "desktop", "founders",    "lite",       "hash",       "rate",
     "lovelace",   "design", "with",     "chip",        "chipset", "model",       "device"});
// Words for a kind of device.
constexpr auto kKinds = std::to_array<std::pair<std::string_view, std::string_view>>({{"cpu", "cpu"},
                                                                                      {"cpus", "cpu"},
                                                                                      {"processor", "cpu"},
                                                                                      {"gpu", "gpu"},
                                                                                      {"gpus", "gpu"},
                                                                                      {"apu", "apu"},
                                                                                      {"apus", "apu"},
                                                                                      {"igpu", "apu"},
                                                                                      {"integrated", "apu"},
                                                                                      {"apple", "apple"},
                                                                                      {"mac", "apple"},
                                                                                      {"macbook", "apple"},
                                                                                      {"imac", "apple"},
                                                                                      {"macbookpro", "apple"},
                                                                                      {"macbookair", "apple"},
                                                                                      {"macstudio", "apple"},
                                                                                      {"macmini", "apple"}});
constexpr auto kMacModels = std::to_array<std::string_view>({"pro", "air", "studio", "mini"});
// The same in other words.
constexpr auto kSynonyms = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"laptop", "mobile"}, {"laptops", "mobile"}, {"notebook", "mobile"}, {"cores", "core"}, {"gib", "gb"}});

template <std::size_t kCount>
std::string_view valueOf(const std::array<std::pair<std::string_view, std::string_view>, kCount>& list,
                         std::string_view key, std::string_view otherwise) {
  const auto* const found = std::find_if(list.begin(), list.end(), [&](const auto& pair) { return pair.first == key; });
  return found == list.end() ? otherwise : found->second;
}

bool isHexadecimal(std::string_view text) {
  return text.size() == 4 && std::all_of(text.begin(), text.end(), [](char c) {
           return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
         });
}

// Whether lspci has it in brackets beside the name: vendors, and hexadecimal numbers of classes and devices.
bool isTag(const std::string& group) {
  constexpr auto kTags = std::to_array<std::string_view>({"amd/ati", "n/a", "not supported"});
  if (isIn(kTags, lowered(group)) || isHexadecimal(group)) return true;
  return group.size() == 9 && group[4] == ':' && isHexadecimal(group.substr(0, 4)) && isHexadecimal(group.substr(5));
}

bool hasDigit(const std::string& text) { return std::any_of(text.begin(), text.end(), isDigit); }

// "Radeon RX 7900 XT/7900 XTX" is two names, "GeForce RTX 4060 Max-Q / Mobile" too.
std::vector<std::string> alternativesOf(std::string_view text) {
  std::vector<std::string> all;
  std::string stem;
  for (const std::string& piece : split(text, '/')) {
    const std::string part(trimmed(piece));
    if (all.empty()) {
      stem = part;
      for (const std::string_view end : {" mobile", " max-q"}) {
        if (endsIn(stem, end)) {
          stem.resize(stem.size() - end.size());
          break;
        }
      }
      all.push_back(part);
    } else {
      all.push_back(hasDigit(part) ? part : std::string(stem).append(" ").append(part));
    }
  }
  std::vector<std::string> numbered;
  std::copy_if(all.begin(), all.end(), std::back_inserter(numbered), hasDigit);
  return numbered.empty() ? all : numbered;
}

struct Field {
  std::string number;
  std::string unit;
};

// A field that is a number, with its unit in lower case.
std::optional<Field> fieldOf(std::string_view text) {
  const std::string low = lowered(trimmed(text));
  const std::size_t end = std::min(low.find_first_not_of("0123456789."), low.size());
  if (end == 0) return std::nullopt;
  const std::string unit(trimmed(std::string_view{low}.substr(end)));
  constexpr auto kUnits = std::to_array<std::string_view>({"", "mib", "mb", "gib", "gb", "w", "%"});
  if (!isIn(kUnits, unit)) return std::nullopt;
  return Field{low.substr(0, end), unit};
}

std::string firstNumber(const std::string& text) {
  const auto first = std::find_if(text.begin(), text.end(), isDigit);
  return {first, std::find_if_not(first, text.end(), isDigit)};
}

}  // namespace

std::string readOf(std::string_view query) {
  std::string text;
  bool dropped = false;
  for (const char c : beginningOf(query, kLongest)) {
    const bool drops = static_cast<unsigned char>(c) > 0x7F;
    if (!drops) text += c;
    if (drops && !dropped) text += ' ';
    dropped = drops;
  }
  return text;
}

bool endsIn(std::string_view text, std::string_view end) { return lowered(text).ends_with(end); }
bool beginsIn(std::string_view text, std::string_view start) { return lowered(text).starts_with(start); }

Groups groupsOf(std::string_view text, char open, char close) {
  Groups found{{}, std::string(text)};
  for (;;) {
    const std::size_t end = found.rest.find(close);
    const std::size_t start = end == std::string::npos ? end : found.rest.rfind(open, end);
    if (start == std::string::npos) return found;
    found.groups.emplace_back(trimmed(std::string_view{found.rest}.substr(start + 1, end - start - 1)));
    found.rest = found.rest.substr(0, start) + " " + found.rest.substr(end + 1);
  }
}

std::vector<std::string> split(std::string_view text, char by) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == by)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

std::vector<std::string> wordsOf(std::string_view text) {
  std::vector<std::string> words;
  const std::string all = lowered(text);
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    if (isLetter(all[i])) {
      while (end < all.size() && isLetter(all[end])) ++end;
    } else if (isDigit(all[i])) {
      while (end < all.size() &&
             (isDigit(all[end]) || (all[end] == '.' && end + 1 < all.size() && isDigit(all[end + 1])))) {
        ++end;
      }
    } else {
      // The sign that ends a word is a word, too: Command-R+ is another model than Command R.
      const bool endsWord =
          i > 0 && isLetter(all[i - 1]) && (i + 1 == all.size() || (!isLetter(all[i + 1]) && !isDigit(all[i + 1])));
      if (all[i] == '+' && endsWord) words.emplace_back("plus");
      ++i;
      continue;
    }
    words.emplace_back(all, i, end - i);
    i = end;
  }
  return words;
}

std::vector<std::string> deviceTexts(std::string_view query) {
  std::vector<std::string> lines;
  for (const std::string& line : split(readOf(query), '\n')) {
    if (!trimmed(line).empty()) lines.emplace_back(trimmed(line));
  }
  std::string text = lines.empty() ? std::string() : lines.front();
  std::string suffix;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (lowered(lines[i]).find("cores") == std::string::npos) continue;
    if (const std::string number = firstNumber(lines[i]); !number.empty()) suffix = number + " core";
    break;
  }
  if (const std::size_t at = text.rfind("= "); at != std::string::npos) {
    text = text.substr(at + 1);
    if (text.starts_with(' ')) text.erase(0, 1);
  }
  if (const std::size_t at = text.find(": "); at != std::string::npos) text = text.substr(at + 2);
  const Groups bracketed = groupsOf(text, '[', ']');
  const auto named =
      std::find_if_not(bracketed.groups.rbegin(), bracketed.groups.rend(), [](const auto& g) { return isTag(g); });
  std::vector<std::string> fields;
  for (const std::string& field : split(bracketed.rest, ',')) {
    if (!trimmed(field).empty()) fields.push_back(field);
  }
  std::string kept;
  bool isFirst = true;
  for (const std::string& field : fields) {
    // Of a table: an index, megabytes, a driver's version.
    const std::optional<Field> number = fieldOf(field);
    if (!number || fields.size() == 1) {
      kept.append(isFirst ? "" : ",").append(field);
      isFirst = false;
      continue;
    }
    const auto& [digits, unit] = *number;
    if (unit == "gb" || unit == "gib") {
      suffix += " " + digits + " gb";
    } else if (unit == "mb" || unit == "mib" ||
               (unit.empty() && digits.size() >= 4 && digits.find('.') == std::string::npos)) {
      suffix += " " + digits + " mib";
    }
  }
  const bool isNamed = named != bracketed.groups.rend();
  std::vector<std::string> texts = alternativesOf(isNamed ? *named : kept);
  for (std::string& name : texts) name = std::string(trimmed(name.append(" ").append(suffix)));
  return texts;
}

Asked askedOf(std::string_view text) {
  Asked asked;
  Words words = wordsOf(text);
  for (std::string& word : words) word = valueOf(kSynonyms, word, word);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const std::string next = i + 1 < words.size() ? words[i + 1] : std::string();
    const std::string kind(valueOf(kKinds, word, ""));
    if (isNumber(word) && (next == "gb" || next == "mib")) {
      asked.sizes.push_back(std::strtod(word.c_str(), nullptr) / (next == "gb" ? 1.0 : 1024.0));
      ++i;
    } else if (isNumber(word) && next == "inch") {
      ++i;
    } else if (!kind.empty()) {
      if (asked.kind.empty() || asked.kind == "gpu") asked.kind = kind;
      if ((word == "mac" || word == "macbook") && isIn(kMacModels, next)) ++i;
    } else if (!isIn(kNoise, word)) {
      asked.words.push_back(word);
    }
  }
  return asked;
}

}  // namespace llmcalc
