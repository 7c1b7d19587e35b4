#include "llmcalc/ggml/types.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(TensorBytes, CountWholeBlocks) {
  EXPECT_EQ(tensorBytes(TensorType::F16, 4096, 4096), 2.0 * 4096 * 4096);
  EXPECT_EQ(tensorBytes(TensorType::Q8_0, 32, 1), 34);
  EXPECT_EQ(tensorBytes(TensorType::Q4_K, 4096, 14336), 4096.0 / 256 * 144 * 14336);
  EXPECT_EQ(tensorBytes(TensorType::MXFP4, 2880, 2880), 2880.0 / 32 * 17 * 2880);
}

TEST(TensorTypes, CacheTypesHaveTheirBlockScales) {
  EXPECT_EQ(bytesPerElement(CacheType::f16), 2);
  EXPECT_EQ(bytesPerElement(CacheType::q8_0), 34.0 / 32);
  EXPECT_EQ(bytesPerElement(CacheType::q4_0), 18.0 / 32);
  EXPECT_TRUE(isQuantized(CacheType::iq4_nl));
  EXPECT_FALSE(isQuantized(CacheType::bf16));
}

TEST(OfferedTypes, AreFromQ8ToIQ1AndNoneIsFinal) {
  for (const FileType type : kOfferedTypes) EXPECT_FALSE(isFinal(type)) << traits(type).name;
  EXPECT_EQ(kOfferedTypes.front(), FileType::Q8_0);
  EXPECT_EQ(kOfferedTypes.back(), FileType::IQ1_S);
  EXPECT_TRUE(isFinal(FileType::MXFP4_MOE));
  EXPECT_TRUE(isFinal(FileType::NVFP4));
}

TEST(NeedsImportanceMatrix, IsTrueOfTypesOfOneAndTwoBits) {
  for (std::size_t i = 0; i < kFileTypes.size(); ++i) {
    const std::string_view name = kFileTypes[i].name;
    EXPECT_EQ(needsImportanceMatrix(static_cast<FileType>(i)), name.starts_with("IQ1") || name.starts_with("IQ2"))
        << name;
  }
}

}  // namespace LLMCALC_FILE
