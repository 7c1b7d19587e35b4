// What a back end takes for itself, and whether a plan fits: machines, margins, and numbers that are none.
#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "flat.hpp"
#include "llmcalc/memory.hpp"

namespace {

using namespace llmcalc;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

double mib(double bytes) { return bytes / kBytesPerMiB; }

Runtime gpuOf(Backend backend, double multiprocessors = 0, std::string_view family = "", double memory = 0) {
  Runtime runtime;
  runtime.backend = backend;
  runtime.gpuMultiprocessors[0] = multiprocessors;
  runtime.gpuThreads[0] = family.empty() ? 0.0 : multiprocessorThreads(family);
  runtime.gpuMemory[0] = memory;
  return runtime;
}

// In use beyond llama.cpp's own buffers: the largest that was measured (sources in memory.hpp).
TEST(Overhead, OfCudaIsAtLeastWhatWasMeasuredAndAtMost60PercentMore) {
  struct Measured {
    double multiprocessors;
    std::string_view family;
    double mib;
  };
  for (const Measured& card : std::vector<Measured>{{5, "NVIDIA Pascal", 73},
                                                    {84, "NVIDIA Ampere DC", 298},
                                                    {128, "NVIDIA Ada GeForce", 456},
                                                    {188, "NVIDIA Blackwell pro", 753},
                                                    {132, "NVIDIA Hopper", 686}}) {
    const double overhead = mib(backendOverhead(gpuOf(Backend::cuda, card.multiprocessors, card.family), 0));
    EXPECT_GE(overhead, card.mib) << card.family;
    EXPECT_LE(overhead, 1.6 * card.mib) << card.family;
  }
}

TEST(Overhead, OfOtherBackEndsIsAtLeastWhatWasMeasured) {
  EXPECT_EQ(mib(backendOverhead(gpuOf(Backend::vulkan), 0)), 256);  // 17 to 239
  EXPECT_EQ(mib(backendOverhead(gpuOf(Backend::rocm), 0)), 1380);   // 253 to 1,380
  Runtime slow = gpuOf(Backend::rocm);
  slow.flashAttention = false;
  EXPECT_EQ(mib(backendOverhead(slow, 0)), 2320);                  // 1,071 or 2,320
  EXPECT_EQ(mib(backendOverhead(gpuOf(Backend::sycl), 0)), 2400);  // 997 to 2,379
  EXPECT_EQ(backendOverhead(gpuOf(Backend::metal), 0), 0);
  EXPECT_EQ(backendOverhead(gpuOf(Backend::cpu), 0), 0);
}

TEST(Overhead, OfUnknownCardsIsThatOfTheLargestOfTheirMemory) {
  EXPECT_EQ(mib(backendOverhead(gpuOf(Backend::cuda), 0)), 48 + 160 * 5);
  EXPECT_EQ(mib(backendOverhead(gpuOf(Backend::cuda, 0, "NVIDIA Ada GeForce"), 0)), 48 + 160 * 5);
  EXPECT_EQ(mib(backendOverhead(gpuOf(Backend::cuda, 0, "", 8188 * kBytesPerMiB), 0)), 48 + 48 * 3.75);
  EXPECT_EQ(mib(backendOverhead(gpuOf(Backend::cuda, 0, "", 24 * kBytesPerGiB), 0)), 48 + 128 * 3.75);
  EXPECT_EQ(mib(backendOverhead(gpuOf(Backend::cuda, 0, "", 24 * kBytesPerGiB + 1), 0)), 48 + 170 * 3.75);
  EXPECT_EQ(mib(backendOverhead(gpuOf(Backend::cuda, 0, "", 79.65 * kBytesPerGiB), 0)), 48 + 132 * 5);
  EXPECT_EQ(mib(backendOverhead(gpuOf(Backend::cuda, 0, "", 140 * kBytesPerGiB), 0)), 48 + 160 * 5);
  // Of unknown family a multiprocessor counts with the more threads.
  EXPECT_EQ(mib(backendOverhead(gpuOf(Backend::cuda, 128), 0)), 48 + 128 * 5);
}

TEST(Overhead, IsOfEachGpuUnlessTheRuntimeSaysItOfAll) {
  Runtime runtime = gpuOf(Backend::cuda, 128, "NVIDIA Ada GeForce");
  runtime.gpuCount = 2;
  runtime.gpuMultiprocessors[1] = 34;
  runtime.gpuThreads[1] = 1536;
  EXPECT_EQ(mib(backendOverhead(runtime, 0)), 48 + 128 * 3.75);
  EXPECT_EQ(mib(backendOverhead(runtime, 1)), 48 + 34 * 3.75);
  runtime.multiprocessors = 82;
  EXPECT_EQ(backendOverhead(runtime, 0), backendOverhead(runtime, 1));
  EXPECT_EQ(mib(backendOverhead(runtime, 1)), 48 + 82 * 3.75);
}

TEST(MultiprocessorThreads, AreThoseOfTheFamily) {
  for (const char* family : {"NVIDIA Turing GTX16", "NVIDIA Turing RTX20", "NVIDIA Turing DC", "NVIDIA Ampere GeForce",
                             "NVIDIA Ampere pro", "NVIDIA Ada GeForce", "NVIDIA Ada pro", "NVIDIA Ada DC",
                             "NVIDIA Blackwell GeForce", "NVIDIA Blackwell pro", "NVIDIA SoC"}) {
    EXPECT_EQ(multiprocessorThreads(family), 1536) << family;
  }
  for (const char* family : {"NVIDIA Maxwell", "NVIDIA Pascal", "NVIDIA Volta", "NVIDIA Ampere DC", "NVIDIA Hopper",
                             "NVIDIA Blackwell DC", "AMD RDNA3", ""}) {
    EXPECT_EQ(multiprocessorThreads(family), 2048) << family;
  }
}

MemoryPlan taking(double gpu, double host) {
  MemoryPlan plan;
  plan.gpuCount = 1;
  plan.gpus[0].weights = gpu;
  plan.host.weights = host;
  return plan;
}

Machine machineOf(double gpu, double host) {
  Machine machine;
  machine.hostMemory = host;
  machine.gpuCount = 1;
  machine.gpuMemory[0] = gpu;
  return machine;
}

std::string refusal(const MemoryPlan& plan, const Machine& machine) {
  const auto fit = tryFits(plan, machine);
  return fit ? "answered" : describe("fits", fit.violation());
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

TEST(Quantity, BandwidthIsInBytesPerSecond) {
  EXPECT_EQ(describe("estimateSpeed", violationOf("machine.gpus[].bandwidth", kBytesPerSecond, 1008)),
            "estimateSpeed: machine.gpus[].bandwidth must be bytes/s, at least 1e8, got 1008: 1008 GB/s is 1008e9");
  EXPECT_FALSE(contains(kBytesPerSecond, 0.0));
  EXPECT_FALSE(contains(kBytesPerSecond, 99999999.0));
  EXPECT_TRUE(contains(kBytesPerSecond, 1e8));
}

// Whatever JavaScript wrote, nothing outside of what was given is read, and nothing of it is taken for a number.
TEST(FlatReader, ReadsNothingBeyondTheEnd) {
  std::array<double, 4> numbers{1, 2, 3, 4};
  for (std::size_t length = 0; length <= numbers.size(); ++length) {
    flat::Reader reader(std::span<const double>(numbers.data(), length));
    for (std::size_t i = 0; i < 10; ++i) {
      double field = 0;
      reader(field);
      EXPECT_EQ(field == field, i < length) << i << " of " << length;
    }
    MemoryKind kind = MemoryKind::shared;
    reader(kind);
    EXPECT_EQ(kind, MemoryKind::separate);
  }
}

TEST(FlatReader, TakesNoCountsThatAreNone) {
  for (const double count : {-1.0, 16.5, 17.0, 1e300, kNaN, kInfinity}) {
    EXPECT_LE(flat::atMost(count, 16), 16U) << count;
    std::vector<double> numbers(64, count);
    flat::Reader reader(numbers);
    MemoryPlan plan;
    Machine machine;
    flat::read(reader, plan, machine);
    EXPECT_FALSE(tryFits(plan, machine)) << count;
  }
}

TEST(Block, HasRoomForTheLongestQuestions) {
  // Groups of 35 numbers, runs of 2, GPUs of 4; the sums of two parts of every layer.
  EXPECT_EQ(flat::kMostShape, 17U + 8 * 35 + 160 * 2 + 19 + 16 * 4);
  EXPECT_EQ(flat::kMostTensors, 3U + 1024 * 2);
  EXPECT_EQ(flat::kMostFit, 2U + 16 + 6 + 16 * 3);
}

}  // namespace
