// jamba.hpp: what tells Jamba, which a ModelSpec does not name, by its shape.
#pragma once

namespace llmcalc {

// Jamba alone has attention in some layers and Mamba 1 in others. It has no positions, so nothing is rotated.
[[nodiscard]] constexpr bool rotatesBesideMamba1(bool mamba1InAnyLayer) noexcept { return !mamba1InAnyLayer; }

}  // namespace llmcalc
