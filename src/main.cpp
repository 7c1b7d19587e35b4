// llmcalc: the six functions from a terminal.
//
//   llmcalc calculateVRAM 8.03 4.89 8192
//
// prints the result, or the reason why there is none on stderr. Exit status: 0 done, 1 an argument is out of range,
// 2 the call is not understood, or the result cannot be written.
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
#include "plan.hpp"
#include "text.hpp"

namespace {

using namespace llmcalc;

using Arguments = std::span<const double>;

// Argument `index`, or `fallback` where the caller gave fewer.
double argument(Arguments arguments, std::size_t index, double fallback) {
  return index < arguments.size() ? arguments[index] : fallback;
}

std::string sweep(Arguments a) {
  std::string text;
  for (const auto& [bits, modelSize, tps] :
       batchCalculatePerformance(a[0], a[1], argument(a, 2, 2), argument(a, 3, 16), argument(a, 4, 0.5))) {
    text += formatNumber(bits) + '\t' + formatNumber(modelSize) + '\t' + formatNumber(tps) + '\n';
  }
  return text;
}

std::string line(double value) { return formatNumber(value) + '\n'; }
std::string line(bool value) { return value ? "true\n" : "false\n"; }

struct Command {
  std::string_view usage;
  std::size_t required;
  std::size_t allowed;
  std::function<std::string(Arguments)> run;
};

const std::map<std::string_view, Command>& commands() {
  static const std::map<std::string_view, Command> all{
      {"calculateVRAM",
       {"PARAM_COUNT BITS_PER_WEIGHT [CONTEXT_LENGTH] [BATCH_SIZE]   GB", 2, 4,
        [](Arguments a) { return line(calculateVRAM(a[0], a[1], argument(a, 2, 4096), argument(a, 3, 1))); }}},
      {"calculatePerformance",
       {"BANDWIDTH MODEL_SIZE_GB [CPU_FACTOR]   tokens/s", 2, 3,
        [](Arguments a) { return line(calculatePerformance(a[0], a[1], argument(a, 2, 1))); }}},
      {"batchCalculatePerformance",
       {"BANDWIDTH PARAM_COUNT [MIN_BITS] [MAX_BITS] [STEP]   lines of bits, GB, tokens/s", 2, 5, sweep}},
      {"calculateOffloadBandwidth",
       {"GPU_BW RAM_BW GPU_LAYERS TOTAL_LAYERS   GB/s", 4, 4,
        [](Arguments a) { return line(calculateOffloadBandwidth(a[0], a[1], a[2], a[3])); }}},
      {"isOutOfMemory",
       {"MODEL_SIZE_GB VRAM_GB [SYSTEM_RAM_GB] [ALLOW_OFFLOAD]   true or false", 2, 4,
        [](Arguments a) { return line(isOutOfMemory(a[0], a[1], argument(a, 2, 0), argument(a, 3, 0) != 0)); }}},
      {"getCPUFactor",
       {"GENERATION CORE_COUNT [IS_HIGH_END]   share of the memory bandwidth", 2, 3,
        [](Arguments a) { return line(getCPUFactor(a[0], a[1], argument(a, 2, 0) != 0)); }}},
  };
  return all;
}

void printUsage(std::FILE* stream) {
  std::fputs("usage: llmcalc FUNCTION ARGUMENT...   (true and false for flags)\n", stream);
  std::fputs("       llmcalc plan MODEL [OPTION...]     (llmcalc plan --help)\n\n", stream);
  for (const auto& [name, command] : commands()) {
    std::fprintf(stream, "  %.*s %.*s\n", static_cast<int>(name.size()), name.data(),
                 static_cast<int>(command.usage.size()), command.usage.data());
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
  const auto found = words.empty() ? commands().end() : commands().find(words[0]);
  if (found == commands().end()) {
    printUsage(stderr);
    return 2;
  }
  const Command& command = found->second;
  std::vector<double> arguments;
  for (const std::string& word : words.subspan(1)) {
    double value = 0;
    if (!parse(word, value)) throw std::invalid_argument("'" + word + "' is not a number");
    arguments.push_back(value);
  }
  if (arguments.size() < command.required || arguments.size() > command.allowed) {
    printUsage(stderr);
    return 2;
  }
  try {
    std::fputs(command.run(arguments).c_str(), stdout);
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
