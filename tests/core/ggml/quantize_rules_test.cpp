#include "llmcalc/ggml/quantize_rules.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <string>

namespace LLMCALC_FILE {

using namespace llmcalc;

// Layer by layer, as llama-quantize asks.
bool applies(Where where, int i, int n) {
  switch (where) {
    case Where::nowhere:
      return false;
    case Where::everywhere:
      return true;
    case Where::firstTwo:
      return i < 2;
    case Where::firstFour:
      return i < 4;
    case Where::firstEighth:
      return i < n / 8;
    case Where::firstSixteenth:
      return i < n / 16;
    case Where::middle:
      return i >= n / 8 && i < 7 * n / 8;
    case Where::moreBits:
      return i < n / 8 || i >= 7 * n / 8 || (i - n / 8) % 3 == 2;
  }
  return false;
}

TEST(FittingType, FallsBackWhereRowsAreNoWholeBlocks) {
  EXPECT_EQ(fittingType(TensorType::Q4_K, 4096), TensorType::Q4_K);
  EXPECT_EQ(fittingType(TensorType::Q4_K, 2880), TensorType::Q5_0);  // gpt-oss
  EXPECT_EQ(fittingType(TensorType::Q6_K, 896), TensorType::Q8_0);   // Qwen2.5 0.5B
  EXPECT_EQ(fittingType(TensorType::Q5_K, 1152), TensorType::Q5_1);  // Gemma 3 1B
  EXPECT_EQ(fittingType(TensorType::Q3_K, 576), TensorType::Q4_0);
  EXPECT_EQ(fittingType(TensorType::IQ2_XXS, 576), TensorType::IQ4_NL);
  EXPECT_EQ(fittingType(TensorType::Q4_K, 48), TensorType::F16);  // Mamba 130M's time steps
}

TEST(Applies, FollowsLlamaQuantize) {
  const auto chosen = [](Where where, int n) {
    std::string layers;
    for (int i = 0; i < n; ++i) layers += applies(where, i, n) ? 'x' : '.';
    return layers;
  };
  EXPECT_EQ(chosen(Where::moreBits, 32), "xxxx..x..x..x..x..x..x..x..xxxxx");
  EXPECT_EQ(chosen(Where::firstEighth, 32), "xxxx............................");
  EXPECT_EQ(chosen(Where::firstSixteenth, 32), "xx..............................");
  EXPECT_EQ(chosen(Where::middle, 16), "..xxxxxxxxxxxx..");
  EXPECT_EQ(chosen(Where::firstTwo, 5), "xx...");
  EXPECT_EQ(chosen(Where::firstFour, 5), "xxxx.");
}

TEST(SpecialIndices, AreThoseWhereItApplies) {
  for (const Where where : {Where::nowhere, Where::everywhere, Where::firstTwo, Where::firstFour, Where::firstEighth,
                            Where::firstSixteenth, Where::middle, Where::moreBits}) {
    for (int n = 1; n < 1025; n += n < 70 ? 1 : 53) {
      for (int start = 0; start < n; ++start) {
        std::uint32_t expected = 0;
        for (int i = 0; i < 32 && start + i < n; ++i) expected |= std::uint32_t{applies(where, start + i, n)} << i;
        ASSERT_EQ(SpecialIndices(where, n).from(start) & lowBits(n - start), expected)
            << static_cast<int>(where) << " from " << start << " of " << n;
      }
    }
  }
}

TEST(TypeRules, GiveTheHeadMoreBits) {
  const QuantizationContext dense{4.0, 0.0, false, false};
  const auto output = [&](FileType file, double rowLength = 4096) {
    return FileRules(file, dense).outputType(rowLength);
  };
  EXPECT_EQ(output(FileType::Q4_K_M), TensorType::Q6_K);
  EXPECT_EQ(output(FileType::IQ2_M), TensorType::Q5_K);
  EXPECT_EQ(output(FileType::Q8_0), TensorType::Q8_0);
  EXPECT_EQ(output(FileType::F16), TensorType::F16);
  EXPECT_EQ(output(FileType::Q4_K_M, 2880), TensorType::Q8_0);
}

TEST(TypeRules, DependOnHeadsAndExperts) {
  const auto values = [](FileType file, const QuantizationContext& context) {
    return FileRules(file, context).rule(TensorRole::attentionV).base;
  };
  EXPECT_EQ(values(FileType::Q2_K, {4.0, 0.0, false, false}), TensorType::Q4_K);
  EXPECT_EQ(values(FileType::Q2_K, {1.0, 0.0, false, false}), TensorType::Q3_K);
  EXPECT_EQ(values(FileType::Q4_K_M, {8.0, 0.0, true, false}), TensorType::Q5_K);
  EXPECT_EQ(values(FileType::Q4_K_M, {4.0, 8.0, false, false}), TensorType::Q8_0);
  EXPECT_EQ(values(FileType::IQ3_XXS, {1.0, 0.0, false, false}), TensorType::IQ3_S);
  EXPECT_EQ(values(FileType::IQ3_XXS, {1.0, 0.0, false, true}), TensorType::IQ3_XXS);
  const auto down = FileRules(FileType::Q4_0, {4.0, 0.0, false, true}).rule(TensorRole::feedForwardDown);
  EXPECT_EQ(down.special, TensorType::Q4_1);
  EXPECT_EQ(down.where, Where::firstEighth);
  EXPECT_EQ(FileRules(FileType::MXFP4_MOE, {1.0, 32.0, false, false}).rule(TensorRole::feedForwardUp, true).base,
            TensorType::MXFP4);
}

TEST(TypeRules, AreTheSameFromTheTable) {
  for (std::size_t file = 0; file < kFileTypes.size(); ++file) {
    for (const double queriesPerKey : {0.0, 1.0, 3.0, 4.0, 5.0, 16.0}) {
      for (const double experts : {0.0, 1.0, 3.0, 4.0, 7.0, 8.0, 9.0, 256.0}) {
        for (const bool is70B : {false, true}) {
          for (const bool importanceMatrix : {false, true}) {
            const auto type = static_cast<FileType>(file);
            const QuantizationContext context{queriesPerKey, experts, is70B, importanceMatrix};
            const FileRules worked(type, context);
            const FileRules looked = fileRules(type, context);
            ASSERT_EQ(looked.file, type);
            ASSERT_EQ(looked.quantized, worked.quantized);
            for (std::size_t role = 0; role < worked.byRole.size(); ++role) {
              ASSERT_EQ(looked.byRole[role].base, worked.byRole[role].base);
              ASSERT_EQ(looked.byRole[role].special, worked.byRole[role].special);
              ASSERT_EQ(looked.byRole[role].where, worked.byRole[role].where);
            }
          }
        }
      }
    }
  }
}

}  // namespace LLMCALC_FILE
