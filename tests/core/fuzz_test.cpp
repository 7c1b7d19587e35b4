// Random and hostile questions: what is answered has numbers that hang together, what is refused names a requirement,
// and nothing reads or writes where it should not (native-sanitize). Each question has its own seed, which a failure
// prints.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "llmcalc/llmcalc.hpp"
#include "recorded_plans.hpp"

namespace {

using namespace llmcalc;

constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
// Sums of the same terms in another order.
constexpr double kRounding = 1e-9;

class Random {
 public:
  Random(std::uint64_t group, int question) : engine_(group * 1'000'003 + static_cast<std::uint64_t>(question)) {}

  // Uniform in [0, 1).
  double share() { return static_cast<double>(engine_() >> 11U) * 0x1p-53; }
  bool chance(double share) { return this->share() < share; }
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(engine_() % count); }
  double whole(double low, double high) { return low + std::floor(share() * (high - low + 1)); }
  // Spread over the orders of magnitude.
  double scaled(double low, double high) { return low * std::exp(share() * std::log(high / low)); }
  template <typename Enum, std::size_t N, typename T>
  Enum oneOf(const std::array<T, N>& /*names*/) {
    return static_cast<Enum>(static_cast<std::uint8_t>(below(N)));
  }
  template <typename List>
  const auto& of(const List& list) {
    return list[below(list.size())];
  }

  // Whatever a caller may pass.
  double hostile() {
    constexpr auto kValues = std::to_array<double>(
        {0.0,  -0.0,  1.0,   -1.0,   0.5,    1.5,    2.0,    7.0,    15.0,   16.0,    17.0,         31.0,
         33.0, 255.0, 256.0, 257.0,  1023.5, 1024.0, 1025.0, 1e6,    1e9,    1e9 + 1, 2147483648.0, 4294967296.0,
         1e13, 1e15,  1e18,  9.3e18, 1e19,   1e300,  5e-324, 1e-300, -1e300, kNaN,    kInfinity,    -kInfinity});
    return of(kValues);
  }
  // The same, whole, from 1; half of what is long are whole blocks.
  double length(double high) {
    const double any = std::floor(scaled(1, high + 1));
    return chance(0.5) && any >= 256 ? any - std::fmod(any, 256) : any;
  }
  // A length that a model may have.
  double plausible() { return chance(0.3) ? 32 * whole(1, 256) : whole(0, 300); }

 private:
  std::mt19937_64 engine_;
};

const std::vector<recorded::Model>& recordedModels() {
  static const std::vector<recorded::Model> models = recorded::readModels();
  return models;
}

template <const auto& fields, typename T>
void spoil(Random& random, T& object) {
  object.*random.of(fields).member = random.chance(0.5) ? random.hostile() : random.plausible();
}

LayerGroup randomGroup(Random& random) {
  LayerGroup g;
  g.attention = random.oneOf<Attention>(kAttentions);
  g.headCount = random.whole(1, 64);
  g.kvHeadCount = random.whole(1, g.headCount);
  g.keyLength = 32 * random.whole(1, 8);
  g.valueLength = 32 * random.whole(1, 8);
  g.sharesCache = random.chance(0.1);
  g.valueFromKey = random.chance(0.1);
  g.fusedQKV = random.chance(0.2);
  g.gatedQuery = random.chance(0.2);
  if (g.attention == Attention::mla) {
    g.kvLoraRank = 32 * random.whole(1, 16);
    g.ropeLength = random.chance(0.8) ? 64 : 0;
    g.keyLength = g.kvLoraRank + g.ropeLength;
    g.mlaKeyLength = g.ropeLength + random.whole(1, 256);
    g.mlaValueLength = random.whole(1, 256);
    g.queryLoraRank = random.chance(0.5) ? random.whole(1, 2048) : 0;
  }
  if (random.chance(0.1)) g.indexerKeyLength = random.whole(1, 256);
  g.recurrence = random.chance(0.6) ? Recurrence::none : random.oneOf<Recurrence>(kRecurrences);
  if (g.recurrence != Recurrence::none) {
    g.convolutionLength = random.whole(1, 8);
    g.innerLength = random.length(16384);
    g.stateLength = random.length(512);
    g.stateGroupCount = random.whole(0, 32);
    g.timeStepRank = random.whole(0, 512);
  }
  // Little beside its states: what is taken from elsewhere shows below zero.
  if (g.recurrence != Recurrence::none && random.chance(0.5)) {
    g.attention = Attention::none;
    return g;
  }
  g.feedForward = random.oneOf<FeedForward>(kFeedForwards);
  if (g.feedForward != FeedForward::none) g.feedForwardLength = random.length(65536);
  if (random.chance(0.4)) {
    g.expertCount = random.length(512);
    g.expertsUsed = random.whole(1, g.expertCount);
    g.expertLength = random.length(16384);
    g.expertHiddenLength = random.chance(0.1) ? random.whole(1, 8192) : 0;
    g.fusedExperts = random.chance(0.3);
    g.plainExperts = random.chance(0.3);
    g.sharedExpertLength = random.chance(0.3) ? random.whole(1, 8192) : 0;
  }
  const auto sometimes = [&](double& elements) { elements = random.chance(0.3) ? random.whole(1, 1e6) : 0; };
  for (double LayerGroup::*const member :
       {&LayerGroup::perLayerEmbeddingLength, &LayerGroup::vectorElements, &LayerGroup::expertVectorElements,
        &LayerGroup::furtherElements, &LayerGroup::unquantizedElements}) {
    sometimes(g.*member);
  }
  return g;
}

ModelSpec randomModel(Random& random) {
  ModelSpec m;
  m.architecture = random.oneOf<Architecture>(kArchitectures);
  m.vocabularySize = random.length(300'000);
  m.hiddenSize = random.chance(0.6) ? 256 * random.whole(1, 64) : random.length(20'000);
  m.layerCount = random.whole(1, random.chance(0.9) ? 100 : 1024);
  m.contextLength = random.chance(0.9) ? random.whole(1, 2e6) : 0;
  m.slidingWindow = random.chance(0.9) ? random.whole(1, 8192) : 0;
  m.tiedEmbeddings = random.chance(0.5);
  m.is70B = random.chance(0.1);
  for (double ModelSpec::*const member :
       {&ModelSpec::perLayerEmbeddingLength, &ModelSpec::outputVectorElements, &ModelSpec::outputUnquantizedElements,
        &ModelSpec::firstLayerVectorElements, &ModelSpec::firstLayerUnquantizedElements}) {
    m.*member = random.chance(0.2) ? random.whole(1, 1e6) : 0;
  }
  m.groupCount = random.chance(0.5) ? 1 : random.whole(1, 8);
  for (std::size_t i = 0; i < asCount(m.groupCount); ++i) m.groups[i] = randomGroup(random);
  m.runCount = random.chance(0.9) ? random.whole(1, 12) : 160;
  for (std::size_t i = 0; i < asCount(m.runCount); ++i) {
    m.runs[i] = {random.whole(0, m.groupCount - 1), random.whole(1, random.chance(0.9) ? 8 : 1024)};
  }
  m.predictionLayerCount = random.chance(0.2) ? random.whole(1, 4) : 0;
  m.predictionGroup = random.whole(0, m.groupCount - 1);
  return m;
}

// A recorded model, one of random numbers, or either with some of them spoilt.
ModelSpec drawModel(Random& random) {
  ModelSpec model = random.chance(0.4) ? random.of(recordedModels()).spec : randomModel(random);
  if (random.chance(0.6)) return model;
  for (std::size_t left = 1 + random.below(3); left > 0; --left) {
    switch (random.below(4)) {
      case 0:
        spoil<kChecked<ModelSpec>>(random, model);
        break;
      case 1:
        model.runs[random.below(4)] = {random.hostile(), random.hostile()};
        break;
      case 2:
        model.predictionGroup = random.hostile();
        break;
      default:
        spoil<kChecked<LayerGroup>>(random, model.groups[random.below(model.groups.size())]);
    }
  }
  return model;
}

Runtime drawRuntime(Random& random) {
  Runtime r;
  r.build = random.chance(0.7) ? kReferenceBuild : random.whole(1, 20'000);
  r.server = random.chance(0.5);
  r.fileType = random.oneOf<FileType>(kFileTypes);
  r.importanceMatrix = random.chance(0.3);
  r.sequences = random.chance(0.5) ? 1 : random.whole(1, 256);
  r.contextLength = random.chance(0.1) ? 0 : r.sequences * random.length(200'000);
  r.batchSize = random.length(20'000);
  r.microBatchSize = random.length(20'000);
  r.kvUnified = random.chance(0.5);
  r.flashAttention = random.chance(0.8);
  r.cacheTypeK = random.chance(0.5) ? CacheType::f16 : random.oneOf<CacheType>(kCacheTypes);
  r.cacheTypeV = random.chance(0.8) ? r.cacheTypeK : random.oneOf<CacheType>(kCacheTypes);
  r.gpuLayers = random.chance(0.5) ? kAllLayers : random.whole(0, 130);
  r.cpuMoeLayers = random.chance(0.6) ? 0 : random.whole(0, 130);
  r.swaFull = random.chance(0.2);
  r.kvOffload = random.chance(0.8);
  r.backend = random.oneOf<GpuBackend>(kBackends);
  r.multiprocessors = random.whole(0, 200);
  r.gpuCount = random.chance(0.6) ? random.whole(0, 2) : random.whole(0, 16);
  for (double& share : r.gpuShares)
    share = random.chance(0.7) ? 1 : random.chance(0.9) ? random.share() * 24 : random.hostile();
  if (random.chance(0.2)) spoil<llama_cpp::kRuntimeFields>(random, r);
  return r;
}

std::vector<double> numbersOf(const DeviceMemory& d) {
  return {d.weights, d.kvCache,       d.recurrentState, d.computeBuffer, d.outputBuffer, d.overhead,     d.layers,
          d.total(), d.bytesPerToken, d.tokenEmbedding, d.outputHead,    d.experts,      d.slidingCache, d.inputs};
}

void expectBytes(const std::vector<double>& numbers, std::string_view what) {
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    EXPECT_TRUE(numbers[i] >= 0.0 && numbers[i] <= std::numeric_limits<double>::max())
        << what << " " << i << ": " << numbers[i];
  }
}

void expectPart(double part, double whole, std::string_view what) {
  EXPECT_LE(part, whole * (1.0 + kRounding)) << what;
}

// The devices of a plan: the host, then the GPUs.
std::vector<DeviceMemory> devicesOf(const MemoryPlan& plan) {
  std::vector<DeviceMemory> devices = {plan.host};
  devices.insert(devices.end(), plan.gpus.begin(), plan.gpus.begin() + static_cast<std::ptrdiff_t>(plan.gpuCount));
  return devices;
}

void expectWhole(const MemoryPlan& plan, const ModelSpec& model, const Runtime& runtime) {
  ASSERT_EQ(plan.gpuCount, runtime.gpuCount);
  expectBytes(
      {plan.cells.streams, plan.cells.full, plan.cells.sliding, plan.outputs, plan.fileBytes, plan.bytesPerToken},
      "plan");
  double layers = 0;
  double weights = 0;
  double bytesPerToken = 0;
  for (const DeviceMemory& d : devicesOf(plan)) {
    expectBytes(numbersOf(d), "device");
    expectPart(d.tokenEmbedding + d.outputHead + d.experts, d.weights, "of weights");
    expectPart(d.slidingCache, d.kvCache, "of the cache");
    expectPart(d.inputs, d.computeBuffer, "of the compute buffer");
    expectPart(d.bytesPerToken, d.weights + plan.host.tokenEmbedding, "of weights");
    layers += d.layers;
    weights += d.weights;
    bytesPerToken += d.bytesPerToken;
  }
  EXPECT_EQ(layers, model.layerCount);
  EXPECT_NEAR(bytesPerToken, plan.bytesPerToken, kRounding * bytesPerToken);
  // A tied embedding may be there twice, prediction blocks are in the file alone.
  expectPart(weights, plan.fileBytes + plan.host.tokenEmbedding, "of the file");
  if (model.predictionLayerCount == 0.0) expectPart(plan.fileBytes, weights, "of what is loaded");
  for (std::size_t i = asCount(plan.gpuCount); i < plan.gpus.size(); ++i) EXPECT_EQ(plan.gpus[i].total(), 0.0);
}

void expectRefusal(const Violation& violation) {
  EXPECT_FALSE(violation.parameter.empty());
  EXPECT_FALSE(violation.requirement.empty());
}

TEST(Fuzz, PlansHangTogether) {
  constexpr int kQuestions = 150'000;
  int answered = 0;
  for (int question = 0; question < kQuestions && !HasFailure(); ++question) {
    SCOPED_TRACE(question);
    Random random(1, question);
    const ModelSpec model = drawModel(random);
    const Runtime runtime = drawRuntime(random);
    const auto plan = tryPlanMemory(model, runtime);
    if (!plan) {
      expectRefusal(plan.violation());
      continue;
    }
    ++answered;
    expectWhole(*plan, model, runtime);
  }
  EXPECT_GT(answered, kQuestions / 4);
}

TEST(Fuzz, PlansOfMeasuredTensorsHangTogether) {
  constexpr int kQuestions = 10'000;
  const auto measured = std::make_unique<MeasuredWeights>();
  int answered = 0;
  for (int question = 0; question < kQuestions && !HasFailure(); ++question) {
    SCOPED_TRACE(question);
    Random random(2, question);
    const ModelSpec model = drawModel(random);
    const Runtime runtime = drawRuntime(random);
    const auto bytes = [&] { return random.chance(0.1) ? 0 : random.length(1e12); };
    measured->tokenEmbedding = bytes();
    measured->output = model.tiedEmbeddings ? measured->tokenEmbedding : bytes();
    measured->outputExtras = bytes();
    for (LayerWeights& layer : measured->layers) {
      layer.dense = bytes();
      layer.experts = random.chance(0.5) ? bytes() : 0;
    }
    const auto plan = tryPlanMemory(model, runtime, measured.get());
    if (!plan) {
      expectRefusal(plan.violation());
      continue;
    }
    ++answered;
    expectWhole(*plan, model, runtime);
  }
  EXPECT_GT(answered, kQuestions / 4);
}

// A machine that is about as large as the plan.
Machine drawMachine(Random& random, const MemoryPlan& plan) {
  Machine machine;
  machine.kind = random.oneOf<MemoryKind>(kMemoryKinds);
  double all = plan.host.total();
  const std::size_t gpus = plan.gpuCount >= 0.0 && plan.gpuCount <= 16.0 ? asCount(plan.gpuCount) : 16;
  for (std::size_t i = 0; i < gpus; ++i) all += plan.gpus[i].total();
  const auto about = [&](double needed) {
    return std::min(std::max(needed * random.scaled(0.5, 4), 2'000'000.0), 1e18);
  };
  machine.hostMemory = about(machine.kind == MemoryKind::separate ? plan.host.total() : all);
  machine.gpuCount = random.chance(0.9) ? static_cast<double>(gpus) : random.whole(0, 16);
  for (std::size_t i = 0; i < machine.gpuMemory.size(); ++i) {
    const bool given = machine.kind == MemoryKind::separate || random.chance(0.3);
    machine.gpuMemory[i] = given ? about(plan.gpus[i].total()) : 0;
    machine.gpuReserved[i] = random.chance(0.5) ? 0 : machine.gpuMemory[i] * random.share() * 1.2;
  }
  machine.hostReserved = random.chance(0.5) ? 0 : machine.hostMemory * random.share() * 1.2;
  return machine;
}

void spoilMachine(Random& random, Machine& machine) {
  double* const numbers[] = {&machine.hostMemory, &machine.hostReserved, &machine.gpuCount,
                             &machine.gpuMemory[random.below(16)], &machine.gpuReserved[random.below(16)]};
  *numbers[random.below(std::size(numbers))] = random.hostile();
}

void spoilPlan(Random& random, MemoryPlan& plan) {
  DeviceMemory& device = random.chance(0.3) ? plan.host : plan.gpus[random.below(16)];
  double* const numbers[] = {&plan.gpuCount, &device.weights, &device.kvCache, &device.overhead};
  *numbers[random.below(std::size(numbers))] = random.hostile();
}

bool isSize(double value) { return value >= 0.0 && value <= std::numeric_limits<double>::max(); }

TEST(Fuzz, FitsAreYesOrNoAndMoreMemoryNeverHurts) {
  constexpr int kQuestions = 100'000;
  std::array<int, 2> answered{};
  for (int question = 0; question < kQuestions && !HasFailure(); ++question) {
    SCOPED_TRACE(question);
    Random random(3, question);
    MemoryPlan plan;
    plan.gpuCount = random.whole(0, 16);
    plan.host.weights = random.scaled(1e6, 1e12);
    for (std::size_t i = 0; i < asCount(plan.gpuCount); ++i) plan.gpus[i].weights = random.scaled(1e6, 1e12);
    if (random.chance(0.3)) spoilPlan(random, plan);
    Machine machine = drawMachine(random, plan);
    if (random.chance(0.3)) spoilMachine(random, machine);
    const auto fit = tryFits(plan, machine);
    if (!fit) {
      expectRefusal(fit.violation());
      continue;
    }
    ASSERT_TRUE(plan.gpuCount >= 0.0 && plan.gpuCount <= 16.0) << plan.gpuCount;
    ASSERT_EQ(fit->gpuCount, plan.gpuCount);
    std::vector<DeviceFit> devices = {fit->host};
    devices.insert(devices.end(), fit->gpus.begin(), fit->gpus.begin() + static_cast<std::ptrdiff_t>(fit->gpuCount));
    bool room = true;
    for (const DeviceFit& device : devices) {
      ASSERT_TRUE(isSize(device.needed) && isSize(device.available)) << device.needed << " of " << device.available;
      room = room && device.needed <= device.available;
    }
    EXPECT_EQ(fit->fits, room);
    ++answered[fit->fits ? 1 : 0];
    for (const DeviceMemory& device : devicesOf(plan)) EXPECT_TRUE(isSize(device.total())) << "a plan of no size";
    const auto grow = [&](double& memory) { memory = std::min(memory * random.scaled(1, 2), 1e18); };
    const double share = random.share();
    // Below a MiB it would be taken for another unit.
    const auto shrink = [&](double& reserved) { reserved = reserved * share < kLeastBytes ? 0.0 : reserved * share; };
    grow(machine.hostMemory);
    shrink(machine.hostReserved);
    for (double& memory : machine.gpuMemory) grow(memory);
    for (double& reserved : machine.gpuReserved) shrink(reserved);
    const auto larger = tryFits(plan, machine);
    ASSERT_TRUE(larger);
    EXPECT_TRUE(larger->fits || !fit->fits);
  }
  EXPECT_GT(std::min(answered[0], answered[1]), kQuestions / 20);
}

Device drawDevice(Random& random) {
  const auto rate = [&] { return random.chance(0.5) ? 0 : random.scaled(1e11, 1e15); };
  return {random.scaled(1e10, 1e13), rate(), rate(), rate(), random.whole(0, 128)};
}

// Draws the engine too.
Hardware drawHardware(Random& random, Runtime& runtime) {
  Hardware h;
  h.gpuCount = random.chance(0.9) ? runtime.gpuCount : random.whole(0, 16);
  const Device gpu = drawDevice(random);
  for (Device& device : h.gpus) device = random.chance(0.7) ? gpu : drawDevice(random);
  h.host = drawDevice(random);
  if (random.chance(0.5)) {
    h.linkBandwidth = random.scaled(1e9, 1e12);
    h.gpuLinkBandwidth = random.scaled(1e9, 1e12);
  }
  h.unified = random.chance(0.3);
  h.split = random.oneOf<Split>(kSplits);
  runtime.engine = random.chance(0.8) ? Engine::llamaCpp : Engine::vllm;
  constexpr auto kFamilies =
      std::to_array<std::string_view>({"", "NVIDIA Ada", "NVIDIA Hopper", "Apple", "AMD RDNA3", "nothing"});
  h.gpuProfile = speedProfile(runtime.backend, random.of(kFamilies), "GeForce RTX 4090",
                              random.chance(0.7) ? runtime.build : random.hostile());
  h.hostProfile = speedProfile(GpuBackend::cpu, random.of(kFamilies));
  return h;
}

void spoilHardware(Random& random, Hardware& h) {
  Device& device = random.chance(0.3) ? h.host : h.gpus[random.below(16)];
  SpeedProfile& profile = random.chance(0.5) ? h.gpuProfile : h.hostProfile;
  Spread& spread = profile.*random.of(kProfileSpreads);
  double* const numbers[] = {&h.gpuCount,
                             &h.linkBandwidth,
                             &h.gpuLinkBandwidth,
                             &device.bandwidth,
                             &device.shaderFlops,
                             &device.halfFlops,
                             &device.quantizedOps,
                             &device.threads,
                             &(profile.*random.of(kProfileFields).member),
                             &profile.operationsPerWeight[random.below(profile.operationsPerWeight.size())],
                             &profile.prefillCost[random.below(profile.prefillCost.size())],
                             &profile.measuredBytes,
                             &spread.p10,
                             &spread.p50,
                             &spread.p90};
  *numbers[random.below(std::size(numbers))] = random.chance(0.5) ? random.hostile() : random.scaled(1e-12, 1e12);
}

Workload drawWorkload(Random& random) {
  Workload w;
  w.promptLength = random.chance(0.1) ? 0 : random.length(20'000);
  w.outputLength = random.length(5'000);
  w.cachedTokens = random.chance(0.7) ? 0 : random.length(100'000);
  w.concurrency = random.chance(0.5) ? 1 : random.whole(1, 300);
  if (random.chance(0.3)) {
    w.draftLength = random.whole(1, 16);
    (random.chance(0.5) ? w.acceptanceRate : w.draftAcceptance) = random.share();
    w.draftCost = random.share();
  }
  w.fileBytes = random.chance(0.8) ? 0 : random.scaled(1e8, 1e12);
  if (random.chance(0.2)) {
    double* const numbers[] = {&w.promptLength,   &w.outputLength,    &w.cachedTokens, &w.concurrency, &w.draftLength,
                               &w.acceptanceRate, &w.draftAcceptance, &w.draftCost,    &w.fileBytes};
    *numbers[random.below(std::size(numbers))] = random.hostile();
  }
  return w;
}

void expectBand(const Band& band, std::string_view what) {
  EXPECT_TRUE(isSize(band.p10) && isSize(band.p90)) << what << ": " << band.p10 << " to " << band.p90;
  EXPECT_LE(band.p10, band.p50) << what;
  EXPECT_LE(band.p50, band.p90) << what;
}

void expectTerms(const SpeedTerms& terms, std::string_view what) {
  for (const double seconds : {terms.memory, terms.compute, terms.cache, terms.launch, terms.link, terms.host}) {
    EXPECT_TRUE(isSize(seconds)) << what << ": " << seconds;
  }
}

TEST(Fuzz, SpeedsAreFiniteAndBetterDevicesAreNeverSlower) {
  constexpr int kQuestions = 60'000;
  const auto hardware = std::make_unique<Hardware>();
  int answered = 0;
  for (int question = 0; question < kQuestions && !HasFailure(); ++question) {
    SCOPED_TRACE(question);
    Random random(4, question);
    const ModelSpec model = drawModel(random);
    Runtime runtime = drawRuntime(random);
    *hardware = drawHardware(random, runtime);
    if (random.chance(0.2)) spoilHardware(random, *hardware);
    const Workload workload = drawWorkload(random);
    const auto speed = tryEstimateSpeed(model, runtime, *hardware, workload);
    if (!speed) {
      expectRefusal(speed.violation());
      continue;
    }
    ++answered;
    expectBand(speed->decode, "decode");
    expectBand(speed->prefill, "prefill");
    expectBand(speed->timeToFirstToken, "timeToFirstToken");
    expectBand(speed->requestTime, "requestTime");
    expectBand(speed->tokensPerSecondUser, "tokensPerSecondUser");
    expectBand(speed->tokensPerSecondTotal, "tokensPerSecondTotal");
    expectTerms(speed->step, "step");
    expectTerms(speed->prompt, "prompt");
    EXPECT_GT(speed->decode.p10, 0.0);
    if (random.chance(0.7)) continue;
    for (Device& gpu : hardware->gpus) gpu.bandwidth = std::min(gpu.bandwidth * 1.5, 1e15);
    const auto faster = tryEstimateSpeed(model, runtime, *hardware, workload);
    ASSERT_TRUE(faster);
    EXPECT_GE(faster->decode.p50, speed->decode.p50 * (1.0 - kRounding));
  }
  EXPECT_GT(answered, kQuestions / 8);
}

TEST(Fuzz, CalibrationSettlesOnNumbers) {
  constexpr int kQuestions = 1'500;
  const auto calibration = std::make_unique<Calibration>();
  const auto hardware = std::make_unique<Hardware>();
  int answered = 0;
  for (int question = 0; question < kQuestions && !HasFailure(); ++question) {
    SCOPED_TRACE(question);
    Random random(5, question);
    followMachine(*calibration);
    for (int i = 0; i < 5; ++i) {
      static_cast<void>(calibration->free(random.hostile(), random.hostile(), random.hostile()));
    }
    for (int round = 0; round < 3; ++round) {
      for (int i = 0; i < 3; ++i) {
        const ModelSpec model = drawModel(random);
        Runtime runtime = drawRuntime(random);
        *hardware = drawHardware(random, runtime);
        const double rate = random.chance(0.2) ? random.hostile() : random.scaled(1e-3, 1e5);
        const double weight = random.chance(0.2) ? random.hostile() : 1;
        const auto estimate = calibration->add(model, runtime, *hardware, drawWorkload(random),
                                               {random.chance(0.5) ? Metric::prefill : Metric::decode, rate, weight});
        if (!estimate) {
          expectRefusal(estimate.violation());
          continue;
        }
        ++answered;
        EXPECT_TRUE(*estimate > 0.0 && isSize(*estimate)) << *estimate;
      }
      static_cast<void>(calibration->step());
      *hardware = calibration->calibrated(Hardware(), GpuBackend::cuda);
      for (std::size_t i = 0; i < 14; ++i) {
        EXPECT_TRUE(calibration->factor(i) > 0.0 && isSize(calibration->factor(i))) << calibration->factor(i);
      }
    }
  }
  EXPECT_GT(answered, kQuestions / 2);
}

TEST(Fuzz, TheSixFunctionsAnswerWithNumbersOrNotAtAll) {
  constexpr int kQuestions = 100'000;
  int answered = 0;
  const auto expectNumber = [&](const Result<double>& result) {
    if (!result) return expectRefusal(result.violation());
    ++answered;
    EXPECT_TRUE(isSize(*result)) << *result;
  };
  for (int question = 0; question < kQuestions && !HasFailure(); ++question) {
    SCOPED_TRACE(question);
    Random random(6, question);
    const auto number = [&] {
      return random.chance(0.3)   ? random.hostile()
             : random.chance(0.5) ? random.whole(0, 100)
                                  : random.scaled(1e-9, 1e9);
    };
    expectNumber(tryCalculateVRAM(number(), number(), number(), number()));
    expectNumber(tryCalculatePerformance(number(), number(), number()));
    expectNumber(tryCountBatchPoints(number(), number(), number(), number(), number()));
    expectNumber(tryCalculateOffloadBandwidth(number(), number(), number(), number()));
    expectNumber(tryGetCPUFactor(number(), number(), random.chance(0.5)));
    const auto out = tryIsOutOfMemory(number(), number(), number(), random.chance(0.5));
    if (!out) expectRefusal(out.violation());
  }
  EXPECT_GT(answered, kQuestions / 10);
}

}  // namespace
