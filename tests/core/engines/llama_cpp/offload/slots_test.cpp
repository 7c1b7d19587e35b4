#include "llmcalc/engines/llama_cpp/offload/slots.hpp"

#include <gtest/gtest.h>

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(Slot, IsFreedByItsComplement) {
  EXPECT_EQ(~~Slot::kqMask, Slot::kqMask);
  EXPECT_LT(static_cast<int>(~Slot::inpL), 0);
  EXPECT_LT(static_cast<int>(~Slot::ffnOut), 0);
}

TEST(CopiedLayer, IsComparedByAllItsFields) {
  CopiedLayer a;
  CopiedLayer b;
  EXPECT_TRUE(a == b);
  b.reachesEnd = 1;
  EXPECT_FALSE(a == b);
  a.reachesEnd = 1;
  a.group = 3;
  EXPECT_FALSE(a == b);
}

TEST(FetchesTapsEarly, IsOfConvolutionsWithoutAttentionButNotOfDeltaNets) {
  LayerGroup layer;
  layer.attention = Attention::none;
  layer.recurrence = Recurrence::mamba2;
  EXPECT_TRUE(fetchesTapsEarly(layer));
  layer.attention = Attention::full;
  EXPECT_FALSE(fetchesTapsEarly(layer));
  layer.attention = Attention::none;
  layer.recurrence = Recurrence::gatedDeltaNet;
  EXPECT_FALSE(fetchesTapsEarly(layer));
}

}  // namespace LLMCALC_FILE
