// The part of a plan that says how fast: what an estimate takes, and what is printed of it. js/cli/speed.js does the
// same.
#pragma once

#include <optional>
#include <string_view>

#include "hardware.hpp"
#include "json.hpp"
#include "llmcalc/estimate.hpp"
#include "llmcalc/machine/assumptions.hpp"
#include "question.hpp"

namespace llmcalc {

// Of the host, where nothing is said.
inline constexpr AssumedHost kAssumedHost{};

// Tokens per second that memory bandwidth allows; none where one that matters is not known.
[[nodiscard]] std::optional<double> ceilingOf(const MemoryPlan& plan, const std::optional<PlanHardware>& hardware);

// The machine of an estimate; none where what it takes is not known.
[[nodiscard]] std::optional<Hardware> speedMachineOf(const std::optional<PlanHardware>& hardware,
                                                     const Runtime& runtime);

// Tokens that the context has for one sequence.
[[nodiscard]] double roomOf(const Runtime& runtime, double concurrency = 1.0);

// The same output at the end of the context; none where it is there already.
[[nodiscard]] std::optional<Workload> endOf(const Workload& workload, const Runtime& runtime);

// What the numbers of a speed are of.
struct SpeedFacts {
  Engine engine;
  std::optional<double> ceiling;
  std::optional<double> calibratedFrom;
  Workload workload;
  std::optional<Workload> end;
  std::optional<SpeedEstimate> atEnd;
};

[[nodiscard]] Json jsonOf(const Band& band);
[[nodiscard]] Json jsonOf(const Workload& workload);
[[nodiscard]] Json speedOf(const std::optional<SpeedEstimate>& estimate, const SpeedFacts& of);

}  // namespace llmcalc
