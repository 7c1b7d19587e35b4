// engines.hpp: from the name of an engine to the engine.
#pragma once

#include "llmcalc/engines/llama_cpp/engine.hpp"
#include "llmcalc/engines/vllm/engine.hpp"

namespace llmcalc {

// visit(E{}) of the engine that is asked: all of the core that knows their list.
template <typename Visit>
constexpr auto withEngine(Engine engine, Visit&& visit) noexcept {
  if (engine == Engine::vllm) return visit(Vllm{});
  return visit(LlamaCpp{});
}

}  // namespace llmcalc
