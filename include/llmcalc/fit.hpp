// fit.hpp: where the layers of a model go so that a machine has room for them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <span>
#include <tuple>

#include "llmcalc/answer/memory_plan.hpp"
#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/fits.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/machine/machine.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/plan.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// Layers that can be on a GPU: as the file counts them, prediction blocks too, and the head as the last.
[[nodiscard]] constexpr double offloadableLayers(const ModelSpec& model) noexcept {
  return model.layerCount + model.predictionLayerCount + 1.0;
}

// Whether any layer of the model is a mixture of experts.
[[nodiscard]] constexpr bool hasExperts(const ModelSpec& model) noexcept {
  for (std::size_t i = 0, n = static_cast<std::size_t>(model.groupCount); i < n; ++i) {
    if (model.groups[i].expertCount > 0.0) return true;
  }
  return false;
}

// A placement, and how it fits.
struct ModelFit {
  Verdict verdict = Verdict::doesNotFit;  // doesNotFit: no placement has room, and the rest says nothing
  double gpuLayers = kAllLayers;          // layers on the GPUs, of Runtime; kAllLayers: every one
  double cpuMoeLayers = 0;                // layers whose experts stay on the host, of Runtime
};

template <>
inline constexpr auto kFields<ModelFit> = std::tuple{
    field::Choice{"fit.verdict", &ModelFit::verdict, kVerdicts},
    field::Number{"fit.gpuLayers", &ModelFit::gpuLayers},
    field::Number{"fit.cpuMoeLayers", &ModelFit::cpuMoeLayers},
};

namespace detail {

// Bytes that all memories of a machine have together.
[[nodiscard]] constexpr double roomIn(const Machine& machine) noexcept {
  double room = std::max(0.0, machine.hostMemory - machine.hostReserved);
  if (machine.kind != MemoryKind::separate) return room;
  for (std::size_t i = 0, n = static_cast<std::size_t>(machine.gpuCount); i < n; ++i) {
    room += std::max(0.0, machine.gpuMemory[i] - machine.gpuReserved[i]);
  }
  return room;
}

// Tries placements until one fits with the margins, and keeps the first that fits at all.
class PlacementSearch {
 public:
  PlacementSearch(const ModelSpec& model, const Runtime& runtime, const Machine& machine,
                  const MeasuredWeights* measured) noexcept
      : model_(model), runtime_(runtime), machine_(machine), measured_(measured) {}

  // Whether the search ends: it fits with the margins, or something is wrong with the question.
  bool tries(double gpuLayers, double cpuMoeLayers) noexcept {
    runtime_.gpuLayers = gpuLayers;
    runtime_.cpuMoeLayers = cpuMoeLayers;
    const Result<MemoryPlan> plan = tryPlanMemory(model_, runtime_, measured_);
    if (!plan) return fails(plan.violation());
    const Result<Fit> fit = tryFits(*plan, machine_);
    if (!fit) return fails(fit.violation());
    if (fit->verdict < best_.verdict) best_ = {fit->verdict, gpuLayers, cpuMoeLayers};
    return best_.verdict == Verdict::fits;
  }

  [[nodiscard]] Result<ModelFit> found() const noexcept {
    if (wrong_) return *wrong_;
    return best_;
  }

 private:
  bool fails(const Violation& wrong) noexcept {
    wrong_ = wrong;
    return true;
  }

  const ModelSpec& model_;
  Runtime runtime_;
  const Machine& machine_;
  const MeasuredWeights* measured_;
  ModelFit best_;
  std::optional<Violation> wrong_;
};

}  // namespace detail

// The placement with the most on the GPUs that fits `machine` with the margins, else the first that fits at all.
//
// All layers are tried first; of a mixture of experts, the experts of one layer more after the other go to the host
// before a whole layer does (as --n-cpu-moe counts them), then layers, with all experts on the host and then with as
// many as the runtime says. What the runtime says of gpuLayers is not read, of cpuMoeLayers but for that. `measured`:
// sizes of real tensors, or none. Where the memory of the host is not known, machine.hostMemory is kUnknownMemory.
//
// Violation: what planMemory or fits refuses.
[[nodiscard]] inline Result<ModelFit> tryFitModel(const ModelSpec& model, const Runtime& runtime,
                                                  const Machine& machine,
                                                  const MeasuredWeights* measured = nullptr) noexcept {
  // No placement has less than every weight once, and most of what is too large is so by far.
  Runtime onHost = runtime;
  onHost.gpuCount = 0;
  onHost.gpuLayers = kAllLayers;
  const Result<MemoryPlan> whole = tryPlanMemory(model, onHost, measured);
  if (!whole) return whole.violation();
  if (const Result<Fit> fit = tryFits(*whole, machine); !fit) return fit.violation();
  if (whole->host.weights > detail::roomIn(machine)) return ModelFit();

  detail::PlacementSearch search(model, runtime, machine, measured);
  const double experts = hasExperts(model) ? model.layerCount : 0.0;
  for (double moved = 0; moved <= experts; moved += 1.0) {
    if (search.tries(kAllLayers, moved)) return search.found();
  }
  const double layers = offloadableLayers(model) - 1.0;
  for (double left = layers; experts > 0.0 && left >= 0.0; left -= 1.0) {
    if (search.tries(left, experts)) return search.found();
  }
  for (double left = layers; left >= 0.0; left -= 1.0) {
    if (search.tries(left, runtime.cpuMoeLayers)) return search.found();
  }
  return search.found();
}

[[nodiscard]] inline ModelFit fitModel(const ModelSpec& model, const Runtime& runtime, const Machine& machine,
                                       const MeasuredWeights* measured = nullptr) {
  return valueOrReject("fitModel", tryFitModel(model, runtime, machine, measured));
}

// Tokens per second that memory bandwidth alone allows a plan: one over the seconds that every device takes to read its
// bytes of weights for one token, one device after the other. Above every estimate. `gpus`: bytes/s of each GPU, in the
// order of the plan; `host`: of the host. A rate of 0 is not known: none where one that matters is not. Source:
// calculateOffloadBandwidth in docs/formulas.md.
[[nodiscard]] constexpr std::optional<double> decodeCeiling(const MemoryPlan& plan, std::span<const double> gpus,
                                                            double host) noexcept {
  double seconds = 0;
  bool known = true;
  const auto read = [&](double bytes, double bandwidth) {
    if (bytes == 0.0) return;
    known = known && bandwidth > 0.0;
    seconds += bytes / bandwidth;
  };
  for (std::size_t i = 0, n = static_cast<std::size_t>(plan.gpuCount); i < n; ++i) {
    read(plan.gpus[i].bytesPerToken, i < gpus.size() ? gpus[i] : 0.0);
  }
  read(plan.host.bytesPerToken, host);
  return known ? std::optional(1.0 / seconds) : std::nullopt;
}

}  // namespace llmcalc
