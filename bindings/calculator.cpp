// The embind surface of calculator.hpp. Numbers in, numbers out: NaN stands for "see the violation", which is asked for
// separately, and everything that is more than one number leaves through one block of fixed memory. Objects and strings
// would cost time per call and pull in an allocator. js/core/formulas.js makes the public functions of it.
#include "llmcalc/quick/calculator.hpp"

#include <emscripten/bind.h>

#include <cstdint>
#include <limits>
#include <span>

#include "block.hpp"

namespace {

using llmcalc::Result;

using llmcalc::bindings::address;
using llmcalc::bindings::block;
using llmcalc::bindings::kBlockLength;

template <auto Try>
struct Bound;

template <typename T, typename... Arguments, Result<T> (*Try)(Arguments...) noexcept>
struct Bound<Try> {
  static double value(Arguments... arguments) {
    const Result<T> result = Try(arguments...);
    return result ? static_cast<double>(*result) : std::numeric_limits<double>::quiet_NaN();
  }

  static void violation(Arguments... arguments) { llmcalc::bindings::writeViolation(Try(arguments...).violation()); }
};

double blockAddress() { return address(block.data()); }
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
