// What loose names are made of: words, what is read of a query, and what a query asks of a device.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "search.hpp"

namespace llmcalc {

using Words = std::vector<std::string>;

inline bool isDigit(char c) { return c >= '0' && c <= '9'; }
inline bool isLetter(char c) { return c >= 'a' && c <= 'z'; }
inline bool isNumber(const std::string& word) { return !word.empty() && isDigit(word[0]); }

template <std::size_t kCount>
bool isIn(const std::array<std::string_view, kCount>& list, std::string_view word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

// What of a query is read: names are ASCII.
[[nodiscard]] std::string readOf(std::string_view query);

// Whether a text begins or ends so, in whatever case.
[[nodiscard]] bool endsIn(std::string_view text, std::string_view end);
[[nodiscard]] bool beginsIn(std::string_view text, std::string_view start);

[[nodiscard]] std::vector<std::string> split(std::string_view text, char by);

// The names in what a tool prints of a device: "deviceName = ...", "Chipset Model: ...", "0, NVIDIA ..., 12288 MiB",
// "NVIDIA Corporation AD102 [GeForce RTX 4090] (rev a1)".
[[nodiscard]] std::vector<std::string> deviceTexts(std::string_view query);

// What a query asks of a name: words, sizes in GiB and a kind.
struct Asked {
  Words words;
  std::vector<double> sizes;
  std::string kind;
};

[[nodiscard]] Asked askedOf(std::string_view text);

// Text between marks, and what is left.
struct Groups {
  std::vector<std::string> groups;
  std::string rest;
};
[[nodiscard]] Groups groupsOf(std::string_view text, char open, char close);

}  // namespace llmcalc
