#include "llmcalc/engines/llama_cpp/offload/recurrence.hpp"

#include <gtest/gtest.h>

#include "engines/llama_cpp/offload/recorded_buffers.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

using recorded::Met;
using recorded::metBuffers;

TEST(OffloadedRecurrence, IsMetToTheDigitWithMamba1) {
  EXPECT_EQ(metBuffers("mamba-130m"), (Met{9, 9}));
  EXPECT_EQ(metBuffers("mamba-2.8b"), (Met{11, 11}));
}

TEST(OffloadedRecurrence, IsMetToTheDigitWithMamba2) {
  EXPECT_EQ(metBuffers("mamba2-codestral-7b"), (Met{8, 8}));
  EXPECT_EQ(metBuffers("nemotron-h-8b"), (Met{11, 11}));
  EXPECT_EQ(metBuffers("granite-4.0-h-1b"), (Met{9, 9}));
}

TEST(OffloadedRecurrence, IsMetToTheDigitWithMamba2BesideAttention) {
  EXPECT_EQ(metBuffers("falcon-h1-3b"), (Met{10, 10}));
}

TEST(OffloadedRecurrence, OfShortConvolutionsIsMetInAllPlansButOne) {
  EXPECT_EQ(metBuffers("lfm2-1.2b"), (Met{11, 10}));
}

TEST(OffloadedRecurrence, OfDeltaNetsIsMetInAllPlansButOne) { EXPECT_EQ(metBuffers("qwen3.5-9b"), (Met{11, 10})); }

}  // namespace LLMCALC_FILE
