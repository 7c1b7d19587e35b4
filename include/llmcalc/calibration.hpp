// calibration.hpp: profiles from measurements.
//
// Every parameter of a profile gets a factor, whose logarithm is normally distributed around what is known before;
// the factors are those that make measurements and prior most likely together (Gauss-Newton, with outliers weighted
// down). One measurement moves the parameters that it says most about, two of different models tell bandwidth and fixed
// time apart. scripts/fit-speed.mjs makes the shipped profiles with the same code: back ends around the defaults,
// families around their back end, devices around their family.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/engines/llama_cpp/speed/prompt.hpp"
#include "llmcalc/engines/llama_cpp/speed/step.hpp"
#include "llmcalc/engines/names.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/checks.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/profiles.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc {

// What a benchmark measured: decoding all sequences together, or one prompt.
enum class Metric : std::uint8_t { decode, prefill };
inline constexpr std::array<std::string_view, 2> kMetrics = {"decode", "prefill"};

// One number that a benchmark printed.
struct Measurement {
  Metric metric = Metric::decode;  // of decoding, all sequences together, or of the prompt
  double tokensPerSecond = 0;      // 1e-6 to 1e9
  double weight = 1;               // 1: as good as the others; 0 to 1e6
};

template <>
inline constexpr auto kFields<Measurement> = std::tuple{
    field::Choice{"measurements[].metric", &Measurement::metric, kMetrics},
    field::Number{"measurements[].tokensPerSecond", &Measurement::tokensPerSecond},
    field::Number{"measurements[].weight", &Measurement::weight},
};

// Fits the profiles of one machine to measurements. It keeps sums alone, so that measurements are passed again in every
// round:
//
//   followMachine(calibration);
//   do {
//     for (each measurement) calibration.add(...);
//   } while (!calibration.step());  // the factors settle in a few rounds
//   hardware = calibration.calibrated(hardware, backend);
//
// Source: Gauss-Newton on the logarithms of the factors with pseudo-Huber weights for outliers; how far calibrated
// estimates are off: docs/speed.md. An object is 55 KB: better static than on a small stack.
class Calibration {
 public:
  static constexpr std::size_t kMaximumFree = 80;
  static constexpr std::size_t kProfileLength = kProfileFields.size() + 2 * kTensorTypes.size();

  // Forgets parameters and measurements. `outlier`: residuals beyond so many times the usual noise (6 %) count less
  // than their square.
  constexpr void clear(double outlier = 1.0) noexcept {
    outlier_ = outlier;
    count_ = 0;
    best_ = -1;
    logs_.fill(0.0);
    gpuBytes_ = 0;
    hostBytes_ = 0;
    forget();
  }

  // Lets parameter `index` (0 to 189) vary: the numbers of the GPUs' profile have their order there (kProfileFields,
  // operationsPerWeight, prefillCost), and after them those of the host's. What is known before is that the factor's
  // logarithm has the mean `center` (-10 to 10) and the standard deviation `deviation` (1e-6 to 10). Answers what is
  // out of range, or a violation with an empty name; at most 80 parameters are free.
  [[nodiscard]] constexpr Violation free(double index, double deviation, double center = 0.0) noexcept {
    constexpr double kLast = 2.0 * static_cast<double>(kProfileLength) - 1.0;
    if (count_ == kMaximumFree) return {"parameters", "at most 80", static_cast<double>(count_) + 1.0};
    if (!isWhole(index) || index < 0.0 || index > kLast) {
      return {"parameters[].parameter", "a whole number from 0 to 189", index};
    }
    if (!(deviation >= 1e-6 && deviation <= 10.0)) return {"parameters[].deviation", "from 1e-6 to 10", deviation};
    if (!(center >= -10.0 && center <= 10.0)) return {"parameters[].center", "from -10 to 10", center};
    indices_[count_] = static_cast<std::size_t>(index);
    deviations_[count_] = deviation;
    centers_[count_] = center;
    ++count_;
    return {};
  }

  // Takes a measurement into account; `hardware` has the profiles before calibration. Answers the estimate with the
  // factors so far, in tokens/s. A context of 0 is as long as the workload needs. Violation: what tryEstimateSpeed()
  // refuses, an engine that is not llama.cpp, a rate or a weight out of range, prefill without a prompt.
  Result<double> add(const ModelSpec& model, Runtime runtime, Hardware hardware, const Workload& workload,
                     const Measurement& measured, const MeasuredWeights* weights = nullptr) noexcept {
    // What was measured was held; a table seldom says by which context.
    if (runtime.contextLength == 0.0) {
      const double length = workload.promptLength + workload.cachedTokens + workload.outputLength;
      runtime.contextLength = std::max(model.contextLength, length * std::max(workload.concurrency, runtime.sequences));
    }
    const Violation wrong = speedViolation(model, runtime, hardware, workload);
    if (!wrong.parameter.empty()) return wrong;
    // What varies is of llama.cpp's laws; vLLM's have no profile.
    if (runtime.engine == Engine::vllm) {
      Violation other{"runtime.engine", "llama.cpp in a measurement"};
      other.text = kEngines[static_cast<std::size_t>(Engine::vllm)];
      return other;
    }
    if (!(measured.tokensPerSecond >= 1e-6 && measured.tokensPerSecond <= 1e9)) {
      return Violation{"measurements[].tokensPerSecond", "from 1e-6 to 1e9", measured.tokensPerSecond};
    }
    if (!(measured.weight >= 0.0 && measured.weight <= 1e6)) {
      return Violation{"measurements[].weight", "from 0 to 1e6", measured.weight};
    }
    const bool prefill = measured.metric == Metric::prefill;
    if (prefill && workload.promptLength == 0.0) {
      return Violation{"workload.promptLength", "at least 1 where prefill was measured", 0.0};
    }
    speed::SpeedShape shape;
    speed::fillShape(shape, model, runtime, workload.fileBytes, weights);
    if (!prefill) remember(shape, runtime);
    apply(hardware);
    const auto estimate = [&] {
      if (prefill) {
        return workload.promptLength /
               speed::promptTerms(shape, model, runtime, hardware, workload.promptLength, workload.cachedTokens)
                   .total();
      }
      const double depth = workload.cachedTokens + workload.promptLength + 0.5 * workload.outputLength;
      return workload.concurrency /
             speed::stepTerms(shape, model, runtime, hardware, {workload.concurrency, 1.0, depth}).total();
    };
    const double value = estimate();
    // About the logarithm of the ratio, without one: it is the same in every build.
    const auto residual = [&](double rate) {
      return (rate - measured.tokensPerSecond) / std::sqrt(rate * measured.tokensPerSecond);
    };
    const double r = residual(value);
    std::array<double, kMaximumFree> slope{};
    for (std::size_t i = 0; i < count_; ++i) {
      double& parameter = at(hardware, indices_[i]);
      const double before = parameter;
      if (!matters(shape, indices_[i])) continue;
      parameter = before * (1.0 + kStep);
      slope[i] = (residual(estimate()) - r) / kStep / (1.0 - 0.25 * logs_[i] * logs_[i]);
      parameter = before;
    }
    const double scaled = r / (kNoise * outlier_);
    const double weight = measured.weight / (kNoise * kNoise * std::sqrt(1.0 + scaled * scaled));
    cost_ += measured.weight * 2.0 * outlier_ * outlier_ * (std::sqrt(1.0 + scaled * scaled) - 1.0);
    for (std::size_t i = 0; i < count_; ++i) {
      if (slope[i] == 0.0) continue;
      gradient_[i] += weight * slope[i] * r;
      for (std::size_t j = 0; j <= i; ++j) matrix_[i][j] += weight * slope[i] * slope[j];
    }
    return value;
  }

  // Moves the factors after all measurements of a round were added. Answers true when they no longer move.
  bool step() noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      const double off = (logs_[i] - centers_[i]) / deviations_[i];
      cost_ += off * off;
      gradient_[i] += off / deviations_[i];
      matrix_[i][i] += 1.0 / (deviations_[i] * deviations_[i]);
    }
    bool settled = true;
    if (best_ >= 0.0 && cost_ > best_) {
      // Too far: half way back.
      for (std::size_t i = 0; i < count_; ++i) {
        logs_[i] = 0.5 * (logs_[i] + before_[i]);
        if (std::abs(logs_[i] - before_[i]) > kSettled) settled = false;
      }
    } else {
      best_ = cost_;
      before_ = logs_;
      solve();
      for (std::size_t i = 0; i < count_; ++i) {
        const double move = std::clamp(gradient_[i], -0.5, 0.5);
        logs_[i] = std::clamp(logs_[i] - move, -kFurthest, kFurthest);
        if (std::abs(move) > kSettled) settled = false;
      }
    }
    forget();
    return settled;
  }

  // The factor of the i-th free parameter.
  [[nodiscard]] constexpr double factor(std::size_t i) const noexcept { return (2.0 + logs_[i]) / (2.0 - logs_[i]); }

  // Multiplies the profiles of `hardware` by the factors.
  constexpr void apply(Hardware& hardware) const noexcept {
    for (std::size_t i = 0; i < count_; ++i) at(hardware, indices_[i]) *= factor(i);
  }

  // `hardware` with calibrated profiles, which have evidence `calibrated` and its bands. Where GPUs or the host alone
  // did the work and one model was measured, measuredBytes says which: its own band is narrower.
  [[nodiscard]] constexpr Hardware calibrated(Hardware hardware, GpuBackend backend) const noexcept {
    apply(hardware);
    hardware.gpuProfile = withEvidence(hardware.gpuProfile, backend, Evidence::calibrated);
    hardware.hostProfile = withEvidence(hardware.hostProfile, GpuBackend::cpu, Evidence::calibrated);
    hardware.gpuProfile.measuredBytes = std::max(gpuBytes_, 0.0);
    hardware.hostProfile.measuredBytes = std::max(hostBytes_, 0.0);
    return hardware;
  }

 private:
  static constexpr double kNoise = 0.06;  // of a measurement, relative
  static constexpr double kStep = 1e-3;
  static constexpr double kSettled = 1e-4;
  static constexpr double kFurthest = 1.8;  // a factor of 19

  static constexpr double& at(Hardware& hardware, std::size_t index) noexcept {
    SpeedProfile& profile = index < kProfileLength ? hardware.gpuProfile : hardware.hostProfile;
    const std::size_t i = index % kProfileLength;
    if (i < kProfileFields.size()) return profile.*kProfileFields[i].member;
    const std::size_t type = i - kProfileFields.size();
    return type < kTensorTypes.size() ? profile.operationsPerWeight[type]
                                      : profile.prefillCost[type - kTensorTypes.size()];
  }

  // Whether a type's cost can matter: most are not in a file.
  static constexpr bool matters(const speed::SpeedShape& shape, std::size_t index) noexcept {
    const std::size_t i = index % kProfileLength;
    if (i < kProfileFields.size()) return true;
    const std::size_t type = (i - kProfileFields.size()) % kTensorTypes.size();
    return std::any_of(shape.work.begin(), shape.work.end(), [&](const speed::DeviceWork& w) {
      return w.dense[type] + w.head[type] + w.experts[type] > 0.0;
    });
  }

  // Which model was measured where one side alone did the work.
  void remember(const speed::SpeedShape& shape, const Runtime& runtime) noexcept {
    const bool host = speed::holdsWork(shape.work[speed::kHostWork]);
    bool gpus = false;
    for (std::size_t i = 0; i < static_cast<std::size_t>(runtime.gpuCount); ++i) {
      gpus = gpus || speed::holdsWork(shape.work[i]);
    }
    if (host == gpus) return;
    double& known = host ? hostBytes_ : gpuBytes_;
    const double bytes = speed::weightBytes(shape);
    known = known == 0.0 || std::abs(known - bytes) <= 1e-9 * bytes ? bytes : kSeveral;
  }

  // What was added since the last step.
  constexpr void forget() noexcept {
    cost_ = 0;
    gradient_.fill(0.0);
    for (auto& row : matrix_) row.fill(0.0);
  }

  // Cholesky: gradient_ becomes matrix_^-1 gradient_.
  void solve() noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      for (std::size_t j = 0; j <= i; ++j) {
        double sum = matrix_[i][j];
        for (std::size_t k = 0; k < j; ++k) sum -= matrix_[i][k] * matrix_[j][k];
        matrix_[i][j] = i == j ? std::sqrt(sum) : sum / matrix_[j][j];
      }
    }
    for (std::size_t i = 0; i < count_; ++i) {
      for (std::size_t k = 0; k < i; ++k) gradient_[i] -= matrix_[i][k] * gradient_[k];
      gradient_[i] /= matrix_[i][i];
    }
    for (std::size_t i = count_; i-- > 0;) {
      for (std::size_t k = i + 1; k < count_; ++k) gradient_[i] -= matrix_[k][i] * gradient_[k];
      gradient_[i] /= matrix_[i][i];
    }
  }

  static constexpr double kSeveral = -1;

  std::size_t count_ = 0;
  double outlier_ = 1;
  double gpuBytes_ = 0;  // SpeedProfile::measuredBytes, or kSeveral
  double hostBytes_ = 0;
  double cost_ = 0;
  double best_ = -1;
  std::array<std::size_t, kMaximumFree> indices_{};
  std::array<double, kMaximumFree> deviations_{};
  std::array<double, kMaximumFree> centers_{};
  std::array<double, kMaximumFree> logs_{};
  std::array<double, kMaximumFree> before_{};
  std::array<double, kMaximumFree> gradient_{};
  std::array<std::array<double, kMaximumFree>, kMaximumFree> matrix_{};
};

// Empties `calibration` and lets the profiles follow one machine, as far as the devices of a family are apart: ten
// numbers of the GPUs' profile and four of the host's, with the standard deviations of their factors' logarithms.
constexpr void followMachine(Calibration& calibration) noexcept {
  struct Freedom {
    double SpeedProfile::*member;
    double deviation;
  };
  constexpr std::array<Freedom, 10> kGpu = {{
      {&SpeedProfile::bandwidthShare, 0.2},
      {&SpeedProfile::kernelShare, 0.6},
      {&SpeedProfile::layerSeconds, 0.3},
      {&SpeedProfile::expertLayers, 0.3},
      {&SpeedProfile::cacheShare, 0.3},
      {&SpeedProfile::quantizedShare, 0.3},
      {&SpeedProfile::halfShare, 0.3},
      {&SpeedProfile::attentionShare, 0.4},
      {&SpeedProfile::prefillLayerSeconds, 0.3},
      {&SpeedProfile::expertPadding, 0.5},
  }};
  constexpr std::array<Freedom, 4> kOfHost = {{
      {&SpeedProfile::bandwidthShare, 0.3},
      {&SpeedProfile::kernelShare, 0.4},
      {&SpeedProfile::quantizedShare, 0.5},
      {&SpeedProfile::halfShare, 0.5},
  }};
  const auto follow = [&](const Freedom& freedom, std::size_t first) {
    for (std::size_t i = 0; i < kProfileFields.size(); ++i) {
      if (kProfileFields[i].member != freedom.member) continue;
      // Within range by the tables above.
      static_cast<void>(calibration.free(static_cast<double>(first + i), freedom.deviation));
    }
  };
  // A user's own rows are not outliers, however far from the profile.
  calibration.clear(10.0);
  for (const Freedom& freedom : kGpu) follow(freedom, 0);
  for (const Freedom& freedom : kOfHost) follow(freedom, Calibration::kProfileLength);
}

}  // namespace llmcalc
