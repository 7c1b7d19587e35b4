#include "say.hpp"

namespace llmcalc {

std::string say(std::string_view sentence, std::initializer_list<std::pair<std::string_view, std::string>> values) {
  std::string said;
  while (!sentence.empty()) {
    const std::size_t open = sentence.find('{');
    const std::size_t close = sentence.find('}', open);
    said += sentence.substr(0, open);
    if (close == std::string_view::npos) break;
    const std::string_view name = sentence.substr(open + 1, close - open - 1);
    for (const auto& [known, value] : values) {
      if (known == name) said += value;
    }
    sentence.remove_prefix(close + 1);
  }
  return said;
}

}  // namespace llmcalc
