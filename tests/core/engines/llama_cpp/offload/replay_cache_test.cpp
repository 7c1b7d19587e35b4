#include "llmcalc/engines/llama_cpp/offload/replay_cache.hpp"

#include <gtest/gtest.h>

#include "llmcalc/engines/llama_cpp/offload/attention.hpp"
#include "llmcalc/engines/llama_cpp/offload/network.hpp"
#include "llmcalc/engines/llama_cpp/offload/recurrence.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

CopiedLayer layerOf(int i) {
  CopiedLayer layer;
  layer.weights = layer.cache = i < 60 ? 1 : 0;
  layer.specialDown = i % 3 == 2 ? 1 : 0;
  layer.lastOfMask = layer.lastAttention = layer.last = i == 79 ? 1 : 0;
  layer.reachesFull = layer.reachesLast = layer.reachesEnd = i == 59 ? 1 : 0;
  return layer;
}

TEST(ReplayCache, FindsWhatEveryLayerReplayedFinds) {
  ModelSpec model = llama();
  model.layerCount = 80;
  const Runtime runtime = at8192();
  const ComputeShape shape = computeShape(model, runtime);
  const FileWeights weights = fileWeights(model, FileType::Q4_K_M);
  OffloadReplay plain(model, shape, runtime, weights, 0, {}, GraphStart::embeddings);
  OffloadReplay remembered(model, shape, runtime, weights, 0, {}, GraphStart::embeddings);
  ReplayCache cache(remembered);
  for (int i = 0; i < 80; ++i) {
    plain.layer(layerOf(i));
    cache.layer(layerOf(i));
  }
  cache.restore();
  OffloadReplay::State expected;
  OffloadReplay::State found;
  ASSERT_TRUE(plain.save(expected));
  ASSERT_TRUE(remembered.save(found));
  EXPECT_TRUE(expected == found);
  EXPECT_EQ(remembered.peak(), plain.peak());
}

}  // namespace LLMCALC_FILE
