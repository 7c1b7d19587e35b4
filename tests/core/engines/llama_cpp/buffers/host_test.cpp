#include "llmcalc/engines/llama_cpp/buffers/host.hpp"

#include <gtest/gtest.h>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

TEST(HostStageBytes, AreNothingWhereAGpuComputesAll) {
  const ModelSpec model = llama();
  const Runtime runtime = at8192();
  HostResident host;
  host.layers = host.layersOf[0] = true;
  EXPECT_EQ(hostStageBytes(model, computeShape(model, runtime), runtime, fileWeights(model, FileType::Q4_K_M), host),
            0);
}

ModelSpec convolving() {
  ModelSpec model = llama();
  LayerGroup& layer = model.groups[0];
  layer = {};
  layer.attention = Attention::none;
  layer.recurrence = Recurrence::mamba2;
  layer.convolutionLength = 4;
  layer.innerLength = 8192;
  layer.stateLength = 128;
  layer.stateGroupCount = 8;
  layer.timeStepRank = 128;
  return model;
}

TEST(HostStageBytes, OfMamba2AreTheScanOfTheHostsLayersAndTheConvolutionOfOthers) {
  const ModelSpec model = convolving();
  const Runtime runtime = at8192();
  const ComputeShape shape = computeShape(model, runtime);
  const FileWeights weights = fileWeights(model, FileType::Q4_K_M);
  HostResident host;
  host.layersOf[0] = true;
  EXPECT_EQ(hostStageBytes(model, shape, runtime, weights, host),
            (4096.0 + 3 * 10240 + 8192) * 512 * 4 + 128.0 * 8192 * 4 * 4);
  host.layersOf[0] = false;
  host.cache = true;
  EXPECT_EQ(hostStageBytes(model, shape, runtime, weights, host), (10240.0 + 4096) * 512 * 4 + 3 * 10240.0 * 4 * 4);
  ModelSpec falcon = model;
  falcon.architecture = Architecture::falconH1;
  EXPECT_EQ(hostStageBytes(falcon, shape, runtime, weights, host), 0);
}

TEST(HostAttends, WhereNothingComesBeforeTheNextState) {
  ComputeShape shape = computeShape(llama(), at8192());
  LayerGroup layer = llama().groups[0];
  EXPECT_FALSE(hostAttends(layer, shape));
  shape.recurs = true;
  EXPECT_TRUE(hostAttends(layer, shape));
  layer.gatedQuery = true;
  EXPECT_FALSE(hostAttends(layer, shape));
}

TEST(CopiedBytes, AreNoneOfATensorThatTheBackEndCannotHold) {
  FileWeights weights = fileWeights(llama(), FileType::Q4_K_M, false, 1000);
  EXPECT_EQ(copiedBytes(1000, weights), 1000);
  EXPECT_EQ(copiedBytes(1001, weights), 0);
}

TEST(CpuComputeBuffer, HasOneMoreHiddenVector) {
  const ModelSpec model = llama();
  const Runtime runtime = at8192();
  EXPECT_EQ(cpuComputeBuffer(model, computeShape(model, runtime), runtime, 1e6).bytes,
            1e6 + 4096.0 * 512 * 4 + 3 * 14336.0 * 512 * 4);
}

}  // namespace LLMCALC_FILE
