// The options of a plan, those of js/cli/options.js: names, aliases of llama.cpp, words of help and of refusals.
#pragma once

#include <limits>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include "llmcalc/quantization.hpp"
#include "llmcalc/runtime.hpp"
#include "quants.hpp"

namespace llmcalc {

// Of layers: as many as fit.
inline constexpr double kAutomatic = -1;
// All of them, and the head. (Runtime has kAllLayers for that, which may be asked for as a number too.)
inline constexpr double kEveryLayer = std::numeric_limits<double>::infinity();

struct Draft {
  double length = 0;
  std::optional<double> acceptanceRate;
  std::optional<double> cost;
};

// As asked for on the command line. Lists are empty, and numbers are none, where nothing was said.
struct Options {
  std::string model;
  std::vector<std::string> devices;
  std::optional<double> gpus;
  std::vector<double> vram, vramUsable, reserve, margin;  // GB, one for all GPUs or one for each
  std::vector<double> bandwidth;                          // GB/s, likewise
  std::optional<double> ram, ramReserve, ramBandwidth, threads;
  std::optional<Backend> backend;
  bool splits = true;  // false: --split-mode none
  std::vector<double> tensorSplit;
  std::optional<double> mainGpu;
  bool detect = true;

  std::optional<Quant> quant;
  bool importanceMatrix = false;

  std::optional<double> context;  // 0: as trained
  std::optional<CacheType> kv, kvK, kvV;
  std::optional<double> gpuLayers;  // kEveryLayer and kAutomatic too
  bool fit = false;
  double cpuMoeLayers = 0;  // kEveryLayer too
  std::vector<std::string> overrides;
  std::optional<double> parallel;
  std::optional<bool> kvUnified;
  double batch = 2048, ubatch = 512, build = kReferenceBuild;
  bool server = true, flashAttention = true, swaFull = false, kvOffload = true;

  std::optional<double> prompt, output;
  double depth = 0, concurrency = 1;
  std::optional<Draft> draft;
  std::string engine = "llama.cpp";
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
