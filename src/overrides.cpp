#include "overrides.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <regex>
#include <stdexcept>
#include <string_view>

#include "json.hpp"
#include "options.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

constexpr const char* kOption = "--override-tensor";
constexpr std::size_t kLongestPattern = 1000;
constexpr std::size_t kShown = 100;

// Matrices of a layer beside its experts; a name here stands for all of its kind.
constexpr auto kOthers = std::to_array<std::string_view>(
    {"attn_norm",    "attn_q",         "attn_k",        "attn_v",    "attn_qkv",  "attn_output",
     "attn_q_a",     "attn_q_b",       "attn_kv_a_mqa", "attn_kv_b", "attn_k_b",  "attn_v_b",
     "ffn_norm",     "ffn_gate_inp",   "ffn_gate",      "ffn_up",    "ffn_down",  "ffn_gate_shexp",
     "ffn_up_shexp", "ffn_down_shexp", "ssm_in",        "ssm_out",   "ssm_conv1d"});

std::string shown(std::string_view text) { return inQuotes(beginningOf(text, kShown)); }

// Whether each layer has experts.
std::vector<bool> expertLayers(const ModelSpec& model) {
  std::vector<bool> layers;
  visitRuns(model, [&](int, int count, std::size_t group) {
    layers.insert(layers.end(), static_cast<std::size_t>(count), model.groups[group].expertCount > 0.0);
  });
  return layers;
}

void addPatterns(std::vector<std::regex>& patterns, const std::string& text) {
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(',', at), text.size());
    const std::string part = text.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = part.rfind('=');
    if (equals == std::string::npos || equals == 0 || equals + 1 == part.size()) {
      throw std::invalid_argument(std::string(kOption) + " must be PATTERN=CPU, got " + shown(part));
    }
    const std::string pattern = part.substr(0, equals);
    const std::string buffer = part.substr(equals + 1);
    if (buffer != "CPU") {
      throw std::invalid_argument(std::string(kOption) + ": only to CPU can be planned, got " + shown(buffer));
    }
    if (pattern.size() > kLongestPattern) {
      throw std::invalid_argument(std::string(kOption) + ": a pattern has at most " + std::to_string(kLongestPattern) +
                                  " characters");
    }
    try {
      patterns.emplace_back(pattern);
    } catch (const std::regex_error&) {
      throw std::invalid_argument(std::string(kOption) + ": " + shown(pattern) + " is not a regular expression");
    }
  }
}

}  // namespace

double overriddenLayers(const std::vector<std::string>& texts, const ModelSpec& model) {
  std::vector<std::regex> patterns;
  std::string all;
  for (const std::string& text : texts) {
    addPatterns(patterns, text);
    all.append(all.empty() ? "" : ",").append(text);
  }
  const auto isMoved = [&](const std::string& name) {
    return std::any_of(patterns.begin(), patterns.end(),
                       [&](const std::regex& pattern) { return std::regex_search(name, pattern); });
  };
  const std::string here = std::string(kOption) + " " + shown(all);
  const auto refuse = [&](const std::string& why) { throw std::invalid_argument(here + why + " (--n-cpu-moe)"); };
  const std::vector<bool> routed = expertLayers(model);
  std::vector<std::size_t> layers;
  for (std::size_t i = 0; i < routed.size(); ++i) {
    const std::string block = "blk." + std::to_string(i) + ".";
    for (const std::string_view part : kOthers) {
      const std::string name = block + std::string(part) + ".weight";
      if (isMoved(name)) refuse(" moves " + name + " too: only experts can be planned");
    }
    if (!routed[i]) continue;
    std::size_t moved = 0;
    constexpr std::size_t kParts = 3;
    for (const char* const part : {"gate", "up", "down"}) {
      moved += isMoved(block + "ffn_" + part + "_exps.weight") ? 1 : 0;
    }
    if (moved == kParts) {
      layers.push_back(i);
    } else if (moved > 0) {
      refuse(" moves a part of layer " + std::to_string(i) + "'s experts: only all of them can be planned");
    }
  }
  for (const char* const head : {"output.weight", "output_norm.weight"}) {
    if (isMoved(head)) refuse(std::string(" moves ") + head + " too: only experts can be planned");
  }
  const auto experts = static_cast<std::size_t>(std::count(routed.begin(), routed.end(), true));
  if (layers.empty()) {
    throw std::invalid_argument(
        here + " moves nothing: " + (experts > 0 ? "no name of an expert is like it" : "the model has no experts"));
  }
  const std::size_t last = layers.back();
  const auto end = routed.begin() + static_cast<std::ptrdiff_t>(last) + 1;
  if (layers.size() != static_cast<std::size_t>(std::count(routed.begin(), end, true))) {
    refuse(" leaves out layers before layer " + std::to_string(last) +
           ": only the experts of the first ones can be planned");
  }
  return layers.size() == experts ? kEveryLayer : static_cast<double>(last + 1);
}

}  // namespace llmcalc
