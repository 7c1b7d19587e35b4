// device.hpp: what speed depends on besides the model: data sheets, and what an engine makes of them.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "llmcalc/quantization.hpp"
#include "llmcalc/runtime.hpp"

namespace llmcalc {

// A GPU, or the host's processor with its memory. Rates are the data sheet's; 0 is unknown.
struct Device {
  double bandwidth = 0;     // bytes/s
  double shaderFlops = 0;   // FP32 FLOP/s outside of matrix units; what is issued in pairs counts once
  double halfFlops = 0;     // FP16 FLOP/s, dense; of matrix units the rate that accumulates in FP32
  double quantizedOps = 0;  // operations/s of the path that quantised matrices take in prefill: INT8 where there is one
  double threads = 0;       // of a processor: cores that compute
};

// Measured over estimated tokens per second, at the 10th, 50th and 90th percentile of measurements like it.
struct Spread {
  double p10 = 1;
  double p50 = 1;
  double p90 = 1;
};

// On what a profile's parameters rest.
enum class Evidence : std::uint8_t {
  none,        // nothing that was measured is like it
  backend,     // devices of other families with this back end
  family,      // other devices of the family
  device,      // this device
  calibrated,  // this machine: calibrate()
};
inline constexpr std::array<std::string_view, 5> kEvidences = {"none", "backend", "family", "device", "calibrated"};

// What an engine's back end makes of a device: shares of the data sheet and fixed times. docs/speed.md has the laws;
// fitted by scripts/fit-speed.mjs (data/runtime_profiles.csv), or to one machine by calibrate(). speedProfile() has
// them; one that is left empty is refused.
struct SpeedProfile {
  // Decoding.
  double bandwidthShare = 0;   // of Device::bandwidth, reading weights
  double kernelShare = 0;      // of Device::shaderFlops
  double layerSeconds = 0;     // per layer and step; on processors times threads
  double expertLayers = 0;     // layers with experts take so many layers more
  double recurrentLayers = 0;  // layers with a recurrence, likewise
  double cacheShare = 0;       // of Device::bandwidth, reading keys and values of heads of 128
  double cacheOperations = 0;  // shader operations per element of a quantised cache
  // Prefill.
  double quantizedShare = 0;       // of Device::quantizedOps
  double halfShare = 0;            // of Device::halfFlops
  double attentionShare = 0;       // of Device::halfFlops
  double prefillLayerSeconds = 0;  // per layer and 512 tokens
  double expertPadding = 0;        // rows per expert and 512 tokens that are computed for nothing
  double expertSeconds = 0;        // per matrix of an expert that is not quantised, and micro-batch
  double scoreBytes = 0;           // moved per score of attention, without flash attention
  double recurrentCost = 0;        // of the recurrence's own operations
  double callSeconds = 0;          // per prompt

  // Shader operations to decode and multiply a weight, by tensor type.
  std::array<double, kTensorTypes.size()> operationsPerWeight{};
  // Of a weight's two operations, by tensor type; 1 where nothing is in the way.
  std::array<double, kTensorTypes.size()> prefillCost{};

  Spread decode;
  Spread experts;  // decoding a mixture of experts
  Spread prefill;
  Spread batched;
  Spread measured;           // decoding the very model that was measured
  double measuredBytes = 0;  // of that model's weights; 0: none, or several
  Evidence evidence = Evidence::none;
};

struct ProfileField {
  std::string_view name;
  double SpeedProfile::*member;
};

// The numbers of a profile, the same names in JavaScript and in data/runtime_profiles.csv.
inline constexpr std::array<ProfileField, 16> kProfileFields = {{
    {"bandwidthShare", &SpeedProfile::bandwidthShare},
    {"kernelShare", &SpeedProfile::kernelShare},
    {"layerSeconds", &SpeedProfile::layerSeconds},
    {"expertLayers", &SpeedProfile::expertLayers},
    {"recurrentLayers", &SpeedProfile::recurrentLayers},
    {"cacheShare", &SpeedProfile::cacheShare},
    {"cacheOperations", &SpeedProfile::cacheOperations},
    {"quantizedShare", &SpeedProfile::quantizedShare},
    {"halfShare", &SpeedProfile::halfShare},
    {"attentionShare", &SpeedProfile::attentionShare},
    {"prefillLayerSeconds", &SpeedProfile::prefillLayerSeconds},
    {"expertPadding", &SpeedProfile::expertPadding},
    {"expertSeconds", &SpeedProfile::expertSeconds},
    {"scoreBytes", &SpeedProfile::scoreBytes},
    {"recurrentCost", &SpeedProfile::recurrentCost},
    {"callSeconds", &SpeedProfile::callSeconds},
}};

// Its bands, in the order in which they cross to JavaScript; of all but the last data/speed_spreads.csv has one by back
// end and evidence.
inline constexpr std::array<Spread SpeedProfile::*, 5> kProfileSpreads = {
    &SpeedProfile::decode, &SpeedProfile::experts, &SpeedProfile::prefill, &SpeedProfile::batched,
    &SpeedProfile::measured};

enum class Engine : std::uint8_t { llamaCpp, vllm };
inline constexpr std::array<std::string_view, 2> kEngines = {"llama.cpp", "vllm"};

// How a model is spread over several GPUs.
enum class Split : std::uint8_t { layer, tensor };
inline constexpr std::array<std::string_view, 2> kSplits = {"layer", "tensor"};

// The devices of a machine, and how the engine does on them. All GPUs have one back end and one profile.
struct Hardware {
  double gpuCount = 0;
  std::array<Device, Runtime::kMaximumGpus> gpus{};
  Device host;
  double linkBandwidth = 25e9;     // bytes/s from host to GPU
  double gpuLinkBandwidth = 25e9;  // bytes/s between GPUs
  bool unified = false;            // host and GPU share one memory: nothing crosses the link
  Split split = Split::layer;
  Engine engine = Engine::llamaCpp;
  SpeedProfile gpuProfile;
  SpeedProfile hostProfile;
};

// What is asked of the engine, besides the runtime.
struct Workload {
  double promptLength = 512;  // tokens of one prompt that are computed
  double outputLength = 128;  // tokens that are generated
  double cachedTokens = 0;    // tokens in the cache before the prompt
  double concurrency = 1;     // sequences at the same time
  double draftLength = 0;     // tokens that a draft proposes at a time; 0: no draft
  double acceptanceRate = 0;  // of those tokens, 0 to 1
  double draftCost = 0;       // of one drafted token, relative to a step of the model
  double fileBytes = 0;       // of the file's tensors where known; 0: by the rules of the file type
};

}  // namespace llmcalc
