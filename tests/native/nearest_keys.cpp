// Of each line of stdin, "key<TAB>known<TAB>known...", the nearest known key, or an empty line.
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include "keys.hpp"

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    std::vector<std::string_view> words;
    for (std::size_t at = 0, end = 0; end != std::string::npos; at = end + 1) {
      end = line.find('\t', at);
      words.push_back(std::string_view(line).substr(at, end - at));
    }
    const std::string_view key = words.front();
    words.erase(words.begin());
    std::cout << llmcalc::nearestKey(key, words).value_or("") << '\n';
  }
}
