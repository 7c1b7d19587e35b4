// readers/gguf.hpp: the keys and tensors of a GGUF header as a ModelSpec. The same code serves JavaScript.
//
//     llmcalc::gguf::Metadata keys = ...;                 // "general.architecture", "llama.block_count"
//     const auto model = llmcalc::gguf::tryModelFromKeys(keys, &tensors);
//     if (!model) std::puts(model.refusal().c_str());     // llama.block_count is missing
#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/readers/gguf/architectures.hpp"
#include "llmcalc/readers/gguf/header.hpp"
#include "llmcalc/readers/gguf/keys.hpp"
#include "llmcalc/readers/gguf/model.hpp"
#include "llmcalc/readers/gguf/tensors.hpp"

namespace llmcalc::gguf {

namespace detail {

// Values of a list as a KeyReader takes them.
[[nodiscard]] inline std::vector<double> numbersOf(const Value& value, KeyKind kind) {
  std::vector<double> numbers;
  if (const auto* list = std::get_if<std::vector<double>>(&value)) {
    for (const double number : *list) {
      // A negative number would be taken for what is true or false.
      const double element = number >= 0.0 ? number : kNothing;
      numbers.push_back(kind == KeyKind::number ? element : number == number && number != 0.0 ? 1.0 : 0.0);
    }
  } else if (const auto* flags = std::get_if<std::vector<bool>>(&value)) {
    for (const bool flag : *flags) {
      const double element = flag ? kTrue : kFalse;
      numbers.push_back(kind == KeyKind::number ? element : flag ? 1.0 : 0.0);
    }
  } else if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
    for (const std::string& text : *texts) {
      numbers.push_back(kind == KeyKind::number ? kNothing : text.empty() ? 0.0 : 1.0);
    }
  }
  return numbers;
}

[[nodiscard]] inline KeyValue valueOf(const Value& value, KeyKind kind, std::vector<double>& kept) {
  const bool isOne = std::holds_alternative<double>(value) || std::holds_alternative<bool>(value) ||
                     std::holds_alternative<std::string>(value);
  if (!isOne) {
    kept = numbersOf(value, kind);
    return {KeyValue::Form::list, kNothing, kept};
  }
  const auto* number = std::get_if<double>(&value);
  if (kind == KeyKind::flags || (kind == KeyKind::period && !number)) return {};
  return {KeyValue::Form::number, number ? *number : kNothing, {}};
}

[[nodiscard]] inline std::string refusalOf(const Metadata& metadata, std::string_view architecture,
                                           const Violation& violation) {
  const std::string key = std::string(architecture).append(".").append(violation.parameter);
  if (violation.requirement == kMissing) return key + " is missing";
  if (violation.requirement == kOnePerLayer) {
    return key + " must have " + formatNumber(violation.limit) + " elements, got " + formatNumber(violation.value);
  }
  std::string got = formatNumber(violation.value);
  const auto found = metadata.find(key);
  if (violation.requirement == kNumber && found != metadata.end()) {
    const bool isElement = violation.index == violation.index;
    got = isElement ? displayElement(found->second, asCount(violation.index)) : display(found->second);
  }
  return key + " must be " + std::string(violation.requirement) + ", got " + got;
}

// The name of the architecture, from its own key or from the others' prefix.
[[nodiscard]] inline std::string architectureOf(const Metadata& metadata) {
  const auto named = metadata.find("general.architecture");
  if (named != metadata.end()) {
    if (const auto* text = std::get_if<std::string>(&named->second)) return *text;
  }
  constexpr std::string_view kEnding = ".block_count";
  for (const auto& [key, value] : metadata) {
    if (key.ends_with(kEnding)) return key.substr(0, key.size() - kEnding.size());
  }
  return {};
}

[[nodiscard]] inline std::string knownArchitectures() {
  std::string names;
  for (const ArchitectureTraits& traits : kArchitectureTraits) {
    names.append(names.empty() ? "" : ", ").append(traits.name);
  }
  return names;
}

}  // namespace detail

// The model of a header: of a file with its tensors, or of keys alone. `tiedEmbeddings` wins over what the tensors say.
// Refused are an unknown architecture, and keys that are missing, too short or no numbers.
[[nodiscard]] inline Reading<ModelSpec> tryModelFromKeys(const Metadata& metadata,
                                                         const std::vector<Tensor>* tensors = nullptr,
                                                         std::optional<bool> tiedEmbeddings = std::nullopt) {
  using Refused = Reading<ModelSpec>;
  const std::string architecture = detail::architectureOf(metadata);
  if (architecture.empty()) return Refused::refused("general.architecture is missing");
  const ArchitectureTraits* traits = findArchitecture(architecture);
  if (!traits) {
    return Refused::refused("general.architecture must be one of " + detail::knownArchitectures() + ", got " +
                            inQuotes(architecture));
  }
  HeaderValues values;
  std::array<std::vector<double>, kKeys.size()> lists;
  for (std::size_t i = 0; i < kKeys.size(); ++i) {
    const auto found = metadata.find(architecture + "." + std::string(kKeys[i].name));
    if (found != metadata.end()) values.keys[i] = detail::valueOf(found->second, kKeys[i].kind, lists[i]);
  }
  const auto tokens = metadata.find("tokenizer.ggml.tokens");
  if (tokens != metadata.end()) {
    if (const auto* list = std::get_if<std::vector<std::string>>(&tokens->second)) {
      values.tokens = static_cast<double>(list->size());
    }
  }
  std::vector<double> blocks;
  if (tensors) values.tensors = factsOf(*tensors, blocks);
  const Result<ModelSpec> model = tryModel(*traits, values, tiedEmbeddings);
  if (!model) return Refused::refused(detail::refusalOf(metadata, architecture, model.violation()));
  return *model;
}

}  // namespace llmcalc::gguf
