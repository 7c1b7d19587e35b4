// engine.hpp: vLLM, as the core asks it.
#pragma once

#include "llmcalc/engines/engine.hpp"
#include "llmcalc/engines/llama_cpp/checks.hpp"

namespace llmcalc {

struct Vllm {
  using Options = vllm::Options;
  static constexpr Engine kEngine = Engine::vllm;
  static constexpr bool kPlans = false;

  // The weights and the cache of its estimates are those of a GGUF file under llama.cpp.
  template <typename Check>
  static constexpr void check(Check& check, const ModelSpec& model, const Runtime& runtime) noexcept {
    detail::checkRuntime(check, model, runtime);
  }
};

static_assert(EngineModel<Vllm> && !PlanningEngine<Vllm>);

}  // namespace llmcalc
