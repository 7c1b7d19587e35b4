#include "llmcalc/engines/llama_cpp/offload/look_ahead.hpp"

#include <gtest/gtest.h>

#include "llmcalc/base/units.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

double replayed(const ModelSpec& model, const Runtime& runtime, ReplayedLayers layers) {
  return replayedBytes(model, computeShape(model, runtime), runtime, fileWeights(model, runtime.fileType),
                       placement(model, runtime), layers);
}

double offloaded(const Runtime& runtime, int reach, bool hasHead) {
  return replayed(llama(), runtime, {0, reach, hasHead});
}

// llama.cpp b11669 printed 151.50 MiB for the first of two GPUs that have 15 layers of llama() and its head.
TEST(ReplayedBytes, OfTheFirstOfTwoGpusAreThosePrinted) {
  Runtime runtime = at8192();
  runtime.server = false;
  runtime.gpuCount = 2;
  runtime.gpuShares = {1.0, 1.0};
  runtime.gpuLayers = 16;
  EXPECT_NEAR(offloaded(runtime, countOnFirst(placement(llama(), runtime)), false) / kBytesPerMiB, 151.50, 0.006);
}

TEST(ReplayedBytes, AreNoLessWithTheHead) {
  Runtime runtime = at8192();
  runtime.server = false;
  runtime.gpuLayers = 16;
  EXPECT_LT(offloaded(runtime, 32, false), offloaded(runtime, 32, true));
  // Logits of all tokens are the largest that the head adds.
  EXPECT_GE(offloaded(runtime, 32, true), 128256.0 * 512 * 4);
}

// llama.cpp b11669 printed 236.05 and 354.55 MiB for two GPUs that share llama() in a pipeline.
TEST(ReplayedBytes, OfGpusThatPipelineAreThosePrinted) {
  Runtime runtime = at8192();
  runtime.server = false;
  runtime.sequences = 1.0;
  runtime.kvUnified = false;
  runtime.gpuCount = 2;
  runtime.gpuShares = {1.0, 1.0};
  EXPECT_NEAR(replayed(llama(), runtime, {0, 17, false, GraphStart::pipelinedEmbeddings}) / kBytesPerMiB, 236.05, 0.03);
  EXPECT_NEAR(replayed(llama(), runtime, {17, 32, true, GraphStart::pipelined}) / kBytesPerMiB, 354.55, 0.03);
}

TEST(ReplayedAs, ModelsWhoseGraphIsFollowedAreReplayedExactly) {
  const ComputeShape shape = computeShape(llama(), at8192());
  EXPECT_EQ(replayedAs(llama(), shape), Replayed::exactly);
  ModelSpec model = llama();
  model.architecture = Architecture::commandR;
  EXPECT_EQ(replayedAs(model, shape), Replayed::seldom);
  model = llama();
  model.groups[0].recurrence = Recurrence::shortConvolution;
  EXPECT_EQ(replayedAs(model, shape), Replayed::atLeast);
  model.groups[0].recurrence = Recurrence::mamba1;
  EXPECT_EQ(replayedAs(model, shape), Replayed::seldom);
  model.groups[0].recurrence = Recurrence::mamba2;
  EXPECT_EQ(replayedAs(model, shape), Replayed::seldom);
  model.groups[0].attention = Attention::none;
  EXPECT_EQ(replayedAs(model, computeShape(model, at8192())), Replayed::atLeast);
}

TEST(IsRegular, QueriesAreAsLongAsAHiddenVectorAndCachesOfOneType) {
  Runtime runtime = at8192();
  ModelSpec model = llama();
  const auto regular = [&] { return isRegular(model, computeShape(model, runtime), runtime); };
  EXPECT_TRUE(regular());
  runtime.cacheTypeK = CacheType::q8_0;
  EXPECT_FALSE(regular());
  runtime.cacheTypeV = CacheType::q8_0;
  EXPECT_TRUE(regular());
  runtime.cacheTypeK = runtime.cacheTypeV = CacheType::f32;
  EXPECT_FALSE(regular());
  runtime = at8192();
  model.groups[0].headCount = 24;
  EXPECT_FALSE(regular());
  model.groups[0].headCount = 64;
  EXPECT_TRUE(regular());
  model.groups[0].headCount = 65;
  EXPECT_FALSE(regular());
}

}  // namespace LLMCALC_FILE
