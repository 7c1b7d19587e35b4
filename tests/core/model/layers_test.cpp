#include "llmcalc/model/layers.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <vector>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

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

}  // namespace LLMCALC_FILE
