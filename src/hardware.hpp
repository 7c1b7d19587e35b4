// The machine of a plan: what was said of it, and what the catalogue knows. What is assumed is said in `assumed`, a
// sentence each. The rules are those of js/cli/machine.js, but for this machine, which the npm tool alone detects.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "json.hpp"
#include "llmcalc/memory.hpp"
#include "llmcalc/question/runtime.hpp"
#include "options.hpp"

namespace llmcalc {

inline constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;

// One GPU. What is unknown is empty, rates are 0.
struct PlanGpu {
  std::string name;
  // What programs can have of it, bytes; of one pool with the host the limit of the GPU, none for the usual share.
  std::optional<double> memory;
  std::optional<double> memorySold;   // bytes
  std::string memorySource;           // how `memory` is known
  double reserved = 0;                // bytes in use by others
  double margin = kDefaultGpuMargin;  // bytes to stay free
  std::optional<double> bandwidth;    // bytes/s
  std::optional<double> multiprocessors;
  std::string family;
  double shaderFlops = 0;  // as Device has them
  double halfFlops = 0;
  double quantizedOps = 0;
  std::optional<double> share;  // of the layers, where --tensor-split says it
};

struct PlanHost {
  std::string name;
  std::optional<double> memory;  // bytes; of one pool all of it
  double reserved = 0;
  double margin = 0;
  std::optional<double> bandwidth;  // bytes/s
  std::optional<double> threads;
};

struct PlanHardware {
  MemoryKind kind = MemoryKind::separate;
  GpuBackend backend = GpuBackend::cuda;
  std::vector<PlanGpu> gpus;  // in llama.cpp's order
  PlanHost host;
  std::vector<std::string> assumed;
};

// How layers go to several GPUs, as the command line says it.
struct PlanSplit {
  bool layers = true;  // false: all on one
  std::optional<double> mainGpu;
  std::vector<double> tensorSplit;
};

struct PlanMachine {
  std::optional<PlanHardware> hardware;  // none where nothing of it is said
  PlanSplit split;
};

// Throws std::invalid_argument naming the option.
[[nodiscard]] PlanMachine machineOf(const Options& options);

[[nodiscard]] Json jsonOf(const PlanHardware& hardware);

}  // namespace llmcalc
