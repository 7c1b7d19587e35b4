#include "llmcalc/engines/llama_cpp/speed/times.hpp"

#include <gtest/gtest.h>

#include "speed_cases.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using namespace speed_cases;
using speed::SpeedShape;
using speed::SpeedTimes;
using speed::Times;

// Bands that halve and double, of the GPUs; a tenth and ten times, of the host.
Hardware banded() {
  Hardware hardware = h100();
  hardware.gpuProfile.decode = {0.5, 1.0, 2.0};
  hardware.gpuProfile.experts = {0.25, 1.0, 4.0};
  hardware.gpuProfile.batched = {0.125, 1.0, 8.0};
  hardware.gpuProfile.drafted = {0.2, 1.0, 5.0};
  hardware.gpuProfile.prefill = {0.8, 1.0, 1.25};
  hardware.gpuProfile.deepPrefill = {0.4, 1.0, 2.5};
  hardware.gpuProfile.measured = {0.0625, 1.0, 16.0};
  hardware.gpuProfile.measuredBytes = 4e9;
  hardware.hostProfile.decode = {0.1, 1.0, 10.0};
  hardware.hostProfile.measuredBytes = 0;
  return hardware;
}

constexpr speed::Step kOne{1, 1, 0};

Times timesOf(const SpeedTerms& terms, bool experts, const speed::Step& step, double bytes) {
  const Hardware hardware = banded();
  const Runtime runtime = runtimeOf(FileType::Q4_K_M);
  return speed::stepTimes(terms, speed::Bands(hardware, runtime), experts, step, bytes);
}

TEST(StepTimes, HaveTheBandOfWhatIsMostLikeThem) {
  const SpeedTerms second = {0.25, 0.25, 0.25, 0.125, 0.125, 0};
  EXPECT_EQ(timesOf(second, false, kOne, 5e9).middle, 1);
  EXPECT_EQ(timesOf(second, false, kOne, 5e9).fast, 0.5);
  EXPECT_EQ(timesOf(second, false, kOne, 5e9).slow, 2);
  EXPECT_EQ(timesOf(second, true, kOne, 5e9).slow, 4);
  // The very model that was measured, of experts too; a sum in another order is of the same bytes.
  EXPECT_EQ(timesOf(second, true, kOne, 4e9 + 1).slow, 16);
  EXPECT_EQ(timesOf(second, false, kOne, 4e9 + 10).slow, 2);
  EXPECT_EQ(timesOf(second, true, {2, 1, 0}, 4e9).slow, 8);
  EXPECT_EQ(timesOf(second, true, {2, 4, 0}, 4e9).slow, 5);
}

TEST(StepTimes, OfAHostHaveItsBandBesideThatOfTheGpus) {
  const Times times = timesOf({0.5, 0, 0, 0, 0.5, 2}, false, kOne, 5e9);
  EXPECT_EQ(times.middle, 3);
  EXPECT_EQ(times.fast, 1 / 2.0 + 2 / 10.0);
  EXPECT_EQ(times.slow, 1 / 0.5 + 2 / 0.1);
}

SpeedTimes timesOf(const ModelSpec& model, const Workload& workload, double depth = 0) {
  const Runtime runtime = runtimeOf(FileType::Q4_K_M);
  const Hardware hardware = banded();
  SpeedShape shape;
  speed::fillShape(shape, model, runtime, 0, nullptr);
  return LlamaCpp::times(shape, model, runtime, hardware, workload, speed::Bands(hardware, runtime), depth);
}

TEST(LlamaCppTimes, OfOneSequenceAreThoseOfAStepAlone) {
  const SpeedTimes times = timesOf(llama8B(), decoding());
  EXPECT_EQ(times.alone.middle, times.step.total());
  EXPECT_EQ(times.alone.slow, 2 * times.step.total());
  EXPECT_EQ(times.together.slow, times.alone.slow);
  EXPECT_EQ(times.prefill.slow, 0);
  EXPECT_EQ(times.prompt.total(), 0);
}

TEST(LlamaCppTimes, OfAMixtureHaveTheBandOfExperts) {
  const SpeedTimes times = timesOf(qwen30B(), decoding());
  EXPECT_EQ(times.alone.slow, 4 * times.step.total());
}

TEST(LlamaCppTimes, OfSeveralSequencesHaveTheBandOfBatches) {
  const SpeedTimes times = timesOf(llama8B(), decoding(0, 8));
  EXPECT_EQ(times.together.slow, 8 * times.together.middle);
  EXPECT_GT(times.together.middle, times.alone.middle);
  EXPECT_EQ(times.alone.slow, 2 * times.step.total());
}

// A draft of three tokens checks four at once, and each of the three took a tenth of a step to propose.
TEST(LlamaCppTimes, OfADraftAreAStepOfItsTokensAndWhatItTakesToProposeThem) {
  Workload workload = decoding();
  workload.draftLength = 3;
  const SpeedTimes checked = timesOf(llama8B(), workload);
  workload.draftCost = 0.1;
  const SpeedTimes times = timesOf(llama8B(), workload);
  EXPECT_EQ(times.together.middle, checked.together.middle + 3 * 0.1 * times.alone.middle);
  EXPECT_EQ(times.together.slow, checked.together.slow + 3 * 0.1 * times.alone.slow);
  EXPECT_DOUBLE_EQ(checked.together.slow, 5 * checked.together.middle);
}

TEST(LlamaCppTimes, OfAPromptHaveTheBandOfPrefill) {
  Workload workload;
  workload.promptLength = 2048;
  const SpeedTimes times = timesOf(llama8B(), workload, 2048);
  EXPECT_EQ(times.prompt.host, 0);
  EXPECT_EQ(times.prefill.middle, times.prompt.total());
  EXPECT_EQ(times.prefill.fast, times.prompt.total() / 1.25);
  EXPECT_EQ(times.prefill.slow, times.prompt.total() / 0.8);
}

TEST(LlamaCppTimes, OfAPromptAfterMoreThan2048TokensHaveABandOfTheirOwn) {
  Workload workload;
  workload.promptLength = 512;
  workload.cachedTokens = 2048;
  SpeedTimes times = timesOf(llama8B(), workload, 2560);
  EXPECT_EQ(times.prefill.slow, times.prompt.total() / 0.8);
  workload.cachedTokens = 2049;
  times = timesOf(llama8B(), workload, 2561);
  EXPECT_EQ(times.prefill.fast, times.prompt.total() / 2.5);
  EXPECT_EQ(times.prefill.slow, times.prompt.total() / 0.4);
}

TEST(LlamaCppTimes, OfAPromptOnTheHostHaveItsBand) {
  const ModelSpec& model = llama8B();
  Runtime runtime = runtimeOf(FileType::Q4_K_M);
  runtime.gpuCount = 0;
  Hardware hardware = banded();
  hardware.gpuCount = 0;
  hardware.hostProfile.prefill = {0.2, 1.0, 5.0};
  SpeedShape shape;
  speed::fillShape(shape, model, runtime, 0, nullptr);
  const SpeedTimes times =
      speed::llamaCppTimes(shape, model, runtime, hardware, Workload(), speed::Bands(hardware, runtime), 512);
  EXPECT_GT(times.prompt.host, 0);
  EXPECT_DOUBLE_EQ(times.prefill.slow, 5 * times.prompt.total());
  EXPECT_EQ(times.alone.slow, times.step.host / 0.1);
}

}  // namespace LLMCALC_FILE
