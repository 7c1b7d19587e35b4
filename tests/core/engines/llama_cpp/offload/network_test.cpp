#include "llmcalc/engines/llama_cpp/offload/network.hpp"

#include <gtest/gtest.h>

#include "engines/llama_cpp/offload/recorded_buffers.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

using recorded::Met;
using recorded::metBuffers;

TEST(OffloadedNetwork, IsMetToTheDigitGatedAndPlain) {
  EXPECT_EQ(metBuffers("qwen2.5-0.5b"), (Met{11, 11}));
  EXPECT_EQ(metBuffers("starcoder2-3b"), (Met{11, 11}));
}

TEST(OffloadedNetwork, OfExpertsIsMetInAllPlansButOne) {
  EXPECT_EQ(metBuffers("mixtral-8x7b"), (Met{18, 17}));
  EXPECT_EQ(metBuffers("qwen3-30b-a3b"), (Met{18, 17}));
}

TEST(OffloadedNetwork, OfASharedExpertIsMetInAllPlansButOne) {
  EXPECT_EQ(metBuffers("glm-4.5-air"), (Met{18, 17}));
  EXPECT_EQ(metBuffers("deepseek-v2-lite"), (Met{18, 17}));
}

}  // namespace LLMCALC_FILE
