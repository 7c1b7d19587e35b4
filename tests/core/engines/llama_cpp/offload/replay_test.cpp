#include "llmcalc/engines/llama_cpp/offload/replay.hpp"

#include <gtest/gtest.h>

#include "llmcalc/engines/llama_cpp/offload/attention.hpp"
#include "llmcalc/engines/llama_cpp/offload/network.hpp"
#include "llmcalc/engines/llama_cpp/offload/recurrence.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

CopiedLayer hostLayer(bool last) {
  CopiedLayer layer;
  layer.weights = layer.cache = 1;
  layer.lastOfMask = layer.lastAttention = layer.last = last ? 1 : 0;
  return layer;
}

struct ReplayedLayer : testing::Test {
  ModelSpec model = llama();
  Runtime runtime = at8192();
  ComputeShape shape = computeShape(model, runtime);
  FileWeights weights = fileWeights(model, FileType::F16);
  OffloadReplay replay{model, shape, runtime, weights, 0, {}, GraphStart::embeddings};
};

TEST_F(ReplayedLayer, ALayerNeedsAtLeastAMatrixOfItsNetworkAndWhatItIsMultipliedWith) {
  replay.layer(hostLayer(false));
  // The down matrix in half precision, the network's vectors beside it, and the layer's input.
  EXPECT_GE(replay.peak(), 2 * 14336.0 * 4096 + (14336 + 4096.0) * 512 * 4);
}

TEST_F(ReplayedLayer, EqualLayersLeaveEqualStatesBehind) {
  OffloadReplay::State first;
  OffloadReplay::State second;
  replay.layer(hostLayer(false));
  replay.layer(hostLayer(false));
  ASSERT_TRUE(replay.save(first));
  const double peak = replay.peak();
  replay.layer(hostLayer(false));
  replay.layer(hostLayer(false));
  ASSERT_TRUE(replay.save(second));
  EXPECT_TRUE(first == second);
  EXPECT_EQ(replay.peak(), peak);
}

TEST_F(ReplayedLayer, GoesOnFromAStateThatIsRestored) {
  OffloadReplay::State before;
  OffloadReplay::State after;
  OffloadReplay::State again;
  replay.layer(hostLayer(false));
  ASSERT_TRUE(replay.save(before));
  replay.layer(hostLayer(true));
  ASSERT_TRUE(replay.save(after));
  EXPECT_FALSE(before == after);
  replay.restore(before);
  replay.layer(hostLayer(true));
  ASSERT_TRUE(replay.save(again));
  EXPECT_TRUE(after == again);
}

TEST_F(ReplayedLayer, TheHeadNeedsItsMatrixAndTheLogits) {
  replay.head(1e9);
  EXPECT_EQ(replay.peak(), 1e9 + 128256.0 * 4 * 4);
}

}  // namespace LLMCALC_FILE
