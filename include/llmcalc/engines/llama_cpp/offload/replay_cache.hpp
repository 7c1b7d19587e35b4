// replay_cache.hpp: layers that find what one like them found are not replayed again.
#pragma once

#include <array>
#include <cstddef>

#include "llmcalc/engines/llama_cpp/offload/replay.hpp"
#include "llmcalc/engines/llama_cpp/offload/slots.hpp"

namespace llmcalc {

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

}  // namespace llmcalc
