// Facts that hold at compile time: the functions are constant expressions, and this file compiles only if they are
// right.
#include "llmcalc/llmcalc.hpp"

namespace {

using namespace llmcalc;

static_assert(calculatePerformance(1008, 40) == 25.2);
static_assert(calculatePerformance(1008, 40, 0.5) == 12.6);
static_assert(*tryCountBatchPoints(1008, 70) == 29);
static_assert(isOutOfMemory(40, 24) && !isOutOfMemory(40, 24, 64, true));
static_assert(calculateOffloadBandwidth(1000, 100, 0, 32) == 100);
static_assert(getCPUFactor(5, 16, true) <= 1);
static_assert(calculateVRAM(8, 4) > 4);

static_assert(!tryCalculatePerformance(0, 40));
static_assert(tryCalculatePerformance(0, 40).violation().parameter == "bandwidth");
static_assert(noexcept(tryCalculateVRAM(8, 4)) && noexcept(tryGetCPUFactor(5, 16)));

constexpr bool fittedCurvesNeverFall() {
  TypicalModel before{0, 0, 0};
  for (const TypicalModel& corner : kTypicalModels) {
    if (corner.paramCount <= before.paramCount || corner.kvBytesPerToken < before.kvBytesPerToken ||
        corner.computeBufferBytes < before.computeBufferBytes) {
      return false;
    }
    before = corner;
  }
  return true;
}
static_assert(fittedCurvesNeverFall());

}  // namespace
