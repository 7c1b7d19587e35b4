// profiles.hpp: what is known of a device by its name: its own profile, else its family's, else its back end's.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string_view>

#include "llmcalc/engines/llama_cpp/builds.hpp"
#include "llmcalc/machine/backend.hpp"
#include "llmcalc/speed/profile.hpp"
#include "llmcalc/speed/profile_data.hpp"

namespace llmcalc {

namespace detail {

[[nodiscard]] constexpr SpeedProfile backendProfile(GpuBackend backend) noexcept {
  const auto& numbers = speed::kBackendProfiles[static_cast<std::size_t>(backend)];
  SpeedProfile profile;
  std::size_t next = 0;
  for (const ProfileField& field : kProfileFields) profile.*field.member = static_cast<double>(numbers[next++]);
  for (double& operations : profile.operationsPerWeight) operations = static_cast<double>(numbers[next++]);
  for (double& cost : profile.prefillCost) cost = static_cast<double>(numbers[next++]);
  return profile;
}

template <typename Adjustments>
[[nodiscard]] constexpr bool adjust(SpeedProfile& profile, const Adjustments& adjustments, GpuBackend backend,
                                    std::string_view name) noexcept {
  for (const speed::Adjustment& adjustment : adjustments) {
    if (adjustment.backend != backend || adjustment.name != name) continue;
    for (std::size_t i = 0; i < speed::kAdjusted.size(); ++i) {
      profile.*speed::kAdjusted[i] *= static_cast<double>(adjustment.factors[i]);
    }
    return true;
  }
  return false;
}

[[nodiscard]] constexpr Spread spreadOf(const std::array<float, 3>& quantiles) noexcept {
  return {static_cast<double>(quantiles[0]), static_cast<double>(quantiles[1]), static_cast<double>(quantiles[2])};
}

// The bands where nothing that was measured is like it: of each kind of rates the widest of all back ends.
[[nodiscard]] constexpr SpeedProfile widestProfile() noexcept {
  SpeedProfile widest;
  for (const auto& backend : speed::kSpreads) {
    const auto& spreads = backend[static_cast<std::size_t>(Evidence::none)];
    for (std::size_t kind = 0; kind < spreads.size(); ++kind) {
      const Spread spread = spreadOf(spreads[kind]);
      Spread& most = widest.*kProfileSpreads[kind];
      most.p10 = std::min(most.p10, spread.p10);
      most.p90 = std::max(most.p90, spread.p90);
    }
  }
  return widest;
}
// By back end, whether weights of a tensor type are the most of a file that was measured.
using MeasuredByType = std::array<std::array<bool, kTensorTypes.size()>, kBackends.size()>;
inline constexpr MeasuredByType kMeasuredByType = [] {
  MeasuredByType measured{};
  for (const speed::MeasuredType& row : speed::kMeasuredTypes) {
    measured[static_cast<std::size_t>(row.backend)][static_cast<std::size_t>(baseType(row.fileType))] = true;
  }
  return measured;
}();

// The first builds of llama.cpp in 2024 and in 2025.
inline constexpr double kFirstBuildOf2024 = 1750.0;
inline constexpr double kFirstBuildOf2025 = 4410.0;

}  // namespace detail

namespace speed {

inline constexpr SpeedProfile kWidest = detail::widestProfile();

// Widens `spread` about its own median until it is no narrower than `least`.
[[nodiscard]] constexpr Spread widened(const Spread& spread, const Spread& least) noexcept {
  return {std::min(spread.p10, least.p10 * spread.p50), spread.p50, std::max(spread.p90, least.p90 * spread.p50)};
}

}  // namespace speed

// `profile` with evidence, and with the bands that estimates of `backend` on such evidence have
// (data/speed_spreads.csv: measured over estimated, by cross-validation).
[[nodiscard]] constexpr SpeedProfile withEvidence(SpeedProfile profile, GpuBackend backend,
                                                  Evidence evidence) noexcept {
  const auto& spreads = speed::kSpreads[static_cast<std::size_t>(backend)][static_cast<std::size_t>(evidence)];
  for (std::size_t kind = 0; kind < spreads.size(); ++kind) {
    profile.*kProfileSpreads[kind] = detail::spreadOf(spreads[kind]);
  }
  profile.measured = detail::spreadOf(speed::kMeasuredSpread);
  profile.evidence = evidence;
  return profile;
}

// Whether `backend` was measured with a file whose weights are of the type that most of `fileType`'s are
// (data/speed_types.csv). Where it was not, what such weights cost is a prior that no measurement moved.
[[nodiscard]] constexpr bool isMeasured(GpuBackend backend, FileType fileType) noexcept {
  return detail::kMeasuredByType[static_cast<std::size_t>(backend)][static_cast<std::size_t>(baseType(fileType))];
}

// The shipped profile of a device under a back end of llama.cpp: the back end's, times the factors of the device's
// family, times the device's own. `evidence` says how far that went.
//
// backend  what llama.cpp was built for.
// family   as in data/devices.csv; for processors "Apple", "x86" or "vCPU". A name that is not known leaves the back
//          end's profile, with its wider bands.
// device   as in data/devices.csv; a name that is not known leaves the family's profile.
// build    llama.cpp's build number: builds before 4410 (2025) and before 1750 (2024) were slower.
//
// It refuses nothing. Source: fitted by scripts/fit-speed.mjs (data/runtime_profiles.csv), errors in docs/speed.md.
[[nodiscard]] constexpr SpeedProfile speedProfile(GpuBackend backend, std::string_view family,
                                                  std::string_view device = {},
                                                  double build = kReferenceBuild) noexcept {
  SpeedProfile profile = detail::backendProfile(backend);
  Evidence evidence = Evidence::backend;
  if (detail::adjust(profile, speed::kFamilyAdjustments, backend, family)) evidence = Evidence::family;
  if (detail::adjust(profile, speed::kDeviceAdjustments, backend, device)) evidence = Evidence::device;
  if (build < detail::kFirstBuildOf2025) {
    const std::string_view year = build < detail::kFirstBuildOf2024 ? "2023" : "2024";
    if (!detail::adjust(profile, speed::kBuildAdjustments, backend, year)) evidence = Evidence::backend;
  }
  profile = withEvidence(profile, backend, evidence);
  if (evidence != Evidence::device) return profile;
  // Where a device has rows enough, its own bands.
  for (const speed::DeviceSpread& own : speed::kDeviceSpreads) {
    if (own.backend == backend && own.name == device) {
      profile.*kProfileSpreads[own.kind] = detail::spreadOf(own.quantiles);
    }
  }
  return profile;
}

}  // namespace llmcalc
