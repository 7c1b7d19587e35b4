// --override-tensor: what its patterns move to the host, as the number of layers that --n-cpu-moe takes. The rules are
// those of js/cli/overrides.js.
#pragma once

#include <string>
#include <vector>

#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// Layers whose experts stay on the host, kEveryLayer for every one. Throws std::invalid_argument for what is not the
// experts of the first layers.
[[nodiscard]] double overriddenLayers(const std::vector<std::string>& texts, const ModelSpec& model);

}  // namespace llmcalc
