#include "llmcalc/base/result.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace LLMCALC_FILE {

using namespace llmcalc;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// Expectations are what JavaScript's String(x) gives (ECMA-262, Number::toString).
TEST(FormatNumber, WritesWholeNumbersWithoutPointUpTo21Digits) {
  EXPECT_EQ(formatNumber(0), "0");
  EXPECT_EQ(formatNumber(-0.0), "0");
  EXPECT_EQ(formatNumber(7), "7");
  EXPECT_EQ(formatNumber(-4096), "-4096");
  EXPECT_EQ(formatNumber(1e9), "1000000000");
  EXPECT_EQ(formatNumber(123456789012345680000.0), "123456789012345680000");
}

TEST(FormatNumber, WritesExponentsFrom1e21On) {
  EXPECT_EQ(formatNumber(1e21), "1e+21");
  EXPECT_EQ(formatNumber(-1.5e300), "-1.5e+300");
  EXPECT_EQ(formatNumber(std::numeric_limits<double>::max()), "1.7976931348623157e+308");
}

TEST(FormatNumber, WritesFractionsDownTo1eMinus6WithoutExponent) {
  EXPECT_EQ(formatNumber(0.1), "0.1");
  EXPECT_EQ(formatNumber(25.2), "25.2");
  EXPECT_EQ(formatNumber(0.000001), "0.000001");
  EXPECT_EQ(formatNumber(1e-7), "1e-7");
  EXPECT_EQ(formatNumber(-1.25e-7), "-1.25e-7");
  EXPECT_EQ(formatNumber(5e-324), "5e-324");
}

TEST(FormatNumber, WritesTheShortestDigitsThatReadBack) {
  EXPECT_EQ(formatNumber(0.1 + 0.2), "0.30000000000000004");
  EXPECT_EQ(formatNumber(1.0 / 3.0), "0.3333333333333333");
}

TEST(FormatNumber, NamesWhatIsNotFinite) {
  EXPECT_EQ(formatNumber(kNaN), "NaN");
  EXPECT_EQ(formatNumber(kInfinity), "Infinity");
  EXPECT_EQ(formatNumber(-kInfinity), "-Infinity");
}

constexpr Range kOneToTen{"count", "a number from 1 to 10", 1, 10};

TEST(Range, IncludesItsEndsAndNothingBeyond) {
  EXPECT_TRUE(contains(kOneToTen, 1));
  EXPECT_TRUE(contains(kOneToTen, 10));
  EXPECT_FALSE(contains(kOneToTen, 0.9999999999999999));
  EXPECT_FALSE(contains(kOneToTen, 10.000000000000002));
}

TEST(Range, ContainsNeitherNaNNorInfinity) {
  EXPECT_FALSE(contains(kOneToTen, kNaN));
  EXPECT_FALSE(contains(kOneToTen, kInfinity));
  EXPECT_FALSE(contains(kOneToTen, -kInfinity));
}

TEST(Range, CanAskForWholeNumbers) {
  EXPECT_TRUE(containsWhole(kOneToTen, 3));
  EXPECT_FALSE(containsWhole(kOneToTen, 3.5));
}

TEST(IsWhole, HoldsForEveryDoubleFrom2To52On) {
  EXPECT_TRUE(isWhole(4503599627370497.0));
  EXPECT_TRUE(isWhole(-1e300));
  EXPECT_FALSE(isWhole(4503599627370495.5));
  EXPECT_FALSE(isWhole(kNaN));
  EXPECT_FALSE(isWhole(kInfinity));
}

TEST(Describe, NamesFunctionParameterRangeAndValue) {
  EXPECT_EQ(describe("f", violationOf(kOneToTen, 11)), "f: count must be a number from 1 to 10, got 11");
}

TEST(Describe, AddsTheBoundThatAnotherArgumentGave) {
  EXPECT_EQ(describe("f", {"part", "an integer from 0 to whole", 3.5, 32}),
            "f: part must be an integer from 0 to whole (32), got 3.5");
}

TEST(ValueOrReject, ThrowsTheDescribedViolation) {
  const Result<double> bad = violationOf(kOneToTen, 11);
  try {
    static_cast<void>(valueOrReject("f", bad));
    FAIL() << "nothing was thrown";
  } catch (const ArgumentError& error) {
    EXPECT_STREQ(error.what(), "f: count must be a number from 1 to 10, got 11");
    EXPECT_EQ(error.violation().parameter, "count");
    EXPECT_EQ(error.violation().value, 11);
  }
}

TEST(ValueOrReject, PassesAValueThrough) { EXPECT_EQ(valueOrReject("f", Result<double>(2.5)), 2.5); }

TEST(Quantity, BandwidthIsInBytesPerSecond) {
  EXPECT_EQ(describe("estimateSpeed", violationOf("machine.gpus[].bandwidth", kBytesPerSecond, 1008)),
            "estimateSpeed: machine.gpus[].bandwidth must be bytes/s, at least 1e8, got 1008: 1008 GB/s is 1008e9");
  EXPECT_FALSE(contains(kBytesPerSecond, 0.0));
  EXPECT_FALSE(contains(kBytesPerSecond, 99999999.0));
  EXPECT_TRUE(contains(kBytesPerSecond, 1e8));
}

}  // namespace LLMCALC_FILE
