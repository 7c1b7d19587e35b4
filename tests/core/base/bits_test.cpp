#include "llmcalc/base/bits.hpp"

#include <gtest/gtest.h>

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(CountBits, CountsThoseThatAreSet) {
  for (int count = 0; count <= 32; ++count) EXPECT_EQ(countBits(lowBits(count)), count);
  EXPECT_EQ(countBits(0x80000001), 2);
  EXPECT_EQ(countBits(0xA5A5A5A5), 16);
}

}  // namespace LLMCALC_FILE
