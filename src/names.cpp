#include "names.hpp"

#include <algorithm>
#include <cstddef>
#include <regex>
#include <string_view>
#include <utility>

#include "text.hpp"

namespace llmcalc {

namespace {

// No name is longer, and std::regex takes the stack for every character.
constexpr std::size_t kLongest = 500;

std::regex pattern(const char* syntax) { return std::regex(syntax, std::regex::ECMAScript | std::regex::icase); }

std::string withoutHub(const std::string& text) {
  static const std::regex hub = pattern(R"(^(?:https?:\/\/)?(?:www\.)?(?:huggingface\.co|hf\.co)\/(?:models\/)?)");
  return text.size() > kLongest ? text : std::regex_replace(text, hub, "");
}

struct Parts {
  std::string user;
  std::string repository;
  std::optional<std::string> tag;
};

std::optional<Parts> partsOf(const std::string& text) {
  static const std::regex repository(R"(^([\w.-]+)\/([\w.-]+?)\/?(?::([\w.-]+))?$)");
  std::smatch found;
  if (text.size() > kLongest || !std::regex_match(text, found, repository)) return std::nullopt;
  return Parts{found[1], found[2], found[3].matched ? std::optional<std::string>(found[3]) : std::nullopt};
}

// A name, and the file type at its end: "-Q4_K_M", "-i1-IQ3_XS", "-UD-Q4_K_XL", "-qat".
std::pair<std::string, std::optional<std::string>> withoutType(const std::string& text) {
  static const std::regex type =
      pattern(R"(^(.+?)[\s:_-]((?:(?:i1|ud|qat)-)?(?:i?q\d\w*|tq\d\w*|bf16|f16|f32|fp16|mxfp4\w*|nvfp4)|qat)$)");
  std::smatch found;
  if (text.size() > kLongest || !std::regex_match(text, found, type)) return {text, std::nullopt};
  return {found[1], std::optional<std::string>(found[2])};
}

}  // namespace

bool isRepository(const std::string& text) {
  const std::string rest = withoutHub(text);
  return rest != text && partsOf(rest).has_value();
}

SaidName saidBy(const std::string& text) {
  const std::string plain(trimmed(text));
  SaidName said;
  const std::optional<Parts> parts = partsOf(withoutHub(plain));
  if (!parts) {
    const auto [name, type] = withoutType(plain);
    said.queries = {text};
    if (type) said.queries.push_back(name);
    said.quant = type;
    return said;
  }
  // "-i1" is a mark of importance matrices.
  static const std::regex gguf = pattern("(?:[-_.]i1)?[-_.]gguf$");
  const std::string base = std::regex_replace(parts->repository, gguf, "");
  const auto [name, type] = withoutType(base);
  for (const std::string& query : {parts->user + "/" + parts->repository, base, name}) {
    if (std::find(said.queries.begin(), said.queries.end(), query) == said.queries.end()) said.queries.push_back(query);
  }
  // ":latest" and ":main" name no type.
  const std::string tag = lowered(parts->tag.value_or("latest"));
  said.quant = tag == "latest" || tag == "main" ? type : parts->tag;
  said.isRepository = true;
  said.isGguf = base != parts->repository || parts->tag;
  said.address = "https://huggingface.co/" + parts->user + "/" + parts->repository + "/resolve/main";
  said.file = name;
  return said;
}

std::string placeOf(const SaidName& said, const std::string& quant) {
  if (!said.isRepository) return {};
  return said.address + (said.isGguf ? "/" + said.file + "-" + quant + ".gguf" : "/config.json");
}

}  // namespace llmcalc
