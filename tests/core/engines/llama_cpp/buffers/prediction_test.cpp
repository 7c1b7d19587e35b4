#include <gtest/gtest.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>

#include "llmcalc/memory.hpp"
#include "recorded_plans.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using llama_cpp::Speculation;

ModelSpec modelOf(std::string_view name) {
  for (const recorded::Model& model : recorded::readModels()) {
    if (model.name == name) return model.spec;
  }
  throw std::runtime_error("no such model: " + std::string(name));
}

// llama-server -np N -c C --spec-type draft-mtp --spec-draft-n-max LENGTH on one GPU: MiB, as build 11669 prints them.
struct Printed {
  std::string_view model;
  double context;
  double sequences;
  double draftLength;
  double state;          // of the model
  double computeBuffer;  // of the model
  double cache;          // of the draft, as the next ones
  double draftBuffer;
  double draftInputs;
};

TEST(PredictionContext, IsThatOfLlamaServer) {
  constexpr std::array<Printed, 7> kPrinted = {{
      {"qwen3.5-9b", 8192, 1, 3, 201.00, 112.02, 32, 96.02, 24.02},
      {"qwen3.5-9b", 131072, 1, 3, 201.00, 232.02, 512, 168.02, 144.02},
      {"qwen3.5-9b", 8192, 2, 1, 201.00, 108.02, 32, 100.02, 20.02},
      {"qwen3.5-9b", 8192, 8, 3, 1608.00, 153.77, 32, 97.02, 17.02},
      {"qwen3.5-9b", 8192, 1, 15, 804.00, 112.02, 32, 96.02, 24.02},
      {"glm-4.5-air", 8192, 1, 3, 0, 170.01, 32, 154.01, 24.01},
      {"glm-4.5-air", 131072, 1, 3, 0, 290.01, 512, 208.01, 144.01},
  }};
  for (const Printed& printed : kPrinted) {
    Runtime runtime;
    runtime.contextLength = printed.context;
    runtime.sequences = printed.sequences;
    runtime.kvUnified = false;
    runtime.backend = GpuBackend::vulkan;
    runtime.speculation = Speculation::draftMtp;
    runtime.draftLength = printed.draftLength;
    const ModelSpec model = modelOf(printed.model);
    const MemoryPlan plan = planMemory(model, runtime);
    const auto text = ::testing::Message() << printed.model << " " << printed.context << " x " << printed.sequences;
    EXPECT_NEAR(plan.gpus[0].recurrentState / kBytesPerMiB, printed.state, 0.005) << text;
    EXPECT_NEAR(plan.gpus[0].computeBuffer / kBytesPerMiB, printed.computeBuffer, 0.02) << text;
    EXPECT_NEAR(plan.gpus[0].draft / kBytesPerMiB, printed.cache + printed.draftBuffer, 0.02) << text;
    const double output = printed.sequences * model.vocabularySize * 4.0;
    EXPECT_NEAR((plan.host.draft - output) / kBytesPerMiB, printed.draftInputs, 0.02) << text;
  }
}

// -c 32768 with four slots of six drafted tokens, of their own and in one cache: the states of all that do not fit
// where the convolution was come on top.
TEST(PredictionContext, SnapshotsAreInTheBufferOfTheModel) {
  Runtime runtime;
  runtime.contextLength = 32768;
  runtime.kvUnified = false;
  runtime.backend = GpuBackend::vulkan;
  runtime.speculation = Speculation::draftMtp;
  runtime.draftLength = 6;
  runtime.draftCacheTypeK = runtime.draftCacheTypeV = CacheType::q8_0;
  const MemoryPlan split = planMemory(modelOf("qwen3.5-9b"), runtime);
  EXPECT_NEAR(split.gpus[0].recurrentState / kBytesPerMiB, 1407.00, 0.005);
  EXPECT_NEAR(split.gpus[0].computeBuffer / kBytesPerMiB, 152.39, 0.02);
  EXPECT_NEAR(split.gpus[0].draft / kBytesPerMiB, 68.00 + 96.28, 0.02);
  runtime.kvUnified = true;
  runtime.microBatchSize = 1024;
  runtime.cacheTypeK = runtime.cacheTypeV = CacheType::q8_0;
  runtime.draftCacheTypeK = runtime.draftCacheTypeV = CacheType::f16;
  const MemoryPlan unified = planMemory(modelOf("qwen3.5-9b"), runtime);
  EXPECT_NEAR(unified.gpus[0].computeBuffer / kBytesPerMiB, 272.68, 0.5);
  EXPECT_NEAR(unified.gpus[0].draft / kBytesPerMiB, 128.00 + 192.03, 0.02);
}

TEST(PredictionContext, TheBlocksOfTheFileAreLoaded) {
  Runtime runtime;
  runtime.contextLength = 8192;
  runtime.sequences = 1;
  runtime.backend = GpuBackend::vulkan;
  const ModelSpec model = modelOf("glm-4.5-air");
  const MemoryPlan without = planMemory(model, runtime);
  runtime.speculation = Speculation::draftMtp;
  const MemoryPlan with = planMemory(model, runtime);
  // 66,842 and 68,474 MiB of the GPU, printed without a fraction.
  EXPECT_NEAR(without.gpus[0].weights / kBytesPerMiB, 66842.5, 0.5);
  EXPECT_NEAR(with.gpus[0].weights / kBytesPerMiB, 68474.5, 0.5);
  EXPECT_EQ(with.fileBytes, without.fileBytes);
}

TEST(PredictionContext, IsWhereItsBlockIs) {
  Runtime runtime;
  runtime.contextLength = 8192;
  runtime.sequences = 1;
  runtime.backend = GpuBackend::vulkan;
  runtime.speculation = Speculation::draftMtp;
  runtime.gpuLayers = 20;
  const MemoryPlan half = planMemory(modelOf("qwen3.5-9b"), runtime);
  EXPECT_NEAR(half.gpus[0].draft / kBytesPerMiB, 32 + 96.02, 0.02);
  EXPECT_NEAR(half.gpus[0].weights / kBytesPerMiB, 3191.5, 0.5);
  EXPECT_NEAR(half.host.computeBuffer / kBytesPerMiB, 88.39, 0.02);
  runtime.gpuLayers = 0;
  const MemoryPlan none = planMemory(modelOf("qwen3.5-9b"), runtime);
  EXPECT_NEAR(none.gpus[0].draft / kBytesPerMiB, 108.00, 0.02);
  EXPECT_NEAR((none.host.draft - none.host.outputBuffer) / kBytesPerMiB, 32 + 24.02, 0.02);
}

TEST(PredictionContext, OfAPipelineHoldsCopies) {
  Runtime runtime;
  runtime.contextLength = 8192;
  runtime.sequences = 1;
  runtime.backend = GpuBackend::vulkan;
  runtime.speculation = Speculation::draftMtp;
  runtime.gpuCount = 2;
  runtime.gpuShares = {1, 1};
  const MemoryPlan plan = planMemory(modelOf("qwen3.5-9b"), runtime);
  EXPECT_EQ(plan.gpus[0].draft, 0);
  EXPECT_NEAR(plan.gpus[1].draft / kBytesPerMiB, 32 + 192.06, 0.02);
  EXPECT_NEAR((plan.host.draft - plan.host.outputBuffer) / kBytesPerMiB, 72.07, 0.03);
}

TEST(PredictionContext, NeedsABlock) {
  Runtime runtime;
  runtime.contextLength = 8192;
  runtime.speculation = Speculation::draftMtp;
  const auto plan = tryPlanMemory(modelOf("llama-3.1-8b"), runtime);
  ASSERT_FALSE(plan);
  EXPECT_EQ(plan.violation().parameter, "runtime.speculation");
}

}  // namespace LLMCALC_FILE
