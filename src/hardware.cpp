#include "hardware.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <initializer_list>
#include <limits>
#include <set>
#include <stdexcept>
#include <string_view>
#include <utility>

#include "llmcalc/base/result.hpp"
#include "llmcalc/catalog.hpp"
#include "say.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

namespace assumes = sentences::assumed;
namespace refused = sentences::refused;

[[noreturn]] void refuse(std::string_view sentence,
                         std::initializer_list<std::pair<std::string_view, std::string>> values = {}) {
  throw std::invalid_argument(say(sentence, values));
}

std::string sized(double bytes) {
  std::string text = toFixed(bytes / kGiB, 2);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text + " GiB";
}

bool isDescribed(const Options& o) { return !o.vram.empty() || !o.vramUsable.empty(); }
bool isHostDescribed(const Options& o) { return o.ram || o.ramBandwidth || o.threads; }
bool isProcessor(const std::string& name) { return lowered(trimmed(name)) == "cpu"; }

// GPUs and host while they are put together.
struct Parts {
  PlanHardware machine;
  std::vector<std::string> backends;
  std::string pool;  // the device that has one memory for all
};

template <typename Names>
std::size_t indexOf(const Names& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

std::optional<double> known(double number) { return number > 0.0 ? std::optional(number) : std::nullopt; }

PlanGpu gpuFrom(const catalog::Device& device) {
  PlanGpu gpu;
  gpu.name = device.name;
  gpu.memory = device.memory;
  gpu.memorySold = device.memorySold;
  gpu.memorySource = device.memorySource;
  gpu.bandwidth = device.bandwidth;
  gpu.multiprocessors = known(device.multiprocessors);
  gpu.family = device.profileFamily;
  gpu.shaderFlops = device.shaderFlops;
  gpu.halfFlops = device.halfFlops;
  gpu.quantizedOps = device.quantizedOps;
  gpu.power = device.power.value_or(0.0);
  return gpu;
}

// A device with one memory for processor and GPU becomes the machine.
void addUnified(Parts& parts, const catalog::Device& device, PlanGpu gpu) {
  parts.machine.kind = static_cast<MemoryKind>(indexOf(kMemoryKinds, device.memoryKind));
  parts.pool = device.name;
  // What it has is the pool's; the GPU's part of that follows the kind.
  PlanHost& host = parts.machine.host;
  if (!host.memory) host.memory = gpu.memory;
  if (!host.bandwidth) host.bandwidth = gpu.bandwidth;
  gpu.memory.reset();
  parts.machine.gpus.push_back(std::move(gpu));
}

void repeatGpu(Parts& parts, double count) {
  std::vector<PlanGpu>& gpus = parts.machine.gpus;
  if (count == static_cast<double>(gpus.size())) return;
  if (gpus.size() > 1) {
    refuse(refused::kRepeated, {{"count", formatNumber(count)}, {"devices", std::to_string(gpus.size())}});
  }
  if (gpus.empty()) refuse(refused::kNoGpu, {{"name", parts.machine.host.name}});
  gpus = std::vector<PlanGpu>(asCount(count), gpus.front());
}

// The devices that were named.
Parts namedParts(const Options& o) {
  Parts parts;
  PlanHost& host = parts.machine.host;
  for (const std::string& name : o.devices) {
    if (isProcessor(name)) refuse(refused::kProcessorAlone);
    const catalog::Device& device = catalog::findDevice(name);
    if (device.kind == "accelerator") refuse(refused::kAccelerator, {{"name", device.name}});
    if (device.kind == "cpu") {
      if (!host.name.empty()) {
        refuse(refused::kOneProcessor, {{"first", host.name}, {"second", device.name}});
      }
      host.name = device.name;
      host.bandwidth = device.bandwidth;
      continue;
    }
    parts.backends.push_back(device.backend);
    if (device.memoryKind.empty() || device.memoryKind == "separate") {
      parts.machine.gpus.push_back(gpuFrom(device));
    } else {
      addUnified(parts, device, gpuFrom(device));
    }
  }
  if (!parts.pool.empty() && o.devices.size() > 1) {
    refuse(refused::kPoolAlone, {{"name", parts.pool}});
  }
  if (o.gpus) repeatGpu(parts, *o.gpus);
  return parts;
}

// GPUs that are described by their numbers.
Parts describedParts(const Options& o) {
  const auto listed = static_cast<double>(std::max(o.vram.size(), o.vramUsable.size()));
  Parts parts;
  parts.machine.gpus.resize(asCount(o.gpus.value_or(listed)));
  return parts;
}

// One value for all GPUs, or one for each.
std::vector<std::optional<double>> each(const char* option, const std::vector<double>& values, std::size_t count) {
  if (values.size() > 1 && values.size() != count) {
    refuse(refused::kPerGpu,
           {{"option", option}, {"count", std::to_string(count)}, {"given", std::to_string(values.size())}});
  }
  std::vector<std::optional<double>> all(count);
  for (std::size_t i = 0; i < count && !values.empty(); ++i) all[i] = values[values.size() == 1 ? 0 : i];
  return all;
}

// Of a card's memory as sold, what a program can have.
struct Usable {
  std::string name;
  double share = 1;
};

// Of cards sold with so much memory, or the nearest to it, the one that leaves a program the least.
Usable leastOf(double sold) {
  Usable least;
  double nearest = std::numeric_limits<double>::infinity();
  for (const catalog::Device& device : catalog::devices()) {
    if (device.kind != "gpu" || !device.memory || !device.memorySold) continue;
    const double share = *device.memory / *device.memorySold;
    const double off = std::abs(*device.memorySold - sold);
    if (off < nearest || (off == nearest && share < least.share)) {
      nearest = off;
      least = {device.name, share};
    }
  }
  return least;
}

// Sizes and bandwidths that were said of GPUs.
void describeGpus(Parts& parts, const Options& o) {
  std::vector<PlanGpu>& gpus = parts.machine.gpus;
  const auto values = [&](const char* option, const std::vector<double>& list) {
    return each(option, list, gpus.size());
  };
  const auto vram = values("--vram", o.vram);
  const auto usable = values("--vram-usable", o.vramUsable);
  const auto bandwidth = values("--bandwidth", o.bandwidth);
  const auto reserve = values("--reserve", o.reserve);
  const auto margin = values("--margin", o.margin);
  const auto powerLimit = values("--power-limit", o.powerLimit);
  std::vector<std::string>& assumed = parts.machine.assumed;
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    PlanGpu& gpu = gpus[i];
    if (vram[i] && !parts.pool.empty()) {
      gpu.memory = *vram[i] * kGiB;
      gpu.memorySource = assumes::kGiven;
    } else if (vram[i] && gpu.memorySold != *vram[i] * kGiB) {
      const double sold = *vram[i] * kGiB;
      const bool isLike = gpu.memory && gpu.memorySold;
      const Usable least = isLike ? Usable{gpu.name, *gpu.memory / *gpu.memorySold} : leastOf(sold);
      const std::string like = isLike ? gpu.name : say(assumes::kLeastCard, {{"name", least.name}});
      gpu.memory = std::floor(sold * least.share);
      gpu.memorySold = sold;
      gpu.memorySource = say(assumes::kUsableSource, {{"like", like}});
      const std::string said =
          say(assumes::kUsable, {{"sold", sized(sold)}, {"usable", sized(*gpu.memory)}, {"like", like}});
      if (!usable[i] && std::find(assumed.begin(), assumed.end(), said) == assumed.end()) assumed.push_back(said);
    }
    if (usable[i]) {
      gpu.memory = *usable[i] * kGiB;
      gpu.memorySource = assumes::kGiven;
    }
    if (bandwidth[i]) gpu.bandwidth = *bandwidth[i] * 1e9;
    if (powerLimit[i]) {
      if (gpu.power == 0.0) refuse(refused::kPowerUnknown, {{"gpu", std::to_string(i)}});
      if (*powerLimit[i] < kLeastPower * gpu.power) {
        refuse(refused::kPowerLimit,
               {{"name", gpu.name}, {"power", formatNumber(gpu.power)}, {"limit", formatNumber(*powerLimit[i])}});
      }
      gpu.powerLimit = *powerLimit[i];
    }
    gpu.reserved = reserve[i].value_or(0.0) * kGiB;
    if (margin[i]) gpu.margin = *margin[i] * kGiB;
  }
}

void describeHost(Parts& parts, const Options& o) {
  PlanHost& host = parts.machine.host;
  if (o.ram) host.memory = *o.ram * kGiB;
  if (o.ramBandwidth) host.bandwidth = *o.ramBandwidth * 1e9;
  if (o.threads) host.threads = o.threads;
  if (parts.pool.empty()) return;
  const std::vector<PlanGpu>& gpus = parts.machine.gpus;
  if (!o.bandwidth.empty() && !o.ramBandwidth) {
    host.bandwidth = gpus.empty() ? std::nullopt : gpus.front().bandwidth;
  }
  if (!host.memory) refuse(refused::kRamOfPool, {{"name", parts.pool}});
}

// The back end that all of the GPUs have.
GpuBackend backendOf(Parts& parts, const Options& o) {
  if (o.backend) return *o.backend;
  if (parts.machine.gpus.empty()) return GpuBackend::cpu;
  const std::set<std::string> several(parts.backends.begin(), parts.backends.end());
  if (several.empty()) return GpuBackend::cuda;
  if (several.size() == 1) return static_cast<GpuBackend>(indexOf(kBackends, *several.begin()));
  parts.machine.assumed.push_back(say(assumes::kVendors));
  return GpuBackend::vulkan;
}

// Which GPUs get what.
PlanSplit splitGpus(Parts& parts, const Options& o) {
  std::vector<PlanGpu>& gpus = parts.machine.gpus;
  std::vector<std::string>& assumed = parts.machine.assumed;
  const std::size_t count = gpus.size();
  if (o.mainGpu && *o.mainGpu >= static_cast<double>(count)) {
    refuse(refused::kMainGpu, {{"count", std::to_string(count)}, {"given", formatNumber(*o.mainGpu)}});
  }
  if (!o.splits && count > 1) {
    const double at = o.mainGpu.value_or(0.0);
    gpus = {gpus[asCount(at)]};
    const std::string& name = gpus.front().name;
    assumed.push_back(
        say(name.empty() ? assumes::kOnlyGpu : assumes::kOnlyNamedGpu, {{"gpu", formatNumber(at)}, {"name", name}}));
    return {false, at, {}};
  }
  if (o.mainGpu && count > 1) {
    assumed.push_back(say(assumes::kMainGpu));
  }
  if (o.tensorSplit.empty() || count == 0) return {true, o.mainGpu, {}};
  if (o.tensorSplit.size() > count) {
    refuse(refused::kTensorSplit, {{"count", std::to_string(count)}, {"given", std::to_string(o.tensorSplit.size())}});
  }
  std::vector<double> shares = o.tensorSplit;
  shares.resize(count, 0.0);
  for (std::size_t i = 0; i < count; ++i) gpus[i].share = shares[i];
  return {true, o.mainGpu, shares};
}

void sayReserves(PlanHardware& machine, const Options& o) {
  std::vector<std::string> parts;
  if (!machine.gpus.empty() && o.reserve.empty()) parts.push_back(say(assumes::kReserve));
  if (!machine.gpus.empty() && o.margin.empty()) {
    parts.push_back(say(assumes::kMargin, {{"size", sized(PlanGpu().margin)}}));
  }
  if (machine.host.memory && !o.ramReserve) {
    parts.push_back(say(assumes::kRamReserve, {{"size", sized(defaultHostMargin(*machine.host.memory))}}));
  }
  if (parts.empty()) return;
  std::string text;
  for (const std::string& part : parts) text.append(text.empty() ? "" : ", ").append(part);
  if (text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 'a' + 'A');
  machine.assumed.push_back(text + ".");
}

std::optional<Parts> partsOf(const Options& o) {
  const bool processor = o.devices.empty() ? o.gpus == 0.0 : o.devices.size() == 1 && isProcessor(o.devices.front());
  if (processor && isDescribed(o)) refuse(refused::kVramOfNone);
  if (processor && (isHostDescribed(o) || !o.detect)) return Parts();
  if (processor) {
    refuse(
        "--ram, --ram-bandwidth or --threads is needed: what this machine has only the npm tool knows (--no-detect "
        "for sizes alone)");
  }
  if (!o.devices.empty()) return namedParts(o);
  if (isDescribed(o)) return describedParts(o);
  if (!o.detect) return std::nullopt;
  refuse("--device or --vram is needed: what this machine has only the npm tool knows (--no-detect for sizes alone)");
}

Json textOr(const std::string& text) { return text.empty() ? Json() : Json(text); }
Json numberOr(const std::optional<double>& number) { return number ? Json(*number) : Json(); }

}  // namespace

PlanMachine machineOf(const Options& o) {
  std::optional<Parts> made = partsOf(o);
  if (!made) return {};
  Parts& parts = *made;
  PlanHardware& machine = parts.machine;
  if (machine.gpus.size() > Runtime::kMaximumGpus) {
    refuse(refused::kMostGpus,
           {{"most", std::to_string(Runtime::kMaximumGpus)}, {"count", std::to_string(machine.gpus.size())}});
  }
  describeGpus(parts, o);
  describeHost(parts, o);
  for (const PlanGpu& gpu : machine.gpus) {
    if (!gpu.memory && parts.pool.empty()) refuse(refused::kVramNeeded, {{"name", gpu.name}});
  }
  machine.backend = backendOf(parts, o);
  const PlanSplit split = splitGpus(parts, o);
  sayReserves(machine, o);
  PlanHost& host = machine.host;
  host.reserved = o.ramReserve.value_or(0.0) * kGiB;
  host.margin = !o.ramReserve && host.memory ? defaultHostMargin(*host.memory) : 0.0;
  return {machine, split};
}

Json jsonOf(const PlanHardware& hardware) {
  Json gpus = Json::array();
  for (const PlanGpu& gpu : hardware.gpus) {
    Json json = {{"name", textOr(gpu.name)},
                 {"memory", numberOr(gpu.memory)},
                 {"memorySold", numberOr(gpu.memorySold)},
                 {"memorySource", textOr(gpu.memorySource)},
                 {"reserved", gpu.reserved},
                 {"margin", gpu.margin},
                 {"bandwidth", numberOr(gpu.bandwidth)},
                 {"multiprocessors", numberOr(gpu.multiprocessors)}};
    if (!gpu.family.empty()) json["family"] = gpu.family;
    if (gpu.shaderFlops > 0.0) json["shaderFlops"] = gpu.shaderFlops;
    if (gpu.halfFlops > 0.0) json["halfFlops"] = gpu.halfFlops;
    if (gpu.quantizedOps > 0.0) json["quantizedOps"] = gpu.quantizedOps;
    if (gpu.power > 0.0) json["power"] = gpu.power;
    if (gpu.powerLimit > 0.0) json["powerLimit"] = gpu.powerLimit;
    if (gpu.share) json["share"] = *gpu.share;
    gpus.push_back(json);
  }
  const PlanHost& host = hardware.host;
  return {{"kind", std::string(kMemoryKinds[static_cast<std::size_t>(hardware.kind)])},
          {"backend", std::string(kBackends[static_cast<std::size_t>(hardware.backend)])},
          {"gpus", gpus},
          {"host",
           {{"name", textOr(host.name)},
            {"memory", numberOr(host.memory)},
            {"bandwidth", numberOr(host.bandwidth)},
            {"threads", numberOr(host.threads)},
            {"reserved", host.reserved},
            {"margin", host.margin}}},
          {"detected", false}};
}

}  // namespace llmcalc
