#include "llmcalc/engines/llama_cpp/speed/kernels.hpp"

#include <gtest/gtest.h>

#include "llmcalc/estimate.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

TEST(EstimateSpeed, FallsWithDepthAndMoreWithAQuantizedCache) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  const double plain = decodeRate(llama8B(), runtime, h100(), decoding(32768));
  EXPECT_LT(plain, decodeRate(llama8B(), runtime, h100()));
  runtime.cacheTypeK = runtime.cacheTypeV = CacheType::q8_0;
  EXPECT_LT(decodeRate(llama8B(), runtime, h100(), decoding(32768)), 0.85 * plain);
}

TEST(EstimateSpeed, IsSlowerWithoutFlashAttention) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  const double with = decodeRate(llama8B(), runtime, h100(), decoding(16384));
  runtime.flashAttention = false;
  EXPECT_LT(decodeRate(llama8B(), runtime, h100(), decoding(16384)), with);
}

TEST(EstimateSpeed, ReadsAWindowAndNotTheWholeCache) {
  ModelSpec sliding = llama8B();
  sliding.slidingWindow = 1024;
  sliding.groups[0].attention = Attention::sliding;
  const Runtime runtime = runtimeOf(FileType::Q4_K_M);
  EXPECT_EQ(decodeRate(sliding, runtime, h100(), decoding(8192)),
            decodeRate(sliding, runtime, h100(), decoding(32768)));
}

}  // namespace LLMCALC_FILE
