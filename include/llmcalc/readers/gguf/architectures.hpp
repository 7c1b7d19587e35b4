// architectures.hpp: what the loaders of llama.cpp (src/models/*.cpp) create for an architecture beside what its keys
// say, as one row each. Nothing else here asks for an architecture by its name, and what JavaScript's reader has of
// them, js/generated/architectures.js, is made of these rows.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

namespace gguf {

// Norms over queries and keys.
enum class QkNorm : std::uint8_t {
  none,
  head,  // of one head, for all
  full,  // of all heads
};
inline constexpr std::array<std::string_view, 3> kQkNorms = {"none", "head", "full"};

// Which layers have what beside a feed-forward network.
enum class Mixing : std::uint8_t {
  attention,   // all attend, to everything or to a window
  optional,    // attention where a layer has heads
  recurrence,  // no layer attends, and none has a feed-forward network
  beside,      // attention and a recurrence side by side
  elsewhere,   // a recurrence where a layer has no key/value heads, attention in the others
  oneOfThree,  // attention, a recurrence or a feed-forward network alone
  interval,    // attention in every n-th layer, a recurrence in the others
};
inline constexpr std::array<std::string_view, 7> kMixings = {"attention", "optional",   "recurrence", "beside",
                                                             "elsewhere", "oneOfThree", "interval"};

struct ArchitectureTraits {
  std::string_view name;    // general.architecture
  std::string_view like{};  // the architecture whose plan it has, if not its own
  double norms = 2;         // vectors of the hidden size per layer
  bool normBiases = false;  // norms are LayerNorm with a bias
  bool qkvBias = false;
  bool outputBias = false;  // of the attention's output
  QkNorm qkNorm = QkNorm::none;
  double qkNormLayers = 0;  // norms over queries and keys only from so many layers on; no key tells
  bool fusedQKV = false;
  FeedForward feedForward = FeedForward::gated;
  bool feedForwardBias = false;
  bool sinks = false;
  bool slidingSinks = false;   // sinks in layers that slide
  bool tied = false;           // where neither tensors nor an option tell
  double window = 1;           // the pattern's period: every n-th layer is full, the others slide
  bool ignoresWindow = false;  // the loader reads no window though the file may have one
  double chunk = 0;            // attention in chunks of so many tokens, of which no key tells
  double windowLayers = 0;    // the number of layers of the one size that has a window, whether its file says so or not
  bool expertBiases = false;  // the expert matrices have biases
  bool routerBias = false;    // the router has a bias, whatever its gating function
  bool headBias = false;
  bool seventyB = false;           // counts as "70B" with 80 layers
  bool parallelAtOneHead = false;  // with one key/value head: one norm, and a tied head
  bool qkvBiasAtTwoHeads = false;  // biases with two key/value heads; no key tells
  bool headGate = false;           // a gate of every head
  bool indexSharing = false;       // above a million tokens, layers share the index of one before them
  bool valueFromKey = false;       // full layers take values from keys where their key/value heads are listed
  Mixing mixing = Mixing::attention;
  Recurrence recurrence = Recurrence::none;
  bool plainRecurrence = false;     // Mamba 2 has no norm of its channels
  bool timeStepNorms = false;       // Mamba has norms of what its time steps are made of
  double expertPeriod = 1;          // every n-th layer has experts, where no key says it
  bool expertsShareLength = false;  // the experts used are as long together as the feed-forward network
  bool sharedExpertAsLong = false;  // the shared expert is as long as the feed-forward network
  bool oneSharedExpert = false;     // there is one shared expert, whatever is counted
  bool sharedExpertGate = false;
  bool densePrediction = false;     // prediction blocks have no experts
  double predictionNorms = 3;       // of the embedding and of the hidden vector, and mostly one before the head
  bool denseBesideExperts = false;  // a dense network beside fused experts, with norms and scales of their own
  bool layerScale = false;          // every layer has a scale
  bool ropeFrequencies = false;     // a vector of frequencies for the full layers
  bool altUp = false;               // streams of AltUp, and Laurel
};

}  // namespace gguf

template <>
inline constexpr auto kFields<gguf::ArchitectureTraits> = std::tuple{
    field::Number{"norms", &gguf::ArchitectureTraits::norms},
    field::Flag{"normBiases", &gguf::ArchitectureTraits::normBiases},
    field::Flag{"qkvBias", &gguf::ArchitectureTraits::qkvBias},
    field::Flag{"outputBias", &gguf::ArchitectureTraits::outputBias},
    field::Choice{"qkNorm", &gguf::ArchitectureTraits::qkNorm, gguf::kQkNorms},
    field::Number{"qkNormLayers", &gguf::ArchitectureTraits::qkNormLayers},
    field::Flag{"fusedQKV", &gguf::ArchitectureTraits::fusedQKV},
    field::Choice{"feedForward", &gguf::ArchitectureTraits::feedForward, kFeedForwards},
    field::Flag{"feedForwardBias", &gguf::ArchitectureTraits::feedForwardBias},
    field::Flag{"sinks", &gguf::ArchitectureTraits::sinks},
    field::Flag{"slidingSinks", &gguf::ArchitectureTraits::slidingSinks},
    field::Flag{"tied", &gguf::ArchitectureTraits::tied},
    field::Number{"window", &gguf::ArchitectureTraits::window},
    field::Flag{"ignoresWindow", &gguf::ArchitectureTraits::ignoresWindow},
    field::Number{"chunk", &gguf::ArchitectureTraits::chunk},
    field::Number{"windowLayers", &gguf::ArchitectureTraits::windowLayers},
    field::Flag{"expertBiases", &gguf::ArchitectureTraits::expertBiases},
    field::Flag{"routerBias", &gguf::ArchitectureTraits::routerBias},
    field::Flag{"headBias", &gguf::ArchitectureTraits::headBias},
    field::Flag{"seventyB", &gguf::ArchitectureTraits::seventyB},
    field::Flag{"parallelAtOneHead", &gguf::ArchitectureTraits::parallelAtOneHead},
    field::Flag{"qkvBiasAtTwoHeads", &gguf::ArchitectureTraits::qkvBiasAtTwoHeads},
    field::Flag{"headGate", &gguf::ArchitectureTraits::headGate},
    field::Flag{"indexSharing", &gguf::ArchitectureTraits::indexSharing},
    field::Flag{"valueFromKey", &gguf::ArchitectureTraits::valueFromKey},
    field::Choice{"mixing", &gguf::ArchitectureTraits::mixing, gguf::kMixings},
    field::Choice{"recurrence", &gguf::ArchitectureTraits::recurrence, kRecurrences},
    field::Flag{"plainRecurrence", &gguf::ArchitectureTraits::plainRecurrence},
    field::Flag{"timeStepNorms", &gguf::ArchitectureTraits::timeStepNorms},
    field::Number{"expertPeriod", &gguf::ArchitectureTraits::expertPeriod},
    field::Flag{"expertsShareLength", &gguf::ArchitectureTraits::expertsShareLength},
    field::Flag{"sharedExpertAsLong", &gguf::ArchitectureTraits::sharedExpertAsLong},
    field::Flag{"oneSharedExpert", &gguf::ArchitectureTraits::oneSharedExpert},
    field::Flag{"sharedExpertGate", &gguf::ArchitectureTraits::sharedExpertGate},
    field::Flag{"densePrediction", &gguf::ArchitectureTraits::densePrediction},
    field::Number{"predictionNorms", &gguf::ArchitectureTraits::predictionNorms},
    field::Flag{"denseBesideExperts", &gguf::ArchitectureTraits::denseBesideExperts},
    field::Flag{"layerScale", &gguf::ArchitectureTraits::layerScale},
    field::Flag{"ropeFrequencies", &gguf::ArchitectureTraits::ropeFrequencies},
    field::Flag{"altUp", &gguf::ArchitectureTraits::altUp},
};

namespace gguf {

inline constexpr auto kArchitectureTraits = std::to_array<ArchitectureTraits>({
    {.name = "llama", .ignoresWindow = true, .seventyB = true},
    {.name = "mistral3", .ignoresWindow = true},
    {.name = "qwen2", .qkvBias = true, .ignoresWindow = true, .seventyB = true},
    {.name = "qwen2vl", .qkvBias = true, .ignoresWindow = true},
    {.name = "qwen2moe",
     .qkvBias = true,
     .ignoresWindow = true,
     .expertsShareLength = true,
     .sharedExpertAsLong = true,
     .sharedExpertGate = true},
    {.name = "qwen3", .qkNorm = QkNorm::head, .ignoresWindow = true},
    {.name = "qwen3vl", .qkNorm = QkNorm::head, .ignoresWindow = true},
    {.name = "qwen3moe", .qkNorm = QkNorm::head, .ignoresWindow = true},
    {.name = "qwen3vlmoe", .qkNorm = QkNorm::head, .ignoresWindow = true},
    {.name = "qwen3next",
     .qkNorm = QkNorm::head,
     .mixing = Mixing::interval,
     .recurrence = Recurrence::gatedDeltaNet,
     .sharedExpertGate = true},
    {.name = "qwen35",
     .qkNorm = QkNorm::head,
     .mixing = Mixing::interval,
     .recurrence = Recurrence::gatedDeltaNet,
     .sharedExpertGate = true},
    {.name = "qwen35moe",
     .qkNorm = QkNorm::head,
     .mixing = Mixing::interval,
     .recurrence = Recurrence::gatedDeltaNet,
     .sharedExpertGate = true},
    {.name = "gemma", .tied = true},
    {.name = "gemma2", .norms = 4, .tied = true, .window = 2},
    {.name = "gemma3", .norms = 4, .qkNorm = QkNorm::head, .tied = true, .window = 6},
    {.name = "gemma3n", .norms = 4, .qkNorm = QkNorm::head, .tied = true, .altUp = true},
    {.name = "gemma4",
     .norms = 4,
     .qkNorm = QkNorm::head,
     .tied = true,
     .valueFromKey = true,
     .denseBesideExperts = true,
     .layerScale = true,
     .ropeFrequencies = true},
    {.name = "phi3", .fusedQKV = true, .feedForward = FeedForward::fusedGated, .ignoresWindow = true},
    {.name = "phimoe",
     .normBiases = true,
     .qkvBias = true,
     .outputBias = true,
     .ignoresWindow = true,
     .headBias = true},
    {.name = "deepseek2"},
    {.name = "mistral4", .like = "deepseek2"},
    {.name = "deepseek32"},
    {.name = "glm-dsa", .indexSharing = true},
    {.name = "gpt-oss", .qkvBias = true, .outputBias = true, .sinks = true, .window = 2, .expertBiases = true},
    // GLM-4 9B has biases on its queries, keys and values and GLM-4 32B has none.
    {.name = "glm4", .norms = 4, .feedForward = FeedForward::fusedGated, .qkvBiasAtTwoHeads = true},
    // The large GLM-4.5 has norms over queries and keys.
    {.name = "glm4moe", .qkvBias = true, .qkNorm = QkNorm::head, .qkNormLayers = 91},
    {.name = "granite"},
    {.name = "granitemoe"},
    {.name = "granitehybrid", .mixing = Mixing::elsewhere, .recurrence = Recurrence::mamba2},
    {.name = "mamba", .mixing = Mixing::recurrence, .recurrence = Recurrence::mamba1},
    {.name = "mamba2", .mixing = Mixing::recurrence, .recurrence = Recurrence::mamba2},
    {.name = "falcon-h1", .mixing = Mixing::beside, .recurrence = Recurrence::mamba2, .plainRecurrence = true},
    {.name = "jamba",
     .mixing = Mixing::elsewhere,
     .recurrence = Recurrence::mamba1,
     .timeStepNorms = true,
     .expertPeriod = 2},
    {.name = "nemotron_h",
     .feedForward = FeedForward::plain,
     .mixing = Mixing::oneOfThree,
     .recurrence = Recurrence::mamba2},
    {.name = "nemotron_h_moe",
     .feedForward = FeedForward::plain,
     .routerBias = true,
     .mixing = Mixing::oneOfThree,
     .recurrence = Recurrence::mamba2},
    {.name = "lfm2",
     .qkNorm = QkNorm::head,
     .tied = true,
     .mixing = Mixing::elsewhere,
     .recurrence = Recurrence::shortConvolution},
    {.name = "lfm2moe",
     .qkNorm = QkNorm::head,
     .tied = true,
     .mixing = Mixing::elsewhere,
     .recurrence = Recurrence::shortConvolution},
    // Command R+ has norms over queries and keys.
    {.name = "command-r", .norms = 1, .qkNorm = QkNorm::full, .qkNormLayers = 64, .tied = true},
    {.name = "cohere2", .norms = 1, .tied = true, .window = 4},
    {.name = "starcoder2",
     .normBiases = true,
     .qkvBias = true,
     .outputBias = true,
     .feedForward = FeedForward::plain,
     .feedForwardBias = true,
     .tied = true,
     .ignoresWindow = true},
    {.name = "minimax-m2", .qkNorm = QkNorm::full},
    {.name = "olmo", .norms = 0, .seventyB = true},
    {.name = "olmo2", .qkNorm = QkNorm::full, .window = 4},
    {.name = "olmoe", .qkNorm = QkNorm::full},
    {.name = "smollm3", .tied = true},
    {.name = "llama4", .window = 4, .chunk = 8192, .oneSharedExpert = true},
    {.name = "seed_oss", .qkvBias = true},
    {.name = "exaone"},
    // Only the 32B has a window.
    {.name = "exaone4", .qkNorm = QkNorm::head, .window = 4, .windowLayers = 64},
    {.name = "ernie4_5"},
    {.name = "ernie4_5-moe", .routerBias = true},
    {.name = "hunyuan-dense", .qkNorm = QkNorm::head},
    {.name = "hunyuan-moe", .qkNorm = QkNorm::head, .sharedExpertAsLong = true},
    {.name = "dots1", .qkNorm = QkNorm::head, .routerBias = true},
    {.name = "internlm2"},
    {.name = "arcee", .feedForward = FeedForward::plain},
    {.name = "stablelm", .normBiases = true},
    {.name = "falcon",
     .normBiases = true,
     .fusedQKV = true,
     .feedForward = FeedForward::plain,
     .parallelAtOneHead = true},
    {.name = "deci", .seventyB = true, .mixing = Mixing::optional},
    {.name = "chatglm", .qkvBias = true, .fusedQKV = true, .feedForward = FeedForward::fusedGated},
    {.name = "mimo2", .slidingSinks = true, .densePrediction = true, .predictionNorms = 2},
    {.name = "step35", .qkNorm = QkNorm::head, .headGate = true, .densePrediction = true},
    {.name = "minimax-m3", .qkNorm = QkNorm::head},
    {.name = "phi2",
     .norms = 1,
     .normBiases = true,
     .qkvBias = true,
     .outputBias = true,
     .feedForward = FeedForward::plain,
     .feedForwardBias = true,
     .headBias = true},
});

// The row of an architecture; none where it is not known.
[[nodiscard]] constexpr const ArchitectureTraits* findArchitecture(std::string_view name) noexcept {
  for (const ArchitectureTraits& traits : kArchitectureTraits) {
    if (traits.name == name) return &traits;
  }
  return nullptr;
}

}  // namespace gguf

}  // namespace llmcalc
