// engine.hpp: vLLM, as the core asks it.
#pragma once

#include <cstddef>

#include "llmcalc/engines/engine.hpp"
#include "llmcalc/engines/llama_cpp/checks.hpp"

namespace llmcalc {

struct Vllm {
  using Options = vllm::Options;
  static constexpr Engine kEngine = Engine::vllm;
  static constexpr bool kPlans = false;
  static constexpr bool kPages = true;

  // The weights and the cache of its estimates are those of a GGUF file under llama.cpp. It computes on GPUs alone.
  template <typename Check>
  static constexpr void check(Check& check, const ModelSpec& model, const Runtime& runtime) noexcept {
    llama_cpp::checkRuntime(check, model, runtime);
    const bool offloads =
        runtime.gpuCount == 0.0 || runtime.gpuLayers < kAllLayers || runtime.cpuMoeLayers > 0.0 || !runtime.kvOffload;
    check.refuse(offloads, "runtime.engine", "llama.cpp where the host has a part",
                 kEngines[static_cast<std::size_t>(kEngine)]);
  }

  // Defined in engines/vllm/speed.hpp, which a plan needs not.
  [[nodiscard]] static speed::SpeedTimes times(const speed::SpeedShape& shape, const ModelSpec& model,
                                               const Runtime& runtime, const Hardware& hardware,
                                               const Workload& workload, const speed::Bands& bands,
                                               double depth) noexcept;
};

static_assert(EngineModel<Vllm> && !PlanningEngine<Vllm>);

}  // namespace llmcalc
