// gguf/header.hpp: what a GGUF header says, with its names.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "llmcalc/base/result.hpp"

namespace llmcalc::gguf {

using Value = std::variant<double, bool, std::string, std::vector<double>, std::vector<bool>, std::vector<std::string>>;
using Metadata = std::map<std::string, Value, std::less<>>;

struct Tensor {
  std::string name;
  std::vector<double> shape;  // elements; the first is the length of a row
  double type = 0;            // of ggml: TensorTypeTraits::id
  double offset = 0;          // bytes from where the data begins
};

// What was read, or why it could not be.
template <typename T>
class Reading {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a Reading is what its value is.
  Reading(T value) : value_(std::move(value)), ok_(true) {}

  [[nodiscard]] static Reading refused(const std::string& refusal) {
    Reading reading;
    reading.refusal_ = refusal;
    return reading;
  }

  [[nodiscard]] explicit operator bool() const noexcept { return ok_; }
  [[nodiscard]] T& operator*() noexcept { return value_; }
  [[nodiscard]] const T& operator*() const noexcept { return value_; }
  [[nodiscard]] T* operator->() noexcept { return &value_; }
  [[nodiscard]] const T* operator->() const noexcept { return &value_; }
  // In words for whoever has the file; empty where there is a value.
  [[nodiscard]] const std::string& refusal() const noexcept { return refusal_; }

 private:
  Reading() = default;

  T value_{};
  std::string refusal_;
  bool ok_ = false;
};

// A text as JavaScript's JSON.stringify writes it, cut after 40 characters of UTF-16.
[[nodiscard]] inline std::string inQuotes(std::string_view text) {
  constexpr int kLongest = 40;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string shown("\"");
  int units = 0;
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    // Bytes within a character have 10 in front; one of four bytes is two units.
    if ((byte & 0xc0U) != 0x80U) {
      units += byte >= 0xf0U ? 2 : 1;
      if (units > kLongest) return shown.append("...\"");
    }
    constexpr std::string_view kEscaped = "\"\\\b\f\n\r\t";
    constexpr std::string_view kEscapes = "\"\\bfnrt";
    const std::size_t escape = kEscaped.find(character);
    if (escape != std::string_view::npos) {
      shown.append("\\").push_back(kEscapes[escape]);
    } else if (byte < 0x20U) {
      shown.append("\\u00").push_back(kDigits[byte >> 4U]);
      shown.push_back(kDigits[byte & 0xfU]);
    } else {
      shown.push_back(character);
    }
  }
  return shown.append("\"");
}

[[nodiscard]] inline std::string display(const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return formatNumber(*number);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* text = std::get_if<std::string>(&value)) return inQuotes(*text);
  return "an array";
}

// The element of a list, as display() shows it.
[[nodiscard]] inline std::string displayElement(const Value& value, std::size_t i) {
  if (const auto* numbers = std::get_if<std::vector<double>>(&value)) return formatNumber((*numbers)[i]);
  if (const auto* flags = std::get_if<std::vector<bool>>(&value)) return (*flags)[i] ? "true" : "false";
  if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) return inQuotes((*texts)[i]);
  return display(value);
}

}  // namespace llmcalc::gguf
