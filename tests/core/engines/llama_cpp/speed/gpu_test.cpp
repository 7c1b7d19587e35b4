#include "llmcalc/engines/llama_cpp/speed/gpu.hpp"

#include <gtest/gtest.h>

#include "llmcalc/estimate.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

TEST(EstimateSpeed, KnowsThatFewerBytesCanBeSlower) {
  const auto rate = [](FileType fileType) { return decodeRate(llama8B(), runtimeOf(fileType), h100()); };
  EXPECT_LT(rate(FileType::Q6_K), rate(FileType::Q8_0));
  EXPECT_LT(rate(FileType::Q2_K), rate(FileType::Q4_0));
}

// 8B Q4_K_M: 739 tok/s with 8 sequences, 1,889 with 16.
TEST(EstimateSpeed, KnowsTheCliffBetweenEightAndSixteenSequences) {
  const Runtime runtime = runtimeOf(FileType::Q4_K_M);
  const double eight = decodeRate(llama8B(), runtime, h100(), decoding(512, 8));
  const double sixteen = decodeRate(llama8B(), runtime, h100(), decoding(512, 16));
  EXPECT_GT(sixteen, 2.0 * eight);
}

// Each further of up to eight sequences adds its share of the work of weights, by their type.
TEST(AddStep, TakesItsBatchesFromTheProfile) {
  const auto seconds = [](FileType fileType, double SpeedProfile::*number, double factor, double sequences) {
    Hardware hardware = h100();
    hardware.gpuProfile.*number *= factor;
    return 1.0 / decodeRate(llama8B(), runtimeOf(fileType), hardware, decoding(0, sequences));
  };
  const auto matters = [&](FileType fileType, double SpeedProfile::*number, double sequences) {
    return seconds(fileType, number, 2.0, sequences) > 1.001 * seconds(fileType, number, 1.0, sequences);
  };
  EXPECT_TRUE(matters(FileType::Q4_K_M, &SpeedProfile::batchQuantized, 8));
  EXPECT_TRUE(matters(FileType::Q8_0, &SpeedProfile::batchQ8, 8));
  EXPECT_TRUE(matters(FileType::F16, &SpeedProfile::batchFloat, 8));
  EXPECT_FALSE(matters(FileType::Q4_K_M, &SpeedProfile::batchQuantized, 1));
  EXPECT_FALSE(matters(FileType::Q4_K_M, &SpeedProfile::batchQuantized, 16));
  EXPECT_TRUE(matters(FileType::Q4_K_M, &SpeedProfile::matrixShare, 16));
  EXPECT_FALSE(matters(FileType::Q4_K_M, &SpeedProfile::matrixShare, 8));
}

}  // namespace LLMCALC_FILE
