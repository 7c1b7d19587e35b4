#include "llmcalc/engines/llama_cpp/engine.hpp"

#include <gtest/gtest.h>

#include <string>

#include "recorded_plans.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

std::string refusal(const ModelSpec& model, const Runtime& runtime) {
  Checker check;
  LlamaCpp::check(check, model, runtime);
  return check.found() ? describe("llama.cpp", check.violation()) : "taken";
}

TEST(LlamaCpp, RefusesWhatItsLoaderRefuses) {
  Runtime runtime = at8192();
  EXPECT_EQ(refusal(llama(), runtime), "taken");
  runtime.flashAttention = false;
  runtime.cacheTypeV = CacheType::q8_0;
  EXPECT_EQ(refusal(llama(), runtime),
            "llama.cpp: runtime.cacheTypeV must be f32, f16 or bf16 where flashAttention is false, got q8_0");
}

// Experts and layers on the host are what vLLM refuses.
TEST(LlamaCpp, TakesAPartOnTheHost) {
  Runtime runtime = at8192();
  runtime.gpuLayers = 8;
  runtime.kvOffload = false;
  EXPECT_EQ(refusal(llama(), runtime), "taken");
  runtime.gpuCount = 0;
  EXPECT_EQ(refusal(llama(), runtime), "taken");
}

// Llama 2 7B in Q4_K_M with 4,096 tokens on one GPU: the first row of tests/golden/memory.tsv.
TEST(LlamaCpp, PlansWhatItRecorded) {
  const auto models = recorded::readModels();
  ASSERT_EQ(models[0].name, "llama-2-7b");
  Runtime runtime;
  runtime.server = false;
  runtime.sequences = 1;
  runtime.contextLength = 4096;
  runtime.backend = GpuBackend::vulkan;
  const Result<MemoryPlan> plan = LlamaCpp::plan(models[0].spec, runtime, nullptr, nullptr);
  ASSERT_TRUE(plan);
  EXPECT_NEAR(plan->gpus[0].weights / kBytesPerMiB, 3820.93, 0.005);
  EXPECT_EQ(plan->gpus[0].kvCache, 2048 * kBytesPerMiB);
  EXPECT_NEAR(plan->gpus[0].computeBuffer / kBytesPerMiB, 100.52, 0.01);
  EXPECT_NEAR(plan->host.weights / kBytesPerMiB, 70.31, 0.005);
  EXPECT_NEAR(plan->host.outputBuffer / kBytesPerMiB, 0.12, 0.005);
}

TEST(LlamaCpp, TakesWhatTheContextNeedsWhateverTheMachineHas) {
  Machine small;
  small.gpuCount = 1;
  small.gpuMemory[0] = small.hostMemory = kBytesPerGiB;
  const MemoryPlan without = *LlamaCpp::plan(llama(), at8192(), nullptr, nullptr);
  EXPECT_EQ(LlamaCpp::plan(llama(), at8192(), nullptr, &small)->gpus[0].total(), without.gpus[0].total());
  // 8,192 tokens x 32 layers x 8 heads x (128 + 128) x 2 bytes.
  EXPECT_EQ(without.gpus[0].kvCache, kBytesPerGiB);
}

TEST(LlamaCpp, PutsMeasuredBytesInThePlaceOfItsRules) {
  MeasuredWeights measured;
  measured.output = 1000;
  measured.tokenEmbedding = 500;
  measured.layers[0].dense = 20;
  measured.layers[31].dense = 3;
  const Result<MemoryPlan> plan = LlamaCpp::plan(llama(), at8192(), &measured, nullptr);
  EXPECT_EQ(plan->gpus[0].weights, 1023);
  EXPECT_EQ(plan->host.weights, 500);
}

TEST(LlamaCpp, HasAPlanAndNoPages) {
  EXPECT_EQ(LlamaCpp::kEngine, Engine::llamaCpp);
  EXPECT_TRUE(LlamaCpp::kPlans);
  EXPECT_FALSE(LlamaCpp::kPages);
}

}  // namespace LLMCALC_FILE
