#include "llmcalc/engines/llama_cpp/overhead.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace LLMCALC_FILE {

using namespace llmcalc;

double mib(double bytes) { return bytes / kBytesPerMiB; }

Runtime gpuOf(GpuBackend backend, double multiprocessors = 0, std::string_view family = "", double memory = 0) {
  Runtime runtime;
  runtime.backend = backend;
  runtime.gpuMultiprocessors[0] = multiprocessors;
  runtime.gpuThreads[0] = family.empty() ? 0.0 : multiprocessorThreads(family);
  runtime.gpuMemory[0] = memory;
  return runtime;
}

// In use beyond llama.cpp's own buffers: the largest that was measured (sources in engines/llama_cpp/overhead.hpp).
TEST(Overhead, OfCudaIsAtLeastWhatWasMeasuredAndAtMost60PercentMore) {
  struct Measured {
    double multiprocessors;
    std::string_view family;
    double mib;
  };
  for (const Measured& card : std::vector<Measured>{{5, "NVIDIA Pascal", 73},
                                                    {84, "NVIDIA Ampere DC", 298},
                                                    {128, "NVIDIA Ada GeForce", 456},
                                                    {188, "NVIDIA Blackwell pro", 753},
                                                    {132, "NVIDIA Hopper", 686}}) {
    const double overhead = mib(backendOverhead(gpuOf(GpuBackend::cuda, card.multiprocessors, card.family), 0));
    EXPECT_GE(overhead, card.mib) << card.family;
    EXPECT_LE(overhead, 1.6 * card.mib) << card.family;
  }
}

TEST(Overhead, OfOtherBackEndsIsAtLeastWhatWasMeasured) {
  EXPECT_EQ(mib(backendOverhead(gpuOf(GpuBackend::vulkan), 0)), 256);  // 17 to 239
  EXPECT_EQ(mib(backendOverhead(gpuOf(GpuBackend::rocm), 0)), 1380);   // 253 to 1,380
  Runtime slow = gpuOf(GpuBackend::rocm);
  slow.flashAttention = false;
  EXPECT_EQ(mib(backendOverhead(slow, 0)), 2320);                     // 1,071 or 2,320
  EXPECT_EQ(mib(backendOverhead(gpuOf(GpuBackend::sycl), 0)), 2400);  // 997 to 2,379
  EXPECT_EQ(backendOverhead(gpuOf(GpuBackend::metal), 0), 0);
  EXPECT_EQ(backendOverhead(gpuOf(GpuBackend::cpu), 0), 0);
}

TEST(Overhead, OfUnknownCardsIsThatOfTheLargestOfTheirMemory) {
  EXPECT_EQ(mib(backendOverhead(gpuOf(GpuBackend::cuda), 0)), 48 + 160 * 5);
  EXPECT_EQ(mib(backendOverhead(gpuOf(GpuBackend::cuda, 0, "NVIDIA Ada GeForce"), 0)), 48 + 160 * 5);
  EXPECT_EQ(mib(backendOverhead(gpuOf(GpuBackend::cuda, 0, "", 8188 * kBytesPerMiB), 0)), 48 + 70 * 3.75);
  EXPECT_EQ(mib(backendOverhead(gpuOf(GpuBackend::cuda, 0, "", 16 * kBytesPerGiB), 0)), 48 + 80 * 5);
  EXPECT_EQ(mib(backendOverhead(gpuOf(GpuBackend::cuda, 0, "", 16 * kBytesPerGiB + 1), 0)), 48 + 170 * 3.75);
  EXPECT_EQ(mib(backendOverhead(gpuOf(GpuBackend::cuda, 0, "", 79.65 * kBytesPerGiB), 0)), 48 + 132 * 5);
  EXPECT_EQ(mib(backendOverhead(gpuOf(GpuBackend::cuda, 0, "", 140 * kBytesPerGiB), 0)), 48 + 160 * 5);
  // Of unknown family a multiprocessor counts with the more threads.
  EXPECT_EQ(mib(backendOverhead(gpuOf(GpuBackend::cuda, 128), 0)), 48 + 128 * 5);
}

TEST(Overhead, IsOfEachGpuUnlessTheRuntimeSaysItOfAll) {
  Runtime runtime = gpuOf(GpuBackend::cuda, 128, "NVIDIA Ada GeForce");
  runtime.gpuCount = 2;
  runtime.gpuMultiprocessors[1] = 34;
  runtime.gpuThreads[1] = 1536;
  EXPECT_EQ(mib(backendOverhead(runtime, 0)), 48 + 128 * 3.75);
  EXPECT_EQ(mib(backendOverhead(runtime, 1)), 48 + 34 * 3.75);
  runtime.multiprocessors = 82;
  EXPECT_EQ(backendOverhead(runtime, 0), backendOverhead(runtime, 1));
  EXPECT_EQ(mib(backendOverhead(runtime, 1)), 48 + 82 * 3.75);
}

}  // namespace LLMCALC_FILE
