#include "llmcalc/layout/placement.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <tuple>
#include <vector>

#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

Runtime over(std::initializer_list<double> shares, double gpuLayers = kAllLayers) {
  Runtime runtime = at8192();
  runtime.gpuCount = static_cast<double>(shares.size());
  std::copy(shares.begin(), shares.end(), runtime.gpuShares.begin());
  runtime.gpuLayers = gpuLayers;
  return runtime;
}

TEST(Placement, CountsTheHeadAsTheLastUnit) {
  const Placement place = placement(llama(), over({1}, 17));
  EXPECT_EQ(place.firstOnGpu, 16);
  EXPECT_EQ(place.placed, 17);
  EXPECT_EQ(deviceOf(place, 15), kHost);
  EXPECT_EQ(deviceOf(place, 16), 0);
  EXPECT_EQ(deviceOf(place, 32), 0);
}

TEST(Placement, IsOnTheHostWithoutGpus) {
  const Placement place = placement(llama(), over({}));
  EXPECT_EQ(place.placed, 0);
  EXPECT_EQ(deviceOf(place, 32), kHost);
}

TEST(Placement, CutsUnitsByCumulativeShare) {
  // 33 units: the first quarter ends before unit 8.25, the third before 24.75.
  const Placement place = placement(llama(), over({1, 2, 1}));
  EXPECT_EQ(deviceOf(place, 8), 0);
  EXPECT_EQ(deviceOf(place, 9), 1);
  EXPECT_EQ(deviceOf(place, 24), 1);
  EXPECT_EQ(deviceOf(place, 25), 2);
  EXPECT_EQ(deviceOf(place, 32), 2);
  EXPECT_EQ(countOnFirst(place), 9);
  EXPECT_EQ(countTogether(place, 9, 24), 16);
  EXPECT_EQ(countTogether(place, 9, 3), 3);
}

TEST(Placement, VisitsLayersByPlaceAndByWhetherTheirExpertsMove) {
  Runtime runtime = over({1, 1}, 23);
  runtime.cpuMoeLayers = 12;
  std::vector<std::tuple<int, int, bool>> places;
  visitPlaces(llama(), runtime, placement(llama(), runtime),
              [&](int count, int device, bool moved) { places.emplace_back(count, device, moved); });
  // The host has 10 of 33 units; GPU 0 has 12 of the 23 others, of which the first two layers move their experts.
  const std::vector<std::tuple<int, int, bool>> expected = {
      {10, kHost, true}, {2, 0, true}, {10, 0, false}, {10, 1, false}};
  EXPECT_EQ(places, expected);
}

}  // namespace LLMCALC_FILE
