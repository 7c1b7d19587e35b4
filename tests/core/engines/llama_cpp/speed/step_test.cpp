#include "llmcalc/engines/llama_cpp/speed/step.hpp"

#include <gtest/gtest.h>

#include "llmcalc/estimate.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

TEST(EstimateSpeed, RisesWithEveryLayerOnTheGpu) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  double before = 0;
  for (double layers = 1; layers <= 33; ++layers) {
    runtime.gpuLayers = layers;
    const double rate = decodeRate(llama8B(), runtime, h100());
    EXPECT_GT(rate, before) << layers;
    before = rate;
  }
  runtime.gpuLayers = kAllLayers;
  EXPECT_EQ(decodeRate(llama8B(), runtime, h100()), before);
}

TEST(EstimateSpeed, ExpertsOnTheHostCostLessThanTheirLayers) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  runtime.cpuMoeLayers = 48;
  const double experts = decodeRate(qwen30B(), runtime, h100());
  runtime.cpuMoeLayers = 0;
  const double all = decodeRate(qwen30B(), runtime, h100());
  runtime.gpuLayers = 0;
  const double none = decodeRate(qwen30B(), runtime, h100());
  EXPECT_LT(none, experts);
  EXPECT_LT(experts, all);
  // Measured: 41.3 and 279 tok/s.
  EXPECT_NEAR(experts / 41.3, 1.0, 0.3);
  EXPECT_NEAR(all / 279.0, 1.0, 0.12);
}

TEST(EstimateSpeed, LayerSplitAddsNothingAndTensorSplitDoes) {
  Hardware two = h100();
  two.gpuCount = 2;
  two.gpus[1] = kH100;
  two.gpuLinkBandwidth = 450e9;
  const ModelSpec large = specOf("llama-3.1-70b");
  Runtime runtime = runtimeOf(FileType::Q8_0);
  const double one = decodeRate(large, runtime, h100());
  runtime.gpuCount = 2;
  runtime.gpuShares = {1, 1};
  const double layers = decodeRate(large, runtime, two);
  EXPECT_LT(layers, one);
  EXPECT_GT(layers, 0.95 * one);
  two.split = Split::tensor;
  EXPECT_GT(decodeRate(large, runtime, two), 1.3 * one);
}

}  // namespace LLMCALC_FILE
