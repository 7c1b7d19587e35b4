#include "search.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <numeric>
#include <set>
#include <utility>

#include "search_text.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

constexpr std::size_t kCompared = 100;  // of these, what is compared letter by letter
constexpr std::size_t kNearest = 3;
constexpr double kGiB = 1073741824.0;
// What drivers report, and people say, of a size as sold.
constexpr double kSmallestShare = 0.85;
constexpr double kLargestShare = 1.02;
constexpr int kAlias = 2;   // an alias leaves out what the name says
constexpr int kLaptop = 5;  // a laptop's is not meant unless it is said

bool contains(const Words& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// Of a model, what says nothing of its shape.
constexpr auto kCommon = std::to_array<std::string_view>(
    {"instruct", "chat", "it", "gguf", "hf", "base", "qat", "ud", "i", "imatrix", "mlx"});
// Brands that people put before a name that has another, or none.
constexpr auto kBrands = std::to_array<std::string_view>({"geforce", "radeon", "tesla", "quadro", "instinct"});
// Brands that are left out as a rule.
constexpr auto kUnsaid = std::to_array<std::string_view>({"geforce", "radeon", "tesla", "instinct", "apple"});
constexpr auto kCompanies = std::to_array<std::string_view>({"nvidia", "amd", "intel"});
// Words of a family that make a device of it another.
constexpr auto kDistinct = std::to_array<std::string_view>({"pro", "memory"});
// Whether a device is of the kind and of the sizes; sizes are not known of all.
bool isOf(const Asked& asked, const Named& item) {
  if (!asked.kind.empty() && asked.kind != item.kind && !(asked.kind == "gpu" && !asked.words.empty())) return false;
  if (!item.memorySold) return true;
  return std::all_of(asked.sizes.begin(), asked.sizes.end(), [&](double size) {
    return size * kGiB >= kSmallestShare * *item.memorySold && size * kGiB <= kLargestShare * *item.memorySold;
  });
}

// Words that a query may have beside those of the name.
Words besideOf(const Named& item) {
  if (item.isModel) {
    Words beside = wordsOf(item.repository);
    beside.insert(beside.end(), kCommon.begin(), kCommon.end());
    return beside;
  }
  Words beside = wordsOf(item.vendor);
  for (const std::string& word : wordsOf(item.family)) {
    if (word.size() > 1 && !isNumber(word) && !isIn(kDistinct, word)) beside.push_back(word);
  }
  beside.insert(beside.end(), kBrands.begin(), kBrands.end());
  // Only NVIDIA says of every name whether it is a laptop's.
  if (item.vendor != "NVIDIA") beside.emplace_back("mobile");
  return beside;
}

// A brand, or a size: "12GB".
bool isUnsaid(const std::string& part) {
  const std::string low = lowered(part);
  if (isIn(kUnsaid, low)) return true;
  const std::size_t end = std::min(low.find_first_not_of("0123456789"), low.size());
  return end > 0 && low.substr(end) == "gb";
}

// How well words answer a query: 0 not at all; more is better.
int score(const Words& query, const std::string& name, const Words& beside) {
  const Words words = wordsOf(name);
  std::vector<bool> used(words.size(), false);
  int whole = 0;
  int inOrder = 0;
  int last = -1;
  for (const std::string& word : query) {
    const auto find = [&](auto matches) {
      for (std::size_t i = 0; i < words.size(); ++i) {
        if (!used[i] && matches(words[i])) return static_cast<int>(i);
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
  if (std::find(used.begin(), used.end(), true) == used.end()) return 0;
  std::size_t at = 0;
  int unasked = 0;
  for (const std::string& part : split(name, ' ')) {
    const std::size_t end = at + wordsOf(part).size();
    bool all = true;
    for (; at < end; ++at) all = all && used[at];
    if (!all && !isUnsaid(part)) ++unasked;
  }
  const int laptop = contains(words, "mobile") && !contains(query, "mobile") ? kLaptop : 0;
  return 1000000 + whole * 10000 + inOrder * 100 - unasked - laptop;
}

// Indices of those with the most points, none where nothing matches.
std::vector<std::size_t> bestOf(const Asked& asked, const std::vector<Named>& items) {
  std::vector<std::size_t> best;
  int highest = 0;
  const bool isLaptop = asked.words == Words{"mobile"};
  for (std::size_t i = 0; i < items.size(); ++i) {
    const Named& item = items[i];
    if (!isOf(asked, item)) continue;
    int points = 0;
    if (asked.words.empty()) {
      points = asked.kind.empty() ? 0 : 1;
    } else if (isLaptop) {
      points = contains(wordsOf(item.name), "mobile") ? 1 : 0;
    } else {
      const Words beside = besideOf(item);
      points = score(asked.words, item.name, beside);
      for (const std::string& alias : item.aliases) {
        points = std::max(points, score(asked.words, alias, beside) - kAlias);
      }
    }
    if (points <= 0 || points < highest) continue;
    if (points > highest) best.clear();
    highest = points;
    best.push_back(i);
  }
  return best;
}

// The same without the groups in round brackets, and with a laptop's other name.
std::vector<Asked> formsOf(const std::string& text) {
  const std::string rest = groupsOf(text, '(', ')').rest;
  std::string mobile = rest;
  const std::string low = lowered(rest);
  const std::size_t joined = low.find("maxq");
  const std::size_t dashed = low.find("max-q");
  if (const std::size_t at = std::min(joined, dashed); at != std::string::npos) {
    mobile.replace(at, at == dashed ? 5 : 4, "mobile");
  }
  return {askedOf(text), askedOf(rest), askedOf(mobile)};
}

// With its user, without, and without the user that some put before a dash below.
std::vector<Asked> pathsOf(const std::string& text) {
  const std::size_t slash = text.rfind('/');
  const std::string last = slash == std::string::npos ? text : text.substr(slash + 1);
  const std::size_t dash = last.find('_');
  const std::string behind = dash == std::string::npos ? last : last.substr(dash + 1);
  return {{wordsOf(text), {}, {}}, {wordsOf(last), {}, {}}, {wordsOf(behind), {}, {}}};
}

// How alike two words are, of 100: the same, a few letters apart, a digit apart, or one the beginning of the other.
std::size_t likeness(const std::string& a, const std::string& b) {
  if (a == b) return 100;
  if (a.size() < 3 || b.size() < 3 || isNumber(a) != isNumber(b)) return 0;
  const std::size_t changes = distance(a, b);
  if (isNumber(a)) return a.size() != b.size() ? 0 : changes == 1 ? 50 : 10;
  const std::size_t longer = std::max(a.size(), b.size());
  if (3 * changes <= longer) return 100 - 100 * changes / longer;
  return a.starts_with(b) || b.starts_with(a) ? 60 : 0;
}

// Names of families and long numbers tell most, single letters and small numbers least.
std::size_t weightOf(const std::string& word) {
  if (word.size() < 3) return 1;
  return word.find('.') == std::string::npos ? 3 : 2;
}

struct Alike {
  std::size_t points = 0;
  std::size_t changes = 0;
  std::size_t index = 0;
  // The most alike first.
  bool operator<(const Alike& other) const {
    if (points != other.points) return points > other.points;
    return changes != other.changes ? changes < other.changes : index < other.index;
  }
};

// Words as they are compared letter by letter.
std::string spelt(const Words& words) {
  std::string text;
  for (const std::string& word : words) text.append(text.empty() ? "" : " ").append(word);
  return text.substr(0, kCompared);
}

Alike alikeOf(const Words& words, const std::string& name) {
  const Words others = wordsOf(name);
  Alike alike;
  bool told = false;
  for (const std::string& word : words) {
    std::size_t most = 0;
    for (const std::string& other : others) most = std::max(most, likeness(word, other));
    alike.points += most * weightOf(word);
    told = told || (most >= 50 && word.size() >= 3 && word.find('.') == std::string::npos);
  }
  if (!told) alike.points = 0;
  alike.changes = distance(spelt(words), spelt(others));
  return alike;
}

std::vector<std::string> namesOf(const Named& item) {
  std::vector<std::string> names{item.name};
  names.insert(names.end(), item.aliases.begin(), item.aliases.end());
  return names;
}

bool areModels(const std::vector<Named>& items) { return !items.empty() && items.front().isModel; }

// Of a repository with GGUF files the model; a type in another name is a question of its own.
std::string modelText(std::string_view query) {
  const std::string text = readOf(query);
  const std::size_t slash = text.find('/');
  const bool isFiles = slash != std::string::npos && (text.find(':', slash) != std::string::npos ||
                                                      lowered(text).find("gguf", slash) != std::string::npos);
  return isFiles ? parseModelName(query).name : text;
}

}  // namespace

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before;
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::vector<std::size_t> next(b.size() + 1, i);
    for (std::size_t j = 1; j <= b.size(); ++j) {
      next[j] = std::min({row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      const bool isSwapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (isSwapped) next[j] = std::min(next[j], before[j - 2] + 1);
    }
    before = std::exchange(row, std::move(next));
  }
  return row[b.size()];
}

std::vector<std::size_t> searchBest(std::string_view query, const std::vector<Named>& items) {
  const Words words = wordsOf(readOf(query));
  // What a driver prints has the company before the name.
  Words plain;
  std::copy_if(words.begin(), words.end(), std::back_inserter(plain),
               [](const std::string& word) { return !isIn(kCompanies, word); });
  const auto exactly = [&](auto textsIn) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0; i < items.size() && !plain.empty(); ++i) {
      const std::vector<std::string> texts = textsIn(items[i]);
      const bool isSame = std::any_of(texts.begin(), texts.end(), [&](const std::string& text) {
        const Words others = wordsOf(text);
        return others == words || others == plain;
      });
      if (isSame) found.push_back(i);
    }
    return found;
  };
  std::vector<std::size_t> exact = exactly([](const Named& item) { return std::vector<std::string>{item.name}; });
  if (exact.empty()) exact = exactly([](const Named& item) { return item.aliases; });
  if (exact.empty()) exact = exactly([](const Named& item) { return std::vector<std::string>{item.repository}; });
  if (!exact.empty()) return exact;
  std::vector<std::vector<Asked>> texts;
  if (areModels(items)) {
    texts.push_back(pathsOf(modelText(query)));
  } else {
    for (const std::string& text : deviceTexts(query)) texts.push_back(formsOf(text));
  }
  std::vector<std::size_t> best;
  std::set<std::size_t> known;
  for (const std::vector<Asked>& forms : texts) {
    for (const Asked& asked : forms) {
      const std::vector<std::size_t> found = bestOf(asked, items);
      if (found.empty()) continue;
      std::copy_if(found.begin(), found.end(), std::back_inserter(best),
                   [&](std::size_t i) { return known.insert(i).second; });
      break;
    }
  }
  return best;
}

std::vector<std::string> nearestNames(std::string_view query, const std::vector<Named>& items) {
  const bool isModels = areModels(items);
  const std::string whole = isModels ? parseModelName(query).name : deviceTexts(query).front();
  Words words = isModels ? wordsOf(whole) : askedOf(whole).words;
  if (isModels) std::erase_if(words, [](const std::string& word) { return isIn(kCommon, word); });
  std::vector<Alike> order;
  for (std::size_t i = 0; i < items.size(); ++i) {
    std::vector<Alike> all;
    for (const std::string& name : namesOf(items[i])) all.push_back(alikeOf(words, name));
    Alike best = *std::min_element(all.begin(), all.end());
    best.index = i;
    if (best.points > 0) order.push_back(best);
  }
  std::sort(order.begin(), order.end());
  std::vector<std::string> names;
  for (std::size_t i = 0; i < order.size() && i < kNearest; ++i) names.push_back(items[order[i].index].name);
  return names;
}

std::vector<std::string_view> nearestOf(std::string_view name, const std::vector<std::string_view>& names) {
  constexpr std::size_t kLongest = 100;
  const std::string wanted = lowered(beginningOf(name, kLongest));
  const Words words = wordsOf(wanted);
  struct Like {
    std::string_view name;
    std::size_t shared;
    std::size_t changes;
  };
  std::vector<Like> order;
  for (const std::string_view candidate : names) {
    const Words others = wordsOf(candidate);
    std::size_t shared = 0;
    for (const std::string& word : words) {
      if (std::find(others.begin(), others.end(), word) != others.end()) shared += word.size();
    }
    order.push_back({candidate, shared, distance(wanted, lowered(candidate))});
  }
  std::stable_sort(order.begin(), order.end(), [](const Like& a, const Like& b) {
    return a.shared != b.shared ? a.shared > b.shared : a.changes < b.changes;
  });
  std::vector<std::string_view> nearest;
  for (std::size_t i = 0; i < order.size() && i < kNearest; ++i) nearest.push_back(order[i].name);
  return nearest;
}

}  // namespace llmcalc
