#include "llmcalc/readers/gguf/header.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace llmcalc::gguf {

namespace LLMCALC_FILE {

TEST(Reading, IsAValueOrARefusal) {
  const Reading<double> read = 3.0;
  ASSERT_TRUE(read);
  EXPECT_EQ(*read, 3);
  EXPECT_EQ(read.refusal(), "");
  const auto refused = Reading<double>::refused("it is empty");
  EXPECT_FALSE(refused);
  EXPECT_EQ(*refused, 0);
  EXPECT_EQ(refused.refusal(), "it is empty");
  EXPECT_FALSE(Reading<double>::refused(""));
}

// As JSON.stringify writes it.
TEST(InQuotes, EscapesWhatJsonEscapes) {
  EXPECT_EQ(inQuotes("\"a\"\n\x01"), R"("\"a\"\n\u0001")");
  EXPECT_EQ(inQuotes("\\\b\f\r\t\x1f/"), R"("\\\b\f\r\t\u001f/")");
  EXPECT_EQ(inQuotes("Gr\xc3\xb6\xc3\x9f"
                     "e"),
            "\"Gr\xc3\xb6\xc3\x9f"
            "e\"");
}

TEST(InQuotes, CutsAfter40CharactersOfUtf16) {
  EXPECT_EQ(inQuotes(std::string(40, 'x')), "\"" + std::string(40, 'x') + "\"");
  EXPECT_EQ(inQuotes(std::string(41, 'x')), "\"" + std::string(40, 'x') + "...\"");
  const std::string face = "\xf0\x9f\x98\x80";  // two units
  std::string faces;
  for (int i = 0; i < 20; ++i) faces += face;
  EXPECT_EQ(inQuotes(faces), "\"" + faces + "\"");
  EXPECT_EQ(inQuotes("x" + faces), "\"x" + faces.substr(4) + "...\"");
  // An escape is one character.
  EXPECT_EQ(inQuotes(std::string(39, 'x') + "\n"), "\"" + std::string(39, 'x') + "\\n\"");
}

TEST(Display, ShowsAValueAsAMessageHasIt) {
  EXPECT_EQ(display(4096.0), "4096");
  EXPECT_EQ(display(0.00001), "0.00001");
  EXPECT_EQ(display(true), "true");
  EXPECT_EQ(display(false), "false");
  EXPECT_EQ(display(std::string("llama")), "\"llama\"");
  EXPECT_EQ(display(std::vector<double>{1, 2}), "an array");
  EXPECT_EQ(display(std::vector<bool>{true}), "an array");
  EXPECT_EQ(display(std::vector<std::string>{"a"}), "an array");
}

TEST(DisplayElement, ShowsOneOfAList) {
  EXPECT_EQ(displayElement(std::vector<double>{1, -2.5}, 1), "-2.5");
  EXPECT_EQ(displayElement(std::vector<bool>{true, false}, 1), "false");
  EXPECT_EQ(displayElement(std::vector<std::string>{"a", "b"}, 1), "\"b\"");
  EXPECT_EQ(displayElement(7.0, 1), "7");
}

}  // namespace LLMCALC_FILE

}  // namespace llmcalc::gguf
