#include "llmcalc/engines/llama_cpp/graphs/recurrences.hpp"

#include <gtest/gtest.h>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

ModelSpec recurring(Recurrence recurrence) {
  ModelSpec model = llama();
  LayerGroup& layer = model.groups[0];
  layer = {};
  layer.attention = Attention::none;
  layer.recurrence = recurrence;
  layer.convolutionLength = 4;
  return model;
}

ModelSpec mamba1() {
  ModelSpec model = recurring(Recurrence::mamba1);
  model.groups[0].innerLength = 8192;
  model.groups[0].stateLength = 16;
  model.groups[0].timeStepRank = 256;
  return model;
}

ModelSpec deltaNet() {
  ModelSpec model = recurring(Recurrence::gatedDeltaNet);
  model.groups[0].innerLength = 4096;
  model.groups[0].stateLength = 128;
  model.groups[0].stateGroupCount = 16;
  model.groups[0].timeStepRank = 32;
  return model;
}

// For micro-batches of 512 tokens of four sequences.
double onGpu(const ModelSpec& model) { return recurrenceBytes(model, model.groups[0], computeShape(model, at8192())); }
double onHost(const ModelSpec& model) {
  return hostRecurrenceBytes(model, model.groups[0], computeShape(model, at8192()), false);
}

TEST(RecurrenceBytes, OfMamba1AreProjectionsConvolutionAndStates) {
  EXPECT_EQ(onGpu(mamba1()),
            (2.0 * 8192 + 256 + 2 * 16 + 8192) * 512 * 4 + 8192.0 * (512 + 3 * 4) * 4 + 4 * (16.0 * 8192 * 4));
  EXPECT_EQ(onHost(mamba1()), (2.0 * 8192 + 4096) * 512 * 4 + (3.0 * 8192 + 16 * 8192) * 4 * 4);
}

TEST(RecurrenceBytes, OfADeltaNetAreMoreWhereItsArchitectureReordersQueriesAndKeys) {
  constexpr double kChannels = 4096 + 2 * 16 * 128;
  ModelSpec model = deltaNet();
  const double bytes = (3 * kChannels - 4096) * 512 * 4 + 4 * (2 * (128.0 * 4096 * 4) + 3 * kChannels * 4);
  EXPECT_EQ(onGpu(model), bytes);
  EXPECT_EQ(onHost(model), 3 * kChannels * 4 * 4);
  model.architecture = Architecture::qwen3next;
  EXPECT_EQ(onGpu(model), bytes + (16.0 * 128 + 4096) * 512 * 4);
}

TEST(RecurrenceBytes, OfAShortConvolutionAreAHiddenVectorOfTheHost) {
  const ModelSpec model = recurring(Recurrence::shortConvolution);
  EXPECT_EQ(onGpu(model), 0);
  EXPECT_EQ(onHost(model), 4096.0 * 512 * 4);
  EXPECT_EQ(onHost(llama()), 0);
}

TEST(FloatsBeforeRecurrence, AreFewerBehindAttention) {
  const ComputeShape shape = computeShape(llama(), at8192());
  EXPECT_EQ(floatsBeforeRecurrence(llama().groups[0], shape), -2 * 4096);
  EXPECT_EQ(floatsBeforeRecurrence(mamba1().groups[0], shape), 4096);
}

TEST(LacksScan, IsOfVulkanAndMamba1) {
  Runtime runtime = at8192();
  runtime.backend = GpuBackend::vulkan;
  LayerGroup layer;
  layer.recurrence = Recurrence::mamba1;
  EXPECT_TRUE(lacksScan(layer, runtime));
  layer.recurrence = Recurrence::mamba2;
  EXPECT_FALSE(lacksScan(layer, runtime));
  runtime.backend = GpuBackend::cuda;
  layer.recurrence = Recurrence::mamba1;
  EXPECT_FALSE(lacksScan(layer, runtime));
}

TEST(StatePasses, AreFewerOfADeltaNet) {
  EXPECT_LT(statePasses(Recurrence::gatedDeltaNet), statePasses(Recurrence::mamba2));
}

}  // namespace LLMCALC_FILE
