#include "llmcalc/layout/parameters.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>

#include "recorded_plans.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(Parameters, AreTheElementsOfLlama) {
  // 2 x 128,256 x 4,096 for tokens and head; 32 x (2 x 4,096 x 4,096 + 2 x 4,096 x 1,024 + 3 x 4,096 x 14,336 + 8,192);
  // 4,096 of the last norm.
  const ParameterCount count = parameterCount(llama());
  EXPECT_EQ(count.parameters, 8030261248);
  EXPECT_EQ(count.activeParameters, 8030261248 - 128256.0 * 4096);
  EXPECT_EQ(fileBytes(llama(), FileType::F32), 4 * 8030261248.0);
  EXPECT_FALSE(tryParameterCount(ModelSpec()));
  EXPECT_FALSE(tryFileBytes(ModelSpec(), FileType::F32));
}

// What their publishers' safetensors hold (data/models.csv has most of them): every kind of layer, tied heads once.
TEST(Parameters, AreThoseThatWerePublished) {
  std::map<std::string, double> published = {
      {"llama-2-7b", 6738415616},   {"smollm2-135m", 134515008},        {"mixtral-8x7b", 46702792704},
      {"qwen2.5-0.5b", 494032768},  {"qwen3-30b-a3b", 30532122624},     {"gemma-2-2b", 2614341888},
      {"gemma-3-1b", 999885952},    {"phi-3-mini-4k", 3821079552},      {"deepseek-v2-lite", 15706484224},
      {"gpt-oss-20b", 20914757184}, {"mamba-130m", 129135360},          {"jamba-v0.1-1.5-mini-52b", 51570323328},
      {"lfm2-1.2b", 1170340608},    {"command-r-35b-v01", 34980831232}, {"starcoder2-3b", 3030371328},
      {"phi-3.5-moe", 41873153344}, {"glm-4-9b-0414", 9400279040},      {"llama-2-70b", 68976648192},
  };
  for (const auto& model : recorded::readModels()) {
    const auto found = published.find(model.name);
    if (found == published.end()) continue;
    EXPECT_EQ(parameterCount(model.spec).parameters, found->second) << model.name;
    published.erase(found);
  }
  EXPECT_TRUE(published.empty());
}

TEST(Parameters, OfATokenAreThoseOfTheExpertsThatItUses) {
  ModelSpec mixtral = llama();
  mixtral.vocabularySize = 32000;
  LayerGroup& layer = mixtral.groups[0];
  layer.feedForward = FeedForward::none;
  layer.feedForwardLength = 0;
  layer.expertCount = 8;
  layer.expertsUsed = 2;
  layer.expertLength = 14336;
  layer.vectorElements = 2 * 4096 + 8 * 4096;  // norms and the router
  const ParameterCount count = parameterCount(mixtral);
  EXPECT_EQ(count.parameters, 46702792704);
  // The published 12,879,925,248 count the token embeddings, of which a token reads one row.
  EXPECT_EQ(count.activeParameters, 12879925248 - 32000.0 * 4096);
}

// AltUp and Laurel of Gemma 3n stay at two bytes even in a file of F32.
TEST(Parameters, CountElementsThatAreNotQuantisedOnce) {
  ModelSpec model = llama();
  model.groups[0].unquantizedElements = 1000;
  model.firstLayerUnquantizedElements = 300;
  model.outputUnquantizedElements = 50;
  EXPECT_EQ(parameterCount(model).parameters, 8030261248 + 32.0 * 1000 + 300 + 50);
  EXPECT_EQ(fileBytes(model, FileType::F32), 4 * 8030261248.0 + 2 * (32 * 1000 + 300 + 50));
}

// With an importance matrix, llama-quantize makes the down matrices of the first eighth of layers Q4_1 in a Q4_0:
// 20 bytes instead of 18 for every 32 elements.
TEST(FileBytes, DependOnTheImportanceMatrix) {
  const double without = fileBytes(llama(), FileType::Q4_0);
  EXPECT_EQ(fileBytes(llama(), FileType::Q4_0, true) - without, 4 * (4096.0 * 14336 / 32) * 2);
  EXPECT_EQ(fileBytes(llama(), FileType::Q8_0, true), fileBytes(llama(), FileType::Q8_0));
}

// A file has no bytes for the head of tied embeddings, and has those of prediction blocks, which are not loaded.
TEST(FileBytes, AreThoseOfAllTensors) {
  ModelSpec model = llama();
  model.tiedEmbeddings = true;
  EXPECT_EQ(fileBytes(model, FileType::F16), fileBytes(llama(), FileType::F16) - 2 * 128256.0 * 4096);
  model.predictionLayerCount = 1;
  EXPECT_GT(fileBytes(model, FileType::F16), fileBytes(llama(), FileType::F16) - 2 * 128256.0 * 4096);
}

}  // namespace LLMCALC_FILE
