#include "plan_notes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include "llmcalc/validation.hpp"
#include "placement.hpp"
#include "plan_speed.hpp"

namespace llmcalc {

namespace {

using Sentences = std::vector<std::string>;

// Of a context that the model was not trained for.
void addContextNote(Sentences& notes, const Subject& subject, const Runtime& runtime) {
  const double trained = subject.model.contextLength;
  const double room = roomOf(runtime);
  if (trained == 0.0 || room <= trained) return;
  const Rope rope = subject.rope.value_or(Rope());
  const double original = rope.originalContextLength.value_or(trained);
  const double extended = std::floor(rope.factor * original);
  std::string said = subject.name + " was trained for " + formatNumber(trained) + " tokens of context, not " +
                     formatNumber(room) + ": beyond that its answers get worse.";
  if (!rope.type.empty() && rope.factor > 1.0) {
    const std::string known = (rope.type == "yarn" ? "YaRN" : rope.type) + " by " + formatNumber(rope.factor);
    if (extended > trained) {
      said += " Its config extends " + formatNumber(original) + " tokens with " + known + ", to " +
              formatNumber(extended) + ".";
    } else {
      said += " " + known + " from " + formatNumber(original) + " tokens is in that number already.";
    }
  }
  const std::string scaling = "--rope-scaling yarn --rope-scale " + formatNumber(std::ceil(room / original)) +
                              " --yarn-orig-ctx " + formatNumber(original);
  if (runtime.server && !subject.architecture.empty()) {
    said += " llama-server gives a sequence no more than " + formatNumber(trained) + " unless it gets --override-kv " +
            subject.architecture + ".context_length=int:" + formatNumber(room) + " " + scaling + ".";
  } else {
    said += " llama.cpp extends it with " + scaling + ".";
  }
  notes.push_back(said);
}

// Bits of a weight in what publishers release; 16 at most where that is not known.
struct ReleasedBits {
  std::string_view word;
  int bits;
};
constexpr auto kReleasedBits =
    std::to_array<ReleasedBits>({{"F32", 32}, {"FP8", 8}, {"FP8 and FP4", 8}, {"INT4 QAT", 4}});
constexpr int kUsualBits = 16;

// The bits that a file type is called after.
int bitsOf(FileType type) {
  const std::string_view name = traits(type).name;
  return std::atoi(name.data() + name.find_first_of("0123456789"));
}

// Of a file type that nobody would make of what was released.
void addTypeNote(Sentences& notes, const Subject& subject, FileType type) {
  const auto nameOf = [](FileType named) { return std::string(traits(named).name); };
  const std::optional<FileType>& as = subject.releasedAs;
  if (as == type) return;
  if (type == FileType::MXFP4_MOE && !hasExperts(subject.model)) {
    notes.push_back(subject.name + " has no experts, which alone MXFP4_MOE makes small: all of it is Q8_0.");
    return;
  }
  if (as && isFinal(*as)) {
    notes.push_back(subject.name + " is released as " + nameOf(*as) + ", and hardly anybody makes " + nameOf(type) +
                    " of that: files of such names keep its experts as they are, and are about as large as " +
                    nameOf(*as) + " (--quant " + nameOf(*as) + ").");
    return;
  }
  const auto* const known = std::find_if(kReleasedBits.begin(), kReleasedBits.end(),
                                         [&](const ReleasedBits& bits) { return bits.word == subject.releasedIn; });
  const bool isKnown = known != kReleasedBits.end();
  if (bitsOf(type) <= (isKnown ? known->bits : kUsualBits)) return;
  notes.push_back(subject.name + " is released in " + (isKnown ? subject.releasedIn : "at most 16 bits") + ": " +
                  nameOf(type) + " is larger and no better.");
}

}  // namespace

Sentences assumptionsOf(const std::optional<PlanHardware>& hardware, bool hostWorks) {
  if (!hardware) return {};
  Sentences all = hardware->assumed;
  const bool isUnknown = std::any_of(hardware->gpus.begin(), hardware->gpus.end(),
                                     [](const PlanGpu& gpu) { return !gpu.multiprocessors; });
  if (hardware->backend == Backend::cuda && isUnknown) {
    all.emplace_back(
        "CUDA itself takes as much as on the largest card of such memory, for the multiprocessors are not known.");
  }
  std::string host;
  if (!hardware->host.bandwidth) {
    host = formatNumber(kAssumedHost.bandwidth / 1e9) + " GB/s of memory (--ram-bandwidth)";
  }
  if (!hardware->host.threads) {
    host.append(host.empty() ? "" : " and ").append(formatNumber(kAssumedHost.threads)).append(" cores (--threads)");
  }
  if (hostWorks && !host.empty()) all.push_back("The host has " + host + ".");
  return all;
}

Sentences notesOf(const Question& question, const std::optional<double>& ceiling) {
  const std::optional<PlanHardware>& hardware = question.machine.hardware;
  const Runtime& runtime = question.runtime;
  Sentences notes;
  if (!hardware) {
    notes.emplace_back(
        "No device is given (--device; --vram and --bandwidth; --gpus 0 for none): nothing says whether it fits.");
  }
  if (hardware && hardware->kind == MemoryKind::separate && !hardware->host.memory) {
    notes.emplace_back("The memory of the host is not given (--ram) and was not checked.");
  }
  if (hardware && !hardware->gpus.empty() && runtime.backend == Backend::cpu) {
    notes.emplace_back(
        "llama.cpp's CPU back end computes nothing on a GPU (--backend): there is no estimate of speed.");
  }
  if (hardware && !ceiling) {
    const bool isOfGpu =
        std::any_of(hardware->gpus.begin(), hardware->gpus.end(), [](const PlanGpu& gpu) { return !gpu.bandwidth; });
    notes.push_back(
        std::string("The bandwidth of ") +
        (isOfGpu ? "a GPU is not known (--bandwidth)" : "the host's memory is not known (--ram-bandwidth)") +
        ": there is no ceiling of speed.");
  }
  addContextNote(notes, question.subject, runtime);
  addTypeNote(notes, question.subject, runtime.fileType);
  if (question.engine != Engine::llamaCpp) {
    notes.push_back("The speed is that of " + std::string(kEngines[static_cast<std::size_t>(question.engine)]) +
                    "; memory and command are those of llama.cpp.");
  }
  if (question.draft) {
    notes.push_back(
        "A draft takes memory of its own, which is not counted here; llama-server gets it with --model-draft FILE "
        "--spec-draft-n-max " +
        formatNumber(question.draft->length) + ".");
  }
  if (question.subject.recorded == false) {
    notes.emplace_back(
        "No plan of this architecture was recorded: its compute buffer follows the rules of the others.");
  }
  notes.insert(notes.end(), question.notes.begin(), question.notes.end());
  return notes;
}

}  // namespace llmcalc
