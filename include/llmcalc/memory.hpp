// memory.hpp: what llama.cpp will allocate for a model, device by device.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/compute_buffer.hpp"
#include "llmcalc/kv_cache.hpp"
#include "llmcalc/model.hpp"
#include "llmcalc/offload.hpp"
#include "llmcalc/placement.hpp"
#include "llmcalc/runtime.hpp"
#include "llmcalc/units.hpp"
#include "llmcalc/validation.hpp"
#include "llmcalc/weights.hpp"

namespace llmcalc {

// What one device holds, in bytes. `overhead` is the backend's own and an estimate; the other terms are llama.cpp's.
struct DeviceMemory {
  double weights = 0;
  double kvCache = 0;
  double recurrentState = 0;
  double computeBuffer = 0;
  double outputBuffer = 0;
  double overhead = 0;
  double layers = 0;  // repeating layers placed here
  // Bytes of the weights here that are read for one token of one sequence: everything but the token embeddings, of the
  // experts the used.
  double bytesPerToken = 0;

  // Parts of the terms above, for explanation.
  double tokenEmbedding = 0;  // of weights, as are the next two
  double outputHead = 0;
  double experts = 0;
  double slidingCache = 0;    // of kvCache
  double inputs = 0;          // of computeBuffer
  Stage stage = Stage::none;  // the largest stage, which is the rest of computeBuffer

  [[nodiscard]] constexpr double total() const noexcept;
};

// What adds up to a device's total.
inline constexpr auto kTotalFields = std::tuple{
    field::Number{"plan.devices[].weights", &DeviceMemory::weights},
    field::Number{"plan.devices[].kvCache", &DeviceMemory::kvCache},
    field::Number{"plan.devices[].recurrentState", &DeviceMemory::recurrentState},
    field::Number{"plan.devices[].computeBuffer", &DeviceMemory::computeBuffer},
    field::Number{"plan.devices[].outputBuffer", &DeviceMemory::outputBuffer},
    field::Number{"plan.devices[].overhead", &DeviceMemory::overhead},
};
inline constexpr auto kLoadFields = std::tuple{
    field::Number{"plan.devices[].layers", &DeviceMemory::layers},
    field::Number{"plan.devices[].bytesPerToken", &DeviceMemory::bytesPerToken},
};
// Parts of what adds up to the total. What the largest stage has of the compute buffer is the rest beside `inputs`.
inline constexpr auto kPartFields = std::tuple{
    field::Number{"plan.devices[].terms.tokenEmbedding", &DeviceMemory::tokenEmbedding},
    field::Number{"plan.devices[].terms.outputHead", &DeviceMemory::outputHead},
    field::Number{"plan.devices[].terms.experts", &DeviceMemory::experts},
    field::Number{"plan.devices[].terms.slidingCache", &DeviceMemory::slidingCache},
    field::Number{"plan.devices[].terms.inputs", &DeviceMemory::inputs},
};
inline constexpr auto kStageFields = std::tuple{
    field::Choice{"plan.devices[].terms.stage", &DeviceMemory::stage, kStages},
};
template <>
inline constexpr auto kFields<DeviceMemory> = std::tuple_cat(kTotalFields, kLoadFields, kPartFields, kStageFields);

constexpr double DeviceMemory::total() const noexcept { return sumOfFields<kTotalFields>(*this); }

struct MemoryPlan {
  double gpuCount = 0;
  std::array<DeviceMemory, Runtime::kMaximumGpus> gpus{};
  DeviceMemory host;
  CacheCells cells;
  double outputs = 0;  // tokens of a micro-batch that get logits
  // Bytes of all tensors in the file, prediction blocks too; without its header and vocabulary.
  double fileBytes = 0;
  // Bytes of weights read for one token of one sequence: everything but the token embeddings, of the experts the used.
  double bytesPerToken = 0;
};

template <>
inline constexpr auto kFields<MemoryPlan> = std::tuple{
    field::Count{"plan.devices", &MemoryPlan::gpuCount},  // and the host
    field::Part{"plan.cells", &MemoryPlan::cells},
    field::Number{"plan.outputs", &MemoryPlan::outputs},
    field::Number{"plan.fileBytes", &MemoryPlan::fileBytes},
    field::Number{"plan.bytesPerToken", &MemoryPlan::bytesPerToken},
};

// Sizes from a real tensor list (a GGUF header), in bytes. They win over the file type.
struct MeasuredWeights {
  double tokenEmbedding = 0;
  double output = 0;  // the head as loaded; tied: the token embedding again
  std::array<LayerWeights, static_cast<std::size_t>(ModelSpec::kMaximumLayers)> layers{};
  double outputExtras = 0;  // what else is placed with the head
};

namespace detail {

// How far `value` is from a whole number within `range`, without branches: much of the time of a plan is checks.
// Of NaN the range leaves its minimum, and 2^52 added leaves no digits after the point.
[[nodiscard]] constexpr double offWhole(const Range& range, double value) noexcept {
  const double above = value > range.minimum ? value : range.minimum;
  const double within = above < range.maximum ? above : range.maximum;
  return within + kFirstAlwaysWhole - kFirstAlwaysWhole - value;
}

// A number of T that must be whole.
template <typename T>
struct Field {
  const char* name;
  double T::*member;
  const Range* range;
};

template <typename Row>
[[nodiscard]] constexpr const Range* rangeOf(const Row& row) noexcept {
  if constexpr (requires { row.range; }) {
    return row.range;
  } else {
    return nullptr;
  }
}

template <typename Row>
[[nodiscard]] constexpr bool isMeasure(const Row& /*row*/) noexcept {
  return false;
}
template <typename T>
[[nodiscard]] constexpr bool isMeasure(const field::Measure<T>& /*row*/) noexcept {
  return true;
}

// How many rows of a table are as `is` wants them.
template <typename T, typename Is>
[[nodiscard]] constexpr std::size_t countRows(Is is) noexcept {
  std::size_t count = 0;
  eachField<kFields<T>>([&](auto at) { count += is(at.kRow) ? 1U : 0U; });
  return count;
}

// The ranged numbers of a table.
template <typename T>
inline constexpr auto kChecked = [] {
  std::array<Field<T>, countRows<T>([](const auto& row) { return rangeOf(row) != nullptr; })> checked{};
  std::size_t next = 0;
  eachField<kFields<T>>([&](auto at) {
    if constexpr (rangeOf(at.kRow) != nullptr) checked[next++] = {at.kRow.name, at.kRow.member, at.kRow.range};
  });
  return checked;
}();

// The numbers of a table that are in a unit of their own.
template <typename T>
inline constexpr auto kMeasured = [] {
  std::array<field::Measure<T>, countRows<T>([](const auto& row) { return isMeasure(row); })> measured{};
  std::size_t next = 0;
  eachField<kFields<T>>([&](auto at) {
    if constexpr (isMeasure(at.kRow)) measured[next++] = at.kRow;
  });
  return measured;
}();

inline constexpr auto kModelFields = kChecked<ModelSpec>;
inline constexpr auto kGroupFields = kChecked<LayerGroup>;
inline constexpr auto kRuntimeFields = kChecked<Runtime>;

// The first violation of what it is given.
class Checker {
 public:
  template <const auto& all, typename T>
  constexpr void fields(const T& object, double index = std::numeric_limits<double>::quiet_NaN()) noexcept {
    for (const Field<T>& field : all) whole(field.name, object.*field.member, *field.range, index);
  }

  // Pointers, since passing views takes more code.
  constexpr void whole(const char* name, double value, const Range& range,
                       double index = std::numeric_limits<double>::quiet_NaN()) noexcept {
    if (offWhole(range, value) != 0.0) report(name, range.requirement, value, index);
  }

  constexpr void require(bool holds, const char* name, const char* requirement, double value,
                         double index = std::numeric_limits<double>::quiet_NaN()) noexcept {
    if (!holds) report(name, requirement, value, index);
  }

  constexpr void refuse(bool refused, const char* name, const char* requirement,
                        const std::string_view& given) noexcept {
    if (found_ || !refused) return;
    report(name, requirement, 0.0, std::numeric_limits<double>::quiet_NaN());
    violation_.text = given;
  }

  constexpr void measure(const char* name, double value, const Quantity& quantity,
                         double index = std::numeric_limits<double>::quiet_NaN()) noexcept {
    if (found_ || contains(quantity, value)) return;
    violation_ = violationOf(name, quantity, value);
    violation_.index = index;
    found_ = true;
  }

  // `value` against what another argument allows.
  constexpr void limit(double value, double most, const char* name, const char* requirement) noexcept {
    if (found_ || value <= most) return;
    report(name, requirement, value, std::numeric_limits<double>::quiet_NaN());
    violation_.limit = most;
  }

  [[nodiscard]] constexpr bool found() const noexcept { return found_; }
  [[nodiscard]] constexpr const Violation& violation() const noexcept { return violation_; }

 private:
  constexpr void report(std::string_view name, std::string_view requirement, double value, double index) noexcept {
    if (found_) return;
    violation_ = {name, requirement, value};
    violation_.index = index;
    found_ = true;
  }

  Violation violation_{};
  bool found_ = false;
};

// Whether all holds of what it is given, without branches. It says nothing of what does not, and for what is rare it
// may say no where Checker finds nothing: zeros below zero.
class QuickChecker {
 public:
  template <const auto& all, std::size_t first = 0, typename T>
  constexpr void fields(const T& object, double index = 0.0) noexcept {
    constexpr std::size_t kCount = std::min<std::size_t>(5, all.size() - first);
    five<all, first>(object, std::make_index_sequence<kCount>{});
    if constexpr (first + kCount < all.size()) fields<all, first + kCount>(object, index);
  }

  constexpr void whole(const char* /*name*/, double value, const Range& range, double /*index*/ = 0.0) noexcept {
    off_ |= std::bit_cast<std::uint64_t>(offWhole(range, value));
  }

  constexpr void require(bool holds, const char* /*name*/, const char* /*requirement*/, double /*value*/,
                         double /*index*/ = 0.0) noexcept {
    off_ |= static_cast<std::uint64_t>(!holds);
  }

  constexpr void refuse(bool refused, const char* /*name*/, const char* /*requirement*/,
                        const std::string_view& /*given*/) noexcept {
    off_ |= static_cast<std::uint64_t>(refused);
  }

  constexpr void measure(const char* /*name*/, double value, const Quantity& quantity,
                         double /*index*/ = 0.0) noexcept {
    off_ |= static_cast<std::uint64_t>(!contains(quantity, value));
  }

  [[nodiscard]] constexpr bool found() const noexcept { return off_ != 0; }

 private:
  template <const auto& all, std::size_t first, typename T, std::size_t... i>
  constexpr void five(const T& object, std::index_sequence<i...> /*count*/) noexcept {
    if constexpr (((all[first + i].range->minimum == 0.0) && ...)) {
      if ((std::bit_cast<std::uint64_t>(object.*all[first + i].member) | ...) == 0) return;
    }
    (whole(nullptr, object.*all[first + i].member, *all[first + i].range), ...);
  }

  std::uint64_t off_ = 0;
};

template <typename Check>
constexpr void checkGroup(Check& check, const ModelSpec& model, std::size_t i) noexcept {
  const LayerGroup& g = model.groups[i];
  const auto at = static_cast<double>(i);
  check.template fields<kGroupFields>(g, at);

  if (g.attention != Attention::none) {
    constexpr const char* kWhereAttention = "at least 1 where there is attention";
    check.require(g.headCount > 0.0, "model.groups[].headCount", kWhereAttention, g.headCount, at);
    check.require(g.kvHeadCount > 0.0, "model.groups[].kvHeadCount", kWhereAttention, g.kvHeadCount, at);
    check.require(g.keyLength > 0.0, "model.groups[].keyLength", kWhereAttention, g.keyLength, at);
    if (g.attention == Attention::mla) {
      check.require(g.kvLoraRank > 0.0 && g.keyLength == g.kvLoraRank + g.ropeLength, "model.groups[].keyLength",
                    "kvLoraRank + ropeLength for mla", g.keyLength, at);
      check.require(g.mlaKeyLength > g.ropeLength, "model.groups[].mlaKeyLength", "more than ropeLength",
                    g.mlaKeyLength, at);
      check.require(g.mlaValueLength > 0.0, "model.groups[].mlaValueLength", "at least 1 for mla", g.mlaValueLength,
                    at);
    } else {
      check.require(g.valueLength > 0.0, "model.groups[].valueLength", kWhereAttention, g.valueLength, at);
    }
  }
  check.require(g.kvHeadCount <= g.headCount, "model.groups[].kvHeadCount", "at most headCount", g.kvHeadCount, at);
  check.require(g.attention != Attention::sliding || model.slidingWindow > 0.0, "model.slidingWindow",
                "at least 1 where layers slide", model.slidingWindow);
  check.require((g.feedForward == FeedForward::none) == (g.feedForwardLength == 0.0),
                "model.groups[].feedForwardLength", "0 exactly where feedForward is none", g.feedForwardLength, at);
  const bool routes = g.expertCount > 0.0;
  check.require(routes == (g.expertsUsed > 0.0) && g.expertsUsed <= g.expertCount, "model.groups[].expertsUsed",
                "from 1 to expertCount where there are experts", g.expertsUsed, at);
  check.require(routes == (g.expertLength > 0.0), "model.groups[].expertLength", "0 exactly where expertCount is",
                g.expertLength, at);
  check.require(routes || g.expertVectorElements == 0.0, "model.groups[].expertVectorElements",
                "0 where there are no experts", g.expertVectorElements, at);
  if (g.recurrence == Recurrence::none) return;
  check.require(g.convolutionLength > 0.0, "model.groups[].convolutionLength", "at least 1 with a recurrence",
                g.convolutionLength, at);
  if (g.recurrence == Recurrence::shortConvolution) return;
  constexpr const char* kWithRecurrence = "at least 1 with this recurrence";
  check.require(g.innerLength > 0.0, "model.groups[].innerLength", kWithRecurrence, g.innerLength, at);
  check.require(g.stateLength > 0.0, "model.groups[].stateLength", kWithRecurrence, g.stateLength, at);
}

template <typename Check>
constexpr void checkModel(Check& check, const ModelSpec& model) noexcept {
  check.template fields<kModelFields>(model);
  if (check.found()) return;
  const Range group{"", "the index of a group", 0.0, model.groupCount - 1.0};
  check.whole("model.predictionGroup", model.predictionGroup, group);
  for (std::size_t i = 0, n = asCount(model.runCount); i < n; ++i) {
    const LayerRun& run = model.runs[i];
    check.whole("model.runs[].group", run.group, group, static_cast<double>(i));
    check.whole("model.runs[].count", run.count, kLayers, static_cast<double>(i));
  }
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) checkGroup(check, model, i);
}

template <typename Check>
constexpr void checkRuntime(Check& check, const ModelSpec& model, const Runtime& runtime) noexcept {
  check.template fields<kRuntimeFields>(runtime);
  check.require(runtime.contextLength > 0.0 || model.contextLength > 0.0, "runtime.contextLength",
                "given where the model has no contextLength", runtime.contextLength);
  const double context = runtime.contextLength > 0.0 ? runtime.contextLength : model.contextLength;
  check.require(context >= runtime.sequences, "runtime.contextLength", "at least one token per sequence", context);
  if (check.found()) return;
  double shares = 0;
  for (std::size_t i = 0, n = asCount(runtime.gpuCount); i < n; ++i) {
    const double share = runtime.gpuShares[i];
    check.require(share >= 0.0 && share <= 1e15, "runtime.gpus[]", "a share of at least 0", share,
                  static_cast<double>(i));
    shares += share;
    check.whole("runtime.gpus[].multiprocessors", runtime.gpuMultiprocessors[i], kWholeOrNone, static_cast<double>(i));
    check.whole("runtime.gpus[].threads", runtime.gpuThreads[i], kWholeOrNone, static_cast<double>(i));
    check.measure("runtime.gpus[].memory", runtime.gpuMemory[i], kGivenBytes, static_cast<double>(i));
  }
  check.require(runtime.gpuCount == 0.0 || shares > 0.0, "runtime.gpus", "shares of which one is more than 0", shares);
  check.refuse(isQuantized(runtime.cacheTypeV) && !runtime.flashAttention, "runtime.cacheTypeV",
               "f32, f16 or bf16 where flashAttention is false", traits(runtime.cacheTypeV).name);
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    const LayerGroup& g = model.groups[i];
    if (!hasCache(g)) continue;
    check.refuse(g.attention == Attention::mla && runtime.cacheTypeK != runtime.cacheTypeV, "runtime.cacheTypeV",
                 "the same as cacheTypeK for a model with mla", traits(runtime.cacheTypeV).name);
    const auto blocks = [](double length, CacheType type) { return isWholeBlocks(traits(type).type, length); };
    // Without flash attention only the whole row of a cell must be blocks.
    const double keys = runtime.flashAttention ? g.keyLength : g.kvHeadCount * g.keyLength;
    check.refuse(!blocks(keys, runtime.cacheTypeK), "runtime.cacheTypeK",
                 "f32, f16 or bf16 where a head is not a multiple of 32", traits(runtime.cacheTypeK).name);
    check.refuse(g.attention != Attention::mla && !blocks(g.valueLength, runtime.cacheTypeV), "runtime.cacheTypeV",
                 "f32, f16 or bf16 where a head is not a multiple of 32", traits(runtime.cacheTypeV).name);
  }
}

template <typename Check>
[[nodiscard]] constexpr Check checks(const ModelSpec& model, const Runtime& runtime) noexcept {
  Check check;
  checkModel(check, model);
  if (!check.found()) checkRuntime(check, model, runtime);
  return check;
}

// CUDA's context has memory for all threads that run at once: 107 MiB on a 4060 Ti of 34 multiprocessors and 555 on a
// PRO 6000 of 188 (ggml-org/llama.cpp#23604), which hold 1,536 each, 4.6 MiB for each of an H100, which hold 2,048.
// Kernels, graphs and pools come on top. In use, beyond llama.cpp's own buffers: P1000 of 5 multiprocessors 73 MiB, A40
// of 84 298, 4090 of 128 451 to 456 (#15860), PRO 6000 703 to 753 (#27953), H100 and H200 of 132 607 to 686 (40
// readings). The rule is 0 to 16 % above each, but for the A40: its family has A100s too, so it counts 57 % too much.
inline constexpr double kCudaBytes = 48.0 * kBytesPerMiB;
inline constexpr double kCudaBytesPerThread = 2.5 * kBytesPerKiB;
// ROCm: 253 to 318 MiB in three logs of five GPUs where its own kernels multiply, 1,380 (MI200) where rocBLAS does, and
// without flash attention 1,071 or 2,320, since the unit was not printed (W7900). Who multiplies depends on chip, type
// and batch, so the larger.
inline constexpr double kRocmBytes = 1380.0 * kBytesPerMiB;
inline constexpr double kRocmBytesWithoutFlashAttention = 2320.0 * kBytesPerMiB;
// Vulkan: 17 (#20858), 32, 74 and 81 MiB after loading, 239 after the first prompt: pipelines come when first used.
inline constexpr double kVulkanBytes = 256.0 * kBytesPerMiB;
// SYCL: scratch memory of 997 MiB (#28860), 2,265 unaccounted for (Arc Pro B70), 2,129 to 2,379 more than Vulkan takes
// (#23203).
inline constexpr double kSyclBytes = 2400.0 * kBytesPerMiB;
// A storage buffer of Vulkan has at most 4 GiB on discrete cards; larger tensors stay on the host.
inline constexpr double kVulkanLargestTensor = 4294967295.0;

// The most threads of any card of at most so much memory, of data/devices.csv: 3070 Ti, V100 16GB, 4090, 5090, H100,
// PRO 6000; of more, and where nothing is known, B300.
struct CudaThreads {
  float gib;
  float threads;
};
inline constexpr std::array<CudaThreads, 7> kCudaThreads = {{
    {8.0F, 48.0F * 1536.0F},
    {16.0F, 80.0F * 2048.0F},
    {24.0F, 128.0F * 1536.0F},
    {48.0F, 170.0F * 1536.0F},
    {80.0F, 132.0F * 2048.0F},
    {96.0F, 188.0F * 1536.0F},
    {0.0F, 160.0F * 2048.0F},
}};

[[nodiscard]] constexpr double cudaThreads(double multiprocessors, double threads, double memory) noexcept {
  if (multiprocessors > 0.0) return multiprocessors * (threads > 0.0 ? threads : 2048.0);
  std::size_t card = 0;
  while (card + 1 < kCudaThreads.size() && !(memory > 0.0 && memory <= kCudaThreads[card].gib * kBytesPerGiB)) ++card;
  return kCudaThreads[card].threads;
}

}  // namespace detail

// Bytes that the back end takes for itself on GPU `gpu`, an estimate on the high side; CUDA's by multiprocessors, where
// they are unknown by memory, and where that is too as on the largest card. docs/memory.md has n and errors.
[[nodiscard]] constexpr double backendOverhead(const Runtime& runtime, std::size_t gpu) noexcept {
  switch (runtime.backend) {
    case Backend::cuda: {
      const double multiprocessors =
          runtime.multiprocessors > 0.0 ? runtime.multiprocessors : runtime.gpuMultiprocessors[gpu];
      return detail::kCudaBytes +
             detail::cudaThreads(multiprocessors, runtime.gpuThreads[gpu], runtime.gpuMemory[gpu]) *
                 detail::kCudaBytesPerThread;
    }
    case Backend::vulkan:
      return detail::kVulkanBytes;
    case Backend::rocm:
      return runtime.flashAttention ? detail::kRocmBytes : detail::kRocmBytesWithoutFlashAttention;
    case Backend::sycl:
      return detail::kSyclBytes;
    // Of what Metal counts as allocated nothing is unaccounted for (logs of an M3 Max, an M4 Pro and an M5).
    case Backend::metal:
    case Backend::cpu:
      break;
  }
  return 0.0;
}

// The first thing that is impossible in `model`, or an empty name.
[[nodiscard]] constexpr Violation modelViolation(const ModelSpec& model) noexcept {
  detail::Checker check;
  detail::checkModel(check, model);
  return check.violation();
}

namespace detail {

// Bytes of the next `count` layers, as far as they are of `group`.
[[nodiscard]] constexpr LayerWeights measuredBytes(const MeasuredWeights& measured, LayerBlocks blocks, int count,
                                                   std::size_t group) noexcept {
  LayerWeights sum;
  blocks.next(count, [&](const LayerBlock& block) {
    for (std::uint32_t left = block.groups[group]; left != 0; left &= left - 1) {
      const int i = block.first + std::countr_zero(left);
      const LayerWeights& layer = measured.layers[static_cast<std::size_t>(i)];
      sum.dense += layer.dense;
      sum.experts += layer.experts;
    }
  });
  return sum;
}

// The plan of what was checked. One result, made where the caller has it.
[[nodiscard]] inline Result<MemoryPlan> planChecked(const ModelSpec& model, const Runtime& runtime,
                                                    const MeasuredWeights* measured) noexcept {
  Result<MemoryPlan> result(std::in_place);
  MemoryPlan& plan = *result;
  plan.gpuCount = runtime.gpuCount;
  const Placement place = placement(model, runtime);
  const ComputeShape shape = computeShape(model, runtime);
  const FileWeights weights = fileWeights(model, runtime.fileType, runtime.importanceMatrix,
                                          runtime.backend == Backend::vulkan ? detail::kVulkanLargestTensor : 1e18);
  plan.cells = shape.cells;
  plan.outputs = shape.outputs;
  const auto device = [&](int index) -> DeviceMemory& {
    return index == kHost ? plan.host : plan.gpus[static_cast<std::size_t>(index)];
  };

  struct GroupBytes {
    double cache;
    double state;
    double expertShare;  // of the experts, that one token reads
    bool keeps;
  };
  std::array<GroupBytes, ModelSpec::kMaximumGroups> groupBytes;
  for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
    const LayerGroup& g = model.groups[i];
    groupBytes[i] = {hasCache(g) ? layerCacheBytes(g, runtime, shape.cells, shape.widestValues) : 0.0,
                     layerStateBytes(g, model.hiddenSize, runtime.sequences),
                     g.expertCount > 0.0 ? g.expertsUsed / g.expertCount : 1.0,
                     hasCache(g) || g.recurrence != Recurrence::none};
  }

  HostResident onHost;
  std::array<std::array<bool, ModelSpec::kMaximumGroups>, Runtime::kMaximumGpus> groupsOn{};  // by GPU: any layers
  std::array<double, Runtime::kMaximumGpus> sharedCaches{};
  std::array<int, 2> lastOwner{};  // where the last layer with a cache of its own is: of all cells, of a window
  QuantizationCounters counters;
  // `count` layers of one group in one place, their experts moved to the host or not.
  const auto put = [&](std::size_t group, int count, const LayerWeights& bytes, int home, bool moved) {
    const GroupBytes& kept = groupBytes[group];
    DeviceMemory& memory = device(home);
    memory.layers += count;
    if (detail::lacksScan(model.groups[group], runtime) && !measured) {
      // Its matrix of states stays on the host.
      const LayerGroup& g = model.groups[group];
      const double scanned = count * kStateBytes * std::min(g.innerLength * g.stateLength, g.vectorElements);
      memory.weights -= scanned;
      memory.bytesPerToken -= scanned;
      plan.host.weights += scanned;
      plan.host.bytesPerToken += scanned;
    }
    memory.weights += bytes.dense;
    memory.bytesPerToken += bytes.dense;
    if (home == kHost) {
      onHost.layers = onHost.layersOf[group] = true;
    } else {
      groupsOn[static_cast<std::size_t>(home)][group] = true;
      if (!runtime.kvOffload && kept.keeps) onHost.cache = true;
    }
    if (bytes.experts > 0.0) {
      if (moved && home != kHost) onHost.experts = true;
      if (moved || home == kHost) onHost.expertsOf[group] = true;
      const double oversized = home == kHost || moved ? 0.0 : bytes.oversized;
      DeviceMemory& expertHome = moved ? plan.host : memory;
      expertHome.weights += bytes.experts - oversized;
      expertHome.experts += bytes.experts - oversized;
      expertHome.bytesPerToken += (bytes.experts - oversized) * kept.expertShare;
      if (oversized > 0.0) {
        plan.host.weights += oversized;
        plan.host.experts += oversized;
        plan.host.bytesPerToken += oversized * kept.expertShare;
        onHost.oversized = onHost.oversizedOf[group] = true;
      }
    }
    plan.fileBytes += bytes.dense + bytes.experts;
    DeviceMemory& cacheHome = runtime.kvOffload ? memory : plan.host;
    cacheHome.kvCache += count * kept.cache;
    if (place.gpus > 1 && model.groups[group].attention != Attention::none) {
      const bool slides = model.groups[group].attention == Attention::sliding;
      int& owner = lastOwner[slides ? 1 : 0];
      if (!model.groups[group].sharesCache) {
        owner = home;
      } else if (home != kHost && home != owner) {
        // Each of them copies what a layer before keeps elsewhere.
        sharedCaches[static_cast<std::size_t>(home)] +=
            count * layerCacheBytes(model.groups[group], runtime, shape.cells, shape.widestValues);
      }
    }
    if (model.groups[group].attention == Attention::sliding) cacheHome.slidingCache += count * kept.cache;
    cacheHome.recurrentState += count * kept.state;
  };
  LayerBlocks blocks(model);
  visitPlaces(model, runtime, place, [&](int count, int home, bool moved) {
    const LayerBlocks here = blocks;
    const auto counts = countLayers(blocks, weights, counters, count);
    for (std::size_t i = 0; i < weights.groupCount; ++i) {
      if (counts[i].layers == 0) continue;
      put(i, counts[i].layers,
          measured ? detail::measuredBytes(*measured, here, count, i)
                   : layerBytes(weights, weights.groups[i], counts[i]),
          home, moved);
    }
  });
  if (!measured) device(deviceOf(place, 0)).weights += weights.firstLayerExtras;

  const double embedding = measured ? measured->tokenEmbedding : weights.tokenEmbedding;
  const double output = measured ? measured->output : weights.output;
  const int headUnit = static_cast<int>(model.layerCount + model.predictionLayerCount);
  const int headHome = deviceOf(place, headUnit);
  onHost.head = headHome == kHost;
  plan.host.weights += embedding;
  plan.host.tokenEmbedding = embedding;
  DeviceMemory& head = device(headHome);
  // A tied head on the host is the token embedding; Gemma 3n and 4 load it twice when there is a GPU.
  const bool twice =
      place.gpus > 0 && (model.architecture == Architecture::gemma3n || model.architecture == Architecture::gemma4);
  if (!(model.tiedEmbeddings && headHome == kHost && !twice)) {
    head.weights += output;
    head.outputHead = output;
  }
  const double headExtras = measured ? measured->outputExtras : weights.outputExtras;
  head.weights += headExtras;
  const double firstExtras = measured ? 0.0 : weights.firstLayerExtras;
  head.bytesPerToken += output + headExtras;
  device(deviceOf(place, 0)).bytesPerToken += firstExtras;
  plan.bytesPerToken = plan.host.bytesPerToken;
  for (int i = 0; i < place.gpus; ++i) plan.bytesPerToken += device(i).bytesPerToken;
  plan.fileBytes += embedding + headExtras + firstExtras + (model.tiedEmbeddings ? 0.0 : output);
  if (!measured && model.predictionLayerCount > 0.0) plan.fileBytes += predictionBytes(model, weights, counters);

  const double inputs = inputBytes(model, shape, runtime);
  double hostInputs = inputs;
  if (place.gpus == 0) {
    const LargestStage stage = cpuComputeBuffer(model, shape, runtime, inputs);
    plan.host.computeBuffer = stage.bytes;
    plan.host.stage = stage.stage;
  } else {
    const bool pipelined = place.gpus > 1 && !onHost.layers && !onHost.experts && !onHost.head && runtime.kvOffload;
    if (pipelined) hostInputs = pipelinedInputs(shape, runtime, inputs);
    plan.host.computeBuffer = hostInputs + hostStageBytes(model, shape, runtime, weights, onHost);
    const bool offloads = (onHost.layers || onHost.experts || onHost.cache) && shape.tokens >= kOffloadedBatch;
    const bool firstHasHead = headHome <= 0;
    // Where the cache is on the host, every GPU copies that of its layers: as if one had them all.
    const bool whole = place.gpus == 1 || firstHasHead || !runtime.kvOffload;
    const int reach = whole ? headUnit : std::max(countOnFirst(place), static_cast<int>(runtime.cpuMoeLayers));
    const double offloaded = offloads ? offloadedBytes(model, shape, runtime, weights, place, reach, whole) : 0.0;
    bool isFirst = true;
    for (int i = 0; i < place.gpus; ++i) {
      DeviceMemory& gpu = device(i);
      gpu.overhead = backendOverhead(runtime, static_cast<std::size_t>(i));
      const bool isEmpty = gpu.layers == 0.0 && headHome != i;
      // Without layers of its own the first GPU still computes large batches for the host.
      if (place.gpus > 1 && isEmpty && !(i == 0 && offloaded > 0.0)) continue;
      const bool hasHead = headHome == i || (headHome == kHost && i == 0);
      const auto& here = groupsOn[static_cast<std::size_t>(i)];
      const bool copies = offloaded > 0.0 && (i == 0 || !runtime.kvOffload);
      const LargestStage stage =
          place.gpus == 1 || copies
              ? gpuComputeBuffer(model, shape, runtime, here, hasHead, inputs, offloaded)
              : gpuComputeBufferOfSeveral(
                    model, shape, runtime, here,
                    {isFirst, gpu.layers > 0.0, hasHead, pipelined, sharedCaches[static_cast<std::size_t>(i)]}, inputs);
      isFirst = false;
      gpu.computeBuffer = stage.bytes;
      gpu.stage = stage.stage;
      gpu.inputs = std::min(inputs, stage.bytes);
    }
  }
  plan.host.inputs = std::min(hostInputs, plan.host.computeBuffer);
  plan.host.outputBuffer = runtime.sequences * model.vocabularySize * 4.0;
  return result;
}

}  // namespace detail

// What llama.cpp plans to allocate for `model` under `runtime`. `measured`: sizes of real tensors, or none.
// Source: the rules in the headers of the terms; tests/golden/memory.tsv has 6,743 recorded rows of 62 models.
[[nodiscard]] inline Result<MemoryPlan> tryPlanMemory(const ModelSpec& model, const Runtime& runtime,
                                                      const MeasuredWeights* measured = nullptr) noexcept {
  if (kCompact || detail::checks<detail::QuickChecker>(model, runtime).found()) {
    const auto check = detail::checks<detail::Checker>(model, runtime);
    if (check.found()) return check.violation();
  }
  return detail::planChecked(model, runtime, measured);
}

// The same, or ArgumentError.
[[nodiscard]] inline MemoryPlan planMemory(const ModelSpec& model, const Runtime& runtime,
                                           const MeasuredWeights* measured = nullptr) {
  return valueOrReject("planMemory", tryPlanMemory(model, runtime, measured));
}

// How the memory of GPU and host hang together.
enum class MemoryKind : std::uint8_t {
  separate,  // cards with memory of their own
  apple,     // one pool, of which Metal gives the GPU a part
  amd,       // one pool, of which the driver maps a part (GTT) beside what the firmware set aside
  shared,    // one pool, all of it for either (DGX Spark)
};
inline constexpr std::array<std::string_view, 4> kMemoryKinds = {"separate", "apple", "amd", "shared"};

// Bytes that a plan should leave free on a GPU: llama.cpp's own --fit-target, 1024 MiB per device.
inline constexpr double kDefaultGpuMargin = 1024.0 * kBytesPerMiB;
// The same of the host's memory or the one pool, for the system and its programs: a quarter, at most this.
inline constexpr double kMostHostMargin = 4.0 * kBytesPerGiB;
[[nodiscard]] constexpr double defaultHostMargin(double hostMemory) noexcept {
  return std::min(kMostHostMargin, hostMemory / 4.0);
}

struct Machine {
  MemoryKind kind = MemoryKind::separate;
  double hostMemory = 0;             // bytes that the system has; unified: the pool
  double hostReserved = 0;           // bytes in use by others
  std::optional<double> hostMargin;  // bytes that should stay free; none: defaultHostMargin(hostMemory)
  double gpuCount = 0;
  // Bytes that the driver reports; unified: a budget that overrides the default, or 0.
  std::array<double, Runtime::kMaximumGpus> gpuMemory{};
  std::array<double, Runtime::kMaximumGpus> gpuReserved{};  // bytes in use by others
  // Bytes that should stay free; unified: of the budget.
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
    field::Count{"machine.gpus", &Machine::gpuCount, &detail::kGpus},
};

template <>
inline constexpr auto kGpuFields<Machine> = std::tuple{
    field::Each{"machine.gpus[].memory", &Machine::gpuMemory},
    field::Each{"machine.gpus[].reserved", &Machine::gpuReserved},
    field::Each{"machine.gpus[].margin", &Machine::gpuMargin},
};

// Bytes that the GPU of a unified pool may use of `installed`. Apple: recommendedMaxWorkingSetSize of current systems,
// 11.84 of 16 GiB, 17.76 of 24, 51.84 of 64, 107.52 of 128, straight lines between (llmfit#754, antirez/ds4#893); AMD:
// half, the default of the translation table (kyuz0/amd-strix-halo-vllm-toolboxes#81).
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

struct DeviceFit {
  double needed = 0;     // bytes
  double available = 0;  // bytes that others have left
  double margin = 0;     // bytes that should stay free
  [[nodiscard]] constexpr double shortBy() const noexcept { return beyond(0.0); }
  // Of the margin too; 0 where nothing is needed.
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

struct Fit {
  bool fits = true;  // every device has the bytes that are needed
  Verdict verdict = Verdict::fits;
  double gpuCount = 0;
  std::array<DeviceFit, Runtime::kMaximumGpus> gpus{};
  DeviceFit host;  // unified: the whole pool
};

template <>
inline constexpr auto kFields<Fit> = std::tuple{
    field::Flag{"fit.fits", &Fit::fits},
    field::Choice{"fit.verdict", &Fit::verdict, kVerdicts},
};

namespace detail {

// The first thing that is wrong with a plan and a machine. Devices of a plan are its GPUs and then the host, as in
// JavaScript.
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
  // Of one pool the plan may have more GPUs than the machine says.
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

// Whether every device of `plan` has room on `machine`; pools are never added up, but for a unified one, which must
// hold both what the GPU may use and everything together.
[[nodiscard]] inline Result<Fit> tryFits(const MemoryPlan& plan, const Machine& machine) noexcept {
  const detail::Checker check = detail::checkFit(plan, machine);
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

[[nodiscard]] inline Fit fits(const MemoryPlan& plan, const Machine& machine) {
  return valueOrReject("fits", tryFits(plan, machine));
}

}  // namespace llmcalc
