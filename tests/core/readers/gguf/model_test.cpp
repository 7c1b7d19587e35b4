#include "llmcalc/readers/gguf/model.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "llmcalc/memory.hpp"
#include "llmcalc/readers/gguf.hpp"
#include "readers/gguf/header_values.hpp"
#include "readers/gguf/headers.hpp"
#include "shapes.hpp"

namespace llmcalc::gguf {

namespace LLMCALC_FILE {

ModelSpec modelOf(std::string_view architecture, const HeaderValues& values) {
  const Result<ModelSpec> model = tryModel(*findArchitecture(architecture), values);
  EXPECT_TRUE(model) << describe("header", model.violation());
  return *model;
}

// Groups and their numbers, in the order of runs: "0x3 1x1".
std::string runsOf(const ModelSpec& model) {
  std::string runs;
  for (std::size_t i = 0; i < static_cast<std::size_t>(model.runCount); ++i) {
    runs.append(i == 0 ? "" : " ").append(formatNumber(model.runs[i].group)).append("x");
    runs.append(formatNumber(model.runs[i].count));
  }
  return runs;
}

HeaderValues withLengths(const std::vector<double>& lengths) {
  HeaderValues values = llamaValues();
  values[Key::blockCount] = numberOf(static_cast<double>(lengths.size()));
  values[Key::feedForwardLength] = listOf(lengths);
  return values;
}

TEST(TryModel, IsTheModelOfItsKeys) {
  const ModelSpec model = modelOf("llama", llamaValues());
  EXPECT_TRUE(isSame(model.groups[0], llama().groups[0]));
  EXPECT_EQ(model.groupCount, 1);
  EXPECT_EQ(runsOf(model), "0x1");
  EXPECT_EQ(model.architecture, Architecture::common);
  EXPECT_EQ(model.hiddenSize, 4096);
  EXPECT_EQ(model.layerCount, 32);
  EXPECT_EQ(model.vocabularySize, 128256);
  EXPECT_EQ(model.contextLength, 131072);
  EXPECT_EQ(model.outputVectorElements, 4096);
  EXPECT_FALSE(model.tiedEmbeddings);
  EXPECT_FALSE(model.is70B);
}

TEST(TryModel, RefusesWhatItsReaderRefuses) {
  HeaderValues values = llamaValues();
  values[Key::embeddingLength] = {};
  const Result<ModelSpec> model = tryModel(*findArchitecture("llama"), values);
  ASSERT_FALSE(model);
  EXPECT_EQ(model.violation().parameter, "embedding_length");
  EXPECT_EQ(model.violation().requirement, kMissing);
  // What layers alone ask for is refused too.
  values = llamaValues();
  values[Key::expertCount] = numberOf(8);
  EXPECT_EQ(tryModel(*findArchitecture("llama"), values).violation().parameter, "expert_used_count");
}

TEST(TryModel, FindsTheShortestRunThatRepeats) {
  const auto runs = [](const std::vector<double>& lengths) { return runsOf(modelOf("llama", withLengths(lengths))); };
  EXPECT_EQ(runs({8, 8, 8, 8}), "0x1");
  EXPECT_EQ(runs({8, 4, 8, 4}), "0x1 1x1");
  EXPECT_EQ(runs({8, 8, 4, 8, 8, 4, 8}), "0x2 1x1");  // the last time it is cut
  EXPECT_EQ(runs({4, 8, 8, 8}), "0x1 1x3");           // dense first, then experts
  EXPECT_EQ(runs({4, 8, 8, 4}), "0x1 1x2");
  EXPECT_EQ(runs({4, 8, 8, 4, 4}), "0x1 1x2 0x1");  // the fifth is the first again
}

// Gemma 3 4B: five layers that slide and one that does not, over and over.
TEST(TryModel, OfGemma3HasTwoGroups) {
  HeaderValues values = llamaValues();
  values[Key::blockCount] = numberOf(34);
  values[Key::slidingWindow] = numberOf(1024);
  const ModelSpec model = modelOf("gemma3", values);
  EXPECT_EQ(runsOf(model), "0x5 1x1");
  EXPECT_EQ(model.groups[0].attention, Attention::sliding);
  EXPECT_EQ(model.groups[1].attention, Attention::full);
  EXPECT_EQ(model.slidingWindow, 1024);
  EXPECT_TRUE(model.tiedEmbeddings);
}

TEST(ModelFromKeys, GroupsLayersAndFindsTheRunThatRepeats) {
  Metadata keys = llamaKeys();
  std::vector<double> lengths(32, 14336.0);
  for (std::size_t i = 3; i < lengths.size(); i += 4) lengths[i] = 8192.0;
  keys["llama.feed_forward_length"] = lengths;
  const Reading<ModelSpec> model = tryModelFromKeys(keys);
  ASSERT_TRUE(model);
  EXPECT_EQ(model->groupCount, 2.0);
  ASSERT_EQ(model->runCount, 2.0);
  EXPECT_EQ(model->runs[0].count, 3.0);
  EXPECT_EQ(model->runs[1].group, 1.0);
}

TEST(ModelFromKeys, CountsMoreGroupsThanASpecHolds) {
  Metadata keys = llamaKeys();
  std::vector<double> lengths(32);
  for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = 1024.0 * static_cast<double>(1 + i % 12);
  keys["llama.feed_forward_length"] = lengths;
  const Reading<ModelSpec> model = tryModelFromKeys(keys);
  ASSERT_TRUE(model);
  EXPECT_EQ(model->groupCount, 12.0);
  EXPECT_EQ(tryPlanMemory(*model, at8192()).violation().parameter, "model.groups");
}

// 1,024 layers of two kinds in an order that never repeats.
TEST(TryModel, CountsMoreRunsThanASpecHolds) {
  std::vector<double> lengths(1024);
  for (std::size_t i = 0; i < lengths.size(); ++i) lengths[i] = i * i % 7 < 3 ? 8 : 4;
  lengths[0] = 16;
  const ModelSpec model = modelOf("llama", withLengths(lengths));
  EXPECT_GT(model.runCount, 160);
  EXPECT_EQ(tryPlanMemory(model, at8192()).violation().parameter, "model.runs");
}

TEST(TryModel, TakesTheHeadFromTensorsBeforeTheArchitecture) {
  HeaderValues values = llamaValues();
  const auto isTied = [&](std::string_view architecture, std::optional<bool> asked = std::nullopt) {
    return tryModel(*findArchitecture(architecture), values, asked)->tiedEmbeddings;
  };
  EXPECT_FALSE(isTied("llama"));
  EXPECT_TRUE(isTied("gemma"));
  values.tensors.known = true;
  EXPECT_TRUE(isTied("llama"));
  EXPECT_FALSE(isTied("llama", false));
  values.tensors.hasOutput = true;
  EXPECT_FALSE(isTied("gemma"));
  EXPECT_TRUE(isTied("gemma", true));
}

TEST(TryModel, OfFalcon7BHasATiedHead) {
  HeaderValues values = llamaValues();
  EXPECT_FALSE(modelOf("falcon", values).tiedEmbeddings);
  values[Key::kvHeadCount] = numberOf(1);
  EXPECT_TRUE(modelOf("falcon", values).tiedEmbeddings);
}

// llama-quantize knows a 70B by 80 layers whose heads share keys.
TEST(TryModel, TellsA70B) {
  HeaderValues values = llamaValues();
  values[Key::blockCount] = numberOf(80);
  EXPECT_TRUE(modelOf("llama", values).is70B);
  EXPECT_TRUE(modelOf("qwen2", values).is70B);
  EXPECT_FALSE(modelOf("qwen3", values).is70B);
  values[Key::kvHeadCount] = numberOf(32);
  EXPECT_FALSE(modelOf("llama", values).is70B);  // Llama 1 65B
}

TEST(TryModel, CountsTheLastNormAndTheBiasOfTheHead) {
  EXPECT_EQ(modelOf("starcoder2", llamaValues()).outputVectorElements, 2 * 4096);
  EXPECT_EQ(modelOf("olmo", llamaValues()).outputVectorElements, 0);
  EXPECT_EQ(modelOf("phi2", llamaValues()).outputVectorElements, 2 * 4096 + 128256);
}

// Gemma 3n E4B: a table of 256 numbers per layer and token; four streams, of which three are projected in and out.
TEST(TryModel, OfGemma3nHasEmbeddingsPerLayerAndStreams) {
  HeaderValues values = llamaValues();
  values[Key::embeddingLength] = numberOf(2048);
  values[Key::blockCount] = numberOf(35);
  values[Key::perLayerEmbeddingLength] = numberOf(256);
  const ModelSpec model = modelOf("gemma3n", values);
  EXPECT_EQ(model.architecture, Architecture::gemma3n);
  EXPECT_EQ(model.perLayerEmbeddingLength, 256);
  EXPECT_EQ(model.firstLayerVectorElements, 256);
  EXPECT_EQ(model.firstLayerUnquantizedElements, 2048 * 256 * 35);
  EXPECT_EQ(model.outputUnquantizedElements, 2 * 3 * 2048 * 2048);
}

TEST(TryModel, OfGemma4HasFrequenciesOfTheFullLayers) {
  HeaderValues values = llamaValues();
  values[Key::keyLength] = numberOf(512);
  EXPECT_EQ(modelOf("gemma4", values).firstLayerVectorElements, 512 / 2);
}

TEST(TryModel, PutsPredictionBlocksIntoAGroupOfTheirOwn) {
  HeaderValues values = llamaValues();
  values[Key::blockCount] = numberOf(33);
  values[Key::predictionLayers] = numberOf(1);
  const ModelSpec model = modelOf("llama", values);
  EXPECT_EQ(model.layerCount, 32);
  EXPECT_EQ(model.predictionLayerCount, 1);
  EXPECT_EQ(model.groupCount, 2);
  EXPECT_EQ(model.predictionGroup, 1);
  EXPECT_EQ(runsOf(model), "0x1");
  EXPECT_EQ(model.groups[1].vectorElements, (2 + 3) * 4096);
}

TEST(PlanOf, IsTheArchitecturesOwnOrThatOfOneLikeIt) {
  for (std::size_t i = 1; i < kArchitectures.size(); ++i) {
    const ArchitectureTraits* traits = findArchitecture(kArchitectures[i]);
    ASSERT_NE(traits, nullptr) << kArchitectures[i];
    EXPECT_EQ(static_cast<std::size_t>(planOf(*traits)), i);
  }
  EXPECT_EQ(planOf(*findArchitecture("mistral4")), Architecture::deepseek2);
  EXPECT_EQ(planOf(*findArchitecture("llama")), Architecture::common);
}

TEST(IsSame, ComparesEveryFieldAndTakesWhatIsUnknownForAlike) {
  const LayerGroup layer = llama().groups[0];
  LayerGroup other = layer;
  other.furtherElements = 1;
  EXPECT_FALSE(isSame(layer, other));
  other = layer;
  other.sharesCache = true;
  EXPECT_FALSE(isSame(layer, other));
  other = layer;
  other.keyLength = kNothing;
  EXPECT_FALSE(isSame(layer, other));
  EXPECT_TRUE(isSame(other, other));
}

}  // namespace LLMCALC_FILE

}  // namespace llmcalc::gguf
