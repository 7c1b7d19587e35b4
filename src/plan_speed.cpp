#include "plan_speed.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <vector>

#include "fields_json.hpp"
#include "llmcalc/answer/speed_fields.hpp"
#include "llmcalc/fit.hpp"
#include "llmcalc/speed/profiles.hpp"

namespace llmcalc {

namespace {

Json numberOr(const std::optional<double>& number) { return number ? Json(*number) : Json(); }
Json limitOf(Limit limit) { return std::string(kLimits[static_cast<std::size_t>(limit)]); }

}  // namespace

std::optional<double> ceilingOf(const MemoryPlan& plan, const std::optional<PlanHardware>& hardware) {
  if (!hardware) return std::nullopt;
  std::vector<double> gpus;
  for (const PlanGpu& gpu : hardware->gpus) gpus.push_back(gpu.bandwidth.value_or(0.0));
  return decodeCeiling(plan, gpus, hardware->host.bandwidth.value_or(0.0));
}

std::optional<Hardware> speedMachineOf(const std::optional<PlanHardware>& hardware, const Runtime& runtime) {
  if (!hardware) return std::nullopt;
  const std::vector<PlanGpu>& gpus = hardware->gpus;
  const bool isKnown =
      std::all_of(gpus.begin(), gpus.end(), [](const PlanGpu& gpu) { return gpu.bandwidth.has_value(); });
  // llama.cpp's CPU back end leaves GPUs alone.
  if (!gpus.empty() && (!isKnown || runtime.backend == GpuBackend::cpu)) return std::nullopt;
  const PlanHost& host = hardware->host;
  Hardware machine;
  machine.gpuCount = static_cast<double>(gpus.size());
  for (std::size_t i = 0; i < gpus.size(); ++i) {
    const PlanGpu& gpu = gpus[i];
    machine.gpus[i] = {*gpu.bandwidth, gpu.shaderFlops, gpu.halfFlops, gpu.quantizedOps, 0.0};
  }
  machine.host.bandwidth = host.bandwidth.value_or(kAssumedHost.bandwidth);
  machine.host.threads = host.threads.value_or(kAssumedHost.threads);
  machine.unified = hardware->kind != MemoryKind::separate;
  const PlanGpu first = gpus.empty() ? PlanGpu() : gpus.front();
  machine.gpuProfile = speedProfile(runtime.backend, first.family, first.name, runtime.build);
  machine.hostProfile = speedProfile(GpuBackend::cpu, hardware->kind == MemoryKind::apple ? "Apple" : "x86", host.name);
  return machine;
}

double roomOf(const Runtime& runtime, double concurrency) {
  return std::floor(runtime.contextLength / std::max(runtime.kvUnified ? 1.0 : runtime.sequences, concurrency));
}

std::optional<Workload> endOf(const Workload& workload, const Runtime& runtime) {
  const double cells = roomOf(runtime) - workload.outputLength;
  if (cells <= workload.cachedTokens + workload.promptLength) return std::nullopt;
  Workload end;
  end.promptLength = 0;
  end.outputLength = workload.outputLength;
  end.cachedTokens = cells;
  return end;
}

Json jsonOf(const Band& band) {
  Json json;
  addFields<kFields<Band>>(json, band);
  return json;
}

Json jsonOf(const Workload& workload) {
  Json json;
  addFields<kFields<Workload>>(json, workload);
  json.erase("fileBytes");  // no option gives it
  if (workload.draftLength > 0.0) return json;
  for (const char* key : {"draftLength", "acceptanceRate", "draftCost"}) json.erase(key);
  return json;
}

Json speedOf(const std::optional<SpeedEstimate>& estimate, const SpeedFacts& of) {
  const bool prefills = estimate && of.workload.promptLength > 0.0;
  Json atEnd;
  if (of.end && of.atEnd) {
    atEnd = {{"depth", of.end->cachedTokens},
             {"decode", jsonOf(of.atEnd->decode)},
             {"decodeLimit", limitOf(of.atEnd->decodeLimit)}};
  }
  Json json = {{"engine", std::string(kEngines[static_cast<std::size_t>(of.engine)])},
               {"kind", "ceiling"},
               {"tokensPerSecond", numberOr(of.ceiling)},
               {"depth", of.workload.cachedTokens + of.workload.promptLength}};
  const auto add = [&](auto at) {
    const std::string key(field::keyOf(at.kRow));
    const bool isOfPrompt = key == "prefill" || key == "prefillLimit";
    json[key] = estimate && (prefills || !isOfPrompt) ? fieldOf(at.kRow, *estimate) : Json();
  };
  eachField<kBandFields>(add);
  eachField<kReasonFields>(add);
  json["calibratedFrom"] = numberOr(of.calibratedFrom);
  json["atEnd"] = atEnd;
  return json;
}

}  // namespace llmcalc
