// prefill.hpp: what one device takes for its part of a prompt under llama.cpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "llmcalc/answer/speed_estimate.hpp"
#include "llmcalc/engines/llama_cpp/cache.hpp"
#include "llmcalc/engines/llama_cpp/speed/kernels.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/model/state.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/rates.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc::speed {

struct Prompt {
  double tokens = 0;
  double depth = 0;       // tokens before it
  double microBatch = 0;  // tokens computed together
  double count = 0;       // of micro-batches
  bool flashAttention = true;
};

[[nodiscard]] inline Prompt promptOf(const Runtime& runtime, double tokens, double depth) noexcept {
  const double size = std::min({runtime.microBatchSize, runtime.batchSize, tokens});
  return {tokens, depth, size, std::ceil(tokens / size), runtime.flashAttention};
}

// Every layer takes so many seconds per micro-batch, beside what a profile says.
inline constexpr double kPromptLayerSeconds = 40e-6;

// Adds what `d` takes to compute a prompt through the layers that `w` holds. `streamed`: bytes/s at which the weights
// come over the link; 0 where they are on the device.
inline void addPrompt(SpeedTerms& terms, const SpeedShape& shape, const DeviceWork& w, const Device& d,
                      const SpeedProfile& p, const Prompt& prompt, double streamed) noexcept {
  const double used = w.usedShare();
  const double hit = expertsHit(used, prompt.microBatch);
  // Micro-batches larger than 512 gain dense products nothing (H100, GB10). What experts take beside their tokens is
  // paid once a micro-batch, for the experts that it comes to (H100, H200: Qwen3 30B-A3B 40 ms, gpt-oss-20b 11 ms).
  const double blocks = std::max(prompt.count, prompt.tokens / 512.0);
  const double compute =
      prompt.tokens * productSeconds(w.dense, d, p) +
      (prompt.tokens * used + prompt.count * hit * p.expertPadding) * productSeconds(w.experts, d, p);
  const double bytes =
      prompt.count * (bytesOf(w.dense) * shape.denseScale + hit * bytesOf(w.experts) * shape.expertScale);
  const double memory = bytes / (0.8 * d.bandwidth);
  terms.compute += compute;
  terms.memory += rootOfSquares(compute, memory) - compute;
  if (streamed > 0.0) terms.link += bytes / streamed;

  const double full = prompt.tokens * prompt.depth + 0.5 * prompt.tokens * (prompt.tokens + prompt.microBatch);
  const double seen =
      shape.window > 0.0 ? std::min(full, prompt.tokens * (shape.window + 0.5 * prompt.microBatch)) : full;
  terms.cache += 4.0 * (w.queries * full + w.slidingQueries * seen) / (p.attentionShare * d.halfFlops);
  if (!prompt.flashAttention) {
    terms.cache += (w.heads * full + w.slidingHeads * seen) * p.scoreBytes / d.bandwidth;
  }
  terms.cache += p.recurrentCost * prompt.tokens * (w.stateBytes / kStateBytes) * 40.0 / d.halfFlops;
  terms.launch += w.layers * (p.prefillLayerSeconds * blocks + kPromptLayerSeconds * prompt.count);
  for (std::size_t i = 0; i <= static_cast<std::size_t>(TensorType::BF16); ++i) {
    if (w.experts[i] > 0.05 * w.expertsTotal) {
      terms.launch += prompt.count * hit * w.expertMatrices * p.expertSeconds * (w.experts[i] / w.expertsTotal);
    }
  }
}

}  // namespace llmcalc::speed
