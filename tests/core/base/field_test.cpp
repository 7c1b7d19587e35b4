#include "llmcalc/base/field.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "llmcalc/answer/speed_fields.hpp"
#include "llmcalc/engines/names.hpp"
#include "llmcalc/machine/hardware.hpp"
#include "llmcalc/memory.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/question/workload.hpp"
#include "llmcalc/speed/profile.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

// Becomes whatever a member is.
struct Anything {
  template <typename T>
  // NOLINTNEXTLINE(google-explicit-constructor): an aggregate takes what converts by itself.
  constexpr operator T() const noexcept;
};

template <typename T, std::size_t... i>
constexpr bool takes(std::index_sequence<i...> /*members*/) {
  return requires { T{(static_cast<void>(i), Anything{})...}; };
}

// How many members an aggregate has: as many as it takes, and not one more.
template <typename T, std::size_t count = 1>
constexpr std::size_t memberCount() {
  if constexpr (takes<T>(std::make_index_sequence<count>{}) && !takes<T>(std::make_index_sequence<count + 1>{})) {
    return count;
  } else {
    return memberCount<T, count + 1>();
  }
}

template <typename Table>
constexpr std::size_t rows(const Table& /*table*/) {
  return std::tuple_size_v<Table>;
}

TEST(Fields, OfAStructAreAllItsMembers) {
  EXPECT_EQ(rows(kFields<LayerGroup>), memberCount<LayerGroup>());
  EXPECT_EQ(rows(kFields<LayerRun>), memberCount<LayerRun>());
  EXPECT_EQ(rows(kFields<CacheCells>), memberCount<CacheCells>());
  EXPECT_EQ(rows(kFields<DeviceMemory>), memberCount<DeviceMemory>());
  EXPECT_EQ(rows(kFields<DeviceFit>), memberCount<DeviceFit>());
  // Beside the lists that are counted: groups and runs; GPUs and the host.
  EXPECT_EQ(rows(kFields<ModelSpec>) + 2, memberCount<ModelSpec>());
  EXPECT_EQ(rows(kFields<MemoryPlan>) + 2, memberCount<MemoryPlan>());
  EXPECT_EQ(rows(kFields<CommonRuntime>) + rows(kGpuFields<CommonRuntime>), memberCount<CommonRuntime>());
  EXPECT_EQ(rows(kFields<llama_cpp::Options>), memberCount<llama_cpp::Options>());
  EXPECT_EQ(rows(kFields<vllm::Options>), 0U);
  EXPECT_TRUE(std::is_empty_v<vllm::Options>);
}

TEST(Fields, OfSpeedAreAllMembersToo) {
  EXPECT_EQ(rows(kFields<Device>), memberCount<Device>());
  EXPECT_EQ(rows(kFields<Spread>), memberCount<Spread>());
  EXPECT_EQ(rows(kFields<Workload>), memberCount<Workload>());
  EXPECT_EQ(rows(kFields<Band>), memberCount<Band>());
  EXPECT_EQ(rows(kFields<SpeedTerms>), memberCount<SpeedTerms>());
  EXPECT_EQ(rows(kFields<SpeedTerms>), kLimits.size());
  EXPECT_EQ(rows(kFields<SpeedEstimate>), memberCount<SpeedEstimate>());
  // Beside the GPUs and the two profiles.
  EXPECT_EQ(rows(kFields<Hardware>) + 3, memberCount<Hardware>());
  EXPECT_EQ(kProfileFields.size() + kProfileCosts.size() + kProfileSpreadFields.size() + rows(kFields<SpeedProfile>),
            memberCount<SpeedProfile>());
}

template <const auto& table>
void expectNames(const std::string& place) {
  eachField<table>([&](auto at) { EXPECT_EQ(at.kRow.name, place + std::string(field::keyOf(at.kRow))); });
}

TEST(Fields, AreNamedByTheirPlaceAndKey) {
  expectNames<kFields<LayerGroup>>("model.groups[].");
  expectNames<kFields<LayerRun>>("model.runs[].");
  expectNames<kFields<ModelSpec>>("model.");
  expectNames<kFields<Runtime>>("runtime.");
  expectNames<kGpuFields<Runtime>>("runtime.gpus[].");
  expectNames<kFields<Machine>>("machine.");
  expectNames<kGpuFields<Machine>>("machine.gpus[].");
  expectNames<kFields<Workload>>("workload.");
  expectNames<kFields<Hardware>>("machine.");
  expectNames<kFields<Device>>("machine.gpus[].");
  expectNames<kHostFields>("machine.host.");
  expectNames<kTotalFields>("plan.devices[].");
  expectNames<kPartFields>("plan.devices[].terms.");
  EXPECT_EQ(field::keyOf(std::get<0>(kFields<LayerGroup>)), "attention");
}

template <typename T>
void expectDefaultNames() {
  const T object{};
  eachField<kFields<T>>([&](auto at) {
    const auto& row = at.kRow;
    if constexpr (field::kIsChoice<std::remove_cvref_t<decltype(row)>>) {
      EXPECT_LT(static_cast<std::size_t>(object.*row.member), row.names.size()) << row.name;
    }
  });
}

TEST(Fields, HaveANameForEveryDefault) {
  expectDefaultNames<LayerGroup>();
  expectDefaultNames<ModelSpec>();
  expectDefaultNames<Runtime>();
  expectDefaultNames<DeviceMemory>();
  expectDefaultNames<Machine>();
  expectDefaultNames<Fit>();
  expectDefaultNames<Hardware>();
  expectDefaultNames<SpeedProfile>();
  expectDefaultNames<SpeedEstimate>();
  EXPECT_EQ(kFileTypeNames[static_cast<std::size_t>(FileType::Q4_K_M)], "Q4_K_M");
  EXPECT_EQ(kCacheTypeNames[static_cast<std::size_t>(CacheType::iq4_nl)], "iq4_nl");
}

}  // namespace LLMCALC_FILE
