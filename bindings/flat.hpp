// How a model, a runtime and a plan cross between JavaScript and C++: as rows of numbers in one block of memory,
// written and read by js/memory.js in the same order. Booleans are 0 or 1, names are their place in the list of names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>

#include "llmcalc/memory.hpp"

namespace llmcalc::flat {

// A count from JavaScript, whatever it is, as one that is safe to loop over.
constexpr std::size_t atMost(double count, std::size_t maximum) {
  return count >= 0.0 && count <= static_cast<double>(maximum) ? static_cast<std::size_t>(count) : 0;
}

// Beyond the end there is only NaN, which no check lets through.
class Reader {
 public:
  explicit Reader(std::span<const double> values) : values_(values) {}

  void operator()(double& field) { field = next(); }
  void operator()(bool& field) { field = next() != 0.0; }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void operator()(Enum& field) { field = static_cast<Enum>(atMost(next(), std::numeric_limits<std::uint8_t>::max())); }
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
  constexpr void operator()(const T& /*field*/) {
    ++count_;
  }
  constexpr void operator()(const std::optional<double>& /*field*/) { count_ += 2; }

  [[nodiscard]] constexpr std::size_t count() const { return count_; }

 private:
  std::size_t count_ = 0;
};

template <typename Field>
constexpr void read(Field& field, LayerGroup& g) {
  field(g.attention);
  field(g.headCount);
  field(g.kvHeadCount);
  field(g.keyLength);
  field(g.valueLength);
  field(g.sharesCache);
  field(g.valueFromKey);
  field(g.fusedQKV);
  field(g.gatedQuery);
  field(g.queryLoraRank);
  field(g.kvLoraRank);
  field(g.ropeLength);
  field(g.mlaKeyLength);
  field(g.mlaValueLength);
  field(g.recurrence);
  field(g.convolutionLength);
  field(g.innerLength);
  field(g.stateLength);
  field(g.stateGroupCount);
  field(g.timeStepRank);
  field(g.feedForward);
  field(g.feedForwardLength);
  field(g.expertCount);
  field(g.expertsUsed);
  field(g.expertLength);
  field(g.fusedExperts);
  field(g.plainExperts);
  field(g.sharedExpertLength);
  field(g.perLayerEmbeddingLength);
  field(g.vectorElements);
  field(g.expertVectorElements);
  field(g.unquantizedElements);
  field(g.indexerKeyLength);
  field(g.expertHiddenLength);
  field(g.furtherElements);
}

// The counts of groups and runs are whatever JavaScript found; planMemory refuses those that do not fit.
template <typename Field>
constexpr void read(Field& field, ModelSpec& m) {
  field(m.architecture);
  field(m.vocabularySize);
  field(m.hiddenSize);
  field(m.layerCount);
  field(m.contextLength);
  field(m.slidingWindow);
  field(m.tiedEmbeddings);
  field(m.is70B);
  field(m.perLayerEmbeddingLength);
  field(m.outputVectorElements);
  field(m.outputUnquantizedElements);
  field(m.firstLayerVectorElements);
  field(m.firstLayerUnquantizedElements);
  field(m.predictionLayerCount);
  field(m.predictionGroup);
  field(m.groupCount);
  field(m.runCount);
  for (std::size_t i = 0; i < atMost(m.groupCount, ModelSpec::kMaximumGroups); ++i) read(field, m.groups[i]);
  for (std::size_t i = 0; i < atMost(m.runCount, ModelSpec::kMaximumRuns); ++i) {
    field(m.runs[i].group);
    field(m.runs[i].count);
  }
}

template <typename Field>
constexpr void read(Field& field, Runtime& r) {
  field(r.build);
  field(r.server);
  field(r.fileType);
  field(r.importanceMatrix);
  field(r.contextLength);
  field(r.batchSize);
  field(r.microBatchSize);
  field(r.sequences);
  field(r.kvUnified);
  field(r.flashAttention);
  field(r.cacheTypeK);
  field(r.cacheTypeV);
  field(r.gpuLayers);
  field(r.cpuMoeLayers);
  field(r.swaFull);
  field(r.kvOffload);
  field(r.backend);
  field(r.multiprocessors);
  field(r.gpuCount);
  for (std::size_t i = 0; i < atMost(r.gpuCount, r.gpuShares.size()); ++i) {
    field(r.gpuShares[i]);
    field(r.gpuMultiprocessors[i]);
    field(r.gpuThreads[i]);
    field(r.gpuMemory[i]);
  }
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

// Of a plan only the totals, the host's first.
template <typename Field>
constexpr void read(Field& field, MemoryPlan& plan, Machine& machine) {
  field(plan.gpuCount);
  field(plan.host.weights);
  for (std::size_t i = 0; i < atMost(plan.gpuCount, plan.gpus.size()); ++i) field(plan.gpus[i].weights);
  field(machine.kind);
  field(machine.hostMemory);
  field(machine.hostReserved);
  field(machine.hostMargin);
  field(machine.gpuCount);
  for (std::size_t i = 0; i < atMost(machine.gpuCount, machine.gpuMemory.size()); ++i) {
    field(machine.gpuMemory[i]);
    field(machine.gpuReserved[i]);
    field(machine.gpuMargin[i]);
  }
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

inline constexpr std::size_t kFitHeaderLength = 2;
inline constexpr std::size_t kFitLength = 3;

inline double* write(double* to, const DeviceFit& device) {
  for (const double value : {device.needed, device.available, device.margin}) *to++ = value;
  return to;
}

inline void write(double* to, const Fit& fit) {
  *to++ = fit.fits ? 1.0 : 0.0;
  *to++ = static_cast<double>(fit.verdict);
  to = write(to, fit.host);
  for (std::size_t i = 0; i < atMost(fit.gpuCount, fit.gpus.size()); ++i) to = write(to, fit.gpus[i]);
}

inline constexpr std::size_t kHeaderLength = 7;
inline constexpr std::size_t kDeviceLength = 14;

inline double* write(double* to, const DeviceMemory& d) {
  for (const double value :
       {d.weights, d.kvCache, d.recurrentState, d.computeBuffer, d.outputBuffer, d.overhead, d.layers, d.bytesPerToken,
        d.tokenEmbedding, d.outputHead, d.experts, d.slidingCache, d.inputs, static_cast<double>(d.stage)}) {
    *to++ = value;
  }
  return to;
}

inline void write(double* to, const MemoryPlan& plan) {
  for (const double value : {plan.gpuCount, plan.cells.streams, plan.cells.full, plan.cells.sliding, plan.outputs,
                             plan.fileBytes, plan.bytesPerToken}) {
    *to++ = value;
  }
  to = write(to, plan.host);
  for (std::size_t i = 0; i < atMost(plan.gpuCount, plan.gpus.size()); ++i) to = write(to, plan.gpus[i]);
}

}  // namespace llmcalc::flat
