#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"

#include <gtest/gtest.h>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(ComputeShape, IsOfTheWidestLayers) {
  const ComputeShape shape = computeShape(llama(), at8192());
  EXPECT_EQ(shape.tokens, 512);
  EXPECT_EQ(shape.hidden, 4096);
  EXPECT_EQ(shape.queries, 32 * 128);
  EXPECT_EQ(shape.keys, 8 * 128);
  EXPECT_EQ(shape.widestValues, 8 * 128);
  EXPECT_EQ(shape.maskElement, 2);
  EXPECT_TRUE(shape.hasCache);
  EXPECT_FALSE(shape.slides || shape.latent || shape.recurs);
  EXPECT_EQ(shape.bytes(3), 3 * 512 * 4);
}

TEST(ComputeShape, HasLogitsOfEveryTokenUnlessAServerCapsThem) {
  Runtime runtime = at8192();
  EXPECT_EQ(computeShape(llama(), runtime).outputs, 4);
  runtime.build = kCappedOutputsBuild - 1;
  EXPECT_EQ(computeShape(llama(), runtime).outputs, 512);
  runtime = at8192();
  runtime.server = false;
  EXPECT_EQ(computeShape(llama(), runtime).outputs, 512);
}

TEST(ComputeShape, RoundsTheMicroBatchUpToTheSequences) {
  Runtime runtime = at8192();
  runtime.sequences = 3;
  EXPECT_EQ(computeShape(llama(), runtime).tokens, 513);
}

TEST(ComputeShape, OfLatentAttentionHasNoValues) {
  const ComputeShape shape = computeShape(latent(), at8192());
  EXPECT_TRUE(shape.latent);
  EXPECT_EQ(shape.widestValues, 0);
}

TEST(IsMultipleOf, TellsWholeNumbersOfALength) {
  EXPECT_TRUE(isMultipleOf(192, 64));
  EXPECT_TRUE(isMultipleOf(0, 64));
  EXPECT_FALSE(isMultipleOf(100, 64));
}

}  // namespace LLMCALC_FILE
