// JSON as JavaScript reads and writes it, within bounds: files are others' to write.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace llmcalc {

using Json = nlohmann::ordered_json;

// Of a spec, and of what llama-bench printed.
inline constexpr std::size_t kMaximumSpecBytes = 16'000'000;
inline constexpr std::size_t kMaximumBenchmarkBytes = 4'000'000;

// The whole of a file, or of a pipe, of at most `maximum` bytes. Throws std::invalid_argument.
[[nodiscard]] std::string readText(const std::string& path, std::size_t maximum);

// What `text`, read from `path`, says. A byte order mark before it is skipped. Throws std::invalid_argument for what is
// no JSON, for more than 64 levels and for more than 256 keys of an object: no question has so many.
[[nodiscard]] Json parseJson(const std::string& path, const std::string& text);

// The number that `json` is; infinite where the file says one beyond a double, as in JavaScript.
[[nodiscard]] double numberIn(const Json& json);

// `text` as JSON.stringify writes it.
[[nodiscard]] std::string inQuotes(std::string_view text);

// `json` in a message; js/core/violation.js has the same.
[[nodiscard]] std::string display(const Json& json);

// As JSON.stringify(value, null, 2) writes it: numbers are doubles in their shortest form. Throws std::logic_error for
// NaN and infinity, which no answer has.
[[nodiscard]] std::string formatJson(const Json& json);

}  // namespace llmcalc
