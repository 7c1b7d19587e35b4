#include "llmcalc/base/result.hpp"
#include "llmcalc/base/units.hpp"
#include "print_parts.hpp"
#include "say.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

constexpr std::size_t kLongestName = 120;

}  // namespace

std::string nameText(const std::string& name) {
  const std::string clean = printable(name);
  const std::string beginning = beginningOf(clean, kLongestName);
  return beginning.size() == clean.size() ? clean : beginningOf(clean, kLongestName - 4) + " ...";
}

std::string size(double bytes) { return toFixed(bytes / kBytesPerGiB, 2); }
std::string textIn(const Json& json, const char* key) { return json[key].get<std::string>(); }
double numberAt(const Json& json, const char* key) { return json[key].is_number() ? json[key].get<double>() : 0.0; }
std::string countIn(const Json& json, const char* key) { return formatNumber(numberAt(json, key)); }

std::string billions(double count) {
  return count >= 1e9 ? toFixed(count / 1e9, 2) + " B" : toFixed(count / 1e6, 0) + " M";
}

std::string digits(double value) { return toFixed(value, value < 1.0 ? 2 : value < 100.0 ? 1 : 0); }

std::string bandText(const Json& band, const std::string& unit, double scale) {
  const auto part = [&](const char* name) { return digits(numberAt(band, name) * scale); };
  return say(sentences::speeds::kBand,
             {{"middle", part("p50")}, {"unit", unit}, {"low", part("p10")}, {"high", part("p90")}});
}

bool isShared(const Json& hardware) { return !hardware.is_null() && textIn(hardware, "kind") != "separate"; }

namespace {

std::string layersText(const Json& layers) {
  return layers.is_string() ? layers.get<std::string>() : formatNumber(layers.get<double>());
}

}  // namespace

std::string placementText(const Json& placement) {
  std::string text = say(sentences::print::kGpuLayers, {{"layers", layersText(placement["gpuLayers"])}});
  if (numberAt(placement, "cpuMoeLayers") > 0.0) {
    text += say(sentences::print::kCpuMoe, {{"layers", countIn(placement, "cpuMoeLayers")}});
  }
  return text;
}

}  // namespace llmcalc
