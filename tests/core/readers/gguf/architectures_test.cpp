#include "llmcalc/readers/gguf/architectures.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace llmcalc::gguf {

namespace LLMCALC_FILE {

std::vector<std::string_view> namesWhere(bool (*holds)(const ArchitectureTraits&)) {
  std::vector<std::string_view> names;
  for (const ArchitectureTraits& traits : kArchitectureTraits) {
    if (holds(traits)) names.push_back(traits.name);
  }
  return names;
}

using Names = std::vector<std::string_view>;

TEST(Architectures, HaveOneRowEach) {
  for (const ArchitectureTraits& traits : kArchitectureTraits) {
    EXPECT_EQ(findArchitecture(traits.name), &traits) << traits.name;
    EXPECT_TRUE(traits.like.empty() || findArchitecture(traits.like)) << traits.name;
  }
  EXPECT_EQ(findArchitecture("mistral"), nullptr);
  EXPECT_EQ(findArchitecture(""), nullptr);
}

// llama-quant.cpp gives values more bits where the type of the model is LLM_TYPE_70B, which these loaders set.
TEST(Architectures, WithA70BAreThoseWhoseLoadersNameOne) {
  EXPECT_EQ(namesWhere([](const ArchitectureTraits& traits) { return traits.seventyB; }),
            (Names{"llama", "qwen2", "olmo", "deci"}));
}

// set_swa_pattern of their loaders.
TEST(Architectures, SlideInPatternsOfTheirLoaders) {
  EXPECT_EQ(findArchitecture("gemma2")->window, 2);
  EXPECT_EQ(findArchitecture("gpt-oss")->window, 2);
  EXPECT_EQ(findArchitecture("cohere2")->window, 4);
  EXPECT_EQ(findArchitecture("llama4")->window, 4);
  EXPECT_EQ(findArchitecture("gemma3")->window, 6);
  EXPECT_EQ(findArchitecture("llama")->window, 1);
}

TEST(Architectures, OfLlama4AttendInChunks) {
  EXPECT_EQ(namesWhere([](const ArchitectureTraits& traits) { return traits.chunk > 0.0; }), (Names{"llama4"}));
  EXPECT_EQ(findArchitecture("llama4")->chunk, 8192);
}

// LayerNorm has a bias, RMSNorm none; Command R's LayerNorm has none either.
TEST(Architectures, WithLayerNormHaveBiases) {
  EXPECT_EQ(namesWhere([](const ArchitectureTraits& traits) { return traits.normBiases; }),
            (Names{"phimoe", "starcoder2", "stablelm", "falcon", "phi2"}));
  EXPECT_EQ(findArchitecture("command-r")->norms, 1);
  EXPECT_EQ(findArchitecture("olmo")->norms, 0);
}

TEST(Architectures, WithARecurrenceMixIt) {
  for (const ArchitectureTraits& traits : kArchitectureTraits) {
    const bool mixes = traits.mixing != Mixing::attention && traits.mixing != Mixing::optional;
    EXPECT_EQ(mixes, traits.recurrence != Recurrence::none) << traits.name;
  }
}

}  // namespace LLMCALC_FILE

}  // namespace llmcalc::gguf
