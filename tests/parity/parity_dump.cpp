// Writes the native results for seeded random inputs, so that the other builds can be compared bit by bit:
//
//   parity_dump DIR COUNT   one file of doubles per function in DIR, a row per input: arguments, then the results
//
// and a file of messages per function for arguments that are out of range. Inputs are part of the files: no generator
// has to be written twice.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <limits>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "flat_speed.hpp"
#include "llmcalc/llmcalc.hpp"
#include "recorded_plans.hpp"

namespace {

using namespace llmcalc;

class Generator {
 public:
  explicit Generator(std::uint64_t seed) : engine_(seed) {}

  // Uniform in [0, 1). std::uniform_real_distribution differs between standard libraries.
  double share() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
  double between(double low, double high) { return std::min(high, low + share() * (high - low)); }
  double whole(double low, double high) { return std::min(high, std::floor(low + share() * (high - low + 1))); }
  bool coin() { return (engine_() & 1U) != 0; }

  // Mostly spread over the orders of magnitude of a range, sometimes exactly at one of its ends.
  double of(const Range& range) {
    const double draw = share();
    if (draw < 0.01) return range.minimum;
    if (draw < 0.02) return range.maximum;
    const double low = std::max(range.minimum, 1e-9);
    return std::clamp(low * std::exp(share() * std::log(range.maximum / low)), range.minimum, range.maximum);
  }
  double wholeOf(const Range& range) { return std::floor(of(range)); }

  // What callers pass by mistake.
  double bad() {
    constexpr double kValues[] = {0, -0.0, -1, 0.5, 3.5, 1e-300, -1e-7, 1e10, 1e21, 1e300, 5e-324};
    const auto pick = engine_() % (std::size(kValues) + 4);
    if (pick < std::size(kValues)) return kValues[pick];
    if (pick == std::size(kValues)) return std::numeric_limits<double>::quiet_NaN();
    if (pick == std::size(kValues) + 1) return std::numeric_limits<double>::infinity();
    if (pick == std::size(kValues) + 2) return -std::numeric_limits<double>::infinity();
    return -of({"", "", 1e-9, 1e9});
  }

 private:
  std::mt19937_64 engine_;
};

class Dump {
 public:
  Dump(const std::filesystem::path& directory, const std::string& function)
      : numbers_(directory / (function + ".f64"), std::ios::binary), messages_(directory / (function + ".txt")) {}

  void row(const std::vector<double>& values) {
    numbers_.write(reinterpret_cast<const char*>(values.data()),
                   static_cast<std::streamsize>(values.size() * sizeof(double)));
  }

  // Runs `call`; where it throws, notes the arguments and the text.
  template <typename Call>
  void message(const std::vector<double>& arguments, const Call& call) {
    try {
      static_cast<void>(call());
    } catch (const ArgumentError& error) {
      for (const double argument : arguments) messages_ << formatNumber(argument) << ' ';
      messages_ << '\t' << error.what() << '\n';
    }
  }

 private:
  std::ofstream numbers_;
  std::ofstream messages_;
};

// `draw` gives valid arguments, `call` the result; one argument at a time is then replaced by a bad one.
template <typename Draw, typename Call, std::size_t... I>
void dump(const std::filesystem::path& directory, const std::string& function, int count, const Draw& draw,
          const Call& call, std::index_sequence<I...> /*arguments*/) {
  constexpr std::uint64_t kSeed = 20261124;
  constexpr int kMessages = 2000;
  Generator random(kSeed);
  Dump out(directory, function);
  for (int i = 0; i < count; ++i) {
    const std::vector<double> arguments = draw(random);
    std::vector<double> row = arguments;
    const std::vector<double> results = call(arguments[I]...);
    row.insert(row.end(), results.begin(), results.end());
    out.row(row);
  }
  for (int i = 0; i < kMessages; ++i) {
    std::vector<double> arguments = draw(random);
    arguments[static_cast<std::size_t>(random.whole(0, sizeof...(I) - 1))] = random.bad();
    out.message(arguments, [&] { return call(arguments[I]...); });
  }
}

template <std::size_t Count, typename Draw, typename Call>
void dump(const std::filesystem::path& directory, const std::string& function, int count, const Draw& draw,
          const Call& call) {
  dump(directory, function, count, draw, call, std::make_index_sequence<Count>());
}

// Options at random, as tests/js/parity.test.js knows them, after the model's place in models.tsv, and as a Runtime.
// The engine refuses a quantised cache without flash attention.
struct Options {
  std::vector<double> row;
  Runtime runtime;
};

Options drawOptions(Generator& random, std::size_t models, double firstBuild) {
  const auto flag = [&] { return random.coin() ? 1.0 : 0.0; };
  const double cacheType = random.whole(0, static_cast<double>(kCacheTypes.size() - 1));
  const double sequences = random.whole(1, 16);
  Options options;
  options.row = {random.whole(0, static_cast<double>(models - 1)),
                 random.coin() ? kReferenceBuild : random.whole(firstBuild, 12000),
                 flag(),
                 random.whole(0, static_cast<double>(kFileTypes.size() - 1)),
                 flag(),
                 sequences * random.whole(1, 20000),
                 random.whole(1, 4096),
                 random.whole(1, 4096),
                 sequences,
                 flag(),
                 cacheType > 2 ? 1.0 : flag(),
                 cacheType,
                 cacheType,
                 random.coin() ? kAllLayers : random.whole(0, 130),
                 random.coin() ? 0.0 : random.whole(0, 130),
                 flag(),
                 flag(),
                 random.whole(0, static_cast<double>(kBackends.size() - 1)),
                 random.whole(0, 200),
                 random.whole(0, 3),
                 random.coin() ? 0.0 : random.whole(0, 100000),
                 random.coin() ? 0.0 : random.whole(0, 64),
                 random.whole(0, 10000),
                 random.whole(0, 2000000000),
                 random.whole(0, 500000000),
                 random.whole(0, 20000000),
                 flag()};
  // In the order of the table.
  const auto& row = options.row;
  std::vector<double> fields = {0.0,    row[3], row[4], row[5], row[8], row[11], row[12], row[17], row[18], row[19],
                                row[1], row[2], row[6], row[7], row[9], row[10], row[13], row[14], row[15], row[16]};
  const Runtime usual;
  fields.insert(fields.end(), {static_cast<double>(usual.speculation), usual.draftLength,
                               static_cast<double>(usual.draftCacheTypeK), static_cast<double>(usual.draftCacheTypeV)});
  fields.insert(fields.end(), row.begin() + 20, row.end());
  // GPUs alike: a share each, and nothing that is known of one alone.
  for (double i = 0; i < row[19]; i += 1.0) fields.insert(fields.end(), {1.0, 0.0, 0.0, 0.0});
  flat::Reader reader(fields);
  flat::read(reader, options.runtime);
  return options;
}

// Plans of the golden models under random options.
void dumpPlans(const std::filesystem::path& directory, int count) {
  const std::vector<recorded::Model> models = recorded::readModels();
  Generator random(20261125);
  Dump out(directory, "planMemory");
  for (int i = 0; i < count; ++i) {
    auto [row, runtime] = drawOptions(random, models.size(), 9000);
    const MemoryPlan plan = planMemory(models[static_cast<std::size_t>(row[0])].spec, runtime);
    std::vector<double> numbers(flat::kHeaderLength +
                                flat::kDeviceLength * (1 + static_cast<std::size_t>(runtime.gpuCount)));
    flat::write(numbers.data(), plan);
    row.insert(row.end(), numbers.begin(), numbers.end());
    out.row(row);
  }
}

// Estimates of the golden models on random machines. The arguments are those of a plan, then the machine's and the
// workload's numbers.
void dumpEstimates(const std::filesystem::path& directory, int count) {
  const std::vector<recorded::Model> models = recorded::readModels();
  Generator random(20261126);
  Dump out(directory, "estimateSpeed");
  for (int i = 0; i < count; ++i) {
    auto [row, runtime] = drawOptions(random, models.size(), 1000);
    const auto flag = [&] { return random.coin() ? 1.0 : 0.0; };
    const double gpus = runtime.gpuCount;
    // vLLM has nothing on the host.
    const bool onGpus =
        gpus > 0.0 && runtime.gpuLayers == kAllLayers && runtime.cpuMoeLayers == 0.0 && runtime.kvOffload;
    const std::vector<double> machine = {random.between(1e11, 4e12),
                                         random.coin() ? 0.0 : random.between(1e12, 1e14),
                                         random.coin() ? 0.0 : random.between(1e12, 1e15),
                                         random.coin() ? 0.0 : random.between(1e12, 1e15),
                                         random.between(2e10, 5e11),
                                         random.whole(0, 96),
                                         random.between(1e9, 1e11),
                                         random.between(1e9, 9e11),
                                         flag(),
                                         flag(),
                                         onGpus ? flag() : 0.0};
    // As much as the context holds.
    const ModelSpec& model = models[static_cast<std::size_t>(row[0])].spec;
    const double context = runtime.contextLength > 0.0 ? runtime.contextLength : model.contextLength;
    const double room = runtime.kvUnified ? context : std::floor(context / runtime.sequences);
    const double output = random.whole(1, std::min(2000.0, room));
    const double prompt = random.whole(0, std::min(5000.0, room - output));
    const double cached = random.whole(0, std::min(100000.0, room - output - prompt));
    const double together = std::min(100.0, std::floor(context / (output + prompt + cached)));
    const bool printed = random.coin();
    const std::vector<double> asked = {prompt,
                                       output,
                                       cached,
                                       random.coin() ? 1.0 : random.whole(1, together),
                                       random.coin() ? 0.0 : random.whole(0, 8),
                                       printed ? 0.0 : random.share(),
                                       printed ? random.share() : 0.0,
                                       random.share(),
                                       0};
    Hardware hardware;
    hardware.gpuCount = gpus;
    for (std::size_t n = 0; n < static_cast<std::size_t>(gpus); ++n) {
      hardware.gpus[n] = {machine[0] * static_cast<double>(n + 1), machine[1], machine[2], machine[3], 0};
    }
    hardware.host = {machine[4], 0, 0, 0, machine[5]};
    hardware.linkBandwidth = machine[6];
    hardware.gpuLinkBandwidth = machine[7];
    hardware.unified = machine[8] == 1.0;
    hardware.split = machine[9] == 1.0 ? Split::tensor : Split::layer;
    runtime.engine = machine[10] == 1.0 ? Engine::vllm : Engine::llamaCpp;
    hardware.gpuProfile = speedProfile(runtime.backend, "NVIDIA Hopper", {}, runtime.build);
    hardware.hostProfile = speedProfile(GpuBackend::cpu, "x86");
    flat::Reader workloadReader(asked);
    Workload workload;
    flat::read(workloadReader, workload);
    std::vector<double> numbers(flat::kEstimateLength);
    flat::write(numbers.data(), estimateSpeed(model, runtime, hardware, workload));
    row.insert(row.end(), machine.begin(), machine.end());
    row.insert(row.end(), asked.begin(), asked.end());
    row.insert(row.end(), numbers.begin(), numbers.end());
    out.row(row);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: parity_dump DIR COUNT\n";
    return 2;
  }
  const std::filesystem::path directory = argv[1];
  const int count = std::atoi(argv[2]);
  std::filesystem::create_directories(directory);
  using Row = std::vector<double>;

  dumpPlans(directory, count);
  dumpEstimates(directory, count);

  dump<4>(
      directory, "calculateVRAM", count,
      [](Generator& random) {
        return Row{random.of(ranges::kParamCount), random.of(ranges::kBitsPerWeight),
                   random.wholeOf(ranges::kContextLength), random.wholeOf(ranges::kBatchSize)};
      },
      [](double p, double b, double c, double s) { return Row{calculateVRAM(p, b, c, s)}; });

  dump<3>(
      directory, "calculatePerformance", count,
      [](Generator& random) {
        return Row{random.of(ranges::kBandwidth), random.of(ranges::kModelSizeGB), random.of(ranges::kCPUFactor)};
      },
      [](double bandwidth, double size, double factor) { return Row{calculatePerformance(bandwidth, size, factor)}; });

  // Steps that give up to 40 points, half of them with the last point close to the end.
  const auto drawBatch = [](Generator& random) {
    const double minBits = random.between(0.1, 16);
    const double maxBits = random.between(minBits, 64);
    const double points = random.coin() ? random.whole(1, 40) : random.between(1, 40);
    const double step = std::clamp((maxBits - minBits) / points, 1e-300, 64.0);
    return Row{random.of(ranges::kBandwidth), random.of(ranges::kParamCount), minBits, maxBits, step};
  };
  dump<5>(directory, "batchCalculatePerformanceColumns", count, drawBatch,
          [](double bandwidth, double p, double minBits, double maxBits, double step) {
            const auto columns = batchCalculatePerformanceColumns(bandwidth, p, minBits, maxBits, step);
            Row row{static_cast<double>(columns.bits.size())};
            row.insert(row.end(), columns.bits.begin(), columns.bits.end());
            row.insert(row.end(), columns.modelSize.begin(), columns.modelSize.end());
            row.insert(row.end(), columns.tps.begin(), columns.tps.end());
            return row;
          });
  dump<5>(directory, "batchCalculatePerformance", count, drawBatch,
          [](double bandwidth, double p, double minBits, double maxBits, double step) {
            const auto points = batchCalculatePerformance(bandwidth, p, minBits, maxBits, step);
            Row row{static_cast<double>(points.size())};
            for (const auto& point : points) row.insert(row.end(), {point.bits, point.modelSize, point.tps});
            return row;
          });

  dump<4>(
      directory, "calculateOffloadBandwidth", count,
      [](Generator& random) {
        const double layers = random.wholeOf(ranges::kTotalLayers);
        return Row{random.of(ranges::kGpuBW), random.of(ranges::kRamBW), random.whole(0, layers), layers};
      },
      [](double gpu, double ram, double n, double layers) {
        return Row{calculateOffloadBandwidth(gpu, ram, n, layers)};
      });

  dump<4>(
      directory, "isOutOfMemory", count,
      [](Generator& random) {
        const double size = random.between(1, 100);
        const double vram = random.coin() ? size : random.between(0, 100);
        return Row{size, vram, random.between(0, 100), random.coin() ? 1.0 : 0.0};
      },
      [](double size, double vram, double ram, double offload) {
        return Row{isOutOfMemory(size, vram, ram, offload == 1) ? 1.0 : 0.0};
      });

  dump<3>(
      directory, "getCPUFactor", count,
      [](Generator& random) {
        const double generation = random.coin() ? random.whole(1, 5) : random.whole(10, 15);
        return Row{generation, random.wholeOf(ranges::kCoreCount), random.coin() ? 1.0 : 0.0};
      },
      [](double generation, double cores, double highEnd) {
        return Row{getCPUFactor(generation, cores, highEnd == 1)};
      });
}
