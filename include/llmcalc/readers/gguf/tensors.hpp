// gguf/tensors.hpp: the tensors of a file: their bytes, what they tell of the model, and where they go.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "llmcalc/base/result.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/readers/gguf/header.hpp"
#include "llmcalc/readers/gguf/keys.hpp"

namespace llmcalc::gguf {

[[nodiscard]] constexpr const TensorTypeTraits* findTensorType(double id) noexcept {
  for (const TensorTypeTraits& traits : kTensorTypes) {
    if (traits.id == id) return &traits;
  }
  return nullptr;
}

// The bytes of the n-th tensor of a list.
[[nodiscard]] inline Reading<double> bytesOf(const Tensor& tensor, std::size_t n) {
  constexpr std::size_t kMostDimensions = 4;
  constexpr double kMostElements = 1e15;
  constexpr std::size_t kShownName = 100;
  const auto fail = [&](std::string_view field, const std::string& requirement, const std::string& got) {
    std::string text("tensors[");
    text.append(formatNumber(static_cast<double>(n))).append("].").append(field).append(" must be ");
    text.append(requirement).append(", got ").append(got).append(" for ");
    return Reading<double>::refused(text.append(tensor.name.substr(0, kShownName)));
  };
  const TensorTypeTraits* type = findTensorType(tensor.type);
  if (!type) return fail("type", "a ggml type", formatNumber(tensor.type));
  const bool isShape = !tensor.shape.empty() && tensor.shape.size() <= kMostDimensions;
  std::string shown;
  double elements = isShape ? 1.0 : 0.0;
  for (std::size_t i = 0; isShape && i < tensor.shape.size(); ++i) {
    shown.append(i == 0 ? "" : ",").append(formatNumber(tensor.shape[i]));
    elements *= isWhole(tensor.shape[i]) ? tensor.shape[i] : kNothing;
    if (!(elements > 0.0 && elements < kMostElements)) elements = kNothing;
  }
  if (!(elements > 0.0)) return fail("shape", "positive lengths", isShape ? shown : "an array");
  if (!(std::fmod(tensor.shape[0], type->blockSize) == 0.0)) {
    const std::string blocks = formatNumber(type->blockSize);
    return fail("shape", "rows of a multiple of " + blocks, shown + " (not whole blocks)");
  }
  return elements / type->blockSize * type->blockBytes;
}

// N of a tensor blk.N.*, NaN of others.
[[nodiscard]] inline double blockOf(std::string_view name) noexcept {
  constexpr std::string_view kPrefix = "blk.";
  if (!name.starts_with(kPrefix)) return kNothing;
  double block = 0;
  std::size_t i = kPrefix.size();
  for (; i < name.size() && name[i] >= '0' && name[i] <= '9'; ++i) block = 10.0 * block + (name[i] - '0');
  return i > kPrefix.size() && i < name.size() && name[i] == '.' ? block : kNothing;
}

// What tensors tell; the list of blocks is kept in `blocks`.
[[nodiscard]] inline TensorFacts factsOf(std::span<const Tensor> tensors, std::vector<double>& blocks) {
  TensorFacts facts;
  facts.known = true;
  for (const Tensor& tensor : tensors) {
    facts.hasOutput = facts.hasOutput || tensor.name == "output.weight";
    facts.hasJoinedLatent = facts.hasJoinedLatent || tensor.name == "blk.0.attn_kv_b.weight";
    const double block = blockOf(tensor.name);
    if (block == block) blocks.push_back(block);
  }
  std::sort(blocks.begin(), blocks.end());
  blocks.erase(std::unique(blocks.begin(), blocks.end()), blocks.end());
  facts.blocks = blocks;
  return facts;
}

// Sums of a list of tensors, whose bytes are known: what is on the host, with the head, and per layer.
[[nodiscard]] inline MeasuredWeights measuredWeights(const ModelSpec& model, std::span<const Tensor> tensors) {
  MeasuredWeights weights;
  for (std::size_t n = 0; n < tensors.size(); ++n) {
    const std::string& name = tensors[n].name;
    const double bytes = *bytesOf(tensors[n], n);
    const double block = blockOf(name);
    const bool isLayer = block == block;
    if (name == "token_embd.weight") {
      weights.tokenEmbedding += bytes;
      if (model.tiedEmbeddings) weights.output += bytes;
    } else if (name == "per_layer_token_embd.weight") {
      weights.tokenEmbedding += bytes;
    } else if (name == "output.weight") {
      weights.output += bytes;
    } else if (isLayer || name.starts_with("per_layer_")) {
      const double index = isLayer ? block : 0.0;
      // Prediction blocks come after the layers and are not loaded.
      if (index >= model.layerCount) continue;
      LayerWeights& layer = weights.layers[asCount(index)];
      (name.find("_exps.") != std::string::npos ? layer.experts : layer.dense) += bytes;
    } else {
      weights.outputExtras += bytes;
    }
  }
  return weights;
}

}  // namespace llmcalc::gguf
