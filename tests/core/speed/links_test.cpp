#include "llmcalc/speed/links.hpp"

#include <gtest/gtest.h>

namespace LLMCALC_FILE {

using namespace llmcalc;

// What two H200 took with NCCL.
TEST(ReduceSeconds, OfTwoH200IsWhatWasMeasured) {
  EXPECT_DOUBLE_EQ(speed::reduceSeconds(1), 18e-6);
  EXPECT_NEAR(speed::reduceSeconds(512), 0.2e-3, 0.02e-3);
  EXPECT_NEAR(speed::reduceSeconds(2048), 0.4e-3, 0.03e-3);
}

}  // namespace LLMCALC_FILE
