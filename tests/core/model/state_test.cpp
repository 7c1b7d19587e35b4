#include "llmcalc/model/state.hpp"

#include <gtest/gtest.h>

namespace LLMCALC_FILE {

using namespace llmcalc;

LayerGroup recurrent(Recurrence recurrence) {
  LayerGroup layer;
  layer.attention = Attention::none;
  layer.recurrence = recurrence;
  layer.convolutionLength = 4;
  layer.innerLength = 8192;
  layer.stateLength = 128;
  layer.stateGroupCount = 8;
  return layer;
}

TEST(State, OfMamba2IsTheTapsOfAllChannelsAndAMatrixForEach) {
  const LayerGroup layer = recurrent(Recurrence::mamba2);
  EXPECT_EQ(convolutionChannels(layer), 8192 + 2 * 8 * 128);
  const StateElements elements = stateElements(layer, 4096);
  EXPECT_EQ(elements.convolution, 3 * 10240);
  EXPECT_EQ(elements.state, 128 * 8192);
  EXPECT_EQ(layerStateBytes(layer, 4096, 3), 3 * 4 * (3 * 10240 + 128 * 8192));
}

TEST(State, OfAShortConvolutionIsTheTapsOfHiddenVectors) {
  EXPECT_EQ(layerStateBytes(recurrent(Recurrence::shortConvolution), 2048, 4), 4 * 4 * 3 * 2048);
}

TEST(State, OfNoRecurrenceIsNone) { EXPECT_EQ(layerStateBytes(recurrent(Recurrence::none), 2048, 4), 0); }

}  // namespace LLMCALC_FILE
