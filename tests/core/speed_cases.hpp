// Models, a machine and workloads whose speed is known: the H100 of tests/golden/h100.tsv.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>

#include "llmcalc/estimate.hpp"
#include "llmcalc/speed/profiles.hpp"
#include "recorded_plans.hpp"

namespace llmcalc::speed_cases {

inline ModelSpec specOf(std::string_view name) {
  for (const auto& model : recorded::readModels()) {
    if (model.name == name) return model.spec;
  }
  throw std::runtime_error("no such model: " + std::string(name));
}

inline const ModelSpec& llama8B() {
  static const ModelSpec spec = specOf("llama-3.1-8b");
  return spec;
}

inline const ModelSpec& qwen30B() {
  static const ModelSpec spec = specOf("qwen3-30b-a3b");
  return spec;
}

inline constexpr Device kH100{3352e9, 66.9e12, 494.4e12, 535.2e12, 0};

inline Hardware h100() {
  Hardware hardware;
  hardware.gpuCount = 1;
  hardware.gpus[0] = kH100;
  hardware.host = {103.7e9, 0, 0, 0, 16};
  hardware.linkBandwidth = 55e9;
  hardware.gpuProfile = speedProfile(GpuBackend::cuda, "NVIDIA Hopper", "H100 SXM");
  hardware.hostProfile = speedProfile(GpuBackend::cpu, "vCPU");
  return hardware;
}

inline Runtime runtimeOf(FileType fileType) {
  Runtime runtime;
  runtime.server = false;
  runtime.sequences = 1;
  runtime.contextLength = 65536;
  runtime.fileType = fileType;
  return runtime;
}

// The workload of a step without a prompt, over 128 tokens.
inline Workload decoding(double depth = 0, double concurrency = 1) {
  Workload workload;
  workload.promptLength = 0;
  workload.cachedTokens = depth;
  workload.concurrency = concurrency;
  return workload;
}

inline double decodeRate(const ModelSpec& model, const Runtime& runtime, const Hardware& hardware,
                         const Workload& workload = decoding()) {
  return estimateSpeed(model, runtime, hardware, workload).tokensPerSecondTotal.p50;
}

}  // namespace llmcalc::speed_cases
