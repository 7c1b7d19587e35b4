// common.hpp: the hooks by which the graph of an architecture differs from most, and what most do.
//
// The graph of an architecture (src/models/NAME.cpp of ggml-org/llama.cpp) is a struct in a file of this folder that
// derives from CommonGraph, says of which architecture it is (kOf) and restates what differs; graphs.hpp picks the
// struct by the name in the ModelSpec. A few architectures have no name there, because their shape tells: their files
// have predicates instead. Hooks answer in floats per token of a micro-batch. Numbers of the hooks were read off
// recorded plans (tests/golden/memory.tsv).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "llmcalc/engines/llama_cpp/graphs/llama3.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/model/architecture.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// Which architecture a graph is of, for scripts/make-graphs.mjs, which writes model/architecture.hpp.
struct GraphOf {
  Architecture architecture;
  std::size_t value;  // of the enumerator: never changed, since it crosses to JavaScript; a new graph takes the next
  std::string_view name;  // general.architecture of its GGUF files
};

// How the replay of offload/ compares with recorded buffers of GPUs that have nothing to do with the host.
enum class Replayed : std::uint8_t {
  exactly,  // it is the buffer
  atLeast,  // the buffer is the larger one of the replay's and the formula's
  seldom,   // the formula is closer: Vulkan's order of operations is not followed far enough
};

struct CommonGraph {
  static constexpr GraphOf kOf{Architecture::common, 0, "common"};

  // Norms stand after attention and network instead of before them.
  static constexpr bool kNormsAfter = false;
  // Attention and network start from one norm, and their results are added to the layer's input together.
  static constexpr bool kIsParallel = false;
  // Embeddings are multiplied by a constant before the first layer.
  static constexpr bool kScalesEmbeddings = false;
  // Experts read their input weighted, instead of their results being weighted.
  static constexpr bool kWeightsBeforeExperts = false;
  // A head that is tied to the token embedding is loaded beside it even on the host, once there is a GPU.
  static constexpr bool kLoadsTiedHeadTwice = false;
  // Nearly everything is free by the time of the logits.
  static constexpr bool kFreesBeforeLogits = false;
  // Whether the replay gives the buffers of GPUs.
  static constexpr Replayed kReplayed = Replayed::exactly;
  // The host computes the convolution of a Mamba 2 layer on a GPU where it holds the layer's state.
  static constexpr bool kConvolvesOnHost = true;
  // Hidden vectors that live beside the layers' own from the first layer to the last.
  static constexpr double kStreams = 0.0;
  // So many layers more take the fixed time of a layer in a step, for the small kernels of a layer.
  static constexpr double kSmallKernelLayers = 0.0;

  // Rotations of queries and keys are scaled by factors of a tensor of the file (rope_freqs).
  [[nodiscard]] static constexpr bool scalesFrequencies(const ModelSpec& model) noexcept {
    return isLlama31Shape(model);
  }
  // Queries and keys of the group's layers are rotated by their positions.
  [[nodiscard]] static constexpr bool rotates(const LayerGroup& /*group*/) noexcept { return true; }

  // Inputs of the graph beside those that every graph has.
  [[nodiscard]] static constexpr double inputs(const ComputeShape& /*shape*/) noexcept { return 0.0; }
  // What is alive beside gate, up and their product in a dense network.
  [[nodiscard]] static constexpr double besideFeedForward(const ModelSpec& /*model*/, const ComputeShape& /*shape*/,
                                                          const Runtime& /*runtime*/) noexcept {
    return 0.0;
  }
  // What is alive beside the vectors of the experts.
  [[nodiscard]] static constexpr double besideExperts(const LayerGroup& /*group*/, const ComputeShape& /*shape*/,
                                                      const Runtime& /*runtime*/) noexcept {
    return 0.0;
  }
  // What is alive beside the scores of attention without flash attention: queries longer than a hidden vector do not
  // fit where one was.
  [[nodiscard]] static constexpr double besideScores(const ModelSpec& /*model*/, const LayerGroup& group,
                                                     const ComputeShape& shape) noexcept {
    const double queries = group.headCount * group.keyLength;
    return queries > shape.hidden ? 2.0 * queries : 0.0;
  }
  // What is alive beside the vectors of a gated delta net.
  [[nodiscard]] static constexpr double besideDeltaNet(const LayerGroup& /*group*/) noexcept { return 0.0; }
  // What is alive beside the scan of Mamba 2. `stateFits`: the state takes the place of a vector of inner length.
  [[nodiscard]] static constexpr double besideScan(const LayerGroup& /*group*/, const ComputeShape& /*shape*/,
                                                   bool /*stateFits*/) noexcept {
    return 0.0;
  }
  // What is alive beside the logits.
  [[nodiscard]] static constexpr double besideLogits(const ModelSpec& /*model*/, const ComputeShape& /*shape*/,
                                                     const Runtime& /*runtime*/) noexcept {
    return 0.0;
  }
  // What stays allocated on one of several GPUs beside the largest stage.
  [[nodiscard]] static constexpr double besideStage(const ComputeShape& /*shape*/) noexcept { return 0.0; }
};

}  // namespace llmcalc
