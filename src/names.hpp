// What the name of a model says beside the model: names of repositories on Hugging Face, as llama.cpp and ollama take
// them, may have a file type. The rules are those of js/cli/names.js; tests/native holds the two together.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace llmcalc {

struct SaidName {
  std::vector<std::string> queries;  // what the catalogue may know it by, the best first
  std::optional<std::string> quant;  // the file type it names
  // Of a repository: where it is, and what its files begin with by the custom of those who publish GGUF files.
  bool isRepository = false;
  bool isGguf = false;
  std::string address;
  std::string file;
};

// Whether it is a repository on Hugging Face, by its address.
[[nodiscard]] bool isRepository(const std::string& text);

[[nodiscard]] SaidName saidBy(const std::string& text);

// Where a file of that type would be, or its config.json; empty for what is no repository.
[[nodiscard]] std::string placeOf(const SaidName& said, const std::string& quant);

}  // namespace llmcalc
