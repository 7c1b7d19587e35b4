// The embind surface of calculator.hpp. Numbers in, numbers out: NaN stands for "see the violation", which is asked for
// separately, and everything that is more than one number leaves through one block of fixed memory. Objects and strings
// would cost time per call and pull in an allocator. js/calculator.js makes the public functions of it.
#include "llmcalc/calculator.hpp"

#include <emscripten/bind.h>

#include <array>
#include <cstdint>
#include <limits>
#include <span>

namespace {

using llmcalc::Result;

// The heap never grows, so that JavaScript may keep a view of the block. 1,024 points of three columns stay within a
// first-level cache.
constexpr std::int32_t kBlockLength = 1024;
std::array<std::array<double, kBlockLength>, 3> block;

double address(const void* object) { return static_cast<double>(reinterpret_cast<std::uintptr_t>(object)); }

template <auto Try>
struct Bound;

template <typename T, typename... Arguments, Result<T> (*Try)(Arguments...) noexcept>
struct Bound<Try> {
  static double value(Arguments... arguments) {
    const Result<T> result = Try(arguments...);
    return result ? static_cast<double>(*result) : std::numeric_limits<double>::quiet_NaN();
  }

  // Into the block: address and length of the parameter's name and of the requirement, and the limit.
  static void violation(Arguments... arguments) {
    const llmcalc::Violation found = Try(arguments...).violation();
    block[0][0] = address(found.parameter.data());
    block[0][1] = static_cast<double>(found.parameter.size());
    block[0][2] = address(found.requirement.data());
    block[0][3] = static_cast<double>(found.requirement.size());
    block[0][4] = found.limit;
  }
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
