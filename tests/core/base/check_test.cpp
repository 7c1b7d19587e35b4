#include "llmcalc/base/check.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "llmcalc/model/spec.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr Range kOneToTen{"", "a whole number from 1 to 10", 1, 10};

TEST(OffWhole, IsZeroForWholeNumbersOfTheRangeAlone) {
  using field::offWhole;
  for (double value = 1; value <= 10; ++value) EXPECT_EQ(offWhole(kOneToTen, value), 0);
  EXPECT_EQ(offWhole(kOneToTen, 0), 1);
  EXPECT_EQ(offWhole(kOneToTen, 12), -2);
  EXPECT_EQ(offWhole(kOneToTen, 2.25), -0.25);
  EXPECT_NE(offWhole(kOneToTen, kNaN), 0);
}

TEST(Checker, KeepsTheFirstViolation) {
  Checker check;
  check.whole("a", 5, kOneToTen);
  EXPECT_FALSE(check.found());
  check.whole("b[].c", 11, kOneToTen, 2);
  check.require(false, "d", "otherwise", 1);
  ASSERT_TRUE(check.found());
  EXPECT_EQ(describe("f", check.violation()), "f: b[2].c must be a whole number from 1 to 10, got 11");
}

TEST(Checker, NamesWhatItRefusesByItsName) {
  Checker check;
  check.refuse(true, "type", "f16", "q8_0");
  EXPECT_EQ(describe("f", check.violation()), "f: type must be f16, got q8_0");
}

TEST(Checker, SaysTheBoundThatAnotherArgumentGives) {
  Checker check;
  check.limit(32, 32, "part", "at most whole");
  EXPECT_FALSE(check.found());
  check.limit(33, 32, "part", "at most whole");
  EXPECT_EQ(describe("f", check.violation()), "f: part must be at most whole (32), got 33");
}

TEST(QuickChecker, FindsWhatCheckerFinds) {
  for (const double value : {0.0, 1.0, 2.5, 10.0, 11.0, kNaN}) {
    Checker slow;
    QuickChecker quick;
    slow.whole("a", value, kOneToTen);
    quick.whole("a", value, kOneToTen);
    EXPECT_EQ(quick.found(), slow.found()) << value;
  }
}

TEST(QuickChecker, TakesFiveZerosAtOnce) {
  LayerGroup group;
  group.vectorElements = 1;
  QuickChecker check;
  check.fields<kChecked<LayerGroup>>(group);
  EXPECT_FALSE(check.found());
  group.kvLoraRank = 0.5;
  check.fields<kChecked<LayerGroup>>(group);
  EXPECT_TRUE(check.found());
}

}  // namespace LLMCALC_FILE
