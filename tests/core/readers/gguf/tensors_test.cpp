#include "llmcalc/readers/gguf/tensors.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "llmcalc/memory.hpp"
#include "llmcalc/readers/gguf.hpp"
#include "readers/gguf/headers.hpp"
#include "shapes.hpp"

namespace llmcalc::gguf {

namespace LLMCALC_FILE {

std::string refusalOf(std::vector<double> shape, double type = 1) {
  return bytesOf({"blk.0.attn_q.weight", std::move(shape), type, 0}, 7).refusal();
}

double bytesOfType(double type) { return *bytesOf({"t", {256, 3}, type, 0}, 0); }

// ggml's enum ggml_type and its blocks, of 3 rows of 256.
TEST(BytesOf, AreBlocksOfTheType) {
  EXPECT_EQ(bytesOfType(0), 3 * 1024);     // F32
  EXPECT_EQ(bytesOfType(1), 3 * 512);      // F16
  EXPECT_EQ(bytesOfType(2), 3 * 8 * 18);   // Q4_0
  EXPECT_EQ(bytesOfType(8), 3 * 8 * 34);   // Q8_0
  EXPECT_EQ(bytesOfType(12), 3 * 144);     // Q4_K
  EXPECT_EQ(bytesOfType(14), 3 * 210);     // Q6_K
  EXPECT_EQ(bytesOfType(20), 3 * 8 * 18);  // IQ4_NL
  EXPECT_EQ(bytesOfType(30), 3 * 512);     // BF16
  EXPECT_EQ(bytesOfType(39), 3 * 8 * 17);  // MXFP4
  EXPECT_EQ(findTensorType(14)->name, "Q6_K");
  EXPECT_EQ(findTensorType(4), nullptr);  // Q4_2, which is no more
  EXPECT_EQ(findTensorType(14.5), nullptr);
}

TEST(BytesOf, MultipliesUpToFourDimensions) {
  EXPECT_EQ(*bytesOf({"t", {5}, 0, 0}, 0), 20);
  EXPECT_EQ(*bytesOf({"t", {4, 3, 5, 7}, 1, 0}, 0), 840);
}

TEST(BytesOf, RefusesWhatCannotBe) {
  const std::string of = " for blk.0.attn_q.weight";
  EXPECT_EQ(refusalOf({4096}, 99), "tensors[7].type must be a ggml type, got 99" + of);
  EXPECT_EQ(refusalOf({4096, 0}), "tensors[7].shape must be positive lengths, got 4096,0" + of);
  EXPECT_EQ(refusalOf({-4096, -2}), "tensors[7].shape must be positive lengths, got -4096,-2" + of);
  EXPECT_EQ(refusalOf({1.5}), "tensors[7].shape must be positive lengths, got 1.5" + of);
  EXPECT_EQ(refusalOf({1e15}), "tensors[7].shape must be positive lengths, got 1000000000000000" + of);
  EXPECT_EQ(refusalOf({}), "tensors[7].shape must be positive lengths, got an array" + of);
  EXPECT_EQ(refusalOf({1, 1, 1, 1, 1}), "tensors[7].shape must be positive lengths, got an array" + of);
  EXPECT_EQ(refusalOf({4000, 256}, 12),
            "tensors[7].shape must be rows of a multiple of 256, got 4000,256 (not whole blocks)" + of);
  EXPECT_EQ(refusalOf({4096, 5}, 12), "");
}

TEST(BytesOf, ShowsTheBeginningOfANameAlone) {
  EXPECT_EQ(bytesOf({std::string(1000, 'n'), {1}, 99, 0}, 0).refusal(),
            "tensors[0].type must be a ggml type, got 99 for " + std::string(100, 'n'));
}

TEST(BlockOf, IsTheNumberInTheName) {
  EXPECT_EQ(blockOf("blk.0.attn_q.weight"), 0);
  EXPECT_EQ(blockOf("blk.127.ffn_down_exps.weight"), 127);
  for (const char* name : {"output.weight", "blk.", "blk.7", "blk..x", "blk.x.y", "v.blk.0.attn_q.weight", ""}) {
    EXPECT_NE(blockOf(name), blockOf(name)) << name;
  }
}

TEST(FactsOf, AreTheHeadAndTheBlocks) {
  std::vector<Tensor> tensors = llamaTensors();
  std::vector<double> blocks;
  const TensorFacts facts = factsOf(tensors, blocks);
  EXPECT_TRUE(facts.known);
  EXPECT_TRUE(facts.hasOutput);
  EXPECT_FALSE(facts.hasJoinedLatent);
  ASSERT_EQ(facts.blocks.size(), 32U);
  EXPECT_EQ(facts.blocks.front(), 0);
  EXPECT_EQ(facts.blocks.back(), 31);

  tensors = {{"blk.9.a", {1}, 0, 0}, {"blk.0.attn_kv_b.weight", {1}, 0, 0}, {"blk.9.b", {1}, 0, 0}};
  std::vector<double> others;
  const TensorFacts joined = factsOf(tensors, others);
  EXPECT_FALSE(joined.hasOutput);
  EXPECT_TRUE(joined.hasJoinedLatent);
  EXPECT_EQ(others, (std::vector<double>{0, 9}));
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

// Tensors of 2^n bytes, so that a sum says which were taken.
TEST(MeasuredWeights, GoWhereLlamaCppLoadsThem) {
  ModelSpec model = llama();
  model.layerCount = 2;
  model.tiedEmbeddings = true;
  const std::vector<Tensor> tensors = {{"token_embd.weight", {1}, 0, 0},
                                       {"output.weight", {2}, 0, 0},
                                       {"per_layer_token_embd.weight", {4}, 0, 0},
                                       {"output_norm.weight", {8}, 0, 0},
                                       {"rope_freqs.weight", {16}, 0, 0},
                                       {"per_layer_model_proj.weight", {32}, 0, 0},
                                       {"blk.0.attn_q.weight", {64}, 0, 0},
                                       {"blk.1.ffn_down.weight", {128}, 0, 0},
                                       {"blk.1.ffn_down_exps.weight", {256}, 0, 0},
                                       {"blk.1.ffn_down_shexp.weight", {512}, 0, 0},
                                       {"blk.2.nextn.eh_proj.weight", {1024}, 0, 0}};
  MeasuredWeights weights = measuredWeights(model, tensors);
  EXPECT_EQ(weights.tokenEmbedding, 4 * (1 + 4));
  EXPECT_EQ(weights.output, 4 * (2 + 1));
  EXPECT_EQ(weights.outputExtras, 4 * (8 + 16));
  EXPECT_EQ(weights.layers[0].dense, 4 * (32 + 64));
  EXPECT_EQ(weights.layers[1].dense, 4 * (128 + 512));
  EXPECT_EQ(weights.layers[1].experts, 4 * 256);
  EXPECT_EQ(weights.layers[2].dense, 0);  // a prediction block, which is not loaded
  model.tiedEmbeddings = false;
  weights = measuredWeights(model, tensors);
  EXPECT_EQ(weights.output, 4 * 2);
}

}  // namespace LLMCALC_FILE

}  // namespace llmcalc::gguf
