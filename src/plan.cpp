#include "plan.hpp"

#include <cstdio>
#include <cstdlib>
#include <string>

#include "answer.hpp"
#include "json.hpp"
#include "options.hpp"
#include "print.hpp"
#include "question.hpp"

namespace llmcalc {

namespace {

constexpr std::size_t kUsualWidth = 100;
constexpr std::size_t kLeastWidth = 50;

// Columns of the screen, where it says so; the terminal breaks what is narrower than any.
std::size_t screenWidth() {
  const char* const columns = std::getenv("COLUMNS");
  const std::size_t width = columns ? std::strtoul(columns, nullptr, 10) : 0;
  return width == 0 || width > 1000 ? kUsualWidth : std::max<std::size_t>(kLeastWidth, width);
}

}  // namespace

int runPlan(std::span<const std::string> arguments) {
  const Options options = optionsOf(arguments);
  if (options.help) {
    std::fputs(helpOfOptions().c_str(), stdout);
    return 0;
  }
  const Json answer = answerTo(questionOf(options));
  // As text too, an answer with what is no number is none.
  const std::string json = formatJson(answer);
  std::fputs((options.json ? json + "\n" : textOf(answer, screenWidth())).c_str(), stdout);
  const Json& fit = answer["fit"];
  return fit.is_null() || fit["fits"].get<bool>() ? 0 : 1;
}

}  // namespace llmcalc
