// machine.hpp: a machine, as far as it holds a plan.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/base/units.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// How the memory of GPU and host hang together.
enum class MemoryKind : std::uint8_t {
  separate,  // cards with memory of their own
  apple,     // one pool, of which Metal gives the GPU a part
  amd,       // one pool, of which the driver maps a part (GTT) beside what the firmware set aside
  shared,    // one pool, all of it for either (DGX Spark)
};
inline constexpr std::array<std::string_view, 4> kMemoryKinds = {"separate", "apple", "amd", "shared"};

// Bytes that a plan should leave free on a GPU. llama.cpp's own --fit-target is 1024 MiB per device.
inline constexpr double kDefaultGpuMargin = 1024.0 * kBytesPerMiB;
// Bytes that a plan should leave free of the host's memory, or of a unified pool, for the system and its programs: a
// quarter of it, but at most 4 GiB.
inline constexpr double kMostHostMargin = 4.0 * kBytesPerGiB;
[[nodiscard]] constexpr double defaultHostMargin(double hostMemory) noexcept {
  return std::min(kMostHostMargin, hostMemory / 4.0);
}

// Memory of a host and of its GPUs. Of a unified pool, hostMemory is the whole pool and gpuMemory the part that GPUs
// may use.
struct Machine {
  MemoryKind kind = MemoryKind::separate;  // all but `separate` have one pool for host and GPU
  double hostMemory = 0;                   // bytes that the system has, at least 1 MiB; with one pool all of it
  double hostReserved = 0;                 // bytes in use by others: 0, or at least 1 MiB
  std::optional<double> hostMargin;        // bytes that should stay free; none: defaultHostMargin(hostMemory)
  double gpuCount = 0;
  // Bytes that the driver reports. Of a unified pool 0 stands for unifiedMemoryBudget().
  std::array<double, Runtime::kMaximumGpus> gpuMemory{};
  std::array<double, Runtime::kMaximumGpus> gpuReserved{};  // bytes in use by others
  // Bytes that should stay free. Of a unified pool they are a part of the budget.
  std::array<double, Runtime::kMaximumGpus> gpuMargin = [] {
    std::array<double, Runtime::kMaximumGpus> margins{};
    margins.fill(kDefaultGpuMargin);
    return margins;
  }();
};

template <>
inline constexpr auto kFields<Machine> = std::tuple{
    field::Choice{"machine.kind", &Machine::kind, kMemoryKinds},
    field::Measure{"machine.hostMemory", &Machine::hostMemory, &kBytes},
    field::Measure{"machine.hostReserved", &Machine::hostReserved, &kBytesOrNone},
    field::OptionalMeasure{"machine.hostMargin", &Machine::hostMargin, &kBytesOrNone},
    field::Count{"machine.gpus", &Machine::gpuCount, &kGpuRange},
};

template <>
inline constexpr auto kGpuFields<Machine> = std::tuple{
    field::Each{"machine.gpus[].memory", &Machine::gpuMemory},
    field::Each{"machine.gpus[].reserved", &Machine::gpuReserved},
    field::Each{"machine.gpus[].margin", &Machine::gpuMargin},
};

// Bytes of a pool of memory that its GPU may use.
//
//   apple             74 % of up to 24 GiB, 81 % of 64, 84 % of 128 and more, straight lines between
//   amd               half
//   shared, separate  all of it
//
// kind       how the memory of GPU and host hang together.
// installed  bytes of the pool, at least 1 MiB. Nothing is refused here: fits() checks its machine.
//
// Source: recommendedMaxWorkingSetSize of current macOS is 11.84 of 16 GiB, 17.76 of 24, 51.84 of 64 and 107.52 of 128
// (llmfit#754, antirez/ds4#893). The translation table of AMD's driver (GTT) maps half by default
// (kyuz0/amd-strix-halo-vllm-toolboxes#81). A user may raise either; that is what Machine::gpuMemory is for.
[[nodiscard]] inline double unifiedMemoryBudget(MemoryKind kind, double installed) noexcept {
  struct Point {
    double installed;
    double share;
  };
  constexpr std::array<Point, 4> kApple = {{{16.0, 0.74}, {24.0, 0.74}, {64.0, 0.81}, {128.0, 0.84}}};
  if (kind == MemoryKind::amd) return installed * 0.5;
  if (kind != MemoryKind::apple) return installed;
  const double gib = bytesToGiB(installed);
  if (gib <= kApple.front().installed) return installed * kApple.front().share;
  for (std::size_t i = 1; i < kApple.size(); ++i) {
    const Point& a = kApple[i - 1];
    const Point& b = kApple[i];
    if (gib <= b.installed) {
      return installed * (a.share + (b.share - a.share) * (gib - a.installed) / (b.installed - a.installed));
    }
  }
  return installed * kApple.back().share;
}

}  // namespace llmcalc
