// engine.hpp: llama.cpp, as the core asks it.
#pragma once

#include "llmcalc/engines/engine.hpp"
#include "llmcalc/engines/llama_cpp/checks.hpp"
#include "llmcalc/engines/llama_cpp/plan.hpp"

namespace llmcalc {

struct LlamaCpp {
  using Options = llama_cpp::Options;
  static constexpr Engine kEngine = Engine::llamaCpp;
  static constexpr bool kPlans = true;
  static constexpr bool kPages = false;

  template <typename Check>
  static constexpr void check(Check& check, const ModelSpec& model, const Runtime& runtime) noexcept {
    llama_cpp::checkRuntime(check, model, runtime);
  }

  // Source: the rules in the headers of the terms; tests/golden/memory.tsv has 6,743 recorded rows of 62 models.
  [[nodiscard]] static Result<MemoryPlan> plan(const ModelSpec& model, const Runtime& runtime,
                                               const MeasuredWeights* measured, const Machine* /*machine*/) noexcept {
    return llama_cpp::planChecked(model, runtime, measured);
  }

  // Defined in engines/llama_cpp/speed/times.hpp, which a plan needs not.
  [[nodiscard]] static speed::SpeedTimes times(const speed::SpeedShape& shape, const ModelSpec& model,
                                               const Runtime& runtime, const Hardware& hardware,
                                               const Workload& workload, const speed::Bands& bands,
                                               double depth) noexcept;
};

static_assert(PlanningEngine<LlamaCpp>);

}  // namespace llmcalc
