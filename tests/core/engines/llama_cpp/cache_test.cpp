#include "llmcalc/engines/llama_cpp/cache.hpp"

#include <gtest/gtest.h>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(Padded, IsTheNextMultipleOf256) {
  EXPECT_EQ(padded(0), 0);
  EXPECT_EQ(padded(1), 256);
  EXPECT_EQ(padded(256), 256);
  EXPECT_EQ(padded(257), 512);
  EXPECT_EQ(padded(1e9 - 1), 1e9);
}

TEST(RoundedUp, IsTheNextWholeNumber) {
  EXPECT_EQ(roundedUp(2048), 2048);
  EXPECT_EQ(roundedUp(2048.25), 2049);
}

TEST(CacheCells, AreSharedOutAmongSequencesThatAreNotUnified) {
  Runtime runtime = at8192();
  EXPECT_EQ(cacheCells(llama(), runtime, false).full, 8192);
  EXPECT_EQ(cacheCells(llama(), runtime, false).streams, 1);
  runtime.kvUnified = false;
  EXPECT_EQ(cacheCells(llama(), runtime, false).full, 2048);
  EXPECT_EQ(cacheCells(llama(), runtime, false).streams, 4);
  runtime.sequences = 1;
  EXPECT_EQ(cacheCells(llama(), runtime, false).streams, 1);
}

TEST(CacheCells, OfAWindowHoldTheWindowOfEverySequenceAndAMicroBatch) {
  ModelSpec model = llama();
  model.slidingWindow = 1024;
  Runtime runtime = at8192();
  EXPECT_EQ(cacheCells(model, runtime, false).sliding, 0);
  EXPECT_EQ(cacheCells(model, runtime, true).sliding, 4 * 1024 + 512);
  runtime.kvUnified = false;
  EXPECT_EQ(cacheCells(model, runtime, true).sliding, 1024 + 512);
  runtime.swaFull = true;
  EXPECT_EQ(cacheCells(model, runtime, true).sliding, 2048);
}

TEST(MicroBatch, IsAtMostTheContext) {
  Runtime runtime = at8192();
  EXPECT_EQ(microBatch(llama(), runtime), 512);
  runtime.contextLength = 100;
  EXPECT_EQ(microBatch(llama(), runtime), 100);
}

TEST(LayerCacheBytes, AreKeysAndValuesOfEveryCell) {
  const LayerGroup layer = llama().groups[0];
  Runtime runtime = at8192();
  const CacheCells cells = cacheCells(llama(), runtime, false);
  EXPECT_EQ(layerCacheBytes(layer, runtime, cells, 1024), 8192 * (1024 + 1024) * 2);
  runtime.cacheTypeK = CacheType::q8_0;
  EXPECT_EQ(layerCacheBytes(layer, runtime, cells, 1024), 8192 * (1024 * 34 / 32 + 1024 * 2));
  // Transposed values are as wide as the widest of the model.
  runtime.flashAttention = false;
  EXPECT_EQ(layerCacheBytes(layer, runtime, cells, 4096), 8192 * (1024 * 34 / 32 + 4096 * 2));
}

TEST(LayerCacheBytes, OfLatentAttentionAreOneKey) {
  const Runtime runtime = at8192();
  const CacheCells cells = cacheCells(latent(), runtime, false);
  EXPECT_EQ(layerCacheBytes(latent().groups[0], runtime, cells, 0), 8192 * 576 * 2);
}

}  // namespace LLMCALC_FILE
