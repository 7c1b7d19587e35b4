// Where the parts of a model go: what a plan needs of a machine, which placement fits, and what else would where none
// does. js/cli/placement.js does the same.
#pragma once

#include <optional>

#include "hardware.hpp"
#include "json.hpp"
#include "llmcalc/fit.hpp"
#include "llmcalc/memory.hpp"
#include "question.hpp"

namespace llmcalc {

struct Placed {
  Placing placing;
  Verdict verdict = Verdict::doesNotFit;
};

// `runtime` with its layers placed, on the very GPUs.
[[nodiscard]] Runtime runtimeOn(const Runtime& runtime, const Placing& placing,
                                const std::optional<PlanHardware>& hardware);

// What a plan is held against. Of a host whose memory is not known nothing is asked.
[[nodiscard]] Machine fitMachineOf(const PlanHardware& hardware);

[[nodiscard]] Fit fitOf(const MemoryPlan& plan, const PlanHardware& hardware);

// What a plan needs of a host whose memory nobody gave, where that is more than can be taken for granted.
[[nodiscard]] std::optional<double> uncheckedOf(const MemoryPlan& plan, const std::optional<PlanHardware>& hardware);

// What fitModel finds room for.
[[nodiscard]] std::optional<Placed> bestPlacement(const ModelSpec& model, const Runtime& runtime, const Placing& asked,
                                                  const PlanHardware& hardware,
                                                  const MeasuredWeights* weights = nullptr);

// What can be said where no split over this machine holds the model.
[[nodiscard]] Json noFitOf(const Subject& subject, const Runtime& runtime, const Placing& asked,
                           const PlanHardware& hardware);

[[nodiscard]] Json jsonOf(const Placing& placing);
[[nodiscard]] Json jsonOf(const Placed& placed);

}  // namespace llmcalc
