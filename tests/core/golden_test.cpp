// tests/golden/calculator.tsv, which the JavaScript suite reads too: function, arguments, outcome.
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <functional>
#include <limits>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "llmcalc/quick/calculator.hpp"

namespace LLMCALC_FILE {

using namespace llmcalc;
using Arguments = std::vector<double>;

struct Golden {
  std::string function;
  std::string text;  // the arguments as written
  Arguments arguments;
  std::string outcome;
};

double parse(const std::string& word) {
  if (word == "true") return 1;
  if (word == "false") return 0;
  if (word == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (word == "Infinity") return std::numeric_limits<double>::infinity();
  if (word == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::strtod(word.c_str(), nullptr);
}

std::vector<Golden> readGolden() {
  std::ifstream file(LLMCALC_GOLDEN_FILE);
  std::vector<Golden> all;
  for (std::string line; std::getline(file, line);) {
    if (line.empty() || line.front() == '#') continue;
    Golden golden;
    std::istringstream fields(line);
    std::getline(fields, golden.function, '\t');
    std::getline(fields, golden.text, '\t');
    std::getline(fields, golden.outcome);
    std::istringstream words(golden.text);
    for (std::string word; words >> word;) golden.arguments.push_back(parse(word));
    all.push_back(golden);
  }
  return all;
}

// Missing arguments are left to the function's defaults.
std::string number(double value) { return formatNumber(value); }
std::string truth(bool value) { return value ? "true" : "false"; }

std::string points(const std::vector<PerformancePoint>& sweep) {
  std::string line;
  for (const auto& [bits, modelSize, tps] : sweep) {
    if (!line.empty()) line += "; ";
    line += number(bits) + " " + number(modelSize) + " " + number(tps);
  }
  return line;
}

const std::map<std::string, std::function<std::string(const Arguments&)>> kFunctions{
    {"calculateVRAM",
     [](const Arguments& a) {
       if (a.size() == 2) return number(calculateVRAM(a[0], a[1]));
       if (a.size() == 3) return number(calculateVRAM(a[0], a[1], a[2]));
       return number(calculateVRAM(a.at(0), a.at(1), a.at(2), a.at(3)));
     }},
    {"calculatePerformance",
     [](const Arguments& a) {
       if (a.size() == 2) return number(calculatePerformance(a[0], a[1]));
       return number(calculatePerformance(a.at(0), a.at(1), a.at(2)));
     }},
    {"batchCalculatePerformance",
     [](const Arguments& a) {
       if (a.size() == 2) return points(batchCalculatePerformance(a[0], a[1]));
       return points(batchCalculatePerformance(a.at(0), a.at(1), a.at(2), a.at(3), a.at(4)));
     }},
    {"calculateOffloadBandwidth",
     [](const Arguments& a) { return number(calculateOffloadBandwidth(a.at(0), a.at(1), a.at(2), a.at(3))); }},
    {"isOutOfMemory",
     [](const Arguments& a) {
       if (a.size() == 2) return truth(isOutOfMemory(a[0], a[1]));
       return truth(isOutOfMemory(a.at(0), a.at(1), a.at(2), a.at(3) == 1));
     }},
    {"getCPUFactor",
     [](const Arguments& a) {
       if (a.size() == 2) return number(getCPUFactor(a[0], a[1]));
       return number(getCPUFactor(a.at(0), a.at(1), a.at(2) == 1));
     }},
};

TEST(GoldenVectors, CoverEveryFunctionWithValuesAndErrors) {
  std::map<std::string, int> values;
  std::map<std::string, int> errors;
  for (const auto& golden : readGolden()) {
    ++(golden.outcome.starts_with(golden.function + ": ") ? errors : values)[golden.function];
  }
  for (const auto& [name, function] : kFunctions) {
    EXPECT_GE(values[name], 3) << name;
    EXPECT_GE(errors[name], 3) << name;
  }
}

TEST(GoldenVectors, HoldToTheLastDigit) {
  for (const auto& golden : readGolden()) {
    SCOPED_TRACE(golden.function + "(" + golden.text + ")");
    ASSERT_TRUE(kFunctions.contains(golden.function));
    const auto& function = kFunctions.at(golden.function);
    if (golden.outcome.starts_with(golden.function + ": ")) {
      try {
        const std::string result = function(golden.arguments);
        ADD_FAILURE() << "gave " << result << " instead of an error";
      } catch (const ArgumentError& error) {
        EXPECT_EQ(error.what(), golden.outcome);
      }
    } else {
      EXPECT_EQ(function(golden.arguments), golden.outcome);
    }
  }
}

}  // namespace LLMCALC_FILE
