#include "llmcalc/layout/measured_weights.hpp"

#include <gtest/gtest.h>

#include <cstddef>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(MeasuredBytes, AreSummedOverTheLayersOfTheGroupAlone) {
  ModelSpec model = llama();
  model.layerCount = 40;
  model.groupCount = model.runCount = 2;
  model.groups[1] = model.groups[0];
  model.runs[0] = {0, 3};
  model.runs[1] = {1, 1};
  static MeasuredWeights measured;
  for (std::size_t i = 0; i < 40; ++i) measured.layers[i] = {i % 4 == 3 ? 1000.0 : 1.0, i % 4 == 3 ? 7.0 : 0.0, 0};
  LayerBlocks blocks(model);
  // 40 layers are more than one block has.
  EXPECT_EQ(measuredBytes(measured, blocks, 40, 0).dense, 30);
  EXPECT_EQ(measuredBytes(measured, blocks, 40, 1).dense, 10 * 1000);
  EXPECT_EQ(measuredBytes(measured, blocks, 40, 1).experts, 10 * 7);
  blocks.next(38, [](const LayerBlock&) {});
  EXPECT_EQ(measuredBytes(measured, blocks, 2, 0).dense, 1);
}

}  // namespace LLMCALC_FILE
