#include "command.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <string_view>
#include <vector>

#include "llmcalc/base/result.hpp"
#include "llmcalc/base/units.hpp"
#include "option_fields.hpp"
#include "options_data.hpp"

namespace llmcalc {

namespace {

std::string joined(const std::vector<double>& numbers) {
  std::string text;
  for (const double number : numbers) text.append(text.empty() ? "" : ",").append(formatNumber(number));
  return text;
}

// Shares of the GPUs in whole numbers: those that were said, else the memory that is free, which is what llama.cpp
// itself would take if nothing else were running.
std::vector<double> sharesOf(const std::vector<PlanGpu>& gpus) {
  std::vector<double> shares;
  if (std::any_of(gpus.begin(), gpus.end(), [](const PlanGpu& gpu) { return gpu.share.has_value(); })) {
    for (const PlanGpu& gpu : gpus) shares.push_back(gpu.share.value_or(0.0));
    return shares;
  }
  std::int64_t divisor = 0;
  for (const PlanGpu& gpu : gpus) {
    // Halves upwards, as Math.round.
    const double mebibytes = gpu.memory ? std::floor((*gpu.memory - gpu.reserved) / kBytesPerMiB + 0.5) : 1.0;
    shares.push_back(std::max(0.0, mebibytes));
    divisor = std::gcd(divisor, static_cast<std::int64_t>(shares.back()));
  }
  for (double& share : shares) share /= static_cast<double>(std::max<std::int64_t>(divisor, 1));
  return shares;
}

}  // namespace

std::string commandLine(const Question& question, const Placing& placing, bool fits) {
  const Runtime& r = question.runtime;
  const PlanMachine& machine = question.machine;
  const double gpus = machine.hardware ? static_cast<double>(machine.hardware->gpus.size()) : r.gpuCount;
  std::string text(r.server ? "llama-server" : "llama-cli");
  const auto say = [&](std::string_view option, std::string_view value = {}) {
    text.append(" ").append(option);
    if (!value.empty()) text.append(" ").append(value);
  };
  // A name of the catalogue, or of a spec, becomes one that no shell takes apart.
  say("--model", question.subject.file);
  say("--ctx-size", formatNumber(r.contextLength));
  say("--batch-size", formatNumber(r.batchSize));
  say("--ubatch-size", formatNumber(r.microBatchSize));
  if (r.server) {
    say("--parallel", formatNumber(r.sequences));
    say(r.kvUnified ? "--kv-unified" : "--no-kv-unified");
  }
  say("--flash-attn", r.flashAttention ? "on" : "off");
  say("--cache-type-k", traits(r.cacheTypeK).name);
  say("--cache-type-v", traits(r.cacheTypeV).name);
  if (gpus == 0.0) say("--device", "none");
  say("--n-gpu-layers", gpus == 0.0                        ? "0"
                        : placing.gpuLayers == kEveryLayer ? "all"
                        : placing.gpuLayers == kAutomatic  ? "auto"
                                                           : formatNumber(placing.gpuLayers));
  if (placing.cpuMoeLayers > 0.0) say("--n-cpu-moe", formatNumber(placing.cpuMoeLayers));
  if (!machine.split.layers) {
    say("--split-mode", "none");
    say("--main-gpu", formatNumber(machine.split.mainGpu.value_or(0.0)));
  } else if (machine.hardware && gpus > 1.0) {
    say("--split-mode", "layer");
    say("--tensor-split", joined(sharesOf(machine.hardware->gpus)));
  }
  for (const OptionRow& option : optionRows()) {
    if (const std::string said = passed(r, option); !said.empty()) say(said);
  }
  if (fits) say("--fit", "off");
  return text;
}

}  // namespace llmcalc
