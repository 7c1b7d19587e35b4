#include "llmcalc/engines/llama_cpp/checks.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "llmcalc/memory.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

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
  expectRefusedOutside(kChecked<ModelSpec>, model, model, runtime);
  expectRefusedOutside(kChecked<LayerGroup>, model.groups[0], model, runtime);
  expectRefusedOutside(llama_cpp::kRuntimeFields, runtime, model, runtime);
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

}  // namespace LLMCALC_FILE
