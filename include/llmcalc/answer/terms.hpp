// terms.hpp: words of a plan that an engine's formulas and the answer share.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "llmcalc/base/field.hpp"

namespace llmcalc {

// Cells of the attention caches. Each of `streams` streams has so many; a unified cache is one stream.
struct CacheCells {
  double streams = 1;
  double full = 0;
  double sliding = 0;  // 0 without sliding layers
};

template <>
inline constexpr auto kFields<CacheCells> = std::tuple{
    field::Number{"plan.cells.streams", &CacheCells::streams},
    field::Number{"plan.cells.full", &CacheCells::full},
    field::Number{"plan.cells.sliding", &CacheCells::sliding},
};

// The part of a graph that needs the most scratch memory, and so sets the size of a compute buffer.
enum class Stage : std::uint8_t {
  none,
  logits,
  feedForward,
  experts,
  attention,
  latentAttention,
  recurrence,
  hostCopy,  // what the host holds, copied to be computed with
};
inline constexpr std::array<std::string_view, 8> kStages = {"none",      "logits",          "feedForward", "experts",
                                                            "attention", "latentAttention", "recurrence",  "hostCopy"};

}  // namespace llmcalc
