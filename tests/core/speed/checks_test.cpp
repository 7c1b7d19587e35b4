#include "llmcalc/speed/checks.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "llmcalc/estimate.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

TEST(EstimateSpeed, NamesWhatIsOutOfRange) {
  const Runtime runtime = runtimeOf(FileType::F16);
  const auto message = [&](const Hardware& hardware, const Workload& workload) {
    return describe("estimateSpeed", tryEstimateSpeed(llama8B(), runtime, hardware, workload).violation());
  };
  Hardware slow = h100();
  slow.gpus[0].bandwidth = 5;
  EXPECT_EQ(message(slow, {}),
            "estimateSpeed: machine.gpus[0].bandwidth must be bytes/s, at least 1e8, got 5: 5 GB/s is 5e9");
  Hardware none = h100();
  none.gpuCount = 0;
  EXPECT_EQ(message(none, {}), "estimateSpeed: machine.gpus must be at least as many as runtime.gpus, got 0");
  Workload workload;
  workload.acceptanceRate = 1.5;
  EXPECT_EQ(message(h100(), workload), "estimateSpeed: workload.acceptanceRate must be from 0 to 1, got 1.5");
  workload.acceptanceRate = 0.5;
  workload.draftAcceptance = 1.5;
  EXPECT_EQ(message(h100(), workload), "estimateSpeed: workload.draftAcceptance must be from 0 to 1, got 1.5");
  workload.draftAcceptance = 0.25;
  EXPECT_EQ(message(h100(), workload),
            "estimateSpeed: workload.draftAcceptance must be 0 where acceptanceRate is given, got 0.25");
  workload = {};
  workload.outputLength = 0;
  EXPECT_EQ(message(h100(), workload),
            "estimateSpeed: workload.outputLength must be a whole number from 1 to 1e9, got 0");
}

TEST(EstimateSpeed, ChecksTheHostAsTheGpus) {
  const auto message = [&](double Device::*rate, double value) {
    Hardware hardware = h100();
    hardware.host.*rate = value;
    return describe("estimateSpeed",
                    tryEstimateSpeed(llama8B(), runtimeOf(FileType::F16), hardware, decoding()).violation());
  };
  EXPECT_EQ(message(&Device::halfFlops, std::nan("")),
            "estimateSpeed: machine.host.halfFlops must be from 1e6 to 1e19 per second, or 0 where unknown, got NaN");
  EXPECT_EQ(message(&Device::quantizedOps, -1),
            "estimateSpeed: machine.host.quantizedOps must be from 1e6 to 1e19 per second, or 0 where unknown, got -1");
  EXPECT_EQ(message(&Device::shaderFlops, 1),
            "estimateSpeed: machine.host.shaderFlops must be from 1e6 to 1e19 per second, or 0 where unknown, got 1");
  // A tiny part of a core once took for ever.
  EXPECT_EQ(message(&Device::threads, 1e-300),
            "estimateSpeed: machine.host.threads must be from 1 to 4096, or 0 where unknown, got 1e-300");
}

TEST(EstimateSpeed, ALimitOfPowerTakesThePowerThatItLimits) {
  const auto message = [&](double power, double limit) {
    Hardware hardware = h100();
    hardware.gpus[0].power = power;
    hardware.gpus[0].powerLimit = limit;
    return describe("estimateSpeed",
                    tryEstimateSpeed(llama8B(), runtimeOf(FileType::F16), hardware, decoding()).violation());
  };
  EXPECT_EQ(message(0, 400), "estimateSpeed: machine.gpus[0].power must be given where powerLimit is, got 0");
  EXPECT_EQ(message(700, 100),
            "estimateSpeed: machine.gpus[0].powerLimit must be at least a quarter of power, got 100");
  EXPECT_EQ(message(700, -1),
            "estimateSpeed: machine.gpus[0].powerLimit must be from 1 to 1e4 W, or 0 where unknown, got -1");
  Hardware hardware = h100();
  hardware.host.power = 200;
  hardware.host.powerLimit = 100;
  EXPECT_EQ(describe("estimateSpeed",
                     tryEstimateSpeed(llama8B(), runtimeOf(FileType::F16), hardware, decoding()).violation()),
            "estimateSpeed: machine.host.powerLimit must be 0: GPUs alone have one, got 100");
}

// What memory bounds loses less than what clocks bound: decoding less than reading a long prompt.
TEST(EstimateSpeed, ALimitOfPowerCostsPrefillMoreThanDecoding) {
  const Runtime runtime = runtimeOf(FileType::Q4_K_M);
  Workload workload;
  workload.promptLength = 4096;
  Hardware hardware = h100();
  const SpeedEstimate free = estimateSpeed(llama8B(), runtime, hardware, workload);
  hardware.gpus[0].power = 700;
  const SpeedEstimate known = estimateSpeed(llama8B(), runtime, hardware, workload);
  EXPECT_EQ(known.decode.p50, free.decode.p50);
  hardware.gpus[0].powerLimit = 400;
  const SpeedEstimate limited = estimateSpeed(llama8B(), runtime, hardware, workload);
  EXPECT_LT(limited.decode.p50, 0.95 * free.decode.p50);
  EXPECT_LT(limited.prefill.p50 / free.prefill.p50, limited.decode.p50 / free.decode.p50);
}

TEST(EstimateSpeed, RefusesAWorkloadThatTheContextCannotHold) {
  Runtime runtime = runtimeOf(FileType::F16);
  runtime.contextLength = 256;
  Workload workload;
  workload.promptLength = 100000;
  EXPECT_EQ(describe("estimateSpeed", tryEstimateSpeed(llama8B(), runtime, h100(), workload).violation()),
            "estimateSpeed: workload.promptLength + cachedTokens + outputLength must be at most the context of a "
            "sequence (256), got 100128");
  workload.promptLength = 128;
  EXPECT_TRUE(tryEstimateSpeed(llama8B(), runtime, h100(), workload));
}

TEST(EstimateSpeed, RefusesAProfileThatNobodyFilled) {
  Hardware hardware = h100();
  hardware.gpuProfile = {};
  const auto estimate = tryEstimateSpeed(llama8B(), runtimeOf(FileType::F16), hardware);
  EXPECT_EQ(describe("estimateSpeed", estimate.violation()),
            "estimateSpeed: bandwidthShare must be from 1e-12 to 1e12, got 0");
}

}  // namespace LLMCALC_FILE
