// Models, machines and runtimes that several tests ask about.
#pragma once

#include "llmcalc/base/units.hpp"
#include "llmcalc/machine/machine.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// Llama 3.1 8B.
inline ModelSpec llama() {
  ModelSpec model;
  model.vocabularySize = 128256;
  model.hiddenSize = 4096;
  model.layerCount = 32;
  model.contextLength = 131072;
  model.outputVectorElements = 4096;
  model.groupCount = 1;
  LayerGroup& layer = model.groups[0];
  layer.headCount = 32;
  layer.kvHeadCount = 8;
  layer.keyLength = 128;
  layer.valueLength = 128;
  layer.feedForward = FeedForward::gated;
  layer.feedForwardLength = 14336;
  layer.vectorElements = 2 * 4096;
  model.runCount = 1;
  model.runs[0] = {0, 1};
  return model;
}

// That model with experts in the place of its feed-forward.
inline ModelSpec mixture(double expertCount, double expertsUsed, double expertLength) {
  ModelSpec model = llama();
  LayerGroup& layer = model.groups[0];
  layer.feedForward = FeedForward::none;
  layer.feedForwardLength = 0;
  layer.expertCount = expertCount;
  layer.expertsUsed = expertsUsed;
  layer.expertLength = expertLength;
  return model;
}

inline ModelSpec latent() {
  ModelSpec model = llama();
  LayerGroup& layer = model.groups[0];
  layer.attention = Attention::mla;
  layer.kvHeadCount = 1;
  layer.kvLoraRank = 512;
  layer.ropeLength = 64;
  layer.keyLength = 576;
  layer.valueLength = 0;
  layer.mlaKeyLength = 192;
  layer.mlaValueLength = 128;
  return model;
}

// One GPU and a host, in bytes.
inline Machine machineOf(double gpu, double host) {
  Machine machine;
  machine.hostMemory = host;
  machine.gpuCount = 1;
  machine.gpuMemory[0] = gpu;
  return machine;
}

inline Machine machineOfGib(double gpu, double host) { return machineOf(gpu * kBytesPerGiB, host * kBytesPerGiB); }

inline Runtime at8192() {
  Runtime runtime;
  runtime.contextLength = 8192;
  return runtime;
}

}  // namespace llmcalc
