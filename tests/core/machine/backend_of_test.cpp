#include "llmcalc/machine/backend_of.hpp"

#include <gtest/gtest.h>

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(BackendOf, IsThatOfTheVendor) {
  EXPECT_EQ(backendOf("NVIDIA"), GpuBackend::cuda);
  EXPECT_EQ(backendOf("Apple"), GpuBackend::metal);
  EXPECT_EQ(backendOf("Intel"), GpuBackend::sycl);
  EXPECT_EQ(backendOf("AMD"), GpuBackend::vulkan);
  EXPECT_EQ(backendOf(""), GpuBackend::vulkan);
}

}  // namespace LLMCALC_FILE
