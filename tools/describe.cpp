// describe: prints the tables of llmcalc's structs as JSON, of which scripts/make-layout.mjs makes the files of other
// languages.
#include <array>
#include <cstdio>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include "llmcalc/answer/speed_fields.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/calibration.hpp"
#include "llmcalc/engines/names.hpp"
#include "llmcalc/fit.hpp"
#include "llmcalc/inverse.hpp"
#include "llmcalc/machine/assumptions.hpp"
#include "llmcalc/machine/backend_of.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/memory.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/readers/gguf/architectures.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/sweep.hpp"

namespace {

using namespace llmcalc;

struct List {
  std::string_view name;
  std::span<const std::string_view> names;
};

// In the order of js/generated/layout.js.
constexpr std::array<List, 19> kLists = {{
    {"architecture", kArchitectures},
    {"attention", kAttentions},
    {"recurrence", kRecurrences},
    {"feedForward", kFeedForwards},
    {"fileType", kFileTypeNames},
    {"cacheType", kCacheTypeNames},
    {"backend", kBackends},
    {"memoryKind", kMemoryKinds},
    {"stage", kStages},
    {"verdict", kVerdicts},
    {"sweepAxis", kSweepAxes},
    {"engine", kEngines},
    {"speculation", llama_cpp::kSpeculations},
    {"evidence", kEvidences},
    {"limit", kLimits},
    {"split", kSplits},
    {"metric", kMetrics},
    {"qkNorm", gguf::kQkNorms},
    {"mixing", gguf::kMixings},
}};

std::string quoted(std::string_view text) { return std::string("\"").append(text).append("\""); }

// Elements of an array or members of an object.
class Sequence {
 public:
  explicit Sequence(std::string_view open) : text_(open) {}

  void add(const std::string& element) {
    text_.append(isFirst_ ? "" : ",").append("\n").append(element);
    isFirst_ = false;
  }
  [[nodiscard]] std::string closed(std::string_view close) const { return text_ + std::string(close); }

 private:
  std::string text_;
  bool isFirst_ = true;
};

std::string listOf(std::span<const std::string_view> names) {
  for (const List& list : kLists) {
    if (list.names.data() == names.data()) return quoted(list.name);
  }
  return "null";  // make-layout.mjs refuses it
}

// What kind of row it is, and the default that the struct has.
template <typename Row, typename T>
std::string described(const Row& row, const T& object) {
  using namespace llmcalc::field;
  std::string text = std::string(R"({"name": )").append(quoted(row.name)).append(R"(, "key": )");
  text += quoted(keyOf(row));
  const auto kind = [&](std::string_view name) { text.append(R"(, "kind": )").append(quoted(name)); };
  const auto fallback = [&](double value) { text.append(R"(, "default": )").append(formatNumber(value)); };
  if constexpr (kIsPart<Row>) {
    kind("part");
    text.append(R"(, "length": )")
        .append(
            std::to_string(std::tuple_size_v<
                           std::remove_cvref_t<decltype(kFields<std::remove_cvref_t<decltype(object.*row.member)>>)>>));
  } else if constexpr (kIsChoice<Row>) {
    kind("choice");
    text.append(R"(, "list": )").append(listOf(row.names));
    fallback(static_cast<double>(object.*row.member));
  } else if constexpr (requires { (object.*row.member).has_value(); }) {
    kind("optional");
  } else if constexpr (requires { (object.*row.member).back(); }) {
    kind("each");
    fallback((object.*row.member).back());
  } else if constexpr (kIsFlag<Row>) {
    kind("flag");
    fallback(object.*row.member ? 1.0 : 0.0);
  } else {
    kind(kIsCount<Row> ? "count" : "number");
    fallback(object.*row.member);
    if constexpr (requires { row.range->minimum; }) {
      if (row.isRanged) text.append(R"(, "minimum": )").append(formatNumber(row.range->minimum));
    }
  }
  return text + "}";
}

template <typename T, const auto& rows = kFields<T>>
std::string table(std::string_view name) {
  const T object{};
  Sequence fields("[");
  eachField<rows>([&](auto at) { fields.add("    " + described(at.kRow, object)); });
  return "  " + quoted(name) + ": " + fields.closed("\n  ]");
}

// Of a table that is an array the names alone.
template <typename Rows>
std::string names(std::string_view name, const Rows& rows) {
  Sequence fields("[");
  for (const auto& row : rows) fields.add("    {\"key\": " + quoted(row.name) + "}");
  return "  " + quoted(name) + ": " + fields.closed("\n  ]");
}

// Of an architecture what is not the default.
std::string architecture(const gguf::ArchitectureTraits& traits) {
  const gguf::ArchitectureTraits usual{};
  std::string text = "  {\"name\": " + quoted(traits.name);
  if (!traits.like.empty()) text += ", \"like\": " + quoted(traits.like);
  eachField<kFields<gguf::ArchitectureTraits>>([&](auto at) {
    const auto value = traits.*at.kRow.member;
    if (value == usual.*at.kRow.member) return;
    text += ", " + quoted(at.kRow.name) + ": ";
    if constexpr (field::kIsChoice<std::remove_cvref_t<decltype(at.kRow)>>) {
      text += quoted(at.kRow.names[static_cast<std::size_t>(value)]);
    } else if constexpr (field::kIsFlag<std::remove_cvref_t<decltype(at.kRow)>>) {
      text += value ? "true" : "false";
    } else {
      text += formatNumber(value);
    }
  });
  return text + "}";
}

std::string number(std::string_view name, double value) { return "  " + quoted(name) + ": " + formatNumber(value); }

}  // namespace

int main() {
  Sequence lists("{");
  for (const List& list : kLists) {
    Sequence names("[");
    for (const std::string_view name : list.names) names.add("    " + quoted(name));
    lists.add("  " + quoted(list.name) + ": " + names.closed("\n  ]"));
  }
  Sequence tables("{");
  tables.add(table<LayerGroup>("LayerGroup"));
  tables.add(table<LayerRun>("LayerRun"));
  tables.add(table<ModelSpec>("ModelSpec"));
  tables.add(table<Runtime>("Runtime"));
  tables.add(table<Runtime, kGpuFields<Runtime>>("RuntimeGpu"));
  tables.add(table<CacheCells>("CacheCells"));
  tables.add(table<MemoryPlan>("MemoryPlan"));
  tables.add(table<DeviceMemory, kTotalFields>("DeviceTotal"));
  tables.add(table<DeviceMemory, kLoadFields>("DeviceLoad"));
  tables.add(table<DeviceMemory, kPartFields>("DeviceParts"));
  tables.add(table<DeviceMemory, kStageFields>("DeviceStage"));
  tables.add(table<Machine>("Machine"));
  tables.add(table<Machine, kGpuFields<Machine>>("MachineGpu"));
  tables.add(table<Fit>("Fit"));
  tables.add(table<DeviceFit>("DeviceFit"));
  tables.add(table<Device>("Device"));
  tables.add(table<Hardware>("Hardware"));
  tables.add(table<Workload>("Workload"));
  tables.add(table<Measurement>("Measurement"));
  tables.add(table<SpeedProfile>("SpeedProfile"));
  tables.add(table<Spread>("Spread"));
  tables.add(table<Band>("Band"));
  tables.add(table<SpeedTerms>("SpeedTerms"));
  tables.add(table<SpeedEstimate, kBandFields>("SpeedBands"));
  tables.add(table<SpeedEstimate, kTermFields>("SpeedPhases"));
  tables.add(table<SpeedEstimate, kReasonFields>("SpeedReasons"));
  tables.add(names("ProfileNumbers", kProfileFields));
  tables.add(names("ProfileCosts", kProfileCosts));
  tables.add(names("ProfileSpreads", kProfileSpreadFields));
  tables.add(table<CommonRuntime>("CommonRuntime"));
  tables.add(table<llama_cpp::Options>("LlamaCppOptions"));
  tables.add(table<vllm::Options>("VllmOptions"));
  tables.add(table<AssumedHost>("AssumedHost"));
  tables.add(table<ModelFit>("ModelFit"));
  tables.add(table<ContextFit>("ContextFit"));
  tables.add(table<gguf::ArchitectureTraits>("ArchitectureTraits"));
  Sequence architectures("[");
  for (const gguf::ArchitectureTraits& traits : gguf::kArchitectureTraits) architectures.add(architecture(traits));
  Sequence fileTypes("[");
  for (const FileTypeTraits& type : kFileTypes) {
    fileTypes.add("  {\"name\": " + quoted(type.name) + ", \"id\": " + formatNumber(type.id) + "}");
  }
  Sequence offered("[");
  for (const FileType type : kOfferedTypes) offered.add("  " + quoted(traits(type).name));
  Sequence final("[");
  Sequence importance("[");
  for (std::size_t i = 0; i < kFileTypes.size(); ++i) {
    if (isFinal(static_cast<FileType>(i))) final.add("  " + quoted(kFileTypes[i].name));
    if (needsImportanceMatrix(static_cast<FileType>(i))) importance.add("  " + quoted(kFileTypes[i].name));
  }
  Sequence tensorTypes("[");
  for (const TensorTypeTraits& type : kTensorTypes) {
    tensorTypes.add("  {\"name\": " + quoted(type.name) + ", \"traits\": [" + formatNumber(type.id) + ", " +
                    formatNumber(type.blockSize) + ", " + formatNumber(type.blockBytes) + "]}");
  }
  Sequence numbers("{");
  numbers.add(number("maximumGroups", static_cast<double>(ModelSpec::kMaximumGroups)));
  numbers.add(number("maximumRuns", static_cast<double>(ModelSpec::kMaximumRuns)));
  numbers.add(number("maximumLayers", ModelSpec::kMaximumLayers));
  numbers.add(number("maximumGpus", static_cast<double>(Runtime::kMaximumGpus)));
  numbers.add(number("allLayers", kAllLayers));
  numbers.add(number("referenceBuild", kReferenceBuild));
  Sequence vendors("{");
  for (const auto& [vendor, backend] : kVendorBackends) {
    vendors.add("    " + quoted(vendor) + ": " + quoted(kBackends[static_cast<std::size_t>(backend)]));
  }
  vendors.add("    " + quoted("") + ": " + quoted(kBackends[static_cast<std::size_t>(backendOf(""))]));
  Sequence assumptions("{");
  assumptions.add(number("unknownMemory", kUnknownMemory));
  assumptions.add(number("unsaidHostMemory", kUnsaidHostMemory));
  assumptions.add(number("gpuMargin", kDefaultGpuMargin));
  assumptions.add(number("hostMargin", kMostHostMargin));
  assumptions.add(number("leastPower", kLeastPower));
  Sequence all("{");
  all.add("\"assumptions\": " + assumptions.closed("\n}"));
  all.add("\"lists\": " + lists.closed("\n}"));
  all.add("\"tables\": " + tables.closed("\n}"));
  all.add("\"architectures\": " + architectures.closed("\n]"));
  all.add("\"fileTypes\": " + fileTypes.closed("\n]"));
  all.add("\"offeredTypes\": " + offered.closed("\n]"));
  all.add("\"finalTypes\": " + final.closed("\n]"));
  all.add("\"importanceTypes\": " + importance.closed("\n]"));
  all.add("\"tensorTypes\": " + tensorTypes.closed("\n]"));
  all.add("\"vendors\": " + vendors.closed("\n}"));
  all.add("\"numbers\": " + numbers.closed("\n}"));
  std::puts(all.closed("\n}").c_str());
  return 0;
}
