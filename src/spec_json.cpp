#include "spec_json.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "keys.hpp"
#include "llmcalc/validation.hpp"

namespace llmcalc {

namespace {

using Keys = std::vector<std::string_view>;

template <typename Field>
void visit(Field& field, LayerGroup& g) {
  field("attention", g.attention, kAttentions);
  field("headCount", g.headCount);
  field("kvHeadCount", g.kvHeadCount);
  field("keyLength", g.keyLength);
  field("valueLength", g.valueLength);
  field("sharesCache", g.sharesCache);
  field("valueFromKey", g.valueFromKey);
  field("fusedQKV", g.fusedQKV);
  field("gatedQuery", g.gatedQuery);
  field("queryLoraRank", g.queryLoraRank);
  field("kvLoraRank", g.kvLoraRank);
  field("ropeLength", g.ropeLength);
  field("mlaKeyLength", g.mlaKeyLength);
  field("mlaValueLength", g.mlaValueLength);
  field("recurrence", g.recurrence, kRecurrences);
  field("convolutionLength", g.convolutionLength);
  field("innerLength", g.innerLength);
  field("stateLength", g.stateLength);
  field("stateGroupCount", g.stateGroupCount);
  field("timeStepRank", g.timeStepRank);
  field("feedForward", g.feedForward, kFeedForwards);
  field("feedForwardLength", g.feedForwardLength);
  field("expertCount", g.expertCount);
  field("expertsUsed", g.expertsUsed);
  field("expertLength", g.expertLength);
  field("fusedExperts", g.fusedExperts);
  field("plainExperts", g.plainExperts);
  field("sharedExpertLength", g.sharedExpertLength);
  field("perLayerEmbeddingLength", g.perLayerEmbeddingLength);
  field("vectorElements", g.vectorElements);
  field("expertVectorElements", g.expertVectorElements);
  field("unquantizedElements", g.unquantizedElements);
  field("indexerKeyLength", g.indexerKeyLength);
  field("expertHiddenLength", g.expertHiddenLength);
  field("furtherElements", g.furtherElements);
}

template <typename Field>
void visit(Field& field, ModelSpec& m) {
  field("architecture", m.architecture, kArchitectures);
  field("vocabularySize", m.vocabularySize);
  field("hiddenSize", m.hiddenSize);
  field("layerCount", m.layerCount);
  field("contextLength", m.contextLength);
  field("slidingWindow", m.slidingWindow);
  field("tiedEmbeddings", m.tiedEmbeddings);
  field("is70B", m.is70B);
  field("perLayerEmbeddingLength", m.perLayerEmbeddingLength);
  field("outputVectorElements", m.outputVectorElements);
  field("outputUnquantizedElements", m.outputUnquantizedElements);
  field("firstLayerVectorElements", m.firstLayerVectorElements);
  field("firstLayerUnquantizedElements", m.firstLayerUnquantizedElements);
  field("predictionLayerCount", m.predictionLayerCount);
  field("predictionGroup", m.predictionGroup);
}

// The keys of an object, in the order in which they are visited.
class Names {
 public:
  template <typename... Rest>
  void operator()(std::string_view key, const Rest&... /*field*/) {
    keys_.push_back(key);
  }

  template <typename T>
  static Keys of(Keys more) {
    Names names;
    T object;
    visit(names, object);
    names.keys_.insert(names.keys_.end(), more.begin(), more.end());
    return names.keys_;
  }

 private:
  Keys keys_;
};

[[noreturn]] void fail(std::string_view name, std::string_view requirement, const std::string& got) {
  std::string text("planMemory: ");
  throw std::invalid_argument(text.append(name).append(" must be ").append(requirement).append(", got ").append(got));
}

double number(std::string_view name, const Json& value) {
  if (!value.is_number()) fail(name, "a number", display(value));
  return numberIn(value);
}

// The fields of one object, with its name for messages.
class Fields {
 public:
  Fields(const Json& json, std::string name, const Keys& known) : json_(json), name_(std::move(name)) {
    if (!json.is_object()) fail(name_, "an object", display(json));
    for (const auto& [key, value] : json.items()) {
      if (std::find(known.begin(), known.end(), key) != known.end()) continue;
      throw std::invalid_argument(unknownKey("planMemory: " + name_, key, known));
    }
  }

  void operator()(const char* key, double& field) const {
    if (const Json* value = find(key)) field = number(nameOf(key), *value);
  }

  void operator()(const char* key, bool& field) const {
    const Json* value = find(key);
    if (!value) return;
    if (!value->is_boolean()) fail(nameOf(key), "a boolean", display(*value));
    field = value->get<bool>();
  }

  template <typename Enum, std::size_t N>
  void operator()(const char* key, Enum& field, const std::array<std::string_view, N>& names) const {
    const Json* value = find(key);
    if (!value) return;
    for (std::size_t i = 0; i < N && value->is_string(); ++i) {
      if (value->get_ref<const std::string&>() == names[i]) {
        field = static_cast<Enum>(static_cast<std::uint8_t>(i));
        return;
      }
    }
    std::string all;
    for (const std::string_view name : names) all.append(all.empty() ? "" : ", ").append(name);
    fail(nameOf(key), "one of " + all, display(*value));
  }

  [[nodiscard]] const Json& array(const char* key) const {
    const Json* value = find(key);
    if (!value || !value->is_array()) fail(nameOf(key), "an array", value ? display(*value) : "undefined");
    return *value;
  }

 private:
  [[nodiscard]] const Json* find(const char* key) const {
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }

  [[nodiscard]] std::string nameOf(const char* key) const { return name_ + "." + key; }

  const Json& json_;
  std::string name_;
};

LayerGroup groupFromJson(const Json& json, std::size_t index) {
  static const Keys known = Names::of<LayerGroup>({});
  Fields field(json, "model.groups[" + std::to_string(index) + "]", known);
  LayerGroup group;
  visit(field, group);
  return group;
}

LayerRun runFromJson(const Json& json, std::size_t index) {
  const std::string name = "model.runs[" + std::to_string(index) + "]";
  if (!json.is_array()) fail(name, "a pair [group, count]", display(json));
  const auto element = [&](std::size_t i, const char* part) {
    return i < json.size() ? number(name + part, json[i]) : std::numeric_limits<double>::quiet_NaN();
  };
  return {element(0, ".group"), element(1, ".count")};
}

}  // namespace

ModelSpec specFromJson(const Json& json) {
  static const Keys known = Names::of<ModelSpec>({"groups", "runs"});
  Fields field(json, "model", known);
  ModelSpec model;
  // More than there is room for is planMemory's to refuse.
  const Json& groups = field.array("groups");
  const Json& runs = field.array("runs");
  model.groupCount = static_cast<double>(groups.size());
  model.runCount = static_cast<double>(runs.size());
  visit(field, model);
  for (std::size_t i = 0; i < groups.size() && i < model.groups.size(); ++i) {
    model.groups[i] = groupFromJson(groups[i], i);
  }
  for (std::size_t i = 0; i < runs.size() && i < model.runs.size(); ++i) model.runs[i] = runFromJson(runs[i], i);
  return model;
}

}  // namespace llmcalc
