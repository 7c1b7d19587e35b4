#include "llmcalc/machine/machine.hpp"

#include <gtest/gtest.h>

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(UnifiedMemoryBudget, OfAppleIsStraightBetweenTheSystemsThatWereRead) {
  const auto budget = [](double gib) { return unifiedMemoryBudget(MemoryKind::apple, gib * kBytesPerGiB); };
  EXPECT_EQ(budget(16), 0.74 * 16 * kBytesPerGiB);
  EXPECT_EQ(budget(8), 8 * kBytesPerGiB * 0.74);
  EXPECT_DOUBLE_EQ(budget(44), 44 * kBytesPerGiB * 0.775);
  EXPECT_EQ(budget(64), 51.84 * kBytesPerGiB);
  EXPECT_DOUBLE_EQ(budget(96), 96 * kBytesPerGiB * 0.825);
  EXPECT_EQ(budget(128), 107.52 * kBytesPerGiB);
  EXPECT_EQ(budget(512), 0.84 * 512 * kBytesPerGiB);
}

TEST(UnifiedMemoryBudget, OfAmdIsHalfAndOfOthersAll) {
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::amd, 96e9), 48e9);
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::shared, 128e9), 128e9);
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::separate, 64e9), 64e9);
}

TEST(DefaultHostMargin, IsAQuarterAndAtMost4GiB) {
  EXPECT_EQ(defaultHostMargin(8 * kBytesPerGiB), 2 * kBytesPerGiB);
  EXPECT_EQ(defaultHostMargin(16 * kBytesPerGiB), 4 * kBytesPerGiB);
  EXPECT_EQ(defaultHostMargin(64 * kBytesPerGiB), 4 * kBytesPerGiB);
}

TEST(Machine, LeavesAsMuchFreeOnEveryGpuAsLlamaCpp) {
  for (const double margin : Machine{}.gpuMargin) EXPECT_EQ(margin, 1024 * kBytesPerMiB);
}

}  // namespace LLMCALC_FILE
