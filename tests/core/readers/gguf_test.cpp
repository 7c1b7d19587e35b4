#include "llmcalc/readers/gguf.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "llmcalc/memory.hpp"
#include "readers/gguf/headers.hpp"
#include "recorded_plans.hpp"
#include "shapes.hpp"

namespace llmcalc::gguf {

namespace {

std::string refusalOf(const Metadata& keys) { return tryModelFromKeys(keys).refusal(); }

Metadata with(const std::string& key, const Value& value) {
  Metadata keys = llamaKeys();
  keys[key] = value;
  return keys;
}

TEST(ModelFromKeys, IsTheModelOfItsKeys) {
  const Reading<ModelSpec> model = tryModelFromKeys(llamaKeys());
  ASSERT_TRUE(model) << model.refusal();
  EXPECT_TRUE(gguf::detail::isSame(model->groups[0], llama().groups[0]));
  EXPECT_EQ(model->groupCount, 1.0);
  EXPECT_EQ(model->runCount, 1.0);
  EXPECT_EQ(model->vocabularySize, 128256.0);
  EXPECT_EQ(model->contextLength, 131072.0);
  EXPECT_EQ(model->outputVectorElements, 4096.0);
  EXPECT_FALSE(model->tiedEmbeddings);
}

TEST(ModelFromKeys, SaysWhatIsWrongWithAKey) {
  Metadata keys = llamaKeys();
  keys.erase("llama.embedding_length");
  EXPECT_EQ(refusalOf(keys), "llama.embedding_length is missing");
  EXPECT_EQ(refusalOf({}), "general.architecture is missing");
  EXPECT_EQ(refusalOf(with("llama.block_count", 0.0)), "llama.block_count must be 1 to 1024 layers, got 0");
  EXPECT_EQ(refusalOf(with("llama.block_count", std::string("32"))),
            R"(llama.block_count must be a number of at least 0, got "32")");
  EXPECT_EQ(refusalOf(with("llama.embedding_length", true)),
            "llama.embedding_length must be a number of at least 0, got true");
  EXPECT_EQ(refusalOf(with("llama.attention.head_count", std::vector<double>(31, 32.0))),
            "llama.attention.head_count must have 32 elements, got 31");
  EXPECT_EQ(refusalOf(with("llama.feed_forward_length", std::vector<std::string>(32, "x"))),
            R"(llama.feed_forward_length must be a number of at least 0, got "x")");
  EXPECT_TRUE(refusalOf(with("general.architecture", std::string("lama")))
                  .starts_with("general.architecture must be one of llama, mistral3, "));
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

TEST(ModelFromKeys, TakesWhatTensorsTell) {
  std::vector<Tensor> tensors = llamaTensors();
  EXPECT_FALSE(tryModelFromKeys(llamaKeys(), &tensors)->tiedEmbeddings);
  tensors.pop_back();
  EXPECT_TRUE(tryModelFromKeys(llamaKeys(), &tensors)->tiedEmbeddings);
  EXPECT_FALSE(tryModelFromKeys(llamaKeys(), &tensors, false)->tiedEmbeddings);
}

TEST(ModelFromKeys, CountsPredictionBlocksThatAFileHas) {
  const Metadata keys = with("llama.nextn_predict_layers", 1.0);
  EXPECT_EQ(tryModelFromKeys(keys)->layerCount, 31.0);
  EXPECT_EQ(tryModelFromKeys(keys)->predictionLayerCount, 1.0);
  std::vector<Tensor> tensors = llamaTensors();
  EXPECT_EQ(tryModelFromKeys(keys, &tensors)->predictionLayerCount, 1.0);
  std::erase_if(tensors, [](const Tensor& tensor) { return tensor.name.starts_with("blk.31."); });
  EXPECT_EQ(tryModelFromKeys(keys, &tensors)->predictionLayerCount, 0.0);
}

TEST(MeasuredWeights, AreThoseOfTheFileType) {
  const std::vector<Tensor> tensors = llamaTensors();
  const ModelSpec model = *tryModelFromKeys(llamaKeys(), &tensors);
  const MeasuredWeights weights = measuredWeights(model, tensors);
  Runtime runtime = at8192();
  runtime.fileType = FileType::F16;
  const MemoryPlan byRules = planMemory(model, runtime);
  const MemoryPlan byTensors = planMemory(model, runtime, &weights);
  EXPECT_EQ(byTensors.fileBytes, byRules.fileBytes);
  EXPECT_EQ(byTensors.gpus[0].weights, byRules.gpus[0].weights);
  EXPECT_EQ(byTensors.host.weights, byRules.host.weights);
}

TEST(Architectures, HaveOneRowEach) {
  for (const ArchitectureTraits& traits : kArchitectureTraits) {
    EXPECT_EQ(findArchitecture(traits.name), &traits) << traits.name;
    EXPECT_TRUE(traits.like.empty() || findArchitecture(traits.like)) << traits.name;
  }
  EXPECT_EQ(findArchitecture("mistral"), nullptr);
}

TEST(Architectures, WithRulesOfTheirOwnAreAllReadable) {
  for (std::size_t i = 1; i < kArchitectures.size(); ++i) {
    const ArchitectureTraits* traits = findArchitecture(kArchitectures[i]);
    ASSERT_NE(traits, nullptr) << kArchitectures[i];
    EXPECT_EQ(static_cast<std::size_t>(gguf::detail::planOf(*traits)), i);
  }
}

}  // namespace

}  // namespace llmcalc::gguf
