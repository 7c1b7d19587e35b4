// fits.hpp: whether every device of a machine has room for its part of a plan.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "llmcalc/answer/memory_plan.hpp"
#include "llmcalc/base/check.hpp"
#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/machine/machine.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// What a plan needs of one device, against what the device has.
struct DeviceFit {
  double needed = 0;     // bytes that the plan takes
  double available = 0;  // memory without what is reserved
  double margin = 0;     // what should stay free of that
  // Bytes missing, or 0.
  [[nodiscard]] constexpr double shortBy() const noexcept { return beyond(0.0); }
  // Bytes missing for the margin as well. A device of which nothing is needed misses none.
  [[nodiscard]] constexpr double shortOfMargin() const noexcept { return needed > 0.0 ? beyond(margin) : 0.0; }

 private:
  [[nodiscard]] constexpr double beyond(double free) const noexcept {
    const double missing = needed + free - available;
    return missing > 0.0 ? missing : 0.0;
  }
};

template <>
inline constexpr auto kFields<DeviceFit> = std::tuple{
    field::Number{"fit.devices[].needed", &DeviceFit::needed},
    field::Number{"fit.devices[].available", &DeviceFit::available},
    field::Number{"fit.devices[].margin", &DeviceFit::margin},
};

enum class Verdict : std::uint8_t {
  fits,        // with all margins
  tight,       // only without
  doesNotFit,  // not at all
};
inline constexpr std::array<std::string_view, 3> kVerdicts = {"fits", "tight", "doesNotFit"};

// Whether a machine has room for a plan, device by device.
struct Fit {
  // Every device has the bytes that are needed: they may be allocated, if nobody else takes them.
  bool fits = true;
  Verdict verdict = Verdict::fits;  // room with all margins, only without them, or none
  double gpuCount = 0;
  std::array<DeviceFit, Runtime::kMaximumGpus> gpus{};
  DeviceFit host;  // of a unified pool, what GPUs and host need together
};

template <>
inline constexpr auto kFields<Fit> = std::tuple{
    field::Flag{"fit.fits", &Fit::fits},
    field::Choice{"fit.verdict", &Fit::verdict, kVerdicts},
};

namespace detail {

// Finds the first thing that is wrong with a plan and a machine. Messages number the devices of a plan as JavaScript
// does: the GPUs from 0, and the host after the last GPU.
[[nodiscard]] inline Checker checkFit(const MemoryPlan& plan, const Machine& machine) noexcept {
  constexpr Range kPlanned{"", "the host and up to 16 GPUs", 0.0, static_cast<double>(Runtime::kMaximumGpus)};
  Checker check;
  check.whole("plan.devices", plan.gpuCount, kPlanned);
  for (const field::Measure<Machine>& row : kMeasured<Machine>) {
    check.measure(row.name, machine.*row.member, *row.quantity);
  }
  if (machine.hostMargin) check.measure("machine.hostMargin", *machine.hostMargin, kBytesOrNone);
  check.fields<kChecked<Machine>>(machine);
  const bool separate = machine.kind == MemoryKind::separate;
  check.require(!separate || machine.gpuCount >= plan.gpuCount, "machine.gpus", "at least as many as the plan has",
                machine.gpuCount);
  if (check.found()) return check;
  const auto total = [&](const DeviceMemory& device, double index) {
    const double bytes = device.total();
    check.require(bytes >= 0.0 && bytes <= 1e18, "plan.devices[].total", "from 0 to 1e18 bytes", bytes, index);
  };
  for (std::size_t i = 0, n = asCount(plan.gpuCount); i < n; ++i) total(plan.gpus[i], static_cast<double>(i));
  total(plan.host, plan.gpuCount);
  // A plan for a unified pool may have more GPUs than the machine says.
  for (std::size_t i = 0, n = asCount(std::max(machine.gpuCount, plan.gpuCount)); i < n; ++i) {
    const auto index = static_cast<double>(i);
    const bool planned = separate && index < plan.gpuCount;
    check.measure("machine.gpus[].memory", machine.gpuMemory[i], planned ? kBytes : kGivenBytes, index);
    check.measure("machine.gpus[].reserved", machine.gpuReserved[i], kBytesOrNone, index);
    check.measure("machine.gpus[].margin", machine.gpuMargin[i], kBytesOrNone, index);
  }
  return check;
}

}  // namespace detail

// Whether every device of a plan has room on a machine.
//
//   needed     what the plan's device takes in total
//   available  memory - reserved, at least 0
//   fits       needed <= available on every device
//   verdict    fits with all margins free, tight without them, doesNotFit
//
// Memories of devices are never added up, with one exception: a unified pool must hold what its GPUs may use
// (unifiedMemoryBudget, or gpuMemory where given) and also everything that GPUs and host need together.
//
// plan     a plan whose devices each take from 0 to 1e18 bytes.
// machine  bytes of its memories, at least 1 MiB each (a smaller number is taken for a mistaken unit and refused with
//          the number that was probably meant); reserved and margin may be 0; cards of its own memory must be at least
//          as many as the plan's GPUs, up to 16.
//
// The result is the fit or the first Violation. Nothing throws or allocates.
// Source: margins are llama.cpp's own --fit-target and a quarter of the host's memory, at most 4 GiB (machine.hpp).
[[nodiscard]] inline Result<Fit> tryFits(const MemoryPlan& plan, const Machine& machine) noexcept {
  const Checker check = detail::checkFit(plan, machine);
  if (check.found()) return check.violation();

  const auto left = [](double memory, double reserved) { return memory > reserved ? memory - reserved : 0.0; };
  Fit fit;
  fit.gpuCount = plan.gpuCount;
  const auto count = [&](const DeviceFit& device) {
    if (device.shortBy() > 0.0) {
      fit.fits = false;
      fit.verdict = Verdict::doesNotFit;
    } else if (fit.fits && device.shortOfMargin() > 0.0) {
      fit.verdict = Verdict::tight;
    }
  };
  const bool unified = machine.kind != MemoryKind::separate;
  fit.host = {plan.host.total(), left(machine.hostMemory, machine.hostReserved),
              machine.hostMargin.value_or(defaultHostMargin(machine.hostMemory))};
  for (std::size_t i = 0, n = asCount(plan.gpuCount); i < n; ++i) {
    double memory = machine.gpuMemory[i];
    if (unified && memory == 0.0) memory = unifiedMemoryBudget(machine.kind, machine.hostMemory);
    fit.gpus[i] = {plan.gpus[i].total(), left(memory, machine.gpuReserved[i]), machine.gpuMargin[i]};
    if (unified) fit.host.needed += fit.gpus[i].needed;
    count(fit.gpus[i]);
  }
  count(fit.host);
  return fit;
}

// The fit that tryFits gives. A violation is thrown as ArgumentError (base/result.hpp); a build without exceptions
// prints its text and aborts.
[[nodiscard]] inline Fit fits(const MemoryPlan& plan, const Machine& machine) {
  return valueOrReject("fits", tryFits(plan, machine));
}

}  // namespace llmcalc
