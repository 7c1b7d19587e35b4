#include "flat.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

namespace LLMCALC_FILE {

using namespace llmcalc;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Whatever JavaScript wrote, nothing outside of what was given is read, and nothing of it is taken for a number.
TEST(FlatReader, ReadsNothingBeyondTheEnd) {
  std::array<double, 4> numbers{1, 2, 3, 4};
  for (std::size_t length = 0; length <= numbers.size(); ++length) {
    flat::Reader reader(std::span<const double>(numbers.data(), length));
    for (std::size_t i = 0; i < 10; ++i) {
      double field = 0;
      reader(field);
      EXPECT_EQ(field == field, i < length) << i << " of " << length;
    }
    MemoryKind kind = MemoryKind::shared;
    reader(kind);
    EXPECT_EQ(kind, MemoryKind::separate);
  }
}

TEST(FlatReader, TakesNoCountsThatAreNone) {
  for (const double count : {-1.0, 16.5, 17.0, 1e300, kNaN, kInfinity}) {
    EXPECT_LE(flat::atMost(count, 16), 16U) << count;
    std::vector<double> numbers(64, count);
    flat::Reader reader(numbers);
    MemoryPlan plan;
    Machine machine;
    flat::read(reader, plan, machine);
    EXPECT_FALSE(tryFits(plan, machine)) << count;
  }
}

TEST(Block, HasRoomForTheLongestQuestions) {
  // Groups of 35 numbers, runs of 2, GPUs of 4; the sums of two parts of every layer.
  EXPECT_EQ(flat::kMostShape, 17U + 8 * 35 + 160 * 2 + 31 + 16 * 4);
  EXPECT_EQ(flat::kMostTensors, 3U + 1024 * 2);
  EXPECT_EQ(flat::kMostFit, 2U + 16 + 6 + 16 * 3);
}

}  // namespace LLMCALC_FILE
