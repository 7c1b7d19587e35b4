#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "llmcalc/calibration.hpp"
#include "llmcalc/profiles.hpp"
#include "llmcalc/throughput.hpp"
#include "recorded_plans.hpp"

namespace {

using namespace llmcalc;

ModelSpec specOf(std::string_view name) {
  for (const auto& model : recorded::readModels()) {
    if (model.name == name) return model.spec;
  }
  throw std::runtime_error("no such model: " + std::string(name));
}

const ModelSpec& llama8B() {
  static const ModelSpec spec = specOf("llama-3.1-8b");
  return spec;
}

const ModelSpec& qwen30B() {
  static const ModelSpec spec = specOf("qwen3-30b-a3b");
  return spec;
}

constexpr Device kH100{3352e9, 66.9e12, 494.4e12, 535.2e12, 0};

Hardware h100() {
  Hardware hardware;
  hardware.gpuCount = 1;
  hardware.gpus[0] = kH100;
  hardware.host = {103.7e9, 0, 0, 0, 16};
  hardware.linkBandwidth = 55e9;
  hardware.gpuProfile = speedProfile(Backend::cuda, "NVIDIA Hopper", "H100 SXM");
  hardware.hostProfile = speedProfile(Backend::cpu, "vCPU");
  return hardware;
}

Runtime runtimeOf(FileType fileType) {
  Runtime runtime;
  runtime.server = false;
  runtime.sequences = 1;
  runtime.contextLength = 65536;
  runtime.fileType = fileType;
  return runtime;
}

// A step without a prompt, over 128 tokens.
Workload decoding(double depth = 0, double concurrency = 1) {
  Workload workload;
  workload.promptLength = 0;
  workload.cachedTokens = depth;
  workload.concurrency = concurrency;
  return workload;
}

double decodeRate(const ModelSpec& model, const Runtime& runtime, const Hardware& hardware,
                  const Workload& workload = decoding()) {
  return estimateSpeed(model, runtime, hardware, workload).tokensPerSecondTotal.p50;
}

struct Measured {
  FileType fileType;
  double tokensPerSecond;
};

// Our own runs of the 8B on one H100: tests/golden/h100.tsv.
TEST(EstimateSpeed, IsWithinTenPercentOfTheH100OnEveryFileTypeOfTheEightB) {
  for (const Measured& m : std::array<Measured, 7>{{{FileType::F16, 167},
                                                    {FileType::Q8_0, 226},
                                                    {FileType::Q6_K, 193},
                                                    {FileType::Q4_K_M, 254},
                                                    {FileType::Q4_0, 314},
                                                    {FileType::IQ4_XS, 303},
                                                    {FileType::Q2_K, 234}}}) {
    EXPECT_NEAR(decodeRate(llama8B(), runtimeOf(m.fileType), h100()) / m.tokensPerSecond, 1.0, 0.1)
        << kFileTypes[static_cast<std::size_t>(m.fileType)].name;
  }
}

TEST(EstimateSpeed, KnowsThatFewerBytesCanBeSlower) {
  const auto rate = [](FileType fileType) { return decodeRate(llama8B(), runtimeOf(fileType), h100()); };
  EXPECT_LT(rate(FileType::Q6_K), rate(FileType::Q8_0));
  EXPECT_LT(rate(FileType::Q2_K), rate(FileType::Q4_0));
}

TEST(EstimateSpeed, FallsWithDepthAndMoreWithAQuantizedCache) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  const double plain = decodeRate(llama8B(), runtime, h100(), decoding(32768));
  EXPECT_LT(plain, decodeRate(llama8B(), runtime, h100()));
  runtime.cacheTypeK = runtime.cacheTypeV = CacheType::q8_0;
  EXPECT_LT(decodeRate(llama8B(), runtime, h100(), decoding(32768)), 0.85 * plain);
}

TEST(EstimateSpeed, IsSlowerWithoutFlashAttention) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  const double with = decodeRate(llama8B(), runtime, h100(), decoding(16384));
  runtime.flashAttention = false;
  EXPECT_LT(decodeRate(llama8B(), runtime, h100(), decoding(16384)), with);
}

// 8B Q4_K_M: 739 tok/s with 8 sequences, 1,889 with 16.
TEST(EstimateSpeed, KnowsTheCliffBetweenEightAndSixteenSequences) {
  const Runtime runtime = runtimeOf(FileType::Q4_K_M);
  const double eight = decodeRate(llama8B(), runtime, h100(), decoding(512, 8));
  const double sixteen = decodeRate(llama8B(), runtime, h100(), decoding(512, 16));
  EXPECT_GT(sixteen, 2.0 * eight);
}

TEST(EstimateSpeed, ReadsAWindowAndNotTheWholeCache) {
  ModelSpec sliding = llama8B();
  sliding.slidingWindow = 1024;
  sliding.groups[0].attention = Attention::sliding;
  const Runtime runtime = runtimeOf(FileType::Q4_K_M);
  EXPECT_EQ(decodeRate(sliding, runtime, h100(), decoding(8192)),
            decodeRate(sliding, runtime, h100(), decoding(32768)));
}

TEST(EstimateSpeed, RisesWithEveryLayerOnTheGpu) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  double before = 0;
  for (double layers = 1; layers <= 33; ++layers) {
    runtime.gpuLayers = layers;
    const double rate = decodeRate(llama8B(), runtime, h100());
    EXPECT_GT(rate, before) << layers;
    before = rate;
  }
  runtime.gpuLayers = kAllLayers;
  EXPECT_EQ(decodeRate(llama8B(), runtime, h100()), before);
}

TEST(EstimateSpeed, SaysWhatLimits) {
  Runtime runtime = runtimeOf(FileType::F16);
  EXPECT_EQ(estimateSpeed(llama8B(), runtime, h100()).decodeLimit, Limit::memory);
  EXPECT_EQ(estimateSpeed(llama8B(), runtime, h100()).prefillLimit, Limit::compute);
  runtime.gpuLayers = 16;
  EXPECT_EQ(estimateSpeed(llama8B(), runtime, h100()).decodeLimit, Limit::host);
  EXPECT_EQ(estimateSpeed(llama8B(), runtime, h100()).prefillLimit, Limit::link);
  const ModelSpec& small = specOf("qwen2.5-0.5b");
  EXPECT_EQ(estimateSpeed(small, runtimeOf(FileType::Q4_0), h100()).decodeLimit, Limit::launch);
}

TEST(EstimateSpeed, TermsAreTheWholeStep) {
  const Hardware hardware = h100();
  const SpeedEstimate e = estimateSpeed(llama8B(), runtimeOf(FileType::Q4_K_M), hardware);
  EXPECT_NEAR(e.decode.p50 * e.step.total(), hardware.gpuProfile.decode.p50, 1e-12);
  EXPECT_NEAR(e.prefill.p50 * e.prompt.total(), 512.0, 1e-9);
  EXPECT_NEAR(e.timeToFirstToken.p50, e.prompt.total() + e.step.total(), 1e-12);
}

TEST(EstimateSpeed, BandsAreOrderedAndWiderTheLessIsKnown) {
  Hardware hardware = h100();
  const auto width = [&] {
    const Band band = estimateSpeed(llama8B(), runtimeOf(FileType::Q4_K_M), hardware).decode;
    EXPECT_LT(band.p10, band.p50);
    EXPECT_LT(band.p50, band.p90);
    return band.p90 / band.p10;
  };
  hardware.gpuProfile = withEvidence(hardware.gpuProfile, Backend::cuda, Evidence::backend);
  const double backend = width();
  hardware.gpuProfile = withEvidence(hardware.gpuProfile, Backend::cuda, Evidence::none);
  EXPECT_GT(width(), backend);
}

TEST(EstimateSpeed, ExpertsOnTheHostCostLessThanTheirLayers) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  runtime.cpuMoeLayers = 48;
  const double experts = decodeRate(qwen30B(), runtime, h100());
  runtime.cpuMoeLayers = 0;
  const double all = decodeRate(qwen30B(), runtime, h100());
  runtime.gpuLayers = 0;
  const double none = decodeRate(qwen30B(), runtime, h100());
  EXPECT_LT(none, experts);
  EXPECT_LT(experts, all);
  // Measured: 41.3 and 279 tok/s.
  EXPECT_NEAR(experts / 41.3, 1.0, 0.3);
  EXPECT_NEAR(all / 279.0, 1.0, 0.12);
}

TEST(EstimateSpeed, LayerSplitAddsNothingAndTensorSplitDoes) {
  Hardware two = h100();
  two.gpuCount = 2;
  two.gpus[1] = kH100;
  two.gpuLinkBandwidth = 450e9;
  const ModelSpec large = specOf("llama-3.1-70b");
  Runtime runtime = runtimeOf(FileType::Q8_0);
  const double one = decodeRate(large, runtime, h100());
  runtime.gpuCount = 2;
  runtime.gpuShares = {1, 1};
  const double layers = decodeRate(large, runtime, two);
  EXPECT_LT(layers, one);
  EXPECT_GT(layers, 0.95 * one);
  two.split = Split::tensor;
  EXPECT_GT(decodeRate(large, runtime, two), 1.3 * one);
}

TEST(EstimateSpeed, PrefillPipelinesOverALayerSplit) {
  Hardware two = h100();
  two.gpuCount = 2;
  two.gpus[1] = kH100;
  Runtime runtime = runtimeOf(FileType::Q8_0);
  Workload workload;
  workload.promptLength = 8192;
  const double one = estimateSpeed(llama8B(), runtime, h100(), workload).prefill.p50;
  runtime.gpuCount = 2;
  runtime.gpuShares = {1, 1};
  EXPECT_GT(estimateSpeed(llama8B(), runtime, two, workload).prefill.p50, 1.5 * one);
}

TEST(EstimateSpeed, ADraftGainsWithItsAcceptance) {
  const Runtime runtime = runtimeOf(FileType::F16);
  Workload workload = decoding(512);
  const double plain = decodeRate(llama8B(), runtime, h100(), workload);
  workload.draftLength = 3;
  workload.draftCost = 0.07;
  workload.acceptanceRate = 0.8;
  const double accepted = decodeRate(llama8B(), runtime, h100(), workload);
  EXPECT_GT(accepted, 1.5 * plain);
  workload.acceptanceRate = 0;
  EXPECT_LT(decodeRate(llama8B(), runtime, h100(), workload), plain);
}

// The tokens of a draft are checked against one cache: two RTX 5060 Ti gained 1.95 times with a 27B after 130,000
// tokens.
TEST(EstimateSpeed, ADraftGainsAtDepthToo) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  runtime.contextLength = 262144;
  Workload workload = decoding(131072);
  const double plain = decodeRate(llama8B(), runtime, h100(), workload);
  workload.draftLength = 3;
  workload.acceptanceRate = 0.8;
  EXPECT_GT(decodeRate(llama8B(), runtime, h100(), workload), 1.5 * plain);
}

// Every turn of a chat whose history is in the cache has such a prompt.
TEST(EstimateSpeed, APromptOfFewTokensTakesLittleMoreThanAsManySteps) {
  const Runtime runtime = runtimeOf(FileType::Q4_K_M);
  for (const ModelSpec* model : {&llama8B(), &qwen30B()}) {
    const double step = estimateSpeed(*model, runtime, h100(), decoding()).step.total();
    const auto seconds = [&](double tokens) {
      Workload workload = decoding();
      workload.promptLength = tokens;
      return estimateSpeed(*model, runtime, h100(), workload).prompt.total();
    };
    EXPECT_LT(seconds(1), 2.0 * step);
    EXPECT_LT(seconds(4), seconds(8));
    EXPECT_LT(seconds(8), 8.0 * step);
  }
}

// Qwen3 30B-A3B on one H200: 6,761 tokens/s with micro-batches of 512, 11,305 with 2,048 (tests/golden/h200.tsv).
TEST(EstimateSpeed, LargerMicroBatchesOfExpertsAreFaster) {
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  Workload workload = decoding();
  workload.promptLength = 4096;
  const auto rate = [&](const ModelSpec& model, double microBatch) {
    runtime.microBatchSize = microBatch;
    return estimateSpeed(model, runtime, h100(), workload).prefill.p50;
  };
  EXPECT_GT(rate(qwen30B(), 2048), 1.3 * rate(qwen30B(), 512));
  EXPECT_LT(rate(llama8B(), 2048), 1.1 * rate(llama8B(), 512));
}

TEST(EstimateSpeed, OnlyBackendsWithEventsPipelineAPromptOverGpus) {
  Workload workload = decoding();
  workload.promptLength = 8192;
  const auto gain = [&](Backend backend) {
    Hardware hardware = h100();
    hardware.gpuProfile = speedProfile(backend, "");
    Runtime runtime = runtimeOf(FileType::Q4_K_M);
    runtime.backend = backend;
    const double one = estimateSpeed(llama8B(), runtime, hardware, workload).prefill.p50;
    hardware.gpuCount = 2;
    hardware.gpus[1] = kH100;
    runtime.gpuCount = 2;
    runtime.gpuShares = {1, 1};
    return estimateSpeed(llama8B(), runtime, hardware, workload).prefill.p50 / one;
  };
  EXPECT_GT(gain(Backend::cuda), 1.6);
  EXPECT_GT(gain(Backend::rocm), 1.6);
  EXPECT_LT(gain(Backend::vulkan), 1.1);
  EXPECT_LT(gain(Backend::sycl), 1.1);
}

// The 8B in F16 with micro-batches of 512: two H200 with a tensor split take 0.86 of what one does.
TEST(EstimateSpeed, ATensorSplitReducesEveryMicroBatch) {
  Hardware hardware = h100();
  hardware.gpuLinkBandwidth = 450e9;
  Runtime runtime = runtimeOf(FileType::F16);
  Workload workload = decoding();
  workload.promptLength = 2048;
  const double one = estimateSpeed(llama8B(), runtime, hardware, workload).prefill.p50;
  hardware.gpuCount = 2;
  hardware.gpus[1] = kH100;
  hardware.split = Split::tensor;
  runtime.gpuCount = 2;
  runtime.gpuShares = {1, 1};
  const double two = estimateSpeed(llama8B(), runtime, hardware, workload).prefill.p50;
  EXPECT_GT(two, 0.75 * one);
  EXPECT_LT(two, 1.2 * one);
}

TEST(EstimateSpeed, APromptOfVllmHasAttention) {
  const Hardware hardware = h100();
  Runtime runtime = runtimeOf(FileType::BF16);
  runtime.engine = Engine::vllm;
  runtime.contextLength = 262144;
  const auto rate = [&](double tokens) {
    Workload workload = decoding();
    workload.promptLength = tokens;
    return estimateSpeed(llama8B(), runtime, hardware, workload).prefill.p50;
  };
  EXPECT_LT(rate(128000), 0.7 * rate(8000));
}

TEST(EstimateSpeed, VllmReadsWeightsOncePerStep) {
  const Hardware hardware = h100();
  Runtime runtime = runtimeOf(FileType::BF16);
  runtime.engine = Engine::vllm;
  const double one = decodeRate(llama8B(), runtime, hardware, decoding(512));
  EXPECT_GT(decodeRate(llama8B(), runtime, hardware, decoding(512, 16)), 11.0 * one);
}

TEST(EstimateSpeed, RealBytesWinOverTheRule) {
  const Runtime runtime = runtimeOf(FileType::F16);
  Workload workload = decoding();
  const double byRule = decodeRate(llama8B(), runtime, h100(), workload);
  workload.fileBytes = planMemory(llama8B(), runtime).fileBytes;
  EXPECT_EQ(decodeRate(llama8B(), runtime, h100(), workload), byRule);
  workload.fileBytes *= 1.2;
  EXPECT_LT(decodeRate(llama8B(), runtime, h100(), workload), byRule);
}

// gpt-oss with the rest of it in F16: experts stay what they are, so every byte more is read by every token.
TEST(EstimateSpeed, WhatIsLargerInAFileOfMxfp4ExpertsIsNoExpert) {
  const ModelSpec gptOss = specOf("gpt-oss-20b");
  const Runtime runtime = runtimeOf(FileType::MXFP4_MOE);
  Workload workload = decoding();
  const double byRule = estimateSpeed(gptOss, runtime, h100(), workload).step.memory;
  workload.fileBytes = 1.139 * planMemory(gptOss, runtime).fileBytes;
  EXPECT_GT(estimateSpeed(gptOss, runtime, h100(), workload).step.memory, 1.3 * byRule);
}

TEST(EstimateSpeed, IsFiniteForEveryModelFileTypeAndPlacement) {
  const Hardware hardware = h100();
  for (const auto& model : recorded::readModels()) {
    for (const FileType fileType : {FileType::F16, FileType::Q4_K_M, FileType::IQ2_M}) {
      for (const double layers : {0.0, 3.0, kAllLayers}) {
        Runtime runtime = runtimeOf(fileType);
        runtime.gpuLayers = layers;
        const SpeedEstimate e = estimateSpeed(model.spec, runtime, hardware);
        for (const Band& band : {e.decode, e.prefill, e.timeToFirstToken, e.requestTime, e.tokensPerSecondTotal}) {
          for (const double value : {band.p10, band.p50, band.p90}) {
            EXPECT_TRUE(std::isfinite(value) && value > 0.0) << model.name;
          }
          EXPECT_LT(band.p10, band.p50) << model.name;
          EXPECT_LT(band.p50, band.p90) << model.name;
        }
      }
    }
  }
}

TEST(EstimateSpeed, NamesWhatIsOutOfRange) {
  const Runtime runtime = runtimeOf(FileType::F16);
  const auto message = [&](const Hardware& hardware, const Workload& workload) {
    return describe("estimateSpeed", tryEstimateSpeed(llama8B(), runtime, hardware, workload).violation());
  };
  Hardware slow = h100();
  slow.gpus[0].bandwidth = 5;
  EXPECT_EQ(message(slow, {}),
            "estimateSpeed: machine.gpus[0].bandwidth must be bytes/s, at least 1e8, got 5: 5 GB/s is 5e9");
  Hardware none = h100();
  none.gpuCount = 0;
  EXPECT_EQ(message(none, {}), "estimateSpeed: machine.gpus must be at least as many as runtime.gpus, got 0");
  Workload workload;
  workload.acceptanceRate = 1.5;
  EXPECT_EQ(message(h100(), workload), "estimateSpeed: workload.acceptanceRate must be from 0 to 1, got 1.5");
  workload = {};
  workload.outputLength = 0;
  EXPECT_EQ(message(h100(), workload),
            "estimateSpeed: workload.outputLength must be a whole number from 1 to 1e9, got 0");
}

TEST(EstimateSpeed, ChecksTheHostAsTheGpus) {
  const auto message = [&](double Device::*rate, double value) {
    Hardware hardware = h100();
    hardware.host.*rate = value;
    return describe("estimateSpeed",
                    tryEstimateSpeed(llama8B(), runtimeOf(FileType::F16), hardware, decoding()).violation());
  };
  EXPECT_EQ(message(&Device::halfFlops, std::nan("")),
            "estimateSpeed: machine.host.halfFlops must be from 1e6 to 1e19 per second, or 0 where unknown, got NaN");
  EXPECT_EQ(message(&Device::quantizedOps, -1),
            "estimateSpeed: machine.host.quantizedOps must be from 1e6 to 1e19 per second, or 0 where unknown, got -1");
  EXPECT_EQ(message(&Device::shaderFlops, 1),
            "estimateSpeed: machine.host.shaderFlops must be from 1e6 to 1e19 per second, or 0 where unknown, got 1");
  // A tiny part of a core once took for ever.
  EXPECT_EQ(message(&Device::threads, 1e-300),
            "estimateSpeed: machine.host.threads must be from 1 to 4096, or 0 where unknown, got 1e-300");
}

TEST(EstimateSpeed, RefusesAWorkloadThatTheContextCannotHold) {
  Runtime runtime = runtimeOf(FileType::F16);
  runtime.contextLength = 256;
  Workload workload;
  workload.promptLength = 100000;
  EXPECT_EQ(describe("estimateSpeed", tryEstimateSpeed(llama8B(), runtime, h100(), workload).violation()),
            "estimateSpeed: workload.promptLength + cachedTokens + outputLength must be at most the context of a "
            "sequence (256), got 100128");
  workload.promptLength = 128;
  EXPECT_TRUE(tryEstimateSpeed(llama8B(), runtime, h100(), workload));
}

TEST(EstimateSpeed, HasNoEvidenceOfVllm) {
  Runtime runtime = runtimeOf(FileType::BF16);
  runtime.engine = Engine::vllm;
  const SpeedEstimate e = estimateSpeed(llama8B(), runtime, h100());
  EXPECT_EQ(e.evidence, Evidence::none);
  EXPECT_LT(e.decode.p10, 0.6 * e.decode.p50);
}

// Of BF16 there are rows with Vulkan and ROCm, of F16 with CUDA and Metal; data/speed_types.csv.
TEST(EstimateSpeed, HasNoEvidenceOfAFileTypeThatItsBackendWasNotMeasuredWith) {
  const auto evidence = [](Backend backend, FileType fileType) {
    Hardware hardware = h100();
    hardware.gpuProfile = speedProfile(backend, "AMD RDNA4");
    Runtime runtime = runtimeOf(fileType);
    runtime.backend = backend;
    return estimateSpeed(llama8B(), runtime, hardware);
  };
  EXPECT_EQ(evidence(Backend::vulkan, FileType::BF16).evidence, Evidence::family);
  EXPECT_EQ(evidence(Backend::vulkan, FileType::Q5_K_S).evidence, Evidence::family);
  for (const FileType unmeasured : {FileType::IQ1_S, FileType::IQ3_XXS, FileType::TQ2_0}) {
    const SpeedEstimate e = evidence(Backend::vulkan, unmeasured);
    EXPECT_EQ(e.evidence, Evidence::none);
    const Spread widest = detail::kWidest.decode;
    EXPECT_LE(e.decode.p10, widest.p10 * e.decode.p50 * 1.0001);
  }
  EXPECT_EQ(evidence(Backend::cuda, FileType::IQ1_S).evidence, Evidence::none);
  EXPECT_TRUE(isMeasured(Backend::cuda, FileType::F16));
  EXPECT_FALSE(isMeasured(Backend::rocm, FileType::F16));
}

TEST(EstimateSpeed, KeepsTheBandsOfAMachineThatWasMeasured) {
  Hardware hardware = h100();
  const double before = estimateSpeed(llama8B(), runtimeOf(FileType::IQ1_S), hardware, decoding()).decode.p10;
  hardware.gpuProfile = withEvidence(hardware.gpuProfile, Backend::cuda, Evidence::calibrated);
  const SpeedEstimate e = estimateSpeed(llama8B(), runtimeOf(FileType::IQ1_S), hardware, decoding());
  EXPECT_EQ(e.evidence, Evidence::calibrated);
  EXPECT_GT(e.decode.p10, before);
}

// Batches were measured with CUDA alone.
TEST(EstimateSpeed, KnowsNoMoreOfBatchesElsewhereThanOfNothingLikeThem) {
  for (const Backend backend : {Backend::metal, Backend::vulkan, Backend::rocm, Backend::cpu, Backend::sycl}) {
    const Spread known = withEvidence({}, backend, Evidence::device).batched;
    const Spread unknown = withEvidence({}, backend, Evidence::none).batched;
    EXPECT_EQ(known.p10, unknown.p10);
    EXPECT_EQ(known.p90, unknown.p90);
  }
  EXPECT_GT(withEvidence({}, Backend::cuda, Evidence::device).batched.p10,
            withEvidence({}, Backend::cuda, Evidence::none).batched.p10);
}

// Reading alone takes 16.06e9 bytes / 3.35e12 bytes/s, so 208.6 tokens per second are never exceeded.
TEST(EstimateSpeed, NoRateIsAboveTheBandwidth) {
  Hardware hardware = h100();
  hardware.gpuProfile.decode = {0.5, 1.0, 5.0};
  const Runtime runtime = runtimeOf(FileType::F16);
  const SpeedEstimate e = estimateSpeed(llama8B(), runtime, hardware, decoding());
  EXPECT_NEAR(e.decode.p90, hardware.gpus[0].bandwidth / planMemory(llama8B(), runtime).bytesPerToken, 2.0);
}

// Also not in its last digit, in whichever order a ceiling is summed.
TEST(EstimateSpeed, NoRateIsAboveTheCeilingOfThePlan) {
  Hardware hardware = h100();
  hardware.gpuProfile.decode = {0.5, 1.0, 100.0};
  for (std::size_t type = 0; type < kFileTypes.size(); ++type) {
    const Runtime runtime = runtimeOf(static_cast<FileType>(type));
    const double ceiling = hardware.gpus[0].bandwidth / planMemory(llama8B(), runtime).bytesPerToken;
    EXPECT_LE(estimateSpeed(llama8B(), runtime, hardware, decoding()).decode.p90, ceiling) << kFileTypes[type].name;
  }
}

TEST(EstimateSpeed, RefusesAProfileThatNobodyFilled) {
  Hardware hardware = h100();
  hardware.gpuProfile = {};
  const auto estimate = tryEstimateSpeed(llama8B(), runtimeOf(FileType::F16), hardware);
  EXPECT_EQ(describe("estimateSpeed", estimate.violation()),
            "estimateSpeed: bandwidthShare must be from 1e-12 to 1e12, got 0");
}

TEST(EstimateSpeed, RefusesVllmWithAPartOnTheHost) {
  Runtime runtime = runtimeOf(FileType::F16);
  runtime.engine = Engine::vllm;
  runtime.gpuLayers = 8;
  const auto estimate = tryEstimateSpeed(llama8B(), runtime, h100());
  EXPECT_EQ(describe("estimateSpeed", estimate.violation()),
            "estimateSpeed: runtime.engine must be llama.cpp where the host has a part, got vllm");
}

TEST(SpeedProfile, GoesFromDeviceToFamilyToBackend) {
  EXPECT_EQ(speedProfile(Backend::cuda, "NVIDIA Hopper", "H100 SXM").evidence, Evidence::device);
  EXPECT_EQ(speedProfile(Backend::cuda, "NVIDIA Hopper", "H100 of tomorrow").evidence, Evidence::family);
  EXPECT_EQ(speedProfile(Backend::cuda, "NVIDIA of tomorrow").evidence, Evidence::backend);
}

TEST(SpeedProfile, DevicesWithRowsEnoughHaveTheirOwnBands) {
  const SpeedProfile own = speedProfile(Backend::cuda, "NVIDIA Hopper", "H100 SXM");
  const SpeedProfile like = withEvidence(own, Backend::cuda, Evidence::device);
  EXPECT_LT(own.decode.p90 / own.decode.p10, like.decode.p90 / like.decode.p10);
  EXPECT_EQ(own.batched.p10, like.batched.p10);
  const SpeedProfile few = speedProfile(Backend::cuda, "NVIDIA Ampere GeForce", "GeForce RTX 3060 12GB");
  EXPECT_EQ(few.decode.p10, like.decode.p10);
}

TEST(SpeedProfile, OldBuildsAreSlower) {
  const double now = speedProfile(Backend::cuda, "NVIDIA Ada GeForce").layerSeconds;
  EXPECT_GT(speedProfile(Backend::cuda, "NVIDIA Ada GeForce", {}, 1500).layerSeconds, 1.2 * now);
}

// A machine whose bandwidth and fixed times are not those of its profile.
Hardware odd() {
  Hardware hardware = h100();
  hardware.gpuProfile.bandwidthShare *= 0.85;
  hardware.gpuProfile.layerSeconds *= 1.3;
  return hardware;
}

double calibratedRate(const std::vector<std::pair<ModelSpec, FileType>>& measured, const ModelSpec& model,
                      FileType fileType) {
  static Calibration calibration;
  followMachine(calibration);
  for (int round = 0; round < 20; ++round) {
    for (const auto& [spec, type] : measured) {
      const double truth = decodeRate(spec, runtimeOf(type), odd());
      const auto rate = calibration.add(spec, runtimeOf(type), h100(), decoding(), {false, truth, 1});
      EXPECT_TRUE(rate);
    }
    if (calibration.step()) break;
  }
  const Hardware hardware = calibration.calibrated(h100(), Backend::cuda);
  EXPECT_EQ(hardware.gpuProfile.evidence, Evidence::calibrated);
  return decodeRate(model, runtimeOf(fileType), hardware);
}

TEST(Calibration, OneRowMeetsItselfAndBringsOthersCloser) {
  const ModelSpec other = specOf("qwen2.5-32b");
  const double truth = decodeRate(other, runtimeOf(FileType::Q8_0), odd());
  const double before = std::abs(decodeRate(other, runtimeOf(FileType::Q8_0), h100()) / truth - 1.0);
  const double own = calibratedRate({{llama8B(), FileType::Q4_K_M}}, llama8B(), FileType::Q4_K_M);
  EXPECT_NEAR(own / decodeRate(llama8B(), runtimeOf(FileType::Q4_K_M), odd()), 1.0, 0.02);
  const double after = std::abs(calibratedRate({{llama8B(), FileType::Q4_K_M}}, other, FileType::Q8_0) / truth - 1.0);
  EXPECT_LT(after, before);
}

TEST(Calibration, TwoRowsTellBandwidthAndFixedTimeApart) {
  const ModelSpec small = specOf("qwen2.5-0.5b");
  const ModelSpec large = specOf("qwen2.5-32b");
  const double truth = decodeRate(llama8B(), runtimeOf(FileType::F16), odd());
  const double rate = calibratedRate({{small, FileType::F16}, {large, FileType::F16}}, llama8B(), FileType::F16);
  EXPECT_NEAR(rate / truth, 1.0, 0.02);
}

// Decoding with so many layers on the GPU, after calibration with the 8B in `gpuLayers` of each.
SpeedEstimate afterEnds(const std::vector<std::pair<FileType, double>>& ends, double layers, double depth = 0) {
  static Calibration calibration;
  followMachine(calibration);
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  for (int round = 0; round < 20; ++round) {
    for (const auto& [fileType, gpuLayers] : ends) {
      Runtime end = runtimeOf(fileType);
      end.gpuLayers = gpuLayers;
      EXPECT_TRUE(calibration.add(llama8B(), end, h100(), decoding(), {false, gpuLayers > 0 ? 150.0 : 9.0, 1}));
    }
    if (calibration.step()) break;
  }
  runtime.gpuLayers = layers;
  return estimateSpeed(llama8B(), runtime, calibration.calibrated(h100(), Backend::cuda), decoding(depth));
}

TEST(Calibration, BetweenTwoMeasuredEndsTheBandIsNarrow) {
  const auto width = [](const SpeedEstimate& e) { return e.decode.p90 / e.decode.p10; };
  const double both = width(afterEnds({{FileType::Q4_K_M, kAllLayers}, {FileType::Q4_K_M, 0}}, 16));
  const Spread narrow = h100().gpuProfile.measured;
  EXPECT_NEAR(both, narrow.p90 / narrow.p10, 1e-12);
  // One end says nothing of the other side, another file type nothing of this one, and two types are no one model.
  EXPECT_GT(width(afterEnds({{FileType::Q4_K_M, kAllLayers}}, 16)), 1.05 * both);
  EXPECT_GT(width(afterEnds({{FileType::Q8_0, kAllLayers}, {FileType::Q8_0, 0}}, 16)), 1.05 * both);
  EXPECT_GT(width(afterEnds({{FileType::Q4_K_M, kAllLayers}, {FileType::Q8_0, kAllLayers}}, kAllLayers)), 1.05 * both);
  EXPECT_NEAR(width(afterEnds({{FileType::Q4_K_M, kAllLayers}}, kAllLayers)), both, 1e-12);
  // Nor does it say what a long cache takes.
  EXPECT_GT(width(afterEnds({{FileType::Q4_K_M, kAllLayers}}, kAllLayers, 32768)), 1.05 * both);
}

TEST(Calibration, RefusesParametersThatAreNone) {
  static Calibration calibration;
  calibration.clear();
  EXPECT_EQ(describe("calibrate", calibration.free(152, 0.1)),
            "calibrate: parameters[].parameter must be a whole number from 0 to 151, got 152");
  EXPECT_EQ(describe("calibrate", calibration.free(0, 0)),
            "calibrate: parameters[].deviation must be from 1e-6 to 10, got 0");
  for (int i = 0; i < 80; ++i) EXPECT_TRUE(calibration.free(i, 0.1).parameter.empty());
  EXPECT_EQ(describe("calibrate", calibration.free(0, 0.1)), "calibrate: parameters must be at most 80, got 81");
}

TEST(Calibration, RefusesRatesThatAreNone) {
  static Calibration calibration;
  followMachine(calibration);
  const auto rate = calibration.add(llama8B(), runtimeOf(FileType::F16), h100(), decoding(), {false, -1, 1});
  EXPECT_EQ(describe("calibrate", rate.violation()),
            "calibrate: measurements[].tokensPerSecond must be from 1e-6 to 1e9, got -1");
}

}  // namespace
