// Text from elsewhere, as JavaScript decodes and cuts it.
#include "text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace {

using namespace llmcalc;

TEST(Text, IsValidWithReplacementsByMaximalSubparts) {
  EXPECT_EQ(validText("a\u00e4\u20ac\U0001F600"), "a\u00e4\u20ac\U0001F600");
  EXPECT_EQ(validText("\xff"), "\uFFFD");
  EXPECT_EQ(validText("a\xe2\x82z"), "a\uFFFDz");
  EXPECT_EQ(validText("\xe2\x82"), "\uFFFD");
  EXPECT_EQ(validText("\xf0\x9f\x98"), "\uFFFD");
  // Overlong, a surrogate, and above Unicode.
  EXPECT_EQ(validText("\xc0\xaf"), "\uFFFD\uFFFD");
  EXPECT_EQ(validText("\xe0\x80\xaf"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(validText("\xed\xa0\x80"), "\uFFFD\uFFFD\uFFFD");
  EXPECT_EQ(validText("\xf4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");
}

TEST(Text, IsCutByUtf16) {
  EXPECT_EQ(beginningOf("abc", 2), "ab");
  EXPECT_EQ(beginningOf("\u00e4\u00f6\u00fc", 2), "\u00e4\u00f6");
  EXPECT_EQ(beginningOf("a\U0001F600b", 3), "a\U0001F600");
  EXPECT_EQ(beginningOf("a\U0001F600b", 2), "a\uFFFD");
  EXPECT_EQ(beginningOf("abc", 9), "abc");
}

TEST(Text, PrintsWithoutWhatSteers) {
  EXPECT_EQ(printable("plain \u00e4\u20ac\U0001F600"), "plain \u00e4\u20ac\U0001F600");
  EXPECT_EQ(printable("a\x1b[31m\nb"), "a [31m b");
  // Letter by letter: U+202E, U+2028 and U+200B would steer whoever reads this file.
  const std::string steering = {'a',    '\x1b', '\x07', '\xe2', '\x80', '\xae', '\xe2',
                                '\x80', '\xa8', '\xe2', '\x80', '\x8b', 'b'};
  EXPECT_EQ(printable(steering), "a b");
  EXPECT_EQ(printable(" \t\u00a0a  b\u3000\r\n"), "a  b");
  EXPECT_EQ(printable("\x1b"), "");
  EXPECT_EQ(printable(std::string_view("a\0b", 3)), "a b");
}

}  // namespace
