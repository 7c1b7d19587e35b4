// The embind surface of memory.hpp. js/core/memory.js writes the arguments into the block and reads the answer from
// there.
#include "llmcalc/memory.hpp"

#include <emscripten/bind.h>

#include "block.hpp"
#include "flat.hpp"

namespace {

using llmcalc::bindings::allOfBlock;
using llmcalc::bindings::block;
using llmcalc::bindings::kBlockNumbers;

static_assert(llmcalc::flat::kMostShape + llmcalc::flat::kMostTensors <= kBlockNumbers);
static_assert(llmcalc::flat::kMostFit <= kBlockNumbers);
static_assert(llmcalc::flat::kHeaderLength + llmcalc::flat::kDeviceLength * (llmcalc::Runtime::kMaximumGpus + 1) <=
              kBlockNumbers);
static_assert(llmcalc::flat::kFitHeaderLength + llmcalc::flat::kFitLength * (llmcalc::Runtime::kMaximumGpus + 1) <=
              kBlockNumbers);

// A model, a runtime and, if `measured`, the sums of a tensor list become a plan, or a violation: false.
bool planMemory(bool measured) {
  // They are large; the heap is not, and nothing here runs twice at once.
  static llmcalc::ModelSpec model;
  static llmcalc::Runtime runtime;
  static llmcalc::MeasuredWeights weights;
  llmcalc::flat::Reader reader(allOfBlock());
  llmcalc::flat::read(reader, model);
  llmcalc::flat::read(reader, runtime);
  if (measured) llmcalc::flat::read(reader, weights, model.layerCount);
  const auto plan = llmcalc::tryPlanMemory(model, runtime, measured ? &weights : nullptr);
  if (plan) {
    llmcalc::flat::write(block[0].data(), *plan);
  } else {
    llmcalc::bindings::writeViolation(plan.violation());
  }
  return static_cast<bool>(plan);
}

// Totals of a plan and a machine become needed and available bytes of every device, or a violation: false.
bool fits() {
  llmcalc::MemoryPlan plan;
  llmcalc::Machine machine;
  llmcalc::flat::Reader reader(allOfBlock());
  llmcalc::flat::read(reader, plan, machine);
  const auto fit = llmcalc::tryFits(plan, machine);
  if (fit) {
    llmcalc::flat::write(block[0].data(), *fit);
  } else {
    llmcalc::bindings::writeViolation(fit.violation());
  }
  return static_cast<bool>(fit);
}

}  // namespace

EMSCRIPTEN_BINDINGS(llmcalc_memory) {
  emscripten::function("planMemory", &planMemory);
  emscripten::function("fits", &fits);
}
