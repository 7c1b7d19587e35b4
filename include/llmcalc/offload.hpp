// offload.hpp: what a GPU's buffer holds while it computes layers whose weights, experts or cache are on the host.
//
// Such a layer's tensors are copied to the GPU one at a time, each in a piece of the graph of its own, and which free
// hole takes the next one decides the size of the buffer. No closed formula follows that, so layers are allocated here
// as ggml does it, but for those that find what one like them found before. Sources: ggml-org/llama.cpp,
// ggml/src/ggml-alloc.c (the smallest hole that fits, tensors that take their parent's place), ggml-backend.cpp (copies
// at the start of a piece), src/llama-graph.cpp and src/models/*.cpp (the order of the operations).
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "llmcalc/compute_buffer.hpp"
#include "llmcalc/model.hpp"
#include "llmcalc/placement.hpp"
#include "llmcalc/runtime.hpp"
#include "llmcalc/weights.hpp"

namespace llmcalc {

// A tensor in the buffer, in bytes.
struct Piece {
  double at;
  double size;
};

// ggml's allocator: a list of holes, and the free end. What it does not do matters, too: a hole of no size may stay
// within a larger one, and then keeps what is freed behind it from being joined.
class Arena {
 public:
  [[nodiscard]] Piece take(double size) noexcept {
    std::size_t best = count_;
    for (std::size_t i = 0; i < count_; ++i) {
      if (holes_[i].size >= size && (best == count_ || holes_[i].size <= holes_[best].size)) best = i;
    }
    if (best == count_) {
      end_ += size;
      peak_ = std::max(peak_, end_);
      return {end_ - size, size};
    }
    Piece& hole = holes_[best];
    const Piece taken{hole.at, size};
    hole.at += size;
    hole.size -= size;
    if (hole.size <= 0.0) erase(best);
    return taken;
  }

  void give(const Piece& piece) noexcept {
    const double behind = piece.at + piece.size;
    for (std::size_t i = 0; i < count_; ++i) {
      Piece& hole = holes_[i];
      if (hole.at + hole.size == piece.at) {
        hole.size += piece.size;
        if (i + 1 < count_ && holes_[i + 1].at == behind) {
          hole.size += holes_[i + 1].size;
          erase(i + 1);
        } else if (i + 1 == count_ && behind == end_) {
          end_ = hole.at;
          erase(i);
        }
        return;
      }
      if (hole.at == behind) {
        hole.at = piece.at;
        hole.size += piece.size;
        if (i > 0 && holes_[i - 1].at + holes_[i - 1].size == hole.at) {
          holes_[i - 1].size += hole.size;
          erase(i);
        }
        return;
      }
    }
    if (behind == end_) {
      end_ = piece.at;
      if (count_ > 0 && holes_[count_ - 1].at + holes_[count_ - 1].size == end_) end_ = holes_[--count_].at;
      return;
    }
    if (count_ == holes_.size()) return;
    std::size_t i = count_++;
    for (; i > 0 && holes_[i - 1].at >= piece.at; --i) holes_[i] = holes_[i - 1];
    holes_[i] = piece;
  }

  [[nodiscard]] double peak() const noexcept { return peak_; }
  [[nodiscard]] double end() const noexcept { return end_; }
  [[nodiscard]] std::span<const Piece> holes() const noexcept { return {holes_.data(), count_}; }

  // To what end() and, one by one, holes() were; the peak stays.
  void restart(double end) noexcept {
    end_ = end;
    count_ = 0;
  }
  void append(const Piece& hole) noexcept { holes_[count_++] = hole; }

 private:
  void erase(std::size_t i) noexcept {
    --count_;
    for (; i < count_; ++i) holes_[i] = holes_[i + 1];
  }

  std::array<Piece, 32> holes_{};
  std::size_t count_ = 0;
  double end_ = 0;
  double peak_ = 0;
};

// A layer, what of it is copied from the host, and how it is: 32 bits, to compare layers in one step.
struct CopiedLayer {
  std::uint32_t group : 4 = 0;
  std::uint32_t weights : 1 = 0;
  std::uint32_t experts : 1 = 0;
  std::uint32_t cache : 1 = 0;
  // Which tensors have the special type, where the file has one.
  std::uint32_t specialValues : 1 = 0;
  std::uint32_t specialDown : 1 = 0;
  std::uint32_t specialExpertsDown : 1 = 0;
  std::uint32_t specialSharedDown : 1 = 0;
  std::uint32_t specialUp : 1 = 0;
  // Whether it is the last that needs its mask, that needs positions, that has a state, and of all.
  std::uint32_t lastOfMask : 1 = 0;
  std::uint32_t lastAttention : 1 = 0;
  std::uint32_t lastRecurrence : 1 = 0;
  std::uint32_t last : 1 = 0;
  // What the next scan starts from is on the GPU, and is fetched before this layer ends.
  std::uint32_t fetchesTaps : 1 = 0;
  std::uint32_t fetchesLastTaps : 1 = 0;
  // What the graph comes to before something is copied again: attention to all cells, to a window of them, the last
  // layer, its end.
  std::uint32_t reachesFull : 1 = 0;
  std::uint32_t reachesSliding : 1 = 0;
  std::uint32_t reachesLast : 1 = 0;
  std::uint32_t reachesEnd : 1 = 0;
  std::uint32_t unused : 10 = 0;

  [[nodiscard]] bool operator==(const CopiedLayer& other) const noexcept {
    return std::bit_cast<std::uint32_t>(*this) == std::bit_cast<std::uint32_t>(other);
  }
};

inline constexpr double kVectorBytes = 4.0;  // of an element of norms and biases
inline constexpr double kIndexBytes = 16.0;  // of a sequence's number, as Vulkan aligns it

// The tensors of a layer. `~` of one in a list of steps says that it goes.
enum class Slot : std::int8_t {
  input,      // what the layer, or its next part, starts from
  positions,  // from the first layer on that needs them
  lateness,   // the same, placed later
  indices,    // of cells
  factors,    // of frequencies
  mask,
  slidingMask,
  perLayer,  // embeddings of all layers
  streams,
  shared,  // caches of the host's layers that the GPU's read, too
  ids,     // of the tokens that get logits
  // What stands between a weight and what was made of it.
  norm,
  weight,
  vectorWeight,
  heldWeight,
  flat,
  gate,
  // Attention.
  query,
  flatKey,
  key,
  value,
  keyCopy,
  valueCopy,
  lateValueCopy,
  scores,
  transposed,
  each,
  attended,
  lateAttended,
  open,
  rotated,
  projected,
  beside,
  // Recurrence.
  decay,
  beta,
  otherStates,
  states,  // which of them are whose
  statesView,
  othersView,  // which other sequences' states there are: none, and yet it has a place; before 0, it has not
  taps,
  again,
  mixed,
  joined,
  convolved,
  state,
  scanned,
  lateScanned,
  result,
  normedResult,
  // Networks.
  probabilities,
  order,
  shares,
  sum,
  clampedSum,
  normedShares,
  up,
  onlyUp,
  active,
  routed,
  dense,
  count,
};
[[nodiscard]] constexpr Slot operator~(Slot slot) noexcept { return static_cast<Slot>(~static_cast<int>(slot)); }

// Whether what the layer's convolution starts from is fetched while the layer before is computed.
[[nodiscard]] inline bool fetchesTapsEarly(const LayerGroup& g) noexcept {
  return g.attention == Attention::none && (g.recurrence == Recurrence::mamba1 || g.recurrence == Recurrence::mamba2 ||
                                            g.recurrence == Recurrence::shortConvolution);
}

// Layers in order, then the head.
class OffloadReplay {
 public:
  OffloadReplay(const ModelSpec& model, const ComputeShape& shape, const Runtime& runtime, const FileWeights& weights,
                double sharedBytes, CopiedLayer first) noexcept
      : model_(model),
        s_(shape),
        runtime_(runtime),
        weights_(weights),
        bytesPerFloat_(shape.bytes(1.0)),
        sharedBytes_(sharedBytes),
        first_(first) {
    using enum Slot;
    held(othersView) = {-1.0, 0.0};
    for (std::size_t i = 0, n = asCount(model.groupCount); i < n; ++i) {
      const Recurrence r = model.groups[i].recurrence;
      mamba1_ = mamba1_ || r == Recurrence::mamba1;
      deltaNets_ = deltaNets_ || r == Recurrence::gatedDeltaNet;
      if (fetchesTapsEarly(model.groups[i])) tapBytes_ = tapBytes(model.groups[i]);
      viewsStates_ = viewsStates_ || r == Recurrence::mamba2;
      sumsInPlace_ = sumsInPlace_ || r == Recurrence::mamba1 || r == Recurrence::shortConvolution;
    }
    postNormed_ = model.architecture == Architecture::olmo2;
    parallel_ = model.architecture == Architecture::commandR || model.architecture == Architecture::cohere2;
  }

  void layer(CopiedLayer copied) noexcept {
    using enum Slot;
    const LayerGroup& g = model_.groups[copied.group];
    const GroupWeights& w = weights_.groups[copied.group];
    copied_ = copied;
    sizes_.fill(0.0);
    vectors<input, projected, dense, routed>(s_.hidden);
    vectors(ids, copied.last && !marks_.kept ? 1.0 : 0.0);
    if (!marks_.started) start(g);
    size(norm) = postNormed_ ? 0.0 : size(input);
    if (g.attention == Attention::mla) {
      latentAttention(g);
    } else if (g.attention != Attention::none) {
      attention(g, w);
    }
    if (g.recurrence == Recurrence::mamba2 && g.attention == Attention::none) {
      mamba2(g);
    } else if (g.recurrence == Recurrence::gatedDeltaNet) {
      deltaNet(g);
    } else if (g.recurrence == Recurrence::shortConvolution) {
      shortConvolution(g);
    } else if (g.recurrence == Recurrence::mamba1) {
      mamba1(g);
    } else if (g.recurrence != Recurrence::none) {
      mambaBeside(g);
    }
    // From there on a token or two are nothing.
    if (marks_.kept && s_.outputs < kOffloadedBatch) return;
    if (!parallel_ && (g.feedForward != FeedForward::none || g.expertCount > 0.0)) feedForward(g, w);
  }

  // `bytes`: of the head, if it is copied.
  void head(double bytes) noexcept {
    using enum Slot;
    sizes_.fill(0.0);
    size(weight) = bytes;
    size(result) = model_.vocabularySize * s_.outputs * 4.0;
    run<~mask, ~slidingMask, ~perLayer, ~streams, ~shared, ~positions, ~lateness, ~indices, weight, result>();
  }

  [[nodiscard]] double peak() const noexcept { return arena_.peak(); }

  // How far the graph is.
  struct Marks {
    // Of the last layer's input, and of what is added to it, only the tokens that get logits are left.
    bool kept = false;
    bool selected = false;
    bool started = false;
    bool firstScan = true;  // is still to come

    [[nodiscard]] bool operator==(const Marks&) const = default;
  };

  // All that a layer finds: marks, the end, holes, and what is held.
  struct State {
    Marks marks;
    double end;
    std::size_t count;
    std::array<Piece, 32> pieces;
    std::array<std::uint8_t, 32> slots;  // kHole: of none

    [[nodiscard]] bool operator==(const State& other) const noexcept {
      bool same = marks == other.marks && end == other.end && count == other.count;
      for (std::size_t i = 0; same && i < count; ++i) {
        same =
            pieces[i].at == other.pieces[i].at && pieces[i].size == other.pieces[i].size && slots[i] == other.slots[i];
      }
      return same;
    }
  };

  // False: there is too much to be kept.
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

  // What follows the products of queries and keys, as told by the vectors that a layer has beside its norms.
  enum class Follows : std::uint8_t { nothing, bias, norm };

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
  // What of the next product is copied.
  void copies(double bytes) noexcept { size(Slot::weight) = copied_.weights ? bytes : 0.0; }
  // A norm, a bias, or what else is a vector.
  void copiesVector(double floats) noexcept {
    size(Slot::vectorWeight) = copied_.weights ? floats * kVectorBytes : 0.0;
  }
  void copies(TensorRole role, double rowLength, double rows, bool stacked = false) noexcept {
    size(Slot::weight) = matrix(role, rowLength, rows, stacked);
  }

  // Takes what is not there yet, gives what is.
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
  // A list for each call would be built on the stack.
  template <Slot... steps>
  void run() noexcept {
    static constexpr std::array kSteps{steps..., Slot::count};
    run(kSteps.data());
  }

  // A result of `floats` and the copy of what it is made with.
  void product(Slot slot, double floats, double weightBytes) noexcept {
    vectors(slot, floats);
    copies(weightBytes);
    step(Slot::weight);
    step(slot);
    step(~Slot::weight);
  }

  // The embeddings become the first layer's input.
  void start(const LayerGroup& g) noexcept {
    using enum Slot;
    marks_.started = true;
    if (copied_.cache && g.attention == Attention::none && g.recurrence != Recurrence::gatedDeltaNet) {
      // The first state keeps them on the host.
      run<input>();
      return;
    }
    // The mixed inputs of this build: embeddings given as such are written over those looked up, at their places.
    size(flat) = size(query) = size(norm) = size(input);
    vectors(order, 2.0);
    run<flat, query, order>();
    // A model without norms before its layers copies the embeddings with the first matrix.
    if (!postNormed_) run<input>();
    const bool scalesRows = model_.tiedEmbeddings && s_.slides && follows(g) == Follows::norm;
    vectors(gate, scalesRows ? 1.0 : 0.0);
    run<gate>();
    if (!copied_.weights && !copied_.cache && g.recurrence == Recurrence::mamba2) {
      size(states) = kIndexBytes;
      run<states>();
      takeStatesView();
    } else if (!copied_.weights && s_.hasCache) {
      vectors(positions, 1.0);
      if (!copied_.cache) {
        vectors(indices, cellIndices());
        sizeMasks(first_.reachesFull, first_.reachesSliding);
      }
      run<positions, indices, slidingMask, mask>();
    }
    run<norm, ~flat>();
    held(norm) = {};  // stays
    // Gemma and Granite scale the embeddings first.
    if (!s_.slides && !postNormed_ && model_.architecture != Architecture::graniteHybrid) run<norm>();
    run<~gate, ~query, ~order>();
    // AltUp's streams.
    vectors(streams, model_.architecture == Architecture::gemma3n ? 4.0 * s_.hidden : 0.0);
    run<streams>();
  }

  void sizeMasks(bool full, bool sliding) noexcept {
    const double perCell = s_.tokens * s_.maskElement;
    size(Slot::mask) = full ? s_.cells.full * perCell : 0.0;
    size(Slot::slidingMask) = sliding ? s_.cells.sliding * perCell : 0.0;
  }
  void sizeMasks(const LayerGroup& g) noexcept {
    const bool slides = g.attention == Attention::sliding;
    sizeMasks(!slides, slides);
  }

  // A piece of the graph begins with the inputs that are new to it.
  void sizeNextMasks() noexcept {
    sizeMasks(copied_.reachesFull, copied_.reachesSliding);
    size(Slot::shared) = copied_.weights && copied_.reachesEnd ? sharedBytes_ : 0.0;
  }

  [[nodiscard]] double matrix(TensorRole role, double rowLength, double rows, bool stacked = false) const noexcept {
    if (!copied_.weights) return 0.0;
    return tensorBytes(weights_.rules.type(role, rowLength, stacked), rowLength, rows);
  }

  [[nodiscard]] Follows follows(const LayerGroup& g) const noexcept {
    if (postNormed_) return Follows::norm;
    if (g.recurrence != Recurrence::none || detail::isMultipleOf(g.vectorElements, s_.hidden)) return Follows::nothing;
    const double rows = g.headCount * g.keyLength + g.kvHeadCount * (g.keyLength + g.valueLength);
    return detail::isMultipleOf(g.vectorElements - rows, s_.hidden) ? Follows::bias : Follows::norm;
  }

  void attention(const LayerGroup& g, const GroupWeights& w) noexcept {
    using enum Slot;
    const double queries = g.headCount * g.keyLength;
    const double keys = g.kvHeadCount * g.keyLength;
    const double values = g.kvHeadCount * g.valueLength;
    const double length = g.headCount * g.valueLength;
    const bool recurs = g.recurrence != Recurrence::none;
    const double valueWeight = w.values.base + (copied_.specialValues ? w.values.extra : 0.0);
    const Follows kind = follows(g);
    // Llama 3.1 and later have factors of frequencies.
    const bool hasFactors =
        kind == Follows::nothing && (model_.architecture == Architecture::llama4 ||
                                     (model_.contextLength >= 131072.0 && model_.vocabularySize == 128256.0));
    // Nothing is rotated in Command R7B's layers with all cells, Jamba, and Nemotron-H, whose attention is a layer of
    // its own.
    const bool rotates = (model_.architecture != Architecture::cohere2 || g.attention == Attention::sliding) &&
                         !(s_.recurs && (mamba1_ || (g.feedForward == FeedForward::none && g.expertCount == 0.0)));
    const bool biased = kind == Follows::bias || postNormed_;
    // Positions come with the piece of the graph that rotates first, be it that of the product or a later one.
    const bool placed = held(positions).size + held(lateness).size > 0.0 || !rotates;
    vectors(query, queries);
    if (recurs && copied_.weights) size(heldWeight) = s_.hidden * kVectorBytes;
    run<norm, heldWeight>();
    if (g.fusedQKV) {
      if (!placed) vectors(positions, 1.0);
      vectors(flat, queries + keys + values);
      vectors(key, keys);
      copies(valueWeight);
      run<weight, positions, flat, ~weight, ~norm, query, key, ~key, ~flat>();
    } else {
      const bool early = kind == Follows::nothing && !hasFactors;
      if (!placed) vectors(early ? positions : lateness, deltaNets_ ? 4.0 : 1.0);
      if (!placed && hasFactors) size(factors) = g.keyLength * 2.0;
      if (copied_.weights && kind != Follows::nothing)
        size(vectorWeight) = (biased ? queries : g.keyLength) * kVectorBytes;
      vectors(g.gatedQuery ? gate : flat, queries * (g.gatedQuery ? 2.0 : 1.0));
      copies(TensorRole::attentionQ, s_.hidden, queries * (g.gatedQuery ? 2.0 : 1.0));
      run<weight, input, positions, flat, gate, ~weight>();
      if (!copied_.weights) {
        // Vulkan moves the products together.
        vectors(value, values);
        vectors(flatKey, keys);
        run<value, flatKey>();
        if (!parallel_) run<~norm>();
      }
      if (biased || hasFactors) run<vectorWeight, lateness, factors, ~vectorWeight>();
      if (rotates) run<query, ~flat>();
      run<vectorWeight, lateness, ~vectorWeight>();
      // On the GPU the values are in the cache before the keys are rotated.
      const bool cached = !copied_.weights && rotates;
      if (cached) run<~value>();
      const auto takeKey = [&] {
        product(flatKey, keys, matrix(TensorRole::attentionK, s_.hidden, keys));
        if (!s_.slides && !parallel_) run<~norm>();
        vectors(key, keys);
        if (rotates) run<key, ~flatKey>();
      };
      // Where layers slide the keys come first.
      if (s_.slides) takeKey();
      if (!cached) product(value, values, valueWeight);
      if (!s_.slides) takeKey();
      if (!parallel_) run<~norm>();
      run<~key, ~flatKey, ~value>();
    }
    if (copied_.lastAttention) run<~positions, ~lateness, ~indices>();
    // Before a state that is fetched on the GPU it is computed there.
    if (copied_.cache && !(copied_.weights && copied_.fetchesTaps) && detail::hostAttends(g, s_)) {
      run<~query, ~flat>();
      if (!recurs) project(g, length, beside);
      return;
    }
    const bool slides = g.attention == Attention::sliding;
    const double cells = slides ? s_.cells.sliding : s_.cells.full;
    const double copiedCells = copied_.cache ? cells * s_.cells.streams : 0.0;
    const bool flash = runtime_.flashAttention;
    size(keyCopy) = copiedCells * keys * bytesPerElement(runtime_.cacheTypeK);
    size(flash ? valueCopy : lateValueCopy) =
        copiedCells * (flash ? values : s_.widestValues) * bytesPerElement(runtime_.cacheTypeV);
    sizeMasks(g);
    vectors(flash ? attended : lateAttended, length);
    if (!flash) {
      vectors(scores, g.headCount * cells);
      vectors(each, length);
    }
    const bool scansHere = recurs && !copied_.cache;
    if (scansHere) {
      // The scan's norm comes first.
      vectors(again, s_.hidden);
      run<again>();
    }
    run<keyCopy, valueCopy, mask, slidingMask, lateValueCopy, attended, scores, ~query, ~flat, ~keyCopy, ~valueCopy>();
    if (copied_.lastOfMask) step(slides ? ~slidingMask : ~mask);
    if (fetchesHere(g)) fetchTaps();
    vectors(open, g.gatedQuery ? queries : 0.0);
    run<each, ~lateValueCopy, ~scores, lateAttended, ~each, open, ~gate>();
    if (g.gatedQuery) {
      run<~attended, ~lateAttended>();
      held(attended) = held(open);
      held(open) = {};
    }
    if (scansHere) return;
    // The network starts from the same norm and comes first.
    if (parallel_) {
      network(g, w);
      addResidual(dense, false);
    }
    project(g, length, attended);
  }

  // The attention's result, of the host if that is `beside`, becomes the layer's next input.
  void project(const LayerGroup& g, double length, Slot from) noexcept {
    using enum Slot;
    if (from == beside) vectors(attended, length);
    copies(TensorRole::attentionOutput, length, s_.hidden);
    run<weight, attended>();
    if (from == beside && fetchesHere(g)) fetchTaps();
    run<ids, projected, ~weight, ~attended, ~lateAttended>();
    if (parallel_) {
      run<~projected>();
    } else if (g.recurrence == Recurrence::none) {
      addResidual(projected, sumsInPlace_);
    }
  }

  // The last layer goes on with the tokens that get logits.
  void selectInput() noexcept {
    using enum Slot;
    if (!copied_.last || marks_.kept) return;
    marks_.kept = true;
    size(again) = s_.hidden * s_.outputs * 4.0;
    run<ids, again, ~input>();
    move(again);
  }

  void move(Slot from) noexcept {
    held(Slot::input) = held(from);
    held(from) = {};
  }

  // `from` is the layer's next input once the old one is added to it, or else `inPlace` of that.
  void addResidual(Slot from, bool inPlace) noexcept {
    using enum Slot;
    if (copied_.last && !marks_.selected) {
      selectInput();
      marks_.selected = true;
      size(again) = s_.hidden * s_.outputs * 4.0;
      step(again);
      step(~from);
      step(~ids);
      size(ids) = 0.0;
      from = again;
    }
    step(inPlace ? ~from : ~input);
    if (!inPlace) move(from);
  }

  void latentAttention(const LayerGroup& g) noexcept {
    using enum Slot;
    const double rows = g.headCount * g.mlaKeyLength;
    const double latent = g.kvLoraRank + g.ropeLength;
    const double compressedQueries = g.headCount * g.kvLoraRank;
    const double length = g.headCount * g.mlaValueLength;
    const double cells = s_.cells.full;
    const double cached = cells * s_.cells.streams;
    const bool flash = runtime_.flashAttention;
    run<norm>();
    const bool low = g.queryLoraRank > 0.0;
    if (low) product(flatKey, g.queryLoraRank, matrix(TensorRole::other, s_.hidden, g.queryLoraRank));
    product(flat, rows,
            matrix(low ? TensorRole::other : TensorRole::attentionQ, low ? g.queryLoraRank : s_.hidden, rows));
    run<~flatKey>();
    vectors(positions, 1.0);
    vectors(each, compressedQueries);
    vectors(rotated, g.headCount * g.ropeLength);
    vectors(query, g.headCount * latent);
    copies(TensorRole::other, g.mlaKeyLength - g.ropeLength, compressedQueries, true);
    run<weight, positions, each, ~weight, rotated, ~flat, query, ~each, ~rotated>();
    product(flatKey, latent, matrix(TensorRole::other, s_.hidden, latent));
    vectors(value, g.kvLoraRank);
    vectors(rotated, g.ropeLength);
    vectors(key, latent);
    size(keyCopy) = copied_.cache ? cached * latent * bytesPerElement(runtime_.cacheTypeK) : 0.0;
    sizeMasks(g);
    vectors(flash ? attended : lateAttended, compressedQueries);
    if (flash) {
      size(valueCopy) = size(keyCopy);
    } else {
      vectors(scores, g.headCount * cells);
      size(transposed) = cached * g.kvLoraRank * 4.0;
    }
    run<~norm, value, rotated, ~flatKey, key, ~value, ~rotated, ~key, keyCopy, valueCopy, mask, attended, scores,
        ~query, transposed, lateAttended, ~scores, ~transposed, ~keyCopy, ~valueCopy>();
    if (copied_.lastOfMask) run<~mask>();
    product(each, length, matrix(TensorRole::other, g.kvLoraRank, length, true));
    run<~attended, ~lateAttended>();
    vectors(attended, length);
    run<attended, ~each>();
    project(g, length, attended);
  }

  // Vulkan lacks the scan: what it takes goes to the host, its result and the state come back. Where a GPU scans, both
  // are one tensor.
  void mamba1(const LayerGroup& g) noexcept {
    using enum Slot;
    const double inner = g.innerLength;
    const double columns = g.timeStepRank + 2.0 * g.stateLength;
    const bool fetches = fetchesHere(g);
    vectors(mixed, 2.0 * inner);
    vectors<convolved, open, active, scanned, result>(inner);
    vectors(flat, columns);
    vectors(order, g.timeStepRank);
    size(joined) = size(convolved) + tapBytes(g);
    run<norm>();
    copies(TensorRole::other, s_.hidden, 2.0 * inner);
    if (copied_.weights) {
      size(taps) = tapBytes(g);
      run<weight, taps>();
    } else if (held(taps).size == 0.0) {
      fetchTaps();
    }
    run<mixed, ~weight, ~norm, joined, ~taps>();
    copies(g.convolutionLength * inner * kVectorBytes);
    run<weight, convolved, ~joined, ~weight>();
    copies(TensorRole::other, inner, columns);
    run<weight, flat, ~weight, order>();
    copies(TensorRole::other, g.timeStepRank, inner);
    run<weight, open, ~weight, ~order, ~open, ~flat>();
    if (copied_.weights) {
      if (fetches) {
        fetchTaps();
        run<active, ~mixed>();
      }
      copiesVector(inner);
      run<vectorWeight, scanned, active, ~mixed, ~vectorWeight, ~convolved>();
    } else if (copied_.cache) {
      run<scanned, ids>();
      if (fetches) fetchTaps();
      run<active, ~mixed>();
      selectInput();
      run<~convolved>();
    } else {
      size(state) = stateBytes(g);
      if (held(Slot::othersView).at < 0.0 && !copied_.lastRecurrence) held(Slot::othersView) = arena_.take(0.0);
      run<state, scanned, ids>();
      const Piece others = arena_.take(0.0);
      if (copied_.lastRecurrence) giveOthersView();
      selectInput();
      arena_.give(others);
      run<active, ~mixed, ~convolved>();
      if (fetches) fetchTaps();
    }
    run<result, ~active, ~scanned, ~state>();
    finishRecurrence(inner);
    // The last layer's sum takes the place of the rows that were just selected.
    addResidual(dense, !copied_.last || g.feedForward != FeedForward::none || g.expertCount > 0.0);
  }

  // Mamba 2 beside attention. The state of a host's layer stays there, and the scan with it.
  void mambaBeside(const LayerGroup& g) noexcept {
    using enum Slot;
    const double inner = g.innerLength;
    const double channels = convolutionChannels(g);
    const double rows = inner + channels + g.timeStepRank;
    vectors(mixed, rows);
    vectors(convolved, channels);
    vectors<open, result, lateScanned>(inner);
    vectors(again, s_.hidden);
    size(taps) = tapBytes(g);
    size(joined) = size(convolved) + size(taps);
    copies(TensorRole::other, s_.hidden, rows);
    run<weight, taps, again, ~heldWeight, mixed, ~weight, ~again, ~norm, joined, ~taps>();
    if (!copied_.cache) {
      vectors(order, g.timeStepRank);
      sizeScan(g);
      run<convolved, ~joined, order>();
      const Piece others = arena_.take(0.0);
      if (copied_.lastRecurrence) giveOthersView();
      run<projected, ~attended, ~lateAttended, lateScanned, open, ~mixed, scanned, ~order, ~convolved>();
      arena_.give(others);
      if (copied_.lastRecurrence) run<~statesView, ~states>();
      run<result, ~open, ~lateScanned, ~scanned, dense, ~result, ~dense>();
    } else {
      product(convolved, channels, g.convolutionLength * channels * kVectorBytes);
      run<~joined>();
      project(g, g.headCount * g.valueLength, beside);
      // The scan's result, from the host, and the gate.
      vectors(again, inner);
      run<open, ~mixed, lateScanned, again, ~convolved, ~again, result, ~open, ~lateScanned>();
      finishRecurrence(inner);
      run<~dense>();
    }
    // The tokens that get logits are selected from the sum.
    marks_.selected = copied_.last;
    addResidual(projected, sumsInPlace_);
    selectInput();
    if (copied_.last) {
      run<~ids>();
      size(ids) = 0.0;
    }
  }

  // The state of a host's layer is copied, and the net is computed with it.
  void deltaNet(const LayerGroup& g) noexcept {
    using enum Slot;
    const double groups = g.stateGroupCount * g.stateLength;
    const double inner = g.innerLength;
    const double channels = convolutionChannels(g);
    vectors<mixed, convolved>(channels);
    vectors<query, key>(groups);
    vectors<flat, decay, beta>(g.timeStepRank);
    vectors<result, open, active>(inner);
    size(taps) = tapBytes(g);
    size(joined) = size(convolved) + size(taps);
    sizeScan(g);
    if (copied_.weights || copied_.cache) {
      const double heads = matrix(TensorRole::other, s_.hidden, g.timeStepRank);
      run<norm>();
      copies(TensorRole::attentionV, s_.hidden, channels);
      run<weight, taps, mixed, ~weight, joined, ~taps, ~mixed>();
      copies(g.convolutionLength * channels * kVectorBytes);
      run<weight, convolved, ~joined, ~weight, query, key>();
      size(weight) = heads;
      copiesVector(g.timeStepRank);
      run<weight, flat, ~weight, vectorWeight, decay, ~flat, ~vectorWeight, weight, state, flat, ~weight, beta, ~flat,
          scanned, ~query, ~key, ~convolved, ~decay, ~beta, ~state>();
      copiesVector(g.stateLength);
      run<vectorWeight, result, ~scanned, ~vectorWeight>();
      copies(TensorRole::other, s_.hidden, inner);
      run<weight, open, ~weight, ~norm, active, ~open, ~active>();
    } else {
      run<taps, norm, mixed, joined, ~taps, ~mixed, state>();
      if (copied_.lastRecurrence) run<~states>();
      run<convolved, ~joined, flat, query, key, decay, ~flat, flat, beta, ~flat, scanned, ~query, ~key, ~convolved,
          ~decay, ~beta, ~state, open, ~norm, result, ~scanned, active, ~open, ~active>();
    }
    finishRecurrence(inner);
    addResidual(dense, true);
  }

  // LFM2's. The state of a host's layer is copied.
  void shortConvolution(const LayerGroup& g) noexcept {
    using enum Slot;
    const double rows = 3.0 * s_.hidden;
    const bool fetches = fetchesHere(g);
    vectors(mixed, rows);
    vectors<open, convolved>(s_.hidden);
    size(joined) = size(convolved) + tapBytes(g);
    run<norm>();
    if (!copied_.weights) selectInput();
    if (copied_.cache) {
      size(taps) = tapBytes(g);
      copies(TensorRole::other, s_.hidden, rows);
      run<weight, taps>();
    } else if (held(taps).size == 0.0) {
      fetchTaps();
    }
    run<mixed, ~weight, ~norm, open, joined, ~taps, ~open>();
    if (fetches) fetchTaps();
    selectInput();
    copies(g.convolutionLength * s_.hidden * kVectorBytes);
    run<weight, convolved, ~joined, ~weight, ~mixed>();
    copies(TensorRole::other, s_.hidden, s_.hidden);
    run<weight, dense, ~weight, ~convolved>();
    addResidual(dense, sumsInPlace_);
  }

  // Mamba 2 alone in a layer. The state of a host's layer stays there, and the scan with it.
  void mamba2(const LayerGroup& g) noexcept {
    using enum Slot;
    const double inner = g.innerLength;
    const double channels = convolutionChannels(g);
    const double rows = inner + channels + g.timeStepRank;
    const bool alone = g.feedForward == FeedForward::none && g.expertCount == 0.0;
    const bool fetches = fetchesHere(g);
    vectors(mixed, rows);
    vectors(convolved, channels);
    vectors<open, lateScanned, result, normedResult>(inner);
    size(joined) = size(convolved) + tapBytes(g);
    copies(TensorRole::other, s_.hidden, rows);
    if (copied_.weights) {
      size(taps) = tapBytes(g);
      vectors(scanned, inner);
      run<norm, weight, taps, mixed, ~weight, ~norm, joined, ~taps>();
      copies(g.convolutionLength * channels * kVectorBytes);
      run<weight, convolved, ~joined, ~weight>();
      copiesVector(g.timeStepRank);
      if (fetches) {
        fetchTaps();
        run<open, ~mixed>();
      }
      run<vectorWeight, scanned, open, ~mixed, lateScanned, ~convolved, ~vectorWeight, ~lateScanned, result, ~open,
          ~scanned>();
    } else {
      vectors(order, g.timeStepRank);
      sizeScan(g);
      // Vulkan moves what does not wait for a copy, or for the layer before, ahead of the scan.
      const bool first = marks_.firstScan && copied_.experts;
      marks_.firstScan = false;
      if (held(taps).size == 0.0) fetchTaps();
      run<norm, mixed, ~norm, joined, ~taps>();
      if (copied_.cache) {
        // From the host come the states of this batch's sequences, and all of them for the others.
        size(otherStates) = size(state);
        run<state>();
        takeStatesView();
        run<otherStates>();
      }
      if (first || copied_.cache) {
        run<convolved, ~joined>();
      } else {
        run<order>();
      }
      // The states of sequences that are not in the batch: none.
      const Piece others = arena_.take(0.0);
      if (copied_.lastRecurrence) giveOthersView();
      if (first) run<order, lateScanned, open, ~mixed>();
      run<~otherStates, order, convolved, ~joined, scanned, ~state, ~order>();
      if (copied_.lastRecurrence) run<~statesView>();
      if (fetches || copied_.cache) {
        arena_.give(others);
        if (fetches) fetchTaps();
        run<open, ~mixed, lateScanned, ~convolved, ~scanned, result, ~open, ~lateScanned>();
      } else {
        run<open, ~mixed, lateScanned, ~convolved>();
        arena_.give(others);
        if (copied_.last) {
          selectInput();
          run<~scanned>();
        }
        run<result, ~open, ~lateScanned, ~scanned>();
      }
    }
    run<normedResult, ~result>();
    finishRecurrence(inner, alone);
    addResidual(dense, sumsInPlace_);
  }

  void finishRecurrence(double inner, bool alone = false) noexcept {
    using enum Slot;
    copies(TensorRole::other, inner, s_.hidden);
    run<weight>();
    if (alone) nextInputs();
    run<ids, dense, ~weight, ~result, ~normedResult>();
  }

  [[nodiscard]] double stateBytes(const LayerGroup& g) const noexcept {
    return g.stateLength * g.innerLength * s_.sequences * 4.0;
  }
  void sizeScan(const LayerGroup& g) noexcept {
    size(Slot::state) = stateBytes(g);
    size(Slot::scanned) = size(Slot::result) + size(Slot::state);
  }

  [[nodiscard]] double tapBytes(const LayerGroup& g) const noexcept {
    double channels = convolutionChannels(g);
    if (g.recurrence == Recurrence::shortConvolution) channels = s_.hidden;
    if (g.recurrence == Recurrence::mamba1) channels = g.innerLength;
    return (g.convolutionLength - 1.0) * channels * s_.sequences * 4.0;
  }

  // Experts are where the graph is put together next, if the layer has any.
  [[nodiscard]] bool fetchesHere(const LayerGroup& g) const noexcept {
    return copied_.fetchesTaps && g.expertCount == 0.0;
  }
  // Experts that are copied keep the fetching, and the sum of what they made, until the shared experts' network.
  [[nodiscard]] bool waitsForShared(const LayerGroup& g) const noexcept {
    return copied_.experts && g.feedForward == FeedForward::none && g.sharedExpertLength > 0.0;
  }
  [[nodiscard]] bool sumsLate(const LayerGroup& g) const noexcept {
    return waitsForShared(g) && s_.recurs && !copied_.weights && !copied_.fetchesTaps;
  }

  void fetchTaps() noexcept {
    using enum Slot;
    size(states) = copied_.cache && !copied_.weights ? 0.0 : kIndexBytes;
    size(taps) = tapBytes_;
    run<states, taps>();
    if (copied_.fetchesLastTaps) run<~states>();
  }

  // What the layers on the GPU need comes with the last that is copied.
  void nextInputs() noexcept {
    using enum Slot;
    sizeNextMasks();
    if (copied_.weights && copied_.reachesEnd) {
      if (s_.recurs && tapBytes_ == 0.0 && !mamba1_) size(states) = kIndexBytes;
      if (s_.hasCache) vectors(indices, cellIndices());
      vectors(ids, 1.0);
      run<states>();
      takeStatesView();
    }
    run<indices, slidingMask, mask, ids>();
  }

  // Of the cells that keys and values go to: without flash attention those of every element of a value.
  [[nodiscard]] double cellIndices() const noexcept {
    const double perCache = s_.latent ? 2.0 : runtime_.flashAttention ? 4.0 : 2.0 + 2.0 * s_.widestValues;
    return perCache * (s_.slides ? 2.0 : 1.0);
  }

  void takeStatesView() noexcept {
    if (!viewsStates_ || held(Slot::statesView).size > 0.0) return;
    size(Slot::statesView) = kIndexBytes;
    step(Slot::statesView);
    held(Slot::othersView) = arena_.take(0.0);
  }

  void giveOthersView() noexcept {
    if (held(Slot::othersView).at >= 0.0) arena_.give(held(Slot::othersView));
    held(Slot::othersView) = {-1.0, 0.0};
  }

  void feedForward(const LayerGroup& g, const GroupWeights& w) noexcept {
    using enum Slot;
    const auto expertWeight = [&](double bytes) {
      size(weight) = copied_.experts ? detail::copiedBytes(bytes, weights_) : 0.0;
    };
    const bool mixes = g.expertCount > 0.0;
    // A dense network beside the experts has a norm of its own, and so has the choice of experts then.
    const bool separate = mixes && g.feedForward != FeedForward::none;
    vectors(again, separate ? s_.hidden : 0.0);
    run<again, norm>();
    if (mixes) {
      const double length = g.expertLength * g.expertsUsed;
      product(scores, g.expertCount, s_.hidden * g.expertCount * kVectorBytes);
      vectors<order, probabilities>(g.expertCount);
      vectors<shares, normedShares>(g.expertsUsed);
      vectors<sum, clampedSum>(1.0);
      vectors(gate, g.plainExperts || g.fusedExperts ? 0.0 : length);
      vectors(g.plainExperts ? onlyUp : up, length * (g.fusedExperts ? 2.0 : 1.0));
      vectors(active, g.plainExperts ? 0.0 : length);
      vectors(each, s_.hidden * g.expertsUsed);
      expertWeight(w.largestExpertUp);
      run<~again, probabilities, order, shares, ~probabilities, sum, clampedSum, ~sum, normedShares, ~shares,
          ~clampedSum, ~scores>();
      if (size(gate) > 0.0) run<weight, gate, ~weight>();
      run<weight, up, onlyUp, ~weight>();
      if (g.sharedExpertLength == 0.0) run<~norm>();
      expertWeight(w.expertsDown.base + (copied_.specialExpertsDown ? w.expertsDown.extra : 0.0));
      sizeNextMasks();
      if (s_.recurs && copied_.reachesLast && !copied_.weights) vectors(ids, 1.0);
      if (s_.recurs && (copied_.reachesFull || copied_.reachesSliding) && !copied_.weights) {
        vectors(positions, 1.0);
        vectors(indices, cellIndices());
      }
      run<active, ~gate, ~up, weight, positions, indices, ids>();
      // A bias, which is longer than a factor for each expert, begins a piece of its own.
      if (g.expertVectorElements <= g.expertCount) run<slidingMask, mask>();
      run<each, ~weight, slidingMask, mask, ~active, ~onlyUp, ~order, ~normedShares>();
      if (separate) run<norm>();
      if (copied_.fetchesTaps && !waitsForShared(g)) fetchTaps();
      if (!sumsLate(g)) run<routed, ~each>();
    }
    network(g, w);
    if (mixes) run<~dense>();
    addResidual(mixes ? routed : dense, sumsInPlace_ || (!mixes && g.fusedQKV));
    // The first layer makes those of all layers.
    vectors(perLayer, model_.perLayerEmbeddingLength * model_.layerCount);
    run<perLayer>();
  }

  // The dense network, or the experts that all tokens share.
  void network(const LayerGroup& g, const GroupWeights& w) noexcept {
    using enum Slot;
    const bool isShared = g.feedForward == FeedForward::none;
    const double length = isShared ? g.sharedExpertLength : g.feedForwardLength;
    if (length <= 0.0) return;
    const detail::Variant& upWeights = isShared ? w.sharedUp : w.up;
    const detail::Variant& downWeights = isShared ? w.sharedDown : w.down;
    const bool plain = isShared ? g.plainExperts : g.feedForward == FeedForward::plain;
    const bool fused = g.feedForward == FeedForward::fusedGated;
    const bool gated = !plain && !fused;
    const bool specialDown = isShared ? copied_.specialSharedDown : copied_.specialDown;
    const double upBytes = (upWeights.base + (copied_.specialUp ? upWeights.extra : 0.0)) / (gated ? 2.0 : 1.0);
    if (gated) product(gate, length, upBytes);
    product(plain ? onlyUp : up, fused ? 2.0 * length : length, upBytes);
    vectors(active, plain ? 0.0 : length);
    copies(downWeights.base + (specialDown ? downWeights.extra : 0.0));
    const bool gatesAll = isShared && deltaNets_;
    if (!gatesAll) run<~norm>();
    if (copied_.fetchesTaps && waitsForShared(g)) fetchTaps();
    if (sumsLate(g)) run<routed, ~each>();
    run<active, ~gate, ~up, weight>();
    if (!gatesAll) nextInputs();
    run<shared, dense, ~weight, ~active, ~onlyUp>();
    if (gatesAll) {
      // Qwen's shared expert has a gate of its own.
      copies(s_.hidden * kVectorBytes);
      vectors(gate, 1.0);
      run<weight>();
      nextInputs();
      run<gate, ~weight, ~norm, ~gate>();
    }
  }

  const ModelSpec& model_;
  const ComputeShape& s_;
  const Runtime& runtime_;
  const FileWeights& weights_;
  double bytesPerFloat_;  // of every token
  double sharedBytes_;
  CopiedLayer first_;         // what the graph reaches from its start
  double tapBytes_ = 0;       // of layers that fetch them early
  bool viewsStates_ = false;  // of other sequences, too
  Arena arena_;
  CopiedLayer copied_;
  bool postNormed_ = false;   // norms after the parts of a layer instead of before
  bool parallel_ = false;     // attention and network start from the same norm
  bool deltaNets_ = false;    // in any layer
  bool mamba1_ = false;       // in any layer
  bool sumsInPlace_ = false;  // what is added to a layer's input is written over it
  Marks marks_;
  std::array<double, static_cast<std::size_t>(Slot::count)> sizes_{};
  std::array<Piece, static_cast<std::size_t>(Slot::count)> held_{};
};

// Replays layers, but not one that is as before and finds what was found before: it would leave the same behind.
class OffloadMemory {
 public:
  explicit OffloadMemory(OffloadReplay& replay) noexcept : replay_(replay) { identify(); }

  void layer(CopiedLayer copied) noexcept {
    for (std::size_t i = 0; i < stepCount_; ++i) {
      if (steps_[i].from == state_ && steps_[i].layer == copied) {
        state_ = steps_[i].to;
        isThere_ = false;
        return;
      }
    }
    goThere();
    replay_.layer(copied);
    const std::size_t from = state_;
    identify();
    if (from != kUnknown && state_ != kUnknown && stepCount_ < steps_.size()) {
      steps_[stepCount_++] = {from, state_, copied};
    }
  }

  // Brings the replay to where the layers ended.
  void goThere() noexcept {
    if (!isThere_) replay_.restore(states_[state_]);
    isThere_ = true;
  }

 private:
  static constexpr std::size_t kUnknown = ~std::size_t{0};

  struct Step {
    std::size_t from;
    std::size_t to;
    CopiedLayer layer;
  };

  // Which state the replay is in.
  void identify() noexcept {
    state_ = kUnknown;
    if (stateCount_ == states_.size() || !replay_.save(states_[stateCount_])) return;
    for (state_ = 0; !(states_[state_] == states_[stateCount_]); ++state_) {
    }
    if (state_ == stateCount_) ++stateCount_;
  }

  OffloadReplay& replay_;
  std::size_t state_ = kUnknown;
  bool isThere_ = true;
  std::size_t stateCount_ = 0;
  std::size_t stepCount_ = 0;
  std::array<OffloadReplay::State, 40> states_;
  std::array<Step, 64> steps_;
};

// The buffer of the GPU that computes layers of the host: the first, of which the graph's first `reach` layers are, or
// what it computes for them. `hasHead`: the head, too.
[[nodiscard]] inline double offloadedBytes(const ModelSpec& model, const ComputeShape& shape, const Runtime& runtime,
                                           const FileWeights& weights, const Placement& place, int reach,
                                           bool hasHead) noexcept {
  std::array<CopiedLayer, static_cast<std::size_t>(ModelSpec::kMaximumLayers)> layers;
  std::size_t count = 0;
  // Each layer that reads a cache of the host copies it.
  bool ownsOnGpu = false;
  double sharedBytes = 0;
  visitRuns(model, [&](int, int runLength, std::size_t group) {
    const LayerGroup& g = model.groups[group];
    for (int i = 0; i < runLength; ++i) {
      const bool onHost = static_cast<int>(count) < place.firstOnGpu;
      if (g.attention != Attention::none && !onHost) {
        ownsOnGpu = ownsOnGpu || !g.sharesCache;
        if (!ownsOnGpu) sharedBytes += layerCacheBytes(g, runtime, shape.cells, shape.widestValues);
      }
      layers[count++].group = static_cast<std::uint32_t>(group) & 15;
    }
  });

  // What is ahead of each layer.
  CopiedLayer reached;
  bool slides = false;
  bool attends = false;
  bool recurs = false;
  bool fetches = false;
  bool fetchesLast = false;
  const std::size_t replayed = std::min(count, static_cast<std::size_t>(reach));
  for (std::size_t i = replayed; i-- > 0;) {
    const LayerGroup& g = model.groups[layers[i].group];
    const auto layer = static_cast<int>(i);
    const bool onHost = layer < place.firstOnGpu;
    const bool sliding = g.attention == Attention::sliding;
    const bool full = g.attention != Attention::none && !sliding;
    const bool recurrent = g.recurrence != Recurrence::none;
    CopiedLayer& copied = layers[i];
    copied.weights = onHost;
    copied.experts = onHost || (layer < runtime.cpuMoeLayers && g.expertCount > 0.0);
    copied.cache = onHost || !runtime.kvOffload;
    copied.lastOfMask = (sliding && !slides) || (full && !attends);
    copied.lastAttention = (sliding || full) && !slides && !attends;
    copied.lastRecurrence = recurrent && !recurs;
    copied.last = i + 1 == count;
    copied.fetchesTaps = fetches;
    copied.fetchesLastTaps = fetchesLast;
    if (copied.experts) {
      copied.reachesFull = reached.reachesFull;
      copied.reachesSliding = reached.reachesSliding;
      copied.reachesLast = reached.reachesLast;
      copied.reachesEnd = reached.reachesEnd;
      reached = {};
    }
    if (copied.cache) {
      reached = {};
    } else {
      if (full) reached.reachesFull = 1;
      if (sliding) reached.reachesSliding = 1;
      if (copied.last) {
        reached.reachesLast = 1;
        reached.reachesEnd = !copied.experts;
      }
    }
    if (sliding || full || recurrent) {
      fetches =
          fetchesTapsEarly(g) && !copied.weights && (runtime.kvOffload || g.recurrence != Recurrence::shortConvolution);
      fetchesLast = fetches && !recurs;
    } else if (g.expertCount > 0.0) {
      fetches = fetchesLast = false;
    }
    slides = slides || sliding;
    attends = attends || full;
    recurs = recurs || recurrent;
  }

  OffloadReplay replay(model, shape, runtime, weights, sharedBytes, reached);
  QuantizationCounters counters;
  OffloadMemory memory(replay);
  LayerBlocks(model).next(static_cast<int>(replayed), [&](const LayerBlock& block) {
    const SpecialLayers special = specialLayers(weights, counters, block);
    for (int i = 0; i < block.count; ++i) {
      CopiedLayer& copied = layers[static_cast<std::size_t>(block.first) + static_cast<std::size_t>(i)];
      copied.specialValues = special.values >> i & 1;
      copied.specialDown = special.down >> i & 1;
      copied.specialExpertsDown = special.expertsDown >> i & 1;
      copied.specialSharedDown = special.sharedDown >> i & 1;
      copied.specialUp = special.up >> i & 1;
      memory.layer(copied);
    }
  });
  memory.goThere();
  if (hasHead) replay.head(place.placed == 0 && shape.outputs >= kOffloadedBatch ? weights.output : 0.0);
  return replay.peak();
}

}  // namespace llmcalc
