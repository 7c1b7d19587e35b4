// inverse.hpp: from an answer that is wished for to the question that has it.
#pragma once

#include <algorithm>
#include <cmath>
#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/fit.hpp"
#include "llmcalc/fits.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/machine/machine.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/plan.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/sweep.hpp"

namespace llmcalc {

// llama.cpp rounds contexts up to so many tokens.
inline constexpr double kContextStep = 256.0;

// A context, and how it fits.
struct ContextFit {
  Verdict verdict = Verdict::doesNotFit;  // doesNotFit: no context has room, and the rest says nothing
  double contextLength = 0;               // Runtime::contextLength
};

template <>
inline constexpr auto kFields<ContextFit> = std::tuple{
    field::Choice{"context.verdict", &ContextFit::verdict, kVerdicts},
    field::Number{"context.contextLength", &ContextFit::contextLength},
};

// The largest context that `machine` has room for with the margins, else the largest that fits at all: whole steps of
// 256 tokens, and what the model was trained for, which is the most.
//
// runtime   with the placement that is asked about; its contextLength is the most where the model's is not known, and
//           is not read else. No context has less than a token for each sequence.
// measured  sizes of real tensors, or none.
//
// Violation: what planMemory or fits refuses. Source: a plan never needs less for a longer context, so bisection finds
// what trying every step would (tests/core/inverse_test.cpp).
[[nodiscard]] inline Result<ContextFit> tryLargestContext(const ModelSpec& model, Runtime runtime,
                                                          const Machine& machine,
                                                          const MeasuredWeights* measured = nullptr) noexcept {
  const double most = model.contextLength > 0.0 ? model.contextLength : runtime.contextLength;
  runtime.contextLength = most;
  const auto asked = [&](double context) -> Result<Verdict> {
    runtime.contextLength = context;
    const Result<MemoryPlan> plan = tryPlanMemory(model, runtime, measured);
    if (!plan) return plan.violation();
    const Result<Fit> fit = tryFits(*plan, machine);
    if (!fit) return fit.violation();
    return fit->verdict;
  };
  const Result<Verdict> whole = asked(most);
  if (!whole) return whole.violation();
  if (*whole == Verdict::fits) return ContextFit{Verdict::fits, most};
  // Steps count from the first that has a token for each sequence, and the last is below `most`.
  const double first = std::ceil(runtime.sequences / kContextStep);
  const double last = std::ceil(most / kContextStep) - 1.0;
  const auto largest = [&](Verdict wanted) -> Result<double> {
    double fitting = first - 1.0;
    for (double beyond = last + 1.0; beyond - fitting > 1.0;) {
      const double middle = std::floor(0.5 * (fitting + beyond));
      const Result<Verdict> verdict = asked(middle * kContextStep);
      if (!verdict) return verdict.violation();
      (*verdict <= wanted ? fitting : beyond) = middle;
    }
    return fitting >= first ? fitting * kContextStep : 0.0;
  };
  const Result<double> roomy = largest(Verdict::fits);
  if (!roomy) return roomy.violation();
  if (*roomy > 0.0) return ContextFit{Verdict::fits, *roomy};
  if (*whole == Verdict::tight) return ContextFit{Verdict::tight, most};
  const Result<double> tight = largest(Verdict::tight);
  if (!tight) return tight.violation();
  return *tight > 0.0 ? ContextFit{Verdict::tight, *tight} : ContextFit{};
}

// As tryLargestContext(), but a violation is an ArgumentError.
[[nodiscard]] inline ContextFit largestContext(const ModelSpec& model, const Runtime& runtime, const Machine& machine,
                                               const MeasuredWeights* measured = nullptr) {
  return valueOrReject("largestContext", tryLargestContext(model, runtime, machine, measured));
}

namespace detail {

inline constexpr Range kWishedRate{"tokensPerSecond", "more than 0, up to 1e9", 1e-9, 1e9};

}  // namespace detail

// The fewest layers on the GPUs (Runtime::gpuLayers) with which one sequence alone decodes at least `tokensPerSecond`
// at the median; a number beyond offloadableLayers() where no placement does. Whether a machine has room for them,
// fits() says.
//
// runtime  with what else is asked about; its gpuLayers are not read.
// tokensPerSecond  more than 0, up to 1e9.
//
// Violation: what estimateSpeed refuses, and a rate that is out of its range. Source: every placement is tried, since a
// first layer on a GPU may cost more than it gains.
[[nodiscard]] inline Result<double> tryFewestGpuLayers(const ModelSpec& model, const Runtime& runtime,
                                                       const Hardware& hardware, const Workload& workload,
                                                       double tokensPerSecond,
                                                       const MeasuredWeights* measured = nullptr) noexcept {
  if (!(tokensPerSecond >= detail::kWishedRate.minimum && tokensPerSecond <= detail::kWishedRate.maximum)) {
    return Violation{detail::kWishedRate.parameter, detail::kWishedRate.requirement, tokensPerSecond};
  }
  SweepPoint point(model, runtime, Machine(), hardware, workload, measured);
  double layers = 0;
  for (; layers <= offloadableLayers(model); layers += 1.0) {
    point.set(SweepAxis::gpuLayers, layers);
    const Result<SpeedEstimate> speed = point.speed();
    if (!speed) return speed.violation();
    if (speed->decode.p50 >= tokensPerSecond) break;
  }
  return layers;
}

// As tryFewestGpuLayers(), but a violation is an ArgumentError.
[[nodiscard]] inline double fewestGpuLayers(const ModelSpec& model, const Runtime& runtime, const Hardware& hardware,
                                            const Workload& workload, double tokensPerSecond,
                                            const MeasuredWeights* measured = nullptr) {
  return valueOrReject("fewestGpuLayers",
                       tryFewestGpuLayers(model, runtime, hardware, workload, tokensPerSecond, measured));
}

}  // namespace llmcalc
