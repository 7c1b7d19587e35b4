#include "llmcalc/model/spec.hpp"

#include <gtest/gtest.h>

#include <cstddef>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(HasCache, IsOfLayersThatKeepKeysOfTheirOwn) {
  LayerGroup layer = llama().groups[0];
  EXPECT_TRUE(hasCache(layer));
  EXPECT_TRUE(hasCache(latent().groups[0]));
  layer.sharesCache = true;
  EXPECT_FALSE(hasCache(layer));
  layer.sharesCache = false;
  layer.attention = Attention::none;
  EXPECT_FALSE(hasCache(layer));
}

TEST(Architectures, AreNamedAsInAFile) {
  EXPECT_EQ(kArchitectures[static_cast<std::size_t>(Architecture::common)], "common");
  EXPECT_EQ(kArchitectures[static_cast<std::size_t>(Architecture::falconH1)], "falcon-h1");
  EXPECT_EQ(kArchitectures[static_cast<std::size_t>(Architecture::qwen3next)], "qwen3next");
}

}  // namespace LLMCALC_FILE
