#include "llmcalc/engines/llama_cpp/graphs/graphs.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <ostream>

#include "llmcalc/engines/llama_cpp/graphs/gemma3.hpp"
#include "llmcalc/engines/llama_cpp/graphs/jamba.hpp"
#include "llmcalc/engines/llama_cpp/graphs/nemotron_h.hpp"
#include "shapes.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;

ModelSpec named(Architecture architecture) {
  ModelSpec model = llama();
  model.architecture = architecture;
  model.perLayerEmbeddingLength = 256;
  model.groups[0].innerLength = 8192;
  model.groups[0].stateGroupCount = 2;
  model.groups[0].stateLength = 128;
  model.groups[0].timeStepRank = 64;
  model.groups[0].sharedExpertLength = 1024;
  return model;
}

// Floats of a hook for llama() under the name of an architecture, where hidden vectors and queries have 4,096.
struct Beside {
  double feedForward, experts, scores, deltaNet, scan, logits, stage;

  bool operator==(const Beside&) const = default;
};
std::ostream& operator<<(std::ostream& out, const Beside& b) {
  return out << b.feedForward << " " << b.experts << " " << b.scores << " " << b.deltaNet << " " << b.scan << " "
             << b.logits << " " << b.stage;
}

Beside besideOf(Architecture architecture, const Runtime& runtime = at8192()) {
  const ModelSpec model = named(architecture);
  const LayerGroup& group = model.groups[0];
  const ComputeShape shape = computeShape(model, runtime);
  return askGraph(model, [&](auto graph) {
    return Beside{graph.besideFeedForward(model, shape, runtime),
                  graph.besideExperts(group, shape, runtime),
                  graph.besideScores(model, group, shape),
                  graph.besideDeltaNet(group),
                  graph.besideScan(group, shape, false),
                  graph.besideLogits(model, shape, runtime),
                  graph.besideStage(shape)};
  });
}

TEST(Graphs, AreOfTheArchitecturesThatAreListed) {
  for (std::size_t i = 0; i < kArchitectures.size(); ++i) {
    const ModelSpec model = named(static_cast<Architecture>(i));
    const GraphOf of = askGraph(model, [](auto graph) { return graph.kOf; });
    EXPECT_EQ(of.architecture, model.architecture) << kArchitectures[i];
    EXPECT_EQ(of.value, i) << kArchitectures[i];
    EXPECT_EQ(of.name, kArchitectures[i]);
  }
}

TEST(Graphs, OfArchitecturesWithoutANameHoldNothingBeside) {
  EXPECT_EQ(besideOf(Architecture::common), (Beside{0, 0, 0, 0, 0, 0, 0}));
}

TEST(Graphs, HoldWhatTheirArchitectureAddsBeside) {
  constexpr double kHidden = 4096;
  EXPECT_EQ(besideOf(Architecture::commandR),
            (Beside{kHidden + 2 * 1024, 0, 3 * 14336 + 1024, 0, 0, kHidden, kHidden - 2 * 1024}));
  EXPECT_EQ(besideOf(Architecture::cohere2), (Beside{kHidden + 2 * 1024, 0, 3 * 14336 + 1024, 0, 0, 0, 2 * kHidden}));
  EXPECT_EQ(besideOf(Architecture::deepseek2), (Beside{0, 0, 0, 0, 0, kHidden, 2 * kHidden}));
  EXPECT_EQ(besideOf(Architecture::falconH1), (Beside{0, 0, 3 * (8192 + 2 * 256) + 64, 0, 8192 + kHidden, kHidden, 0}));
  EXPECT_EQ(besideOf(Architecture::gemma3n), (Beside{7 * kHidden, 0, 3 * kHidden, 0, 0, 0, 0}));
  EXPECT_EQ(besideOf(Architecture::gemma4), (Beside{0, 0, 256 * 32 + 2048, 0, 0, 0, 0}));
  EXPECT_EQ(besideOf(Architecture::graniteHybrid), (Beside{0, 1024, 0, 0, 0, kHidden, 0}));
  EXPECT_EQ(besideOf(Architecture::llama4), (Beside{0, kHidden, 0, 0, 0, kHidden, 0}));
  EXPECT_EQ(besideOf(Architecture::olmo2), (Beside{0, 0, kHidden, 0, 0, 0, 0}));
  EXPECT_EQ(besideOf(Architecture::qwen35), (Beside{0, 0, 2 * kHidden, 0, 0, 0, kHidden}));
  EXPECT_EQ(besideOf(Architecture::qwen35moe), (Beside{0, kHidden, 3 * kHidden, 0, 0, 0, kHidden}));
  EXPECT_EQ(besideOf(Architecture::qwen3next), (Beside{0, 0, 2 * kHidden, 256 + 8192, 0, 0, kHidden}));
}

TEST(Graphs, DependOnOptionsWhereTheArchitectureDoes) {
  Runtime runtime = at8192();
  runtime.flashAttention = false;
  EXPECT_EQ(besideOf(Architecture::llama4, runtime), (Beside{0, 0, 0, 0, 0, 0, 0}));
  runtime = at8192();
  runtime.kvUnified = false;
  EXPECT_EQ(besideOf(Architecture::commandR, runtime).feedForward, 0);
  EXPECT_EQ(besideOf(Architecture::gemma4, runtime).feedForward, 256 * 32);
  runtime = at8192();
  runtime.cacheTypeK = CacheType::q8_0;
  EXPECT_EQ(besideOf(Architecture::gemma4, runtime).feedForward, 256 * 32);
}

TEST(Graphs, SayOnceWhatIsOddAboutTheirArchitecture) {
  for (std::size_t i = 0; i < kArchitectures.size(); ++i) {
    const auto is = [at = static_cast<Architecture>(i)](auto... named) { return ((at == named) || ...); };
    const ModelSpec model = named(static_cast<Architecture>(i));
    using enum Architecture;
    askGraph(model, [&](auto graph) {
      EXPECT_EQ(graph.kNormsAfter, is(olmo2)) << kArchitectures[i];
      EXPECT_EQ(graph.kIsParallel, is(commandR, cohere2)) << kArchitectures[i];
      EXPECT_EQ(graph.kScalesEmbeddings, is(graniteHybrid)) << kArchitectures[i];
      EXPECT_EQ(graph.kLoadsTiedHeadTwice, is(gemma3n, gemma4)) << kArchitectures[i];
      EXPECT_EQ(graph.kFreesBeforeLogits, is(gemma3n)) << kArchitectures[i];
      EXPECT_EQ(graph.kConvolvesOnHost, !is(falconH1)) << kArchitectures[i];
      EXPECT_EQ(graph.kStreams, is(gemma3n) ? 4 : 0) << kArchitectures[i];
      EXPECT_EQ(graph.rotates(model.groups[0]), !is(cohere2)) << kArchitectures[i];
    });
  }
}

TEST(Graphs, KnowLlama31ByItsVocabularyAndContext) {
  ModelSpec model = llama();
  EXPECT_TRUE(isLlama31Shape(model));
  EXPECT_TRUE(CommonGraph::scalesFrequencies(model));
  model.contextLength = 8192;  // Llama 3
  EXPECT_FALSE(isLlama31Shape(model));
  EXPECT_TRUE(Llama4Graph::scalesFrequencies(model));
}

TEST(Graphs, KnowGemma3ByWindowsNormsAndATiedHead) {
  ModelSpec model = llama();
  model.groups[0].attention = Attention::sliding;
  model.slidingWindow = 1024;
  model.tiedEmbeddings = true;
  const ComputeShape shape = computeShape(model, at8192());
  EXPECT_TRUE(isGemma3Shape(model, shape, true));
  EXPECT_FALSE(isGemma3Shape(model, shape, false));
  EXPECT_TRUE(scalesAsGemma(shape));
  EXPECT_TRUE(computesKeysFirst(shape));
  EXPECT_FALSE(scalesAsGemma(computeShape(llama(), at8192())));
}

TEST(Graphs, KnowModelsWithoutPositionsByTheirRecurrence) {
  ComputeShape shape = computeShape(llama(), at8192());
  LayerGroup alone = llama().groups[0];
  alone.feedForward = FeedForward::none;
  EXPECT_FALSE(isNemotronHAttention(alone, shape));
  shape.recurs = true;
  EXPECT_TRUE(isNemotronHAttention(alone, shape));
  EXPECT_FALSE(isNemotronHAttention(llama().groups[0], shape));
  EXPECT_FALSE(rotatesBesideMamba1(true));
  EXPECT_TRUE(rotatesBesideMamba1(false));
}

}  // namespace LLMCALC_FILE
