// gguf/source.hpp: the bytes of a file from its beginning, a window of them at a time, and numbers and texts in them.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "llmcalc/base/result.hpp"

namespace llmcalc::gguf {

// Where bytes come from.
struct Source {
  // Copies bytes from `offset` on; how many there were, which is less only at the end.
  std::function<std::size_t(double offset, std::span<unsigned char> to)> read;
  double size = 0;  // bytes of the whole
};

// `bytes` as UTF-8, with U+FFFD where they are none, as JavaScript's TextDecoder has it; a mark of the byte order
// before them is left out.
[[nodiscard]] inline std::string decodeText(std::string_view bytes) {
  constexpr std::string_view kReplacement = "\xef\xbf\xbd";
  constexpr std::string_view kMark = "\xef\xbb\xbf";
  if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
  std::string text;
  for (std::size_t i = 0; i < bytes.size();) {
    const auto byte = [&](std::size_t at) { return at < bytes.size() ? static_cast<unsigned char>(bytes[at]) : 0U; };
    const unsigned lead = byte(i);
    const std::size_t length = lead < 0x80U                     ? 1
                               : lead >= 0xc2U && lead <= 0xdfU ? 2
                               : lead >= 0xe0U && lead <= 0xefU ? 3
                               : lead >= 0xf0U && lead <= 0xf4U ? 4
                                                                : 0;
    // The second byte alone tells of characters that are too long, halves, or beyond the last.
    const unsigned least = lead == 0xe0U ? 0xa0U : lead == 0xf0U ? 0x90U : 0x80U;
    const unsigned most = lead == 0xedU ? 0x9fU : lead == 0xf4U ? 0x8fU : 0xbfU;
    std::size_t valid = length == 0 ? 0 : 1;
    while (valid > 0 && valid < length && byte(i + valid) >= (valid == 1 ? least : 0x80U) &&
           byte(i + valid) <= (valid == 1 ? most : 0xbfU)) {
      ++valid;
    }
    if (length > 0 && valid == length) {
      text.append(bytes.substr(i, length));
    } else {
      text.append(kReplacement);
    }
    i += valid > 0 ? valid : 1;
  }
  return text;
}

// A place in a file, with the bytes around it that were read. What goes wrong is kept as a refusal; after that nothing
// is read.
class Cursor {
 public:
  Cursor(const Source& source, double limit) : source_(source), limit_(limit) {}

  double at = 0;
  // Bytes from here on stay in memory; a number beyond the place keeps none.
  double keptFrom = 0;
  bool littleEndian = true;

  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }
  [[nodiscard]] bool refused() const noexcept { return !refusal_.empty(); }
  [[nodiscard]] double bytesRead() const noexcept { return bytesRead_; }
  void refuse(const std::string& why) {
    if (refusal_.empty()) refusal_ = why;
  }

  // Whether the next `count` bytes were read.
  [[nodiscard]] bool holds(double count) const noexcept {
    return at + count <= start_ + static_cast<double>(bytes_.size());
  }

  // Reads on if need be; says whether there are `count` bytes from here.
  bool reaches(double count) {
    const double end = at + count;
    if (refused() || end > source_.size) return false;
    if (end > limit_) {
      refuse("its header must be at most " + formatNumber(limit_) + " bytes (maximumHeaderBytes)");
      return false;
    }
    if (holds(count)) return true;
    constexpr double kFirstRead = 256.0 * 1024.0;
    constexpr double kLargestRead = 1024.0 * 1024.0;
    const double read = start_ + static_cast<double>(bytes_.size());
    const double from = std::min(at, keptFrom);
    if (from < read) {
      bytes_.erase(bytes_.begin(), bytes_.begin() + static_cast<std::ptrdiff_t>(from - start_));
    } else {
      bytes_.clear();
    }
    const std::size_t held = bytes_.size();
    const double next = from + static_cast<double>(held);
    const double wanted = std::max(read == 0.0 ? kFirstRead : kLargestRead, end - next);
    bytes_.resize(held + static_cast<std::size_t>(std::max(0.0, std::min(wanted, source_.size - next))));
    const std::size_t more = source_.read(next, std::span(bytes_).subspan(held));
    bytes_.resize(held + std::min(more, bytes_.size() - held));
    bytesRead_ += static_cast<double>(bytes_.size() - held);
    start_ = from;
    return holds(count);
  }

  bool need(double count) {
    if (refused() || reaches(count)) return !refused();
    refuse("it ends in the middle of its header");
    return false;
  }

  // Numbers from here on, which must have been read. Those of 64 bits are rounded.
  double u32() { return static_cast<double>(number<std::uint32_t>()); }
  double u64() { return static_cast<double>(number<std::uint64_t>()); }
  template <typename T>
  T number() {
    std::array<unsigned char, sizeof(T)> raw{};
    const double offset = at - start_;
    at += static_cast<double>(sizeof(T));
    if (offset < 0.0 || offset + static_cast<double>(sizeof(T)) > static_cast<double>(bytes_.size())) return T{};
    std::memcpy(raw.data(), &bytes_[static_cast<std::size_t>(offset)], sizeof(T));
    if (littleEndian != (std::endian::native == std::endian::little)) std::reverse(raw.begin(), raw.end());
    return std::bit_cast<T>(raw);
  }

  // What was read between two places.
  [[nodiscard]] std::string_view bytes(double from, double to) const {
    const double last = std::min(to - start_, static_cast<double>(bytes_.size()));
    const double first = std::max(0.0, from - start_);
    if (!(first < last)) return {};
    return {reinterpret_cast<const char*>(&bytes_[static_cast<std::size_t>(first)]),
            static_cast<std::size_t>(last - first)};
  }

 private:
  const Source& source_;
  double limit_;
  double start_ = 0;
  double bytesRead_ = 0;
  std::vector<unsigned char> bytes_;
  std::string refusal_;
};

}  // namespace llmcalc::gguf
