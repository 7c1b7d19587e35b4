// planMemory and fits where no recording exists: refusals, devices, unified pools, and what must not change a plan.
#include "llmcalc/memory.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

namespace {

using namespace llmcalc;

// Llama 3.1 8B.
ModelSpec llama() {
  ModelSpec model;
  model.vocabularySize = 128256;
  model.hiddenSize = 4096;
  model.layerCount = 32;
  model.contextLength = 131072;
  model.outputVectorElements = 4096;
  model.groupCount = 1;
  LayerGroup& layer = model.groups[0];
  layer.headCount = 32;
  layer.kvHeadCount = 8;
  layer.keyLength = 128;
  layer.valueLength = 128;
  layer.feedForward = FeedForward::gated;
  layer.feedForwardLength = 14336;
  layer.vectorElements = 2 * 4096;
  model.runCount = 1;
  model.runs[0] = {0, 1};
  return model;
}

ModelSpec latent() {
  ModelSpec model = llama();
  LayerGroup& layer = model.groups[0];
  layer.attention = Attention::mla;
  layer.kvHeadCount = 1;
  layer.kvLoraRank = 512;
  layer.ropeLength = 64;
  layer.keyLength = 576;
  layer.valueLength = 0;
  layer.mlaKeyLength = 192;
  layer.mlaValueLength = 128;
  return model;
}

Runtime at8192() {
  Runtime runtime;
  runtime.contextLength = 8192;
  return runtime;
}

std::string refusal(const ModelSpec& model, const Runtime& runtime) {
  const auto plan = tryPlanMemory(model, runtime);
  return plan ? "planned" : describe("planMemory", plan.violation());
}

TEST(PlanMemory, RefusesWhatTheEngineRefusesAndNamesBothOptions) {
  Runtime runtime = at8192();
  runtime.flashAttention = false;
  runtime.cacheTypeV = CacheType::q8_0;
  EXPECT_EQ(refusal(llama(), runtime),
            "planMemory: runtime.cacheTypeV must be f32, f16 or bf16 where flashAttention is false, got q8_0");
  runtime.cacheTypeV = CacheType::bf16;
  runtime.cacheTypeK = CacheType::q8_0;
  EXPECT_EQ(refusal(llama(), runtime), "planned");

  runtime = at8192();
  runtime.cacheTypeV = CacheType::q8_0;
  EXPECT_EQ(refusal(latent(), runtime),
            "planMemory: runtime.cacheTypeV must be the same as cacheTypeK for a model with mla, got q8_0");
  runtime.cacheTypeK = CacheType::q8_0;
  EXPECT_EQ(refusal(latent(), runtime), "planned");

  ModelSpec odd = llama();
  odd.groups[0].keyLength = odd.groups[0].valueLength = 80;
  EXPECT_EQ(refusal(odd, runtime),
            "planMemory: runtime.cacheTypeK must be f32, f16 or bf16 where a head is not a multiple of 32, got q8_0");
}

TEST(PlanMemory, AnIndexKeepsOneMoreKeyPerToken) {
  for (const ModelSpec& model : {llama(), latent()}) {
    const MemoryPlan without = planMemory(model, at8192());
    ModelSpec indexed = model;
    indexed.groups[0].indexerKeyLength = 128;
    const MemoryPlan with = planMemory(indexed, at8192());
    // Where values are cached beside the keys the index has one head of those too (llama-kv-cache-msa.cpp).
    const double elements = model.groups[0].attention == Attention::mla ? 128 : 128 + 128;
    EXPECT_EQ(with.gpus[0].kvCache - without.gpus[0].kvCache, 32 * 8192 * elements * 2);
  }
}

TEST(PlanMemory, FurtherMatricesFollowTheFileType) {
  ModelSpec model = llama();
  model.groups[0].furtherElements = 4096 * 256;
  for (const auto& [type, bytes] : {std::pair(FileType::F16, 2.0), std::pair(FileType::Q8_0, 34.0 / 32.0)}) {
    Runtime runtime = at8192();
    runtime.fileType = type;
    EXPECT_EQ(planMemory(model, runtime).fileBytes - planMemory(llama(), runtime).fileBytes, 32 * 4096 * 256 * bytes);
  }
}

// An indexer's rows are not those of the hidden size, so its elements are no multiple of that; bytes stay whole.
TEST(PlanMemory, FurtherMatricesAreOfWholeBlocks) {
  for (const double elements : {1.0, 31.0, 32.0, 13959168.0, 13959169.0}) {
    ModelSpec model = llama();
    model.groups[0].furtherElements = elements;
    Runtime runtime = at8192();
    runtime.fileType = FileType::Q8_0;
    const double blocks = std::ceil(elements / 32);
    EXPECT_EQ(planMemory(model, runtime).fileBytes - planMemory(llama(), runtime).fileBytes, 32 * blocks * 34)
        << elements;
  }
}

TEST(PlanMemory, ExpertsMayWorkOnShorterVectors) {
  ModelSpec model = llama();
  LayerGroup& layer = model.groups[0];
  layer.feedForward = FeedForward::none;
  layer.feedForwardLength = 0;
  layer.expertCount = 16;
  layer.expertsUsed = 2;
  layer.expertLength = 1024;
  Runtime runtime = at8192();
  runtime.fileType = FileType::F16;
  const double whole = planMemory(model, runtime).gpus[0].experts;
  EXPECT_EQ(whole, 32 * 3 * 16.0 * 4096 * 1024 * 2);
  layer.expertHiddenLength = 1024;
  EXPECT_EQ(planMemory(model, runtime).gpus[0].experts, whole / 4);
}

TEST(PlanMemory, BytesPerTokenAreTheSameWhereverTheyAre) {
  ModelSpec model = llama();
  LayerGroup& layer = model.groups[0];
  layer.expertCount = 16;
  layer.expertsUsed = 2;
  layer.expertLength = 1024;
  for (const double gpuLayers : {0.0, 7.0, 32.0, kAllLayers}) {
    for (const double cpuMoeLayers : {0.0, 5.0}) {
      Runtime runtime = at8192();
      runtime.fileType = FileType::F16;
      runtime.gpuLayers = gpuLayers;
      runtime.cpuMoeLayers = cpuMoeLayers;
      const MemoryPlan plan = planMemory(model, runtime);
      // The head, attention and a dense network in 32 layers, and two of sixteen experts.
      const double attention = 4096.0 * (4096 + 1024 + 1024 + 4096);
      const double weights = 128256.0 * 4096 + 32 * (attention + 3 * 4096.0 * 14336 + 3 * 2 * 4096.0 * 1024);
      EXPECT_EQ(plan.gpus[0].bytesPerToken + plan.host.bytesPerToken, 2 * weights + 4 * (32 * 2 + 1) * 4096.0);
      EXPECT_EQ(plan.gpus[0].bytesPerToken + plan.host.bytesPerToken, plan.bytesPerToken);
      if (gpuLayers == kAllLayers) {
        // Two of sixteen experts of the layers that were moved.
        EXPECT_EQ(plan.host.bytesPerToken, cpuMoeLayers * 3 * 2.0 * 4096 * 1024 * 2);
      }
    }
  }
}

TEST(PlanMemory, RefusesNumbersOutOfRange) {
  Runtime runtime = at8192();
  runtime.sequences = 0;
  EXPECT_EQ(refusal(llama(), runtime), "planMemory: runtime.sequences must be a whole number from 1 to 256, got 0");
  runtime = at8192();
  runtime.contextLength = 0.5;
  EXPECT_EQ(refusal(llama(), runtime),
            "planMemory: runtime.contextLength must be a whole number from 0 to 1e9, got 0.5");
  runtime.contextLength = 2;
  EXPECT_EQ(refusal(llama(), runtime),
            "planMemory: runtime.contextLength must be at least one token per sequence, got 2");
  runtime = Runtime{};
  ModelSpec untrained = llama();
  untrained.contextLength = 0;
  EXPECT_EQ(refusal(untrained, runtime),
            "planMemory: runtime.contextLength must be given where the model has no contextLength, got 0");
  runtime = at8192();
  runtime.gpuCount = 2;
  runtime.gpuShares = {1.0, -1.0};
  EXPECT_EQ(refusal(llama(), runtime), "planMemory: runtime.gpus[1] must be a share of at least 0, got -1");
  runtime.gpuShares = {0.0, 0.0};
  EXPECT_EQ(refusal(llama(), runtime), "planMemory: runtime.gpus must be shares of which one is more than 0, got 0");
}

// What `refusal` says of every field, with every number that it cannot be.
template <typename T, typename Fields>
void expectRefusedOutside(const Fields& fields, T& object, const ModelSpec& model, const Runtime& runtime) {
  for (const auto& field : fields) {
    const double good = object.*field.member;
    for (const double bad : {-1.0, -1e-300, 0.5, 1e9 + 0.5, field.range->minimum - 1, field.range->maximum + 1, 1e300,
                             std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()}) {
      object.*field.member = bad;
      const auto plan = tryPlanMemory(model, runtime);
      ASSERT_FALSE(plan) << field.name << " of " << bad;
      EXPECT_EQ(plan.violation().parameter, field.name) << bad;
      EXPECT_EQ(plan.violation().requirement, field.range->requirement) << bad;
    }
    object.*field.member = good;
  }
  EXPECT_TRUE(tryPlanMemory(model, runtime));
}

TEST(PlanMemory, RefusesEveryNumberThatIsNotWholeOrOutOfItsRange) {
  ModelSpec model = llama();
  Runtime runtime = at8192();
  expectRefusedOutside(detail::kModelFields, model, model, runtime);
  expectRefusedOutside(detail::kGroupFields, model.groups[0], model, runtime);
  expectRefusedOutside(detail::kRuntimeFields, runtime, model, runtime);
}

TEST(PlanMemory, TakesAZeroBelowZeroForNone) {
  ModelSpec model = llama();
  const auto plain = tryPlanMemory(model, at8192());
  model.slidingWindow = model.groups[0].expertCount = -0.0;
  const auto plan = tryPlanMemory(model, at8192());
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->gpus[0].total(), plain->gpus[0].total());
}

TEST(PlanMemory, RefusesImpossibleShapesAndNamesTheGroup) {
  const auto with = [](auto&& change) {
    ModelSpec model = llama();
    change(model);
    return refusal(model, at8192());
  };
  EXPECT_EQ(with([](ModelSpec& m) { m.groups[0].kvHeadCount = 33; }),
            "planMemory: model.groups[0].kvHeadCount must be at most headCount, got 33");
  EXPECT_EQ(with([](ModelSpec& m) { m.groups[0].expertCount = 8; }),
            "planMemory: model.groups[0].expertsUsed must be from 1 to expertCount where there are experts, got 0");
  EXPECT_EQ(with([](ModelSpec& m) { m.groups[0].attention = Attention::sliding; }),
            "planMemory: model.slidingWindow must be at least 1 where layers slide, got 0");
  EXPECT_EQ(with([](ModelSpec& m) { m.groups[0].recurrence = Recurrence::mamba2; }),
            "planMemory: model.groups[0].convolutionLength must be at least 1 with a recurrence, got 0");
  EXPECT_EQ(with([](ModelSpec& m) { m.runs[0].group = 1; }),
            "planMemory: model.runs[0].group must be the index of a group, got 1");
  EXPECT_EQ(with([](ModelSpec& m) { m.runCount = 0; }), "planMemory: model.runs must be 1 to 160 runs, got 0");
  EXPECT_EQ(with([](ModelSpec& m) { m.layerCount = 1025; }),
            "planMemory: model.layerCount must be a whole number from 1 to 1024, got 1025");
  EXPECT_EQ(with([](ModelSpec& m) { m.hiddenSize = 0; }),
            "planMemory: model.hiddenSize must be a whole number from 1 to 1e9, got 0");
}

// What of a token's experts is used would be nothing of nothing.
TEST(PlanMemory, RefusesElementsOfExpertsWhereThereAreNone) {
  ModelSpec model = llama();
  model.groups[0].expertVectorElements = 1;
  EXPECT_EQ(refusal(model, at8192()),
            "planMemory: model.groups[0].expertVectorElements must be 0 where there are no experts, got 1");
}

// The matrix of states is among the vectors; what a spec leaves out is not on the GPU, and not on the host.
TEST(PlanMemory, MovesNoMoreOfAMambaThanItHas) {
  ModelSpec model;
  model.vocabularySize = 50280;
  model.hiddenSize = 768;
  model.layerCount = 24;
  model.contextLength = 2048;
  model.tiedEmbeddings = true;
  model.groupCount = model.runCount = 1;
  model.runs[0] = {0, 1};
  LayerGroup& layer = model.groups[0];
  layer.attention = Attention::none;
  layer.recurrence = Recurrence::mamba1;
  layer.convolutionLength = 4;
  layer.innerLength = 1536;
  layer.stateLength = 512;
  Runtime runtime;
  runtime.contextLength = 2048;
  runtime.fileType = FileType::TQ2_0;
  for (const double vectors : {0.0, 1000.0, 1536.0 * 512, 1536.0 * 600}) {
    layer.vectorElements = vectors;
    runtime.backend = Backend::cuda;
    const MemoryPlan cuda = planMemory(model, runtime);
    runtime.backend = Backend::vulkan;
    const MemoryPlan vulkan = planMemory(model, runtime);
    const double moved = 24 * 4 * std::min(vectors, 1536.0 * 512);
    EXPECT_EQ(vulkan.host.weights - cuda.host.weights, moved) << vectors;
    EXPECT_EQ(cuda.gpus[0].weights - vulkan.gpus[0].weights, moved) << vectors;
    EXPECT_GE(vulkan.gpus[0].bytesPerToken, 0) << vectors;
  }
}

// Most files leave the prediction block out, and then llama.cpp counts 65 of 65 layers and not 66.
TEST(PlanMemory, CountsLayersAsTheFileDoes) {
  ModelSpec model = llama();
  model.layerCount = 64;
  Runtime runtime = at8192();
  runtime.gpuLayers = 65;
  EXPECT_EQ(planMemory(model, runtime).host.layers, 0);
  model.predictionLayerCount = 1;
  EXPECT_EQ(planMemory(model, runtime).host.layers, 1);
  runtime.gpuLayers = 66;
  EXPECT_EQ(planMemory(model, runtime).host.layers, 0);
}

TEST(PlanMemory, ThrowsTheSameText) {
  Runtime runtime = at8192();
  runtime.sequences = 0;
  try {
    static_cast<void>(planMemory(llama(), runtime));
    FAIL();
  } catch (const ArgumentError& error) {
    EXPECT_EQ(std::string(error.what()), refusal(llama(), runtime));
  }
}

TEST(PlanMemory, PutsTheHeadOnTheGpuFirst) {
  Runtime runtime = at8192();
  runtime.gpuLayers = 1;
  const MemoryPlan plan = planMemory(llama(), runtime);
  EXPECT_EQ(plan.gpus[0].layers, 0);
  EXPECT_EQ(plan.gpus[0].weights, 128256.0 / 256 * 210 * 4096 + 4096 * 4);
  EXPECT_EQ(plan.gpus[0].kvCache, 0);
  EXPECT_EQ(plan.host.layers, 32);
  EXPECT_EQ(plan.host.kvCache, 8192.0 * 32 * 8 * 256 * 2);
}

TEST(PlanMemory, SplitsLayersOverGpusByShareAndKeepsEveryByte) {
  const MemoryPlan one = planMemory(llama(), at8192());
  Runtime runtime = at8192();
  runtime.gpuCount = 3;
  runtime.gpuShares = {1.0, 2.0, 1.0};
  const MemoryPlan three = planMemory(llama(), runtime);
  // 33 units, the head last: shares of 1/4, 1/2, 1/4.
  EXPECT_EQ(three.gpus[0].layers, 9);
  EXPECT_EQ(three.gpus[1].layers, 16);
  EXPECT_EQ(three.gpus[2].layers, 7);
  double weights = 0;
  double cache = 0;
  for (int i = 0; i < 3; ++i) {
    weights += three.gpus[static_cast<std::size_t>(i)].weights;
    cache += three.gpus[static_cast<std::size_t>(i)].kvCache;
  }
  EXPECT_EQ(weights, one.gpus[0].weights);
  EXPECT_EQ(cache, one.gpus[0].kvCache);
  EXPECT_EQ(three.gpus[0].outputHead, 0);
  EXPECT_GT(three.gpus[2].outputHead, 0);
}

// Bytes of what llama.cpp b11669 printed for the model of llama(), MiB to two digits.
void expectPrinted(double bytes, double mebibytes) { EXPECT_NEAR(bytes / kBytesPerMiB, mebibytes, 0.06); }

TEST(PlanMemory, ComputeBuffersOfTwoGpusInAPipelineAreThosePrinted) {
  Runtime runtime = at8192();
  runtime.server = false;
  runtime.gpuCount = 2;
  runtime.gpuShares = {1.0, 1.0};
  const MemoryPlan plan = planMemory(llama(), runtime);
  expectPrinted(plan.gpus[0].computeBuffer, 236.05);
  // Of the last GPU's the printed 354.55 is the logits with 9 hidden vectors a token; other models have 10.
  EXPECT_GE(plan.gpus[1].computeBuffer, 354.5 * kBytesPerMiB);
  EXPECT_LE(plan.gpus[1].computeBuffer, 363.0 * kBytesPerMiB);
  expectPrinted(plan.host.computeBuffer, 112.08);
}

TEST(PlanMemory, AGpuBetweenOthersHoldsFewerCopiesThanTheFirst) {
  Runtime runtime = at8192();
  runtime.server = false;
  runtime.contextLength = 16384;
  runtime.batchSize = 64;
  runtime.gpuCount = 3;
  runtime.gpuShares = {8.0, 2.0, 5.0};
  const MemoryPlan plan = planMemory(llama(), runtime);
  expectPrinted(plan.gpus[0].computeBuffer, 33.51);
  expectPrinted(plan.gpus[1].computeBuffer, 28.50);
  expectPrinted(plan.host.computeBuffer, 18.01);
}

TEST(PlanMemory, OnlyTheFirstGpuComputesWhatTheHostHolds) {
  Runtime runtime = at8192();
  runtime.server = false;
  runtime.gpuCount = 2;
  runtime.gpuShares = {1.0, 1.0};
  runtime.gpuLayers = 16;
  MemoryPlan plan = planMemory(llama(), runtime);
  expectPrinted(plan.gpus[0].computeBuffer, 151.50);
  EXPECT_NEAR(plan.gpus[1].computeBuffer / kBytesPerMiB, 258.50, 8.1);
  runtime.gpuLayers = 0;
  plan = planMemory(llama(), runtime);
  EXPECT_EQ(plan.gpus[1].computeBuffer, 0);
}

TEST(PlanMemory, AGpuWithoutLayersHasNoBuffer) {
  Runtime runtime = at8192();
  runtime.gpuCount = 3;
  runtime.gpuShares = {0.0, 1.0, 1.0};
  const MemoryPlan plan = planMemory(llama(), runtime);
  EXPECT_EQ(plan.gpus[0].computeBuffer, 0);
  EXPECT_GT(plan.gpus[1].computeBuffer, 0);
}

TEST(PlanMemory, AGpuWithTheHeadAloneHoldsTheLogitsAndFiveVectorsOfEachToken) {
  Runtime runtime = at8192();
  runtime.server = false;
  runtime.contextLength = 131072;
  runtime.gpuCount = 4;
  runtime.gpuShares = {12.0, 1.0, 8.0, 1.0};
  runtime.sequences = 4;
  expectPrinted(planMemory(llama(), runtime).gpus[3].computeBuffer, 290.50);
}

TEST(PlanMemory, APartOfATokenMoreForEachSequenceIsABlockOfCellsMore) {
  Runtime runtime = at8192();
  runtime.server = false;
  runtime.sequences = 2;
  runtime.kvUnified = false;
  runtime.contextLength = 8193;
  EXPECT_EQ(planMemory(llama(), runtime).cells.full, 4352);
  runtime.sequences = 3;
  runtime.contextLength = 13057;
  expectPrinted(planMemory(llama(), runtime).gpus[0].kvCache, 1728.0);
}

TEST(PlanMemory, TheMicroBatchIsRoundedUpToTheSequences) {
  Runtime runtime = at8192();
  runtime.sequences = 12;
  runtime.kvUnified = false;
  runtime.microBatchSize = 64;
  const MemoryPlan plan = planMemory(llama(), runtime);
  expectPrinted(plan.gpus[0].computeBuffer, 16.42);
  expectPrinted(plan.host.computeBuffer, 4.61);
}

TEST(PlanMemory, QuantizedKeysOfHeadsThatAreNoBlocksAreRefusedWithFlashAttentionAlone) {
  ModelSpec model = llama();
  model.groups[0].headCount = model.groups[0].kvHeadCount = 32;
  model.groups[0].keyLength = model.groups[0].valueLength = 100;
  Runtime runtime = at8192();
  runtime.cacheTypeK = CacheType::q8_0;
  EXPECT_EQ(refusal(model, runtime),
            "planMemory: runtime.cacheTypeK must be f32, f16 or bf16 where a head is not a multiple of 32, got q8_0");
  runtime.flashAttention = false;
  EXPECT_EQ(refusal(model, runtime), "planned");
}

TEST(PlanMemory, KeysAndValuesOfF32AreCastForFlashAttention) {
  Runtime runtime = at8192();
  runtime.contextLength = 65536;
  runtime.cacheTypeK = runtime.cacheTypeV = CacheType::f32;
  expectPrinted(planMemory(llama(), runtime).gpus[0].computeBuffer, 352.01);
}

TEST(PlanMemory, TakesTheContextOfTheModelWhereNoneIsGiven) {
  EXPECT_EQ(planMemory(llama(), Runtime{}).cells.full, 131072);
}

TEST(LayerBlocks, FollowTheRuns) {
  ModelSpec model = llama();
  model.groupCount = 3;
  model.groups[1] = model.groups[2] = model.groups[0];
  model.layerCount = 200;
  const std::vector<std::vector<LayerRun>> patterns = {{{2, 1}}, {{2, 1}, {0, 3}}, {{0, 70}, {1, 5}, {2, 1}, {1, 1}}};
  for (const auto& pattern : patterns) {
    model.runCount = static_cast<double>(pattern.size());
    std::copy(pattern.begin(), pattern.end(), model.runs.begin());
    std::vector<std::size_t> expected;
    visitRuns(model, [&](int first, int count, std::size_t group) {
      ASSERT_EQ(static_cast<std::size_t>(first), expected.size());
      expected.insert(expected.end(), static_cast<std::size_t>(count), group);
    });
    std::vector<std::size_t> groups;
    LayerBlocks blocks(model);
    for (const int count : {1, 32, 33, 134}) {
      blocks.next(count, [&](const LayerBlock& block) {
        ASSERT_EQ(static_cast<std::size_t>(block.first), groups.size());
        for (int i = 0; i < 32; ++i) {
          for (std::size_t group = 0; group < block.groups.size(); ++group) {
            if ((block.groups[group] >> i & 1) != 0) groups.push_back(group);
          }
        }
      });
    }
    EXPECT_EQ(groups, expected);
  }
}

// Three layers: without a network, dense, and with experts of which one is shared; so many times over.
ModelSpec mixed(double times) {
  ModelSpec model = llama();
  model.layerCount = 3 * times;
  model.groupCount = 3;
  model.groups[1] = model.groups[2] = model.groups[0];
  model.groups[0].feedForward = model.groups[2].feedForward = FeedForward::none;
  model.groups[0].feedForwardLength = model.groups[2].feedForwardLength = 0;
  model.groups[1].valueFromKey = true;
  LayerGroup& experts = model.groups[2];
  experts.expertCount = 16;
  experts.expertsUsed = 2;
  experts.expertLength = experts.sharedExpertLength = 1024;
  model.runCount = 3;
  for (std::size_t i = 0; i < 3; ++i) model.runs[i] = {static_cast<double>(i), 1};
  return model;
}

// Which of 96 layers are special, as llama-quantize goes from tensor to tensor.
struct Special {
  std::vector<bool> values, down, expertsDown, sharedDown;
};

Special specialOf(FileType file) {
  const ModelSpec model = mixed(32);
  const FileWeights weights = fileWeights(model, file);
  QuantizationCounters counters;
  LayerBlocks blocks(model);
  Special special;
  blocks.next(96, [&](const LayerBlock& block) {
    const SpecialLayers here = specialLayers(weights, counters, block);
    for (int i = 0; i < 32; ++i) {
      special.values.push_back((here.values >> i & 1) != 0);
      special.down.push_back((here.down >> i & 1) != 0);
      special.expertsDown.push_back((here.expertsDown >> i & 1) != 0);
      special.sharedDown.push_back((here.sharedDown >> i & 1) != 0);
    }
  });
  return special;
}

bool hasMoreBits(std::size_t i, std::size_t n) { return i < n / 8 || i >= 7 * n / 8 || (i - n / 8) % 3 == 2; }

TEST(SpecialLayers, AreNumberedByTheirTensorsAndInModelsWithExpertsByLayer) {
  const Special special = specialOf(FileType::Q4_K_M);
  std::size_t value = 0;
  for (std::size_t layer = 0; layer < 96; ++layer) {
    const bool hasValues = layer % 3 != 1;
    ASSERT_EQ(special.values[layer], hasValues && hasMoreBits(value, 64)) << layer;
    value += hasValues ? 1 : 0;
    ASSERT_EQ(special.down[layer], hasMoreBits(layer, 96)) << layer;
    ASSERT_EQ(special.expertsDown[layer], special.down[layer]) << layer;
    ASSERT_EQ(special.sharedDown[layer], special.down[layer]) << layer;
  }
}

TEST(SpecialLayers, OfFilesOfTwoBitsAreNumberedByTensorsThoughThereAreExperts) {
  const Special special = specialOf(FileType::IQ2_XS);
  std::size_t tensor = 0;
  for (std::size_t layer = 0; layer < 96; ++layer) {
    ASSERT_FALSE(special.values[layer]) << layer;
    const auto next = [&] { return tensor++ < 96 / 8; };
    if (layer % 3 == 1) {
      ASSERT_EQ(special.down[layer], next()) << layer;
    } else if (layer % 3 == 2) {
      ASSERT_EQ(special.expertsDown[layer], next()) << layer;
      ASSERT_EQ(special.sharedDown[layer], next()) << layer;
    }
  }
}

TEST(PlanMemory, RealTensorsWin) {
  static MeasuredWeights measured;
  measured.tokenEmbedding = 1000;
  measured.output = 2000;
  measured.outputExtras = 16;
  for (std::size_t i = 0; i < 32; ++i) measured.layers[i] = {100, 0, 0};
  Runtime runtime = at8192();
  runtime.gpuLayers = 17;
  const MemoryPlan plan = planMemory(llama(), runtime, &measured);
  EXPECT_EQ(plan.gpus[0].weights, 16 * 100 + 2000 + 16);
  EXPECT_EQ(plan.host.weights, 16 * 100 + 1000);
  EXPECT_EQ(plan.fileBytes, 32 * 100 + 3016);
  EXPECT_EQ(plan.bytesPerToken, 32 * 100 + 2016);
}

TEST(PlanMemory, ReadsOnlyTheExpertsUsed) {
  ModelSpec model = llama();
  model.groups[0].expertCount = 8;
  model.groups[0].expertsUsed = 2;
  model.groups[0].expertLength = 14336;
  Runtime runtime = at8192();
  runtime.fileType = FileType::F16;
  const double experts = 32.0 * 3 * 8 * 14336 * 4096 * 2;
  const MemoryPlan plan = planMemory(model, runtime);
  EXPECT_EQ(plan.bytesPerToken, plan.fileBytes - plan.host.tokenEmbedding - experts * 6 / 8);
}

TEST(PlanMemory, OverheadIsApartAndOfEachGpu) {
  Runtime runtime = at8192();
  runtime.gpuCount = 2;
  runtime.gpuShares = {1.0, 1.0};
  runtime.gpuMultiprocessors = {128, 34};
  const MemoryPlan plan = planMemory(llama(), runtime);
  for (const std::size_t i : {0U, 1U}) {
    const DeviceMemory& gpu = plan.gpus[i];
    EXPECT_EQ(gpu.overhead, backendOverhead(runtime, i));
    EXPECT_EQ(gpu.total(), gpu.weights + gpu.kvCache + gpu.recurrentState + gpu.computeBuffer + gpu.outputBuffer +
                               backendOverhead(runtime, i));
  }
  EXPECT_GT(plan.gpus[0].overhead, plan.gpus[1].overhead);
  EXPECT_EQ(plan.host.overhead, 0);
}

TEST(PlanMemory, RefusesWhatIsNotKnownOfAGpu) {
  const auto with = [](auto&& change) {
    Runtime runtime = at8192();
    change(runtime);
    return refusal(llama(), runtime);
  };
  EXPECT_EQ(with([](Runtime& r) { r.gpuMemory[0] = 24; }),
            "planMemory: runtime.gpus[0].memory must be bytes, at least 1 MiB, got 24: 24 GiB is 24 * 2 ** 30");
  EXPECT_EQ(with([](Runtime& r) { r.gpuMultiprocessors[0] = -1; }),
            "planMemory: runtime.gpus[0].multiprocessors must be a whole number from 0 to 1e9, got -1");
  EXPECT_EQ(with([](Runtime& r) { r.gpuMemory[1] = 24; }), "planned");  // there is no second
}

TEST(PlanMemory, ExpertsThatVulkanHasNoBufferForAreOnTheHostOnceInTheirOwnType) {
  // Of this file type the expert matrices of some layers get fewer bits than those of others.
  ModelSpec model = llama();
  LayerGroup& layer = model.groups[0];
  layer.feedForward = FeedForward::none;
  layer.feedForwardLength = 0;
  layer.expertCount = 450;
  layer.expertsUsed = 8;
  layer.expertLength = 11776;
  Runtime runtime = at8192();
  runtime.fileType = FileType::IQ3_XS;
  runtime.importanceMatrix = true;
  runtime.cpuMoeLayers = 32;
  const double experts = planMemory(model, runtime).host.experts;
  runtime.cpuMoeLayers = 0;
  runtime.backend = Backend::vulkan;
  const MemoryPlan plan = planMemory(model, runtime);
  EXPECT_EQ(plan.host.experts, experts);
  EXPECT_EQ(plan.gpus[0].experts, 0);
}

// Llama 3.2 3B, whose plans by older builds people have published.
ModelSpec llama3B() {
  ModelSpec model = llama();
  model.hiddenSize = 3072;
  model.layerCount = 28;
  model.tiedEmbeddings = true;
  model.groups[0].headCount = 24;
  model.groups[0].feedForwardLength = 8192;
  return model;
}

TEST(PlanMemory, BuildsBeforeMixedInputsHoldTwoHiddenVectorsOfATokenOnTheHost) {
  Runtime runtime = at8192();
  runtime.contextLength = 4096;
  runtime.build = 9300;  // ggml-org/llama.cpp, a log of May 2026: 256.50 and 20.01 MiB, masks of f32
  MemoryPlan plan = planMemory(llama3B(), runtime);
  expectPrinted(plan.gpus[0].computeBuffer, 256.50);
  expectPrinted(plan.host.computeBuffer, 20.01);
  runtime.build = 8500;  // and one with micro-batches of 128: 64.12 and 5.00
  runtime.server = false;
  runtime.sequences = 1;
  runtime.microBatchSize = 128;
  plan = planMemory(llama3B(), runtime);
  expectPrinted(plan.gpus[0].computeBuffer, 64.12);
  expectPrinted(plan.host.computeBuffer, 5.00);
}

TEST(PlanMemory, LogitsOfAWholeBatchTakeThePlaceOfTheInputsInBuildsBeforeMixedInputs) {
  Runtime runtime = at8192();
  runtime.server = false;
  runtime.sequences = 1;
  for (const double build : {9633.0, 10470.0}) {  // CUDA, logged on an H200: 258.50
    runtime.build = build;
    expectPrinted(planMemory(llama(), runtime).gpus[0].computeBuffer, 258.50);
  }
}

TEST(PlanMemory, MasksOfOlderBuildsAreWiderAndHaveACopy) {
  Runtime runtime = at8192();
  runtime.contextLength = 131072;
  runtime.build = 9450;
  const double half = planMemory(llama(), runtime).host.computeBuffer;
  runtime.build = 9000;
  EXPECT_EQ(planMemory(llama(), runtime).host.computeBuffer - half, 131072.0 * 512 * 2);
}

MemoryPlan taking(double gpu, double host) {
  MemoryPlan plan;
  plan.gpuCount = 1;
  plan.gpus[0].weights = gpu;
  plan.host.weights = host;
  return plan;
}

TEST(Arena, TakesTheSmallestHoleThatFits) {
  Arena arena;
  const Piece large = arena.take(8);
  (void)arena.take(1);
  const Piece small = arena.take(4);
  const Piece last = arena.take(1);
  arena.give(large);
  arena.give(small);
  EXPECT_EQ(arena.take(3).at, small.at);
  EXPECT_EQ(arena.take(3).at, large.at);
  EXPECT_EQ(arena.take(6).at, last.at + last.size);
  EXPECT_EQ(arena.peak(), 20);
}

struct ThreePieces : testing::Test {
  Arena arena;
  Piece first = arena.take(4);
  Piece second = arena.take(8);
  Piece third = arena.take(4);
};

TEST_F(ThreePieces, AreJoinedWithTheEndWhenFree) {
  arena.give(second);
  arena.give(first);
  arena.give(third);
  EXPECT_EQ(arena.take(20).at, 0);
  EXPECT_EQ(arena.peak(), 20);
}

TEST_F(ThreePieces, StayApartFromTheEndBehindAHoleOfNoSize) {
  arena.give(second);
  const Piece nothing = arena.take(0);
  EXPECT_EQ(nothing.at, second.at);
  arena.give(first);
  arena.give(nothing);
  arena.give(third);
  EXPECT_EQ(arena.take(20).at, 16);
  EXPECT_EQ(arena.peak(), 36);
}

TEST(Fits, KeepsPoolsApart) {
  Machine machine;
  machine.gpuCount = 1;
  machine.gpuMemory[0] = 8e9;
  machine.gpuReserved[0] = 1e9;
  machine.hostMemory = 64e9;
  const Fit fit = fits(taking(8e9, 1e9), machine);
  EXPECT_FALSE(fit.fits);
  EXPECT_EQ(fit.gpus[0].shortBy(), 1e9);
  EXPECT_EQ(fit.host.shortBy(), 0);
  EXPECT_TRUE(fits(taking(7e9, 64e9), machine).fits);
  EXPECT_FALSE(fits(taking(7e9, 64e9 + 1), machine).fits);
}

TEST(Fits, AUnifiedPoolHasABudgetAndAnEnd) {
  Machine machine;
  machine.kind = MemoryKind::apple;
  machine.hostMemory = 64 * kBytesPerGiB;
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::apple, 64 * kBytesPerGiB), 51.84 * kBytesPerGiB);
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::apple, 16 * kBytesPerGiB), 0.74 * 16 * kBytesPerGiB);
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::apple, 256 * kBytesPerGiB), 0.84 * 256 * kBytesPerGiB);
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::amd, 64 * kBytesPerGiB), 32 * kBytesPerGiB);
  EXPECT_EQ(unifiedMemoryBudget(MemoryKind::shared, 128 * kBytesPerGiB), 128 * kBytesPerGiB);
  EXPECT_TRUE(fits(taking(50 * kBytesPerGiB, 10 * kBytesPerGiB), machine).fits);
  EXPECT_FALSE(fits(taking(52 * kBytesPerGiB, 0), machine).fits);                  // beyond the GPU's part
  EXPECT_FALSE(fits(taking(50 * kBytesPerGiB, 15 * kBytesPerGiB), machine).fits);  // beyond the pool
  machine.gpuCount = 1;
  machine.gpuMemory[0] = 60 * kBytesPerGiB;  // raised by the user
  EXPECT_TRUE(fits(taking(52 * kBytesPerGiB, 0), machine).fits);
}

TEST(Fits, RefusesAMachineOfFewerCards) {
  Machine machine;
  machine.hostMemory = 64e9;
  EXPECT_EQ(describe("fits", tryFits(taking(1, 1), machine).violation()),
            "fits: machine.gpus must be at least as many as the plan has, got 0");
}

}  // namespace
