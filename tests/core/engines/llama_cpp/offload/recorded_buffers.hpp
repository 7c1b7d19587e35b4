// How many of the buffers that llama.cpp printed for layers of the host are met to the printed digit.
#pragma once

#include <cmath>
#include <ostream>
#include <stdexcept>
#include <string_view>

#include "recorded_plans.hpp"

namespace recorded {

struct Met {
  int all = 0;
  int exact = 0;

  bool operator==(const Met&) const = default;
};
inline std::ostream& operator<<(std::ostream& out, const Met& met) { return out << met.exact << " of " << met.all; }

// Of the recorded plans of a model, those in which the replay decides the GPU's buffer.
inline Met metBuffers(std::string_view name) {
  static const auto models = readModels();
  static const auto runs = readRuns();
  const llmcalc::ModelSpec* spec = nullptr;
  for (const Model& model : models) spec = model.name == name ? &model.spec : spec;
  if (!spec) throw std::runtime_error("no such model");
  Met met;
  for (const Run& run : runs) {
    if (run.model != name || !run.gpu.present) continue;
    const auto plan = llmcalc::tryPlanMemory(*spec, run.runtime);
    if (!plan || plan->gpus[0].stage != llmcalc::Stage::hostCopy) continue;
    ++met.all;
    const double printed = plan->gpus[0].computeBuffer / llmcalc::kBytesPerMiB;
    met.exact += std::abs(printed - run.gpu.computeBuffer) <= 0.0101 ? 1 : 0;
  }
  return met;
}

}  // namespace recorded
