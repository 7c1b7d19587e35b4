// profile.hpp: what an engine's back end makes of a device, and on what that rests.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/ggml/types.hpp"

namespace llmcalc {

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
  double bandwidthShare = 0;   // of the bandwidth, reading weights
  double kernelShare = 0;      // of `shaderFlops`
  double layerSeconds = 0;     // seconds per layer and step; on processors times threads
  double expertLayers = 0;     // layers with experts take so many layers more
  double recurrentLayers = 0;  // layers with a recurrence, likewise
  double cacheShare = 0;       // of the bandwidth, reading keys and values of heads of 128
  double cacheOperations = 0;  // shader operations per element of a quantised cache
  // Prefill.
  double quantizedShare = 0;       // of `quantizedOps`
  double halfShare = 0;            // of `halfFlops`
  double attentionShare = 0;       // of `halfFlops`
  double prefillLayerSeconds = 0;  // seconds per layer and 512 tokens
  double expertPadding = 0;        // rows per expert and 512 tokens that are computed for nothing
  double expertSeconds = 0;        // seconds per matrix of an expert that is not quantised, and micro-batch
  double scoreBytes = 0;           // bytes moved per score of attention, without flash attention
  double recurrentCost = 0;        // of the recurrence's own operations
  double callSeconds = 0;          // seconds per prompt
  // Several sequences: up to eight take the kernels of one, more take the kernels of prefill.
  double batchQuantized = 0;      // of a weight's work, for each further of up to eight sequences; quantised weights
  double batchQ8 = 0;             // the same of Q8_0
  double batchFloat = 0;          // the same of weights that are not quantised
  double batchExperts = 0;        // the same of experts
  double batchLayerSeconds = 0;   // seconds per layer where there are several sequences
  double matrixShare = 0;         // of prefill's time per token, for dense weights of more than eight sequences
  double matrixExperts = 0;       // the same for experts
  double matrixExpertWork = 0;    // times an expert's work in decoding, once for more than eight sequences
  double matrixLayerSeconds = 0;  // seconds per layer where there are more than eight sequences
  double batchCache = 0;          // times what the cache of one sequence takes, where there are several
  // Several devices.
  double gpuHopSeconds = 0;       // seconds per further GPU of a layer split, and step, over links of 100e9 bytes/s
  double slowHopSeconds = 0;      // the same over slower links
  double hostHopSeconds = 0;      // seconds per step where layers are on host and GPU
  double expertHopSeconds = 0;    // seconds per layer whose experts or cache are on the host
  double linkShare = 0;           // of `linkBandwidth`, copying weights
  double reduceSeconds = 0;       // seconds per all-reduce of a tensor split
  double reduceTokenSeconds = 0;  // seconds per all-reduce and root of its tokens
  double reduceExperts = 0;       // layers with experts take an all-reduce of a prompt so many times as long
  double pipelineShare = 0;       // of the time that a layer split could save with several micro-batches

  // Shader operations to decode and multiply a weight, by tensor type.
  std::array<double, kTensorTypes.size()> operationsPerWeight{};
  // Of a weight's two operations in prefill, by tensor type; 1 where nothing is in the way.
  std::array<double, kTensorTypes.size()> prefillCost{};

  Spread decode;
  Spread experts;  // decoding a mixture of experts
  Spread prefill;
  Spread batched;      // decoding several sequences
  Spread deepPrefill;  // prompts after more than 2,048 tokens
  Spread drafted;      // decoding with a draft
  Spread measured;     // decoding the very model that was measured, with all its layers on this side and a small cache
  double measuredBytes = 0;            // bytes of the weights of that model; 0: none, or several
  Evidence evidence = Evidence::none;  // on what the parameters rest
};

struct ProfileField {
  std::string_view name;
  double SpeedProfile::*member;
};

// The numbers of a profile, the same names in JavaScript and in data/runtime_profiles.csv.
inline constexpr std::array<ProfileField, 35> kProfileFields = {{
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
    {"batchQuantized", &SpeedProfile::batchQuantized},
    {"batchQ8", &SpeedProfile::batchQ8},
    {"batchFloat", &SpeedProfile::batchFloat},
    {"batchExperts", &SpeedProfile::batchExperts},
    {"batchLayerSeconds", &SpeedProfile::batchLayerSeconds},
    {"matrixShare", &SpeedProfile::matrixShare},
    {"matrixExperts", &SpeedProfile::matrixExperts},
    {"matrixExpertWork", &SpeedProfile::matrixExpertWork},
    {"matrixLayerSeconds", &SpeedProfile::matrixLayerSeconds},
    {"batchCache", &SpeedProfile::batchCache},
    {"gpuHopSeconds", &SpeedProfile::gpuHopSeconds},
    {"slowHopSeconds", &SpeedProfile::slowHopSeconds},
    {"hostHopSeconds", &SpeedProfile::hostHopSeconds},
    {"expertHopSeconds", &SpeedProfile::expertHopSeconds},
    {"linkShare", &SpeedProfile::linkShare},
    {"reduceSeconds", &SpeedProfile::reduceSeconds},
    {"reduceTokenSeconds", &SpeedProfile::reduceTokenSeconds},
    {"reduceExperts", &SpeedProfile::reduceExperts},
    {"pipelineShare", &SpeedProfile::pipelineShare},
}};

// Its numbers by tensor type.
struct ProfileCosts {
  std::string_view name;
  std::array<double, kTensorTypes.size()> SpeedProfile::*member;
};
inline constexpr std::array<ProfileCosts, 2> kProfileCosts = {{
    {"operationsPerWeight", &SpeedProfile::operationsPerWeight},
    {"prefillCost", &SpeedProfile::prefillCost},
}};

// Its bands; of all but the last data/speed_spreads.csv has one by back end and evidence.
struct ProfileSpread {
  std::string_view name;
  Spread SpeedProfile::*member;
};
inline constexpr std::array<ProfileSpread, 7> kProfileSpreadFields = {{
    {"decode", &SpeedProfile::decode},
    {"experts", &SpeedProfile::experts},
    {"prefill", &SpeedProfile::prefill},
    {"batched", &SpeedProfile::batched},
    {"deepPrefill", &SpeedProfile::deepPrefill},
    {"drafted", &SpeedProfile::drafted},
    {"measured", &SpeedProfile::measured},
}};
inline constexpr auto kProfileSpreads = [] {
  std::array<Spread SpeedProfile::*, kProfileSpreadFields.size()> members{};
  for (std::size_t i = 0; i < members.size(); ++i) members[i] = kProfileSpreadFields[i].member;
  return members;
}();

template <>
inline constexpr auto kFields<Spread> = std::tuple{
    field::Number{"profile.spread.p10", &Spread::p10},
    field::Number{"profile.spread.p50", &Spread::p50},
    field::Number{"profile.spread.p90", &Spread::p90},
};

// What follows the numbers, the costs and the bands, which have loops of their own: a profile is 115 numbers, and twice
// in every question.
template <>
inline constexpr auto kFields<SpeedProfile> = std::tuple{
    field::Number{"profile.measuredBytes", &SpeedProfile::measuredBytes},
    field::Choice{"profile.evidence", &SpeedProfile::evidence, kEvidences},
};

}  // namespace llmcalc
