#include "llmcalc/fits.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

MemoryPlan taking(double gpu, double host) {
  MemoryPlan plan;
  plan.gpuCount = 1;
  plan.gpus[0].weights = gpu;
  plan.host.weights = host;
  return plan;
}

std::string refusal(const MemoryPlan& plan, const Machine& machine) {
  const auto fit = tryFits(plan, machine);
  return fit ? "answered" : describe("fits", fit.violation());
}

TEST(Fits, KeepsPoolsApart) {
  Machine machine;
  machine.gpuCount = 1;
  machine.gpuMemory[0] = 8e9;
  machine.gpuReserved[0] = 1e9;
  machine.hostMemory = 64e9;
  const Fit fit = fits(taking(8e9, 1e9), machine);
  EXPECT_FALSE(fit.fits);
  EXPECT_EQ(fit.gpus[0].shortBy(), 1e9);
  EXPECT_EQ(fit.host.shortBy(), 0);
  EXPECT_TRUE(fits(taking(7e9, 64e9), machine).fits);
  EXPECT_FALSE(fits(taking(7e9, 64e9 + 1), machine).fits);
}

TEST(Fits, AUnifiedPoolHasABudgetAndAnEnd) {
  Machine machine;
  machine.kind = MemoryKind::apple;
  machine.hostMemory = 64 * kBytesPerGiB;
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::apple, 64 * kBytesPerGiB), 51.84 * kBytesPerGiB);
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::apple, 16 * kBytesPerGiB), 0.74 * 16 * kBytesPerGiB);
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::apple, 256 * kBytesPerGiB), 0.84 * 256 * kBytesPerGiB);
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::amd, 64 * kBytesPerGiB), 32 * kBytesPerGiB);
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::shared, 128 * kBytesPerGiB), 128 * kBytesPerGiB);
  EXPECT_TRUE(fits(taking(50 * kBytesPerGiB, 10 * kBytesPerGiB), machine).fits);
  EXPECT_FALSE(fits(taking(52 * kBytesPerGiB, 0), machine).fits);                  // beyond the GPU's part
  EXPECT_FALSE(fits(taking(50 * kBytesPerGiB, 15 * kBytesPerGiB), machine).fits);  // beyond the pool
  machine.gpuCount = 1;
  machine.gpuMemory[0] = 60 * kBytesPerGiB;  // raised by the user
  EXPECT_TRUE(fits(taking(52 * kBytesPerGiB, 0), machine).fits);
}

TEST(Fits, RefusesAMachineOfFewerCards) {
  Machine machine;
  machine.hostMemory = 64e9;
  EXPECT_EQ(describe("fits", tryFits(taking(1, 1), machine).violation()),
            "fits: machine.gpus must be at least as many as the plan has, got 0");
}

constexpr double kGiB = kBytesPerGiB;

TEST(Fits, HasThreeVerdicts) {
  const Machine machine = machineOf(24 * kGiB, 64 * kGiB);
  EXPECT_EQ(fits(taking(23 * kGiB, 60 * kGiB), machine).verdict, Verdict::fits);
  EXPECT_EQ(fits(taking(23 * kGiB + 1, 60 * kGiB), machine).verdict, Verdict::tight);
  EXPECT_EQ(fits(taking(23 * kGiB, 60 * kGiB + 1), machine).verdict, Verdict::tight);
  EXPECT_EQ(fits(taking(24 * kGiB, 64 * kGiB), machine).verdict, Verdict::tight);
  EXPECT_EQ(fits(taking(24 * kGiB + 1, 1), machine).verdict, Verdict::doesNotFit);
  EXPECT_EQ(fits(taking(1, 64 * kGiB + 1), machine).verdict, Verdict::doesNotFit);
  // One that does not fit is not made good by one that is tight after it.
  EXPECT_EQ(fits(taking(24 * kGiB + 1, 62 * kGiB), machine).verdict, Verdict::doesNotFit);
}

TEST(Fits, SaysWhatIsMissingOfTheMarginToo) {
  Machine machine = machineOf(24 * kGiB, 64 * kGiB);
  machine.gpuReserved[0] = 2 * kGiB;
  const DeviceFit gpu = fits(taking(21.5 * kGiB, kGiB), machine).gpus[0];
  EXPECT_EQ(gpu.available, 22 * kGiB);
  EXPECT_EQ(gpu.margin, kDefaultGpuMargin);
  EXPECT_EQ(gpu.shortBy(), 0);
  EXPECT_EQ(gpu.shortOfMargin(), 0.5 * kGiB);
  // A GPU of which nothing is needed may be full.
  machine.gpuReserved[0] = 24 * kGiB;
  EXPECT_EQ(fits(taking(0, kGiB), machine).verdict, Verdict::fits);
}

TEST(Fits, MarginsAreAQuarterOfTheHostUpTo4GiBAndAsAsked) {
  EXPECT_EQ(fits(taking(1, 1), machineOf(kGiB, 8 * kGiB)).host.margin, 2 * kGiB);
  EXPECT_EQ(fits(taking(1, 1), machineOf(kGiB, 128 * kGiB)).host.margin, 4 * kGiB);
  Machine machine = machineOf(24 * kGiB, 64 * kGiB);
  machine.hostMargin = 0.0;
  machine.gpuMargin[0] = 0.0;
  EXPECT_EQ(fits(taking(24 * kGiB, 64 * kGiB), machine).verdict, Verdict::fits);
  machine.gpuMargin[0] = 2 * kGiB;
  EXPECT_EQ(fits(taking(23 * kGiB, 1), machine).verdict, Verdict::tight);
}

TEST(Fits, AUnifiedPoolHasBothMargins) {
  Machine machine;
  machine.kind = MemoryKind::apple;
  machine.hostMemory = 64 * kGiB;  // of which 51.84 for the GPU
  EXPECT_EQ(fits(taking(50 * kGiB, 5 * kGiB), machine).verdict, Verdict::fits);
  EXPECT_EQ(fits(taking(51 * kGiB, 0), machine).verdict, Verdict::tight);          // of the budget
  EXPECT_EQ(fits(taking(50 * kGiB, 11 * kGiB), machine).verdict, Verdict::tight);  // of the pool
  EXPECT_EQ(fits(taking(50 * kGiB, 15 * kGiB), machine).verdict, Verdict::doesNotFit);
}

TEST(Fits, RefusesTotalsThatAreNoNumbersOfBytes) {
  const Machine machine = machineOf(24e9, 64e9);
  for (const double bad : {kNaN, kInfinity, -kInfinity, -1.0, 1e300}) {
    EXPECT_EQ(refusal(taking(bad, 1), machine),
              "fits: plan.devices[0].total must be from 0 to 1e18 bytes, got " + formatNumber(bad));
    EXPECT_EQ(refusal(taking(1, bad), machine),
              "fits: plan.devices[1].total must be from 0 to 1e18 bytes, got " + formatNumber(bad));
  }
}

// The arrays of a plan have 16 places; in a unified pool nothing else bounded them.
TEST(Fits, RefusesPlansOfMoreGpusThanThereCanBe) {
  for (const MemoryKind kind : {MemoryKind::separate, MemoryKind::apple, MemoryKind::amd, MemoryKind::shared}) {
    for (const double count : {17.0, 100.0, 1e6, 1e300, -1.0, 0.5, kNaN, kInfinity}) {
      MemoryPlan plan = taking(1, 1);
      plan.gpuCount = count;
      Machine machine = machineOf(24e9, 64e9);
      machine.kind = kind;
      EXPECT_EQ(refusal(plan, machine),
                "fits: plan.devices must be the host and up to 16 GPUs, got " + formatNumber(count));
      machine.gpuCount = count;
      EXPECT_NE(refusal(taking(1, 1), machine), "answered") << count;
    }
  }
  MemoryPlan plan = taking(1, 1);
  plan.gpuCount = 16;
  Machine pool;
  pool.kind = MemoryKind::apple;
  pool.hostMemory = 64 * kGiB;
  EXPECT_EQ(refusal(plan, pool), "answered");
}

TEST(Fits, RefusesMemoryInAnotherUnitAndSaysWhatIsMeant) {
  const MemoryPlan plan = taking(1, 1);
  EXPECT_EQ(refusal(plan, machineOf(24e9, 64)),
            "fits: machine.hostMemory must be bytes, at least 1 MiB, got 64: 64 GiB is 64 * 2 ** 30");
  EXPECT_EQ(refusal(plan, machineOf(24, 64e9)),
            "fits: machine.gpus[0].memory must be bytes, at least 1 MiB, got 24: 24 GiB is 24 * 2 ** 30");
  EXPECT_EQ(refusal(plan, machineOf(15.5, 64e9)),
            "fits: machine.gpus[0].memory must be bytes, at least 1 MiB, got 15.5: 15.5 GiB is 15.5 * 2 ** 30");
  EXPECT_EQ(refusal(plan, machineOf(0, 64e9)), "fits: machine.gpus[0].memory must be bytes, at least 1 MiB, got 0");
  EXPECT_EQ(refusal(plan, machineOf(kNaN, 64e9)),
            "fits: machine.gpus[0].memory must be bytes, at least 1 MiB, got NaN");
  EXPECT_EQ(refusal(plan, machineOf(-1, 64e9)), "fits: machine.gpus[0].memory must be bytes, at least 1 MiB, got -1");
  EXPECT_EQ(refusal(plan, machineOf(1e19, 64e9)),
            "fits: machine.gpus[0].memory must be at most 1e18 bytes, got 10000000000000000000");
  Machine machine = machineOf(24e9, 64e9);
  machine.gpuReserved[0] = 2;
  EXPECT_EQ(refusal(plan, machine),
            "fits: machine.gpus[0].reserved must be bytes, 0 or at least 1 MiB, got 2: 2 GiB is 2 * 2 ** 30");
  machine = machineOf(24e9, 64e9);
  machine.gpuMargin[0] = 1;
  EXPECT_EQ(refusal(plan, machine),
            "fits: machine.gpus[0].margin must be bytes, 0 or at least 1 MiB, got 1: 1 GiB is 1 * 2 ** 30");
  machine = machineOf(24e9, 64e9);
  machine.hostReserved = 4;
  EXPECT_EQ(refusal(plan, machine),
            "fits: machine.hostReserved must be bytes, 0 or at least 1 MiB, got 4: 4 GiB is 4 * 2 ** 30");
  machine = machineOf(24e9, 64e9);
  machine.hostMargin = 4.0;
  EXPECT_EQ(refusal(plan, machine),
            "fits: machine.hostMargin must be bytes, 0 or at least 1 MiB, got 4: 4 GiB is 4 * 2 ** 30");
}

TEST(Fits, AGpuThatThePlanDoesNotHaveMayBeUnknown) {
  Machine machine = machineOf(24e9, 64e9);
  machine.gpuCount = 2;
  EXPECT_EQ(refusal(taking(1, 1), machine), "answered");
}

}  // namespace LLMCALC_FILE
