#include "llmcalc/engines/llama_cpp/speed/batch.hpp"

#include <gtest/gtest.h>

#include "llmcalc/estimate.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

// 8B Q4_K_M: 739 tok/s with 8 sequences, 1,889 with 16.
TEST(EstimateSpeed, KnowsTheCliffBetweenEightAndSixteenSequences) {
  const Runtime runtime = runtimeOf(FileType::Q4_K_M);
  const double eight = decodeRate(llama8B(), runtime, h100(), decoding(512, 8));
  const double sixteen = decodeRate(llama8B(), runtime, h100(), decoding(512, 16));
  EXPECT_GT(sixteen, 2.0 * eight);
}

}  // namespace LLMCALC_FILE
