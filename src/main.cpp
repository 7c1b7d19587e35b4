// llmcalc: the six functions from a terminal.
//
//   llmcalc calculateVRAM 8.03 4.89 8192
//
// prints the result, or the reason why there is none on stderr. Exit status: 0 done, 1 an argument is out of range,
// 2 the call is not understood, or the result cannot be written.
#include <algorithm>
#include <cerrno>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <exception>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "llmcalc/llmcalc.hpp"
#include "options.hpp"
#include "options_data.hpp"
#include "plan.hpp"
#include "text.hpp"

namespace {

using namespace llmcalc;

using Arguments = std::span<const double>;

std::string sweep(Arguments a) {
  std::string text;
  for (const auto& [bits, modelSize, tps] : batchCalculatePerformance(a[0], a[1], a[2], a[3], a[4])) {
    text += formatNumber(bits) + '\t' + formatNumber(modelSize) + '\t' + formatNumber(tps) + '\n';
  }
  return text;
}

std::string line(double value) { return formatNumber(value) + '\n'; }
std::string line(bool value) { return value ? "true\n" : "false\n"; }

using Run = std::function<std::string(Arguments)>;

// The functions of data/options.json, which has their arguments and what those are otherwise.
const std::map<std::string_view, Run>& functions() {
  static const std::map<std::string_view, Run> all{
      {"calculateVRAM", [](Arguments a) { return line(calculateVRAM(a[0], a[1], a[2], a[3])); }},
      {"calculatePerformance", [](Arguments a) { return line(calculatePerformance(a[0], a[1], a[2])); }},
      {"batchCalculatePerformance", sweep},
      {"calculateOffloadBandwidth",
       [](Arguments a) { return line(calculateOffloadBandwidth(a[0], a[1], a[2], a[3])); }},
      {"isOutOfMemory", [](Arguments a) { return line(isOutOfMemory(a[0], a[1], a[2], a[3] != 0)); }},
      {"getCPUFactor", [](Arguments a) { return line(getCPUFactor(a[0], a[1], a[2] != 0)); }},
  };
  return all;
}

void printUsage(std::FILE* stream) {
  std::fputs("usage: llmcalc FUNCTION ARGUMENT...   (true and false for flags)\n", stream);
  std::fputs("       llmcalc plan MODEL [OPTION...]     (llmcalc plan --help)\n\n", stream);
  for (const FunctionRow& function : functionRows()) {
    std::string usage("  ");
    usage.append(function.name);
    for (const auto& [name, usual] : function.arguments) {
      usage.append(usual ? " [" : " ").append(name).append(usual ? "]" : "");
    }
    usage.append("   ").append(function.answers).append("\n");
    std::fputs(usage.c_str(), stream);
  }
}

bool parse(std::string_view word, double& value) {
  if (word == "true" || word == "false") {
    value = word == "true" ? 1 : 0;
    return true;
  }
  const char* const end = word.data() + word.size();
  const auto [rest, error] = std::from_chars(word.data(), end, value);
  return error == std::errc() && rest == end;
}

int run(std::span<const std::string> words) {
  if (words.size() == 1 && (words[0] == "--help" || words[0] == "-h")) {
    printUsage(stdout);
    return 0;
  }
  if (words.size() == 1 && words[0] == "--version") {
    std::puts("llmcalc " LLMCALC_VERSION);
    return 0;
  }
  if (!words.empty() && words[0] == "plan") return runPlan(words.subspan(1));
  const std::vector<FunctionRow>& rows = functionRows();
  const auto found = std::find_if(rows.begin(), rows.end(), [&](const FunctionRow& function) {
    return !words.empty() && words[0] == function.name;
  });
  if (found == rows.end()) {
    printUsage(stderr);
    return 2;
  }
  std::vector<double> arguments;
  for (const std::string& word : words.subspan(1)) {
    double value = 0;
    if (!parse(word, value)) throw std::invalid_argument("'" + word + "' is not a number");
    arguments.push_back(value);
  }
  while (arguments.size() < found->arguments.size() && found->arguments[arguments.size()].usual) {
    arguments.push_back(*found->arguments[arguments.size()].usual);
  }
  if (arguments.size() != found->arguments.size()) {
    printUsage(stderr);
    return 2;
  }
  try {
    std::fputs(functions().at(found->name)(arguments).c_str(), stdout);
  } catch (const ArgumentError& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
#ifdef SIGPIPE
  // Whoever closes the pipe has read enough.
  std::signal(SIGPIPE, SIG_IGN);
#endif
  const std::span arguments(argv, static_cast<std::size_t>(argc));
  int status = 2;
  try {
    std::vector<std::string> words;
    for (const char* word : arguments.subspan(argc > 0 ? 1 : 0)) words.push_back(validText(word));
    status = run(words);
  } catch (const UsageError& error) {
    std::fprintf(stderr, "llmcalc: error: %s\n(--help tells more)\n", printable(error.what()).c_str());
  } catch (const std::exception& error) {
    std::fprintf(stderr, "llmcalc: %s\n", printable(error.what()).c_str());
  }
  // What is lost on the way must not read as an answer, but to who closed the pipe.
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  if (errno == EPIPE) return status;
  std::fprintf(stderr, "llmcalc: the output cannot be written: %s\n", std::strerror(errno));
  return 2;
}
