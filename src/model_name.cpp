#include <algorithm>
#include <array>
#include <optional>

#include "search_text.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

// What a file's type looks like in a name.
bool isQuant(std::string_view text) {
  std::string low = lowered(text);
  if (low.starts_with("ud-") || low.starts_with("i1-")) low.erase(0, 3);
  constexpr auto kWhole =
      std::to_array<std::string_view>({"f16", "bf16", "fp16", "f32", "mxfp4", "mxfp4_moe", "nvfp4"});
  if (isIn(kWhole, low)) return true;
  if (low.size() == 5 && low.starts_with("tq") && isDigit(low[2]) && low[3] == '_' && isDigit(low[4])) return true;
  if (low.starts_with('i')) low.erase(0, 1);
  if (low.size() < 2 || low[0] != 'q' || !isDigit(low[1])) return false;
  // Groups behind dashes, none of them empty.
  const std::vector<std::string> groups = split(low.substr(2), '_');
  return groups.front().empty() && std::all_of(groups.begin() + 1, groups.end(), [](const std::string& group) {
           return !group.empty() &&
                  std::all_of(group.begin(), group.end(), [](char c) { return isLetter(c) || isDigit(c); });
         });
}

void dropBeginning(std::string& name, std::string_view beginning) {
  if (beginsIn(name, beginning)) name.erase(0, beginning.size());
}
bool dropEnd(std::string& name, std::string_view end) {
  if (!endsIn(name, end)) return false;
  name.resize(name.size() - end.size());
  return true;
}
void makeBare(std::string& name) {
  for (const std::string_view end : {"-gguf", "_gguf", ".gguf"}) {
    if (dropEnd(name, end)) break;
  }
  dropEnd(name, "-i1");
}

}  // namespace

ModelName parseModelName(std::string_view text) {
  std::string name(trimmed(readOf(text)));
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (beginsIn(name, scheme)) {
      dropBeginning(name, scheme);
      break;
    }
  }
  for (const std::string_view host : {"hf.co/", "huggingface.co/", "ollama.com/library/", "www.hf.co/",
                                      "www.huggingface.co/", "www.ollama.com/library/"}) {
    if (beginsIn(name, host)) {
      dropBeginning(name, host);
      break;
    }
  }
  dropEnd(name, ".gguf");
  dropEnd(name, ":latest");
  std::optional<std::string> quant;
  if (const std::size_t tag = name.rfind(':'); tag != std::string::npos && isQuant(name.substr(tag + 1))) {
    quant = name.substr(tag + 1);
    name.resize(tag);
  }
  makeBare(name);
  for (std::size_t cut = 1; !quant && cut < name.size(); ++cut) {
    // The longest type at the end: "UD-Q4_K_XL" before "Q4_K_XL".
    if (std::string_view("-.: ").find(name[cut - 1]) != std::string_view::npos && isQuant(name.substr(cut))) {
      quant = name.substr(cut);
      name.resize(cut - 1);
    }
  }
  makeBare(name);
  return {name, quant};
}

}  // namespace llmcalc
