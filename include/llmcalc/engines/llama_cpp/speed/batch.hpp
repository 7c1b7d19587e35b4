// batch.hpp: what llama.cpp's kernels take for further sequences of a step.
#pragma once

#include "llmcalc/machine/backend.hpp"

namespace llmcalc::speed {

// The costs of batched steps were set by hand to runs on the H100 (tests/golden/h100.tsv) and a GB10, both with CUDA.
// Metal pads more, and few measurements of it are known.
struct BatchCosts {
  // Up to kVectorKernelSequences, each further sequence adds this share of a weight's work:
  double sequence = 0.32;        // of quantised weights
  double sequenceQ8 = 0.18;      // of Q8_0
  double floatSequence = 0.17;   // of weights that are not quantised
  double expertSequence = 0.67;  // of experts
  // Beyond, matrix kernels run:
  double tile = 1;             // sequences are padded to at least so many
  double prefill = 0.7;        // share of prefill's time per token that dense weights take
  double expertPrefill = 1.9;  // share of prefill's time per token that experts take
  double expertWork = 1.65;    // times an expert's work, once for all sequences
  // In both:
  double layer = 16e-6;           // s per layer, once
  double layerSequence = 1.6e-6;  // s per layer and further sequence
  double layerMatrix = 35e-6;     // s per layer where the matrix kernels run
  double cache = 1.4;             // times what a cache takes alone
};

[[nodiscard]] constexpr BatchCosts batchCosts(GpuBackend backend) noexcept {
  BatchCosts costs;
  if (backend == GpuBackend::metal) {
    costs.tile = 32;
    costs.prefill = 1.5;
  }
  return costs;
}

}  // namespace llmcalc::speed
