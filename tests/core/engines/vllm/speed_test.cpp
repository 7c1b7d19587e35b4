#include "llmcalc/engines/vllm/speed.hpp"

#include <gtest/gtest.h>

#include "llmcalc/estimate.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

TEST(EstimateSpeed, APromptOfVllmHasAttention) {
  const Hardware hardware = h100();
  Runtime runtime = runtimeOf(FileType::BF16);
  runtime.engine = Engine::vllm;
  runtime.contextLength = 262144;
  const auto rate = [&](double tokens) {
    Workload workload = decoding();
    workload.promptLength = tokens;
    return estimateSpeed(llama8B(), runtime, hardware, workload).prefill.p50;
  };
  EXPECT_LT(rate(128000), 0.7 * rate(8000));
}

TEST(EstimateSpeed, VllmReadsWeightsOncePerStep) {
  const Hardware hardware = h100();
  Runtime runtime = runtimeOf(FileType::BF16);
  runtime.engine = Engine::vllm;
  const double one = decodeRate(llama8B(), runtime, hardware, decoding(512));
  EXPECT_GT(decodeRate(llama8B(), runtime, hardware, decoding(512, 16)), 11.0 * one);
}

TEST(EstimateSpeed, HasNoEvidenceOfVllm) {
  Runtime runtime = runtimeOf(FileType::BF16);
  runtime.engine = Engine::vllm;
  const SpeedEstimate e = estimateSpeed(llama8B(), runtime, h100());
  EXPECT_EQ(e.evidence, Evidence::none);
  EXPECT_LT(e.decode.p10, 0.6 * e.decode.p50);
}

}  // namespace LLMCALC_FILE
