#include "llmcalc/engines/llama_cpp/offload/attention.hpp"

#include <gtest/gtest.h>

#include "engines/llama_cpp/offload/recorded_buffers.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

using recorded::Met;
using recorded::metBuffers;

TEST(OffloadedAttention, IsMetToTheDigitWithoutVectors) {
  EXPECT_EQ(metBuffers("llama-2-7b"), (Met{11, 11}));
  EXPECT_EQ(metBuffers("mistral-7b-v0.3"), (Met{9, 9}));
}

TEST(OffloadedAttention, IsMetToTheDigitWithFactorsOfFrequencies) {
  EXPECT_EQ(metBuffers("llama-3.1-8b"), (Met{11, 11}));
}

TEST(OffloadedAttention, IsMetToTheDigitWithNormsOrBiasesOfQueries) {
  EXPECT_EQ(metBuffers("qwen3-8b"), (Met{9, 9}));
  EXPECT_EQ(metBuffers("qwen2.5-7b"), (Met{9, 9}));
  EXPECT_EQ(metBuffers("olmo-2-7b"), (Met{9, 9}));
}

TEST(OffloadedAttention, IsMetToTheDigitWithOneMatrixForQueriesKeysAndValues) {
  EXPECT_EQ(metBuffers("phi-3-mini-4k"), (Met{11, 11}));
}

TEST(OffloadedAttention, IsMetToTheDigitWithWindows) {
  EXPECT_EQ(metBuffers("gemma-2-27b"), (Met{9, 9}));
  EXPECT_EQ(metBuffers("gemma-3-27b"), (Met{9, 9}));
}

TEST(OffloadedAttention, OfLatentKeysIsMetInAllPlansButThree) { EXPECT_EQ(metBuffers("deepseek-v3"), (Met{17, 14})); }

}  // namespace LLMCALC_FILE
