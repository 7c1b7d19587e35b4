// check.hpp: whether the fields of a struct are what their tables say, and the first that is not.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <utility>

#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"

namespace llmcalc {

namespace field {

// How far `value` is from a whole number within `range`; 0 if it is one. It has no branches, since checks take much of
// the time of a plan. A double beyond 2^52 has no digits after the point, so adding 2^52 and taking it away rounds. NaN
// is not greater than the minimum and becomes it, and the last subtraction makes NaN of that, which is not 0.
[[nodiscard]] constexpr double offWhole(const Range& range, double value) noexcept {
  const double above = value > range.minimum ? value : range.minimum;
  const double within = above < range.maximum ? above : range.maximum;
  return within + kFirstAlwaysWhole - kFirstAlwaysWhole - value;
}

}  // namespace field

namespace detail {

// A number of T that must be whole.
template <typename T>
struct Field {
  const char* name;
  double T::*member;
  const Range* range;
};

template <typename Row>
[[nodiscard]] constexpr bool isRanged(const Row& row) noexcept {
  if constexpr (requires { row.isRanged; }) {
    return row.isRanged;
  } else {
    return false;
  }
}

template <typename Row>
[[nodiscard]] constexpr bool isMeasure(const Row& /*row*/) noexcept {
  return false;
}
template <typename T>
[[nodiscard]] constexpr bool isMeasure(const field::Measure<T>& /*row*/) noexcept {
  return true;
}

// How many rows of a table are as `is` wants them.
template <const auto& table, typename Is>
[[nodiscard]] constexpr std::size_t countRows(Is is) noexcept {
  std::size_t count = 0;
  eachField<table>([&](auto at) { count += is(at.kRow) ? 1U : 0U; });
  return count;
}

}  // namespace detail

// The ranged numbers of a table.
template <typename T>
inline constexpr auto kChecked = [] {
  std::array<detail::Field<T>, detail::countRows<kFields<T>>([](const auto& row) { return detail::isRanged(row); })>
      checked{};
  std::size_t next = 0;
  eachField<kFields<T>>([&](auto at) {
    if constexpr (detail::isRanged(at.kRow)) checked[next++] = {at.kRow.name, at.kRow.member, at.kRow.range};
  });
  return checked;
}();

// The numbers of a table that are in a unit of their own.
template <typename T, const auto& table = kFields<T>>
inline constexpr auto kMeasured = [] {
  std::array<field::Measure<T>, detail::countRows<table>([](const auto& row) { return detail::isMeasure(row); })>
      measured{};
  std::size_t next = 0;
  eachField<table>([&](auto at) {
    if constexpr (detail::isMeasure(at.kRow)) measured[next++] = at.kRow;
  });
  return measured;
}();

// Keeps the first violation that it finds.
class Checker {
 public:
  template <const auto& all, typename T>
  constexpr void fields(const T& object, double index = std::numeric_limits<double>::quiet_NaN()) noexcept {
    for (const detail::Field<T>& field : all) whole(field.name, object.*field.member, *field.range, index);
  }

  // Names are pointers, since passing views takes more code.
  constexpr void whole(const char* name, double value, const Range& range,
                       double index = std::numeric_limits<double>::quiet_NaN()) noexcept {
    if (field::offWhole(range, value) != 0.0) report(name, range.requirement, value, index);
  }

  constexpr void require(bool holds, const char* name, const char* requirement, double value,
                         double index = std::numeric_limits<double>::quiet_NaN()) noexcept {
    if (!holds) report(name, requirement, value, index);
  }

  constexpr void refuse(bool refused, const char* name, const char* requirement,
                        const std::string_view& given) noexcept {
    if (found_ || !refused) return;
    report(name, requirement, 0.0, std::numeric_limits<double>::quiet_NaN());
    violation_.text = given;
  }

  constexpr void measure(const char* name, double value, const Quantity& quantity,
                         double index = std::numeric_limits<double>::quiet_NaN()) noexcept {
    if (found_ || contains(quantity, value)) return;
    violation_ = violationOf(name, quantity, value);
    violation_.index = index;
    found_ = true;
  }

  // Requires that `value` is at most what another argument allows.
  constexpr void limit(double value, double most, const char* name, const char* requirement) noexcept {
    if (found_ || value <= most) return;
    report(name, requirement, value, std::numeric_limits<double>::quiet_NaN());
    violation_.limit = most;
  }

  [[nodiscard]] constexpr bool found() const noexcept { return found_; }
  [[nodiscard]] constexpr const Violation& violation() const noexcept { return violation_; }

 private:
  constexpr void report(std::string_view name, std::string_view requirement, double value, double index) noexcept {
    if (found_) return;
    violation_ = {name, requirement, value};
    violation_.index = index;
    found_ = true;
  }

  Violation violation_{};
  bool found_ = false;
};

// Learns whether all numbers are well, without branches, and not which one is ill: Checker says that. A zero with a
// minus sign counts as ill here, and Checker, which then looks again, finds nothing.
class QuickChecker {
 public:
  template <const auto& all, std::size_t first = 0, typename T>
  constexpr void fields(const T& object, double index = 0.0) noexcept {
    // A layer that lacks one of five neighbours in the table (a rank of mla, a size of experts) mostly lacks all five.
    constexpr std::size_t kCount = std::min<std::size_t>(5, all.size() - first);
    five<all, first>(object, std::make_index_sequence<kCount>{});
    if constexpr (first + kCount < all.size()) fields<all, first + kCount>(object, index);
  }

  constexpr void whole(const char* /*name*/, double value, const Range& range, double /*index*/ = 0.0) noexcept {
    off_ |= std::bit_cast<std::uint64_t>(field::offWhole(range, value));
  }

  constexpr void require(bool holds, const char* /*name*/, const char* /*requirement*/, double /*value*/,
                         double /*index*/ = 0.0) noexcept {
    off_ |= static_cast<std::uint64_t>(!holds);
  }

  constexpr void refuse(bool refused, const char* /*name*/, const char* /*requirement*/,
                        const std::string_view& /*given*/) noexcept {
    off_ |= static_cast<std::uint64_t>(refused);
  }

  constexpr void measure(const char* /*name*/, double value, const Quantity& quantity,
                         double /*index*/ = 0.0) noexcept {
    off_ |= static_cast<std::uint64_t>(!contains(quantity, value));
  }

  [[nodiscard]] constexpr bool found() const noexcept { return off_ != 0; }

 private:
  // Five numbers are tested for zero at once where zero is allowed, and only if one is not zero each is checked.
  template <const auto& all, std::size_t first, typename T, std::size_t... i>
  constexpr void five(const T& object, std::index_sequence<i...> /*count*/) noexcept {
    if constexpr (((all[first + i].range->minimum == 0.0) && ...)) {
      if ((std::bit_cast<std::uint64_t>(object.*all[first + i].member) | ...) == 0) return;
    }
    (whole(nullptr, object.*all[first + i].member, *all[first + i].range), ...);
  }

  std::uint64_t off_ = 0;
};

}  // namespace llmcalc
