// checks.hpp: whether a machine can be, and a workload on it.
#pragma once

#include <cmath>
#include <cstddef>
#include <limits>

#include "llmcalc/base/bits.hpp"
#include "llmcalc/base/check.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/engines/engines.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/model/checks.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/profile.hpp"

namespace llmcalc {

namespace detail {

inline constexpr auto kWorkloadFields = kChecked<Workload>;

// All measures of a table.
template <const auto& table, typename T>
constexpr void checkMeasures(Checker& check, const T& object,
                             double index = std::numeric_limits<double>::quiet_NaN()) noexcept {
  for (const field::Measure<T>& row : kMeasured<T, table>) {
    check.measure(row.name, object.*row.member, *row.quantity, index);
  }
}

constexpr void checkProfile(Checker& check, const SpeedProfile& profile) noexcept {
  for (const ProfileField& field : kProfileFields) {
    const double value = profile.*field.member;
    check.require(value >= 1e-12 && value <= 1e12, field.name.data(), "from 1e-12 to 1e12", value);
  }
  for (const ProfileCosts& costs : kProfileCosts) {
    for (const double cost : profile.*costs.member) {
      check.require(cost >= 0.0 && cost <= 1e6, "profile.costs", "from 0 to 1e6", cost);
    }
  }
  check.require(profile.measuredBytes >= 0.0 && profile.measuredBytes <= 1e15, "profile.measuredBytes",
                "from 0 to 1e15", profile.measuredBytes);
  for (Spread SpeedProfile::*const spread : kProfileSpreads) {
    const Spread& s = profile.*spread;
    check.require(s.p10 >= 1e-3 && s.p10 <= s.p50 && s.p50 <= s.p90 && s.p90 <= 1e3, "profile.spread",
                  "from 1e-3 to 1e3, p10 at most p50 at most p90", s.p50);
  }
}

// A sequence cannot be longer than its part of the cache. Sequences of one cache share it; where
// an engine has pages, each has its own.
constexpr void checkContext(Checker& check, const ModelSpec& model, const Runtime& runtime,
                            const Workload& workload) noexcept {
  const bool pages = withEngine(runtime.engine, [](auto engine) { return decltype(engine)::kPages; });
  const double context = runtime.contextLength > 0.0 ? runtime.contextLength : model.contextLength;
  const double length = workload.promptLength + workload.cachedTokens + workload.outputLength;
  check.limit(length, runtime.kvUnified || pages ? context : std::floor(context / runtime.sequences),
              "workload.promptLength + cachedTokens + outputLength", "at most the context of a sequence");
  if (pages) return;
  check.limit(workload.concurrency * length, context,
              "workload.concurrency * (promptLength + cachedTokens + outputLength)",
              "at most the context of all sequences");
}

constexpr void checkSpeed(Checker& check, const ModelSpec& model, const Runtime& runtime, const Hardware& hardware,
                          const Workload& workload) noexcept {
  check.require(hardware.gpuCount >= runtime.gpuCount, "machine.gpus", "at least as many as runtime.gpus",
                hardware.gpuCount);
  if (check.found()) return;
  for (std::size_t i = 0; i < static_cast<std::size_t>(runtime.gpuCount); ++i) {
    checkMeasures<kFields<Device>>(check, hardware.gpus[i], static_cast<double>(i));
  }
  checkMeasures<kHostFields>(check, hardware.host);
  const double threads = hardware.host.threads;
  check.require(threads == 0.0 || (threads >= 1.0 && threads <= 4096.0), "machine.host.threads",
                "from 1 to 4096, or 0 where unknown", threads);
  checkMeasures<kFields<Hardware>>(check, hardware);
  for (const SpeedProfile* profile : {&hardware.gpuProfile, &hardware.hostProfile}) {
    if (profile == &hardware.gpuProfile && runtime.gpuCount == 0.0) continue;
    checkProfile(check, *profile);
  }
  check.fields<kWorkloadFields>(workload);
  checkMeasures<kFields<Workload>>(check, workload);
  checkContext(check, model, runtime, workload);
}

// Whether a model and what an engine is told of it can be.
template <typename Check>
[[nodiscard]] constexpr Check checkRun(const ModelSpec& model, const Runtime& runtime) noexcept {
  Check check;
  checkModel(check, model);
  if (!check.found()) withEngine(runtime.engine, [&](auto engine) { decltype(engine)::check(check, model, runtime); });
  return check;
}

}  // namespace detail

// The first thing that is impossible in a question, or an empty name.
[[nodiscard]] constexpr Violation speedViolation(const ModelSpec& model, const Runtime& runtime,
                                                 const Hardware& hardware, const Workload& workload) noexcept {
  Checker check;
  if (kCompact || detail::checkRun<QuickChecker>(model, runtime).found()) {
    check = detail::checkRun<Checker>(model, runtime);
  }
  if (!check.found()) detail::checkSpeed(check, model, runtime, hardware, workload);
  return check.violation();
}

}  // namespace llmcalc
