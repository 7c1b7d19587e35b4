// layers.hpp: one layer of a model, of the keys of a GGUF header and what its architecture has beside them. The number
// of tensors and elements was checked against what llama-quantize printed for the models in tests/golden.
#pragma once

#include <cmath>

#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/readers/gguf/architectures.hpp"
#include "llmcalc/readers/gguf/keys.hpp"

namespace llmcalc::gguf {

// AltUp's streams and Laurel's rank in Gemma 3n; the rank is in no key.
inline constexpr double kAltUpStreams = 4;
inline constexpr double kLaurelRank = 64;
// GLM-5.2, told by its context, shares an index among the layers up to the next that has one.
inline constexpr double kIndexSharingContext = 1048576;

class Layers {
 public:
  // Reads what all layers have; the reader's violation says whether it could.
  Layers(KeyReader& keys, const ArchitectureTraits& traits, const TensorFacts& tensors);

  // A layer, or a block that predicts further tokens, of which the first has the number `layerCount`.
  [[nodiscard]] LayerGroup at(int i, bool prediction = false);

  [[nodiscard]] double layerCount() const noexcept { return layerCount_; }
  [[nodiscard]] double predictionLayerCount() const noexcept { return blocks_ - layerCount_; }
  [[nodiscard]] double hidden() const noexcept { return hidden_; }
  [[nodiscard]] double vocabulary() const noexcept { return vocabulary_; }
  [[nodiscard]] double window() const noexcept { return window_; }
  [[nodiscard]] double keyLength() const noexcept { return keyLength_; }
  [[nodiscard]] double perLayerEmbeddingLength() const noexcept { return perLayerEmbeddingLength_; }
  [[nodiscard]] double heads(int i) const noexcept { return keys_.at(Key::headCount, i, 0.0); }
  [[nodiscard]] double kvHeads(int i) const noexcept { return keys_.at(Key::kvHeadCount, i, usualKvHeads_); }

 private:
  void readAttention();
  void readExperts();

  [[nodiscard]] bool slides(int i) const noexcept;
  [[nodiscard]] bool hasIndexer(int i);
  [[nodiscard]] bool attends(int i, bool prediction) const noexcept;

  // These add what is named to a layer, and return the elements of its vectors.
  double addAttention(LayerGroup& layer, bool full, int i, bool prediction);
  double addLatent(LayerGroup& layer, double kvLoraRank, int i);
  double addHeads(LayerGroup& layer, bool full, int i);
  double addRecurrence(LayerGroup& layer);
  double addFeedForward(LayerGroup& layer, bool experts, double length);
  double addExperts(LayerGroup& layer);

  KeyReader& keys_;
  const ArchitectureTraits& traits_;

  double hidden_ = 0;
  double layerCount_ = 0;
  double blocks_ = 0;  // layers and prediction blocks
  double vocabulary_ = 0;
  double usualKvHeads_ = 0;
  double keyLength_ = 0;
  double valueLength_ = 0;
  double window_ = 0;
  double sharedFrom_ = 0;
  double perLayerEmbeddingLength_ = 0;
  bool isJoined_ = false;  // keys and values of latent attention
  bool qkvBias_ = false;
  QkNorm qkNorm_ = QkNorm::none;
  double norms_ = 0;
  double expertCount_ = 0;
  double denseLayers_ = 0;
  double expertPeriod_ = 1;
  double expertLength_ = 0;
  bool routerBias_ = false;
  double indexerHeads_ = 0;
  double indexerKeyLength_ = 0;
  double sharedExpertLength_ = 0;
  double attentionInterval_ = 0;
  LayerGroup state_;  // what a recurrence keeps
};

inline Layers::Layers(KeyReader& keys, const ArchitectureTraits& traits, const TensorFacts& tensors)
    : keys_(keys), traits_(traits) {
  hidden_ = keys_.one(Key::embeddingLength);
  const double declared = keys_.one(Key::predictionLayers, 0.0);
  layerCount_ = keys_.one(Key::blockCount) - declared;
  constexpr Range kRange{"", "", 1.0, ModelSpec::kMaximumLayers};
  if (!containsWhole(kRange, layerCount_)) keys_.report(Key::blockCount, kLayerCount, layerCount_);
  if (keys_.found()) return;
  double predictions = declared;
  if (tensors.known) {
    // A file may declare prediction blocks and be published without them; it counts as it is.
    predictions = 0.0;
    for (const double block : tensors.blocks) {
      if (block >= layerCount_ && block < layerCount_ + declared) predictions += 1.0;
    }
  }
  blocks_ = layerCount_ + predictions;
  readAttention();
  readExperts();
  // Files from before April 2025 have keys and values of every head joined, and llama.cpp caches both whole. The sizes
  // of their matrices are in no key.
  isJoined_ = tensors.known && keys_.one(Key::kvLoraRank, 0.0) > 0.0 && tensors.hasJoinedLatent &&
              keys_.raw(Key::mlaKeyLength).form == KeyValue::Form::absent;
  state_.convolutionLength = keys_.one(Key::convolutionLength, 0.0);
  state_.innerLength = keys_.one(Key::innerLength, 0.0);
  state_.stateLength = keys_.one(Key::stateLength, 0.0);
  state_.stateGroupCount = keys_.one(Key::stateGroupCount, 0.0);
  state_.timeStepRank = keys_.one(Key::timeStepRank, 0.0);
}

inline void Layers::readAttention() {
  vocabulary_ = keys_.one(Key::vocabularySize, keys_.tokens());
  const double anyHeads = keys_.each(Key::headCount, layerCount_, blocks_, 0.0);
  usualKvHeads_ = keys_.one(Key::headCount, 0.0);
  keys_.each(Key::kvHeadCount, layerCount_, blocks_, usualKvHeads_);
  const double usualLength = anyHeads > 0.0 ? hidden_ / anyHeads : 0.0;
  keyLength_ = keys_.one(Key::keyLength, usualLength);
  valueLength_ = keys_.one(Key::valueLength, usualLength);
  window_ = traits_.ignoresWindow ? 0.0 : keys_.one(Key::slidingWindow, 0.0);
  if (traits_.chunk > 0.0) window_ = traits_.chunk;
  if (traits_.windowLayers > 0.0) {
    constexpr double kUsualWindow = 4096;
    window_ = layerCount_ != traits_.windowLayers ? 0.0 : window_ > 0.0 ? window_ : kUsualWindow;
  }
  sharedFrom_ = layerCount_ - keys_.one(Key::sharedCacheLayers, 0.0);

  const double firstKvHeads = kvHeads(0);
  qkvBias_ = traits_.qkvBias || (traits_.qkvBiasAtTwoHeads && firstKvHeads == 2.0);
  qkNorm_ = layerCount_ >= traits_.qkNormLayers ? traits_.qkNorm : QkNorm::none;
  norms_ = traits_.parallelAtOneHead && firstKvHeads == 1.0 ? 1.0 : traits_.norms;
}

inline void Layers::readExperts() {
  const double longest = keys_.each(Key::feedForwardLength, layerCount_, blocks_, 0.0);
  perLayerEmbeddingLength_ = keys_.one(Key::perLayerEmbeddingLength, 0.0);
  expertCount_ = keys_.one(Key::expertCount, 0.0);
  denseLayers_ = keys_.one(Key::denseLayers, 0.0);
  expertPeriod_ = keys_.one(Key::expertPeriod, traits_.expertPeriod);
  const double usual = traits_.expertsShareLength ? longest / keys_.one(Key::expertsUsed) : longest;
  expertLength_ = keys_.one(Key::expertLength, usual == usual ? usual : 0.0);
  constexpr double kSigmoid = 2;
  routerBias_ = keys_.one(Key::expertGating, 0.0) == kSigmoid || traits_.routerBias;
  indexerHeads_ = keys_.one(Key::indexerHeads, 0.0);
  indexerKeyLength_ = keys_.one(Key::indexerKeyLength, 0.0);
  sharedExpertLength_ = keys_.one(Key::sharedExpertLength, 0.0);
  if (sharedExpertLength_ == 0.0) {
    const auto count = [&] { return traits_.oneSharedExpert ? 1.0 : keys_.one(Key::sharedExperts, 0.0); };
    sharedExpertLength_ = traits_.sharedExpertAsLong ? longest : count() * expertLength_;
  }
  constexpr double kUsualInterval = 4;
  attentionInterval_ = keys_.one(Key::attentionInterval, kUsualInterval);
}

inline bool Layers::slides(int i) const noexcept {
  if (!(window_ > 0.0)) return false;
  const KeyValue& pattern = keys_.raw(Key::slidingPattern);
  // Of prediction blocks only those slide that a list names.
  if (pattern.form == KeyValue::Form::list) {
    const auto place = static_cast<std::size_t>(i);
    return place < pattern.list.size() && i < blocks_ && pattern.list[place] != 0.0;
  }
  const double period = pattern.form == KeyValue::Form::number ? pattern.number : traits_.window;
  return i < layerCount_ && std::fmod(i, period) < period - 1.0;
}

inline bool Layers::hasIndexer(int i) {
  const KeyValue& types = keys_.raw(Key::indexerTypes);
  if (types.form == KeyValue::Form::list) {
    const auto place = static_cast<std::size_t>(i);
    return place < types.list.size() && types.list[place] != 0.0;
  }
  if (!traits_.indexSharing || keys_.one(Key::contextLength, 0.0) < kIndexSharingContext) return true;
  return i < 3 || (i - 2) % 4 == 0;
}

inline bool Layers::attends(int i, bool prediction) const noexcept {
  switch (traits_.mixing) {
    case Mixing::recurrence:
      return false;
    case Mixing::optional:
      return heads(i) > 0.0;
    case Mixing::elsewhere:
    case Mixing::oneOfThree:
      return kvHeads(i) > 0.0;
    case Mixing::interval:
      return prediction || std::fmod(i + 1, attentionInterval_) == 0.0;
    case Mixing::attention:
    case Mixing::beside:
      break;
  }
  return true;
}

inline double Layers::addAttention(LayerGroup& layer, bool full, int i, bool prediction) {
  layer.headCount = heads(i);
  const double kvLoraRank = isJoined_ ? 0.0 : keys_.one(Key::kvLoraRank, 0.0);
  double vectors = kvLoraRank != 0.0 ? addLatent(layer, kvLoraRank, i) : addHeads(layer, full, i);
  if (traits_.outputBias) vectors += hidden_;
  if (traits_.sinks || (traits_.slidingSinks && !full && !prediction)) vectors += heads(i);
  return vectors;
}

inline double Layers::addLatent(LayerGroup& layer, double kvLoraRank, int i) {
  const double queryLoraRank = keys_.one(Key::queryLoraRank, 0.0);
  const double ropeLength = keys_.one(Key::ropeLength);
  layer.attention = Attention::mla;
  layer.kvHeadCount = 1;
  layer.keyLength = kvLoraRank + ropeLength;
  layer.queryLoraRank = queryLoraRank;
  layer.kvLoraRank = kvLoraRank;
  layer.ropeLength = ropeLength;
  layer.mlaKeyLength = keys_.one(Key::mlaKeyLength);
  layer.mlaValueLength = keys_.one(Key::mlaValueLength);
  double vectors = kvLoraRank + queryLoraRank;
  const int last = static_cast<int>(layerCount_) - 1;
  if (indexerHeads_ > 0.0 && hasIndexer(i < last ? i : last)) {
    layer.indexerKeyLength = indexerKeyLength_;
    layer.furtherElements =
        hidden_ * (indexerKeyLength_ + indexerHeads_) + queryLoraRank * indexerHeads_ * indexerKeyLength_;
    vectors += 2.0 * indexerKeyLength_;
  }
  return vectors;
}

inline double Layers::addHeads(LayerGroup& layer, bool full, int i) {
  const double key = full ? keyLength_ : keys_.one(Key::slidingKeyLength, keyLength_);
  const double value = full ? valueLength_ : keys_.one(Key::slidingValueLength, valueLength_);
  layer.attention = full ? Attention::full : Attention::sliding;
  layer.kvHeadCount = kvHeads(i);
  layer.keyLength = key;
  layer.valueLength = value;
  layer.sharesCache = i >= sharedFrom_;
  layer.fusedQKV = traits_.fusedQKV;
  layer.gatedQuery = traits_.recurrence == Recurrence::gatedDeltaNet;
  const double q = heads(i) * key;
  const double kv = kvHeads(i) * key;
  double vectors = 0;
  if (qkvBias_) vectors += q + kv + kvHeads(i) * value;
  if (qkNorm_ != QkNorm::none) vectors += qkNorm_ == QkNorm::head ? 2.0 * key : q + kv;
  if (traits_.headGate) layer.furtherElements = hidden_ * heads(i);
  if (indexerHeads_ > 0.0 && i >= denseLayers_) {
    layer.indexerKeyLength = indexerKeyLength_;
    layer.unquantizedElements = hidden_ * (indexerHeads_ + 1.0) * indexerKeyLength_;
    vectors += 2.0 * indexerKeyLength_;
  }
  layer.valueFromKey = traits_.valueFromKey && full && keys_.raw(Key::kvHeadCount).form == KeyValue::Form::list;
  return vectors;
}

inline double Layers::addRecurrence(LayerGroup& layer) {
  layer.recurrence = traits_.recurrence;
  if (layer.recurrence == Recurrence::shortConvolution) {
    layer.convolutionLength = keys_.one(Key::shortConvolutionLength);
    return layer.convolutionLength * hidden_;
  }
  const double taps = layer.convolutionLength = state_.convolutionLength;
  const double inner = layer.innerLength = state_.innerLength;
  const double state = layer.stateLength = state_.stateLength;
  const double rank = layer.timeStepRank = state_.timeStepRank;
  if (layer.recurrence == Recurrence::mamba1) {
    const double norms = traits_.timeStepNorms ? rank + 2.0 * state : 0.0;
    return (taps + 1.0) * inner + (state + 2.0) * inner + norms;
  }
  layer.stateGroupCount = state_.stateGroupCount;
  const double channels = 2.0 * layer.stateGroupCount * state + inner;
  if (layer.recurrence == Recurrence::gatedDeltaNet) return taps * channels + 2.0 * rank + inner / rank;
  return (taps + 1.0) * channels + 3.0 * rank + (traits_.plainRecurrence ? 0.0 : inner);
}

inline double Layers::addFeedForward(LayerGroup& layer, bool experts, double length) {
  double vectors = 0;
  if ((!experts || traits_.denseBesideExperts) && length > 0.0) {
    layer.feedForward = traits_.feedForward;
    layer.feedForwardLength = length;
    if (traits_.feedForwardBias) vectors += length + hidden_;
  }
  return experts ? vectors + addExperts(layer) : vectors;
}

inline double Layers::addExperts(LayerGroup& layer) {
  layer.expertCount = expertCount_;
  layer.expertsUsed = keys_.one(Key::expertsUsed);
  layer.expertLength = expertLength_;
  layer.plainExperts = traits_.feedForward == FeedForward::plain;
  const double latent = keys_.one(Key::expertHiddenLength, 0.0);
  if (latent > 0.0) {
    layer.expertHiddenLength = latent;
    layer.furtherElements = 2.0 * hidden_ * latent;
  }
  double vectors = hidden_ * expertCount_;
  if (routerBias_) vectors += expertCount_;
  if (traits_.denseBesideExperts) {
    layer.fusedExperts = true;
    vectors += 4.0 * hidden_;
    layer.expertVectorElements = expertCount_;
  } else if (sharedExpertLength_ > 0.0) {
    layer.sharedExpertLength = sharedExpertLength_;
    if (traits_.sharedExpertGate) vectors += hidden_;
  }
  if (traits_.expertBiases) {
    vectors += expertCount_;
    layer.expertVectorElements = expertCount_ * (2.0 * expertLength_ + hidden_);
  }
  return vectors;
}

inline LayerGroup Layers::at(int i, bool prediction) {
  LayerGroup layer;
  layer.attention = Attention::none;
  double length = keys_.at(Key::feedForwardLength, i, 0.0);
  const bool isDense = prediction && traits_.densePrediction;
  bool experts = expertCount_ > 0.0 && i >= denseLayers_ && std::fmod(i + 1, expertPeriod_) == 0.0 && !isDense;
  double vectors = norms_ * hidden_ * (traits_.normBiases ? 2.0 : 1.0);
  bool mixes = true;
  if (traits_.mixing == Mixing::recurrence || traits_.mixing == Mixing::oneOfThree) vectors = hidden_;
  if (traits_.mixing == Mixing::recurrence) length = 0.0;
  if (traits_.mixing == Mixing::oneOfThree) {
    experts = length > 0.0 && expertCount_ > 0.0;
    mixes = !(length > 0.0);
  }
  if (mixes) {
    const bool attention = attends(i, prediction);
    const bool maySlide = traits_.mixing == Mixing::attention || traits_.mixing == Mixing::interval;
    if (attention) vectors += addAttention(layer, !maySlide || !slides(i), i, prediction);
    if (traits_.mixing == Mixing::beside || (!attention && traits_.recurrence != Recurrence::none)) {
      vectors += addRecurrence(layer);
    } else if (!attention) {
      vectors -= hidden_;  // the norm before it
    }
  }
  vectors += addFeedForward(layer, experts, length);
  if (perLayerEmbeddingLength_ > 0.0) {
    layer.perLayerEmbeddingLength = perLayerEmbeddingLength_;
    vectors += hidden_;
  }
  if (traits_.layerScale) vectors += 1.0;
  if (traits_.altUp) {
    const double streams = keys_.one(Key::altUpStreams, kAltUpStreams);
    vectors += 3.0 * hidden_ + streams * streams + streams * streams * streams;
    layer.unquantizedElements = streams * hidden_ + 2.0 * kLaurelRank * hidden_;
  }
  if (prediction) vectors += traits_.predictionNorms * hidden_;
  layer.vectorElements = vectors;
  return layer;
}

}  // namespace llmcalc::gguf
