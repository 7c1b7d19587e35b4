// How a model, a runtime and a plan cross between JavaScript and C++: as rows of numbers in one block of memory,
// written and read by js/memory.js in the same order. Booleans are 0 or 1, names are their place in the list of names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>

#include "llmcalc/memory.hpp"

namespace llmcalc::flat {

class Reader {
 public:
  explicit Reader(std::span<const double> values) : values_(values) {}

  void operator()(double& field) { field = next(); }
  void operator()(bool& field) { field = next() != 0.0; }
  template <typename Enum>
  requires std::is_enum_v<Enum>
  void operator()(Enum& field) { field = static_cast<Enum>(static_cast<std::uint8_t>(next())); }

 private:
  double next() { return values_[at_++]; }

  std::span<const double> values_;
  std::size_t at_ = 0;
};

inline void read(Reader& field, LayerGroup& g) {
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

// A count from JavaScript, whatever it is, as one that is safe to loop over.
inline std::size_t atMost(double count, std::size_t maximum) {
  return count >= 0.0 && count <= static_cast<double>(maximum) ? static_cast<std::size_t>(count) : 0;
}

// The counts of groups and runs are whatever JavaScript found; planMemory refuses those that do not fit.
inline void read(Reader& field, ModelSpec& m) {
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

inline void read(Reader& field, Runtime& r) {
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
  for (double& share : r.gpuShares) field(share);
}

// Token embedding, head, what is placed with the head, then dense and expert bytes of every layer.
inline void read(Reader& field, MeasuredWeights& w, double layers) {
  field(w.tokenEmbedding);
  field(w.output);
  field(w.outputExtras);
  for (std::size_t i = 0; i < atMost(layers, w.layers.size()); ++i) {
    field(w.layers[i].dense);
    field(w.layers[i].experts);
  }
}

// Of a plan only the totals.
inline void read(Reader& field, MemoryPlan& plan, Machine& machine) {
  field(plan.gpuCount);
  field(plan.host.weights);
  for (DeviceMemory& gpu : plan.gpus) field(gpu.weights);
  field(machine.kind);
  field(machine.hostMemory);
  field(machine.hostReserved);
  field(machine.gpuCount);
  for (double& memory : machine.gpuMemory) field(memory);
  for (double& reserved : machine.gpuReserved) field(reserved);
}

inline void write(double* to, const Fit& fit) {
  *to++ = fit.fits ? 1.0 : 0.0;
  *to++ = fit.host.needed;
  *to++ = fit.host.available;
  for (std::size_t i = 0; i < static_cast<std::size_t>(fit.gpuCount); ++i) {
    *to++ = fit.gpus[i].needed;
    *to++ = fit.gpus[i].available;
  }
}

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
  for (const double value :
       {plan.cells.streams, plan.cells.full, plan.cells.sliding, plan.outputs, plan.fileBytes, plan.bytesPerToken}) {
    *to++ = value;
  }
  to = write(to, plan.host);
  for (std::size_t i = 0; i < static_cast<std::size_t>(plan.gpuCount); ++i) to = write(to, plan.gpus[i]);
}

}  // namespace llmcalc::flat
