#include "spec_json.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string_view>

#include "llmcalc/validation.hpp"

namespace llmcalc {

namespace {

// The fields of one object, with its name for messages.
class Fields {
 public:
  Fields(const Json& json, std::string_view name) : json_(json), name_(name) {
    if (!json.is_object()) fail("", "an object", json);
  }

  void operator()(const char* key, double& field) const {
    if (const Json* value = find(key)) field = number(key, *value);
  }

  void operator()(const char* key, bool& field) const {
    const Json* value = find(key);
    if (!value) return;
    if (!value->is_boolean()) fail(key, "a boolean", *value);
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
    fail(key, "one of " + all, *value);
  }

  // The elements of an array, of which at most `maximum` are of use; the count is checked by planMemory.
  [[nodiscard]] const Json& array(const char* key) const {
    const Json* value = find(key);
    if (!value) fail(key, "an array", Json());
    if (!value->is_array()) fail(key, "an array", *value);
    return *value;
  }

  [[nodiscard]] double number(const std::string& key, const Json& value) const {
    if (!value.is_number()) fail(key, "a number", value);
    return value.get<double>();
  }

 private:
  [[nodiscard]] const Json* find(const char* key) const {
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }

  [[noreturn]] void fail(const std::string& key, const std::string& requirement, const Json& value) const {
    std::string text("planMemory: ");
    text.append(name_);
    if (!key.empty()) text.append(".").append(key);
    throw std::invalid_argument(text.append(" must be ").append(requirement).append(", got ").append(value.dump()));
  }

  const Json& json_;
  std::string name_;
};

LayerGroup groupFromJson(const Json& json, std::size_t index) {
  const Fields field(json, "model.groups[" + std::to_string(index) + "]");
  LayerGroup g;
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
  field("indexerKeyLength", g.indexerKeyLength);
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
  field("expertHiddenLength", g.expertHiddenLength);
  field("perLayerEmbeddingLength", g.perLayerEmbeddingLength);
  field("vectorElements", g.vectorElements);
  field("expertVectorElements", g.expertVectorElements);
  field("furtherElements", g.furtherElements);
  field("unquantizedElements", g.unquantizedElements);
  return g;
}

void write(std::string& text, const Json& json, std::size_t depth) {
  const auto line = [&](std::size_t indent) { text.append("\n").append(2 * indent, ' '); };
  const bool object = json.is_object();
  if (json.is_number()) {
    text += formatNumber(json.get<double>());
  } else if (!object && !json.is_array()) {
    text += json.dump();
  } else if (json.empty()) {
    text += object ? "{}" : "[]";
  } else {
    text += object ? '{' : '[';
    bool first = true;
    for (const auto& [key, value] : json.items()) {
      if (!first) text += ',';
      first = false;
      line(depth + 1);
      if (object) text.append(Json(key).dump()).append(": ");
      write(text, value, depth + 1);
    }
    line(depth);
    text += object ? '}' : ']';
  }
}

}  // namespace

ModelSpec specFromJson(const Json& json) {
  const Fields field(json, "model");
  ModelSpec m;
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
  const Json& groups = field.array("groups");
  m.groupCount = static_cast<double>(groups.size());
  for (std::size_t i = 0; i < groups.size() && i < m.groups.size(); ++i) m.groups[i] = groupFromJson(groups[i], i);
  const Json& runs = field.array("runs");
  m.runCount = static_cast<double>(runs.size());
  for (std::size_t i = 0; i < runs.size() && i < m.runs.size(); ++i) {
    const std::string name = "runs[" + std::to_string(i) + "]";
    if (!runs[i].is_array() || runs[i].size() != 2) {
      throw std::invalid_argument("planMemory: model." + name + " must be a pair [group, count], got " +
                                  runs[i].dump());
    }
    m.runs[i] = {field.number(name, runs[i][0]), field.number(name, runs[i][1])};
  }
  return m;
}

std::string formatJson(const Json& json) {
  std::string text;
  write(text, json, 0);
  return text;
}

}  // namespace llmcalc
