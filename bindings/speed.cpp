// The embind surface of estimate.hpp, speed/profiles.hpp and calibration.hpp. As in memory.cpp, arguments and answers
// are in the block; js/core/speed.js writes and reads them.
#include <emscripten/bind.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "block.hpp"
#include "flat.hpp"
#include "flat_speed.hpp"
#include "llmcalc/calibration.hpp"
#include "llmcalc/estimate.hpp"
#include "llmcalc/speed/profiles.hpp"

namespace {

using llmcalc::bindings::allOfBlock;
using llmcalc::bindings::block;
using llmcalc::bindings::kBlockNumbers;

constexpr std::size_t kLongestName = 100;

static_assert(llmcalc::flat::kMostShape + llmcalc::flat::kMostSpeed + llmcalc::flat::kMostTensors <= kBlockNumbers);
static_assert(llmcalc::flat::kEstimateLength <= kBlockNumbers);
static_assert(2 * llmcalc::flat::kProfileLength <= kBlockNumbers);
static_assert(2 * (kLongestName + 1) <= kBlockNumbers);

// Nothing here runs twice at once.
struct Question {
  llmcalc::ModelSpec model;
  llmcalc::Runtime runtime;
  llmcalc::Hardware hardware;
  llmcalc::Workload workload;
  llmcalc::MeasuredWeights weights;
};

Question question;
llmcalc::Calibration calibration;

void read(bool measured) {
  llmcalc::flat::Reader reader(allOfBlock());
  llmcalc::flat::read(reader, question.model);
  llmcalc::flat::read(reader, question.runtime);
  llmcalc::flat::read(reader, question.hardware);
  llmcalc::flat::read(reader, question.workload);
  if (measured) llmcalc::flat::read(reader, question.weights, question.model.layerCount);
}

const llmcalc::MeasuredWeights* weightsIf(bool measured) { return measured ? &question.weights : nullptr; }

// A question becomes an estimate, or a violation: false.
bool estimateSpeed(bool measured) {
  read(measured);
  const auto estimate = llmcalc::tryEstimateSpeed(question.model, question.runtime, question.hardware,
                                                  question.workload, weightsIf(measured));
  if (estimate) {
    llmcalc::flat::write(block[0].data(), *estimate);
  } else {
    llmcalc::bindings::writeViolation(estimate.violation());
  }
  return static_cast<bool>(estimate);
}

// Names cross as characters in the block, their count first: strings would pull in a tenth of the glue.
std::string_view nameAt(const double*& from, std::array<char, kLongestName>& text) {
  const std::size_t length = llmcalc::flat::atMost(*from++, text.size());
  for (std::size_t i = 0; i < length; ++i) text[i] = static_cast<char>(*from++);
  return {text.data(), length};
}

void speedProfile(double backend, double build) {
  std::array<char, kLongestName> familyText{};
  std::array<char, kLongestName> deviceText{};
  const double* from = block[0].data();
  const std::string_view family = nameAt(from, familyText);
  const std::string_view device = nameAt(from, deviceText);
  llmcalc::flat::write(block[0].data(),
                       llmcalc::speedProfile(static_cast<llmcalc::GpuBackend>(static_cast<std::uint8_t>(backend)),
                                             family, device, build));
}

// `freedoms` rows of parameter, deviation and center in the block; none: those of a machine. A violation: false.
bool startCalibration(double freedoms) {
  if (freedoms == 0.0) {
    llmcalc::followMachine(calibration);
    return true;
  }
  calibration.clear();
  const double* from = block[0].data();
  for (double i = 0; i < freedoms; i += 1.0, from += 3) {
    llmcalc::Violation wrong = calibration.free(from[0], from[1], from[2]);
    if (wrong.parameter.empty()) continue;
    wrong.index = i;
    llmcalc::bindings::writeViolation(wrong);
    return false;
  }
  return true;
}

// Adds a question and what was measured; the estimate, or NaN and a violation.
double addMeasurement(bool measured, double metric, double tokensPerSecond, double weight) {
  read(measured);
  return llmcalc::bindings::valueOrViolation(calibration.add(
      question.model, question.runtime, question.hardware, question.workload,
      {static_cast<llmcalc::Metric>(static_cast<int>(metric)), tokensPerSecond, weight}, weightsIf(measured)));
}

bool stepCalibration() { return calibration.step(); }

double calibrationFactor(double i) { return calibration.factor(static_cast<std::size_t>(i)); }

// The profiles of the last measurement's machine, calibrated: the GPUs', then the host's.
void calibratedProfiles() {
  const llmcalc::Hardware hardware = calibration.calibrated(question.hardware, question.runtime.backend);
  double* const next = llmcalc::flat::write(block[0].data(), hardware.gpuProfile);
  llmcalc::flat::write(next, hardware.hostProfile);
}

}  // namespace

EMSCRIPTEN_BINDINGS(llmcalc_speed) {
  emscripten::function("estimateSpeed", &estimateSpeed);
  emscripten::function("speedProfile", &speedProfile);
  emscripten::function("startCalibration", &startCalibration);
  emscripten::function("addMeasurement", &addMeasurement);
  emscripten::function("stepCalibration", &stepCalibration);
  emscripten::function("calibrationFactor", &calibrationFactor);
  emscripten::function("calibratedProfiles", &calibratedProfiles);
}
