// Random and hostile models, runtimes, plans and machines, for the sanitizers: an answer whose parts add up, or a
// violation that names what is wrong.
#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "llmcalc/memory.hpp"
#include "recorded_plans.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}

  // std::uniform_int_distribution gives other numbers in each library.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(engine_() % count); }
  bool chance(unsigned percent) { return below(100) < percent; }
  template <typename T>
  const T& of(const std::vector<T>& items) {
    return items[below(items.size())];
  }

  double number() {
    static const std::vector<double> hostile = {std::numeric_limits<double>::quiet_NaN(),
                                                std::numeric_limits<double>::infinity(),
                                                -std::numeric_limits<double>::infinity(),
                                                -1.0,
                                                -0.0,
                                                0.5,
                                                16.5,
                                                17.0,
                                                1e9 + 1.0,
                                                1e19,
                                                1e300,
                                                5e-324};
    if (chance(20)) return of(hostile);
    return std::floor(std::exp2(static_cast<double>(below(34))));
  }

 private:
  std::mt19937 engine_;
};

template <typename T, typename Fields>
void change(Random& random, T& object, const Fields& fields) {
  for (std::size_t left = random.below(3); left > 0; --left)
    object.*fields[random.below(fields.size())].member = random.number();
}

void expectSound(const MemoryPlan& plan, const std::string& what) {
  std::vector<const DeviceMemory*> devices = {&plan.host};
  for (std::size_t i = 0; i < asCount(plan.gpuCount); ++i) devices.push_back(&plan.gpus[i]);
  for (const DeviceMemory* device : devices) {
    for (const double part : {device->weights, device->kvCache, device->recurrentState, device->computeBuffer,
                              device->outputBuffer, device->overhead, device->bytesPerToken}) {
      EXPECT_TRUE(std::isfinite(part) && part >= 0.0) << part << " of " << what;
    }
    EXPECT_EQ(device->weights, std::floor(device->weights)) << what;
  }
  EXPECT_EQ(plan.fileBytes, std::floor(plan.fileBytes)) << what;
}

TEST(Fuzz, PlansAreSoundOrRefused) {
  Random random(20261128);
  const std::vector<recorded::Model> models = recorded::readModels();
  std::size_t planned = 0;
  for (int n = 0; n < 20000; ++n) {
    const recorded::Model& base = random.of(models);
    ModelSpec model = base.spec;
    Runtime runtime;
    runtime.backend = static_cast<GpuBackend>(random.below(kBackends.size()));
    runtime.fileType = static_cast<FileType>(random.below(kFileTypes.size()));
    runtime.gpuCount = static_cast<double>(random.below(17));
    for (double& share : runtime.gpuShares) share = static_cast<double>(random.below(5));
    runtime.gpuShares[0] = 1.0;
    if (random.chance(50)) runtime.contextLength = 4096;
    if (random.chance(30)) change(random, model, kChecked<ModelSpec>);
    if (random.chance(30)) change(random, model.groups[random.below(8)], kChecked<LayerGroup>);
    if (random.chance(30)) change(random, runtime, llama_cpp::kRuntimeFields);
    if (random.chance(10)) model.runs[random.below(160)] = {random.number(), random.number()};
    if (random.chance(10)) runtime.gpuShares[random.below(16)] = random.number();
    if (random.chance(10)) runtime.gpuMemory[random.below(16)] = random.number();
    if (random.chance(10)) runtime.gpuMultiprocessors[random.below(16)] = random.number();
    const auto plan = tryPlanMemory(model, runtime);
    if (plan) {
      ++planned;
      expectSound(*plan, base.name + " " + std::to_string(n));
    } else {
      EXPECT_FALSE(plan.violation().parameter.empty()) << n;
    }
  }
  EXPECT_GT(planned, 5000U);
}

TEST(Fuzz, FitsAreSoundOrRefused) {
  Random random(20261128);
  std::size_t answered = 0;
  for (int n = 0; n < 50000; ++n) {
    MemoryPlan plan;
    plan.gpuCount = random.chance(90) ? static_cast<double>(random.below(17)) : random.number();
    for (DeviceMemory& gpu : plan.gpus) gpu.weights = random.chance(98) ? 1e9 : random.number();
    plan.host.weights = random.number();
    Machine machine;
    machine.kind = static_cast<MemoryKind>(random.below(kMemoryKinds.size()));
    machine.hostMemory = random.chance(90) ? 64e9 : random.number();
    if (random.chance(10)) machine.hostReserved = random.number();
    if (random.chance(10)) machine.hostMargin = random.number();
    machine.gpuCount = random.chance(90) ? 16.0 : random.number();
    for (double& memory : machine.gpuMemory) memory = random.chance(98) ? 8e9 : random.number();
    if (random.chance(20)) machine.gpuMargin[random.below(16)] = random.number();
    const auto fit = tryFits(plan, machine);
    if (!fit) {
      EXPECT_FALSE(fit.violation().parameter.empty()) << n;
      continue;
    }
    ++answered;
    EXPECT_EQ(fit->fits, fit->verdict != Verdict::doesNotFit);
    bool within = fit->host.needed <= fit->host.available;
    for (std::size_t i = 0; i < asCount(fit->gpuCount); ++i) within &= fit->gpus[i].needed <= fit->gpus[i].available;
    EXPECT_EQ(fit->fits, within) << n;
  }
  EXPECT_GT(answered, 10000U);
}

}  // namespace LLMCALC_FILE
