#include "llmcalc/inverse.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string_view>

#include "recorded_plans.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

Verdict verdictAt(const ModelSpec& model, Runtime runtime, const Machine& machine, double context) {
  runtime.contextLength = context;
  return fits(planMemory(model, runtime), machine).verdict;
}

// Every step, from the longest.
ContextFit byTrying(const ModelSpec& model, const Runtime& runtime, const Machine& machine) {
  const double most = model.contextLength;
  for (const Verdict wanted : {Verdict::fits, Verdict::tight}) {
    if (verdictAt(model, runtime, machine, most) <= wanted) return {wanted, most};
    for (double context = (std::ceil(most / 256) - 1) * 256; context >= runtime.sequences; context -= 256) {
      if (verdictAt(model, runtime, machine, context) <= wanted) return {wanted, context};
    }
  }
  return {};
}

TEST(LargestContext, IsWhatTryingEveryStepFinds) {
  std::mt19937 random(20261128);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same draws every time
  for (const recorded::Model& model : recorded::readModels()) {
    if (model.spec.contextLength == 0 || model.spec.contextLength > 140000) continue;
    for (int i = 0; i < 4; ++i) {
      Runtime runtime;
      runtime.sequences = static_cast<double>(1 + random() % 4);
      runtime.kvUnified = random() % 2 == 0;
      runtime.flashAttention = random() % 4 != 0;
      runtime.kvOffload = random() % 4 != 0;
      if (random() % 2 == 0) runtime.gpuLayers = static_cast<double>(random() % 40);
      const double whole = planMemory(model.spec, runtime).gpus[0].total() / kBytesPerGiB;
      // From what no context has room for to what all have.
      const Machine machine = machineOfGib(whole * (0.3 + static_cast<double>(random() % 100) / 100), 512);
      const ContextFit found = largestContext(model.spec, runtime, machine);
      const ContextFit tried = byTrying(model.spec, runtime, machine);
      EXPECT_EQ(found.verdict, tried.verdict) << model.name;
      EXPECT_EQ(found.contextLength, tried.contextLength) << model.name;
    }
  }
}

TEST(LargestContext, IsAtMostWhatTheModelWasTrainedFor) {
  const ContextFit fit = largestContext(llama(), at8192(), machineOfGib(80, 64));
  EXPECT_EQ(fit.verdict, Verdict::fits);
  EXPECT_EQ(fit.contextLength, llama().contextLength);
}

TEST(LargestContext, TakesTheRuntimesWhereTheModelsIsNotKnown) {
  ModelSpec model = llama();
  model.contextLength = 0;
  EXPECT_EQ(largestContext(model, at8192(), machineOfGib(80, 64)).contextLength, 8192);
}

TEST(LargestContext, IsNoneWhereTheWeightsHaveNoRoom) {
  EXPECT_EQ(largestContext(llama(), at8192(), machineOfGib(2, 64)).verdict, Verdict::doesNotFit);
}

TEST(LargestContext, RefusesWhatPlanMemoryAndFitsRefuse) {
  EXPECT_FALSE(tryLargestContext(ModelSpec(), at8192(), machineOfGib(24, 32)));
  EXPECT_FALSE(tryLargestContext(llama(), at8192(), machineOfGib(-1, 32)));
}

Hardware rates() {
  Hardware hardware;
  hardware.gpuCount = 1;
  hardware.gpus[0] = {1e12, 80e12, 160e12, 600e12, 0};
  hardware.host = {80e9, 0, 0, 0, 16};
  hardware.gpuProfile = speedProfile(GpuBackend::cuda, "NVIDIA Hopper");
  hardware.hostProfile = speedProfile(GpuBackend::cpu, "x86");
  return hardware;
}

double rateWith(double gpuLayers) {
  Runtime runtime = at8192();
  runtime.gpuLayers = gpuLayers;
  return estimateSpeed(llama(), runtime, rates()).decode.p50;
}

TEST(FewestGpuLayers, AreTheFirstThatReachTheRate) {
  for (const double wished : {1.0, 15.0, 30.0, 60.0}) {
    const double layers = fewestGpuLayers(llama(), at8192(), rates(), {}, wished);
    ASSERT_LE(layers, offloadableLayers(llama())) << wished;
    EXPECT_GE(rateWith(layers), wished);
    for (double fewer = 0; fewer < layers; fewer += 1) EXPECT_LT(rateWith(fewer), wished);
  }
}

TEST(FewestGpuLayers, AreMoreThanThereAreWhereNoPlacementReachesTheRate) {
  EXPECT_EQ(fewestGpuLayers(llama(), at8192(), rates(), {}, 1e6), offloadableLayers(llama()) + 1);
}

TEST(FewestGpuLayers, RefusesARateThatIsNone) {
  for (const double wished : {0.0, -1.0, std::nan("")}) {
    const auto layers = tryFewestGpuLayers(llama(), at8192(), rates(), {}, wished);
    ASSERT_FALSE(layers);
    EXPECT_EQ(layers.violation().parameter, "tokensPerSecond");
  }
}

}  // namespace LLMCALC_FILE
