#include "llmcalc/answer/speed_estimate.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string_view>

#include "llmcalc/answer/speed_fields.hpp"
#include "llmcalc/base/field.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

// The bits of its terms: no two sets of them have one sum.
constexpr SpeedTerms kBits{1, 2, 4, 8, 16, 32};

TEST(SpeedTerms, TotalIsTheSumOfAll) { EXPECT_EQ(kBits.total(), 63); }

TEST(SpeedTerms, AddAndScaleTermByTerm) {
  SpeedTerms terms = kBits;
  terms += {100, 200, 300, 400, 500, 600};
  terms *= 0.5;
  EXPECT_EQ(terms.memory, 50.5);
  EXPECT_EQ(terms.compute, 101);
  EXPECT_EQ(terms.cache, 152);
  EXPECT_EQ(terms.launch, 204);
  EXPECT_EQ(terms.link, 258);
  EXPECT_EQ(terms.host, 316);
}

TEST(Largest, IsTheLimitOfTheTermsName) {
  std::size_t i = 0;
  eachField<kFields<SpeedTerms>>([&](auto at) {
    SpeedTerms terms{1, 1, 1, 1, 1, 1};
    terms.*at.kRow.member = 2;
    EXPECT_EQ(static_cast<std::size_t>(limitOf(terms)), i);
    EXPECT_TRUE(std::string_view(at.kRow.name).ends_with(kLimits.at(i))) << at.kRow.name;
    ++i;
  });
  EXPECT_EQ(i, kLimits.size());
}

TEST(Largest, OfEqualTermsIsTheFirst) {
  EXPECT_EQ(limitOf({0, 0, 3, 0, 3, 0}), Limit::cache);
  EXPECT_EQ(limitOf({}), Limit::memory);
}

}  // namespace LLMCALC_FILE
