// What `plan` answers, as the object that --json prints (docs/plan.schema.json). js/cli/answer.js makes the same one,
// number by number and key by key.
#pragma once

#include "json.hpp"
#include "question.hpp"

namespace llmcalc {

// Throws std::invalid_argument for what cannot be planned.
[[nodiscard]] Json answerTo(const Question& question);

}  // namespace llmcalc
