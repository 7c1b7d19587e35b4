#include "llmcalc/engines/llama_cpp/speed/prefill.hpp"

#include <gtest/gtest.h>

#include "llmcalc/estimate.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

// Qwen3 30B-A3B on one H200: 6,761 tokens/s with micro-batches of 512, 11,305 with 2,048 (tests/golden/h200.tsv).
TEST(EstimateSpeed, LargerMicroBatchesOfExpertsAreFaster) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  Workload workload = decoding();
  workload.promptLength = 4096;
  const auto rate = [&](const ModelSpec& model, double microBatch) {
    runtime.microBatchSize = microBatch;
    return estimateSpeed(model, runtime, h100(), workload).prefill.p50;
  };
  EXPECT_GT(rate(qwen30B(), 2048), 1.3 * rate(qwen30B(), 512));
  EXPECT_LT(rate(llama8B(), 2048), 1.1 * rate(llama8B(), 512));
}

}  // namespace LLMCALC_FILE
