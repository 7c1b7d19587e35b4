// What the tool's rules say, for tests that ask the npm tool's the same: each line of stdin is a JSON list, a rule and
// its arguments; each line of stdout the answer as JSON, or {"error": message}.
#include <exception>
#include <iostream>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "flat.hpp"
#include "json.hpp"
#include "keys.hpp"
#include "llmcalc/catalog.hpp"
#include "llmcalc/readers/gguf.hpp"
#include "names.hpp"
#include "options.hpp"
#include "overrides.hpp"
#include "quants.hpp"
#include "search.hpp"
#include "spec_json.hpp"
#include "text.hpp"

namespace {

using namespace llmcalc;

std::vector<std::string> textsOf(const Json& list) { return list.get<std::vector<std::string>>(); }

gguf::Value valueOf(const Json& json) {
  if (json.is_boolean()) return json.get<bool>();
  if (json.is_string()) return json.get<std::string>();
  if (!json.is_array()) return json.get<double>();
  if (!json.empty() && json[0].is_boolean()) return json.get<std::vector<bool>>();
  if (!json.empty() && json[0].is_string()) return json.get<std::vector<std::string>>();
  return json.get<std::vector<double>>();
}

// The numbers of a spec, in the order in which they cross to JavaScript.
struct Numbers {
  Json list = Json::array();

  template <typename T>
  void operator()(T& field) {
    if constexpr (std::is_class_v<T>) {
      flat::readFields(*this, field);
    } else {
      list.push_back(static_cast<double>(field));
    }
  }
};

Json modelFromKeys(const Json& keys, const Json& tied) {
  gguf::Metadata metadata;
  for (const auto& [key, value] : keys.items()) metadata[key] = valueOf(value);
  const std::optional<bool> isTied = tied.is_boolean() ? std::optional(tied.get<bool>()) : std::nullopt;
  const auto model = gguf::tryModelFromKeys(metadata, nullptr, isTied);
  if (!model) throw std::invalid_argument("modelFromGgufMetadata: " + model.refusal());
  ModelSpec spec = *model;
  Numbers numbers;
  flat::read(numbers, spec);
  return numbers.list;
}

Json answerTo(const Json& asked) {
  const auto rule = asked[0].get<std::string>();
  if (rule == "nearestKey") {
    const std::vector<std::string> known = textsOf(asked[2]);
    const auto nearest =
        nearestKey(asked[1].get<std::string>(), std::vector<std::string_view>(known.begin(), known.end()));
    return nearest ? Json(*nearest) : Json();
  }
  if (rule == "quantOf") {
    const Quant quant = quantOf(asked[1].get<std::string>());
    return {{"fileType", traits(quant.fileType).name},
            {"importanceMatrix", quant.importanceMatrix},
            {"note", quant.note.empty() ? Json() : Json(quant.note)}};
  }
  if (rule == "saidBy") {
    const auto text = asked[1].get<std::string>();
    const SaidName said = saidBy(text);
    const std::string place = placeOf(said, "TYPE");
    return {{"queries", said.queries},
            {"quant", said.quant ? Json(*said.quant) : Json()},
            {"place", place.empty() ? Json() : Json(place)},
            {"isRepository", isRepository(text)}};
  }
  if (rule == "overriddenLayers") {
    const double layers = overriddenLayers(textsOf(asked[1]), specFromJson(asked[2]));
    return layers == kEveryLayer ? Json("all") : Json(layers);
  }
  if (rule == "findDevice") return catalog::findDevice(asked[1].get<std::string>()).name;
  if (rule == "findModel") return catalog::findModel(asked[1].get<std::string>()).name;
  if (rule == "parseModelName") {
    const ModelName said = parseModelName(asked[1].get<std::string>());
    return {{"name", said.name}, {"quant", said.quant ? Json(*said.quant) : Json()}};
  }
  if (rule == "modelFromKeys") return modelFromKeys(asked[1], asked[2]);
  if (rule == "toFixed") return toFixed(asked[1].get<double>(), asked[2].get<int>());
  return {{"error", "no such rule"}};
}

}  // namespace

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    try {
      std::cout << answerTo(Json::parse(line)).dump() << '\n';
    } catch (const std::exception& error) {
      std::cout << Json({{"error", error.what()}}).dump() << '\n';
    }
  }
}
