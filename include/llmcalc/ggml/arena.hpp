// arena.hpp: ggml's allocator of a graph's tensors (ggml/src/ggml-alloc.c): the smallest hole that fits.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace llmcalc {

// A tensor in the buffer, in bytes.
struct Piece {
  double at;
  double size;
};

// ggml's allocator: a list of holes, and the free end. It leaves a hole of no size within a larger one, which keeps
// what is freed behind it from being joined; buffers depend on that, too.
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

  // Empties the arena up to `end`. Holes are given back with append(), in order; the peak stays.
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

}  // namespace llmcalc
