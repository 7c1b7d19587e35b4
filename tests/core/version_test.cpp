#include "llmcalc/version.hpp"

#include <gtest/gtest.h>

#include <string>

namespace LLMCALC_FILE {

TEST(Version, IsThatOfThePackage) { EXPECT_EQ(llmcalc::kVersion, LLMCALC_PROJECT_VERSION); }

TEST(Version, HasItsPartsAsNumbers) {
  using llmcalc::kVersionMajor;
  using llmcalc::kVersionMinor;
  using llmcalc::kVersionPatch;
  const std::string joined =
      std::to_string(kVersionMajor) + "." + std::to_string(kVersionMinor) + "." + std::to_string(kVersionPatch);
  EXPECT_EQ(llmcalc::kVersion, joined);
  EXPECT_EQ(LLMCALC_VERSION_NUMBER, kVersionMajor * 1'000'000 + kVersionMinor * 1'000 + kVersionPatch);
}

}  // namespace LLMCALC_FILE
