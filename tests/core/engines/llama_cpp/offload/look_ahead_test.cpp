#include "llmcalc/engines/llama_cpp/offload/look_ahead.hpp"

#include <gtest/gtest.h>

#include "llmcalc/base/units.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

double offloaded(const Runtime& runtime, int reach, bool hasHead) {
  const ModelSpec model = llama();
  return offloadedBytes(model, computeShape(model, runtime), runtime, fileWeights(model, runtime.fileType),
                        placement(model, runtime), reach, hasHead);
}

// llama.cpp b11669 printed 151.50 MiB for the first of two GPUs that have 15 layers of llama() and its head.
TEST(OffloadedBytes, OfTheFirstOfTwoGpusAreThosePrinted) {
  Runtime runtime = at8192();
  runtime.server = false;
  runtime.gpuCount = 2;
  runtime.gpuShares = {1.0, 1.0};
  runtime.gpuLayers = 16;
  EXPECT_NEAR(offloaded(runtime, countOnFirst(placement(llama(), runtime)), false) / kBytesPerMiB, 151.50, 0.006);
}

TEST(OffloadedBytes, AreNoLessWithTheHead) {
  Runtime runtime = at8192();
  runtime.server = false;
  runtime.gpuLayers = 16;
  EXPECT_LT(offloaded(runtime, 32, false), offloaded(runtime, 32, true));
  // Logits of all tokens are the largest that the head adds.
  EXPECT_GE(offloaded(runtime, 32, true), 128256.0 * 512 * 4);
}

}  // namespace LLMCALC_FILE
