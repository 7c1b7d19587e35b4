// layers.hpp: the layers of a model in order, one by one as runs or 32 at once as bits.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// Converts a number that a check found to be whole and small to the type that loops count with. It goes by way of int,
// because a conversion from double to an unsigned number of 64 bits takes several instructions.
[[nodiscard]] constexpr std::size_t asCount(double whole) noexcept {
  return static_cast<std::size_t>(static_cast<int>(whole));
}

// Visits the layers in order, as runs of one group: visit(first layer, count, group index).
template <typename Visit>
constexpr void visitRuns(const ModelSpec& model, Visit&& visit) {
  const auto layers = static_cast<int>(model.layerCount);
  const auto runs = asCount(model.runCount);
  if (runs == 1) return visit(0, layers, asCount(model.runs[0].group));
  for (int layer = 0; layer < layers;) {
    for (std::size_t run = 0; run < runs && layer < layers; ++run) {
      const int left = layers - layer;
      const auto whole = static_cast<int>(model.runs[run].count);
      const int count = whole < left ? whole : left;
      visit(layer, count, asCount(model.runs[run].group));
      layer += count;
    }
  }
}

// Up to 32 layers in a row. For every group there is a word with a bit for each layer, set where it is of the group.
struct LayerBlock {
  int first = 0;
  int count = 0;
  std::array<std::uint32_t, ModelSpec::kMaximumGroups> groups{};
};

// The layers in order, as blocks, so that what is asked of all layers is asked of 32 at once.
class LayerBlocks {
 public:
  constexpr explicit LayerBlocks(const ModelSpec& model) noexcept
      : runs_(model.runs.data()), last_(runs_ + asCount(model.runCount) - 1), run_(runs_) {
    left_ = run_ == last_ ? static_cast<int>(model.layerCount) : static_cast<int>(run_->count);
  }

  // Visits the next `count` layers: visit(block).
  template <typename Visit>
  constexpr void next(int count, Visit&& visit) noexcept {
    for (; count > 32; count -= 32) visit(block(32));
    visit(block(count));
  }

 private:
  [[nodiscard]] constexpr LayerBlock block(int count) noexcept {
    LayerBlock block{first_, count, {}};
    first_ += count;
    const LayerRun* run = run_;
    int left = left_;
    int at = 0;
    while (true) {
      const int n = left < count - at ? left : count - at;
      block.groups[asCount(run->group)] |= ~std::uint32_t{0} >> (32 - n) << at;
      at += n;
      left -= n;
      if (left == 0) {
        run = run == last_ ? runs_ : run + 1;
        left = static_cast<int>(run->count);
      }
      if (at == count) break;
    }
    run_ = run;
    left_ = left;
    return block;
  }

  const LayerRun* runs_;
  const LayerRun* last_;
  const LayerRun* run_;
  int left_;  // layers of run_ that are still to come
  int first_ = 0;
};

}  // namespace llmcalc
