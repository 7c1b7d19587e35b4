// memory.hpp: planMemory and fits, with all that they answer and are asked.
#pragma once

#include <cstddef>
#include <type_traits>

#include "llmcalc/base/bits.hpp"
#include "llmcalc/base/check.hpp"
#include "llmcalc/engines/engines.hpp"
#include "llmcalc/fits.hpp"
#include "llmcalc/model/checks.hpp"

namespace llmcalc {

namespace detail {

template <typename Check>
[[nodiscard]] constexpr Check planChecks(const ModelSpec& model, const Runtime& runtime) noexcept {
  Check check;
  withEngine(runtime.engine, [&](auto engine) {
    using E = decltype(engine);
    if constexpr (!E::kPlans) {
      check.refuse(true, "runtime.engine", "llama.cpp where memory is planned",
                   kEngines[static_cast<std::size_t>(E::kEngine)]);
    }
  });
  checkModel(check, model);
  if (!check.found()) withEngine(runtime.engine, [&](auto engine) { decltype(engine)::check(check, model, runtime); });
  return check;
}

}  // namespace detail

// What the engine of `runtime` plans to allocate for `model`. `measured`: sizes of real tensors, or none. `machine`:
// where the engine takes what it gets; llama.cpp takes what the context needs, and reads none.
[[nodiscard]] inline Result<MemoryPlan> tryPlanMemory(const ModelSpec& model, const Runtime& runtime,
                                                      const MeasuredWeights* measured = nullptr,
                                                      const Machine* machine = nullptr) noexcept {
  if (kCompact || detail::planChecks<detail::QuickChecker>(model, runtime).found()) {
    const auto check = detail::planChecks<detail::Checker>(model, runtime);
    if (check.found()) return check.violation();
  }
  return withEngine(runtime.engine, [&](auto engine) {
    using E = decltype(engine);
    // What does not plan was refused.
    using Planning = std::conditional_t<E::kPlans, E, LlamaCpp>;
    return Planning::plan(model, runtime, measured, machine);
  });
}

// The same, or ArgumentError.
[[nodiscard]] inline MemoryPlan planMemory(const ModelSpec& model, const Runtime& runtime,
                                           const MeasuredWeights* measured = nullptr,
                                           const Machine* machine = nullptr) {
  return valueOrReject("planMemory", tryPlanMemory(model, runtime, measured, machine));
}

}  // namespace llmcalc
