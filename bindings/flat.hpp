// How a model, a runtime and a plan cross between JavaScript and C++: as rows of numbers in one block of memory,
// in the order of the tables (llmcalc/base/field.hpp), which js/generated/layout.js is made of too. Booleans are 0 or
// 1, names are their place in the list of names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "llmcalc/memory.hpp"

namespace llmcalc::flat {

// A count from JavaScript, whatever it is, as one that is safe to loop over.
constexpr std::size_t atMost(double count, std::size_t maximum) {
  return count >= 0.0 && count <= static_cast<double>(maximum) ? static_cast<std::size_t>(count) : 0;
}

template <typename Field, typename T>
constexpr void readFields(Field& field, T& object);

// Beyond the end there is only NaN, which no check lets through.
class Reader {
 public:
  explicit Reader(std::span<const double> values) : values_(values) {}

  void operator()(double& field) { field = next(); }
  void operator()(bool& field) { field = next() != 0.0; }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void operator()(Enum& field) { field = static_cast<Enum>(atMost(next(), std::numeric_limits<std::uint8_t>::max())); }
  // The fields of a part.
  template <typename T>
  requires(!std::is_same_v<decltype(kFields<T>), const std::nullptr_t>) void operator()(T& field) {
    readFields(*this, field);
  }
  // Whether there is one, then what it is.
  void operator()(std::optional<double>& field) {
    const bool given = next() != 0.0;
    const double value = next();
    if (given) field = value;
  }

 private:
  double next() { return at_ < values_.size() ? values_[at_++] : std::numeric_limits<double>::quiet_NaN(); }

  std::span<const double> values_;
  std::size_t at_ = 0;
};

// Instead of a Reader: how many numbers it would take, for the length of the block.
class Counter {
 public:
  template <typename T>
  constexpr void operator()(const T& field) {
    if constexpr (std::is_class_v<T>) {
      readFields(*this, field);
    } else {
      ++count_;
    }
  }
  constexpr void operator()(const std::optional<double>& /*field*/) { count_ += 2; }

  [[nodiscard]] constexpr std::size_t count() const { return count_; }

 private:
  std::size_t count_ = 0;
};

template <typename Field, typename T, std::size_t... places>
constexpr void readRows(Field& field, T& object, std::index_sequence<places...> /*rows*/) {
  (field(object.*RowAt<kFields<std::remove_const_t<T>>, places>::kRow.member), ...);
}
// The fields of one table, in its order.
template <typename Field, typename T>
constexpr void readFields(Field& field, T& object) {
  readRows(field, object, Places<kFields<std::remove_const_t<T>>>{});
}

template <typename Field, typename T, std::size_t... places>
constexpr void readGpuRows(Field& field, T& object, std::size_t gpu, std::index_sequence<places...> /*rows*/) {
  (field((object.*RowAt<kGpuFields<T>, places>::kRow.member)[gpu]), ...);
}
// What is known of one GPU.
template <typename Field, typename T>
constexpr void readGpu(Field& field, T& object, std::size_t gpu) {
  readGpuRows(field, object, gpu, Places<kGpuFields<T>>{});
}

// The counts of groups and runs are whatever JavaScript found; planMemory refuses those that do not fit.
template <typename Field>
constexpr void read(Field& field, ModelSpec& m) {
  readFields(field, m);
  for (std::size_t i = 0; i < atMost(m.groupCount, ModelSpec::kMaximumGroups); ++i) readFields(field, m.groups[i]);
  for (std::size_t i = 0; i < atMost(m.runCount, ModelSpec::kMaximumRuns); ++i) readFields(field, m.runs[i]);
}

template <typename Field>
constexpr void read(Field& field, Runtime& r) {
  readFields(field, r);
  for (std::size_t i = 0; i < atMost(r.gpuCount, Runtime::kMaximumGpus); ++i) readGpu(field, r, i);
}

// Token embedding, head, what is placed with the head, then dense and expert bytes of every layer.
template <typename Field>
constexpr void read(Field& field, MeasuredWeights& w, double layers) {
  field(w.tokenEmbedding);
  field(w.output);
  field(w.outputExtras);
  for (std::size_t i = 0; i < atMost(layers, w.layers.size()); ++i) {
    field(w.layers[i].dense);
    field(w.layers[i].experts);
  }
}

template <typename Field>
constexpr void read(Field& field, Machine& machine) {
  readFields(field, machine);
  for (std::size_t i = 0; i < atMost(machine.gpuCount, machine.gpuMemory.size()); ++i) readGpu(field, machine, i);
}

// Of a plan only the totals, the host's first.
template <typename Field>
constexpr void read(Field& field, MemoryPlan& plan, Machine& machine) {
  field(plan.gpuCount);
  field(plan.host.weights);
  for (std::size_t i = 0; i < atMost(plan.gpuCount, plan.gpus.size()); ++i) field(plan.gpus[i].weights);
  read(field, machine);
}

// Longest questions: what has to fit into the block.
inline constexpr std::size_t kMostShape = [] {
  ModelSpec model;
  model.groupCount = ModelSpec::kMaximumGroups;
  model.runCount = ModelSpec::kMaximumRuns;
  Runtime runtime;
  runtime.gpuCount = Runtime::kMaximumGpus;
  Counter count;
  read(count, model);
  read(count, runtime);
  return count.count();
}();
inline constexpr std::size_t kMostTensors = [] {
  MeasuredWeights weights;
  Counter count;
  read(count, weights, ModelSpec::kMaximumLayers);
  return count.count();
}();
inline constexpr std::size_t kMostFit = [] {
  MemoryPlan plan;
  Machine machine;
  plan.gpuCount = machine.gpuCount = Runtime::kMaximumGpus;
  Counter count;
  read(count, plan, machine);
  return count.count();
}();

template <typename T>
constexpr double* writeFields(double* to, const T& object);

template <typename T>
constexpr double* writeField(double* to, const T& field) {
  if constexpr (std::is_class_v<T>) {
    return writeFields(to, field);
  } else {
    *to = static_cast<double>(field);
    return to + 1;
  }
}

template <const auto& table, typename T, std::size_t... places>
constexpr double* writeRows(double* to, const T& object, std::index_sequence<places...> /*rows*/) {
  ((to = writeField(to, object.*RowAt<table, places>::kRow.member)), ...);
  return to;
}
template <typename T>
constexpr double* writeFields(double* to, const T& object) {
  return writeRows<kFields<T>>(to, object, Places<kFields<T>>{});
}

// How many numbers a struct is.
template <typename T>
inline constexpr std::size_t kLength = [] {
  T object;
  Counter count;
  readFields(count, object);
  return count.count();
}();

inline constexpr std::size_t kFitHeaderLength = kLength<Fit>;
inline constexpr std::size_t kFitLength = kLength<DeviceFit>;

inline void write(double* to, const Fit& fit) {
  to = writeFields(writeFields(to, fit), fit.host);
  for (std::size_t i = 0; i < atMost(fit.gpuCount, fit.gpus.size()); ++i) to = writeFields(to, fit.gpus[i]);
}

inline constexpr std::size_t kHeaderLength = kLength<MemoryPlan>;
inline constexpr std::size_t kDeviceLength = kLength<DeviceMemory>;

inline void write(double* to, const MemoryPlan& plan) {
  to = writeFields(writeFields(to, plan), plan.host);
  for (std::size_t i = 0; i < atMost(plan.gpuCount, plan.gpus.size()); ++i) to = writeFields(to, plan.gpus[i]);
}

}  // namespace llmcalc::flat
