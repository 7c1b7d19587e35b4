#include "llmcalc/engines/vllm/engine.hpp"

#include <gtest/gtest.h>

#include <string>

#include "llmcalc/estimate.hpp"
#include "llmcalc/plan.hpp"
#include "shapes.hpp"
#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;

Runtime ofVllm() {
  Runtime runtime = at8192();
  runtime.engine = Engine::vllm;
  return runtime;
}

std::string refusal(const Runtime& runtime) {
  Checker check;
  Vllm::check(check, llama(), runtime);
  return check.found() ? describe("vllm", check.violation()) : "taken";
}

TEST(Vllm, IsRefusedWithAPartOnTheHost) {
  EXPECT_EQ(refusal(ofVllm()), "taken");
  const std::string refused = "vllm: runtime.engine must be llama.cpp where the host has a part, got vllm";
  Runtime runtime = ofVllm();
  runtime.gpuCount = 0;
  EXPECT_EQ(refusal(runtime), refused);
  runtime = ofVllm();
  runtime.gpuLayers = 32;
  EXPECT_EQ(refusal(runtime), refused);
  runtime = ofVllm();
  runtime.cpuMoeLayers = 1;
  EXPECT_EQ(refusal(runtime), refused);
  runtime = ofVllm();
  runtime.kvOffload = false;
  EXPECT_EQ(refusal(runtime), refused);
}

TEST(Vllm, TakesNoRuntimeThatLlamaCppDoesNotTake) {
  Runtime runtime = ofVllm();
  runtime.sequences = 0;
  EXPECT_EQ(refusal(runtime), "vllm: runtime.sequences must be a whole number from 1 to 256, got 0");
}

TEST(Vllm, IsRefusedWhereMemoryIsPlanned) {
  EXPECT_EQ(describe("planMemory", tryPlanMemory(llama(), ofVllm()).violation()),
            "planMemory: runtime.engine must be llama.cpp where memory is planned, got vllm");
}

TEST(Vllm, HasPagesAndNoPlan) {
  EXPECT_EQ(Vllm::kEngine, Engine::vllm);
  EXPECT_FALSE(Vllm::kPlans);
  EXPECT_TRUE(Vllm::kPages);
}

TEST(EstimateSpeed, RefusesVllmWithAPartOnTheHost) {
  Runtime runtime = runtimeOf(FileType::F16);
  runtime.engine = Engine::vllm;
  runtime.gpuLayers = 8;
  const auto estimate = tryEstimateSpeed(llama8B(), runtime, h100());
  EXPECT_EQ(describe("estimateSpeed", estimate.violation()),
            "estimateSpeed: runtime.engine must be llama.cpp where the host has a part, got vllm");
}

}  // namespace LLMCALC_FILE
