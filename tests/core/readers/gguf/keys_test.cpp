#include "llmcalc/readers/gguf/keys.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>

#include "readers/gguf/header_values.hpp"

namespace llmcalc::gguf {

namespace LLMCALC_FILE {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

std::string found(const KeyReader& keys) { return keys.found() ? describe("header", keys.violation()) : "nothing"; }

// The names of gguf-py's constants.py, in LLM, Attention, SSM and others.
TEST(Keys, HaveTheNamesOfTheFormat) {
  const auto name = [](Key key) { return kKeys.at(static_cast<std::size_t>(key)).name; };
  EXPECT_EQ(name(Key::embeddingLength), "embedding_length");
  EXPECT_EQ(name(Key::kvHeadCount), "attention.head_count_kv");
  EXPECT_EQ(name(Key::slidingPattern), "attention.sliding_window_pattern");
  EXPECT_EQ(name(Key::sharedCacheLayers), "attention.shared_kv_layers");
  EXPECT_EQ(name(Key::denseLayers), "leading_dense_block_count");
  EXPECT_EQ(name(Key::expertGating), "expert_gating_func");
  EXPECT_EQ(name(Key::indexerTypes), "attention.indexer.types");
  EXPECT_EQ(name(Key::sharedExperts), "expert_shared_count");
  EXPECT_EQ(name(Key::mlaValueLength), "attention.value_length_mla");
  EXPECT_EQ(name(Key::timeStepRank), "ssm.time_step_rank");
  EXPECT_EQ(name(Key::shortConvolutionLength), "shortconv.l_cache");
  EXPECT_EQ(name(Key::altUpStreams), "altup.num_inputs");
  EXPECT_EQ(static_cast<std::size_t>(Key::altUpStreams) + 1, kKeys.size());
}

TEST(Keys, ThatSayWhichLayersSlideAreNoNumbers) {
  const auto kind = [](Key key) { return kKeys.at(static_cast<std::size_t>(key)).kind; };
  EXPECT_EQ(kind(Key::slidingPattern), KeyKind::period);
  EXPECT_EQ(kind(Key::indexerTypes), KeyKind::flags);
  EXPECT_EQ(kind(Key::slidingWindow), KeyKind::number);
}

TEST(KeyReader, OneIsTheValueOrTheLargestOfAList) {
  constexpr std::array<double, 3> kHeads = {8, 32, 16};
  HeaderValues values = valuesOf({{Key::blockCount, 32}});
  values[Key::headCount] = listOf(kHeads);
  KeyReader keys(values);
  EXPECT_EQ(keys.one(Key::blockCount), 32);
  EXPECT_EQ(keys.one(Key::headCount), 32);
  EXPECT_EQ(keys.one(Key::slidingWindow, 4096), 4096);
  EXPECT_EQ(found(keys), "nothing");
}

TEST(KeyReader, MissesWhatHasNoFallback) {
  const HeaderValues values;
  KeyReader keys(values);
  keys.one(Key::blockCount);
  EXPECT_TRUE(keys.found());
  EXPECT_EQ(keys.violation().parameter, "block_count");
  EXPECT_EQ(keys.violation().requirement, kMissing);
}

TEST(KeyReader, RefusesWhatIsNoNumberOfAtLeastZero) {
  for (const double bad : {-1.0, kNothing, kInfinity}) {
    const HeaderValues values = valuesOf({{Key::blockCount, bad}});
    KeyReader keys(values);
    keys.one(Key::blockCount);
    EXPECT_EQ(found(keys), "header: block_count must be a number of at least 0, got " + formatNumber(bad));
  }
}

TEST(KeyReader, SaysWhichElementOfAListIsWrong) {
  constexpr std::array<double, 3> kLengths = {8, kNothing, -5};
  HeaderValues values;
  values[Key::feedForwardLength] = listOf(kLengths);
  KeyReader keys(values);
  keys.one(Key::feedForwardLength);
  EXPECT_EQ(keys.violation().parameter, "feed_forward_length");
  EXPECT_EQ(keys.violation().index, 1);
}

TEST(KeyReader, KeepsTheFirstViolation) {
  const HeaderValues values = valuesOf({{Key::blockCount, -1}});
  KeyReader keys(values);
  keys.one(Key::blockCount);
  keys.one(Key::embeddingLength);
  EXPECT_EQ(keys.violation().parameter, "block_count");
}

TEST(KeyReader, EachWantsAnElementOfEveryLayer) {
  constexpr std::array<double, 3> kLengths = {8, 16, 4};
  HeaderValues values;
  values[Key::feedForwardLength] = listOf(kLengths);
  KeyReader keys(values);
  EXPECT_EQ(keys.each(Key::feedForwardLength, 3, 3), 16);
  EXPECT_EQ(found(keys), "nothing");
  keys.each(Key::feedForwardLength, 4, 4);
  EXPECT_EQ(keys.violation().requirement, kOnePerLayer);
  EXPECT_EQ(keys.violation().value, 3);
  EXPECT_EQ(keys.violation().limit, 4);
}

// A list may be longer than the model: what is beyond its blocks is not looked at.
TEST(KeyReader, EachReadsNoFurtherThanTheBlocks) {
  constexpr std::array<double, 3> kLengths = {8, 16, kNothing};
  HeaderValues values;
  values[Key::feedForwardLength] = listOf(kLengths);
  KeyReader keys(values);
  EXPECT_EQ(keys.each(Key::feedForwardLength, 2, 2), 16);
  EXPECT_EQ(found(keys), "nothing");
  keys.each(Key::feedForwardLength, 2, 3);
  EXPECT_EQ(keys.violation().index, 2);
}

TEST(KeyReader, FlagsAreNumbersWhereThereIsOnePerLayer) {
  constexpr std::array<double, 2> kFlags = {kTrue, kFalse};
  HeaderValues values;
  values[Key::kvHeadCount] = listOf(kFlags);
  KeyReader keys(values);
  EXPECT_EQ(keys.each(Key::kvHeadCount, 2, 2), 1);
  EXPECT_EQ(keys.at(Key::kvHeadCount, 0, 9), 1);
  EXPECT_EQ(keys.at(Key::kvHeadCount, 1, 9), 0);
  EXPECT_EQ(found(keys), "nothing");
  keys.one(Key::kvHeadCount);
  EXPECT_EQ(keys.violation().requirement, kNumber);
}

TEST(KeyReader, AtIsTheLayersOwnOrTheLast) {
  constexpr std::array<double, 2> kLengths = {8, 16};
  HeaderValues values = valuesOf({{Key::headCount, 32}});
  values[Key::feedForwardLength] = listOf(kLengths);
  const KeyReader keys(values);
  EXPECT_EQ(keys.at(Key::feedForwardLength, 0, 1), 8);
  EXPECT_EQ(keys.at(Key::feedForwardLength, 1, 1), 16);
  EXPECT_EQ(keys.at(Key::feedForwardLength, 5, 1), 16);
  EXPECT_EQ(keys.at(Key::headCount, 5, 1), 32);
  EXPECT_EQ(keys.at(Key::kvHeadCount, 5, 1), 1);
}

}  // namespace LLMCALC_FILE

}  // namespace llmcalc::gguf
