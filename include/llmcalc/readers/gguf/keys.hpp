// keys.hpp: the keys of a GGUF header that the shape of a model depends on, and their values as numbers.
//
// A key is named without its architecture: "block_count" of "llama.block_count". Its value is a number, or a list of
// one per layer. What is no number reaches this far as NaN, so that whoever has the header says what it was.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "llmcalc/base/result.hpp"

namespace llmcalc::gguf {

enum class Key : std::uint8_t {
  embeddingLength,
  predictionLayers,
  blockCount,
  vocabularySize,
  headCount,
  kvHeadCount,
  keyLength,
  valueLength,
  slidingKeyLength,
  slidingValueLength,
  slidingWindow,
  slidingPattern,
  sharedCacheLayers,
  feedForwardLength,
  perLayerEmbeddingLength,
  expertCount,
  denseLayers,
  expertPeriod,
  expertsUsed,
  expertLength,
  expertGating,
  indexerHeads,
  indexerKeyLength,
  indexerTypes,
  contextLength,
  sharedExpertLength,
  sharedExperts,
  attentionInterval,
  queryLoraRank,
  kvLoraRank,
  ropeLength,
  mlaKeyLength,
  mlaValueLength,
  convolutionLength,
  innerLength,
  stateLength,
  stateGroupCount,
  timeStepRank,
  shortConvolutionLength,
  expertHiddenLength,
  altUpStreams,
};

enum class KeyKind : std::uint8_t {
  number,  // of at least 0, or a list of such
  flags,   // a list of what is true or false
  period,  // such a list, or any number
};

struct KeyTraits {
  std::string_view name;
  KeyKind kind = KeyKind::number;
};

// In the order of Key.
inline constexpr auto kKeys = std::to_array<KeyTraits>({
    {"embedding_length"},
    {"nextn_predict_layers"},
    {"block_count"},
    {"vocab_size"},
    {"attention.head_count"},
    {"attention.head_count_kv"},
    {"attention.key_length"},
    {"attention.value_length"},
    {"attention.key_length_swa"},
    {"attention.value_length_swa"},
    {"attention.sliding_window"},
    {"attention.sliding_window_pattern", KeyKind::period},
    {"attention.shared_kv_layers"},
    {"feed_forward_length"},
    {"embedding_length_per_layer_input"},
    {"expert_count"},
    {"leading_dense_block_count"},
    {"interleave_moe_layer_step"},
    {"expert_used_count"},
    {"expert_feed_forward_length"},
    {"expert_gating_func"},
    {"attention.indexer.head_count"},
    {"attention.indexer.key_length"},
    {"attention.indexer.types", KeyKind::flags},
    {"context_length"},
    {"expert_shared_feed_forward_length"},
    {"expert_shared_count"},
    {"full_attention_interval"},
    {"attention.q_lora_rank"},
    {"attention.kv_lora_rank"},
    {"rope.dimension_count"},
    {"attention.key_length_mla"},
    {"attention.value_length_mla"},
    {"ssm.conv_kernel"},
    {"ssm.inner_size"},
    {"ssm.state_size"},
    {"ssm.group_count"},
    {"ssm.time_step_rank"},
    {"shortconv.l_cache"},
    {"moe_latent_size"},
    {"altup.num_inputs"},
});

inline constexpr double kNothing = std::numeric_limits<double>::quiet_NaN();
// In a list: what is true or false, which is a number where there is one per layer, and none elsewhere.
inline constexpr double kTrue = -1.0;
inline constexpr double kFalse = -2.0;

struct KeyValue {
  enum class Form : std::uint8_t { absent, number, list };

  Form form = Form::absent;
  double number = kNothing;
  std::span<const double> list{};
};

// What the tensors of a file tell of its model.
struct TensorFacts {
  bool known = false;                // there is a list of them
  bool hasOutput = false;            // output.weight
  bool hasJoinedLatent = false;      // blk.0.attn_kv_b.weight
  std::span<const double> blocks{};  // the numbers N of all that are called blk.N.*, each once
};

struct HeaderValues {
  std::array<KeyValue, kKeys.size()> keys{};
  double tokens = kNothing;  // in the vocabulary of the file
  TensorFacts tensors;

  [[nodiscard]] const KeyValue& operator[](Key key) const noexcept { return keys[static_cast<std::size_t>(key)]; }
  [[nodiscard]] KeyValue& operator[](Key key) noexcept { return keys[static_cast<std::size_t>(key)]; }
};

// What is wrong with a value, as requirements of a Violation.
inline constexpr std::string_view kMissing = "there";
inline constexpr std::string_view kNumber = "a number of at least 0";
inline constexpr std::string_view kOnePerLayer = "a list of one element per layer";
inline constexpr std::string_view kLayerCount = "1 to 1024 layers";

// Reads values and keeps the first violation, after which numbers mean nothing.
class KeyReader {
 public:
  explicit KeyReader(const HeaderValues& values) : values_(values) {}

  [[nodiscard]] const KeyValue& raw(Key key) const noexcept { return values_[key]; }
  [[nodiscard]] double tokens() const noexcept { return values_.tokens; }

  // The value, of a list the largest; `fallback` where there is none, which is missing if that is NaN.
  double one(Key key, double fallback = kNothing) noexcept {
    const KeyValue& value = raw(key);
    if (value.form == KeyValue::Form::number) return checked(key, value.number);
    if (value.form == KeyValue::Form::absent) {
      if (fallback != fallback) report(key, kMissing, fallback);
      return fallback;
    }
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < value.list.size(); ++i) {
      const double element = checked(key, value.list[i], static_cast<double>(i));
      if (element > most) most = element;
    }
    return most;
  }

  // Checks the values of all layers, and of the prediction blocks after them as far as a list has them. at() then has
  // them; the largest is returned.
  double each(Key key, double layers, double blocks, double fallback = kNothing) noexcept {
    const KeyValue& value = raw(key);
    if (value.form != KeyValue::Form::list) return one(key, fallback);
    const auto count = static_cast<double>(value.list.size());
    if (count < layers) {
      report(key, kOnePerLayer, count);
      violation_.limit = layers;
    }
    double most = -std::numeric_limits<double>::infinity();
    for (std::size_t i = 0; i < value.list.size() && static_cast<double>(i) < blocks; ++i) {
      const double element = checked(key, flagged(value.list[i]), static_cast<double>(i));
      if (element > most) most = element;
    }
    return most;
  }

  // Of a key that each() read: the value of a layer. A list that ends before has its last.
  [[nodiscard]] double at(Key key, int layer, double fallback) const noexcept {
    const KeyValue& value = raw(key);
    if (value.form == KeyValue::Form::number) return value.number;
    if (value.form == KeyValue::Form::absent || value.list.empty()) return fallback;
    const auto i = static_cast<std::size_t>(layer);
    return flagged(value.list[i < value.list.size() ? i : value.list.size() - 1]);
  }

  void report(Key key, std::string_view requirement, double value, double index = kNothing) noexcept {
    if (found_) return;
    violation_ = {kKeys[static_cast<std::size_t>(key)].name, requirement, value};
    violation_.index = index;
    found_ = true;
  }

  [[nodiscard]] bool found() const noexcept { return found_; }
  [[nodiscard]] const Violation& violation() const noexcept { return violation_; }

 private:
  [[nodiscard]] static double flagged(double element) noexcept {
    return element == kTrue ? 1.0 : element == kFalse ? 0.0 : element;
  }

  double checked(Key key, double value, double index = kNothing) noexcept {
    if (!(value >= 0.0 && isFinite(value))) report(key, kNumber, value, index);
    return value;
  }

  const HeaderValues& values_;
  Violation violation_{};
  bool found_ = false;
};

}  // namespace llmcalc::gguf
