#include "llmcalc/catalog.hpp"

#include <algorithm>
#include <stdexcept>
#include <string_view>

#include "catalog_data.hpp"
#include "json.hpp"
#include "search.hpp"
#include "spec_json.hpp"

namespace llmcalc::catalog {

namespace {

constexpr std::size_t kListed = 8;  // names in an error

std::string textOf(const Json& json, const char* key) {
  const Json& value = json.at(key);
  return value.is_string() ? value.get<std::string>() : std::string();
}

std::optional<double> numberOf(const Json& json, const char* key) {
  const Json& value = json.at(key);
  return value.is_number() ? std::optional(value.get<double>()) : std::nullopt;
}

std::vector<std::string> textsOf(const Json& json, const char* key) {
  return json.at(key).get<std::vector<std::string>>();
}

Model modelFromJson(const Json& json) {
  Model model{textOf(json, "name"),
              textsOf(json, "aliases"),
              textOf(json, "repository"),
              textOf(json, "modelType"),
              textOf(json, "unplannable"),
              textOf(json, "architecture"),
              isRecorded(textOf(json, "architecture")),
              {},
              {},
              textOf(json, "defaultFileType"),
              textOf(json, "releasedAs"),
              textsOf(json, "use"),
              textOf(json, "released"),
              textOf(json, "license")};
  if (model.unplannable.empty()) {
    model.spec = specFromJson(json.at("model"));
    Json shape = json.at("model");
    shape.erase("contextLength");
    model.shape = shape.dump();
  }
  return model;
}

Device deviceFromJson(const Json& json) {
  const Json& speed = json.at("speed");
  return {textOf(json, "name"),
          textsOf(json, "aliases"),
          textOf(json, "vendor"),
          textOf(json, "family"),
          textOf(json, "kind"),
          textOf(json, "memoryKind"),
          numberOf(json, "memory"),
          numberOf(json, "memorySold"),
          textOf(json, "memorySource"),
          numberOf(json, "bandwidth"),
          numberOf(json, "bandwidthGBs"),
          textOf(json, "backend"),
          numberOf(json, "multiprocessors").value_or(0.0),
          numberOf(speed, "shaderFlops").value_or(0.0),
          numberOf(speed, "halfFlops").value_or(0.0),
          numberOf(speed, "quantizedOps").value_or(0.0),
          textOf(json, "profileFamily"),
          textOf(json, "memoryType"),
          numberOf(json, "power"),
          numberOf(json, "releaseYear")};
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text.append(text.empty() ? "" : ", ").append(name);
  return text;
}

Named namedOf(const Model& model) { return {model.name, model.aliases, true, model.repository, {}, {}, {}, {}}; }
Named namedOf(const Device& device) {
  return {device.name, device.aliases, false, {}, device.vendor, device.family, device.kind, device.memorySold};
}

template <typename Item>
const Item& only(const std::string& what, const std::string& query, const std::vector<Item>& items) {
  std::vector<Named> named;
  named.reserve(items.size());
  for (const Item& item : items) named.push_back(namedOf(item));
  const std::vector<std::size_t> best = searchBest(query, named);
  if (best.size() == 1) return items[best.front()];
  const std::string quoted = display(query);
  if (best.empty()) {
    const std::vector<std::string> nearest = nearestNames(query, named);
    const std::string hint = nearest.empty() ? "nothing in it is like that" : "nearest: " + joined(nearest);
    throw std::invalid_argument(what + " must be in the catalogue, got " + quoted + "; " + hint);
  }
  std::vector<std::string> listed;
  for (std::size_t i = 0; i < best.size() && i < kListed; ++i) listed.push_back(items[best[i]].name);
  std::string text = what + " must name one, " + quoted + " could be " + joined(listed);
  if (best.size() > kListed) text += ", and " + std::to_string(best.size() - kListed) + " more";
  throw std::invalid_argument(text);
}

}  // namespace

bool isRecorded(const std::string& architecture) {
  const auto* const end = kRecordedArchitectures + kRecordedArchitecturesCount;
  return std::any_of(kRecordedArchitectures, end,
                     [&](std::string_view text) { return Json::parse(text).get<std::string>() == architecture; });
}

const std::vector<Model>& models() {
  static const std::vector<Model> all = [] {
    std::vector<Model> list;
    for (std::size_t i = 0; i < kModelsCount; ++i) list.push_back(modelFromJson(Json::parse(kModels[i])));
    return list;
  }();
  return all;
}

const std::vector<Device>& devices() {
  static const std::vector<Device> all = [] {
    std::vector<Device> list;
    for (std::size_t i = 0; i < kDevicesCount; ++i) list.push_back(deviceFromJson(Json::parse(kDevices[i])));
    return list;
  }();
  return all;
}

const Model& findModel(const std::string& query) { return only("model", query, models()); }
const Device& findDevice(const std::string& query) { return only("device", query, devices()); }

}  // namespace llmcalc::catalog
