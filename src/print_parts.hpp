// What print.cpp puts together: the parts of an answer in lines of at most `width` columns.
#pragma once

#include <cstddef>
#include <string>

#include "json.hpp"
#include "lines.hpp"

namespace llmcalc {

// Values of an answer.
[[nodiscard]] std::string textIn(const Json& json, const char* key);
[[nodiscard]] double numberAt(const Json& json, const char* key);  // 0 where it is none
[[nodiscard]] std::string countIn(const Json& json, const char* key);
[[nodiscard]] bool isShared(const Json& hardware);  // one memory for processor and GPU

// Values as they are printed.
[[nodiscard]] std::string nameText(const std::string& name);
[[nodiscard]] std::string size(double bytes);  // GiB, without the unit
[[nodiscard]] std::string billions(double count);
[[nodiscard]] std::string digits(double value);  // three, as far as there are that many
[[nodiscard]] std::string bandText(const Json& band, const std::string& unit, double scale = 1.0);
[[nodiscard]] std::string placementText(const Json& placement);

// The memories with their terms, as a table where there is room for it.
[[nodiscard]] Lines memoryLines(const Json& answer, std::size_t width);
// Whether it fits, and with what it would.
[[nodiscard]] Lines verdictLines(const Json& answer, std::size_t width);
[[nodiscard]] Lines speedLines(const Json& answer, std::size_t width);
// A bar for some of the points of a curve, the largest that fits among them.
[[nodiscard]] Lines curveLines(const Json& curve, double cpuMoeLayers, std::size_t width);

}  // namespace llmcalc
