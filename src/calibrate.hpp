// --calibrate: profiles from what llama-bench printed as JSON on the machine. js/cli/calibrate.js does the same, for
// all of its formats.
#pragma once

#include <string>

#include "llmcalc/engines/names.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/profile.hpp"

namespace llmcalc {

// What is asked about.
struct Planned {
  const ModelSpec& model;
  std::string architecture;  // empty: not known
  const Runtime& runtime;
  // The profiles are the shipped ones, which `family` and `device` of the GPUs name; threads are 0 where a row says
  // them.
  const Hardware& machine;
  std::string family;
  std::string device;
  std::string name = {};  // of the model
};

struct Calibrated {
  SpeedProfile gpuProfile;
  SpeedProfile hostProfile;
  double measurements = 0;
};

// What is skipped is said on stderr. Throws std::invalid_argument where nothing is left.
[[nodiscard]] Calibrated calibratedBy(const std::string& file, const Planned& planned);

}  // namespace llmcalc
