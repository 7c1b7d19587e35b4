// The catalogues as JSON texts; catalog_data.cpp is made from data/ by scripts/make-catalog.mjs when the tool is built.
#pragma once

#include <cstddef>
#include <string_view>

namespace llmcalc::catalog {

extern const std::string_view kModels[];
extern const std::size_t kModelsCount;
extern const std::string_view kDevices[];
extern const std::size_t kDevicesCount;
extern const std::string_view kRecordedArchitectures[];
extern const std::size_t kRecordedArchitecturesCount;

}  // namespace llmcalc::catalog
