// The embind surface of fit.hpp, inverse.hpp, offload_curve.hpp, sweep.hpp and layout/parameters.hpp. As in memory.cpp,
// arguments and answers are in the block; js/core/fit.js writes and reads them.
#include "llmcalc/fit.hpp"

#include <emscripten/bind.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>

#include "block.hpp"
#include "flat.hpp"
#include "flat_speed.hpp"
#include "llmcalc/inverse.hpp"
#include "llmcalc/layout/parameters.hpp"
#include "llmcalc/offload_curve.hpp"
#include "llmcalc/sweep.hpp"

namespace {

using llmcalc::bindings::allOfBlock;
using llmcalc::bindings::block;
using llmcalc::bindings::kBlockNumbers;

// Of a machine, beside what a plan has.
constexpr std::size_t kMostMachine = [] {
  llmcalc::Machine machine;
  machine.gpuCount = llmcalc::Runtime::kMaximumGpus;
  llmcalc::flat::Counter count;
  llmcalc::flat::read(count, machine);
  return count.count();
}();
static_assert(llmcalc::flat::kMostShape + llmcalc::flat::kMostSpeed + kMostMachine + llmcalc::flat::kMostTensors <=
              kBlockNumbers);

// Nothing here runs twice at once. A curve is asked point by point.
struct Question {
  llmcalc::ModelSpec model;
  llmcalc::Runtime runtime;
  llmcalc::Machine machine;
  llmcalc::Hardware hardware;
  llmcalc::Workload workload;
  llmcalc::MeasuredWeights weights;
  bool measured = false;

  [[nodiscard]] const llmcalc::MeasuredWeights* weightsIfAny() const { return measured ? &weights : nullptr; }
};
Question question;

// Writes the fields of an answer, or why there is none: false.
template <typename T>
bool answer(const llmcalc::Result<T>& result) {
  if (result) {
    llmcalc::flat::writeFields(block[0].data(), *result);
  } else {
    llmcalc::bindings::writeViolation(result.violation());
  }
  return static_cast<bool>(result);
}

void readFit(bool measured) {
  llmcalc::flat::Reader reader(allOfBlock());
  llmcalc::flat::read(reader, question.model);
  llmcalc::flat::read(reader, question.runtime);
  if (measured) llmcalc::flat::read(reader, question.weights, question.model.layerCount);
  question.machine = {};
  llmcalc::flat::read(reader, question.machine);
  question.measured = measured;
}

// A model, a runtime, if `measured` the sums of a tensor list, and a machine become a placement.
bool fitModel(bool measured) {
  readFit(measured);
  return answer(llmcalc::tryFitModel(question.model, question.runtime, question.machine, question.weightsIfAny()));
}

// What fitModel is asked becomes a context.
bool largestContext(bool measured) {
  readFit(measured);
  return answer(
      llmcalc::tryLargestContext(question.model, question.runtime, question.machine, question.weightsIfAny()));
}

// A question to estimateSpeed and the machine behind it are remembered for offloadPoint.
void startCurve(bool measured) {
  llmcalc::flat::Reader reader(allOfBlock());
  llmcalc::flat::read(reader, question.model);
  llmcalc::flat::read(reader, question.runtime);
  llmcalc::flat::read(reader, question.hardware);
  llmcalc::flat::read(reader, question.workload);
  if (measured) llmcalc::flat::read(reader, question.weights, question.model.layerCount);
  question.machine = {};
  llmcalc::flat::read(reader, question.machine);
  question.measured = measured;
}

// The verdict, then p10, p50 and p90 of the speed.
bool offloadPoint(double gpuLayers) {
  const auto point = llmcalc::tryOffloadPoint(question.model, question.runtime, question.machine, question.hardware,
                                              question.workload, gpuLayers, question.weightsIfAny());
  if (!point) {
    llmcalc::bindings::writeViolation(point.violation());
    return false;
  }
  double* to = block[0].data();
  *to++ = static_cast<double>(point->verdict);
  *to++ = point->decode.p10;
  *to++ = point->decode.p50;
  *to = point->decode.p90;
  return true;
}

// What estimateSpeed is asked becomes a number of layers, or NaN and a violation.
double fewestGpuLayers(bool measured, double tokensPerSecond) {
  startCurve(measured);
  return llmcalc::bindings::valueOrViolation(llmcalc::tryFewestGpuLayers(question.model, question.runtime,
                                                                         question.hardware, question.workload,
                                                                         tokensPerSecond, question.weightsIfAny()));
}

std::optional<llmcalc::SweepPoint> sweepPoint;

// As startCurve, for a grid of questions, which is asked point by point.
void startSweep(bool measured) {
  startCurve(measured);
  sweepPoint.emplace(question.model, question.runtime, question.machine, question.hardware, question.workload,
                     question.weightsIfAny());
}

void moveSweep(double axis, double value) {
  sweepPoint->set(static_cast<llmcalc::SweepAxis>(static_cast<std::uint8_t>(axis)), value);
}

bool sweepMatters(double part, double axis) {
  return llmcalc::matters(static_cast<llmcalc::SweepPart>(static_cast<std::uint8_t>(part)),
                          static_cast<llmcalc::SweepAxis>(static_cast<std::uint8_t>(axis)));
}

template <typename T, typename Write>
bool answerPart(const llmcalc::Result<T>& result, const Write& write) {
  if (result) {
    write(*result);
  } else {
    llmcalc::bindings::writeViolation(result.violation());
  }
  return static_cast<bool>(result);
}

// One part of an answer: bytes of the host and of every GPU, the verdict, or what an estimate has for columns, in the
// order of SweepOutput.
bool sweepPart(double part) {
  using llmcalc::SweepOutput;
  double* to = block[0].data();
  switch (static_cast<llmcalc::SweepPart>(static_cast<std::uint8_t>(part))) {
    case llmcalc::SweepPart::plan:
      return answerPart(sweepPoint->plan(), [&](const llmcalc::MemoryPlan& plan) {
        *to++ = plan.host.total();
        for (std::size_t i = 0; i < static_cast<std::size_t>(plan.gpuCount); ++i) *to++ = plan.gpus[i].total();
      });
    case llmcalc::SweepPart::fit:
      return answerPart(sweepPoint->fit(), [&](const llmcalc::Fit& fit) { *to = static_cast<double>(fit.verdict); });
    case llmcalc::SweepPart::speed:
      break;
  }
  return answerPart(sweepPoint->speed(), [&](const llmcalc::SpeedEstimate& estimate) {
    for (auto output = static_cast<std::uint8_t>(SweepOutput::decodeP10);
         output <= static_cast<std::uint8_t>(SweepOutput::decodeLimit); ++output) {
      *to++ = llmcalc::speedOutput(estimate, static_cast<SweepOutput>(output));
    }
  });
}

// How many GPUs, then of the host and of each GPU the bytes read per token and the bandwidth; NaN: not known.
double decodeCeiling() {
  llmcalc::flat::Reader reader(allOfBlock());
  llmcalc::MemoryPlan plan;
  std::array<double, llmcalc::Runtime::kMaximumGpus> gpus{};
  double host = 0;
  reader(plan.gpuCount);
  plan.gpuCount = static_cast<double>(llmcalc::flat::atMost(plan.gpuCount, gpus.size()));
  reader(plan.host.bytesPerToken);
  reader(host);
  for (std::size_t i = 0; i < static_cast<std::size_t>(plan.gpuCount); ++i) {
    reader(plan.gpus[i].bytesPerToken);
    reader(gpus[i]);
  }
  return llmcalc::decodeCeiling(plan, gpus, host).value_or(std::numeric_limits<double>::quiet_NaN());
}

bool parameterCount() {
  llmcalc::flat::Reader reader(allOfBlock());
  llmcalc::flat::read(reader, question.model);
  return answer(llmcalc::tryParameterCount(question.model));
}

// NaN and a violation where there is none.
double fileBytes(double fileType, bool importanceMatrix) {
  llmcalc::flat::Reader reader(allOfBlock());
  llmcalc::flat::read(reader, question.model);
  return llmcalc::bindings::valueOrViolation(llmcalc::tryFileBytes(
      question.model, static_cast<llmcalc::FileType>(static_cast<std::uint8_t>(fileType)), importanceMatrix));
}

}  // namespace

EMSCRIPTEN_BINDINGS(llmcalc_fit) {
  emscripten::function("fitModel", &fitModel);
  emscripten::function("startCurve", &startCurve);
  emscripten::function("offloadPoint", &offloadPoint);
  emscripten::function("largestContext", &largestContext);
  emscripten::function("fewestGpuLayers", &fewestGpuLayers);
  emscripten::function("startSweep", &startSweep);
  emscripten::function("moveSweep", &moveSweep);
  emscripten::function("sweepMatters", &sweepMatters);
  emscripten::function("sweepPart", &sweepPart);
  emscripten::function("decodeCeiling", &decodeCeiling);
  emscripten::function("parameterCount", &parameterCount);
  emscripten::function("fileBytes", &fileBytes);
}
