// plan.hpp: planMemory with all that it is asked and answers, for programs that ask nothing else of the library.
#pragma once

#include <cstddef>
#include <type_traits>

#include "llmcalc/base/bits.hpp"
#include "llmcalc/base/check.hpp"
#include "llmcalc/engines/engines.hpp"
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

// What the engine of `runtime` plans to allocate for `model`, device by device. All sizes are bytes.
//
//   device = weights + kvCache + recurrentState + computeBuffer + outputBuffer + overhead
//
// model     shape of the model: up to 8 groups of equal layers, 160 runs of them and 1,024 layers. Lengths and counts
//           are whole numbers up to 1e9, elements up to 1e13; modelViolation() says what else must hold.
// runtime   the engine and its options (question/runtime.hpp has llama.cpp's by their flags): 0 to 16 GPUs, 1 to 256
//           sequences, batches and contexts in tokens. A contextLength of 0 is the model's own.
// measured  bytes of a file's real tensors, by layer, or nullptr. They replace what the file type gives.
// machine   where an engine takes what it gets, its memory; llama.cpp takes what the context needs and reads none, so
//           nullptr will do.
//
// The result is the plan or the first Violation: a number out of its range, a shape that cannot be, an engine whose
// memory is not planned (vLLM), or what the engine refuses, such as quantised values without flash attention. Nothing
// throws or allocates.
//
// Weights, caches, states and output buffers are exact to the digit that llama.cpp prints; compute buffers have the
// errors in docs/memory.md, which are small at full offload; overhead is an estimate, on the high side.
// Source: the rules in the headers of the terms, read off ggml-org/llama.cpp and compared with 6,743 rows that its
// tools recorded of 62 models (tests/golden/memory.tsv).
[[nodiscard]] inline Result<MemoryPlan> tryPlanMemory(const ModelSpec& model, const Runtime& runtime,
                                                      const MeasuredWeights* measured = nullptr,
                                                      const Machine* machine = nullptr) noexcept {
  if (kCompact || detail::planChecks<QuickChecker>(model, runtime).found()) {
    const auto check = detail::planChecks<Checker>(model, runtime);
    if (check.found()) return check.violation();
  }
  return withEngine(runtime.engine, [&](auto engine) {
    using E = decltype(engine);
    // What does not plan was refused.
    using Planning = std::conditional_t<E::kPlans, E, LlamaCpp>;
    return Planning::plan(model, runtime, measured, machine);
  });
}

// The plan that tryPlanMemory gives. A violation is thrown as ArgumentError (base/result.hpp), whose text names the
// field, what it must be and what it was; a build without exceptions prints the text and aborts.
[[nodiscard]] inline MemoryPlan planMemory(const ModelSpec& model, const Runtime& runtime,
                                           const MeasuredWeights* measured = nullptr,
                                           const Machine* machine = nullptr) {
  return valueOrReject("planMemory", tryPlanMemory(model, runtime, measured, machine));
}

}  // namespace llmcalc
