#include "placement.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "llmcalc/catalog.hpp"
#include "llmcalc/layout/parameters.hpp"
#include "llmcalc/machine/assumptions.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

constexpr double kLeastContext = 2048;

// The item that was placed, and where.
template <typename Item>
struct First {
  Item item;
  Placed placed;
};

// The first item that `place` finds room for with the margins, else the first that fits at all.
template <typename Item, typename Place>
std::optional<First<Item>> firstThatFits(const std::vector<Item>& items, const Place& place) {
  std::optional<First<Item>> tight;
  for (const Item& item : items) {
    const std::optional<Placed> placed = place(item);
    if (!placed) continue;
    if (placed->verdict == Verdict::fits) return First<Item>{item, *placed};
    if (!tight) tight = First<Item>{item, *placed};
  }
  return tight;
}

double totalOf(const MemoryPlan& plan) {
  double sum = 0;
  for (std::size_t i = 0; i < static_cast<std::size_t>(plan.gpuCount); ++i) sum += plan.gpus[i].total();
  return sum + plan.host.total();
}

std::string nameOf(FileType type) { return std::string(traits(type).name); }

// A type, and what a file of it takes.
struct Sized {
  FileType fileType;
  double fileBytes;
  double needed;

  [[nodiscard]] Json json() const {
    return {{"fileType", nameOf(fileType)}, {"fileBytes", fileBytes}, {"needed", needed}};
  }
};

// The first word of a name, and who publishes it.
std::string wordOf(const std::string& name) {
  const std::string low = lowered(name);
  return low.substr(0, low.find_first_not_of("abcdefghijklmnopqrstuvwxyz"));
}
std::string ownerOf(const std::string& repository) { return lowered(repository.substr(0, repository.find('/'))); }

struct Smaller {
  const catalog::Model* model;
  double parameters;
};

// Models of the catalogue with less parameters that were trained for no less context, the largest first; of several
// that are as large, the last of the catalogue.
std::vector<Smaller> smallerThan(double parameters, double context) {
  std::vector<Smaller> smaller;
  for (const catalog::Model& model : catalog::models()) {
    if (!model.unplannable.empty()) continue;
    const double size = parameterCount(model.spec).parameters;
    const double trained = model.spec.contextLength;
    if (size < parameters && (trained == 0.0 || trained >= context)) smaller.push_back({&model, size});
  }
  std::reverse(smaller.begin(), smaller.end());
  std::stable_sort(smaller.begin(), smaller.end(),
                   [](const Smaller& a, const Smaller& b) { return a.parameters > b.parameters; });
  return smaller;
}

// As much of `context` as a model was trained for.
double trainedPart(double context, const ModelSpec& model) {
  return model.contextLength > 0.0 ? std::min(context, model.contextLength) : context;
}

// The largest smaller model that fits, and was trained for no less context than is asked: of the same family by name,
// else of the same publisher, else of the same architecture.
Json nearestOf(const Subject& subject, const Runtime& runtime, const PlanHardware& hardware) {
  const std::string word = wordOf(subject.name);
  const std::string owner = ownerOf(subject.source.value("repository", std::string()));
  const std::array<std::function<bool(const catalog::Model&)>, 3> kinships = {
      [&](const catalog::Model& known) { return !word.empty() && wordOf(known.name) == word; },
      [&](const catalog::Model& known) { return !owner.empty() && ownerOf(known.repository) == owner; },
      [&](const catalog::Model& known) {
        return !subject.architecture.empty() && known.architecture == subject.architecture;
      }};
  const std::vector<Smaller> smaller =
      smallerThan(parameterCount(subject.model).parameters, trainedPart(runtime.contextLength, subject.model));
  const auto askedOf = [&](const ModelSpec& model) {
    Runtime asked = runtime;
    asked.contextLength = trainedPart(runtime.contextLength, model);
    return asked;
  };
  for (const auto& isKin : kinships) {
    std::vector<Smaller> kin;
    std::copy_if(smaller.begin(), smaller.end(), std::back_inserter(kin),
                 [&](const Smaller& other) { return isKin(*other.model); });
    const auto found = firstThatFits(kin, [&](const Smaller& other) {
      return bestPlacement(other.model->spec, askedOf(other.model->spec), {}, hardware);
    });
    if (!found) continue;
    const catalog::Model& model = *found->item.model;
    const Runtime asked = askedOf(model.spec);
    const MemoryPlan plan = planMemory(model.spec, runtimeOn(asked, found->placed.placing, hardware));
    Json nearest = {{"name", model.name},
                    {"repository", model.repository},
                    {"parameters", found->item.parameters},
                    {"fileType", nameOf(runtime.fileType)},
                    {"contextLength", asked.contextLength},
                    {"fileBytes", plan.fileBytes}};
    nearest.update(jsonOf(found->placed));
    return nearest;
  }
  return {};
}

}  // namespace

Runtime runtimeOn(const Runtime& runtime, const Placing& placing, const std::optional<PlanHardware>& hardware) {
  Runtime on = runtime;
  on.gpuLayers = placing.gpuLayers == kEveryLayer ? kAllLayers : placing.gpuLayers;
  on.cpuMoeLayers = placing.cpuMoeLayers;
  if (!hardware) return on;
  const std::vector<PlanGpu>& gpus = hardware->gpus;
  const bool isSized = std::all_of(gpus.begin(), gpus.end(), [](const PlanGpu& gpu) { return gpu.memory.has_value(); });
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const PlanGpu& gpu = gpus[i];
    const double memory = gpu.memory.value_or(0.0);
    on.gpuShares[i] = gpu.share.value_or(isSized ? std::max(0.0, memory - gpu.reserved) : 1.0);
    on.gpuMultiprocessors[i] = gpu.multiprocessors.value_or(0.0);
    on.gpuThreads[i] = multiprocessorThreads(gpu.family);
    on.gpuMemory[i] = memory;
  }
  return on;
}

Machine fitMachineOf(const PlanHardware& hardware) {
  Machine machine;
  machine.kind = hardware.kind;
  machine.hostMemory = hardware.host.memory.value_or(kUnknownMemory);
  machine.hostReserved = hardware.host.reserved;
  machine.hostMargin = hardware.host.margin;
  machine.gpuCount = static_cast<double>(hardware.gpus.size());
  for (std::size_t i = 0; i < hardware.gpus.size(); ++i) {
    machine.gpuMemory[i] = hardware.gpus[i].memory.value_or(0.0);
    machine.gpuReserved[i] = hardware.gpus[i].reserved;
    machine.gpuMargin[i] = hardware.gpus[i].margin;
  }
  return machine;
}

Fit fitOf(const MemoryPlan& plan, const PlanHardware& hardware) { return fits(plan, fitMachineOf(hardware)); }

std::optional<double> uncheckedOf(const MemoryPlan& plan, const std::optional<PlanHardware>& hardware) {
  const double needed = plan.host.total();
  const bool isUnchecked = hardware && !hardware->host.memory && needed > kUnsaidHostMemory;
  return isUnchecked ? std::optional(needed) : std::nullopt;
}

std::optional<Placed> bestPlacement(const ModelSpec& model, const Runtime& runtime, const Placing& asked,
                                    const PlanHardware& hardware, const MeasuredWeights* weights) {
  const ModelFit fit = fitModel(model, runtimeOn(runtime, asked, hardware), fitMachineOf(hardware), weights);
  if (fit.verdict == Verdict::doesNotFit) return std::nullopt;
  Placed placed{{fit.gpuLayers, fit.cpuMoeLayers}, fit.verdict};
  if (fit.gpuLayers == kAllLayers) placed.placing.gpuLayers = kEveryLayer;
  return placed;
}

Json noFitOf(const Subject& subject, const Runtime& runtime, const Placing& asked, const PlanHardware& hardware) {
  const ModelSpec& model = subject.model;
  const MeasuredWeights* weights = subject.weights.get();
  const MemoryPlan whole = planMemory(model, runtimeOn(runtime, {}, hardware), weights);
  const FileType released = subject.releasedAs.value_or(runtime.fileType);
  const auto runtimeAs = [&](FileType type) {
    Runtime as = runtime;
    as.fileType = type;
    as.importanceMatrix = runtime.importanceMatrix || needsImportanceMatrix(type);
    return as;
  };
  std::vector<Sized> types;
  for (const FileType type :
       isFinal(released) ? std::vector{released} : std::vector(kOfferedTypes.begin(), kOfferedTypes.end())) {
    const MemoryPlan plan = planMemory(model, runtimeOn(runtimeAs(type), {}, hardware));
    if (plan.fileBytes < whole.fileBytes) types.push_back({type, plan.fileBytes, totalOf(plan)});
  }
  const Sized smallest = types.empty() ? Sized{runtime.fileType, whole.fileBytes, totalOf(whole)} : types.back();
  Json smaller;
  if (const auto found = firstThatFits(
          types, [&](const Sized& type) { return bestPlacement(model, runtimeAs(type.fileType), asked, hardware); })) {
    smaller = found->item.json();
    smaller.update(jsonOf(found->placed));
  }
  std::vector<double> contexts;
  for (double context = runtime.contextLength / 2.0; context >= kLeastContext; context /= 2.0) {
    contexts.push_back(std::floor(context));
  }
  Json lessContext;
  if (const auto found = firstThatFits(contexts, [&](double context) {
        Runtime as = runtime;
        as.contextLength = context;
        return bestPlacement(model, as, asked, hardware, weights);
      })) {
    lessContext = {{"contextLength", found->item}};
    lessContext.update(jsonOf(found->placed));
  }
  const Fit fit = fitOf(whole, hardware);
  // One pool is the host's row, of which the GPU has a part.
  double available = 0;
  for (std::size_t i = 0; i < hardware.gpus.size() && hardware.kind == MemoryKind::separate; ++i) {
    available += fit.gpus[i].available;
  }
  available += fit.host.available;
  return {{"needed", totalOf(whole)},    {"available", hardware.host.memory ? Json(available) : Json()},
          {"smallest", smallest.json()}, {"smaller", smaller},
          {"lessContext", lessContext},  {"nearest", nearestOf(subject, runtime, hardware)}};
}

Json jsonOf(const Placing& placing) {
  return {{"gpuLayers", placing.gpuLayers == kEveryLayer ? Json("all") : Json(placing.gpuLayers)},
          {"cpuMoeLayers", placing.cpuMoeLayers}};
}

Json jsonOf(const Placed& placed) {
  Json json = jsonOf(placed.placing);
  json["verdict"] = std::string(kVerdicts[static_cast<std::size_t>(placed.verdict)]);
  return json;
}

}  // namespace llmcalc
