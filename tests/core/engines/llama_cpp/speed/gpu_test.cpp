#include "llmcalc/engines/llama_cpp/speed/gpu.hpp"

#include <gtest/gtest.h>

#include "llmcalc/estimate.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

TEST(EstimateSpeed, KnowsThatFewerBytesCanBeSlower) {
  const auto rate = [](FileType fileType) { return decodeRate(llama8B(), runtimeOf(fileType), h100()); };
  EXPECT_LT(rate(FileType::Q6_K), rate(FileType::Q8_0));
  EXPECT_LT(rate(FileType::Q2_K), rate(FileType::Q4_0));
}

}  // namespace LLMCALC_FILE
