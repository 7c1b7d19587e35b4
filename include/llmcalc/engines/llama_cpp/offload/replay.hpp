// replay.hpp: the allocations of a GPU that computes layers whose weights, experts or cache are on the host.
//
// The scheduler copies a layer's tensors from the host one at a time, each at the start of a split of the graph, and
// which free hole takes the next tensor decides the size of the buffer. No closed formula follows that, so tensors are
// allocated here in the order in which ggml allocates them. Sources: ggml-org/llama.cpp, ggml/src/ggml-alloc.c (the
// smallest hole that fits, tensors that take their parent's place), ggml-backend.cpp (splits, and copies at their
// start), src/llama-graph.cpp and src/models/*.cpp (the order of the operations).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "llmcalc/engines/llama_cpp/buffers/host.hpp"
#include "llmcalc/engines/llama_cpp/buffers/inputs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/gemma3.hpp"
#include "llmcalc/engines/llama_cpp/graphs/graphs.hpp"
#include "llmcalc/engines/llama_cpp/graphs/shape.hpp"
#include "llmcalc/engines/llama_cpp/offload/slots.hpp"
#include "llmcalc/ggml/arena.hpp"
#include "llmcalc/ggml/quantize_rules.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/layout/weights.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/model/state.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// Replays the layers that it is given, in order, and after them the head.
class OffloadReplay {
 public:
  OffloadReplay(const ModelSpec& model, const ComputeShape& shape, const Runtime& runtime, const FileWeights& weights,
                double sharedBytes, CopiedLayer first, GraphStart start) noexcept
      : model_(model),
        s_(shape),
        runtime_(runtime),
        weights_(weights),
        bytesPerFloat_(shape.bytes(1.0)),
        sharedBytes_(sharedBytes),
        first_(first),
        start_(start) {
    using enum Slot;
    held(sCopyExtra) = {-1.0, 0.0};
    for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
      const Recurrence r = model.groups[i].recurrence;
      mamba1_ = mamba1_ || r == Recurrence::mamba1;
      deltaNets_ = deltaNets_ || r == Recurrence::gatedDeltaNet;
      if (fetchesTapsEarly(model.groups[i])) tapBytes_ = tapBytes(model.groups[i]);
      viewsStates_ = viewsStates_ || r == Recurrence::mamba2;
      sumsInPlace_ = sumsInPlace_ || r == Recurrence::mamba1 || r == Recurrence::shortConvolution;
    }
    postNormed_ = askGraph(model, [](auto graph) { return graph.kNormsAfter; });
    parallel_ = askGraph(model, [](auto graph) { return graph.kIsParallel; });
  }

  void layer(CopiedLayer copied) noexcept {
    using enum Slot;
    const LayerGroup& g = model_.groups[copied.group];
    const GroupWeights& w = weights_.groups[copied.group];
    copied_ = copied;
    sizes_.fill(0.0);
    vectors<inpL, attnOut, ffnOut, ffnMoeOut>(s_.hidden);
    vectors(inpOutIds, copied.last && !marks_.kept && !isPipelined(start_) ? 1.0 : 0.0);
    size(norm) = postNormed_ ? 0.0 : size(inpL);
    if (!marks_.started) start(g);
    if (postNormed_) size(norm) = 0.0;  // of one slot with what start() allocates
    // What a pipeline passes on is an input, which is never free.
    if (isPipelined(start_)) size(inpL) = 0.0;
    if (g.attention != Attention::none) attention(g, w);
    if (g.recurrence != Recurrence::none) recurrence(g);
    // Behind the rows that were selected for logits a token or two take nothing that counts.
    if (marks_.kept && s_.outputs < kOffloadedBatch) return;
    if (!parallel_ && (g.feedForward != FeedForward::none || g.expertCount > 0.0)) feedForward(g, w);
  }

  // Replays the head. `bytes`: what is copied of its weights, or 0.
  void head(double bytes) noexcept {
    using enum Slot;
    sizes_.fill(0.0);
    size(weight) = bytes;
    size(resultOutput) = model_.vocabularySize * s_.outputs * 4.0;
    run<~kqMask, ~kqMaskSwa, ~inpPerLayer, ~altup, ~sharedCaches, ~inpPos, ~lateInpPos, ~kvIdxs, weight,
        resultOutput>();
  }

  [[nodiscard]] double peak() const noexcept { return arena_.peak(); }

  // Bytes of what a pipeline copies to the GPU: inputs that its layers read, and embeddings or what the GPU before has
  // computed. `reached`: which inputs, by the fields named `reaches`.
  [[nodiscard]] double inputs(CopiedLayer reached) const noexcept {
    const double vectors = start_ == GraphStart::pipelinedEmbeddings ? 3.0 * s_.hidden + 2.0 : 2.0 * s_.hidden;
    const double perCell = s_.maskElement / 4.0;
    const double cells =
        (reached.reachesFull ? s_.cells.full : 0.0) + (reached.reachesSliding ? s_.cells.sliding : 0.0);
    return s_.bytes(vectors + 1.0 + cells * perCell + (s_.hasCache ? cellIndices() : 0.0)) +
           (reached.reachesEnd ? s_.bytes(1.0) : 0.0);
  }

  // How far the graph has come.
  struct Marks {
    bool kept = false;      // the last layer's input is cut to the tokens that get logits
    bool selected = false;  // what is added to that input is cut to them, too
    bool started = false;   // the first layer has its input
    bool firstScan = true;  // no layer has scanned yet

    [[nodiscard]] bool operator==(const Marks&) const = default;
  };

  // Everything on which the next layer's allocations depend: marks, the end, holes, and the slots that are held.
  struct State {
    Marks marks;
    double end;
    std::size_t count;
    std::array<Piece, 32> pieces;
    std::array<std::uint8_t, 32> slots;  // which slot holds each piece, or kHole

    [[nodiscard]] bool operator==(const State& other) const noexcept {
      bool same = marks == other.marks && end == other.end && count == other.count;
      for (std::size_t i = 0; same && i < count; ++i) {
        same =
            pieces[i].at == other.pieces[i].at && pieces[i].size == other.pieces[i].size && slots[i] == other.slots[i];
      }
      return same;
    }
  };

  // Writes the state down, unless it has more pieces than a State has places; says whether it did.
  [[nodiscard]] bool save(State& to) const noexcept {
    to.marks = marks_;
    to.end = arena_.end();
    to.count = 0;
    const auto put = [&](const Piece& piece, std::size_t slot) {
      if (to.count < to.pieces.size()) {
        to.pieces[to.count] = piece;
        to.slots[to.count] = static_cast<std::uint8_t>(slot);
      }
      ++to.count;
    };
    for (const Piece& hole : arena_.holes()) put(hole, kHole);
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (held_[i].at != 0.0 || held_[i].size != 0.0) put(held_[i], i);
    }
    return to.count <= to.pieces.size();
  }

  void restore(const State& from) noexcept {
    marks_ = from.marks;
    arena_.restart(from.end);
    held_.fill({});
    for (std::size_t i = 0; i < from.count; ++i) {
      if (from.slots[i] == kHole) {
        arena_.append(from.pieces[i]);
      } else {
        held_[from.slots[i]] = from.pieces[i];
      }
    }
  }

 private:
  static constexpr std::uint8_t kHole = 255;

  // What is done to queries and keys after their products.
  enum class QueryKeyVectors : std::uint8_t { none, bias, norm };

  [[nodiscard]] double& size(Slot slot) noexcept { return sizes_[static_cast<std::size_t>(slot)]; }
  [[nodiscard]] Piece& held(Slot slot) noexcept { return held_[static_cast<std::size_t>(slot)]; }
  void vectors(Slot slot, double floats) noexcept { size(slot) = floats * bytesPerFloat_; }
  void vectors(const Slot* slots, double floats) noexcept {
    for (; *slots != Slot::count; ++slots) vectors(*slots, floats);
  }
  template <Slot... slots>
  void vectors(double floats) noexcept {
    static constexpr std::array kSlots{slots..., Slot::count};
    vectors(kSlots.data(), floats);
  }
  // Sizes the copy of the next product's matrix.
  void copies(double bytes) noexcept { size(Slot::weight) = copied_.weights ? bytes : 0.0; }
  // Sizes the copy of a norm, a bias, or another vector.
  void copiesVector(double floats) noexcept {
    size(Slot::vectorWeight) = copied_.weights ? floats * kVectorBytes : 0.0;
  }
  void copies(TensorRole role, double rowLength, double rows, bool stacked = false) noexcept {
    size(Slot::weight) = matrix(role, rowLength, rows, stacked);
  }

  // Allocates a slot that is not held yet, or frees a slot that is.
  void step(Slot slot) noexcept {
    const bool goes = static_cast<int>(slot) < 0;
    Piece& piece = held(goes ? ~slot : slot);
    if (!goes) {
      if (piece.size == 0.0 && size(slot) > 0.0) piece = arena_.take(size(slot));
    } else if (piece.size > 0.0) {
      arena_.give(piece);
      piece = {};
    }
  }

  void run(const Slot* steps) noexcept {
    for (; *steps != Slot::count; ++steps) step(*steps);
  }
  // The steps are a constant, since a list that a call makes would be built on the stack.
  template <Slot... steps>
  void run() noexcept {
    static constexpr std::array kSteps{steps..., Slot::count};
    run(kSteps.data());
  }

  // Allocates a product of `floats` numbers per token, and the copy of its matrix while it is computed.
  void product(Slot slot, double floats, double weightBytes) noexcept {
    vectors(slot, floats);
    copies(weightBytes);
    step(Slot::weight);
    step(slot);
    step(~Slot::weight);
  }

  // Makes the first layer's input of the embeddings.
  void start(const LayerGroup& g) noexcept {
    using enum Slot;
    marks_.started = true;
    const bool scales = scalesAsGemma(s_) || askGraph(model_, [](auto graph) { return graph.kScalesEmbeddings; });
    if (start_ == GraphStart::pipelined) return;
    if (start_ == GraphStart::pipelinedEmbeddings) {
      size(mixedEmbd) = size(inpL);
      run<mixedEmbd>();
      held(mixedEmbd) = {};  // never freed
      if (scales) run<inpL>();
      return;
    }
    if (start_ == GraphStart::passedOn) {
      // The GPU before has computed the norm without its weight, too. Of two masks the second is copied where a layer
      // first reads it.
      sizeInputs();
      size(norm) = postNormed_ ? 0.0 : size(inpL);
      if (copied_.cache) {
        // The hidden vectors come with the copies of the caches.
        run<norm, inpPos>();
        size(inpL) = 0.0;
        return;
      }
      run<norm, inpPos, kvIdxs>();
      step(isSliding(g) ? kqMaskSwa : kqMask);
      run<inpL, kqMaskSwa, kqMask, inpOutIds>();
      return;
    }
    if (copied_.cache && g.attention == Attention::none && g.recurrence != Recurrence::gatedDeltaNet) {
      // The host holds the first state, so it computes the embeddings too, and the GPU gets a copy.
      run<inpL>();
      return;
    }
    // Embeddings that are given are written over those that are looked up, at their places in the batch.
    size(tokEmbd) = size(inpEmbd) = size(mixedEmbd) = size(inpL);
    vectors(embdIdxs, 2.0);
    run<tokEmbd, inpEmbd, embdIdxs>();
    // A model without norms before its layers copies the embeddings in the split of its first matrix.
    if (!postNormed_ || !copied_.weights) run<inpL>();
    vectors(rowScale, isGemma3Shape(model_, s_, queryKeyVectors(g) == QueryKeyVectors::norm) ? 1.0 : 0.0);
    run<rowScale>();
    if (!copied_.weights && !copied_.cache && g.recurrence == Recurrence::mamba2) {
      size(sCopy) = kIndexBytes;
      run<sCopy>();
      takeStateViews();
    } else if (!copied_.weights && s_.hasCache) {
      if (copied_.cache) {
        vectors(inpPos, 1.0);
      } else {
        sizeInputs();
      }
      run<inpPos, kvIdxs, kqMaskSwa, kqMask, inpOutIds>();
    }
    run<mixedEmbd, ~tokEmbd>();
    held(mixedEmbd) = {};  // never freed
    if (!scales && !postNormed_) run<mixedEmbd>();
    run<~rowScale, ~inpEmbd, ~embdIdxs>();
    vectors(altup, askGraph(model_, [](auto graph) { return graph.kStreams; }) * s_.hidden);
    run<altup>();
  }

  // Sizes the inputs that a GPU's first split reads.
  void sizeInputs() noexcept {
    using enum Slot;
    vectors(inpPos, 1.0);
    vectors(kvIdxs, s_.hasCache ? cellIndices() : 0.0);
    vectors(inpOutIds, first_.reachesEnd ? 1.0 : 0.0);
    sizeMasks(first_.reachesFull, first_.reachesSliding);
  }

  void sizeMasks(bool full, bool sliding) noexcept {
    if (isPipelined(start_)) return;
    const double perCell = s_.tokens * s_.maskElement;
    size(Slot::kqMask) = full ? s_.cells.full * perCell : 0.0;
    size(Slot::kqMaskSwa) = sliding ? s_.cells.sliding * perCell : 0.0;
  }
  void sizeMasks(const LayerGroup& g) noexcept { sizeMasks(!isSliding(g), isSliding(g)); }

  // Sizes the inputs that the next split is the first to read.
  void sizeNextMasks() noexcept {
    sizeMasks(copied_.reachesFull, copied_.reachesSliding);
    size(Slot::sharedCaches) = copied_.weights && copied_.reachesEnd ? sharedBytes_ : 0.0;
  }

  [[nodiscard]] double matrix(TensorRole role, double rowLength, double rows, bool stacked = false) const noexcept {
    if (!copied_.weights) return 0.0;
    return tensorBytes(weights_.rules.type(role, rowLength, stacked), rowLength, rows);
  }

  // Tells them by the number of vector elements that a layer has beside its norms: biases are as long as the products,
  // norms as a head.
  [[nodiscard]] QueryKeyVectors queryKeyVectors(const LayerGroup& g) const noexcept {
    if (postNormed_) return QueryKeyVectors::norm;
    if (g.recurrence != Recurrence::none || isMultipleOf(g.vectorElements, s_.hidden)) return QueryKeyVectors::none;
    const double rows = g.headCount * g.keyLength + g.kvHeadCount * (g.keyLength + g.valueLength);
    return isMultipleOf(g.vectorElements - rows, s_.hidden) ? QueryKeyVectors::bias : QueryKeyVectors::norm;
  }

  // Cuts the last layer's input to the tokens that get logits.
  void selectInput() noexcept {
    using enum Slot;
    if (!copied_.last || marks_.kept) return;
    marks_.kept = true;
    size(selected) = s_.hidden * s_.outputs * 4.0;
    run<inpOutIds, selected, ~inpL>();
    move(selected);
  }

  void move(Slot from) noexcept {
    held(Slot::inpL) = held(from);
    held(from) = {};
  }

  // Adds `from` to the layer's input. `inPlace`: the sum is written over the input, else over `from`.
  void addResidual(Slot from, bool inPlace) noexcept {
    using enum Slot;
    if (copied_.last && !marks_.selected) {
      selectInput();
      marks_.selected = true;
      size(selected) = s_.hidden * s_.outputs * 4.0;
      step(selected);
      step(~from);
      step(~inpOutIds);
      size(inpOutIds) = 0.0;
      from = selected;
    }
    if (held(inpL).size == 0.0) inPlace = false;
    step(inPlace ? ~from : ~inpL);
    if (!inPlace) move(from);
  }

  void finishRecurrence(double inner, bool alone = false) noexcept {
    using enum Slot;
    copies(TensorRole::other, inner, s_.hidden);
    run<weight>();
    if (alone) nextInputs();
    run<inpOutIds, ffnOut, ~weight, ~ySwiglu, ~yNorm>();
  }

  [[nodiscard]] double stateBytes(const LayerGroup& g) const noexcept {
    return g.stateLength * g.innerLength * s_.sequences * 4.0;
  }
  void sizeScan(const LayerGroup& g) noexcept {
    size(Slot::ssmState) = stateBytes(g);
    size(Slot::ySsm) = size(Slot::ySwiglu) + size(Slot::ssmState);
  }

  [[nodiscard]] double tapBytes(const LayerGroup& g) const noexcept {
    double channels = convolutionChannels(g);
    if (g.recurrence == Recurrence::shortConvolution) channels = s_.hidden;
    if (g.recurrence == Recurrence::mamba1) channels = g.innerLength;
    return (g.convolutionLength - 1.0) * channels * s_.sequences * 4.0;
  }

  // Whether the taps of the next layer's convolution are fetched in this part of a layer. Layers with experts fetch
  // them there, in the last split.
  [[nodiscard]] bool fetchesHere(const LayerGroup& g) const noexcept {
    return copied_.fetchesTaps && g.expertCount == 0.0;
  }
  // Whether that fetching comes after the shared expert's first matrices: a split begins there if experts are copied.
  [[nodiscard]] bool fetchesAfterShared(const LayerGroup& g) const noexcept {
    return copied_.experts && g.feedForward == FeedForward::none && g.sharedExpertLength > 0.0;
  }
  // Whether the sum of the experts' results comes after the shared expert's first matrices.
  [[nodiscard]] bool sumsAfterShared(const LayerGroup& g) const noexcept {
    return fetchesAfterShared(g) && s_.recurs && !copied_.weights && !copied_.fetchesTaps;
  }

  // Allocates what the next layer's convolution starts from, and the indices of the states.
  void fetchTaps() noexcept {
    using enum Slot;
    size(sCopy) = copied_.cache && !copied_.weights ? 0.0 : kIndexBytes;
    size(convStates) = tapBytes_;
    run<sCopy, convStates>();
    if (copied_.fetchesLastTaps) run<~sCopy>();
  }

  // Allocates the inputs of the layers on the GPU, which come with the last split that copies weights.
  void nextInputs() noexcept {
    using enum Slot;
    sizeNextMasks();
    if (copied_.weights && copied_.reachesEnd) {
      if (s_.recurs && tapBytes_ == 0.0 && !mamba1_) size(sCopy) = kIndexBytes;
      if (s_.hasCache) vectors(kvIdxs, cellIndices());
      vectors(inpOutIds, 1.0);
      run<sCopy>();
      takeStateViews();
    }
    run<kvIdxs, kqMaskSwa, kqMask, inpOutIds>();
  }

  // Numbers per token that say which cells keys and values go to. Without flash attention values are stored transposed,
  // and every element of a value has a number.
  [[nodiscard]] double cellIndices() const noexcept {
    const double perCache = s_.latent ? 2.0 : runtime_.flashAttention ? 4.0 : 2.0 + 2.0 * s_.widestValues;
    return perCache * (s_.slides ? 2.0 : 1.0);
  }

  // Allocates the two views of s_copy, if any layer needs them and nobody has.
  void takeStateViews() noexcept {
    if (!viewsStates_ || held(Slot::sCopyMain).size > 0.0) return;
    size(Slot::sCopyMain) = kIndexBytes;
    step(Slot::sCopyMain);
    held(Slot::sCopyExtra) = arena_.take(0.0);
  }

  void giveExtraView() noexcept {
    if (held(Slot::sCopyExtra).at >= 0.0) arena_.give(held(Slot::sCopyExtra));
    held(Slot::sCopyExtra) = {-1.0, 0.0};
  }

  // Parts of a layer, defined in attention.hpp.
  void attention(const LayerGroup& g, const GroupWeights& w) noexcept;
  void attentionOfHeads(const LayerGroup& g, const GroupWeights& w) noexcept;
  void project(const LayerGroup& g, double length, bool onHost) noexcept;
  void latentAttention(const LayerGroup& g) noexcept;
  void rotateValues(double values, double valueLength) noexcept;

  // Parts of a layer, defined in recurrence.hpp: the one that it has, and a function for each kind.
  void recurrence(const LayerGroup& g) noexcept;
  template <Recurrence kind>
  void replay(const LayerGroup& g) noexcept;
  void mamba2BesideAttention(const LayerGroup& g) noexcept;

  // Parts of a layer, defined in network.hpp.
  void feedForward(const LayerGroup& g, const GroupWeights& w) noexcept;
  void network(const LayerGroup& g, const GroupWeights& w) noexcept;

  const ModelSpec& model_;
  const ComputeShape& s_;
  const Runtime& runtime_;
  const FileWeights& weights_;
  double bytesPerFloat_;  // bytes of one number for every token
  double sharedBytes_;
  CopiedLayer first_;  // which inputs the first split reads, by the fields named `reaches`
  GraphStart start_;
  double tapBytes_ = 0;       // taps of a convolution that are fetched in the layer before
  bool viewsStates_ = false;  // any layer is a Mamba 2, whose graph views s_copy in two parts
  Arena arena_;
  CopiedLayer copied_;
  bool postNormed_ = false;   // norms after the parts of a layer instead of before
  bool parallel_ = false;     // attention and network start from one norm
  bool deltaNets_ = false;    // in any layer
  bool mamba1_ = false;       // in any layer
  bool sumsInPlace_ = false;  // what is added to a layer's input is written over it
  Marks marks_;
  std::array<double, static_cast<std::size_t>(Slot::count)> sizes_{};
  std::array<Piece, static_cast<std::size_t>(Slot::count)> held_{};
};

}  // namespace llmcalc
