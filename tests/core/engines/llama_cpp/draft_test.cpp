#include "llmcalc/engines/llama_cpp/draft.hpp"

#include <gtest/gtest.h>

#include "llmcalc/memory.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using llama_cpp::addDraft;
using llama_cpp::draftRuntime;
using llama_cpp::Speculation;

// Llama 3.2 1B.
ModelSpec small() {
  ModelSpec model = llama();
  model.hiddenSize = 2048;
  model.layerCount = 16;
  model.outputVectorElements = 2048;
  model.tiedEmbeddings = true;
  LayerGroup& layer = model.groups[0];
  layer.keyLength = layer.valueLength = 64;
  layer.feedForwardLength = 8192;
  layer.vectorElements = 2 * 2048;
  return model;
}

// llama-server -m 8B -md 1B --spec-type draft-simple -c 8192 with four slots in one cache: the draft has the model's
// context, and 762 MiB of weights, 256 of cache and 72.01 of a buffer on the GPU; 205 and 24.02 on the host.
TEST(Draft, HasTheContextOfTheModel) {
  Runtime runtime = at8192();
  runtime.speculation = Speculation::draftSimple;
  MemoryPlan plan = planMemory(llama(), runtime);
  EXPECT_EQ(plan.outputs, 4 * (1 + 3));
  const MemoryPlan draft = planMemory(small(), draftRuntime(runtime));
  EXPECT_EQ(draft.outputs, 4);
  const double before = plan.gpus[0].total();
  addDraft(plan, draft);
  EXPECT_NEAR(plan.gpus[0].draft / kBytesPerMiB, 762.81 + 256 + 72.01, 0.02);
  EXPECT_EQ(plan.gpus[0].total(), before + plan.gpus[0].draft);
  EXPECT_NEAR((plan.host.draft - plan.host.outputBuffer) / kBytesPerMiB, 205.49 + 24.02, 0.02);
}

// The back end is in the process once.
TEST(Draft, BringsNoBackEnd) {
  Runtime runtime = at8192();
  MemoryPlan plan = planMemory(llama(), runtime);
  const MemoryPlan draft = planMemory(small(), draftRuntime(runtime));
  ASSERT_GT(draft.gpus[0].overhead, 0);
  addDraft(plan, draft);
  EXPECT_EQ(plan.gpus[0].draft, draft.gpus[0].total() - draft.gpus[0].overhead);
}

TEST(Draft, HasTypesOfCacheOfItsOwn) {
  Runtime runtime = at8192();
  runtime.cacheTypeK = runtime.cacheTypeV = CacheType::q8_0;
  EXPECT_EQ(planMemory(small(), draftRuntime(runtime)).gpus[0].kvCache, 256 * kBytesPerMiB);
  runtime.draftCacheTypeK = CacheType::q8_0;
  EXPECT_EQ(planMemory(small(), draftRuntime(runtime)).gpus[0].kvCache, (128 + 68) * kBytesPerMiB);
}

}  // namespace LLMCALC_FILE
