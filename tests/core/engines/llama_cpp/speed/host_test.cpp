#include "llmcalc/engines/llama_cpp/speed/host.hpp"

#include <gtest/gtest.h>

#include "llmcalc/estimate.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

TEST(HostStep, IsAllOfAStepWithoutGpus) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  runtime.gpuCount = 0;
  const SpeedEstimate e = estimateSpeed(llama8B(), runtime, h100(), decoding());
  EXPECT_GT(e.step.host, 0.0);
  EXPECT_EQ(e.step.total(), e.step.host);
  EXPECT_EQ(e.decodeLimit, Limit::host);
}

}  // namespace LLMCALC_FILE
