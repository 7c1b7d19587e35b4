// sweep.hpp: verdicts, bytes and speeds over a dense grid of questions.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

#include "llmcalc/answer/memory_plan.hpp"
#include "llmcalc/answer/speed_estimate.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/estimate.hpp"
#include "llmcalc/fits.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/machine/machine.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/plan.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/checks.hpp"
#include "llmcalc/speed/work.hpp"

namespace llmcalc {

// What may vary along an axis: fields of the runtime and of the workload by their names, and
//
//   cacheType  the type of keys and of values
//   bandwidth  bytes/s of every GPU; without GPUs, of the host
//   memory     bytes of every GPU; of a unified pool and without GPUs, of the host
//
// The value of a type is its place in the list of names.
enum class SweepAxis : std::uint8_t {
  contextLength,
  fileType,
  cacheType,
  gpuLayers,
  cpuMoeLayers,
  sequences,
  microBatchSize,
  memory,
  bandwidth,
  promptLength,
  cachedTokens,
  concurrency,
};
inline constexpr std::array<std::string_view, 12> kSweepAxes = {
    "contextLength",  "fileType", "cacheType", "gpuLayers",    "cpuMoeLayers", "sequences",
    "microBatchSize", "memory",   "bandwidth", "promptLength", "cachedTokens", "concurrency"};

// What answers a part of a point: a plan, its fit, or an estimate.
enum class SweepPart : std::uint8_t { plan, fit, speed };
inline constexpr std::size_t kSweepParts = 3;

// Whether a part depends on an axis. No speed depends on how long the context may get, only on what is in it; so most
// points of most grids are copies.
[[nodiscard]] constexpr bool matters(SweepPart part, SweepAxis axis) noexcept {
  switch (axis) {
    case SweepAxis::fileType:
    case SweepAxis::cacheType:
    case SweepAxis::gpuLayers:
    case SweepAxis::cpuMoeLayers:
    case SweepAxis::microBatchSize:
      return true;
    case SweepAxis::contextLength:
    case SweepAxis::sequences:
      return part != SweepPart::speed;
    case SweepAxis::memory:
      return part == SweepPart::fit;
    case SweepAxis::bandwidth:
    case SweepAxis::promptLength:
    case SweepAxis::cachedTokens:
    case SweepAxis::concurrency:
      break;
  }
  return part == SweepPart::speed;
}

// One point of a grid, which goes from place to place: what the last change did not touch is kept. Model and measured
// sizes are the caller's and stay where they are.
class SweepPoint {
 public:
  SweepPoint(const ModelSpec& model, const Runtime& runtime, const Machine& machine, const Hardware& hardware,
             const Workload& workload, const MeasuredWeights* measured = nullptr) noexcept
      : model_(&model),
        measured_(measured),
        runtime_(runtime),
        machine_(machine),
        hardware_(hardware),
        workload_(workload) {}

  // Moves along an axis. Any number is taken; what is wrong with it, plan(), fit() and speed() say.
  void set(SweepAxis axis, double value) noexcept {
    double& last = last_[static_cast<std::size_t>(axis)];
    if (last == value) return;
    last = value;
    if (matters(SweepPart::plan, axis)) planned_ = false;
    if (matters(SweepPart::plan, axis) && matters(SweepPart::speed, axis)) shaped_ = false;
    switch (axis) {
      case SweepAxis::contextLength:
        runtime_.contextLength = value;
        break;
      case SweepAxis::fileType:
        runtime_.fileType = placeOf<FileType>(value, kFileTypes.size());
        break;
      case SweepAxis::cacheType:
        runtime_.cacheTypeK = runtime_.cacheTypeV = placeOf<CacheType>(value, kCacheTypes.size());
        break;
      case SweepAxis::gpuLayers:
        runtime_.gpuLayers = value;
        break;
      case SweepAxis::cpuMoeLayers:
        runtime_.cpuMoeLayers = value;
        break;
      case SweepAxis::sequences:
        runtime_.sequences = value;
        break;
      case SweepAxis::microBatchSize:
        runtime_.microBatchSize = value;
        break;
      case SweepAxis::memory:
        setMemory(value);
        break;
      case SweepAxis::bandwidth:
        if (runtime_.gpuCount == 0.0) hardware_.host.bandwidth = value;
        for (Device& gpu : hardware_.gpus) gpu.bandwidth = value;
        break;
      case SweepAxis::promptLength:
        workload_.promptLength = value;
        break;
      case SweepAxis::cachedTokens:
        workload_.cachedTokens = value;
        break;
      case SweepAxis::concurrency:
        workload_.concurrency = value;
        break;
    }
  }

  // What planMemory gives here, or refuses.
  [[nodiscard]] const Result<MemoryPlan>& plan() noexcept {
    if (!planned_) plan_ = tryPlanMemory(*model_, runtime_, measured_);
    planned_ = true;
    return plan_;
  }

  // What fits gives here, or it or planMemory refuses.
  [[nodiscard]] Result<Fit> fit() noexcept {
    if (!plan()) return plan_.violation();
    return tryFits(*plan_, machine_);
  }

  // What estimateSpeed gives here, or refuses.
  [[nodiscard]] Result<SpeedEstimate> speed() noexcept {
    const Violation wrong = speedViolation(*model_, runtime_, hardware_, workload_);
    if (!wrong.parameter.empty()) return wrong;
    if (!shaped_) {
      shape_ = {};
      speed::fillShape(shape_, *model_, runtime_, workload_.fileBytes, measured_);
      shaped_ = true;
    }
    return speed::estimateOf(shape_, *model_, runtime_, hardware_, workload_);
  }

  [[nodiscard]] double gpuCount() const noexcept { return runtime_.gpuCount; }
  // Tokens of the context with `value` on the axis: 0 stands for those that the model was trained for.
  [[nodiscard]] double contextOf(double value) const noexcept { return value > 0.0 ? value : model_->contextLength; }

 private:
  // A place that no list has is the last.
  template <typename Enum>
  [[nodiscard]] static constexpr Enum placeOf(double value, std::size_t count) noexcept {
    const auto last = static_cast<double>(count - 1);
    return static_cast<Enum>(static_cast<std::uint8_t>(value >= 0.0 && value <= last ? value : last));
  }

  void setMemory(double value) noexcept {
    if (machine_.kind != MemoryKind::separate || runtime_.gpuCount == 0.0) {
      machine_.hostMemory = value;
    } else {
      machine_.gpuMemory.fill(value);
    }
  }

  const ModelSpec* model_;
  const MeasuredWeights* measured_;
  Runtime runtime_;
  Machine machine_;
  Hardware hardware_;
  Workload workload_;
  std::array<double, kSweepAxes.size()> last_ = [] {
    std::array<double, kSweepAxes.size()> values{};
    values.fill(std::numeric_limits<double>::quiet_NaN());
    return values;
  }();
  bool planned_ = false;
  bool shaped_ = false;
  Result<MemoryPlan> plan_{std::in_place};
  speed::SpeedShape shape_;
};

// An axis of a grid with its values.
struct SweepValues {
  SweepAxis axis;
  std::span<const double> values;
};

// What a column holds: of the fit the verdict (its place in kVerdicts), of the plan the bytes of a device, of the
// estimate tokens/s of one sequence alone, tokens/s of the prompt, seconds, and the place in kLimits of what takes most
// of a step.
enum class SweepOutput : std::uint8_t {
  verdict,
  bytes,
  decodeP10,
  decodeP50,
  decodeP90,
  prefillP50,
  timeToFirstTokenP50,
  decodeLimit,
};

[[nodiscard]] constexpr SweepPart partOf(SweepOutput output) noexcept {
  if (output == SweepOutput::verdict) return SweepPart::fit;
  return output == SweepOutput::bytes ? SweepPart::plan : SweepPart::speed;
}

[[nodiscard]] inline double speedOutput(const SpeedEstimate& e, SweepOutput output) noexcept {
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
    case SweepOutput::verdict:
    case SweepOutput::bytes:
    case SweepOutput::decodeP50:
      break;
  }
  return e.decode.p50;
}

// A column of the caller's, as long as the grid has points. T is float or double.
template <typename T>
struct SweepColumn {
  SweepOutput output;
  std::span<T> to;
  std::size_t device = 0;  // of bytes: the GPU, or gpuCount for the host
};

inline constexpr std::size_t kMaximumSweepAxes = 4;

// Points of a grid; 0 where it has no axis, more than four, or an axis without values.
[[nodiscard]] constexpr std::size_t sweepPoints(std::span<const SweepValues> axes) noexcept {
  if (axes.empty() || axes.size() > kMaximumSweepAxes) return 0;
  std::size_t points = 1;
  for (const SweepValues& axis : axes) points *= axis.values.size();
  return points;
}

namespace detail {

// A grid, the last axis innermost, as rows along that axis.
class SweepGrid {
 public:
  explicit SweepGrid(std::span<const SweepValues> axes) noexcept : axes_(axes) {
    for (std::size_t i = axes.size(), points = 1; i-- > 0; points *= axes[i].values.size()) strides_[i] = points;
  }

  [[nodiscard]] std::size_t rowLength() const noexcept { return axes_.back().values.size(); }
  [[nodiscard]] std::size_t placeOn(std::size_t axis, std::size_t point) const noexcept {
    return point / strides_[axis] % axes_[axis].values.size();
  }

  // The point of which `point` is a copy in a part: what does not matter is at its first value.
  [[nodiscard]] std::size_t source(SweepPart part, std::size_t point) const noexcept {
    std::size_t first = point;
    for (std::size_t i = 0; i < axes_.size(); ++i) {
      if (!matters(part, axes_[i].axis)) first -= placeOn(i, point) * strides_[i];
    }
    return first;
  }

  void move(SweepPoint& to, std::size_t point) const noexcept {
    for (std::size_t i = 0; i < axes_.size(); ++i) to.set(axes_[i].axis, axes_[i].values[placeOn(i, point)]);
  }

 private:
  std::span<const SweepValues> axes_;
  std::array<std::size_t, kMaximumSweepAxes> strides_{};
};

// Whether a speed is refused anywhere in a grid: where the context is shortest, and the rest longest.
[[nodiscard]] inline Violation sweepViolation(SweepPoint& point, std::span<const SweepValues> axes) noexcept {
  for (const SweepValues& axis : axes) {
    const bool least = axis.axis == SweepAxis::contextLength;
    double found = axis.values[0];
    for (const double value : axis.values) {
      const bool more = least ? point.contextOf(value) < point.contextOf(found) : value > found;
      if (more) found = value;
    }
    point.set(axis.axis, found);
  }
  const Result<SpeedEstimate> speed = point.speed();
  return speed ? Violation{} : speed.violation();
}

// Fills the columns of one part for `count` points of a row from `first` on.
template <typename T>
[[nodiscard]] Violation fillRow(SweepPoint& point, const SweepGrid& grid, std::span<const SweepColumn<T>> columns,
                                SweepPart part, std::size_t first, std::size_t count) noexcept {
  const std::size_t source = grid.source(part, first);
  const bool varies = count > 1 && grid.source(part, first + 1) != source;
  if (source != first && varies) {
    for (const SweepColumn<T>& column : columns) {
      if (partOf(column.output) == part) std::copy_n(&column.to[source], count, &column.to[first]);
    }
    return {};
  }
  const std::size_t computed = varies ? count : source == first ? 1 : 0;
  for (std::size_t i = first; i < first + computed; ++i) {
    grid.move(point, i);
    Violation wrong;
    const auto take = [&](const auto& answer, const auto& valueOf) {
      if (!answer) {
        wrong = answer.violation();
        return;
      }
      for (const SweepColumn<T>& column : columns) {
        if (partOf(column.output) == part) column.to[i] = static_cast<T>(valueOf(*answer, column));
      }
    };
    if (part == SweepPart::plan) {
      take(point.plan(), [](const MemoryPlan& plan, const SweepColumn<T>& column) {
        return column.device < asCount(plan.gpuCount) ? plan.gpus[column.device].total() : plan.host.total();
      });
    } else if (part == SweepPart::fit) {
      take(point.fit(), [](const Fit& fit, const SweepColumn<T>&) { return static_cast<double>(fit.verdict); });
    } else {
      take(point.speed(), [](const SpeedEstimate& estimate, const SweepColumn<T>& column) {
        return speedOutput(estimate, column.output);
      });
    }
    if (!wrong.parameter.empty()) return wrong;
  }
  if (varies) return {};
  for (const SweepColumn<T>& column : columns) {
    if (partOf(column.output) == part) std::fill_n(&column.to[first], count, column.to[source]);
  }
  return {};
}

}  // namespace detail

// Fills columns for all points of a grid, each with what planMemory, fits and estimateSpeed give at that point, to the
// last bit. Points are in the order of nested loops over the axes, the last innermost.
//
// point    the question, with what no axis says.
// axes     one to four, each with values; their product is the number of points.
// columns  the caller's, each as long as the grid has points; a float holds the nearest to what a double does.
// first, count  the points to fill, for grids that are filled piece by piece: whole rows of the last axis, in order,
//          since later rows are copied from earlier ones.
//
// The result is the points filled, or the first Violation that planMemory, fits or estimateSpeed gives: of a speed,
// before anything is filled, where the context of any point is too short for its workload. Nothing throws or allocates.
// Source: the functions named above; of what depends on which axis, matters().
template <typename T>
[[nodiscard]] Result<std::size_t> trySweep(SweepPoint& point, std::span<const SweepValues> axes,
                                           std::span<const SweepColumn<T>> columns, std::size_t first,
                                           std::size_t count) noexcept {
  const std::size_t points = sweepPoints(axes);
  const auto refused = [](std::string_view name, std::string_view requirement, std::size_t value) {
    return Violation{name, requirement, static_cast<double>(value)};
  };
  if (points == 0) return refused("axes", "one to four, each with a value or more", axes.size());
  for (const SweepColumn<T>& column : columns) {
    if (column.to.size() != points) return refused("columns[]", "as long as the grid has points", column.to.size());
    if (column.device > asCount(point.gpuCount())) return refused("columns[].device", "a device", column.device);
  }
  const detail::SweepGrid grid(axes);
  const std::size_t row = grid.rowLength();
  if (first % row != 0 || first > points) return refused("first", "the start of a row", first);
  if (count % row != 0 || count > points - first) return refused("count", "whole rows of the grid", count);
  std::array<bool, kSweepParts> asked{};
  for (const SweepColumn<T>& column : columns) asked[static_cast<std::size_t>(partOf(column.output))] = true;
  if (first == 0 && asked[static_cast<std::size_t>(SweepPart::speed)]) {
    const Violation wrong = detail::sweepViolation(point, axes);
    if (!wrong.parameter.empty()) return wrong;
  }
  for (std::size_t at = first; at < first + count; at += row) {
    for (std::size_t part = 0; part < kSweepParts; ++part) {
      if (!asked[part]) continue;
      const Violation wrong = detail::fillRow(point, grid, columns, static_cast<SweepPart>(part), at, row);
      if (!wrong.parameter.empty()) return wrong;
    }
  }
  return count;
}

// Fills all points. A violation is an ArgumentError.
template <typename T>
void sweep(SweepPoint& point, std::span<const SweepValues> axes, std::span<const SweepColumn<T>> columns) {
  (void)valueOrReject("sweep", trySweep(point, axes, columns, 0, sweepPoints(axes)));
}

}  // namespace llmcalc
