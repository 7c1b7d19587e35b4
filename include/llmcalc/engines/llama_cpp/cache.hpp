// cache.hpp: cells and bytes of llama.cpp's attention caches.
//
// Rules: ggml-org/llama.cpp, src/llama-kv-cache*.cpp and src/llama-hparams.cpp. Exact on every recorded plan:
// tests/golden/memory.tsv.
#pragma once

#include <algorithm>
#include <cstdint>

#include "llmcalc/answer/terms.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

inline constexpr std::int64_t kCellPadding = 256;  // a power of two

// The next multiple of kCellPadding at or above a whole number of cells. Integers compute it, because std::ceil is a
// function call for processors that may lack an instruction for it (x86-64 without SSE4.1).
[[nodiscard]] constexpr double padded(double cells) noexcept {
  return static_cast<double>((static_cast<std::int64_t>(cells) + kCellPadding - 1) & ~(kCellPadding - 1));
}

// The next whole number at or above `value`, without std::ceil for the reason given at padded().
[[nodiscard]] constexpr double roundedUp(double value) noexcept {
  const auto whole = static_cast<double>(static_cast<std::int64_t>(value));
  return whole < value ? whole + 1.0 : whole;
}

// Tokens of all sequences together: what is asked for, or what the model was trained for.
[[nodiscard]] constexpr double contextOf(const ModelSpec& model, const Runtime& runtime) noexcept {
  return runtime.contextLength > 0.0 ? runtime.contextLength : model.contextLength;
}

// Tokens that are computed together. They are at most the context, and the context is not padded for this limit.
[[nodiscard]] constexpr double microBatch(const ModelSpec& model, const Runtime& runtime) noexcept {
  return std::min({runtime.microBatchSize, runtime.batchSize, contextOf(model, runtime)});
}

// Cells of the caches. `slides`: any layer of the model slides, so there is a second cache for a window.
[[nodiscard]] inline CacheCells cacheCells(const ModelSpec& model, const Runtime& runtime, bool slides) noexcept {
  CacheCells cells;
  const bool unified = runtime.kvUnified || runtime.sequences == 1.0;
  cells.streams = unified ? 1.0 : runtime.sequences;
  // The context is padded before it is shared out, so a rest of one token gives every stream 256 cells more.
  cells.full = padded(roundedUp(contextOf(model, runtime) / cells.streams));
  if (slides) {
    const double windows = model.slidingWindow * (unified ? runtime.sequences : 1.0);
    cells.sliding = runtime.swaFull ? cells.full : std::min(cells.full, padded(windows + microBatch(model, runtime)));
  }
  return cells;
}

// Bytes of one layer's cache. Without flash attention values are stored transposed, and every layer's are padded to
// `widestValues` elements, the widest of the model.
[[nodiscard]] inline double layerCacheBytes(const LayerGroup& group, const Runtime& runtime, const CacheCells& cells,
                                            double widestValues) noexcept {
  const double count = (isSliding(group) ? cells.sliding : cells.full) * cells.streams;
  const double keys =
      (group.kvHeadCount * group.keyLength + group.indexerKeyLength) * bytesPerElement(runtime.cacheTypeK);
  if (!keepsValues(group)) return count * keys;
  const double heads =
      group.kvHeadCount + (group.indexerKeyLength > 0.0 ? 1.0 : 0.0);  // an index has values that nothing reads
  const double values = runtime.flashAttention ? heads * group.valueLength : widestValues;
  return count * (keys + values * bytesPerElement(runtime.cacheTypeV));
}

}  // namespace llmcalc
