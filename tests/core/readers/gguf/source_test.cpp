#include "llmcalc/readers/gguf/source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "readers/gguf/headers.hpp"

namespace llmcalc::gguf {

namespace LLMCALC_FILE {

constexpr double kKiB = 1024;
constexpr double kMiB = 1024 * kKiB;

// A file of so many bytes, each the last digits of its place, which notes what is read of it.
struct Recorder {
  explicit Recorder(double size)
      : source{[this](double offset, std::span<unsigned char> to) {
                 reads.emplace_back(offset, static_cast<double>(to.size()));
                 for (std::size_t i = 0; i < to.size(); ++i) {
                   to[i] = static_cast<unsigned char>(static_cast<std::size_t>(offset) + i);
                 }
                 return to.size();
               },
               size} {}

  std::vector<std::pair<double, double>> reads;
  Source source;
};

using Reads = std::vector<std::pair<double, double>>;

TEST(Cursor, ReadsAQuarterOfAMiBAndThenOneAtATime) {
  Recorder file(3 * kMiB);
  Cursor cursor(file.source, 3 * kMiB);
  EXPECT_TRUE(cursor.need(4));
  EXPECT_TRUE(cursor.need(256 * kKiB));
  EXPECT_EQ(file.reads, (Reads{{0, 256 * kKiB}}));
  cursor.at = 256 * kKiB - 2;
  EXPECT_FALSE(cursor.holds(4));
  EXPECT_TRUE(cursor.need(4));
  EXPECT_EQ(file.reads, (Reads{{0, 256 * kKiB}, {256 * kKiB, kMiB}}));
  EXPECT_EQ(cursor.bytesRead(), 1.25 * kMiB);
}

TEST(Cursor, ReadsNoFurtherThanTheFile) {
  Recorder file(1000);
  Cursor cursor(file.source, kMiB);
  EXPECT_TRUE(cursor.need(1000));
  EXPECT_EQ(file.reads, (Reads{{0, 1000}}));
  EXPECT_FALSE(cursor.reaches(1001));
  EXPECT_FALSE(cursor.refused());
}

TEST(Cursor, PassesOverBytesWithoutReadingThem) {
  Recorder file(8 * kMiB);
  Cursor cursor(file.source, 8 * kMiB);
  EXPECT_TRUE(cursor.need(8));
  cursor.keptFrom = std::numeric_limits<double>::infinity();
  cursor.at = 6 * kMiB;
  EXPECT_TRUE(cursor.need(8));
  EXPECT_EQ(file.reads, (Reads{{0, 256 * kKiB}, {6 * kMiB, kMiB}}));
}

TEST(Cursor, KeepsWhatItWasToldToKeep) {
  Recorder file(8 * kMiB);
  Cursor cursor(file.source, 8 * kMiB);
  EXPECT_TRUE(cursor.need(8));
  cursor.keptFrom = 100;
  cursor.at = 256 * kKiB;
  EXPECT_TRUE(cursor.need(8));
  EXPECT_TRUE(cursor.bytes(0, 100).empty());
  EXPECT_EQ(cursor.bytes(100, 104), "defg");
  EXPECT_EQ(cursor.bytes(98, 102), "de");  // of which two are gone
}

TEST(Cursor, RefusesOnceAndReadsNoMore) {
  Recorder file(kMiB);
  Cursor cursor(file.source, 100);
  EXPECT_TRUE(cursor.need(100));
  EXPECT_FALSE(cursor.need(101));
  EXPECT_EQ(cursor.refusal(), "its header must be at most 100 bytes (maximumHeaderBytes)");
  cursor.refuse("something else");
  EXPECT_EQ(cursor.refusal(), "its header must be at most 100 bytes (maximumHeaderBytes)");
  EXPECT_FALSE(cursor.need(1));
  EXPECT_EQ(file.reads.size(), 1U);
}

TEST(Cursor, RefusesAFileThatEnds) {
  Recorder file(100);
  Cursor cursor(file.source, kMiB);
  EXPECT_FALSE(cursor.need(101));
  EXPECT_EQ(cursor.refusal(), "it ends in the middle of its header");
}

TEST(Cursor, RefusesAFileThatIsShorterThanItsSize) {
  const std::vector<unsigned char> three = {1, 2, 3};
  Source source = sourceOf(three);
  source.size = 10;
  Cursor cursor(source, kMiB);
  EXPECT_TRUE(cursor.need(3));
  EXPECT_FALSE(cursor.need(4));
  EXPECT_EQ(cursor.bytesRead(), 3);
}

TEST(Cursor, ReadsNumbersOfEitherOrder) {
  const std::vector<unsigned char> bytes = {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0x80, 0x3f, 0xfe, 0xff};
  const Source source = sourceOf(bytes);
  Cursor cursor(source, kMiB);
  ASSERT_TRUE(cursor.need(14));
  EXPECT_EQ(cursor.u32(), 0x04030201);
  EXPECT_EQ(cursor.at, 4);
  cursor.at = 0;
  EXPECT_EQ(cursor.u64(), static_cast<double>(0x0807060504030201U));
  EXPECT_EQ(cursor.number<float>(), 1);
  EXPECT_EQ(cursor.number<std::int16_t>(), -2);
  cursor.littleEndian = false;
  cursor.at = 0;
  EXPECT_EQ(cursor.u32(), 0x01020304);
  cursor.at = 12;
  EXPECT_EQ(cursor.number<std::uint16_t>(), 0xfeff);
}

TEST(Cursor, HasNothingWhereNothingWasRead) {
  Recorder file(100);
  Cursor cursor(file.source, kMiB);
  EXPECT_EQ(cursor.u32(), 0);
  EXPECT_EQ(cursor.at, 4);
  EXPECT_TRUE(cursor.bytes(0, 4).empty());
}

TEST(DecodeText, KeepsUtf8WithoutItsMark) {
  EXPECT_EQ(decodeText("\xef\xbb\xbfGr\xc3\xb6\xc3\x9f"
                       "e"),
            "Gr\xc3\xb6\xc3\x9f"
            "e");
  EXPECT_EQ(decodeText("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf");  // U+10FFFF
}

// Counts of U+FFFD are those of the WHATWG's decoder: one for each longest beginning of a character.
TEST(DecodeText, ReplacesWhatIsNone) {
  const std::string one = "\xef\xbf\xbd";
  EXPECT_EQ(decodeText("a\xff"
                       "b"),
            "a" + one + "b");
  EXPECT_EQ(decodeText("\xed\xa0\x80"), one + one + one);  // half of a pair of UTF-16
  EXPECT_EQ(decodeText("\xf0\x9f\x98"), one);              // cut
  EXPECT_EQ(decodeText("\xf0\x9f\x98"
                       "a"),
            one + "a");
  EXPECT_EQ(decodeText("\xc0\xaf"), one + one);                      // a slash in two bytes
  EXPECT_EQ(decodeText("\xf4\x90\x80\x80"), one + one + one + one);  // beyond the last
}

}  // namespace LLMCALC_FILE

}  // namespace llmcalc::gguf
