#include "llmcalc/layout/weights.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

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

}  // namespace LLMCALC_FILE
