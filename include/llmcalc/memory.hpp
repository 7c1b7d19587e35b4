// memory.hpp: planMemory and fits, with all that they answer and are asked.
#pragma once

#include <cstddef>
#include <type_traits>

#include "llmcalc/engines/engines.hpp"
#include "llmcalc/fits.hpp"

namespace llmcalc {

// What the engine of `runtime` plans to allocate for `model`. `measured`: sizes of real tensors, or none. `machine`:
// where the engine takes what it gets; llama.cpp takes what the context needs, and reads none.
[[nodiscard]] inline Result<MemoryPlan> tryPlanMemory(const ModelSpec& model, const Runtime& runtime,
                                                      const MeasuredWeights* measured = nullptr,
                                                      const Machine* machine = nullptr) noexcept {
  return withEngine(runtime.engine, [&](auto engine) -> Result<MemoryPlan> {
    using E = decltype(engine);
    if constexpr (E::kPlans) {
      return E::plan(model, runtime, measured, machine);
    } else {
      detail::Checker check;
      check.refuse(true, "runtime.engine", "llama.cpp where memory is planned",
                   kEngines[static_cast<std::size_t>(E::kEngine)]);
      return check.violation();
    }
  });
}

// The same, or ArgumentError.
[[nodiscard]] inline MemoryPlan planMemory(const ModelSpec& model, const Runtime& runtime,
                                           const MeasuredWeights* measured = nullptr,
                                           const Machine* machine = nullptr) {
  return valueOrReject("planMemory", tryPlanMemory(model, runtime, measured, machine));
}

}  // namespace llmcalc
