#include "llmcalc/engines/llama_cpp/buffers/gpu.hpp"

#include <gtest/gtest.h>

#include <array>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

constexpr std::array<bool, ModelSpec::kMaximumGroups> kHere = {true};
constexpr double kNetwork = 3 * 14336.0 * 512 * 4;
constexpr double kHidden = 4096.0 * 512 * 4;

TEST(GpuComputeBuffer, IsTheInputsAndTheLargestStage) {
  const ModelSpec model = llama();
  const Runtime runtime = at8192();
  const LargestStage stage = gpuComputeBuffer(model, computeShape(model, runtime), runtime, kHere, true, 1e6, 0);
  EXPECT_EQ(stage.stage, Stage::feedForward);
  EXPECT_EQ(stage.bytes, 1e6 + kNetwork);
}

TEST(GpuComputeBuffer, IsTheLogitsWhereAllTokensGetThem) {
  const ModelSpec model = llama();
  Runtime runtime = at8192();
  runtime.server = false;
  const ComputeShape shape = computeShape(model, runtime);
  EXPECT_EQ(gpuComputeBuffer(model, shape, runtime, kHere, true, 1e6, 0).bytes, 1e6 + 128256.0 * 512 * 4);
  EXPECT_EQ(gpuComputeBuffer(model, shape, runtime, kHere, true, 1e6, 0).stage, Stage::logits);
  EXPECT_EQ(gpuComputeBuffer(model, shape, runtime, kHere, false, 1e6, 0).bytes, 1e6 + kNetwork);
}

TEST(GpuComputeBuffer, IsWhatIsCopiedFromTheHostIfThatIsMore) {
  const ModelSpec model = llama();
  const Runtime runtime = at8192();
  const ComputeShape shape = computeShape(model, runtime);
  EXPECT_EQ(gpuComputeBuffer(model, shape, runtime, kHere, true, 1e6, 1e9).bytes, 1e9);
  EXPECT_EQ(gpuComputeBuffer(model, shape, runtime, kHere, true, 1e6, 1e9).stage, Stage::hostCopy);
  EXPECT_EQ(gpuComputeBuffer(model, shape, runtime, kHere, true, 1e6, 1).bytes, 1e6 + kNetwork);
}

TEST(GpuComputeBufferOfSeveral, HoldsWhatWasPassedOnBesideItsOwn) {
  const ModelSpec model = llama();
  const Runtime runtime = at8192();
  const ComputeShape shape = computeShape(model, runtime);
  const double inputs = 4 * kHidden + 1000;
  const GpuRole role{.isFirst = false, .hasLayers = true, .hasHead = false, .isPipelined = false, .sharedCaches = 50};
  EXPECT_EQ(gpuComputeBufferOfSeveral(model, shape, runtime, kHere, role, inputs).bytes,
            1000 + 50 + kNetwork + 2 * kHidden);
}

TEST(GpuComputeBufferOfSeveral, CopiesInputsWhereItIsPipelined) {
  const ModelSpec model = llama();
  const Runtime runtime = at8192();
  const ComputeShape shape = computeShape(model, runtime);
  const double inputs = 4 * kHidden + 1000;
  GpuRole role{.isFirst = true, .hasLayers = true, .hasHead = false, .isPipelined = true, .sharedCaches = 0};
  EXPECT_EQ(gpuComputeBufferOfSeveral(model, shape, runtime, kHere, role, inputs).bytes,
            4 * 1000 + kNetwork + 15 * kHidden);
  role.isFirst = false;
  EXPECT_EQ(gpuComputeBufferOfSeveral(model, shape, runtime, kHere, role, inputs).bytes,
            4 * 1000 + kNetwork + 10 * kHidden);
}

// Found by the fuzz test: Command R counts less beside a stage, which with keys wider than the model was below nothing.
TEST(GpuComputeBufferOfSeveral, HoldsNoLessThanTheInputsWhereKeysAreWide) {
  ModelSpec model = llama();
  model.architecture = Architecture::commandR;
  model.groups[0].feedForward = FeedForward::none;
  model.groups[0].kvHeadCount = 32;
  const Runtime runtime = at8192();
  const ComputeShape shape = computeShape(model, runtime);
  const GpuRole role{.isFirst = true, .hasLayers = true, .hasHead = false, .isPipelined = true, .sharedCaches = 0};
  EXPECT_EQ(gpuComputeBufferOfSeveral(model, shape, runtime, kHere, role, 4 * kHidden + 1000).bytes,
            4 * 1000 + 15 * kHidden);
}

TEST(GpuComputeBufferOfSeveral, OfTheHeadAloneIsLogitsAndTheirVectors) {
  const ModelSpec model = llama();
  const Runtime runtime = at8192();
  const GpuRole role{.isFirst = false, .hasLayers = false, .hasHead = true, .isPipelined = true, .sharedCaches = 0};
  EXPECT_EQ(gpuComputeBufferOfSeveral(model, computeShape(model, runtime), runtime, kHere, role, 1e6).bytes,
            (128256.0 + 5 * 4096) * 4 * 4);
}

}  // namespace LLMCALC_FILE
