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

  template <typename Check>
  static constexpr void check(Check& check, const ModelSpec& model, const Runtime& runtime) noexcept {
    detail::checkRuntime(check, model, runtime);
  }

  // Source: the rules in the headers of the terms; tests/golden/memory.tsv has 6,743 recorded rows of 62 models.
  [[nodiscard]] static Result<MemoryPlan> plan(const ModelSpec& model, const Runtime& runtime,
                                               const MeasuredWeights* measured, const Machine* /*machine*/) noexcept {
    return detail::planChecked(model, runtime, measured);
  }
};

static_assert(PlanningEngine<LlamaCpp>);

}  // namespace llmcalc
