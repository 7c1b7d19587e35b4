#include "llmcalc/model/checks.hpp"

#include <gtest/gtest.h>

#include <string>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

std::string refusal(const ModelSpec& model) {
  const Violation violation = modelViolation(model);
  return violation.parameter.empty() ? "possible" : describe("model", violation);
}

TEST(ModelViolation, IsNoneOfModelsThatAre) {
  EXPECT_EQ(refusal(llama()), "possible");
  EXPECT_EQ(refusal(latent()), "possible");
}

TEST(ModelViolation, NamesTheLengthsOfLatentAttention) {
  ModelSpec model = latent();
  model.groups[0].keyLength = 575;
  EXPECT_EQ(refusal(model), "model: model.groups[0].keyLength must be kvLoraRank + ropeLength for mla, got 575");
  model = latent();
  model.groups[0].mlaKeyLength = 64;
  EXPECT_EQ(refusal(model), "model: model.groups[0].mlaKeyLength must be more than ropeLength, got 64");
}

TEST(ModelViolation, IsOfANetworkWithoutLengthAndOfALengthWithoutNetwork) {
  ModelSpec model = llama();
  model.groups[0].feedForwardLength = 0;
  const std::string text = "model: model.groups[0].feedForwardLength must be 0 exactly where feedForward is none, got ";
  EXPECT_EQ(refusal(model), text + "0");
  model.groups[0].feedForwardLength = 14336;
  model.groups[0].feedForward = FeedForward::none;
  EXPECT_EQ(refusal(model), text + "14336");
}

TEST(ModelViolation, ChecksGroupsOfRunsAndOfPredictionBlocks) {
  ModelSpec model = llama();
  model.predictionGroup = 1;
  EXPECT_EQ(refusal(model), "model: model.predictionGroup must be the index of a group, got 1");
  model.predictionGroup = 0;
  model.runs[0].count = 0;
  EXPECT_EQ(refusal(model), "model: model.runs[0].count must be a whole number from 1 to 1024, got 0");
}

}  // namespace LLMCALC_FILE
