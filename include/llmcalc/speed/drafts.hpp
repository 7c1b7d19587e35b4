// drafts.hpp: how many tokens a step makes where a draft proposes some.
#pragma once

#include "llmcalc/question/workload.hpp"

namespace llmcalc::speed {

// The model's own token, and of the draft's tokens those before the first that is refused: each is accepted with the
// acceptance rate where all before it were. Source: Leviathan et al. 2023 (arXiv 2211.17192), equation 1.
//
// Where the share of all drafted tokens that was accepted is known (llama.cpp's "draft acceptance"), it is their mean
// already: no chance has to be assumed of each.
[[nodiscard]] constexpr double tokensPerStep(const Workload& workload) noexcept {
  if (workload.draftAcceptance > 0.0) return 1.0 + workload.draftAcceptance * workload.draftLength;
  double accepted = 1;
  double power = 1;
  for (double i = 0; i < workload.draftLength; i += 1.0) {
    power *= workload.acceptanceRate;
    accepted += power;
  }
  return accepted;
}

}  // namespace llmcalc::speed
