#include "llmcalc/ggml/arena.hpp"

#include <gtest/gtest.h>

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(Arena, TakesTheSmallestHoleThatFits) {
  Arena arena;
  const Piece large = arena.take(8);
  (void)arena.take(1);
  const Piece small = arena.take(4);
  const Piece last = arena.take(1);
  arena.give(large);
  arena.give(small);
  EXPECT_EQ(arena.take(3).at, small.at);
  EXPECT_EQ(arena.take(3).at, large.at);
  EXPECT_EQ(arena.take(6).at, last.at + last.size);
  EXPECT_EQ(arena.peak(), 20);
}

struct ThreePieces : testing::Test {
  Arena arena;
  Piece first = arena.take(4);
  Piece second = arena.take(8);
  Piece third = arena.take(4);
};

TEST_F(ThreePieces, AreJoinedWithTheEndWhenFree) {
  arena.give(second);
  arena.give(first);
  arena.give(third);
  EXPECT_EQ(arena.take(20).at, 0);
  EXPECT_EQ(arena.peak(), 20);
}

TEST_F(ThreePieces, StayApartFromTheEndBehindAHoleOfNoSize) {
  arena.give(second);
  const Piece nothing = arena.take(0);
  EXPECT_EQ(nothing.at, second.at);
  arena.give(first);
  arena.give(nothing);
  arena.give(third);
  EXPECT_EQ(arena.take(20).at, 16);
  EXPECT_EQ(arena.peak(), 36);
}

}  // namespace LLMCALC_FILE
