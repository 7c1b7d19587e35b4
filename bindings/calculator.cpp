// The embind surface of calculator.hpp. Numbers in, numbers out: NaN stands for "see the violation", which is asked for
// separately, so that a valid call creates no object. js/calculator.js turns both into the public functions.
#include "llmcalc/calculator.hpp"

#include <emscripten/bind.h>

#include <array>
#include <cstdint>
#include <limits>
#include <span>
#include <string>

namespace {

using llmcalc::Result;

// llmcalc::Violation with strings that embind can carry; the value stays with the caller, who has it.
struct BoundViolation {
  std::string parameter;
  std::string requirement;
  double limit;
};

template <auto Try>
struct Bound;

template <typename T, typename... Arguments, Result<T> (*Try)(Arguments...) noexcept>
struct Bound<Try> {
  static double value(Arguments... arguments) {
    const Result<T> result = Try(arguments...);
    return result ? static_cast<double>(*result) : std::numeric_limits<double>::quiet_NaN();
  }

  static BoundViolation violation(Arguments... arguments) {
    const llmcalc::Violation& found = Try(arguments...).violation();
    return {std::string(found.parameter), std::string(found.requirement), found.limit};
  }
};

// Columns leave through one block of fixed memory: the heap never grows, so that JavaScript may keep a view of it.
// 1,024 points of three columns stay within a first-level cache.
constexpr std::int32_t kBlockLength = 1024;
std::array<std::array<double, kBlockLength>, 3> block;

std::uintptr_t blockAddress() { return reinterpret_cast<std::uintptr_t>(block.data()); }
std::int32_t blockLength() { return kBlockLength; }

void fillBlock(double bandwidth, double paramCount, double minBits, double step, std::int32_t first,
               std::int32_t count) {
  const auto length = static_cast<std::size_t>(count);
  llmcalc::fillPerformanceColumns(bandwidth, paramCount, minBits, step, first, {block[0].data(), length},
                                  {block[1].data(), length}, {block[2].data(), length});
}

}  // namespace

EMSCRIPTEN_BINDINGS(llmcalc_calculator) {
  using namespace emscripten;

  value_object<BoundViolation>("Violation")
      .field("parameter", &BoundViolation::parameter)
      .field("requirement", &BoundViolation::requirement)
      .field("limit", &BoundViolation::limit);

#define LLMCALC_BIND(name, tryFunction)                 \
  function(name, &Bound<&llmcalc::tryFunction>::value); \
  function(name "Violation", &Bound<&llmcalc::tryFunction>::violation)

  LLMCALC_BIND("calculateVRAM", tryCalculateVRAM);
  LLMCALC_BIND("calculatePerformance", tryCalculatePerformance);
  LLMCALC_BIND("countBatchPoints", tryCountBatchPoints);
  LLMCALC_BIND("calculateOffloadBandwidth", tryCalculateOffloadBandwidth);
  LLMCALC_BIND("isOutOfMemory", tryIsOutOfMemory);
  LLMCALC_BIND("getCPUFactor", tryGetCPUFactor);

#undef LLMCALC_BIND

  function("blockAddress", &blockAddress);
  function("blockLength", &blockLength);
  function("fillBlock", &fillBlock);
}
