#include "text.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstdio>

namespace llmcalc {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

struct Span {
  char32_t first;
  char32_t last;
};

// The categories Cc, Cf, Zl and Zp of Unicode 15.
constexpr auto kUnprintable = std::to_array<Span>({
    {0x0, 0x1F},        {0x7F, 0x9F},       {0xAD, 0xAD},       {0x600, 0x605},     {0x61C, 0x61C},
    {0x6DD, 0x6DD},     {0x70F, 0x70F},     {0x890, 0x891},     {0x8E2, 0x8E2},     {0x180E, 0x180E},
    {0x200B, 0x200F},   {0x2028, 0x202E},   {0x2060, 0x2064},   {0x2066, 0x206F},   {0xFEFF, 0xFEFF},
    {0xFFF9, 0xFFFB},   {0x110BD, 0x110BD}, {0x110CD, 0x110CD}, {0x13430, 0x1343F}, {0x1BCA0, 0x1BCA3},
    {0x1D173, 0x1D17A}, {0xE0001, 0xE0001}, {0xE0020, 0xE007F},
});

// What String.prototype.trim takes away.
constexpr auto kSpaces = std::to_array<Span>({
    {0x9, 0xD},
    {0x20, 0x20},
    {0xA0, 0xA0},
    {0x1680, 0x1680},
    {0x2000, 0x200A},
    {0x2028, 0x2029},
    {0x202F, 0x202F},
    {0x205F, 0x205F},
    {0x3000, 0x3000},
    {0xFEFF, 0xFEFF},
});

template <typename Spans>
bool isIn(const Spans& spans, char32_t c) {
  return std::any_of(spans.begin(), spans.end(), [&](const Span& span) { return c >= span.first && c <= span.last; });
}

// The character at `at`, which moves behind it. Of what is no UTF-8 the longest beginning of a character is one
// replacement (Unicode, "substitution of maximal subparts").
char32_t take(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(at++);
  if (first < 0x80) return first;
  if (first < 0xC2 || first > 0xF4) return kReplacement;
  const int more = first < 0xE0 ? 1 : first < 0xF0 ? 2 : 3;
  char32_t c = first & (0x3FU >> more);
  for (int i = 0; i < more; ++i) {
    // The second byte rules out overlong forms, surrogates, and what is above Unicode.
    const unsigned least = i > 0 ? 0x80 : first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    const unsigned most = i > 0 ? 0xBF : first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (at == text.size() || byte(at) < least || byte(at) > most) return kReplacement;
    c = c << 6 | (byte(at++) & 0x3FU);
  }
  return c;
}

void append(std::string& text, char32_t c) {
  const auto put = [&](char32_t bits) { text += static_cast<char>(static_cast<std::uint8_t>(bits)); };
  if (c < 0x80) return put(c);
  if (c < 0x800) {
    put(0xC0 | c >> 6);
  } else {
    if (c < 0x10000) {
      put(0xE0 | c >> 12);
    } else {
      put(0xF0 | c >> 18);
      put(0x80 | (c >> 12 & 0x3F));
    }
    put(0x80 | (c >> 6 & 0x3F));
  }
  put(0x80 | (c & 0x3F));
}

}  // namespace

std::string validText(std::string_view text) {
  std::string valid;
  for (std::size_t at = 0; at < text.size();) append(valid, take(text, at));
  return valid;
}

std::string beginningOf(std::string_view text, std::size_t units) {
  std::string beginning;
  for (std::size_t at = 0; at < text.size() && units > 0;) {
    const char32_t c = take(text, at);
    const std::size_t length = c < 0x10000 ? 1 : 2;
    // Half a pair is no character.
    append(beginning, length > units ? kReplacement : c);
    units -= std::min(length, units);
  }
  return beginning;
}

std::string_view trimmed(std::string_view text) {
  std::size_t first = text.size();
  std::size_t end = first;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t here = at;
    if (isIn(kSpaces, take(text, at))) continue;
    first = std::min(first, here);
    end = at;
  }
  return text.substr(first, end - first);
}

std::string lowered(std::string_view text) {
  std::string low(text);
  for (char& c : low) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return low;
}

std::string toFixed(double value, int digits) {
  // What is half way between two is written in full by so many digits more.
  constexpr int kExact = 60;
  std::array<char, 400> exact{};
  std::snprintf(exact.data(), exact.size(), "%.*f", digits + kExact, value);
  const std::string_view text(exact.data());
  const std::string_view rest = text.substr(text.size() - kExact);
  const bool half = rest.front() == '5' && rest.find_first_not_of('0', 1) == std::string_view::npos;
  // To the nearest even is downwards where the last digit is even.
  const char last = text[text.size() - kExact - (digits == 0 ? 2 : 1)];
  std::array<char, 400> rounded{};
  const bool up = half && (last - '0') % 2 == 0;
  std::snprintf(rounded.data(), rounded.size(), "%.*f", digits, up ? std::nextafter(value, value + 1.0) : value);
  return rounded.data();
}

std::string gib(double bytes) { return toFixed(bytes / 1073741824.0, 2) + " GiB"; }

std::string printable(std::string_view text) {
  std::string clean;
  bool dropped = false;
  for (std::size_t at = 0; at < text.size();) {
    const char32_t c = take(text, at);
    const bool drops = isIn(kUnprintable, c);
    if (!drops) append(clean, c);
    if (drops && !dropped) clean += ' ';
    dropped = drops;
  }
  return std::string(trimmed(clean));
}

}  // namespace llmcalc
