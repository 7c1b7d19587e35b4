// offload_curve.hpp: how fast a model is with more and more of its layers on the GPUs, and whether they have room.
#pragma once

#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/engines/llama_cpp/plan.hpp"
#include "llmcalc/estimate.hpp"
#include "llmcalc/fit.hpp"
#include "llmcalc/fits.hpp"

namespace llmcalc {

// One number of layers on the GPUs.
struct OffloadPoint {
  double gpuLayers = 0;                    // Runtime::gpuLayers
  Verdict verdict = Verdict::doesNotFit;   // of the machine
  decltype(SpeedEstimate::decode) decode;  // tokens/s
};

template <>
inline constexpr auto kFields<OffloadPoint> = std::tuple{
    field::Number{"curve[].gpuLayers", &OffloadPoint::gpuLayers},
    field::Choice{"curve[].verdict", &OffloadPoint::verdict, kVerdicts},
};

// The verdict and the speed of `runtime` with `gpuLayers` layers on the GPUs of `machine`, which `hardware` says the
// rates of. Violation: what planMemory, fits or estimateSpeed refuses.
[[nodiscard]] inline Result<OffloadPoint> tryOffloadPoint(const ModelSpec& model, Runtime runtime,
                                                          const Machine& machine, const Hardware& hardware,
                                                          const Workload& workload, double gpuLayers,
                                                          const MeasuredWeights* measured = nullptr) noexcept {
  runtime.gpuLayers = gpuLayers;
  const auto plan = tryPlanMemory(model, runtime, measured);
  if (!plan) return plan.violation();
  const auto fit = tryFits(*plan, machine);
  if (!fit) return fit.violation();
  const auto speed = tryEstimateSpeed(model, runtime, hardware, workload, measured);
  if (!speed) return speed.violation();
  return OffloadPoint{gpuLayers, fit->verdict, speed->decode};
}

// Gives `take` the points from none to all layers, the head as the last (offloadableLayers). Throws, or ends the
// program where exceptions are off, as estimateSpeed does.
template <typename Take>
void offloadCurve(const ModelSpec& model, const Runtime& runtime, const Machine& machine, const Hardware& hardware,
                  const Workload& workload, const Take& take, const MeasuredWeights* measured = nullptr) {
  for (double layers = 0; layers <= offloadableLayers(model); layers += 1.0) {
    take(valueOrReject("offloadCurve", tryOffloadPoint(model, runtime, machine, hardware, workload, layers, measured)));
  }
}

}  // namespace llmcalc
