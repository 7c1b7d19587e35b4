// parameters.hpp: how many weights a model has, and how many bytes its file.
#pragma once

#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/plan.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

struct ParameterCount {
  double parameters = 0;        // elements of all tensors of the file
  double activeParameters = 0;  // those read for one token: no token embeddings, of the experts the used
};

template <>
inline constexpr auto kFields<ParameterCount> = std::tuple{
    field::Number{"count.parameters", &ParameterCount::parameters},
    field::Number{"count.activeParameters", &ParameterCount::activeParameters},
};

namespace detail {

// A plan whose only question is what the file has.
[[nodiscard]] inline Result<MemoryPlan> planOfFile(const ModelSpec& model, FileType fileType,
                                                   bool importanceMatrix) noexcept {
  Runtime runtime;
  runtime.fileType = fileType;
  runtime.importanceMatrix = importanceMatrix;
  runtime.contextLength = 256;
  runtime.gpuCount = 0;
  return tryPlanMemory(model, runtime);
}

}  // namespace detail

// The elements of a model. Whole numbers; exact up to 2^53. Violation: what planMemory refuses of the model.
//
// An F32 file has four bytes for each, but for those that stay as their publisher converted them, which have two
// (LayerGroup::unquantizedElements): llama.cpp's rules of a file (llama-quant.cpp) say how many bytes.
[[nodiscard]] inline Result<ParameterCount> tryParameterCount(const ModelSpec& model) noexcept {
  const Result<MemoryPlan> plan = detail::planOfFile(model, FileType::F32, false);
  if (!plan) return plan.violation();
  double halves = model.firstLayerUnquantizedElements + model.outputUnquantizedElements;
  visitRuns(model,
            [&](int, int count, std::size_t group) { halves += count * model.groups[group].unquantizedElements; });
  return ParameterCount{plan->fileBytes / 4.0 + halves / 2.0, plan->bytesPerToken / 4.0 + halves / 2.0};
}

[[nodiscard]] inline ParameterCount parameterCount(const ModelSpec& model) {
  return valueOrReject("parameterCount", tryParameterCount(model));
}

// Bytes of all tensors of a file of the type, prediction blocks too; without its header and vocabulary, which are some
// megabytes. `importanceMatrix`: the file was quantised with one, which changes the types of a few tensors. Violation:
// what planMemory refuses of the model. Source: ggml-org/llama.cpp src/llama-quant.cpp; tests/golden/weights.tsv has
// 1,690 files.
[[nodiscard]] inline Result<double> tryFileBytes(const ModelSpec& model, FileType fileType,
                                                 bool importanceMatrix = false) noexcept {
  const Result<MemoryPlan> plan = detail::planOfFile(model, fileType, importanceMatrix);
  if (!plan) return plan.violation();
  return plan->fileBytes;
}

[[nodiscard]] inline double fileBytes(const ModelSpec& model, FileType fileType, bool importanceMatrix = false) {
  return valueOrReject("fileBytes", tryFileBytes(model, fileType, importanceMatrix));
}

}  // namespace llmcalc
