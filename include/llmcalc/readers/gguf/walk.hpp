// gguf/walk.hpp: the header of a GGUF file, found by stepping over lengths. A header is anyone's: counts are bounded,
// and what is long, as the tokens of a vocabulary, is stepped over, so that a header costs the time and memory of its
// bytes, whatever it says of itself. js/readers/gguf-walk.js has the same bounds.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "llmcalc/base/result.hpp"
#include "llmcalc/readers/gguf/header.hpp"
#include "llmcalc/readers/gguf/source.hpp"

namespace llmcalc::gguf {

// Bytes of a header that are read at most where nothing else is asked.
inline constexpr double kMaximumHeaderBytes = 50e6;

struct Header {
  double version = 0;  // of the format
  Metadata metadata;   // without what is long
  std::vector<Tensor> tensors;
  double tokens = std::numeric_limits<double>::quiet_NaN();  // of the vocabulary, where it was left out
  double end = 0;                                            // bytes of the header
  double bytesRead = 0;
};

namespace detail {

inline constexpr double kMostKeys = 1000;
// The largest models have some 2,000.
inline constexpr double kMostTensors = 20'000;
inline constexpr double kLongestKey = 65'535;
inline constexpr double kLongestName = 1024;
inline constexpr double kMostDimensions = 4;  // of ggml
// What is kept of metadata: arrays of so many elements or texts, and values of so many bytes.
inline constexpr double kLongestArray = 1024;
inline constexpr double kMostTexts = 64;
inline constexpr double kLongestValue = 1e6;

// Value types of the format.
enum class ValueType : std::uint8_t {
  uint8,
  int8,
  uint16,
  int16,
  uint32,
  int32,
  float32,
  boolean,
  string,
  array,
  uint64,
  int64,
  float64
};
// Their bytes; 0 for those that say their length.
inline constexpr std::array<std::uint8_t, 13> kValueBytes = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

// What a file that is no GGUF may be.
[[nodiscard]] inline std::string guessOf(std::string_view bytes) {
  constexpr std::size_t kMagic = 4;
  if (bytes.size() < kMagic) return "too short for one";
  std::string low;
  for (const char letter : bytes) {
    if (!low.empty() || (letter != ' ' && letter != '\n' && letter != '\r' && letter != '\t')) {
      low.push_back(letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter + ('a' - 'A')) : letter);
    }
  }
  if (bytes.starts_with("FUGG")) return "a big-endian GGUF file";
  if (bytes.starts_with("PK")) return "a zip archive (a PyTorch checkpoint?)";
  if (low.starts_with("<!doctype") || low.starts_with("<html")) {
    return "a web page: is that the address of the file itself?";
  }
  if (bytes.starts_with("version https://git-lfs")) return "a git-lfs pointer: fetch the file itself";
  if (bytes.substr(kMagic + kMagic).starts_with("{\"")) return "a safetensors file";
  std::string text("something else, which begins with");
  for (const char letter : bytes.substr(0, kMagic)) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    const auto byte = static_cast<unsigned char>(letter);
    text.append(" ").push_back(kDigits[byte >> 4U]);
    text.push_back(kDigits[byte & 0xfU]);
  }
  return text;
}

// Steps through one header.
class Walk {
 public:
  Walk(const Source& source, double limit) : cursor_(source, limit) {}

  Reading<Header> header() {
    if (begin()) {
      for (double i = 0; i < keyCount_ && !cursor_.refused(); ++i) key(i);
      cursor_.keptFrom = cursor_.at;
      for (double i = 0; i < tensorCount_ && !cursor_.refused(); ++i) tensor(i);
      cursor_.need(0.0);
    }
    if (cursor_.refused()) return Reading<Header>::refused(cursor_.refusal());
    header_.end = cursor_.at;
    header_.bytesRead = cursor_.bytesRead();
    return header_;
  }

 private:
  double atMost(const std::string& what, double most, double count) {
    if (count > most) cursor_.refuse(what + " must be at most " + formatNumber(most) + ", got " + formatNumber(count));
    return count;
  }

  // Magic, version, tensors and keys.
  bool begin() {
    constexpr std::string_view kMagic = "GGUF";
    constexpr double kGuessed = 40;
    constexpr double kBytes = 24;
    const auto magic = static_cast<double>(kMagic.size());
    if (!cursor_.reaches(magic) || cursor_.bytes(0.0, magic) != kMagic) {
      cursor_.refuse("not a GGUF file but " + guessOf(cursor_.bytes(0.0, kGuessed)));
      return false;
    }
    if (!cursor_.need(kBytes)) return false;
    cursor_.at = magic;
    // Versions are small numbers.
    if ((cursor_.number<std::uint32_t>() & 0xffffU) == 0) cursor_.littleEndian = false;
    cursor_.at = magic;
    header_.version = cursor_.u32();
    if (header_.version != 2.0 && header_.version != 3.0) {
      cursor_.refuse("the version of the format must be 2 or 3, got " + formatNumber(header_.version));
    }
    tensorCount_ = atMost("the number of tensors", kMostTensors, cursor_.u64());
    keyCount_ = atMost("the number of keys", kMostKeys, cursor_.u64());
    return !cursor_.refused();
  }

  void key(double i) {
    cursor_.keptFrom = cursor_.at;
    if (!cursor_.need(8.0)) return;
    const double length = atMost("the bytes of key " + formatNumber(i), kLongestKey, cursor_.u64());
    if (!cursor_.need(length)) return;
    const std::string key = decodeText(cursor_.bytes(cursor_.at, cursor_.at + length));
    cursor_.at += length;
    for (const std::string& other : keys_) {
      if (other == key) return cursor_.refuse("key " + inQuotes(key) + " is there twice");
    }
    keys_.push_back(key);
    value(key);
  }

  // Steps over the value of a key, and keeps it if it is worth that.
  void value(const std::string& key) {
    const double start = cursor_.at;
    if (!cursor_.need(4.0)) return;
    double type = cursor_.u32();
    double count = 1;
    const bool isArray = type == static_cast<double>(ValueType::array);
    if (isArray) {
      if (!cursor_.need(12.0)) return;
      type = cursor_.u32();
      count = cursor_.u64();
      // The format allows arrays in arrays; llama.cpp does not.
      if (type == static_cast<double>(ValueType::array)) {
        return cursor_.refuse(inQuotes(key) + " has arrays in an array");
      }
    }
    if (type >= static_cast<double>(kValueBytes.size())) {
      return cursor_.refuse(inQuotes(key) + " has a value of an unknown type, " + formatNumber(type));
    }
    const auto known = static_cast<ValueType>(static_cast<std::uint8_t>(type));
    const double first = cursor_.at;
    const bool isText = known == ValueType::string;
    bool keep = true;
    const auto step = [&](double length) {
      if (count > (isText ? kMostTexts : kLongestArray) || cursor_.at + length - start > kLongestValue) {
        keep = false;
        cursor_.keptFrom = std::numeric_limits<double>::infinity();
      }
      if (keep) cursor_.need(length);
      cursor_.at += length;
    };
    if (!isText) step(count * kValueBytes[static_cast<std::size_t>(known)]);
    for (double i = 0; isText && i < count && !cursor_.refused(); ++i) {
      if (!cursor_.holds(8.0) && !cursor_.need(8.0)) return;
      const double length = cursor_.u64();
      if (keep) {
        step(length);
      } else {
        cursor_.at += length;
      }
    }
    if (cursor_.refused()) return;
    if (keep) {
      const double end = cursor_.at;
      cursor_.at = first;
      header_.metadata[key] = isArray ? list(known, count) : one(known);
      cursor_.at = end;
    } else if (key == "tokenizer.ggml.tokens") {
      header_.tokens = count;
    }
  }

  std::string text() {
    const double length = cursor_.u64();
    const double from = cursor_.at;
    cursor_.at += length;
    return decodeText(cursor_.bytes(from, cursor_.at));
  }

  double number(ValueType type) {
    switch (type) {
      case ValueType::uint8:
        return cursor_.number<std::uint8_t>();
      case ValueType::int8:
        return cursor_.number<std::int8_t>();
      case ValueType::uint16:
        return cursor_.number<std::uint16_t>();
      case ValueType::int16:
        return cursor_.number<std::int16_t>();
      case ValueType::uint32:
        return cursor_.u32();
      case ValueType::int32:
        return cursor_.number<std::int32_t>();
      case ValueType::float32:
        return static_cast<double>(cursor_.number<float>());
      case ValueType::uint64:
        return cursor_.u64();
      case ValueType::int64:
        return static_cast<double>(cursor_.number<std::int64_t>());
      case ValueType::float64:
        return cursor_.number<double>();
      case ValueType::boolean:
      case ValueType::string:
      case ValueType::array:
        break;
    }
    return 0.0;
  }

  Value one(ValueType type) {
    if (type == ValueType::string) return text();
    if (type == ValueType::boolean) return cursor_.number<std::uint8_t>() != 0;
    return number(type);
  }

  Value list(ValueType type, double count) {
    const auto each = [&](auto list, auto read) {
      for (double i = 0; i < count; ++i) list.push_back(read());
      return list;
    };
    if (type == ValueType::string) return each(std::vector<std::string>(), [&] { return text(); });
    if (type == ValueType::boolean) {
      return each(std::vector<bool>(), [&] { return cursor_.number<std::uint8_t>() != 0; });
    }
    return each(std::vector<double>(), [&] { return number(type); });
  }

  void tensor(double i) {
    if (!cursor_.need(8.0)) return;
    const std::string place = formatNumber(i);
    const double length = atMost("the bytes of the name of tensor " + place, kLongestName, cursor_.u64());
    if (!cursor_.need(length + 4.0)) return;
    Tensor tensor;
    tensor.name = decodeText(cursor_.bytes(cursor_.at, cursor_.at + length));
    cursor_.at += length;
    const double dimensions = atMost("the dimensions of tensor " + place, kMostDimensions, cursor_.u32());
    if (!cursor_.need(8.0 * dimensions + 12.0)) return;
    for (double n = 0; n < dimensions; ++n) tensor.shape.push_back(cursor_.u64());
    tensor.type = cursor_.u32();
    tensor.offset = cursor_.u64();
    header_.tensors.push_back(std::move(tensor));
    cursor_.keptFrom = cursor_.at;
  }

  Cursor cursor_;
  Header header_;
  double tensorCount_ = 0;
  double keyCount_ = 0;
  std::vector<std::string> keys_;
};

}  // namespace detail

// The header of a file of at most `limit` bytes.
[[nodiscard]] inline Reading<Header> readHeader(const Source& source, double limit = kMaximumHeaderBytes) {
  return detail::Walk(source, limit).header();
}

}  // namespace llmcalc::gguf
