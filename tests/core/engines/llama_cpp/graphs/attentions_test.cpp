#include "llmcalc/engines/llama_cpp/graphs/attentions.hpp"

#include <gtest/gtest.h>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

// For a micro-batch of 512 tokens.
LargestStage stageOf(const LayerGroup& layer, const Runtime& runtime) {
  ModelSpec model = llama();
  model.groups[0] = layer;
  return attentionStage(model, layer, computeShape(model, runtime), runtime);
}

TEST(AttentionStage, OfFlashAttentionIsWhatIsCastToF16) {
  Runtime runtime = at8192();
  const LargestStage none = stageOf(llama().groups[0], runtime);
  EXPECT_EQ(none.stage, Stage::attention);
  EXPECT_EQ(none.bytes, 0.0);
  runtime.cacheTypeK = CacheType::f32;
  runtime.cacheTypeV = CacheType::f32;
  // Keys and values of all cells, and beside them the queries and the result of the micro-batch.
  EXPECT_EQ(stageOf(llama().groups[0], runtime).bytes, 8192.0 * (8 * 128 + 8 * 128) * 2 + 2.0 * 32 * 128 * 512 * 4);
}

TEST(AttentionStage, OfLatentAttentionIsItsCompressedQueries) {
  const LargestStage stage = stageOf(latent().groups[0], at8192());
  EXPECT_EQ(stage.stage, Stage::latentAttention);
  EXPECT_EQ(stage.bytes, 32.0 * (2 * (512 + 64) + 192) * 512 * 4);
}

TEST(QueryElements, OfLatentAttentionAreTheMeanOfKeysAndValues) {
  EXPECT_EQ(queryElements(llama().groups[0]), 32.0 * 128);
  EXPECT_EQ(queryElements(latent().groups[0]), 32.0 * (192 + 128) / 2);
}

TEST(CacheEffort, IsOfTheLengthOfAHeadAndOfLatentAttention) {
  LayerGroup layer = llama().groups[0];
  EXPECT_EQ(cacheEffort(layer), 1.0);
  layer.keyLength = 64;
  EXPECT_EQ(cacheEffort(layer), 1.35);
  layer.keyLength = 256;
  EXPECT_EQ(cacheEffort(layer), 1.3);
  EXPECT_EQ(cacheEffort(latent().groups[0]), 2.1);
}

}  // namespace LLMCALC_FILE
