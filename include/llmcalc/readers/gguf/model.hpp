// gguf/model.hpp: the values of a GGUF header as a ModelSpec. It allocates nothing; readers/gguf.hpp is for a header
// with names.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <type_traits>

#include "llmcalc/base/result.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/readers/gguf/architectures.hpp"
#include "llmcalc/readers/gguf/keys.hpp"
#include "llmcalc/readers/gguf/layers.hpp"

namespace llmcalc::gguf {

// Whether two layers are alike; what is unknown (0 / 0 of a bad header) is like what is unknown.
[[nodiscard]] inline bool isSame(const LayerGroup& a, const LayerGroup& b) noexcept {
  bool same = true;
  eachField<kFields<LayerGroup>>([&](auto at) {
    const auto one = a.*at.kRow.member;
    const auto other = b.*at.kRow.member;
    bool unknown = false;
    if constexpr (std::is_same_v<decltype(one), const double>) unknown = std::isnan(one) && std::isnan(other);
    same = same && (one == other || unknown);
  });
  return same;
}

// The architecture whose plan a model has.
[[nodiscard]] constexpr Architecture planOf(const ArchitectureTraits& traits) noexcept {
  const std::string_view name = traits.like.empty() ? traits.name : traits.like;
  for (std::size_t i = 1; i < kArchitectures.size(); ++i) {
    if (kArchitectures[i] == name) return static_cast<Architecture>(static_cast<std::uint8_t>(i));
  }
  return Architecture::common;
}

namespace detail {

// Layers as groups of equal ones, and the shortest run of them that repeats. There may be more of both than a spec has
// room for: planMemory refuses such a spec by their number.
class Grouping {
 public:
  Grouping(ModelSpec& model, Layers& layers) : model_(model), layers_(layers) {}

  void add(int i) {
    const LayerGroup layer = layers_.at(i);
    const auto known = asCount(model_.groupCount);
    std::size_t group = 0;
    while (group < known && !isSame(groupAt(group), layer)) ++group;
    order_[static_cast<std::size_t>(i)] = static_cast<std::uint16_t>(group);
    if (group < known) return;
    if (group < model_.groups.size()) model_.groups[group] = layer;
    first_[group] = static_cast<std::uint16_t>(i);
    model_.groupCount += 1.0;
  }

  void run() {
    const auto layers = asCount(model_.layerCount);
    std::size_t period = 1;
    while (period < layers && !repeats(period, layers)) ++period;
    std::size_t runs = 0;
    for (std::size_t i = 0; i < period; ++i) {
      if (i > 0 && order_[i] == order_[i - 1]) {
        if (runs <= model_.runs.size()) model_.runs[runs - 1].count += 1.0;
        continue;
      }
      if (runs < model_.runs.size()) model_.runs[runs] = {static_cast<double>(order_[i]), 1.0};
      ++runs;
    }
    model_.runCount = static_cast<double>(runs);
  }

 private:
  // A group, of those without room its first layer anew.
  [[nodiscard]] LayerGroup groupAt(std::size_t group) {
    return group < model_.groups.size() ? model_.groups[group] : layers_.at(first_[group]);
  }

  [[nodiscard]] bool repeats(std::size_t period, std::size_t layers) const noexcept {
    for (std::size_t i = period; i < layers; ++i) {
      if (order_[i] != order_[i - period]) return false;
    }
    return true;
  }

  ModelSpec& model_;
  Layers& layers_;
  std::array<std::uint16_t, static_cast<std::size_t>(ModelSpec::kMaximumLayers)> order_{};  // groups of layers
  std::array<std::uint16_t, static_cast<std::size_t>(ModelSpec::kMaximumLayers)> first_{};  // layers of groups
};

}  // namespace detail

// The model of an architecture's keys. `tiedEmbeddings`: where neither the tensors nor the architecture are to say it.
[[nodiscard]] inline Result<ModelSpec> tryModel(const ArchitectureTraits& traits, const HeaderValues& values,
                                                std::optional<bool> tiedEmbeddings = std::nullopt) {
  KeyReader keys(values);
  Layers layers(keys, traits, values.tensors);
  if (keys.found()) return keys.violation();
  Result<ModelSpec> result(std::in_place);
  ModelSpec& model = *result;
  const double hidden = layers.hidden();
  const bool tied = traits.tied || (traits.parallelAtOneHead && layers.kvHeads(0) == 1.0);
  model.architecture = planOf(traits);
  model.vocabularySize = layers.vocabulary();
  model.hiddenSize = hidden;
  model.layerCount = layers.layerCount();
  model.slidingWindow = layers.window();
  model.tiedEmbeddings = tiedEmbeddings.value_or(values.tensors.known ? !values.tensors.hasOutput : tied);
  model.is70B = traits.seventyB && model.layerCount == 80.0 && layers.heads(0) != layers.kvHeads(0);
  // The last norm, and a bias of the head.
  model.outputVectorElements = (traits.norms == 0.0 ? 0.0 : hidden) * (traits.normBiases ? 2.0 : 1.0) +
                               (traits.headBias ? model.vocabularySize : 0.0);

  detail::Grouping grouping(model, layers);
  const auto count = static_cast<int>(model.layerCount);
  for (int i = 0; i < count; ++i) grouping.add(i);
  grouping.run();
  model.contextLength = keys.one(Key::contextLength, 0.0);

  const double perLayer = layers.perLayerEmbeddingLength();
  if (perLayer > 0.0) {
    model.perLayerEmbeddingLength = perLayer;
    model.firstLayerVectorElements = perLayer;
    model.firstLayerUnquantizedElements = hidden * perLayer * model.layerCount;
  }
  if (traits.altUp) {
    model.outputUnquantizedElements = 2.0 * hidden * hidden * (keys.one(Key::altUpStreams, kAltUpStreams) - 1.0);
  }
  if (traits.ropeFrequencies) model.firstLayerVectorElements += layers.keyLength() / 2.0;
  if (layers.predictionLayerCount() > 0.0) {
    model.predictionLayerCount = layers.predictionLayerCount();
    model.predictionGroup = model.groupCount;
    if (model.groupCount < static_cast<double>(model.groups.size())) {
      model.groups[asCount(model.groupCount)] = layers.at(count, true);
    }
    model.groupCount += 1.0;
  }
  if (keys.found()) return keys.violation();
  return result;
}

}  // namespace llmcalc::gguf
