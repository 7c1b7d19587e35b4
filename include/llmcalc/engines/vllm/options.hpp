// options.hpp: what vLLM alone is asked, beside what every engine is (question/runtime.hpp).
#pragma once

#include <tuple>

#include "llmcalc/base/field.hpp"

namespace llmcalc {

namespace vllm {

// Nothing: its speed follows from what every engine is asked, and its memory is not planned.
struct Options {};

}  // namespace vllm

template <>
inline constexpr auto kFields<vllm::Options> = std::tuple{};

}  // namespace llmcalc
