#include "llmcalc/speed/links.hpp"

#include <gtest/gtest.h>

#include "llmcalc/speed/profiles.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

// What two H200 took with NCCL.
TEST(ReduceSeconds, OfTwoH200IsWhatWasMeasured) {
  const SpeedProfile profile = speedProfile(GpuBackend::cuda, "NVIDIA Hopper");
  EXPECT_NEAR(speed::reduceSeconds(profile, 1), 18e-6, 4e-6);
  EXPECT_NEAR(speed::reduceSeconds(profile, 512), 0.2e-3, 0.06e-3);
  EXPECT_NEAR(speed::reduceSeconds(profile, 2048), 0.4e-3, 0.12e-3);
}

}  // namespace LLMCALC_FILE
