// An answer is JSON, or it is none.
#include "json.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

using namespace llmcalc;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(FormatJson, WritesWhatJsonStringifyWrites) {
  const Json json = {{"a", 1},
                     {"b", Json::array({0.1, -0.0, 1e21, 1e-7, "x\n\"\x7f"})},
                     {"c", Json::object()},
                     {"d", Json::array()},
                     {"e", nullptr},
                     {"f", true}};
  EXPECT_EQ(formatJson(json),
            "{\n  \"a\": 1,\n  \"b\": [\n    0.1,\n    0,\n    1e+21,\n    1e-7,\n    \"x\\n\\\"\x7f\"\n  ],\n"
            "  \"c\": {},\n  \"d\": [],\n  \"e\": null,\n  \"f\": true\n}");
}

TEST(FormatJson, NeverWritesWhatIsNoNumber) {
  for (const double value : {std::nan(""), kInfinity, -kInfinity}) {
    for (const Json& json : std::vector<Json>{value, {{"speed", {{"decode", value}}}}, Json::array({1, value})}) {
      EXPECT_THROW(static_cast<void>(formatJson(json)), std::logic_error);
    }
  }
}

TEST(FormatJson, ReplacesWhatIsNoUtf8) { EXPECT_EQ(formatJson(Json("a\xff")), "\"a\uFFFD\""); }

TEST(ParseJson, TakesNumbersBeyondADoubleForInfinite) {
  const Json json = parseJson("x", R"([1e400, -1e400, 1.7976931348623157e308, 1e-400, 12, "1e400", "\"1e400"])");
  EXPECT_EQ(numberIn(json[0]), kInfinity);
  EXPECT_EQ(numberIn(json[1]), -kInfinity);
  EXPECT_EQ(numberIn(json[3]), 0.0);
  EXPECT_EQ(numberIn(json[4]), 12.0);
  EXPECT_EQ(json[5], "1e400");
  EXPECT_EQ(json[6], "\"1e400");
}

std::string refusal(const std::string& text) {
  try {
    return parseJson("x", text).dump();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
}

TEST(ParseJson, RefusesWhatIsNoJsonInFewWords) {
  for (const char* const text :
       {"", "{", "[1,]", "{\"a\":1}}", "nul", "\"\x01\"", "\"\xff\"", "[-]", "01", "]", "'a'"}) {
    EXPECT_EQ(refusal(text).substr(0, 16), "x must be JSON: ") << text;
  }
  EXPECT_LT(refusal("\"" + std::string(100'000, 'a') + "\n\"").size(), 300U);
}

TEST(ParseJson, HasRoomForEveryQuestion) {
  const auto nested = [](std::size_t levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_EQ(refusal(nested(64)), nested(64));
  EXPECT_EQ(refusal(nested(65)), "x must be JSON of at most 64 levels");
  const auto keys = [](int count) {
    std::string text("{");
    for (int i = 0; i < count; ++i) text.append(i == 0 ? "\"" : ",\"").append(std::to_string(i)).append("\":1");
    return text + "}";
  };
  EXPECT_EQ(refusal(keys(256)), keys(256));
  EXPECT_EQ(refusal(keys(257)), "x must be JSON with at most 256 keys an object");
  EXPECT_EQ(refusal("[" + keys(256) + "," + keys(256) + "]"), "[" + keys(256) + "," + keys(256) + "]");
}

}  // namespace
