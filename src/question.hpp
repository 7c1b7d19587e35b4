// From the words of a question to what is planned: the model, the machine, the runtime, and what the speed is of.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hardware.hpp"
#include "json.hpp"
#include "llmcalc/engines/names.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/profile.hpp"
#include "options.hpp"

namespace llmcalc {

// What extends the context of a model, where its config says it.
struct Rope {
  std::string type;  // empty: not known
  double factor = 0;
  std::optional<double> originalContextLength;
};

struct Subject {
  std::string name;
  Json source;
  ModelSpec model;                                 // contextLength is what it was trained for
  std::shared_ptr<const MeasuredWeights> weights;  // of a file's own tensors; none: by the rules of the file type
  std::string architecture;                        // empty: not known
  std::optional<bool> recorded;
  std::string file;  // for the printed command
  std::optional<Rope> rope;
  std::optional<FileType> releasedAs;  // what its publisher released, or what holds it as it is, where it is known
  std::string releasedIn;              // the catalogue's word for the released precision; empty: not known
};

// Where layers go, in the words of the command line.
struct Placing {
  double gpuLayers = kEveryLayer;  // or a number, or kAutomatic
  double cpuMoeLayers = 0;
};

struct Question {
  Subject subject;
  PlanMachine machine;
  Runtime runtime;  // but for where layers go, and on what
  Placing placing;
  Workload workload;  // within the context
  Engine engine = Engine::llamaCpp;
  std::optional<Draft> draft;
  std::string calibrate;  // a file
  bool curve = false;
  std::vector<std::string> notes;
};

// Throws std::invalid_argument in words for the one who asked.
[[nodiscard]] Question questionOf(const Options& options);

}  // namespace llmcalc
