#include "llmcalc/machine/backend_of.hpp"

#include <gtest/gtest.h>

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(BackendOf, IsThatOfTheVendor) {
  EXPECT_EQ(backendOf("NVIDIA"), Backend::cuda);
  EXPECT_EQ(backendOf("Apple"), Backend::metal);
  EXPECT_EQ(backendOf("Intel"), Backend::sycl);
  EXPECT_EQ(backendOf("AMD"), Backend::vulkan);
  EXPECT_EQ(backendOf(""), Backend::vulkan);
}

}  // namespace LLMCALC_FILE
