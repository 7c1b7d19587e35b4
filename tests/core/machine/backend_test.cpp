#include "llmcalc/machine/backend.hpp"

#include <gtest/gtest.h>

#include <cstddef>

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(Backends, AreNamedAsPlansAndProfilesNameThem) {
  const auto name = [](GpuBackend backend) { return kBackends.at(static_cast<std::size_t>(backend)); };
  EXPECT_EQ(name(GpuBackend::cuda), "cuda");
  EXPECT_EQ(name(GpuBackend::metal), "metal");
  EXPECT_EQ(name(GpuBackend::vulkan), "vulkan");
  EXPECT_EQ(name(GpuBackend::rocm), "rocm");
  EXPECT_EQ(name(GpuBackend::cpu), "cpu");
  EXPECT_EQ(name(GpuBackend::sycl), "sycl");
}

TEST(MultiprocessorThreads, AreThoseOfTheFamily) {
  for (const char* family : {"NVIDIA Turing GTX16", "NVIDIA Turing RTX20", "NVIDIA Turing DC", "NVIDIA Ampere GeForce",
                             "NVIDIA Ampere pro", "NVIDIA Ada GeForce", "NVIDIA Ada pro", "NVIDIA Ada DC",
                             "NVIDIA Blackwell GeForce", "NVIDIA Blackwell pro", "NVIDIA SoC"}) {
    EXPECT_EQ(multiprocessorThreads(family), 1536) << family;
  }
  for (const char* family : {"NVIDIA Maxwell", "NVIDIA Pascal", "NVIDIA Volta", "NVIDIA Ampere DC", "NVIDIA Hopper",
                             "NVIDIA Blackwell DC", "AMD RDNA3", ""}) {
    EXPECT_EQ(multiprocessorThreads(family), 2048) << family;
  }
}

}  // namespace LLMCALC_FILE
