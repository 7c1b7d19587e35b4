#include "option_fields.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <map>
#include <stdexcept>
#include <tuple>
#include <type_traits>

#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/engines/names.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/profile.hpp"

namespace llmcalc {

namespace {

// Of a workload, what an option sets without further ado.
constexpr auto kWorkloadFields = std::tuple{
    field::Number{"workload.cachedTokens", &Workload::cachedTokens},
    field::Number{"workload.concurrency", &Workload::concurrency},
    field::Number{"workload.draftAcceptance", &Workload::draftAcceptance},
};

template <typename Enum>
Enum placeOf(std::span<const std::string_view> names, const std::string& name) {
  return static_cast<Enum>(std::find(names.begin(), names.end(), name) - names.begin());
}

template <typename Row, typename T>
void put(const Row& row, T& object, const OptionValue& value) {
  auto& member = object.*row.member;
  using Member = std::remove_reference_t<decltype(member)>;
  if constexpr (field::kIsChoice<Row>) {
    member = placeOf<Member>(row.names, std::get<std::string>(value));
  } else {
    member = std::get<Member>(value);
  }
}

// Whether the table has a field of that name; it has the value then.
template <const auto& table, typename T>
bool isPut(T& object, std::string_view name, const OptionValue& value) {
  bool found = false;
  eachField<table>([&](auto at) {
    if (at.kRow.name != name) return;
    put(at.kRow, object, value);
    found = true;
  });
  return found;
}

using Put = std::function<void(Options& options, const OptionValue& value)>;

template <typename T>
Put into(T Options::*member) {
  return [member](Options& o, const OptionValue& value) { o.*member = std::get<T>(value); };
}
template <typename T>
Put into(std::optional<T> Options::*member) {
  return [member](Options& o, const OptionValue& value) { o.*member = std::get<T>(value); };
}

// Options that are no field of the question: what they become depends on the model or the machine.
const std::map<std::string_view, Put>& own() {
  static const std::map<std::string_view, Put> members = {
      {"device", into(&Options::devices)},
      {"gpus", into(&Options::gpus)},
      {"vram", into(&Options::vram)},
      {"vramUsable", into(&Options::vramUsable)},
      {"bandwidth", into(&Options::bandwidth)},
      {"powerLimit", into(&Options::powerLimit)},
      {"reserve", into(&Options::reserve)},
      {"margin", into(&Options::margin)},
      {"ram", into(&Options::ram)},
      {"ramReserve", into(&Options::ramReserve)},
      {"ramBandwidth", into(&Options::ramBandwidth)},
      {"threads", into(&Options::threads)},
      {"backend",
       [](Options& o, const OptionValue& value) {
         o.backend = placeOf<GpuBackend>(kBackends, std::get<std::string>(value));
       }},
      {"splitMode", [](Options& o, const OptionValue& value) { o.splits = std::get<std::string>(value) == "layer"; }},
      {"tensorSplit", into(&Options::tensorSplit)},
      {"mainGpu", into(&Options::mainGpu)},
      {"detect", into(&Options::detect)},
      {"quant", into(&Options::quant)},
      {"context", into(&Options::context)},
      {"gpuLayers", into(&Options::gpuLayers)},
      {"fit", into(&Options::fit)},
      {"nCpuMoe", into(&Options::cpuMoeLayers)},
      {"overrideTensor", into(&Options::overrides)},
      {"parallel",
       [](Options& o, const OptionValue& value) {
         const double sequences = std::get<double>(value);
         o.parallel = sequences == kAutomatic ? std::nullopt : std::optional(sequences);
       }},
      {"kvUnified", into(&Options::kvUnified)},
      {"prompt", into(&Options::prompt)},
      {"output", into(&Options::output)},
      {"draft", into(&Options::draft)},
      {"engine", into(&Options::engine)},
      {"mmproj", into(&Options::projector)},
      {"imageMaxTokens", into(&Options::imageTokens)},
      {"calibrate", into(&Options::calibrate)},
      {"curve", into(&Options::curve)},
      {"json", into(&Options::json)},
      {"help", into(&Options::help)},
  };
  return members;
}

}  // namespace

void assign(Options& options, const OptionRow& option, const OptionValue& value) {
  for (const std::string_view name : option.sets) {
    if (!isPut<kFields<Runtime>>(options.runtime, name, value) &&
        !isPut<kWorkloadFields>(options.workload, name, value)) {
      throw std::logic_error(std::string(option.flag) + " sets " + std::string(name) + ", which is no field");
    }
  }
  if (!option.sets.empty()) return;
  const auto found = own().find(option.key);
  if (found == own().end()) throw std::logic_error("nothing takes " + std::string(option.flag));
  found->second(options, value);
}

std::string passed(const Runtime& runtime, const OptionRow& option) {
  std::string text;
  if (!option.isPassed) return text;
  eachField<kFields<Runtime>>([&](auto at) {
    const auto& row = at.kRow;
    if (row.name != option.sets.front()) return;
    const auto& value = runtime.*row.member;
    using Row = std::remove_cvref_t<decltype(row)>;
    if constexpr (field::kIsFlag<Row>) {
      if (value == option.isOn && value != Runtime{}.*row.member) text = option.flag;
    } else {
      std::string said;
      if constexpr (field::kIsChoice<Row>) {
        said = row.names[static_cast<std::size_t>(value)];
      } else {
        said = formatNumber(value);
      }
      if (said != option.initial) text.append(option.flag).append(" ").append(said);
    }
  });
  return text;
}

}  // namespace llmcalc
