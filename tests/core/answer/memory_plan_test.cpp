#include "llmcalc/answer/memory_plan.hpp"

#include <gtest/gtest.h>

#include <type_traits>

#include "llmcalc/base/field.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(DeviceMemory, TotalIsTheSumOfItsTerms) {
  DeviceMemory device;
  double next = 1;
  eachField<kFields<DeviceMemory>>([&](auto at) {
    const auto& row = at.kRow;
    if constexpr (!field::kIsChoice<std::remove_cvref_t<decltype(row)>>) device.*row.member = next *= 2;
  });
  EXPECT_EQ(device.total(), 2 + 4 + 8 + 16 + 32 + 64 + 128 + 256 + 512);
}

TEST(DeviceMemory, PartsAreNotInTheTotal) {
  DeviceMemory device;
  device.tokenEmbedding = device.outputHead = device.experts = device.slidingCache = device.inputs = 1;
  device.layers = device.bytesPerToken = 1;
  EXPECT_EQ(device.total(), 0);
}

}  // namespace LLMCALC_FILE
