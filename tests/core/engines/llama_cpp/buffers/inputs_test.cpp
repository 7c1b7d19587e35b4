#include "llmcalc/engines/llama_cpp/buffers/inputs.hpp"

#include <gtest/gtest.h>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

double inputsOf(const ModelSpec& model, const Runtime& runtime) {
  return inputBytes(model, computeShape(model, runtime), runtime);
}

// Four hidden vectors, an id and a position of every token; the mask in half precision; two indices of cells.
constexpr double kLlamaInputs = (4.0 * 4096 + 2) * 512 * 4 + 4 * 4 + 8192.0 * 512 * 2 + 2 * 8 * 512;

TEST(InputBytes, AreVectorsMaskAndIndices) { EXPECT_EQ(inputsOf(llama(), at8192()), kLlamaInputs); }

TEST(InputBytes, OfOlderBuildsHaveTwoHiddenVectorsLess) {
  Runtime runtime = at8192();
  runtime.build = kMixedInputsBuild - 1;
  EXPECT_EQ(inputVectors(runtime), 2);
  EXPECT_EQ(inputsOf(llama(), runtime), kLlamaInputs - 2.0 * 4096 * 512 * 4);
}

TEST(InputBytes, OfQuantizedCachesHaveRotations) {
  Runtime runtime = at8192();
  runtime.cacheTypeK = CacheType::q8_0;
  EXPECT_EQ(inputsOf(llama(), runtime), kLlamaInputs + 128 * 128 * 4);
  runtime.cacheTypeV = CacheType::q8_0;
  EXPECT_EQ(inputsOf(llama(), runtime), kLlamaInputs + 128 * 128 * 4 + 64 * 64 * 4);
  ModelSpec narrow = llama();
  narrow.groups[0].keyLength = narrow.groups[0].valueLength = 96;
  EXPECT_EQ(inputsOf(narrow, runtime), kLlamaInputs);
}

TEST(InputBytes, WithoutFlashAttentionIndexEveryElementOfAValue) {
  Runtime runtime = at8192();
  runtime.flashAttention = false;
  EXPECT_EQ(inputsOf(llama(), runtime), kLlamaInputs + 8192.0 * 512 * 2 + 8.0 * 512 * (1024 - 1));
}

TEST(PipelinedInputs, AreFourCopiesButOfHiddenVectorsTen) {
  const ComputeShape shape = computeShape(llama(), at8192());
  const double hidden = 4096.0 * 512 * 4;
  EXPECT_EQ(pipelinedInputs(shape, at8192(), kLlamaInputs), 4 * (kLlamaInputs - 4 * hidden) + 10 * hidden);
}

}  // namespace LLMCALC_FILE
