#include "llmcalc/speed/drafts.hpp"

#include <gtest/gtest.h>

#include "llmcalc/estimate.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

TEST(TokensPerStep, AreTheModelsOwnAndWhatItAccepts) {
  Workload workload;
  EXPECT_EQ(speed::tokensPerStep(workload), 1);
  workload.draftLength = 2;
  EXPECT_EQ(speed::tokensPerStep(workload), 1);
  workload.acceptanceRate = 0.5;
  EXPECT_EQ(speed::tokensPerStep(workload), 1.75);
  workload.acceptanceRate = 1;
  EXPECT_EQ(speed::tokensPerStep(workload), 3);
}

// llama.cpp prints accepted over drafted tokens: of 4 at a time and 0.69, it accepts 2.76 a step.
TEST(TokensPerStep, AreTheModelsOwnAndTheShareOfTheDraft) {
  Workload workload;
  workload.draftLength = 4;
  workload.draftAcceptance = 0.5;
  EXPECT_EQ(speed::tokensPerStep(workload), 3);
  workload.draftAcceptance = 1;
  EXPECT_EQ(speed::tokensPerStep(workload), 5);
  workload.draftLength = 0;
  EXPECT_EQ(speed::tokensPerStep(workload), 1);
}

// A chance of one half each is 0.75 of two tokens, 0.375 of what was drafted.
TEST(EstimateSpeed, BothWordsForADraftsAcceptanceAgree) {
  Workload chance = decoding(512);
  chance.draftLength = 2;
  chance.acceptanceRate = 0.5;
  Workload share = decoding(512);
  share.draftLength = 2;
  share.draftAcceptance = 0.375;
  const Runtime runtime = runtimeOf(FileType::F16);
  EXPECT_EQ(decodeRate(llama8B(), runtime, h100(), share), decodeRate(llama8B(), runtime, h100(), chance));
}

TEST(EstimateSpeed, ADraftGainsWithItsAcceptance) {
  const Runtime runtime = runtimeOf(FileType::F16);
  Workload workload = decoding(512);
  const double plain = decodeRate(llama8B(), runtime, h100(), workload);
  workload.draftLength = 3;
  workload.draftCost = 0.07;
  workload.acceptanceRate = 0.8;
  const double accepted = decodeRate(llama8B(), runtime, h100(), workload);
  EXPECT_GT(accepted, 1.5 * plain);
  workload.acceptanceRate = 0;
  EXPECT_LT(decodeRate(llama8B(), runtime, h100(), workload), plain);
}

// The tokens of a draft are checked against one cache: two RTX 5060 Ti gained 1.95 times with a 27B after 130,000
// tokens.
TEST(EstimateSpeed, ADraftGainsAtDepthToo) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  runtime.contextLength = 262144;
  Workload workload = decoding(131072);
  const double plain = decodeRate(llama8B(), runtime, h100(), workload);
  workload.draftLength = 3;
  workload.acceptanceRate = 0.8;
  EXPECT_GT(decodeRate(llama8B(), runtime, h100(), workload), 1.5 * plain);
}

}  // namespace LLMCALC_FILE
