// checks.hpp: whether llama.cpp takes a runtime for a model.
#pragma once

#include <cstddef>

#include "llmcalc/base/check.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc::llama_cpp {

inline constexpr auto kRuntimeFields = kChecked<Runtime>;

template <typename Check>
constexpr void checkRuntime(Check& check, const ModelSpec& model, const Runtime& runtime) noexcept {
  check.template fields<kRuntimeFields>(runtime);
  check.require(runtime.contextLength > 0.0 || model.contextLength > 0.0, "runtime.contextLength",
                "given where the model has no contextLength", runtime.contextLength);
  const double context = runtime.contextLength > 0.0 ? runtime.contextLength : model.contextLength;
  check.require(context >= runtime.sequences, "runtime.contextLength", "at least one token per sequence", context);
  if (check.found()) return;
  double shares = 0;
  for (std::size_t i = 0, n = asCount(runtime.gpuCount); i < n; ++i) {
    const double share = runtime.gpuShares[i];
    check.require(share >= 0.0 && share <= 1e15, "runtime.gpus[]", "a share of at least 0", share,
                  static_cast<double>(i));
    shares += share;
    check.whole("runtime.gpus[].multiprocessors", runtime.gpuMultiprocessors[i], field::kWholeOrNone,
                static_cast<double>(i));
    check.whole("runtime.gpus[].threads", runtime.gpuThreads[i], field::kWholeOrNone, static_cast<double>(i));
    check.measure("runtime.gpus[].memory", runtime.gpuMemory[i], kGivenBytes, static_cast<double>(i));
  }
  check.require(runtime.gpuCount == 0.0 || shares > 0.0, "runtime.gpus", "shares of which one is more than 0", shares);
  check.refuse(runtime.speculation == Speculation::draftMtp && model.predictionLayerCount == 0.0, "runtime.speculation",
               "none or draft-simple for a model without prediction blocks", "draft-mtp");
  check.refuse(isQuantized(runtime.draftCacheTypeV) && !runtime.flashAttention, "runtime.draftCacheTypeV",
               "f32, f16 or bf16 where flashAttention is false", traits(runtime.draftCacheTypeV).name);
  check.refuse(isQuantized(runtime.cacheTypeV) && !runtime.flashAttention, "runtime.cacheTypeV",
               "f32, f16 or bf16 where flashAttention is false", traits(runtime.cacheTypeV).name);
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    const LayerGroup& g = model.groups[i];
    if (!hasCache(g)) continue;
    check.refuse(!keepsValues(g) && runtime.cacheTypeK != runtime.cacheTypeV, "runtime.cacheTypeV",
                 "the same as cacheTypeK for a model with mla", traits(runtime.cacheTypeV).name);
    const auto blocks = [](double length, CacheType type) { return isWholeBlocks(traits(type).type, length); };
    // Without flash attention it is enough that the whole row of a cell consists of blocks.
    const double keys = runtime.flashAttention ? g.keyLength : g.kvHeadCount * g.keyLength;
    check.refuse(!blocks(keys, runtime.cacheTypeK), "runtime.cacheTypeK",
                 "f32, f16 or bf16 where a head is not a multiple of 32", traits(runtime.cacheTypeK).name);
    check.refuse(keepsValues(g) && !blocks(g.valueLength, runtime.cacheTypeV), "runtime.cacheTypeV",
                 "f32, f16 or bf16 where a head is not a multiple of 32", traits(runtime.cacheTypeV).name);
  }
}

}  // namespace llmcalc::llama_cpp
