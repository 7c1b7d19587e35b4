#include "llmcalc/engines/llama_cpp/graphs/stages.hpp"

#include <gtest/gtest.h>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

LargestStage largest(const ModelSpec& model, const Runtime& runtime) {
  return largestLayerStage(model, computeShape(model, runtime), runtime, {true});
}

TEST(LargestLayerStage, OfADenseModelIsGateUpAndTheirProduct) {
  const LargestStage stage = largest(llama(), at8192());
  EXPECT_EQ(stage.stage, Stage::feedForward);
  EXPECT_EQ(stage.bytes, 3 * 14336.0 * 512 * 4);
}

TEST(LargestLayerStage, WithoutFlashAttentionIsTheScoresOfAllHeads) {
  Runtime runtime = at8192();
  runtime.flashAttention = false;
  const LargestStage stage = largest(llama(), runtime);
  EXPECT_EQ(stage.stage, Stage::attention);
  EXPECT_EQ(stage.bytes, 32 * 8192.0 * 512 * 4);
}

TEST(LargestLayerStage, OfExpertsIsOfThoseUsed) {
  ModelSpec model = mixture(128, 8, 768);
  LayerGroup& layer = model.groups[0];
  // Results, longer than gate and up together, do not fit where those were.
  EXPECT_EQ(largest(model, at8192()).bytes, (3.0 * 768 * 8 + 4096 * 8) * 512 * 4);
  layer.plainExperts = true;
  layer.expertLength = 4096;
  EXPECT_EQ(largest(model, at8192()).bytes, 4096.0 * 8 * 512 * 4);
  EXPECT_EQ(largest(model, at8192()).stage, Stage::experts);
}

TEST(LargestLayerStage, OfLatentAttentionIsItsQueries) {
  ModelSpec model = latent();
  model.groups[0].feedForward = FeedForward::none;
  model.groups[0].feedForwardLength = 0;
  const LargestStage stage = largest(model, at8192());
  EXPECT_EQ(stage.stage, Stage::latentAttention);
  EXPECT_EQ(stage.bytes, 32 * (2.0 * 576 + 192) * 512 * 4);
}

TEST(LargestLayerStage, IsOfGroupsThatHaveLayersHere) {
  const ModelSpec model = llama();
  EXPECT_EQ(largestLayerStage(model, computeShape(model, at8192()), at8192(), {}).stage, Stage::none);
}

TEST(LogitsBytes, AreNothingWhereTheyFitWhereTheMaskWas) {
  const ModelSpec model = llama();
  Runtime runtime = at8192();
  EXPECT_EQ(logitsBytes(model, computeShape(model, runtime), runtime), 0);
  runtime.server = false;
  EXPECT_EQ(logitsBytes(model, computeShape(model, runtime), runtime), 128256.0 * 512 * 4);
  runtime.cacheTypeK = CacheType::q8_0;
  EXPECT_EQ(logitsBytes(model, computeShape(model, runtime), runtime), (128256.0 + 4096) * 512 * 4);
}

}  // namespace LLMCALC_FILE
