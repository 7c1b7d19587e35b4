// A GGUF file on disk as what is planned: the headers of all its parts are read, within bounds.
#pragma once

#include <optional>
#include <string>

#include "llmcalc/readers/gguf/projector.hpp"
#include "quants.hpp"
#include "question.hpp"

namespace llmcalc {

// The model of the file, or of the split file of which it is one part. `asked` is the file type that was asked for, and
// becomes the one that is planned: that of the file itself, whose tensors then have their own sizes, or another, whose
// sizes follow its rules. Throws std::invalid_argument for a file that is none, in the words of the npm tool.
[[nodiscard]] Subject subjectInGguf(const std::string& path, std::optional<Quant>& asked);

// The projector in the file (--mmproj); `imageTokens` is the most of an image, or 0. Throws std::invalid_argument
// likewise.
[[nodiscard]] gguf::Projector projectorIn(const std::string& path, double imageTokens);

}  // namespace llmcalc
