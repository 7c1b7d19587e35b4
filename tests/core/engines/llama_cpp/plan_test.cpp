#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "llmcalc/memory.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

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
  ModelSpec model = mixture(16, 2, 1024);
  LayerGroup& layer = model.groups[0];
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
    runtime.backend = GpuBackend::cuda;
    const MemoryPlan cuda = planMemory(model, runtime);
    runtime.backend = GpuBackend::vulkan;
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

TEST(PlanMemory, KeysAndValuesOfF32AreCastForFlashAttention) {
  Runtime runtime = at8192();
  runtime.contextLength = 65536;
  runtime.cacheTypeK = runtime.cacheTypeV = CacheType::f32;
  expectPrinted(planMemory(llama(), runtime).gpus[0].computeBuffer, 352.01);
}

TEST(PlanMemory, TakesTheContextOfTheModelWhereNoneIsGiven) {
  EXPECT_EQ(planMemory(llama(), Runtime{}).cells.full, 131072);
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

TEST(PlanMemory, ExpertsThatVulkanHasNoBufferForAreOnTheHostOnceInTheirOwnType) {
  // Of this file type the expert matrices of some layers get fewer bits than those of others.
  const ModelSpec model = mixture(450, 8, 11776);
  Runtime runtime = at8192();
  runtime.fileType = FileType::IQ3_XS;
  runtime.importanceMatrix = true;
  runtime.cpuMoeLayers = 32;
  const double experts = planMemory(model, runtime).host.experts;
  runtime.cpuMoeLayers = 0;
  runtime.backend = GpuBackend::vulkan;
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

}  // namespace LLMCALC_FILE
