#include "spec_json.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "keys.hpp"
#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"

namespace llmcalc {

namespace {

using Keys = std::vector<std::string_view>;

// The keys of an object, in the order of the table.
template <typename T>
Keys keysOf() {
  Keys keys;
  eachField<kFields<T>>([&](auto at) { keys.push_back(field::keyOf(at.kRow)); });
  return keys;
}

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

  // All of `object` that is no list.
  template <typename T>
  void read(T& object) const {
    eachField<kFields<T>>([&](auto at) {
      const auto& row = at.kRow;
      using Row = std::remove_cvref_t<decltype(row)>;
      if constexpr (field::kIsChoice<Row>) {
        choose(field::keyOf(row), object.*row.member, row.names);
      } else if constexpr (!field::kIsCount<Row>) {
        set(field::keyOf(row), object.*row.member);
      }
    });
  }

  [[nodiscard]] const Json& array(std::string_view key) const {
    const Json* value = find(key);
    if (!value || !value->is_array()) fail(nameOf(key), "an array", value ? display(*value) : "undefined");
    return *value;
  }

 private:
  void set(std::string_view key, double& field) const {
    if (const Json* value = find(key)) field = number(nameOf(key), *value);
  }

  void set(std::string_view key, bool& field) const {
    const Json* value = find(key);
    if (!value) return;
    if (!value->is_boolean()) fail(nameOf(key), "a boolean", display(*value));
    field = value->get<bool>();
  }

  template <typename Enum>
  void choose(std::string_view key, Enum& field, std::span<const std::string_view> names) const {
    const Json* value = find(key);
    if (!value) return;
    for (std::size_t i = 0; i < names.size() && value->is_string(); ++i) {
      if (value->get_ref<const std::string&>() == names[i]) {
        field = static_cast<Enum>(static_cast<std::uint8_t>(i));
        return;
      }
    }
    std::string all;
    for (const std::string_view name : names) all.append(all.empty() ? "" : ", ").append(name);
    fail(nameOf(key), "one of " + all, display(*value));
  }

  [[nodiscard]] const Json* find(std::string_view key) const {
    const auto found = json_.find(key);
    return found == json_.end() ? nullptr : &*found;
  }

  [[nodiscard]] std::string nameOf(std::string_view key) const { return std::string(name_).append(".").append(key); }

  const Json& json_;
  std::string name_;
};

LayerGroup groupFromJson(const Json& json, std::size_t index) {
  static const Keys known = keysOf<LayerGroup>();
  LayerGroup group;
  Fields(json, "model.groups[" + std::to_string(index) + "]", known).read(group);
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
  static const Keys known = keysOf<ModelSpec>();
  const Fields fields(json, "model", known);
  ModelSpec model;
  // More than there is room for is planMemory's to refuse.
  const Json& groups = fields.array("groups");
  const Json& runs = fields.array("runs");
  model.groupCount = static_cast<double>(groups.size());
  model.runCount = static_cast<double>(runs.size());
  fields.read(model);
  for (std::size_t i = 0; i < groups.size() && i < model.groups.size(); ++i) {
    model.groups[i] = groupFromJson(groups[i], i);
  }
  for (std::size_t i = 0; i < runs.size() && i < model.runs.size(); ++i) model.runs[i] = runFromJson(runs[i], i);
  return model;
}

}  // namespace llmcalc
