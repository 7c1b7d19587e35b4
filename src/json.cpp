#include "json.hpp"

#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <memory>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "llmcalc/base/result.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

constexpr std::size_t kMaximumLevels = 64;
constexpr std::size_t kMaximumKeys = 256;
constexpr std::size_t kShown = 40;          // of a string in a message
constexpr std::size_t kShownOfError = 200;  // of the parser's words, which quote the file
// Stands for what is beyond a double; the parser would end there.
constexpr double kBeyond = std::numeric_limits<double>::max();

// `text` with kBeyond for every number that is more, once its levels and keys are found few. What is no JSON passes.
std::string bounded(const std::string& path, const std::string& text) {
  constexpr std::string_view kOfNumbers = "0123456789+-.eE";
  std::string result;
  std::vector<std::size_t> keys;  // of the objects that are open, lists too
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; i < text.size() && text[i] != '"'; ++i) i += text[i] == '\\' ? 1 : 0;
    } else if (c == '[' || c == '{') {
      keys.push_back(0);
      if (keys.size() > kMaximumLevels) {
        throw std::invalid_argument(path + " must be JSON of at most " + std::to_string(kMaximumLevels) + " levels");
      }
    } else if ((c == ']' || c == '}') && !keys.empty()) {
      keys.pop_back();
    } else if (c == ':' && !keys.empty() && ++keys.back() > kMaximumKeys) {
      throw std::invalid_argument(path + " must be JSON with at most " + std::to_string(kMaximumKeys) +
                                  " keys an object");
    } else if (c == '-' || (c >= '0' && c <= '9')) {
      const std::size_t end = std::min(text.find_first_not_of(kOfNumbers, i), text.size());
      const std::string number = text.substr(i, end - i);
      if (std::isinf(std::strtod(number.c_str(), nullptr))) {
        result.append(text, copied, i - copied).append(c == '-' ? "-" : "").append(formatNumber(kBeyond));
        copied = end;
      }
      i = end - 1;
    }
  }
  return result.append(text, copied);
}

void write(std::string& text, const Json& json, std::size_t depth) {
  const auto line = [&](std::size_t indent) { text.append("\n").append(2 * indent, ' '); };
  const bool object = json.is_object();
  if (json.is_number()) {
    const double value = json.get<double>();
    if (!isFinite(value)) throw std::logic_error("internal error: an answer with " + formatNumber(value));
    text += formatNumber(value);
  } else if (!object && !json.is_array()) {
    text += json.is_string() ? inQuotes(json.get_ref<const std::string&>()) : json.dump();
  } else if (json.empty()) {
    text += object ? "{}" : "[]";
  } else {
    text += object ? '{' : '[';
    bool first = true;
    for (const auto& [key, value] : json.items()) {
      if (!first) text += ',';
      first = false;
      line(depth + 1);
      if (object) text.append(inQuotes(key)).append(": ");
      write(text, value, depth + 1);
    }
    line(depth);
    text += object ? '}' : ']';
  }
}

}  // namespace

std::string readText(const std::string& path, std::size_t maximum) {
  const auto failed = [&] { return std::invalid_argument(path + " cannot be read: " + std::strerror(errno)); };
  const auto close = [](std::FILE* file) { std::fclose(file); };
  const std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(path.c_str(), "rb"), close);
  if (!file) throw failed();
  std::string text;
  std::size_t length = 0;
  do {
    text.resize(std::min(maximum + 1, 2 * length + 65536));
    length += std::fread(text.data() + length, 1, text.size() - length, file.get());
  } while (length == text.size() && length <= maximum);
  if (std::ferror(file.get()) != 0) throw failed();
  if (length > maximum) {
    throw std::invalid_argument(path + " is larger than " + std::to_string(maximum / 1'000'000) + " MB");
  }
  text.resize(length);
  return text;
}

Json parseJson(const std::string& path, const std::string& text) {
  try {
    return Json::parse(bounded(path, text));
  } catch (const nlohmann::json::exception& error) {
    const std::string_view what(error.what());
    const std::size_t name = what.find("] ");  // of the exception
    const std::string said = validText(what.substr(name == std::string_view::npos ? 0 : name + 2));
    throw std::invalid_argument(path + " must be JSON: " + beginningOf(said, kShownOfError));
  }
}

double numberIn(const Json& json) {
  const double value = json.get<double>();
  if (std::fabs(value) < kBeyond) return value;
  return value < 0.0 ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
}

std::string inQuotes(std::string_view text) { return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace); }

std::string display(const Json& json) {
  if (json.is_array()) return "an array";
  if (json.is_object()) return "an object";
  if (json.is_number()) return formatNumber(numberIn(json));
  if (!json.is_string()) return json.dump();
  const auto& text = json.get_ref<const std::string&>();
  std::string shown = beginningOf(text, kShown);
  if (shown.size() < text.size()) shown += "...";
  return inQuotes(shown);
}

std::string formatJson(const Json& json) {
  std::string text;
  write(text, json, 0);
  return text;
}

}  // namespace llmcalc
