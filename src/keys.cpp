#include "keys.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>

#include "text.hpp"

namespace llmcalc {

namespace {

constexpr std::size_t kCompared = 100;  // of a key, in UTF-16

struct Called {
  std::string_view key;
  std::string_view name;
};

// What people call a key that has another name here.
constexpr auto kCalled = std::to_array<Called>({
    {"contextLength", "ctx"},        {"contextLength", "ctxsize"}, {"contextLength", "nctx"},
    {"contextLength", "maxcontext"}, {"microBatchSize", "ubatch"}, {"sequences", "parallel"},
    {"sequences", "slots"},          {"sequences", "np"},          {"fileType", "quant"},
    {"fileType", "quantization"},    {"fileType", "quantisation"}, {"fileType", "type"},
    {"fileType", "ftype"},           {"fileType", "precision"},    {"gpuLayers", "ngl"},
    {"gpuLayers", "offload"},        {"gpuLayers", "layers"},      {"cpuMoeLayers", "ncmoe"},
    {"cpuMoeLayers", "ncpumoe"},     {"cacheTypeK", "kv"},         {"cacheTypeK", "kvtype"},
    {"cacheTypeK", "cachetype"},     {"cacheTypeK", "ctk"},        {"cacheTypeV", "ctv"},
    {"cachedTokens", "depth"},       {"memory", "vram"},           {"hostMemory", "ram"},
});

// Letters and digits in lower case.
std::string bare(std::string_view text) {
  // The two characters of Unicode beyond ASCII whose lower case is a letter of it: the Kelvin sign and I with a dot.
  constexpr std::string_view kKelvin = "\u212A";
  constexpr std::string_view kDotted = "\u0130";
  std::string letters;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) letters += c;
    if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
    if (text.substr(i).starts_with(kKelvin)) letters += 'k';
    if (text.substr(i).starts_with(kDotted)) letters += 'i';
  }
  return letters;
}

std::set<std::string> pairsOf(std::string_view text) {
  const std::string letters = bare(text);
  std::set<std::string> pairs;
  for (std::size_t i = 0; i < letters.size(); ++i) pairs.insert(letters.substr(i, 2));
  return pairs;
}

}  // namespace

std::optional<std::string_view> nearestKey(std::string_view key, std::span<const std::string_view> known) {
  const std::string whole = bare(key);
  const std::set<std::string> asked = pairsOf(beginningOf(key, kCompared));
  std::optional<std::string_view> nearest;
  double most = 0;
  for (const std::string_view candidate : known) {
    const bool called = std::any_of(kCalled.begin(), kCalled.end(),
                                    [&](const Called& entry) { return entry.key == candidate && entry.name == whole; });
    if (called) return candidate;
    const std::set<std::string> pairs = pairsOf(candidate);
    const auto common = std::count_if(asked.begin(), asked.end(), [&](const auto& pair) { return pairs.count(pair); });
    const double share = static_cast<double>(common) / static_cast<double>(asked.size() + pairs.size());
    if (share > most) {
      nearest = candidate;
      most = share;
    }
  }
  return nearest;
}

std::string unknownKey(std::string_view place, std::string_view key, std::span<const std::string_view> known) {
  std::string text(place);
  text.append(".").append(beginningOf(key, kCompared)).append(" is not known; ");
  if (const auto near = nearestKey(key, known)) return text.append("did you mean ").append(*near).append("?");
  text += "known are ";
  for (std::size_t i = 0; i < known.size(); ++i) text.append(i == 0 ? "" : ", ").append(known[i]);
  return text;
}

}  // namespace llmcalc
