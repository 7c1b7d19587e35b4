// draft.hpp: the context of what drafts, beside the model's own.
#pragma once

#include <cstddef>

#include "llmcalc/answer/memory_plan.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc::llama_cpp {

// What llama-server asks for the context of a draft: the model's context, sequences and batches, but types of cache of
// its own, and all layers on the GPUs (--n-gpu-layers-draft is auto there).
[[nodiscard]] inline Runtime draftRuntime(const Runtime& runtime) noexcept {
  Runtime draft = runtime;
  draft.speculation = Speculation::none;
  draft.cacheTypeK = runtime.draftCacheTypeK;
  draft.cacheTypeV = runtime.draftCacheTypeV;
  draft.gpuLayers = kAllLayers;
  draft.cpuMoeLayers = 0.0;
  draft.cacheRam = 0.0;
  draft.contextCheckpoints = 0.0;
  draft.projectorWeights = draft.projectorBuffer = draft.projectorInputs = 0.0;
  return draft;
}

// Adds a draft model (--model-draft), planned by itself as draftRuntime() asks, to the plan of the model. Both are in
// one process, so what the back end takes is there once. `plan` should be one with Speculation::draftSimple, because
// the model then gives logits for the drafted tokens; `draft` must have as many GPUs, and further ones are left out.
// Source: llama-server of build 11669, which plans both so.
inline void addDraft(MemoryPlan& plan, const MemoryPlan& draft) noexcept {
  plan.host.draft += draft.host.total() - draft.host.overhead;
  for (std::size_t i = 0; i < plan.gpus.size() && static_cast<double>(i) < plan.gpuCount; ++i) {
    plan.gpus[i].draft += draft.gpus[i].total() - draft.gpus[i].overhead;
  }
}

}  // namespace llmcalc::llama_cpp
