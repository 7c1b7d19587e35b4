// result.hpp: what is wrong with an argument, and how a caller learns of it.
//
// A check describes the first violated requirement as a value; nothing in the core throws or allocates while checking.
// The text is put together only when somebody asks for it, and reads the same in C++ and in JavaScript:
//
//     calculatePerformance: bandwidth must be a number from 1e-9 to 1e9 (GB/s), got -1
//     fits: machine.hostMemory must be bytes, at least 1 MiB, got 12: 12 GiB is 12 * 2 ** 30
//
// C++ callers choose: `calculateX` throws ArgumentError (in a build without exceptions it prints the text and aborts),
// `tryCalculateX` returns a Result and never throws. JavaScript throws RangeError, or TypeError for a wrong type.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace llmcalc {

// One argument outside its range. `parameter` and `requirement` point to string literals.
struct Violation {
  std::string_view parameter;    // name of the argument, the same in C++ and JavaScript
  std::string_view requirement;  // completes "<parameter> must be ..."
  double value = 0.0;            // what was passed
  // Where the requirement depends on another argument, the bound that it gave; NaN where it does not.
  double limit = std::numeric_limits<double>::quiet_NaN();
  // Where the parameter is an element of an array and named "x[].y", which one; NaN where it is not.
  double index = std::numeric_limits<double>::quiet_NaN();
  std::string_view text = {};  // what was passed, where it is a name and not a number; else empty
  std::string_view hint = {};  // what such a value probably means, "#" standing for it; else empty
};

// The value of a computation, or the violation that prevented it.
template <typename T>
class Result {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): a Result is what its value or its violation is.
  constexpr Result(const T& value) noexcept : value_(value), ok_(true) {}
  // NOLINTNEXTLINE(google-explicit-constructor)
  constexpr Result(Violation violation) noexcept : violation_(violation), ok_(false) {}

  // Holds T{}, which the caller fills in place because a plan is too large to be copied.
  constexpr explicit Result(std::in_place_t /*filledLater*/) noexcept : ok_(true) {}

  [[nodiscard]] constexpr explicit operator bool() const noexcept { return ok_; }
  [[nodiscard]] constexpr T& operator*() noexcept { return value_; }
  // The value; T{} when there is a violation.
  [[nodiscard]] constexpr const T& operator*() const noexcept { return value_; }
  [[nodiscard]] constexpr const T* operator->() const noexcept { return &value_; }
  // The violation; a default Violation when there is a value.
  [[nodiscard]] constexpr const Violation& violation() const noexcept { return violation_; }

 private:
  T value_{};
  Violation violation_{};
  bool ok_;
};

// The range of one argument. `requirement` is the same range in words; a test keeps the two together.
struct Range {
  std::string_view parameter;
  std::string_view requirement;
  double minimum;
  double maximum;
};

// The largest magnitude below which every double can have a fraction.
inline constexpr double kFirstAlwaysWhole = 4503599627370496.0;  // 2^52

[[nodiscard]] constexpr bool isFinite(double value) noexcept {
  return value >= std::numeric_limits<double>::lowest() && value <= std::numeric_limits<double>::max();
}

// Whether a number has no digits after the point. std::floor would say so, but is not constexpr before C++23.
[[nodiscard]] constexpr bool isWhole(double value) noexcept {
  if (value > -kFirstAlwaysWhole && value < kFirstAlwaysWhole) {
    return static_cast<double>(static_cast<std::int64_t>(value)) == value;
  }
  return isFinite(value);
}

// Whether a number lies within `range`. NaN does not.
[[nodiscard]] constexpr bool contains(const Range& range, double value) noexcept {
  return value >= range.minimum && value <= range.maximum;
}

[[nodiscard]] constexpr bool containsWhole(const Range& range, double value) noexcept {
  return contains(range, value) && isWhole(value);
}

// A quantity that is often given in another unit: what is below `least` is refused with what it probably means.
struct Quantity {
  std::string_view requirement;
  std::string_view beyond;  // the requirement that a value above `most` breaks
  std::string_view hint;
  double least;
  double most;
  bool orNone;  // 0 is allowed
};

inline constexpr double kLeastBytes = 1048576.0;  // 1 MiB
inline constexpr Quantity kBytes{
    "bytes, at least 1 MiB", "at most 1e18 bytes", "# GiB is # * 2 ** 30", kLeastBytes, 1e18, false};
inline constexpr Quantity kBytesOrNone{
    "bytes, 0 or at least 1 MiB", kBytes.beyond, kBytes.hint, kLeastBytes, 1e18, true};
inline constexpr Quantity kGivenBytes{kBytes.requirement, kBytes.beyond, kBytes.hint, kLeastBytes, 1e18, true};
inline constexpr Quantity kBytesPerSecond{
    "bytes/s, at least 1e8", "at most 1e15 bytes/s", "# GB/s is #e9", 1e8, 1e15, false};

// Whether a number may be given for `quantity`. NaN may not.
[[nodiscard]] constexpr bool contains(const Quantity& quantity, double value) noexcept {
  return (value >= quantity.least && value <= quantity.most) || (quantity.orNone && value == 0.0);
}

[[nodiscard]] constexpr Violation violationOf(std::string_view parameter, const Quantity& quantity,
                                              double value) noexcept {
  const bool beyond = value > quantity.most;
  Violation found{parameter, beyond ? quantity.beyond : quantity.requirement, value};
  if (value > 0.0 && !beyond) found.hint = quantity.hint;
  return found;
}

[[nodiscard]] constexpr Violation violationOf(const Range& range, double value) noexcept {
  return {range.parameter, range.requirement, value};
}

// `value` as JavaScript's String(value) prints it: the shortest digits that read back as the same number
// (ECMA-262, Number::toString), so that messages agree between the languages.
[[nodiscard]] inline std::string formatNumber(double value) {
  if (value != value) return "NaN";
  if (value == 0.0) return "0";
  std::string text(value < 0.0 ? "-" : "");
  if (!isFinite(value)) return text.append("Infinity");

  char buffer[32];  // the longest shortest form has 24 characters: -1.7976931348623157e+308
  const char* const end =
      std::to_chars(buffer, buffer + sizeof buffer, value < 0.0 ? -value : value, std::chars_format::scientific).ptr;
  const std::string_view shortest(buffer, static_cast<std::size_t>(end - buffer));
  const std::size_t mark = shortest.find('e');
  std::string digits(shortest.substr(0, 1));
  if (mark > 2) digits.append(shortest.substr(2, mark - 2));
  int exponent = 0;
  std::from_chars(buffer + mark + (shortest[mark + 1] == '+' ? 2 : 1), end, exponent);

  const auto size = [](int count) { return static_cast<std::size_t>(count); };
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // the decimal point stands before digits[point]
  if (point > 21 || point < -5) {
    text.append(digits, 0, 1);
    if (count > 1) text.append(".").append(digits, 1);
    return text.append(exponent < 0 ? "e-" : "e+").append(std::to_string(exponent < 0 ? -exponent : exponent));
  }
  if (point <= 0) return text.append("0.").append(size(-point), '0').append(digits);
  if (point >= count) return text.append(digits).append(size(point - count), '0');
  return text.append(digits, 0, size(point)).append(".").append(digits, size(point));
}

// The full text for `violation` of the function named `function`.
[[nodiscard]] inline std::string describe(std::string_view function, const Violation& violation) {
  std::string text(function);
  text.append(": ");
  const std::size_t bracket = violation.parameter.find("[]");
  if (violation.index == violation.index && bracket != std::string_view::npos) {
    text.append(violation.parameter.substr(0, bracket + 1)).append(formatNumber(violation.index));
    text.append(violation.parameter.substr(bracket + 1));
  } else {
    text.append(violation.parameter);
  }
  text.append(" must be ").append(violation.requirement);
  if (violation.limit == violation.limit) text.append(" (").append(formatNumber(violation.limit)).append(")");
  text.append(", got ");
  if (!violation.text.empty()) return text.append(violation.text);
  const std::string value = formatNumber(violation.value);
  text.append(value);
  if (violation.hint.empty()) return text;
  text.append(": ");
  for (const char letter : violation.hint) {
    if (letter == '#') {
      text.append(value);
    } else {
      text.push_back(letter);
    }
  }
  return text;
}

// Thrown by the calculateX functions for an argument outside its range; what() is describe()'s text.
class ArgumentError : public std::invalid_argument {
 public:
  ArgumentError(std::string_view function, const Violation& violation)
      : std::invalid_argument(describe(function, violation)), violation_(violation) {}

  [[nodiscard]] const Violation& violation() const noexcept { return violation_; }

 private:
  Violation violation_;
};

// Throws a violation out of the native surface, or prints it and aborts in a build without exceptions.
[[noreturn]] inline void reject(std::string_view function, const Violation& violation) {
#if defined(__cpp_exceptions)
  throw ArgumentError(function, violation);
#else
  std::fprintf(stderr, "%s\n", describe(function, violation).c_str());
  std::abort();
#endif
}

// The value of `result`. If it has none, its violation is rejected.
template <typename T>
[[nodiscard]] constexpr T valueOrReject(std::string_view function, const Result<T>& result) {
  if (!result) reject(function, result.violation());
  return *result;
}

}  // namespace llmcalc
