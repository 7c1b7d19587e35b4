// The options of a plan, as data/options.json has them.
#pragma once

#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "llmcalc/engines/names.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/profile.hpp"
#include "option_values.hpp"
#include "quants.hpp"

namespace llmcalc {

// As asked for on the command line. Lists are empty, and numbers are none, where nothing was said.
struct Options {
  // What an option says of a field of the core, and their defaults.
  Runtime runtime;
  Workload workload;

  std::string model;
  std::vector<std::string> devices;
  std::optional<double> gpus;
  std::vector<double> vram, vramUsable, reserve, margin;  // GB, one for all GPUs or one for each
  std::vector<double> bandwidth;                          // GB/s, likewise
  std::optional<double> ram, ramReserve, ramBandwidth, threads;
  std::optional<GpuBackend> backend;
  bool splits = true;  // false: --split-mode none
  std::vector<double> tensorSplit;
  std::optional<double> mainGpu;
  bool detect = true;

  std::optional<Quant> quant;

  std::optional<double> context;    // 0: as trained
  std::optional<double> gpuLayers;  // kEveryLayer and kAutomatic too
  bool fit = false;
  double cpuMoeLayers = 0;  // kEveryLayer too
  std::vector<std::string> overrides;
  std::optional<double> parallel;
  std::optional<bool> kvUnified;

  std::optional<double> prompt, output;
  std::optional<Draft> draft;
  std::string engine;
  std::string projector;  // a file
  std::optional<double> imageTokens;
  std::string calibrate;  // a file
  bool curve = false, json = false, help = false;
};

// What is wrong with an option.
class UsageError : public std::invalid_argument {
 public:
  using std::invalid_argument::invalid_argument;
};

// Throws UsageError.
[[nodiscard]] Options optionsOf(std::span<const std::string> arguments);

[[nodiscard]] std::string helpOfOptions();

}  // namespace llmcalc
