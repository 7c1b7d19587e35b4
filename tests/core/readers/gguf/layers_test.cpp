#include "llmcalc/readers/gguf/layers.hpp"

#include <gtest/gtest.h>

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "llmcalc/readers/gguf.hpp"
#include "readers/gguf/header_values.hpp"
#include "readers/gguf/headers.hpp"

namespace llmcalc::gguf {

namespace LLMCALC_FILE {

// The layers of an architecture, and what they refer to.
struct Model {
  Model(std::string_view architecture, const HeaderValues& header)
      : values(header), keys(values), layers(keys, *findArchitecture(architecture), values.tensors) {}

  [[nodiscard]] std::string refusal() const { return keys.found() ? describe("header", keys.violation()) : "read"; }
  LayerGroup at(int i) { return layers.at(i); }

  HeaderValues values;
  KeyReader keys;
  Layers layers;
};

HeaderValues with(HeaderValues values, Key key, double number) {
  values[key] = numberOf(number);
  return values;
}

HeaderValues with(HeaderValues values, Key key, std::span<const double> list) {
  values[key] = listOf(list);
  return values;
}

// Which of the layers slide, as letters.
std::string windowsOf(Model& model) {
  std::string letters;
  for (int i = 0; i < static_cast<int>(model.layers.layerCount()); ++i) {
    letters.push_back(model.at(i).attention == Attention::sliding ? 's' : 'f');
  }
  return letters;
}

TEST(Layers, OfLlamaHaveHeadsAndAGatedNetwork) {
  Model model("llama", llamaValues());
  ASSERT_EQ(model.refusal(), "read");
  const LayerGroup layer = model.at(31);
  EXPECT_EQ(layer.attention, Attention::full);
  EXPECT_EQ(layer.headCount, 32);
  EXPECT_EQ(layer.kvHeadCount, 8);
  EXPECT_EQ(layer.keyLength, 128);  // of 4,096 over 32 heads
  EXPECT_EQ(layer.valueLength, 128);
  EXPECT_EQ(layer.feedForward, FeedForward::gated);
  EXPECT_EQ(layer.feedForwardLength, 14336);
  EXPECT_EQ(layer.vectorElements, 2 * 4096);
  EXPECT_EQ(layer.expertCount, 0);
}

TEST(Layers, HaveAsManyKeysAsQueriesWhereNoKeySaysIt) {
  HeaderValues values = llamaValues();
  values[Key::kvHeadCount] = {};
  EXPECT_EQ(Model("llama", values).at(0).kvHeadCount, 32);
}

TEST(Layers, OfAMixtureHaveExpertsAndARouter) {
  HeaderValues values = with(with(llamaValues(), Key::expertCount, 8), Key::expertsUsed, 2);
  const LayerGroup layer = Model("llama", values).at(0);
  EXPECT_EQ(layer.expertCount, 8);
  EXPECT_EQ(layer.expertsUsed, 2);
  EXPECT_EQ(layer.expertLength, 14336);
  EXPECT_EQ(layer.feedForward, FeedForward::none);
  EXPECT_EQ(layer.vectorElements, 2 * 4096 + 8 * 4096);
  values[Key::expertsUsed] = {};
  Model without("llama", values);
  without.at(0);
  EXPECT_EQ(without.refusal(), "header: expert_used_count must be there, got NaN");
}

// 34 layers, of which every sixth sees everything.
TEST(Layers, OfGemma3SlideFiveTimesOfSix) {
  Model model("gemma3", valuesOf({{Key::embeddingLength, 2560},
                                  {Key::blockCount, 34},
                                  {Key::vocabularySize, 262208},
                                  {Key::headCount, 8},
                                  {Key::kvHeadCount, 4},
                                  {Key::keyLength, 256},
                                  {Key::valueLength, 256},
                                  {Key::feedForwardLength, 10240},
                                  {Key::slidingWindow, 1024}}));
  EXPECT_EQ(windowsOf(model), "sssssfsssssfsssssfsssssfsssssfssss");
  EXPECT_EQ(model.layers.window(), 1024);
  EXPECT_EQ(model.at(0).vectorElements, 4 * 2560 + 2 * 256);  // four norms, and those of a query's and a key's head
}

TEST(Layers, SlideAsTheirPatternSays) {
  constexpr std::array<double, 4> kPattern = {1, 0, 0, 1};
  HeaderValues values = with(with(llamaValues(), Key::slidingWindow, 512), Key::blockCount, 4);
  Model listed("gemma3", with(values, Key::slidingPattern, kPattern));
  EXPECT_EQ(windowsOf(listed), "sffs");
  Model periodic("gemma3", with(values, Key::slidingPattern, 2));
  EXPECT_EQ(windowsOf(periodic), "sfsf");
  // Phi 3's files have a window, which its loader does not read.
  Model phi("phi3", values);
  EXPECT_EQ(windowsOf(phi), "ffff");
  EXPECT_EQ(phi.layers.window(), 0);
}

TEST(Layers, OfLlama4AttendInChunksThreeTimesOfFour) {
  Model model("llama4", with(llamaValues(), Key::blockCount, 8));
  EXPECT_EQ(model.layers.window(), 8192);
  EXPECT_EQ(windowsOf(model), "sssfsssf");
}

TEST(Layers, OfExaone4SlideInThe32BAlone) {
  Model small("exaone4", with(with(llamaValues(), Key::blockCount, 30), Key::slidingWindow, 4096));
  EXPECT_EQ(small.layers.window(), 0);
  Model large("exaone4", with(llamaValues(), Key::blockCount, 64));
  EXPECT_EQ(large.layers.window(), 4096);
  EXPECT_EQ(windowsOf(large).substr(0, 8), "sssfsssf");
}

TEST(Layers, OfGptOssHaveBiasesAndSinks) {
  Model model("gpt-oss", valuesOf({{Key::embeddingLength, 2880},
                                   {Key::blockCount, 24},
                                   {Key::vocabularySize, 201088},
                                   {Key::headCount, 64},
                                   {Key::kvHeadCount, 8},
                                   {Key::keyLength, 64},
                                   {Key::valueLength, 64},
                                   {Key::feedForwardLength, 2880},
                                   {Key::expertLength, 2880},
                                   {Key::expertCount, 32},
                                   {Key::expertsUsed, 4},
                                   {Key::slidingWindow, 128}}));
  EXPECT_EQ(windowsOf(model), "sfsfsfsfsfsfsfsfsfsfsfsf");
  const double norms = 2 * 2880;
  const double biases = 64 * 64 + 2 * 8 * 64 + 2880;  // of queries, keys and values, and of the output
  const double router = 32 * 2880 + 32;
  EXPECT_EQ(model.at(0).vectorElements, norms + biases + 64 + router);
  EXPECT_EQ(model.at(0).expertVectorElements, 32 * (2880 + 2880 + 2880));
}

HeaderValues deepseekV3() {
  return valuesOf({{Key::embeddingLength, 7168},
                   {Key::blockCount, 61},
                   {Key::vocabularySize, 129280},
                   {Key::headCount, 128},
                   {Key::kvHeadCount, 1},
                   {Key::keyLength, 576},
                   {Key::valueLength, 512},
                   {Key::mlaKeyLength, 192},
                   {Key::mlaValueLength, 128},
                   {Key::ropeLength, 64},
                   {Key::queryLoraRank, 1536},
                   {Key::kvLoraRank, 512},
                   {Key::feedForwardLength, 18432},
                   {Key::expertLength, 2048},
                   {Key::expertCount, 256},
                   {Key::expertsUsed, 8},
                   {Key::sharedExperts, 1},
                   {Key::denseLayers, 3},
                   {Key::expertGating, 2}});
}

TEST(Layers, OfDeepSeekV3CacheOneLatentKey) {
  Model model("deepseek2", deepseekV3());
  const LayerGroup dense = model.at(2);
  EXPECT_EQ(dense.attention, Attention::mla);
  EXPECT_EQ(dense.kvHeadCount, 1);
  EXPECT_EQ(dense.keyLength, 512 + 64);
  EXPECT_EQ(dense.valueLength, 0);
  EXPECT_EQ(dense.feedForwardLength, 18432);
  EXPECT_EQ(dense.expertCount, 0);
  EXPECT_EQ(dense.vectorElements, 2 * 7168 + 512 + 1536);
  const LayerGroup experts = model.at(3);
  EXPECT_EQ(experts.feedForwardLength, 0);
  EXPECT_EQ(experts.expertCount, 256);
  EXPECT_EQ(experts.sharedExpertLength, 2048);
  // The router, and its bias where experts are gated by sigmoid.
  EXPECT_EQ(experts.vectorElements, dense.vectorElements + 256 * 7168 + 256);
}

// Before April 2025 llama.cpp cached keys and values of every head, and files have them in one matrix.
TEST(Layers, OfAnOldDeepSeekFileCacheEveryHead) {
  HeaderValues values = deepseekV3();
  values[Key::mlaKeyLength] = values[Key::mlaValueLength] = {};
  values[Key::kvHeadCount] = numberOf(128);
  values[Key::keyLength] = numberOf(192);
  values[Key::valueLength] = numberOf(128);
  values.tensors.known = values.tensors.hasJoinedLatent = true;
  const LayerGroup layer = Model("deepseek2", values).at(0);
  EXPECT_EQ(layer.attention, Attention::full);
  EXPECT_EQ(layer.kvHeadCount, 128);
  EXPECT_EQ(layer.keyLength, 192);
  EXPECT_EQ(layer.valueLength, 128);
}

TEST(Layers, OfDeepSeekV32HaveAnIndex) {
  const LayerGroup layer =
      Model("deepseek32", with(with(deepseekV3(), Key::indexerHeads, 64), Key::indexerKeyLength, 128)).at(0);
  EXPECT_EQ(layer.indexerKeyLength, 128);
  // Its key and weights of heads from the hidden vector, its queries from the latent one.
  EXPECT_EQ(layer.furtherElements, 7168 * (128 + 64) + 1536 * 64 * 128);
  EXPECT_EQ(layer.vectorElements, 2 * 7168 + 512 + 1536 + 2 * 128);
}

// The layers of GLM-5.2 that have an index: the first three, and every fourth after.
TEST(Layers, OfGlmShareAnIndexWhereTheContextIsAMillion) {
  HeaderValues values = with(with(deepseekV3(), Key::indexerHeads, 32), Key::indexerKeyLength, 128);
  const auto indexed = [&] {
    Model model("glm-dsa", values);
    std::string layers;
    for (int i = 0; i < 12; ++i) layers.push_back(model.at(i).indexerKeyLength > 0.0 ? 'i' : '-');
    return layers;
  };
  values[Key::contextLength] = numberOf(202752);
  EXPECT_EQ(indexed(), "iiiiiiiiiiii");
  values[Key::contextLength] = numberOf(1048576);
  EXPECT_EQ(indexed(), "iii---i---i-");
}

TEST(Layers, OfQwen3NextAttendEveryFourthTime) {
  Model model("qwen3next", valuesOf({{Key::embeddingLength, 2048},
                                     {Key::blockCount, 48},
                                     {Key::vocabularySize, 151936},
                                     {Key::headCount, 16},
                                     {Key::kvHeadCount, 2},
                                     {Key::keyLength, 256},
                                     {Key::valueLength, 256},
                                     {Key::feedForwardLength, 5120},
                                     {Key::attentionInterval, 4},
                                     {Key::expertCount, 512},
                                     {Key::expertsUsed, 10},
                                     {Key::expertLength, 512},
                                     {Key::sharedExpertLength, 512},
                                     {Key::convolutionLength, 4},
                                     {Key::innerLength, 4096},
                                     {Key::stateLength, 128},
                                     {Key::timeStepRank, 32},
                                     {Key::stateGroupCount, 16}}));
  const double experts = 2 * 2048 + 512 * 2048 + 2048;  // norms, the router and the gate of the shared expert
  for (const int i : {0, 1, 2, 44}) {
    const LayerGroup layer = model.at(i);
    EXPECT_EQ(layer.attention, Attention::none) << i;
    EXPECT_EQ(layer.recurrence, Recurrence::gatedDeltaNet) << i;
    // Four taps over keys, queries and values; of every head a decay and a bias; the norm of one head.
    EXPECT_EQ(layer.vectorElements, experts + 4 * (2 * 16 * 128 + 4096) + 2 * 32 + 4096.0 / 32);
  }
  for (const int i : {3, 47}) {
    const LayerGroup layer = model.at(i);
    EXPECT_EQ(layer.attention, Attention::full) << i;
    EXPECT_EQ(layer.recurrence, Recurrence::none) << i;
    EXPECT_TRUE(layer.gatedQuery);
    EXPECT_EQ(layer.vectorElements, experts + 2 * 256);
  }
}

TEST(Layers, OfMambaHaveAStateAlone) {
  const LayerGroup layer = Model("mamba", valuesOf({{Key::embeddingLength, 768},
                                                    {Key::blockCount, 24},
                                                    {Key::vocabularySize, 50280},
                                                    {Key::headCount, 0},
                                                    {Key::feedForwardLength, 0},
                                                    {Key::convolutionLength, 4},
                                                    {Key::innerLength, 1536},
                                                    {Key::stateLength, 16},
                                                    {Key::timeStepRank, 48}}))
                               .at(0);
  EXPECT_EQ(layer.attention, Attention::none);
  EXPECT_EQ(layer.feedForward, FeedForward::none);
  EXPECT_EQ(layer.recurrence, Recurrence::mamba1);
  // A norm; four taps and a bias; A, D and the bias of time steps.
  EXPECT_EQ(layer.vectorElements, 768 + (4 + 1) * 1536 + (16 + 1 + 1) * 1536);
}

TEST(Layers, OfJambaAttendWhereTheyHaveKeysAndHaveExpertsEverySecondTime) {
  constexpr std::array<double, 8> kKvHeads = {0, 0, 0, 0, 8, 0, 0, 0};
  Model model("jamba", with(valuesOf({{Key::embeddingLength, 4096},
                                      {Key::blockCount, 8},
                                      {Key::vocabularySize, 65536},
                                      {Key::headCount, 32},
                                      {Key::keyLength, 128},
                                      {Key::valueLength, 128},
                                      {Key::feedForwardLength, 14336},
                                      {Key::expertCount, 16},
                                      {Key::expertsUsed, 2},
                                      {Key::convolutionLength, 4},
                                      {Key::innerLength, 8192},
                                      {Key::stateLength, 16},
                                      {Key::timeStepRank, 256}}),
                            Key::kvHeadCount, kKvHeads));
  const double state = (4 + 1 + 16 + 2) * 8192 + 256 + 2 * 16;  // with norms of time steps, B and C
  EXPECT_EQ(model.at(0).recurrence, Recurrence::mamba1);
  EXPECT_EQ(model.at(0).vectorElements, 2 * 4096 + state);
  EXPECT_EQ(model.at(0).feedForwardLength, 14336);
  EXPECT_EQ(model.at(1).expertCount, 16);
  EXPECT_EQ(model.at(1).vectorElements, 2 * 4096 + state + 16 * 4096);
  EXPECT_EQ(model.at(4).recurrence, Recurrence::none);
  EXPECT_EQ(model.at(4).kvHeadCount, 8);
  EXPECT_EQ(model.at(4).vectorElements, 2 * 4096);
}

// Layers 0, 1 and 7 of Nemotron H 8B, whose pattern begins M-M-M-M*.
TEST(Layers, OfNemotronHHaveOneOfThree) {
  constexpr std::array<double, 3> kKvHeads = {0, 0, 8};
  constexpr std::array<double, 3> kLengths = {0, 21504, 0};
  Model model("nemotron_h", with(with(valuesOf({{Key::embeddingLength, 4096},
                                                {Key::blockCount, 3},
                                                {Key::vocabularySize, 131072},
                                                {Key::headCount, 32},
                                                {Key::keyLength, 128},
                                                {Key::valueLength, 128},
                                                {Key::convolutionLength, 4},
                                                {Key::innerLength, 8192},
                                                {Key::stateLength, 128},
                                                {Key::timeStepRank, 128},
                                                {Key::stateGroupCount, 8}}),
                                      Key::kvHeadCount, kKvHeads),
                                 Key::feedForwardLength, kLengths));
  EXPECT_EQ(model.at(0).recurrence, Recurrence::mamba2);
  EXPECT_EQ(model.at(0).feedForward, FeedForward::none);
  // A norm; four taps and a bias over channels; of every head A, D and a bias; the norm of channels.
  EXPECT_EQ(model.at(0).vectorElements, 4096 + (4 + 1) * (2 * 8 * 128 + 8192) + 3 * 128 + 8192);
  EXPECT_EQ(model.at(1).recurrence, Recurrence::none);
  EXPECT_EQ(model.at(1).attention, Attention::none);
  EXPECT_EQ(model.at(1).feedForward, FeedForward::plain);
  EXPECT_EQ(model.at(1).vectorElements, 4096);
  EXPECT_EQ(model.at(2).attention, Attention::full);
  EXPECT_EQ(model.at(2).feedForward, FeedForward::none);
  EXPECT_EQ(model.at(2).vectorElements, 4096);
}

TEST(Layers, OfFalconH1HaveAttentionBesideAState) {
  const LayerGroup layer = Model("falcon-h1", valuesOf({{Key::embeddingLength, 2560},
                                                        {Key::blockCount, 32},
                                                        {Key::vocabularySize, 65536},
                                                        {Key::headCount, 10},
                                                        {Key::kvHeadCount, 2},
                                                        {Key::keyLength, 128},
                                                        {Key::valueLength, 128},
                                                        {Key::feedForwardLength, 6144},
                                                        {Key::convolutionLength, 4},
                                                        {Key::innerLength, 4096},
                                                        {Key::stateLength, 256},
                                                        {Key::timeStepRank, 32},
                                                        {Key::stateGroupCount, 1}}))
                               .at(0);
  EXPECT_EQ(layer.attention, Attention::full);
  EXPECT_EQ(layer.recurrence, Recurrence::mamba2);
  EXPECT_EQ(layer.feedForwardLength, 6144);
  EXPECT_EQ(layer.vectorElements, 2 * 2560 + (4 + 1) * (2 * 256 + 4096) + 3 * 32);  // channels have no norm
}

TEST(Layers, OfLfm2HaveShortConvolutions) {
  constexpr std::array<double, 3> kKvHeads = {0, 0, 8};
  Model model("lfm2", with(valuesOf({{Key::embeddingLength, 2048},
                                     {Key::blockCount, 3},
                                     {Key::vocabularySize, 65536},
                                     {Key::headCount, 32},
                                     {Key::keyLength, 64},
                                     {Key::valueLength, 64},
                                     {Key::feedForwardLength, 8192},
                                     {Key::shortConvolutionLength, 3}}),
                           Key::kvHeadCount, kKvHeads));
  EXPECT_EQ(model.at(0).recurrence, Recurrence::shortConvolution);
  EXPECT_EQ(model.at(0).convolutionLength, 3);
  EXPECT_EQ(model.at(0).vectorElements, 2 * 2048 + 3 * 2048);
  EXPECT_EQ(model.at(2).attention, Attention::full);
  EXPECT_EQ(model.at(2).vectorElements, 2 * 2048 + 2 * 64);
}

TEST(Layers, OfGemma4TakeValuesFromKeysWhereTheySeeAll) {
  constexpr std::array<double, 2> kKvHeads = {8, 2};
  constexpr std::array<double, 2> kPattern = {1, 0};
  HeaderValues values = valuesOf({{Key::embeddingLength, 2816},
                                  {Key::blockCount, 2},
                                  {Key::vocabularySize, 262144},
                                  {Key::headCount, 16},
                                  {Key::keyLength, 512},
                                  {Key::valueLength, 512},
                                  {Key::slidingKeyLength, 256},
                                  {Key::slidingValueLength, 256},
                                  {Key::slidingWindow, 1024},
                                  {Key::feedForwardLength, 2112},
                                  {Key::expertCount, 128},
                                  {Key::expertsUsed, 8},
                                  {Key::expertLength, 704}});
  values = with(with(values, Key::kvHeadCount, kKvHeads), Key::slidingPattern, kPattern);
  Model model("gemma4", values);
  const LayerGroup sliding = model.at(0);
  EXPECT_EQ(sliding.keyLength, 256);
  EXPECT_FALSE(sliding.valueFromKey);
  const LayerGroup full = model.at(1);
  EXPECT_EQ(full.keyLength, 512);
  EXPECT_EQ(full.kvHeadCount, 2);
  EXPECT_TRUE(full.valueFromKey);
  EXPECT_EQ(full.feedForwardLength, 2112);  // dense beside the experts
  EXPECT_TRUE(full.fusedExperts);
  // Four norms and four beside the experts, norms of heads, the router and the layer's scale.
  EXPECT_EQ(full.vectorElements, 8 * 2816 + 2 * 512 + 128 * 2816 + 1);
  EXPECT_EQ(full.expertVectorElements, 128);
}

TEST(Layers, OfGemma3nShareTheLastCachesAndHaveStreams) {
  Model model("gemma3n", valuesOf({{Key::embeddingLength, 2048},
                                   {Key::blockCount, 35},
                                   {Key::vocabularySize, 262400},
                                   {Key::headCount, 8},
                                   {Key::kvHeadCount, 2},
                                   {Key::keyLength, 256},
                                   {Key::valueLength, 256},
                                   {Key::feedForwardLength, 16384},
                                   {Key::sharedCacheLayers, 15},
                                   {Key::altUpStreams, 4},
                                   {Key::perLayerEmbeddingLength, 256}}));
  EXPECT_FALSE(model.at(19).sharesCache);
  EXPECT_TRUE(model.at(20).sharesCache);
  // Four norms and those of heads; the norm of the embedding; AltUp's norm, Laurel's and a scale; the coefficients.
  EXPECT_EQ(model.at(0).vectorElements, 4 * 2048 + 2 * 256 + 2048 + 3 * 2048 + 4 * 4 + 4 * 4 * 4);
  EXPECT_EQ(model.at(0).unquantizedElements, 4 * 2048 + 2 * 64 * 2048);  // the router of streams, and Laurel of rank 64
}

TEST(Layers, OfTheLargeGlm45HaveNormsOverQueriesAndKeys) {
  HeaderValues values = with(with(llamaValues(), Key::keyLength, 128), Key::valueLength, 128);
  const double biases = 32 * 128 + 2 * 8 * 128;
  EXPECT_EQ(Model("glm4moe", with(values, Key::blockCount, 46)).at(0).vectorElements, 2 * 4096 + biases);
  EXPECT_EQ(Model("glm4moe", with(values, Key::blockCount, 92)).at(0).vectorElements, 2 * 4096 + biases + 2 * 128);
}

// Of GLM-4 the 9B has two key/value heads and biases, the 32B eight and none.
TEST(Layers, OfGlm4HaveBiasesWithTwoHeads) {
  EXPECT_EQ(Model("glm4", llamaValues()).at(0).vectorElements, 4 * 4096);
  EXPECT_EQ(Model("glm4", with(llamaValues(), Key::kvHeadCount, 2)).at(0).vectorElements,
            4 * 4096 + 32 * 128 + 2 * 2 * 128);
}

// Falcon 7B normalises once for attention and network, Falcon 40B twice; both with biases.
TEST(Layers, OfFalconHaveOneNormWithOneHead) {
  HeaderValues values = with(with(llamaValues(), Key::embeddingLength, 4544), Key::headCount, 71);
  EXPECT_EQ(Model("falcon", with(values, Key::kvHeadCount, 1)).at(0).vectorElements, 2 * 4544);
  EXPECT_EQ(Model("falcon", with(values, Key::kvHeadCount, 8)).at(0).vectorElements, 2 * 2 * 4544);
}

TEST(Layers, AreCountedWithoutPredictionBlocks) {
  Model model("glm4moe", with(with(llamaValues(), Key::blockCount, 47), Key::predictionLayers, 1));
  EXPECT_EQ(model.layers.layerCount(), 46);
  EXPECT_EQ(model.layers.predictionLayerCount(), 1);
  // Norms of the embedding, of the hidden vector and before the head.
  EXPECT_EQ(model.layers.at(46, true).vectorElements, model.at(45).vectorElements + 3 * 4096);
}

TEST(Layers, CountPredictionBlocksThatAFileHas) {
  constexpr std::array<double, 3> kBlocks = {0, 31, 32};
  HeaderValues values = with(with(llamaValues(), Key::blockCount, 34), Key::predictionLayers, 2);
  values.tensors.known = true;
  values.tensors.blocks = kBlocks;
  EXPECT_EQ(Model("llama", values).layers.predictionLayerCount(), 1);
  values.tensors.blocks = std::span(kBlocks).first(2);
  EXPECT_EQ(Model("llama", values).layers.predictionLayerCount(), 0);
}

TEST(ModelFromKeys, CountsPredictionBlocksThatAFileHas) {
  Metadata keys = llamaKeys();
  keys["llama.nextn_predict_layers"] = 1.0;
  EXPECT_EQ(tryModelFromKeys(keys)->layerCount, 31.0);
  EXPECT_EQ(tryModelFromKeys(keys)->predictionLayerCount, 1.0);
  std::vector<Tensor> tensors = llamaTensors();
  EXPECT_EQ(tryModelFromKeys(keys, &tensors)->predictionLayerCount, 1.0);
  std::erase_if(tensors, [](const Tensor& tensor) { return tensor.name.starts_with("blk.31."); });
  EXPECT_EQ(tryModelFromKeys(keys, &tensors)->predictionLayerCount, 0.0);
}

TEST(Layers, AreRefusedByTheirNumber) {
  const auto refusal = [](double blocks) {
    return Model("llama", with(llamaValues(), Key::blockCount, blocks)).refusal();
  };
  EXPECT_EQ(refusal(1), "read");
  EXPECT_EQ(refusal(1024), "read");
  EXPECT_EQ(refusal(0), "header: block_count must be 1 to 1024 layers, got 0");
  EXPECT_EQ(refusal(1025), "header: block_count must be 1 to 1024 layers, got 1025");
  EXPECT_EQ(refusal(31.5), "header: block_count must be 1 to 1024 layers, got 31.5");
  EXPECT_EQ(Model("llama", with(llamaValues(), Key::predictionLayers, 32)).refusal(),
            "header: block_count must be 1 to 1024 layers, got 0");
}

TEST(Layers, AreRefusedWithoutWhatTheyNeed) {
  HeaderValues values = llamaValues();
  values[Key::vocabularySize] = {};
  EXPECT_EQ(Model("llama", values).refusal(), "header: vocab_size must be there, got NaN");
  values.tokens = 32000;
  Model counted("llama", values);
  EXPECT_EQ(counted.refusal(), "read");
  EXPECT_EQ(counted.layers.vocabulary(), 32000);
  constexpr std::array<double, 2> kLengths = {8, 8};
  EXPECT_EQ(Model("llama", with(llamaValues(), Key::feedForwardLength, kLengths)).refusal(),
            "header: feed_forward_length must be a list of one element per layer (32), got 2");
}

}  // namespace LLMCALC_FILE

}  // namespace llmcalc::gguf
