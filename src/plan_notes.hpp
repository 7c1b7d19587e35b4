// What has to be said beside the numbers: what was assumed, what was not asked, and what a number does not hold for.
// js/cli/notes.js says the same.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "question.hpp"

namespace llmcalc {

// Sentences of what was taken for granted. `hostWorks`: the speed depends on the host.
[[nodiscard]] std::vector<std::string> assumptionsOf(const std::optional<PlanHardware>& hardware, bool hostWorks);

// `runs`: the engine of the speed can run such a placement.
[[nodiscard]] std::vector<std::string> notesOf(const Question& question, const std::optional<double>& ceiling,
                                               bool runs);

}  // namespace llmcalc
