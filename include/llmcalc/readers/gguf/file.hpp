// gguf/file.hpp: the model of a GGUF file, of the headers of all its parts. Refused is what no writer makes and an
// attacker might: tensors that overlap, are there twice or lie between blocks, and parts of another model.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <limits>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "llmcalc/ggml/types.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/readers/gguf.hpp"
#include "llmcalc/readers/gguf/walk.hpp"

namespace llmcalc::gguf {

// One part of a file, and how many bytes it has.
struct Part {
  std::string location;
  Header header;
  double bytes = 0;
};

// How the context was extended beyond the one first trained on.
struct Extension {
  std::string type;
  double factor = 0;
  std::optional<double> originalContextLength;
};

struct File {
  ModelSpec model;
  MeasuredWeights weights;  // for planMemory
  std::optional<std::string> name;
  std::string architecture;          // general.architecture
  std::optional<FileType> fileType;  // none for one that llama.cpp has no name for
  double parameters = 0;             // elements of all tensors
  double tensorBytes = 0;
  std::optional<Extension> extension;
  std::vector<std::string> locations;
  double version = 0;  // of the format
  double tensorCount = 0;
  bool complete = false;  // no part is shorter than its tensors
  double bytesRead = 0;
  double fileBytes = 0;
};

// For an architecture that is not known, a text to add to the refusal.
using ArchitectureHint = std::function<std::string(std::string_view architecture)>;

namespace detail {

inline constexpr double kMostExact = 9007199254740991.0;  // 2^53 - 1

template <typename T>
[[nodiscard]] const T* find(const Metadata& metadata, std::string_view key) {
  const auto found = metadata.find(key);
  return found == metadata.end() ? nullptr : std::get_if<T>(&found->second);
}

// Why a part is no part of a model's file; empty where it is one. `end` becomes where its last tensor ends.
[[nodiscard]] inline std::string checkPart(const Header& header, double& end) {
  double alignment = 32;
  const auto stated = header.metadata.find("general.alignment");
  if (stated != header.metadata.end()) {
    const auto* number = std::get_if<double>(&stated->second);
    const bool isPower = number && *number >= 1.0 && *number <= 65536.0 && isWhole(*number) &&
                         (static_cast<int>(*number) & (static_cast<int>(*number) - 1)) == 0;
    if (!isPower) return "general.alignment must be a power of two from 1 to 65536, got " + display(stated->second);
    alignment = *number;
  }
  constexpr std::array<std::pair<std::string_view, bool>, 7> kTyped = {{{"general.architecture", true},
                                                                        {"general.name", true},
                                                                        {"general.type", true},
                                                                        {"general.file_type", false},
                                                                        {"split.no", false},
                                                                        {"split.count", false},
                                                                        {"split.tensors.count", false}}};
  for (const auto& [key, isText] : kTyped) {
    const auto value = header.metadata.find(key);
    if (value == header.metadata.end()) continue;
    const bool is =
        isText ? std::holds_alternative<std::string>(value->second) : std::holds_alternative<double>(value->second);
    if (!is) {
      return std::string(key) + " must be a " + (isText ? "string" : "number") + ", got " + display(value->second);
    }
  }
  struct Place {
    std::string_view name;
    double start;
    double end;
  };
  std::vector<Place> places;
  std::set<std::string_view> names;
  for (std::size_t n = 0; n < header.tensors.size(); ++n) {
    const Tensor& tensor = header.tensors[n];
    const std::string shown = "tensor " + inQuotes(tensor.name);
    if (!names.insert(tensor.name).second) return shown + " is there twice";
    const Reading<double> bytes = bytesOf(tensor, n);
    if (!bytes) return bytes.refusal();
    if (!(tensor.offset <= kMostExact) || std::fmod(tensor.offset, alignment) != 0.0) {
      return shown + " is at offset " + formatNumber(tensor.offset) + ", no multiple of " + formatNumber(alignment);
    }
    places.push_back({tensor.name, tensor.offset, tensor.offset + *bytes});
  }
  std::stable_sort(places.begin(), places.end(), [](const Place& a, const Place& b) { return a.start < b.start; });
  for (std::size_t n = 1; n < places.size(); ++n) {
    if (places[n].start < places[n - 1].end) {
      return "tensors " + inQuotes(places[n - 1].name) + " and " + inQuotes(places[n].name) + " overlap";
    }
  }
  end = alignment * std::ceil(header.end / alignment) + (places.empty() ? 0.0 : places.back().end);
  return {};
}

// Architectures of llama.cpp that are no language model of their own; empty for others.
[[nodiscard]] inline std::string otherKind(std::string_view name) {
  const auto has = [&](std::string_view part) { return name.find(part) != std::string_view::npos; };
  if (name == "clip") return "a vision projector (--mmproj), not a language model";
  if (name.starts_with("eagle") || name.starts_with("dflash") || name.starts_with("medusa") ||
      name.ends_with("assistant")) {
    return "a draft, which runs beside the model that it drafts for: plan that model";
  }
  if (has("bert") || has("embed") || name == "t5encoder") {
    return "an encoder, which has no cache; planned are models that write text";
  }
  if (name == "t5") return "an encoder with a decoder; planned are models that write text";
  if (has("tokenizer") || has("tts") || has("codec")) {
    return "a model of speech or sound; planned are models that write text";
  }
  return {};
}

// Why parts are not all parts of one file; empty where they are. They are put in order.
[[nodiscard]] inline std::string joinParts(std::vector<Part>& parts) {
  const auto* declared = find<double>(parts[0].header.metadata, "split.count");
  const double count = declared ? *declared : 1.0;
  const auto given = static_cast<double>(parts.size());
  if (count != given && (count > 1.0 || given > 1.0)) {
    return "it is one of " + formatNumber(count) + " parts, and " + formatNumber(given) + " were given";
  }
  if (parts.size() == 1) return {};
  const auto numberOf = [](const Part& part) {
    const auto* number = find<double>(part.header.metadata, "split.no");
    return number && *number == *number ? *number : -1.0;
  };
  std::stable_sort(parts.begin(), parts.end(), [&](const Part& a, const Part& b) { return numberOf(a) < numberOf(b); });
  for (std::size_t i = 0; i < parts.size(); ++i) {
    bool isOther = numberOf(parts[i]) != static_cast<double>(i);
    // A part says whose it is, or nothing.
    for (const std::string_view key : {"general.architecture", "general.name", "split.count", "split.tensors.count"}) {
      const auto value = parts[i].header.metadata.find(key);
      if (value == parts[i].header.metadata.end()) continue;
      const auto first = parts[0].header.metadata.find(key);
      isOther = isOther || first == parts[0].header.metadata.end() || first->second != value->second;
    }
    if (isOther) return "its parts are not of one file";
  }
  return {};
}

[[nodiscard]] inline std::optional<Extension> extensionOf(const Metadata& metadata, const std::string& architecture) {
  const std::string prefix = architecture + ".rope.scaling.";
  const auto number = [&](std::string_view key) -> std::optional<double> {
    const auto* found = find<double>(metadata, prefix + std::string(key));
    return found && *found > 0.0 ? std::optional(*found) : std::nullopt;
  };
  const auto* type = find<std::string>(metadata, prefix + "type");
  const std::optional<double> factor = number("factor");
  if (!type || !factor || *factor == 1.0) return std::nullopt;
  return Extension{*type, *factor, number("original_context_length")};
}

}  // namespace detail

// The model of a file, given the headers of all its parts in any order. What is refused is said with the location of
// the part: "model.gguf: its parts are not of one file".
[[nodiscard]] inline Reading<File> tryFile(std::vector<Part> parts, const ArchitectureHint& hint = {}) {
  const auto fail = [&](const Part& part, const std::string& why) {
    return Reading<File>::refused(part.location + ": " + why);
  };
  if (parts.empty()) return Reading<File>::refused("there must be a file");
  File file;
  file.complete = true;
  for (const Part& part : parts) {
    double end = 0;
    const std::string wrong = detail::checkPart(part.header, end);
    if (!wrong.empty()) return fail(part, wrong);
    if (end > part.bytes) file.complete = false;
  }
  const std::string apart = detail::joinParts(parts);
  const auto refuse = [&](const std::string& why) { return fail(parts[0], why); };
  if (!apart.empty()) return refuse(apart);
  Metadata metadata = parts[0].header.metadata;
  std::vector<Tensor> tensors;
  std::set<std::string_view> names;
  for (const Part& part : parts) {
    tensors.insert(tensors.end(), part.header.tensors.begin(), part.header.tensors.end());
    for (const Tensor& tensor : part.header.tensors) names.insert(tensor.name);
    file.locations.push_back(part.location);
    file.bytesRead += part.header.bytesRead;
    file.fileBytes += part.bytes;
  }
  file.version = parts[0].header.version;
  file.tensorCount = static_cast<double>(tensors.size());
  const auto* total = detail::find<double>(metadata, "split.tensors.count");
  if (total && *total != file.tensorCount) {
    return refuse("it must have " + formatNumber(*total) + " tensors, got " + formatNumber(file.tensorCount));
  }
  if (names.size() < tensors.size()) return refuse("parts repeat a tensor");

  const auto* architecture = detail::find<std::string>(metadata, "general.architecture");
  if (!architecture) return refuse("general.architecture is missing");
  file.architecture = *architecture;
  const auto* type = detail::find<std::string>(metadata, "general.type");
  if (type && *type == "adapter") return refuse("it is an adapter, not a language model");
  const std::string shown = "general.architecture " + inQuotes(file.architecture);
  const std::string kind = detail::otherKind(file.architecture);
  if (!kind.empty()) return refuse(shown + " is " + kind);
  if (!findArchitecture(file.architecture)) {
    return refuse("general.architecture must be a known one, got " + inQuotes(file.architecture) +
                  (hint ? hint(file.architecture) : std::string()));
  }
  // A prediction block may be published alone, to be loaded beside the model.
  const auto begins = [&](std::string_view prefix) {
    return std::any_of(tensors.begin(), tensors.end(),
                       [&](const Tensor& tensor) { return tensor.name.starts_with(prefix); });
  };
  if (begins("blk.") && !begins("blk.0.")) return refuse("it has no first layer: it is a draft or a part of a model");
  for (std::size_t n = 0; n < tensors.size(); ++n) {
    double elements = 1;
    for (const double length : tensors[n].shape) elements *= length;
    file.parameters += elements;
    file.tensorBytes += *bytesOf(tensors[n], n);
  }
  if (file.parameters > detail::kMostExact || file.tensorBytes > detail::kMostExact) {
    return refuse("its tensors are more than can be counted");
  }
  const double tokens = parts[0].header.tokens;
  if (tokens == tokens) metadata.try_emplace(file.architecture + ".vocab_size", tokens);
  const Reading<ModelSpec> model = tryModelFromKeys(metadata, &tensors);
  if (!model) return refuse(model.refusal());
  file.model = *model;
  if (!tensors.empty()) file.weights = measuredWeights(file.model, tensors);
  if (const auto* name = detail::find<std::string>(metadata, "general.name")) file.name = *name;
  if (const auto* id = detail::find<double>(metadata, "general.file_type")) {
    for (std::size_t i = 0; i < kFileTypes.size(); ++i) {
      if (kFileTypes[i].id == *id) file.fileType = static_cast<FileType>(static_cast<std::uint8_t>(i));
    }
  }
  file.extension = detail::extensionOf(metadata, file.architecture);
  return file;
}

}  // namespace llmcalc::gguf
