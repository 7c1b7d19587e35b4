// memory_plan.hpp: what a plan answers: bytes, device by device.
#pragma once

#include <array>
#include <tuple>

#include "llmcalc/answer/terms.hpp"
#include "llmcalc/base/field.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// What one device holds, in bytes. Comments are the documentation in TypeScript too.
struct DeviceMemory {
  double weights = 0;
  double kvCache = 0;
  double recurrentState = 0;
  double computeBuffer = 0;  // scratch memory of a micro-batch
  double outputBuffer = 0;   // logits, on the host
  // The context of what drafts: its cache, states and buffers, and the weights of a model of its own (addDraft).
  double draft = 0;
  double projector = 0;    // of images or sounds: weights and buffer, or its inputs on the host
  double promptCache = 0;  // what llama-server keeps of earlier prompts, and its checkpoints, at most; on the host
  // The backend's own, estimated on the high side (docs/memory.md); everything else is what llama.cpp plans.
  double overhead = 0;
  double layers = 0;  // repeating layers placed here
  // Bytes of the weights here that are read for one token of one sequence: everything but the token embeddings and the
  // experts that the token does not use.
  double bytesPerToken = 0;

  // Parts of the terms, for explanation.
  double tokenEmbedding = 0;  // part of weights
  double outputHead = 0;      // part of weights
  double experts = 0;         // part of weights
  double slidingCache = 0;    // part of kvCache
  double inputs = 0;          // part of computeBuffer
  Stage stage = Stage::none;  // of the graph, which is the largest: what the rest of computeBuffer is for

  [[nodiscard]] constexpr double total() const noexcept;
};

// What adds up to a device's total.
inline constexpr auto kTotalFields = std::tuple{
    field::Number{"plan.devices[].weights", &DeviceMemory::weights},
    field::Number{"plan.devices[].kvCache", &DeviceMemory::kvCache},
    field::Number{"plan.devices[].recurrentState", &DeviceMemory::recurrentState},
    field::Number{"plan.devices[].computeBuffer", &DeviceMemory::computeBuffer},
    field::Number{"plan.devices[].outputBuffer", &DeviceMemory::outputBuffer},
    field::Number{"plan.devices[].draft", &DeviceMemory::draft},
    field::Number{"plan.devices[].projector", &DeviceMemory::projector},
    field::Number{"plan.devices[].promptCache", &DeviceMemory::promptCache},
    field::Number{"plan.devices[].overhead", &DeviceMemory::overhead},
};
inline constexpr auto kLoadFields = std::tuple{
    field::Number{"plan.devices[].layers", &DeviceMemory::layers},
    field::Number{"plan.devices[].bytesPerToken", &DeviceMemory::bytesPerToken},
};
// Parts of what adds up to the total. The compute buffer is its inputs and its largest stage.
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
  // Cells of each of `streams` streams: of layers that see everything, and of sliding ones (0 without any).
  CacheCells cells;
  double outputs = 0;  // tokens of a micro-batch that get logits
  // Bytes of all tensors in the file, prediction blocks too; without its header and vocabulary.
  double fileBytes = 0;
  // Bytes of weights read for one token of one sequence, on all devices: all but the token embedding, of the experts
  // the used ones.
  double bytesPerToken = 0;
};

template <>
inline constexpr auto kFields<MemoryPlan> = std::tuple{
    field::Count{"plan.devices", &MemoryPlan::gpuCount},  // the host is the device after the GPUs
    field::Part{"plan.cells", &MemoryPlan::cells},
    field::Number{"plan.outputs", &MemoryPlan::outputs},
    field::Number{"plan.fileBytes", &MemoryPlan::fileBytes},
    field::Number{"plan.bytesPerToken", &MemoryPlan::bytesPerToken},
};

}  // namespace llmcalc
