#include "llmcalc/engines/llama_cpp/speed/prompt.hpp"

#include <gtest/gtest.h>

#include "llmcalc/estimate.hpp"
#include "llmcalc/speed/profiles.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

TEST(EstimateSpeed, PrefillPipelinesOverALayerSplit) {
  Hardware two = h100();
  two.gpuCount = 2;
  two.gpus[1] = kH100;
  Runtime runtime = runtimeOf(FileType::Q8_0);
  Workload workload;
  workload.promptLength = 8192;
  const double one = estimateSpeed(llama8B(), runtime, h100(), workload).prefill.p50;
  runtime.gpuCount = 2;
  runtime.gpuShares = {1, 1};
  EXPECT_GT(estimateSpeed(llama8B(), runtime, two, workload).prefill.p50, 1.5 * one);
}

// Every turn of a chat whose history is in the cache has such a prompt.
TEST(EstimateSpeed, APromptOfFewTokensTakesLittleMoreThanAsManySteps) {
  const Runtime runtime = runtimeOf(FileType::Q4_K_M);
  for (const ModelSpec* model : {&llama8B(), &qwen30B()}) {
    const double step = estimateSpeed(*model, runtime, h100(), decoding()).step.total();
    const auto seconds = [&](double tokens) {
      Workload workload = decoding();
      workload.promptLength = tokens;
      return estimateSpeed(*model, runtime, h100(), workload).prompt.total();
    };
    EXPECT_LT(seconds(1), 2.0 * step);
    EXPECT_LT(seconds(4), seconds(8));
    EXPECT_LT(seconds(8), 8.0 * step);
  }
}

TEST(EstimateSpeed, OnlyBackendsWithEventsPipelineAPromptOverGpus) {
  Workload workload = decoding();
  workload.promptLength = 8192;
  const auto gain = [&](GpuBackend backend) {
    Hardware hardware = h100();
    hardware.gpuProfile = speedProfile(backend, "");
    Runtime runtime = runtimeOf(FileType::Q4_K_M);
    runtime.backend = backend;
    const double one = estimateSpeed(llama8B(), runtime, hardware, workload).prefill.p50;
    hardware.gpuCount = 2;
    hardware.gpus[1] = kH100;
    runtime.gpuCount = 2;
    runtime.gpuShares = {1, 1};
    return estimateSpeed(llama8B(), runtime, hardware, workload).prefill.p50 / one;
  };
  EXPECT_GT(gain(GpuBackend::cuda), 1.6);
  // Two R9700 gain less than half of it.
  EXPECT_GT(gain(GpuBackend::rocm), 1.1);
  EXPECT_LT(gain(GpuBackend::rocm), 1.6);
  EXPECT_LT(gain(GpuBackend::vulkan), 1.1);
  EXPECT_LT(gain(GpuBackend::sycl), 1.1);
}

// The 8B in F16 with micro-batches of 512: two H200 with a tensor split take 0.86 of what one does.
TEST(EstimateSpeed, ATensorSplitReducesEveryMicroBatch) {
  Hardware hardware = h100();
  hardware.gpuLinkBandwidth = 450e9;
  Runtime runtime = runtimeOf(FileType::F16);
  Workload workload = decoding();
  workload.promptLength = 2048;
  const double one = estimateSpeed(llama8B(), runtime, hardware, workload).prefill.p50;
  hardware.gpuCount = 2;
  hardware.gpus[1] = kH100;
  hardware.split = Split::tensor;
  runtime.gpuCount = 2;
  runtime.gpuShares = {1, 1};
  const double two = estimateSpeed(llama8B(), runtime, hardware, workload).prefill.p50;
  EXPECT_GT(two, 0.75 * one);
  EXPECT_LT(two, 1.2 * one);
}

}  // namespace LLMCALC_FILE
