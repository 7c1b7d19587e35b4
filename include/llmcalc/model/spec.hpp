// spec.hpp: the shape of a language model, as far as memory and speed depend on it.
//
// A model is a few groups of equal layers and the order in which they follow each other: Gemma 3 is {sliding x 5,
// full x 1} over and over. Everything is counted in elements; file types and engines turn elements into bytes.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/model/architecture.hpp"

namespace llmcalc {

enum class Attention : std::uint8_t {
  none,
  full,
  sliding,  // a window of the last tokens, or chunks of the window's length, whose cache llama.cpp makes alike
  mla,      // multi-head latent attention: one compressed key for all heads
};
inline constexpr std::array<std::string_view, 4> kAttentions = {"none", "full", "sliding", "mla"};

enum class Recurrence : std::uint8_t { none, mamba1, mamba2, gatedDeltaNet, shortConvolution };
inline constexpr std::array<std::string_view, 5> kRecurrences = {"none", "mamba1", "mamba2", "gatedDeltaNet",
                                                                 "shortConvolution"};

enum class FeedForward : std::uint8_t {
  none,
  gated,       // gate, up and down
  fusedGated,  // gate and up in one matrix
  plain,       // up and down
};
inline constexpr std::array<std::string_view, 4> kFeedForwards = {"none", "gated", "fusedGated", "plain"};

// Layers of one shape. Lengths are in elements. A field that does not apply is 0.
struct LayerGroup {
  // Attention. A layer may have attention and recurrence side by side (Falcon-H1).
  Attention attention = Attention::full;
  double headCount = 0;       // query heads
  double kvHeadCount = 0;     // key/value heads; 1 for mla
  double keyLength = 0;       // per head; mla: kvLoraRank + ropeLength
  double valueLength = 0;     // per head
  bool sharesCache = false;   // reads the cache of an earlier layer (Gemma 3n, Gemma 4)
  bool valueFromKey = false;  // has no value matrix (Gemma 4's full layers)
  bool fusedQKV = false;      // one matrix for queries, keys and values
  bool gatedQuery = false;    // the query matrix gives a gate too: twice the rows (Qwen3-Next)
  double queryLoraRank = 0;   // mla; 0 for one query matrix
  double kvLoraRank = 0;      // mla
  double ropeLength = 0;      // mla: the part of a key with positions
  double mlaKeyLength = 0;    // mla: per head, uncompressed
  double mlaValueLength = 0;  // mla: per head, uncompressed
  // Sparse attention's index keeps one more key of this length per token (DeepSeek V3.2, GLM-5, MiniMax M3).
  double indexerKeyLength = 0;

  // Recurrence.
  Recurrence recurrence = Recurrence::none;
  double convolutionLength = 0;  // taps
  double innerLength = 0;        // channels; gatedDeltaNet: value heads x value length
  double stateLength = 0;        // per channel; gatedDeltaNet: key length
  double stateGroupCount = 0;    // gatedDeltaNet: key heads
  double timeStepRank = 0;       // mamba1: rank, mamba2: heads, gatedDeltaNet: value heads

  // Feed-forward.
  FeedForward feedForward = FeedForward::none;
  double feedForwardLength = 0;
  double expertCount = 0;
  double expertsUsed = 0;
  double expertLength = 0;        // feed-forward length of one expert
  bool fusedExperts = false;      // gate and up of the experts in one tensor
  bool plainExperts = false;      // without a gate
  double sharedExpertLength = 0;  // of all shared experts together
  double expertHiddenLength = 0;  // of the vectors that experts work on; 0: the hidden size (Nemotron 3 Super has less)

  // Per-layer embeddings (Gemma 3n, Gemma 4 E): a matrix in and one out of this length.
  double perLayerEmbeddingLength = 0;

  // Elements that stay F32 in every file: norms, biases, convolutions, state matrices, routers.
  double vectorElements = 0;
  double expertVectorElements = 0;  // F32 elements that are moved with the experts: their biases
  // Elements of other matrices with rows of the hidden size, which follow the file type: an indexer's, gates of
  // attention, the projections to expertHiddenLength and back.
  double furtherElements = 0;
  // Elements of matrices that stay as they were converted, at 2 bytes (Gemma 3n's AltUp and Laurel).
  double unquantizedElements = 0;
};

// `count` layers of group `group`.
struct LayerRun {
  double group = 0;
  double count = 0;
};

// A decoder-only language model.
struct ModelSpec {
  static constexpr std::size_t kMaximumGroups = 8;
  static constexpr std::size_t kMaximumRuns = 160;
  static constexpr double kMaximumLayers = 1024;

  Architecture architecture = Architecture::common;
  double vocabularySize = 0;
  double hiddenSize = 0;
  double layerCount = 0;        // repeating layers, prediction layers not counted
  double contextLength = 0;     // tokens it was trained for; 0: unknown
  double slidingWindow = 0;     // tokens that a sliding layer sees
  bool tiedEmbeddings = false;  // the head is the token embedding
  bool is70B = false;  // llama-quantize gives values more bits in a "70B": 80 layers of llama, qwen2, olmo or deci
  // Per-layer embeddings: one table for all layers, beside the token embedding.
  double perLayerEmbeddingLength = 0;
  // Elements that belong to no layer, by where they are placed: vectors are F32, unquantised elements have 2 bytes.
  double outputVectorElements = 0;           // elements placed with the head, F32 (the last norm)
  double outputUnquantizedElements = 0;      // elements placed with the head, 2 bytes each
  double firstLayerVectorElements = 0;       // elements placed with the first layer, F32
  double firstLayerUnquantizedElements = 0;  // elements placed with the first layer, 2 bytes each

  // Multi-token-prediction blocks: in the file, not loaded, and counted among the layers. Each is a layer of group
  // `predictionGroup` and a projection from twice the hidden size.
  double predictionLayerCount = 0;
  double predictionGroup = 0;  // index of their group

  double groupCount = 0;
  std::array<LayerGroup, kMaximumGroups> groups{};
  // Runs follow each other, and start over until there are layerCount layers.
  double runCount = 0;
  std::array<LayerRun, kMaximumRuns> runs{};
};

inline constexpr Range kLayerRange{"", "a whole number from 1 to 1024", 1.0, ModelSpec::kMaximumLayers};

namespace detail {

inline constexpr Range kLayersOrNone{"", "a whole number from 0 to 1024", 0.0, ModelSpec::kMaximumLayers};
inline constexpr Range kGroups{"", "1 to 8 groups", 1.0, static_cast<double>(ModelSpec::kMaximumGroups)};
inline constexpr Range kRuns{"", "1 to 160 runs", 1.0, static_cast<double>(ModelSpec::kMaximumRuns)};

}  // namespace detail

// Checks take five ranged numbers at a time and skip them where all are 0: numbers that a layer has together stand
// together, and what every layer has stands last.
template <>
inline constexpr auto kFields<LayerGroup> = std::tuple{
    field::Choice{"model.groups[].attention", &LayerGroup::attention, kAttentions},
    field::Number{"model.groups[].headCount", &LayerGroup::headCount, &field::kWholeOrNone},
    field::Number{"model.groups[].kvHeadCount", &LayerGroup::kvHeadCount, &field::kWholeOrNone},
    field::Number{"model.groups[].keyLength", &LayerGroup::keyLength, &field::kWholeOrNone},
    field::Number{"model.groups[].valueLength", &LayerGroup::valueLength, &field::kWholeOrNone},
    field::Flag{"model.groups[].sharesCache", &LayerGroup::sharesCache},
    field::Flag{"model.groups[].valueFromKey", &LayerGroup::valueFromKey},
    field::Flag{"model.groups[].fusedQKV", &LayerGroup::fusedQKV},
    field::Flag{"model.groups[].gatedQuery", &LayerGroup::gatedQuery},
    field::Choice{"model.groups[].feedForward", &LayerGroup::feedForward, kFeedForwards},
    field::Number{"model.groups[].feedForwardLength", &LayerGroup::feedForwardLength, &field::kWholeOrNone},

    field::Number{"model.groups[].queryLoraRank", &LayerGroup::queryLoraRank, &field::kWholeOrNone},
    field::Number{"model.groups[].kvLoraRank", &LayerGroup::kvLoraRank, &field::kWholeOrNone},
    field::Number{"model.groups[].ropeLength", &LayerGroup::ropeLength, &field::kWholeOrNone},
    field::Number{"model.groups[].mlaKeyLength", &LayerGroup::mlaKeyLength, &field::kWholeOrNone},
    field::Number{"model.groups[].mlaValueLength", &LayerGroup::mlaValueLength, &field::kWholeOrNone},

    field::Choice{"model.groups[].recurrence", &LayerGroup::recurrence, kRecurrences},
    field::Number{"model.groups[].convolutionLength", &LayerGroup::convolutionLength, &field::kWholeOrNone},
    field::Number{"model.groups[].innerLength", &LayerGroup::innerLength, &field::kWholeOrNone},
    field::Number{"model.groups[].stateLength", &LayerGroup::stateLength, &field::kWholeOrNone},
    field::Number{"model.groups[].stateGroupCount", &LayerGroup::stateGroupCount, &field::kWholeOrNone},
    field::Number{"model.groups[].timeStepRank", &LayerGroup::timeStepRank, &field::kWholeOrNone},

    field::Number{"model.groups[].expertCount", &LayerGroup::expertCount, &field::kWholeOrNone},
    field::Number{"model.groups[].expertsUsed", &LayerGroup::expertsUsed, &field::kWholeOrNone},
    field::Number{"model.groups[].expertLength", &LayerGroup::expertLength, &field::kWholeOrNone},
    field::Number{"model.groups[].sharedExpertLength", &LayerGroup::sharedExpertLength, &field::kWholeOrNone},
    field::Number{"model.groups[].expertHiddenLength", &LayerGroup::expertHiddenLength, &field::kWholeOrNone},
    field::Flag{"model.groups[].fusedExperts", &LayerGroup::fusedExperts},
    field::Flag{"model.groups[].plainExperts", &LayerGroup::plainExperts},

    field::Number{"model.groups[].indexerKeyLength", &LayerGroup::indexerKeyLength, &field::kWholeOrNone},
    field::Number{"model.groups[].perLayerEmbeddingLength", &LayerGroup::perLayerEmbeddingLength, &field::kWholeOrNone},
    field::Number{"model.groups[].expertVectorElements", &LayerGroup::expertVectorElements, &field::kElements},
    field::Number{"model.groups[].unquantizedElements", &LayerGroup::unquantizedElements, &field::kElements},
    field::Number{"model.groups[].furtherElements", &LayerGroup::furtherElements, &field::kElements},

    field::Number{"model.groups[].vectorElements", &LayerGroup::vectorElements, &field::kElements},
};

template <>
inline constexpr auto kFields<LayerRun> = std::tuple{
    field::Number{"model.runs[].group", &LayerRun::group},
    field::Number{"model.runs[].count", &LayerRun::count, &kLayerRange},
};

// Numbers that every model has stand first, for the reason given at kFields<LayerGroup>.
template <>
inline constexpr auto kFields<ModelSpec> = std::tuple{
    field::Choice{"model.architecture", &ModelSpec::architecture, kArchitectures},
    field::Number{"model.vocabularySize", &ModelSpec::vocabularySize, &field::kWholePositive},
    field::Number{"model.hiddenSize", &ModelSpec::hiddenSize, &field::kWholePositive},
    field::Number{"model.layerCount", &ModelSpec::layerCount, &kLayerRange},
    field::Number{"model.contextLength", &ModelSpec::contextLength, &field::kWholeOrNone},
    field::Count{"model.groups", &ModelSpec::groupCount, &detail::kGroups},
    field::Count{"model.runs", &ModelSpec::runCount, &detail::kRuns},
    field::Number{"model.slidingWindow", &ModelSpec::slidingWindow, &field::kWholeOrNone},
    field::Number{"model.outputVectorElements", &ModelSpec::outputVectorElements, &field::kElements},
    field::Flag{"model.tiedEmbeddings", &ModelSpec::tiedEmbeddings},
    field::Flag{"model.is70B", &ModelSpec::is70B},
    field::Number{"model.perLayerEmbeddingLength", &ModelSpec::perLayerEmbeddingLength, &field::kWholeOrNone},
    field::Number{"model.outputUnquantizedElements", &ModelSpec::outputUnquantizedElements, &field::kElements},
    field::Number{"model.firstLayerVectorElements", &ModelSpec::firstLayerVectorElements, &field::kElements},
    field::Number{"model.firstLayerUnquantizedElements", &ModelSpec::firstLayerUnquantizedElements, &field::kElements},
    field::Number{"model.predictionLayerCount", &ModelSpec::predictionLayerCount, &detail::kLayersOrNone},
    field::Number{"model.predictionGroup", &ModelSpec::predictionGroup},
};

// Whether layers of the group see a window of the last tokens alone.
[[nodiscard]] constexpr bool isSliding(const LayerGroup& group) noexcept {
  return group.attention == Attention::sliding;
}

// Whether layers of the group attend to keys and values that are kept apart: those of mla are one compressed vector.
[[nodiscard]] constexpr bool keepsValues(const LayerGroup& group) noexcept {
  return group.attention != Attention::none && group.attention != Attention::mla;
}

// Whether layers of the group keep keys and values of their own.
[[nodiscard]] constexpr bool hasCache(const LayerGroup& group) noexcept {
  return group.attention != Attention::none && !group.sharesCache && group.kvHeadCount > 0.0;
}

}  // namespace llmcalc
