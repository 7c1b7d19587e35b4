#include "llmcalc/readers/gguf.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "readers/gguf/headers.hpp"
#include "shapes.hpp"

namespace llmcalc::gguf {

namespace LLMCALC_FILE {

std::string refusalOf(const Metadata& keys) { return tryModelFromKeys(keys).refusal(); }

Metadata with(const std::string& key, const Value& value) {
  Metadata keys = llamaKeys();
  keys[key] = value;
  return keys;
}

TEST(ModelFromKeys, IsTheModelOfItsKeys) {
  const Reading<ModelSpec> model = tryModelFromKeys(llamaKeys());
  ASSERT_TRUE(model) << model.refusal();
  EXPECT_TRUE(gguf::isSame(model->groups[0], llama().groups[0]));
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

TEST(ModelFromKeys, TakesWhatTensorsTell) {
  std::vector<Tensor> tensors = llamaTensors();
  EXPECT_FALSE(tryModelFromKeys(llamaKeys(), &tensors)->tiedEmbeddings);
  tensors.pop_back();
  EXPECT_TRUE(tryModelFromKeys(llamaKeys(), &tensors)->tiedEmbeddings);
  EXPECT_FALSE(tryModelFromKeys(llamaKeys(), &tensors, false)->tiedEmbeddings);
}

}  // namespace LLMCALC_FILE

}  // namespace llmcalc::gguf
