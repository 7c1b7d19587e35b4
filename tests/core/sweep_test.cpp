#include "llmcalc/sweep.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <random>
#include <span>
#include <stdexcept>
#include <vector>

#include "llmcalc/offload_curve.hpp"
#include "llmcalc/speed/profiles.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

struct Question {
  ModelSpec model;
  Runtime runtime;
  Machine machine;
  Hardware hardware;
  Workload workload;
};

Question questionOf(const ModelSpec& model, std::size_t gpus) {
  Question q;
  q.model = model;
  q.runtime = at8192();
  q.runtime.gpuCount = static_cast<double>(gpus);
  q.machine.hostMemory = 64 * kBytesPerGiB;
  q.machine.gpuCount = q.hardware.gpuCount = q.runtime.gpuCount;
  q.hardware.host = {80e9, 0, 0, 0, 16};
  for (std::size_t i = 0; i < gpus; ++i) {
    q.runtime.gpuShares[i] = 1;
    q.machine.gpuMemory[i] = 12 * kBytesPerGiB;
    q.hardware.gpus[i] = {1e12, 80e12, 160e12, 600e12, 0};
  }
  q.hardware.gpuProfile = speedProfile(GpuBackend::cuda, "NVIDIA Hopper");
  q.hardware.hostProfile = speedProfile(GpuBackend::cpu, "x86");
  return q;
}

// What a caller would set who asks point by point.
void apply(Question& q, SweepAxis axis, double value) {
  switch (axis) {
    case SweepAxis::contextLength:
      q.runtime.contextLength = value;
      break;
    case SweepAxis::fileType:
      q.runtime.fileType = static_cast<FileType>(static_cast<std::uint8_t>(value));
      break;
    case SweepAxis::cacheType:
      q.runtime.cacheTypeK = q.runtime.cacheTypeV = static_cast<CacheType>(static_cast<std::uint8_t>(value));
      break;
    case SweepAxis::gpuLayers:
      q.runtime.gpuLayers = value;
      break;
    case SweepAxis::cpuMoeLayers:
      q.runtime.cpuMoeLayers = value;
      break;
    case SweepAxis::sequences:
      q.runtime.sequences = value;
      break;
    case SweepAxis::microBatchSize:
      q.runtime.microBatchSize = value;
      break;
    case SweepAxis::memory:
      for (double& memory : q.machine.gpuMemory) memory = value;
      break;
    case SweepAxis::bandwidth:
      for (Device& gpu : q.hardware.gpus) gpu.bandwidth = value;
      break;
    case SweepAxis::promptLength:
      q.workload.promptLength = value;
      break;
    case SweepAxis::cachedTokens:
      q.workload.cachedTokens = value;
      break;
    case SweepAxis::concurrency:
      q.workload.concurrency = value;
      break;
  }
}

double pointwise(const Question& q, SweepOutput output, std::size_t device) {
  if (output == SweepOutput::bytes) {
    const MemoryPlan plan = planMemory(q.model, q.runtime);
    return device < static_cast<std::size_t>(plan.gpuCount) ? plan.gpus[device].total() : plan.host.total();
  }
  if (output == SweepOutput::verdict) {
    return static_cast<double>(fits(planMemory(q.model, q.runtime), q.machine).verdict);
  }
  const SpeedEstimate e = estimateSpeed(q.model, q.runtime, q.hardware, q.workload);
  switch (output) {
    case SweepOutput::decodeP10:
      return e.decode.p10;
    case SweepOutput::decodeP90:
      return e.decode.p90;
    case SweepOutput::prefillP50:
      return e.prefill.p50;
    case SweepOutput::timeToFirstTokenP50:
      return e.timeToFirstToken.p50;
    case SweepOutput::decodeLimit:
      return static_cast<double>(e.decodeLimit);
    default:
      return e.decode.p50;
  }
}

std::vector<double> someOf(std::mt19937& random, SweepAxis axis, const ModelSpec& model) {
  const auto between = [&](double low, double high) {
    return std::floor(low + (high - low) * static_cast<double>(random() % 1000) / 999.0);
  };
  std::vector<double> values(1 + random() % 4);
  for (double& value : values) {
    switch (axis) {
      case SweepAxis::contextLength:
        value = random() % 8 == 0 ? 0 : between(8000, 130000);
        break;
      case SweepAxis::fileType:
        value = static_cast<double>(random() % kFileTypes.size());
        break;
      case SweepAxis::cacheType:
        value = static_cast<double>(random() % kCacheTypes.size());
        break;
      case SweepAxis::gpuLayers:
        value = random() % 4 == 0 ? kAllLayers : between(0, offloadableLayers(model));
        break;
      case SweepAxis::cpuMoeLayers:
        value = between(0, model.layerCount);
        break;
      case SweepAxis::sequences:
        value = between(1, 8);
        break;
      case SweepAxis::microBatchSize:
        value = between(1, 2048);
        break;
      case SweepAxis::memory:
        value = between(1e9, 8e10);
        break;
      case SweepAxis::bandwidth:
        value = between(1e11, 4e12);
        break;
      case SweepAxis::promptLength:
        value = between(0, 300);
        break;
      case SweepAxis::cachedTokens:
        value = between(0, 500);
        break;
      case SweepAxis::concurrency:
        value = between(1, 6);
        break;
    }
  }
  return values;
}

constexpr std::array kOutputs = {
    SweepOutput::verdict,   SweepOutput::bytes,      SweepOutput::decodeP10,           SweepOutput::decodeP50,
    SweepOutput::decodeP90, SweepOutput::prefillP50, SweepOutput::timeToFirstTokenP50, SweepOutput::decodeLimit};

TEST(Sweep, EqualsThePointByPointFunctionsToTheLastBit) {
  std::mt19937 random(20261128);  // NOLINT(cert-msc32-c,cert-msc51-cpp): the same draws every time
  for (int round = 0; round < 150; ++round) {
    const std::size_t gpus = random() % 3;
    const Question question = questionOf(round % 2 == 0 ? llama() : mixture(64, 8, 768), gpus);
    std::array<SweepAxis, kSweepAxes.size()> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<SweepAxis>(i);
    std::shuffle(all.begin(), all.end(), random);
    std::vector<std::vector<double>> values;
    std::vector<SweepValues> axes;
    for (std::size_t i = 0; i < 1 + random() % kMaximumSweepAxes; ++i) {
      // Memory and bandwidth of a machine without GPUs are the host's, which apply() does not know.
      if (gpus == 0 && (all[i] == SweepAxis::memory || all[i] == SweepAxis::bandwidth)) continue;
      values.push_back(someOf(random, all[i], question.model));
      axes.push_back({all[i], {}});
    }
    if (axes.empty()) continue;
    for (std::size_t i = 0; i < axes.size(); ++i) axes[i].values = values[i];
    const std::size_t points = sweepPoints(axes);
    std::vector<std::vector<double>> filled(kOutputs.size(), std::vector<double>(points, -1));
    std::vector<SweepColumn<double>> columns;
    for (std::size_t i = 0; i < kOutputs.size(); ++i) columns.push_back({kOutputs[i], filled[i], gpus});
    SweepPoint point(question.model, question.runtime, question.machine, question.hardware, question.workload);
    sweep<double>(point, axes, columns);
    for (std::size_t at = 0; at < points; ++at) {
      Question here = question;
      std::size_t left = at;
      for (std::size_t i = axes.size(); i-- > 0; left /= values[i].size()) {
        apply(here, axes[i].axis, values[i][left % values[i].size()]);
      }
      for (std::size_t i = 0; i < kOutputs.size(); ++i) {
        ASSERT_EQ(filled[i][at], pointwise(here, kOutputs[i], gpus)) << "round " << round << " output " << i;
      }
    }
  }
}

TEST(Sweep, FillsAGridPieceByPieceAsAtOnce) {
  const Question q = questionOf(llama(), 1);
  const std::array<double, 3> contexts = {4096, 8192, 16384};
  const std::array<double, 2> rates = {5e11, 1e12};
  const std::array<SweepValues, 2> axes = {{{SweepAxis::contextLength, contexts}, {SweepAxis::bandwidth, rates}}};
  std::array<float, 6> whole{};
  std::array<float, 6> pieces{};
  SweepPoint point(q.model, q.runtime, q.machine, q.hardware, q.workload);
  const std::array<SweepColumn<float>, 1> at = {{{SweepOutput::decodeP50, whole}}};
  const std::array<SweepColumn<float>, 1> by = {{{SweepOutput::decodeP50, pieces}}};
  sweep<float>(point, axes, at);
  SweepPoint again(q.model, q.runtime, q.machine, q.hardware, q.workload);
  for (std::size_t first = 0; first < 6; first += 2) ASSERT_TRUE(trySweep<float>(again, axes, by, first, 2));
  EXPECT_EQ(whole, pieces);
}

TEST(Sweep, RefusesGridsThatAreNone) {
  const Question q = questionOf(llama(), 1);
  SweepPoint point(q.model, q.runtime, q.machine, q.hardware, q.workload);
  std::array<double, 2> column{};
  const std::array<SweepColumn<double>, 1> columns = {{{SweepOutput::decodeP50, column}}};
  const auto refusal = [&](std::span<const SweepValues> axes, std::size_t first, std::size_t count) {
    const auto swept = trySweep<double>(point, axes, columns, first, count);
    return swept ? std::string_view() : swept.violation().parameter;
  };
  EXPECT_EQ(refusal({}, 0, 0), "axes");
  const std::array<double, 2> rates = {5e11, 1e12};
  const std::array<SweepValues, 1> one = {{{SweepAxis::bandwidth, rates}}};
  EXPECT_EQ(refusal(one, 1, 1), "first");
  EXPECT_EQ(refusal(one, 0, 1), "count");
  const std::array<double, 3> three = {1, 2, 3};
  const std::array<SweepValues, 1> other = {{{SweepAxis::gpuLayers, three}}};
  EXPECT_EQ(refusal(other, 0, 3), "columns[]");
}

TEST(Sweep, RefusesAContextThatIsTooShortForTheWorkloadOfAnyPoint) {
  const Question q = questionOf(llama(), 1);
  SweepPoint point(q.model, q.runtime, q.machine, q.hardware, q.workload);
  std::array<double, 4> column{};
  const std::array<SweepColumn<double>, 1> columns = {{{SweepOutput::decodeP50, column}}};
  const std::array<double, 2> contexts = {65536, 1024};
  const std::array<double, 2> prompts = {100, 4000};
  const std::array<SweepValues, 2> axes = {{{SweepAxis::promptLength, prompts}, {SweepAxis::contextLength, contexts}}};
  const auto swept = trySweep<double>(point, axes, columns, 0, 4);
  ASSERT_FALSE(swept);
  EXPECT_EQ(swept.violation().parameter, "workload.promptLength + cachedTokens + outputLength");
}

}  // namespace LLMCALC_FILE
