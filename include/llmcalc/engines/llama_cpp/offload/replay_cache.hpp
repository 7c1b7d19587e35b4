// replay_cache.hpp: a layer that starts from a state from which its like has started is not replayed again.
#pragma once

#include <array>
#include <cstddef>

#include "llmcalc/engines/llama_cpp/offload/replay.hpp"
#include "llmcalc/engines/llama_cpp/offload/slots.hpp"

namespace llmcalc {

// Replays layers, and remembers which state each kind of layer led to from which. What is known is not replayed: a
// model of 80 equal layers is soon a walk from state to state.
class ReplayCache {
 public:
  explicit ReplayCache(OffloadReplay& replay) noexcept : replay_(replay) { lookUp(); }

  void layer(CopiedLayer copied) noexcept {
    for (std::size_t i = 0; i < stepCount_; ++i) {
      if (steps_[i].from == state_ && steps_[i].layer == copied) {
        state_ = steps_[i].to;
        isCurrent_ = false;
        return;
      }
    }
    restore();
    replay_.layer(copied);
    const std::size_t from = state_;
    lookUp();
    if (from != kUnknown && state_ != kUnknown && stepCount_ < steps_.size()) {
      steps_[stepCount_++] = {from, state_, copied};
    }
  }

  // Brings the replay to the state in which the layers ended.
  void restore() noexcept {
    if (!isCurrent_) replay_.restore(states_[state_]);
    isCurrent_ = true;
  }

 private:
  static constexpr std::size_t kUnknown = ~std::size_t{0};

  struct Step {
    std::size_t from;
    std::size_t to;
    CopiedLayer layer;
  };

  // Looks up the state that the replay is in, and keeps a new one while there is room.
  void lookUp() noexcept {
    state_ = kUnknown;
    if (stateCount_ == states_.size() || !replay_.save(states_[stateCount_])) return;
    for (state_ = 0; !(states_[state_] == states_[stateCount_]); ++state_) {
    }
    if (state_ == stateCount_) ++stateCount_;
  }

  OffloadReplay& replay_;
  std::size_t state_ = kUnknown;
  bool isCurrent_ = true;
  std::size_t stateCount_ = 0;
  std::size_t stepCount_ = 0;
  std::array<OffloadReplay::State, 40> states_;
  std::array<Step, 64> steps_;
};

}  // namespace llmcalc
