#include "search.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <tuple>

namespace llmcalc {

namespace {

bool isDigit(char c) { return c >= '0' && c <= '9'; }
bool isLetter(char c) { return c >= 'a' && c <= 'z'; }
char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool contains(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

int score(const std::vector<std::string>& query, const std::vector<std::string>& name,
          const std::vector<std::string>& beside, int parts) {
  std::vector<bool> used(name.size(), false);
  int whole = 0;
  int inOrder = 0;
  int last = -1;
  for (const std::string& word : query) {
    const auto find = [&](auto matches) {
      for (std::size_t i = 0; i < name.size(); ++i) {
        if (!used[i] && matches(name[i])) return static_cast<int>(i);
      }
      return -1;
    };
    int at = find([&](const std::string& candidate) { return candidate == word; });
    if (at >= 0) {
      ++whole;
    } else if (word.size() >= 2 && isLetter(word[0]) && isLetter(word[1])) {
      // Half a number is another number, and one letter begins too much.
      at = find([&](const std::string& candidate) { return candidate.starts_with(word); });
    }
    if (at < 0) {
      if (contains(beside, word)) continue;
      return 0;
    }
    used[static_cast<std::size_t>(at)] = true;
    if (at > last) ++inOrder;
    last = at;
  }
  return last < 0 ? 0 : 1000000 + whole * 10000 + inOrder * 100 - parts;
}

std::string lowered(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), lower);
  return result;
}

}  // namespace

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({above + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

std::vector<std::string> wordsOf(std::string_view text) {
  std::vector<std::string> words;
  const std::string all = lowered(text);
  for (std::size_t i = 0; i < all.size();) {
    std::size_t end = i;
    if (isLetter(all[i])) {
      while (end < all.size() && isLetter(all[end])) ++end;
    } else if (isDigit(all[i])) {
      while (end < all.size() &&
             (isDigit(all[end]) || (all[end] == '.' && end + 1 < all.size() && isDigit(all[end + 1])))) {
        ++end;
      }
    } else {
      ++i;
      continue;
    }
    words.emplace_back(all, i, end - i);
    i = end;
  }
  return words;
}

std::vector<std::size_t> searchBest(std::string_view query, const std::vector<Named>& items) {
  const std::vector<std::string> words = wordsOf(query);
  if (words.empty()) return {};
  std::vector<std::size_t> named;
  std::vector<std::size_t> besides;
  std::vector<std::size_t> best;
  int highest = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::vector<std::string> name = wordsOf(items[i].name);
    std::vector<std::string> beside = wordsOf(items[i].beside);
    if (name == words) named.push_back(i);
    if (beside == words) besides.push_back(i);
    if (items[i].isModel) beside.insert(beside.end(), {"instruct", "chat", "it", "gguf"});
    const auto spaces = std::count(items[i].name.begin(), items[i].name.end(), ' ');
    const int points = score(words, name, beside, static_cast<int>(spaces) + 1);
    if (points == 0 || points < highest) continue;
    if (points > highest) best.clear();
    highest = points;
    best.push_back(i);
  }
  if (!named.empty()) return named;
  return besides.empty() ? best : besides;
}

std::vector<std::string> nearest(std::string_view name, const std::vector<std::string>& names) {
  const std::string wanted = lowered(name.substr(0, 100));
  const std::vector<std::string> words = wordsOf(wanted);
  std::vector<std::tuple<std::ptrdiff_t, std::size_t, std::size_t>> order;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::vector<std::string> others = wordsOf(names[i]);
    std::ptrdiff_t shared = 0;
    for (const std::string& word : words) {
      if (contains(others, word)) shared += static_cast<std::ptrdiff_t>(word.size());
    }
    order.emplace_back(-shared, distance(wanted, lowered(names[i])), i);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> result;
  for (std::size_t i = 0; i < order.size() && i < 3; ++i) result.push_back(names[std::get<2>(order[i])]);
  return result;
}

}  // namespace llmcalc
