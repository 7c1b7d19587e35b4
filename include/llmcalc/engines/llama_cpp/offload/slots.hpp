// slots.hpp: the tensors of a replayed graph, and the layer whose tensors are copied.
#pragma once

#include <bit>
#include <cstdint>

#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// A layer, what of it is copied from the host, and how it is: 32 bits, to compare layers in one step.
struct CopiedLayer {
  std::uint32_t group : 4 = 0;
  std::uint32_t weights : 1 = 0;
  std::uint32_t experts : 1 = 0;
  std::uint32_t cache : 1 = 0;
  // Which tensors have the special type, where the file has one.
  std::uint32_t specialValues : 1 = 0;
  std::uint32_t specialDown : 1 = 0;
  std::uint32_t specialExpertsDown : 1 = 0;
  std::uint32_t specialSharedDown : 1 = 0;
  std::uint32_t specialUp : 1 = 0;
  // Whether it is the last that needs its mask, that needs positions, that has a state, and of all.
  std::uint32_t lastOfMask : 1 = 0;
  std::uint32_t lastAttention : 1 = 0;
  std::uint32_t lastRecurrence : 1 = 0;
  std::uint32_t last : 1 = 0;
  // What the next scan starts from is on the GPU, and is fetched before this layer ends.
  std::uint32_t fetchesTaps : 1 = 0;
  std::uint32_t fetchesLastTaps : 1 = 0;
  // What the graph comes to before something is copied again: attention to all cells, to a window of them, the last
  // layer, its end.
  std::uint32_t reachesFull : 1 = 0;
  std::uint32_t reachesSliding : 1 = 0;
  std::uint32_t reachesLast : 1 = 0;
  std::uint32_t reachesEnd : 1 = 0;
  std::uint32_t unused : 10 = 0;

  [[nodiscard]] bool operator==(const CopiedLayer& other) const noexcept {
    return std::bit_cast<std::uint32_t>(*this) == std::bit_cast<std::uint32_t>(other);
  }
};

inline constexpr double kVectorBytes = 4.0;  // of an element of norms and biases
inline constexpr double kIndexBytes = 16.0;  // of a sequence's number, as Vulkan aligns it

// The tensors of a layer. In a list of steps a slot is allocated, and `~` of a slot is freed.
enum class Slot : std::int8_t {
  input,      // what the layer, or its next part, starts from
  positions,  // from the first layer on that needs them
  lateness,   // positions, in a place of their own where a later piece of the graph is the first that rotates
  indices,    // of cells
  factors,    // of frequencies
  mask,
  slidingMask,
  perLayer,  // embeddings of all layers
  streams,
  shared,  // caches of the host's layers that the GPU's read, too
  ids,     // of the tokens that get logits
  // What stands between a weight and what was made of it.
  norm,
  weight,
  vectorWeight,
  heldWeight,
  flat,
  gate,
  // Attention.
  query,
  flatKey,
  key,
  value,
  keyCopy,
  valueCopy,
  lateValueCopy,
  scores,
  transposed,
  each,
  attended,
  lateAttended,
  open,
  rotated,
  projected,
  beside,
  // Recurrence.
  decay,
  beta,
  otherStates,
  states,  // indices: which sequence each state belongs to
  statesView,
  // The view of other sequences' states. There are none, so ggml takes a hole of no size for it; `at` is below 0 while
  // it is not taken.
  othersView,
  taps,
  again,
  mixed,
  joined,
  convolved,
  state,
  scanned,
  lateScanned,
  result,
  normedResult,
  // Networks.
  probabilities,
  order,
  shares,
  sum,
  clampedSum,
  normedShares,
  up,
  onlyUp,
  active,
  routed,
  dense,
  count,
};
[[nodiscard]] constexpr Slot operator~(Slot slot) noexcept { return static_cast<Slot>(~static_cast<int>(slot)); }

// Whether what the layer's convolution starts from is fetched while the layer before is computed.
[[nodiscard]] inline bool fetchesTapsEarly(const LayerGroup& g) noexcept {
  return g.attention == Attention::none && (g.recurrence == Recurrence::mamba1 || g.recurrence == Recurrence::mamba2 ||
                                            g.recurrence == Recurrence::shortConvolution);
}

}  // namespace llmcalc
