#include "quants.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "json.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

struct Alias {
  std::string_view name;
  FileType type;
};

// Other names of a type: llama-quantize's own, those of other tools, and repacked ones of the same bytes.
constexpr auto kAliases = std::to_array<Alias>({
    {"q3k", FileType::Q3_K_M},
    {"q4k", FileType::Q4_K_M},
    {"q5k", FileType::Q5_K_M},
    {"mxfp4", FileType::MXFP4_MOE},
    {"fp32", FileType::F32},
    {"float32", FileType::F32},
    {"fp16", FileType::F16},
    {"float16", FileType::F16},
    {"half", FileType::F16},
    {"bfloat16", FileType::BF16},
    {"q4044", FileType::Q4_0},
    {"q4048", FileType::Q4_0},
    {"q4088", FileType::Q4_0},
});

// What people mean by bits alone, most of them.
constexpr auto kByBits = std::to_array<Alias>({
    {"1", FileType::IQ1_M},
    {"2", FileType::Q2_K},
    {"3", FileType::Q3_K_M},
    {"4", FileType::Q4_K_M},
    {"5", FileType::Q5_K_M},
    {"6", FileType::Q6_K},
    {"8", FileType::Q8_0},
    {"16", FileType::F16},
    {"32", FileType::F32},
});

// No name of a type is longer, and std::regex takes the stack for every character.
constexpr std::size_t kLongest = 200;
constexpr std::size_t kQuoted = 100;
constexpr std::string_view kSeparators = " \t\n\v\f\r_-";

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isSeparator(char c) { return kSeparators.find(c) != std::string_view::npos; }

std::string_view nameOf(FileType type) { return traits(type).name; }

// "q4-k m" and "Q4_K_M" are one.
std::string bare(std::string_view text) {
  std::string letters = lowered(text);
  letters.erase(std::remove_if(letters.begin(), letters.end(), [](char c) { return c == '.' || isSeparator(c); }),
                letters.end());
  return letters;
}

std::optional<FileType> known(std::string_view text) {
  const std::string name = bare(text);
  for (std::size_t i = 0; i < kFileTypes.size(); ++i) {
    if (bare(kFileTypes[i].name) == name) return static_cast<FileType>(i);
  }
  for (const Alias& alias : kAliases) {
    if (alias.name == name) return alias.type;
  }
  return std::nullopt;
}

// Of a name whose size no rule gives, what it is.
std::string withoutRule(const std::string& text) {
  struct Without {
    std::regex pattern;
    const char* what;
  };
  static const std::array<Without, 4> all = [] {
    const auto pattern = [](const char* syntax) {
      return std::regex(syntax, std::regex::ECMAScript | std::regex::icase);
    };
    return std::array<Without, 4>{{
        {pattern("(?:^|[\\s_-])ud[\\s_-]|^q8_k_xl$"), "is Unsloth's mix, another one for each model"},
        {pattern("^q[2-6]_k_(?:xl|l)$"), "is a publisher's mix, with the token embedding and the head in Q8_0"},
        {pattern("^iq\\d_(?:k|ks|kss|kl|kt)$|_r[48]$|^q6_0$"), "is of ik_llama.cpp, which llama.cpp does not read"},
        {pattern("^(?:awq|gptq|exl[23]|hqq|nf4|bnb|fp8|f8|w\\d+a\\d+|mlx|autoround)"), "is no type of GGUF files"},
    }};
  }();
  for (const Without& without : all) {
    if (std::regex_search(text, without.pattern)) return without.what;
  }
  return {};
}

// What follows one of `beginnings` and separators; none where there are none.
std::optional<std::string_view> behind(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  const std::string low = lowered(text);
  for (const std::string_view beginning : beginnings) {
    if (!low.starts_with(beginning)) continue;
    const std::size_t rest = text.find_first_not_of(kSeparators, beginning.size());
    if (rest != beginning.size()) return rest == std::string_view::npos ? std::string_view{} : text.substr(rest);
  }
  return std::nullopt;
}

// `text` without "qat", where that is a word of it.
std::optional<std::string> withoutQat(std::string_view text) {
  const std::string low = lowered(text);
  for (std::size_t at = 0; (at = low.find("qat", at)) != std::string::npos; ++at) {
    const bool begins = at == 0 || isSeparator(low[at - 1]);
    const bool ends = at + 3 == low.size() || isSeparator(low[at + 3]);
    if (!begins || !ends) continue;
    // The first one goes, a word or not.
    std::string rest(text);
    rest.erase(low.find("qat"), 3);
    const std::size_t first = rest.find_first_not_of(kSeparators);
    if (first == std::string::npos) return std::string();
    return rest.substr(first, rest.find_last_not_of(kSeparators) - first + 1);
  }
  return std::nullopt;
}

// The bits that a name says: "q4", "iq 3 xx", "int8".
std::string bitsIn(std::string_view text) {
  const std::string low = lowered(text);
  std::size_t at = 0;
  for (const std::string_view prefix : {"iq", "tq", "q", "int", "fp", "f"}) {
    if (!low.starts_with(prefix)) continue;
    at = prefix.size();
    break;
  }
  at = low.find_first_not_of(kSeparators, at);
  if (at == std::string::npos) return {};
  std::size_t end = at;
  while (end < low.size() && isDigit(low[end])) ++end;
  return end - at > 2 ? std::string() : low.substr(at, end - at);
}

std::string joined(const std::vector<FileType>& types) {
  std::string text;
  for (const FileType type : types) text.append(text.empty() ? "" : ", ").append(nameOf(type));
  return text;
}

[[noreturn]] void refuse(const std::string& asked) {
  const std::string shown = inQuotes(beginningOf(asked, kQuoted)) + " is not a file type; ";
  std::vector<FileType> all(kFileTypes.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<FileType>(i);
  std::string text(trimmed(asked));
  if (lowered(text).ends_with(".gguf")) text.resize(text.size() - std::string_view(".gguf").size());
  const std::string bits = bitsIn(text);
  const auto* const usual =
      std::find_if(kByBits.begin(), kByBits.end(), [&](const Alias& alias) { return alias.name == bits; });
  if (usual == kByBits.end()) throw std::invalid_argument(shown + "known are " + joined(all));

  std::vector<FileType> alike;
  std::copy_if(all.begin(), all.end(), std::back_inserter(alike), [&](FileType type) {
    const std::string_view name = nameOf(type);
    const std::string_view rest = name.substr(name.find_first_of("0123456789"));
    return rest.starts_with(bits) && (rest.size() == bits.size() || rest[bits.size()] == '_');
  });
  // "int4" and "f4" begin as "q4" does.
  std::string written = bare(text);
  for (const std::string_view prefix : {"int", "fp", "f"}) {
    if (!written.starts_with(prefix) || written.size() == prefix.size() || !isDigit(written[prefix.size()])) continue;
    written.replace(0, prefix.size(), "q");
    break;
  }
  if (isDigit(written.front())) written.insert(0, "q");
  const auto shared = [&](FileType type) {
    const std::string name = bare(nameOf(type));
    const auto apart = std::mismatch(written.begin(), written.end(), name.begin(), name.end());
    return apart.first - written.begin();
  };
  std::ptrdiff_t most = 0;
  for (const FileType type : alike) most = std::max(most, shared(type));
  const bool isUsual = std::find(alike.begin(), alike.end(), usual->type) != alike.end() && shared(usual->type) == most;
  const FileType meant =
      isUsual ? usual->type
              : *std::find_if(alike.begin(), alike.end(), [&](FileType type) { return shared(type) == most; });
  std::string said = shown + "did you mean " + std::string(nameOf(meant)) + "?";
  alike.erase(std::find(alike.begin(), alike.end(), meant));
  if (!alike.empty()) said += " Others of " + bits + " bits: " + joined(alike) + ".";
  throw std::invalid_argument(said);
}

}  // namespace

Quant quantOf(const std::string& asked) {
  std::string text(trimmed(asked));
  if (lowered(text).ends_with(".gguf")) text.resize(text.size() - std::string_view(".gguf").size());
  if (const auto type = known(text)) return {*type, false, {}};
  if (text.size() <= kLongest) {
    const std::string without = withoutRule(text);
    if (!without.empty()) {
      throw std::invalid_argument(
          inQuotes(beginningOf(asked, kQuoted)) + " " + without +
          ": it is not planned by its name; give the file or its address as the model (only its "
          "header is read)");
    }
  }
  // "i1-" is how mradermacher marks an importance matrix.
  if (const auto rest = behind(text, {"i1", "imatrix", "imat"})) {
    if (const auto type = known(*rest)) return {*type, true, {}};
  }
  if (const auto rest = withoutQat(text)) {
    const FileType type = quantOf(rest->empty() ? "Q4_0" : *rest).fileType;
    std::string note("A QAT file of ");
    note.append(nameOf(type)).append(" may keep its token embedding in more bits: its address gives its exact size.");
    return {type, false, note};
  }
  refuse(asked);
}

}  // namespace llmcalc
