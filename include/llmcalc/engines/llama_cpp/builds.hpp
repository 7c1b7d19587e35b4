// builds.hpp: builds of llama.cpp at which what it allocates has changed.
#pragma once

namespace llmcalc {

// The golden data is of this build.
inline constexpr double kReferenceBuild = 11669.0;
// Two changes of spring 2026, somewhere between b9326 (2026-05-26) and b9512 (2026-06-04); the exact builds are not
// known here. From the first on the attention mask is f16 with flash attention (ggml-org/llama.cpp#23764): before, it
// was f32 with an f16 copy on the GPU. From the second on llama-server reserves logits for one token per sequence
// (#23861).
inline constexpr double kHalfMaskBuild = 9400.0;
inline constexpr double kCappedOutputsBuild = 9470.0;
// In autumn 2026 tokens and embeddings were mixed in one batch: since then the inputs have four hidden vectors a token,
// before they had two, and where they had gone logits took their place. b11269 still has two, what was built on
// 2026-10-08 has four; the exact build is not known here.
inline constexpr double kMixedInputsBuild = 11270.0;

}  // namespace llmcalc
