// workload.hpp: what is asked of the engine, besides the runtime.
#pragma once

#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"

namespace llmcalc {

// What is asked of the engine, besides the runtime.
struct Workload {
  double promptLength = 512;  // tokens of one prompt that are computed; 0 for none
  double outputLength = 128;  // tokens that are generated, at least 1
  double cachedTokens = 0;    // tokens in the cache before the prompt
  double concurrency = 1;     // sequences at the same time, from 1 to 4096
  double draftLength = 0;     // tokens that a draft proposes at a time, up to 64; 0: no draft
  double acceptanceRate = 0;  // of the tokens of a draft, 0 to 1
  double draftCost = 0;       // of one drafted token, relative to a step of the model
  double fileBytes =
      0;  // bytes of the file's tensors, where its mix of types is not the file type's usual one; 0: by the rules
};

namespace detail {

inline constexpr Range kConcurrency{"", "a whole number from 1 to 4096", 1.0, 4096.0};
inline constexpr Range kDraftLength{"", "a whole number from 0 to 64", 0.0, 64.0};
inline constexpr Quantity kShare{"from 0 to 1", "from 0 to 1", "", 0.0, 1.0, false};
inline constexpr Quantity kDraftCost{"from 0 to 10", "from 0 to 10", "", 0.0, 10.0, false};
inline constexpr Quantity kFileBytes{
    "from 1e3 to 1e15 bytes, or 0 where unknown", "from 1e3 to 1e15 bytes, or 0 where unknown", "", 1e3, 1e15, true};

}  // namespace detail

template <>
inline constexpr auto kFields<Workload> = std::tuple{
    field::Number{"workload.promptLength", &Workload::promptLength, &field::kWholeOrNone},
    field::Number{"workload.outputLength", &Workload::outputLength, &field::kWholePositive},
    field::Number{"workload.cachedTokens", &Workload::cachedTokens, &field::kWholeOrNone},
    field::Number{"workload.concurrency", &Workload::concurrency, &detail::kConcurrency},
    field::Number{"workload.draftLength", &Workload::draftLength, &detail::kDraftLength},
    field::Measure{"workload.acceptanceRate", &Workload::acceptanceRate, &detail::kShare},
    field::Measure{"workload.draftCost", &Workload::draftCost, &detail::kDraftCost},
    field::Measure{"workload.fileBytes", &Workload::fileBytes, &detail::kFileBytes},
};

}  // namespace llmcalc
