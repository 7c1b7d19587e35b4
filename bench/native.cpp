// The native side of bench/run.mjs: the same work as its JavaScript cases, each result new memory of the caller's.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "llmcalc/llmcalc.hpp"
#include "recorded_plans.hpp"

namespace {

// The step for which 2 to 16 bits has `points` points.
double stepFor(const benchmark::State& state) { return 14.0 / (static_cast<double>(state.range(0)) - 1); }

void single(benchmark::State& state) {
  double bandwidth = 1000;
  for (auto _ : state) {
    benchmark::DoNotOptimize(bandwidth);
    benchmark::DoNotOptimize(llmcalc::calculatePerformance(bandwidth, 40));
  }
}
BENCHMARK(single);

void loop(benchmark::State& state) {
  for (auto _ : state) {
    double sum = 0;
    for (int i = 0; i < 1000; ++i) sum += llmcalc::calculatePerformance(1000 + i, 40);
    benchmark::DoNotOptimize(sum);
  }
}
BENCHMARK(loop);

void objects(benchmark::State& state) {
  const double step = stepFor(state);
  for (auto _ : state) benchmark::DoNotOptimize(llmcalc::batchCalculatePerformance(1008, 70, 2, 16, step));
}
BENCHMARK(objects)->Arg(29)->Arg(1000)->Arg(1000000);

void columns(benchmark::State& state) {
  const double step = stepFor(state);
  for (auto _ : state) benchmark::DoNotOptimize(llmcalc::batchCalculatePerformanceColumns(1008, 70, 2, 16, step));
}
BENCHMARK(columns)->Arg(29)->Arg(1000)->Arg(1000000);

void into(benchmark::State& state) {
  const double step = stepFor(state);
  auto columns = llmcalc::batchCalculatePerformanceColumns(1008, 70, 2, 16, step);
  for (auto _ : state) {
    llmcalc::fillPerformanceColumns(1008, 70, 2, step, 0, columns.bits, columns.modelSize, columns.tps);
    benchmark::ClobberMemory();
  }
}
BENCHMARK(into)->Arg(29)->Arg(1000)->Arg(1000000);

void plan(benchmark::State& state, const llmcalc::ModelSpec& model, double gpuLayers) {
  llmcalc::Runtime runtime;
  runtime.gpuLayers = gpuLayers;
  int i = 0;
  for (auto _ : state) {
    runtime.contextLength = 8192 + 256 * (i++ & 7);
    benchmark::DoNotOptimize(llmcalc::tryPlanMemory(model, runtime));
  }
}

void estimate(benchmark::State& state, const llmcalc::ModelSpec& model, double gpuLayers) {
  llmcalc::Runtime runtime;
  runtime.gpuLayers = gpuLayers;
  llmcalc::Hardware hardware;
  hardware.gpuCount = 1;
  hardware.gpus[0] = {1008e9, 82.6e12, 165.2e12, 660.6e12, 0};
  hardware.host = {89.6e9, 0, 0, 0, 16};
  hardware.gpuProfile = llmcalc::speedProfile(llmcalc::GpuBackend::cuda, {});
  hardware.hostProfile = llmcalc::speedProfile(llmcalc::GpuBackend::cpu, "x86");
  int i = 0;
  for (auto _ : state) {
    runtime.contextLength = 8192 + 256 * (i++ & 7);
    benchmark::DoNotOptimize(llmcalc::tryEstimateSpeed(model, runtime, hardware));
  }
}

void grid(benchmark::State& state, const llmcalc::ModelSpec& model) {
  using namespace llmcalc;
  std::vector<double> contexts(960);
  std::vector<double> rates(540);
  for (std::size_t i = 0; i < contexts.size(); ++i) contexts[i] = 2048.0 + 128.0 * static_cast<double>(i);
  for (std::size_t i = 0; i < rates.size(); ++i) rates[i] = 1e11 + 4e9 * static_cast<double>(i);
  const std::array<SweepValues, 2> axes = {{{SweepAxis::contextLength, contexts}, {SweepAxis::bandwidth, rates}}};
  std::vector<std::vector<float>> into(3, std::vector<float>(sweepPoints(axes)));
  const std::array<SweepColumn<float>, 3> columns = {
      {{SweepOutput::verdict, into[0]}, {SweepOutput::bytes, into[1]}, {SweepOutput::decodeP50, into[2]}}};
  Machine machine;
  machine.hostMemory = 64e9;
  machine.gpuCount = 1;
  machine.gpuMemory[0] = 24e9;
  Hardware hardware;
  hardware.gpuCount = 1;
  hardware.gpus[0] = {1e12, 82.6e12, 165.2e12, 660.6e12, 0};
  hardware.host = {89.6e9, 0, 0, 0, 16};
  hardware.gpuProfile = speedProfile(GpuBackend::cuda, {});
  hardware.hostProfile = speedProfile(GpuBackend::cpu, "x86");
  for (auto _ : state) {
    SweepPoint point(model, Runtime(), machine, hardware, Workload());
    sweep<float>(point, axes, columns);
    benchmark::ClobberMemory();
  }
}
}  // namespace

int main(int argc, char** argv) {
  for (const recorded::Model& model : recorded::readModels()) {
    if (model.name == "llama-3.1-70b" || model.name == "qwen3-30b-a3b") {
      benchmark::RegisterBenchmark(("grid/" + model.name).c_str(), grid, model.spec);
    }
    if (model.name != "llama-3.1-8b" && model.name != "gemma-3-27b" && model.name != "deepseek-v3") continue;
    benchmark::RegisterBenchmark(("plan/" + model.name).c_str(), plan, model.spec, llmcalc::kAllLayers);
    benchmark::RegisterBenchmark(("speed/" + model.name).c_str(), estimate, model.spec, llmcalc::kAllLayers);
    benchmark::RegisterBenchmark(("splitSpeed/" + model.name).c_str(), estimate, model.spec, 16.0);
    benchmark::RegisterBenchmark(("split/" + model.name).c_str(), plan, model.spec, 16.0);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
