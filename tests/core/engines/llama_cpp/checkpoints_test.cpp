#include "llmcalc/engines/llama_cpp/checkpoints.hpp"

#include <gtest/gtest.h>

#include "llmcalc/memory.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(PromptCache, CountsOnTheHostWhatItMayTake) {
  Runtime runtime = at8192();
  EXPECT_EQ(planMemory(llama(), runtime).host.promptCache, 0);
  const double before = planMemory(llama(), runtime).host.total();
  runtime.cacheRam = 8192;
  EXPECT_EQ(planMemory(llama(), runtime).host.total(), before + 8192 * kBytesPerMiB);
}

TEST(PlanMemory, AProjectorIsOnTheFirstGpuOrOnTheHost) {
  Runtime runtime = at8192();
  runtime.gpuCount = 2;
  runtime.gpuShares = {1, 1};
  runtime.projectorWeights = 100;
  runtime.projectorBuffer = 20;
  runtime.projectorInputs = 3;
  const MemoryPlan offloaded = planMemory(llama(), runtime);
  EXPECT_EQ(offloaded.gpus[0].projector, 120);
  EXPECT_EQ(offloaded.gpus[1].projector, 0);
  EXPECT_EQ(offloaded.host.projector, 3);
  runtime.projectorOffload = false;
  const MemoryPlan kept = planMemory(llama(), runtime);
  EXPECT_EQ(kept.gpus[0].projector, 0);
  EXPECT_EQ(kept.host.projector, 120);
  EXPECT_EQ(kept.host.total(), offloaded.host.total() + 117);
}

// A cache that keeps all tokens is cut back without one.
TEST(Checkpoints, OfCachesAloneAreNone) {
  Runtime runtime = at8192();
  runtime.contextCheckpoints = 32;
  EXPECT_EQ(planMemory(llama(), runtime).host.promptCache, 0);
}

TEST(Checkpoints, OfSlidingLayersHoldTheirWindow) {
  ModelSpec model = llama();
  model.groups[0].attention = Attention::sliding;
  model.slidingWindow = 1024;
  Runtime runtime;
  runtime.contextLength = 131072;
  runtime.sequences = 1;
  runtime.contextCheckpoints = 4;
  const double one = 32 * 1024 * 2 * 8 * 128 * 2;
  EXPECT_EQ(planMemory(model, runtime).host.promptCache, 4 * one);
  // 131,072 tokens have 16 steps of 8,192, and two more are allowed.
  runtime.contextCheckpoints = 32;
  EXPECT_EQ(planMemory(model, runtime).host.promptCache, 18 * one);
  runtime.checkpointStep = 0;
  EXPECT_EQ(planMemory(model, runtime).host.promptCache, 32 * one);
  runtime.swaFull = true;
  EXPECT_EQ(planMemory(model, runtime).host.promptCache, 0);
}

TEST(Checkpoints, OfStatesHoldOneSequence) {
  ModelSpec model = llama();
  LayerGroup& layer = model.groups[0];
  layer.attention = Attention::none;
  layer.headCount = layer.kvHeadCount = layer.keyLength = layer.valueLength = 0;
  layer.recurrence = Recurrence::shortConvolution;
  layer.convolutionLength = 3;
  Runtime runtime = at8192();
  runtime.contextCheckpoints = 1;
  const double one = 32 * 2 * 4096 * 4;
  EXPECT_EQ(planMemory(model, runtime).host.promptCache, 4 * one);
}

}  // namespace LLMCALC_FILE
