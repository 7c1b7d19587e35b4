#include "llmcalc/fit.hpp"

#include <gtest/gtest.h>

#include <array>
#include <stdexcept>

#include "llmcalc/machine/assumptions.hpp"
#include "llmcalc/offload_curve.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

Verdict verdictOf(double gpuLayers, const Machine& machine) {
  Runtime runtime = at8192();
  runtime.gpuLayers = gpuLayers;
  return fits(planMemory(llama(), runtime), machine).verdict;
}

TEST(FitModel, PutsEverythingOnAGpuThatHasRoom) {
  const ModelFit fit = fitModel(llama(), at8192(), machineOfGib(24, 32));
  EXPECT_EQ(fit.verdict, Verdict::fits);
  EXPECT_EQ(fit.gpuLayers, kAllLayers);
  EXPECT_EQ(fit.cpuMoeLayers, 0);
}

TEST(FitModel, FindsTheMostLayersThatFit) {
  const Machine machine = machineOfGib(5, 32);
  const ModelFit fit = fitModel(llama(), at8192(), machine);
  EXPECT_EQ(fit.verdict, Verdict::fits);
  ASSERT_LT(fit.gpuLayers, offloadableLayers(llama()));
  EXPECT_EQ(verdictOf(fit.gpuLayers, machine), Verdict::fits);
  EXPECT_NE(verdictOf(fit.gpuLayers + 1, machine), Verdict::fits);
}

TEST(FitModel, FindsNothingWhereThereIsNoRoom) {
  EXPECT_EQ(fitModel(llama(), at8192(), machineOfGib(2, 2)).verdict, Verdict::doesNotFit);
}

TEST(FitModel, RefusesWhatPlanMemoryAndFitsRefuse) {
  EXPECT_FALSE(tryFitModel(ModelSpec(), at8192(), machineOfGib(24, 32)));
  EXPECT_FALSE(tryFitModel(llama(), at8192(), machineOfGib(-1, 32)));
}

TEST(DecodeCeiling, IsOneOverTheSecondsOfReading) {
  MemoryPlan plan;
  plan.gpuCount = 1;
  plan.gpus[0].bytesPerToken = 4e9;
  plan.host.bytesPerToken = 1e9;
  const std::array<double, 1> gpus = {1000e9};
  EXPECT_EQ(decodeCeiling(plan, gpus, 50e9), 1.0 / (4e9 / 1000e9 + 1e9 / 50e9));
  EXPECT_EQ(decodeCeiling(plan, gpus, 0), std::nullopt);
  plan.host.bytesPerToken = 0;
  EXPECT_EQ(decodeCeiling(plan, gpus, 0), 250);
}

TEST(OffloadCurve, HasTheVerdictAndTheSpeedOfEveryNumberOfLayers) {
  Hardware hardware;
  hardware.gpuCount = 1;
  hardware.gpus[0] = {1008e9, 82.58e12, 165.2e12, 660.6e12, 0};
  hardware.host.bandwidth = AssumedHost().bandwidth;
  hardware.host.threads = AssumedHost().threads;
  hardware.gpuProfile = speedProfile(GpuBackend::cuda, "NVIDIA Ada GeForce");
  hardware.hostProfile = speedProfile(GpuBackend::cpu, "x86");
  const Machine machine = machineOfGib(5, 32);
  double points = 0;
  offloadCurve(llama(), at8192(), machine, hardware, Workload(), [&](const OffloadPoint& point) {
    Runtime runtime = at8192();
    runtime.gpuLayers = points;
    EXPECT_EQ(point.gpuLayers, points);
    EXPECT_EQ(point.verdict, verdictOf(points, machine));
    EXPECT_EQ(point.decode.p50, estimateSpeed(llama(), runtime, hardware).decode.p50);
    ++points;
  });
  EXPECT_EQ(points, offloadableLayers(llama()) + 1);
}

}  // namespace LLMCALC_FILE
