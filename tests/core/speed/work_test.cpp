#include "llmcalc/speed/work.hpp"

#include <gtest/gtest.h>

#include "llmcalc/estimate.hpp"
#include "llmcalc/memory.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

TEST(EstimateSpeed, RealBytesWinOverTheRule) {
  const Runtime runtime = runtimeOf(FileType::F16);
  Workload workload = decoding();
  const double byRule = decodeRate(llama8B(), runtime, h100(), workload);
  workload.fileBytes = planMemory(llama8B(), runtime).fileBytes;
  EXPECT_EQ(decodeRate(llama8B(), runtime, h100(), workload), byRule);
  workload.fileBytes *= 1.2;
  EXPECT_LT(decodeRate(llama8B(), runtime, h100(), workload), byRule);
}

// gpt-oss with the rest of it in F16: experts stay what they are, so every byte more is read by every token.
TEST(EstimateSpeed, WhatIsLargerInAFileOfMxfp4ExpertsIsNoExpert) {
  const ModelSpec gptOss = specOf("gpt-oss-20b");
  const Runtime runtime = runtimeOf(FileType::MXFP4_MOE);
  Workload workload = decoding();
  const double byRule = estimateSpeed(gptOss, runtime, h100(), workload).step.memory;
  workload.fileBytes = 1.139 * planMemory(gptOss, runtime).fileBytes;
  EXPECT_GT(estimateSpeed(gptOss, runtime, h100(), workload).step.memory, 1.3 * byRule);
}

}  // namespace LLMCALC_FILE
