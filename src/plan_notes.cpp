#include "plan_notes.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

#include "llmcalc/base/result.hpp"
#include "placement.hpp"
#include "plan_speed.hpp"
#include "say.hpp"

namespace llmcalc {

namespace {

using Sentences = std::vector<std::string>;
namespace said = sentences::notes;

// Of a context that the model was not trained for.
void addContextNote(Sentences& notes, const Subject& subject, const Runtime& runtime) {
  const double trained = subject.model.contextLength;
  const double room = roomOf(runtime);
  if (trained == 0.0 || room <= trained) return;
  const Rope rope = subject.rope.value_or(Rope());
  const double original = rope.originalContextLength.value_or(trained);
  const double extended = std::floor(rope.factor * original);
  const std::string base = formatNumber(original);
  std::string text =
      say(said::kContext, {{"name", subject.name}, {"trained", formatNumber(trained)}, {"room", formatNumber(room)}});
  if (!rope.type.empty() && rope.factor > 1.0) {
    const std::string scaling = say(
        said::kScaling, {{"type", rope.type == "yarn" ? "YaRN" : rope.type}, {"factor", formatNumber(rope.factor)}});
    text += " ";
    text += extended > trained ? say(said::kContextExtended,
                                     {{"base", base}, {"scaling", scaling}, {"extended", formatNumber(extended)}})
                               : say(said::kContextIncluded, {{"scaling", scaling}, {"base", base}});
  }
  const std::string options =
      say(said::kContextOptions, {{"scale", formatNumber(std::ceil(room / original))}, {"base", base}});
  text += " ";
  text += runtime.server && !subject.architecture.empty()
              ? say(said::kContextServer, {{"trained", formatNumber(trained)},
                                           {"architecture", subject.architecture},
                                           {"room", formatNumber(room)},
                                           {"options", options}})
              : say(said::kContextOther, {{"options", options}});
  notes.push_back(text);
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
  // A file at hand is what it is.
  if (as == type || subject.source.value("kind", std::string()) == "gguf") return;
  if (type == FileType::MXFP4_MOE && !hasExperts(subject.model)) {
    notes.push_back(say(said::kNoExperts, {{"name", subject.name}}));
    return;
  }
  if (as && isFinal(*as)) {
    notes.push_back(
        say(said::kReleasedAs, {{"name", subject.name}, {"released", nameOf(*as)}, {"type", nameOf(type)}}));
    return;
  }
  const auto* const known = std::find_if(kReleasedBits.begin(), kReleasedBits.end(),
                                         [&](const ReleasedBits& bits) { return bits.word == subject.releasedIn; });
  const bool isKnown = known != kReleasedBits.end();
  if (bitsOf(type) <= (isKnown ? known->bits : kUsualBits)) return;
  const std::string precision = isKnown ? subject.releasedIn : std::string(said::kUsualPrecision);
  notes.push_back(say(said::kLarger, {{"name", subject.name}, {"precision", precision}, {"type", nameOf(type)}}));
}

}  // namespace

Sentences assumptionsOf(const std::optional<PlanHardware>& hardware, bool hostWorks) {
  if (!hardware) return {};
  Sentences all = hardware->assumed;
  const bool isUnknown = std::any_of(hardware->gpus.begin(), hardware->gpus.end(),
                                     [](const PlanGpu& gpu) { return !gpu.multiprocessors; });
  if (hardware->backend == GpuBackend::cuda && isUnknown) {
    all.push_back(say(sentences::assumed::kMultiprocessors));
  }
  std::string host;
  if (!hardware->host.bandwidth) {
    host = say(sentences::assumed::kHostBandwidth, {{"rate", formatNumber(kAssumedHost.bandwidth / 1e9)}});
  }
  if (!hardware->host.threads) {
    host += host.empty() ? "" : " and ";
    host += say(sentences::assumed::kHostThreads, {{"count", formatNumber(kAssumedHost.threads)}});
  }
  if (hostWorks && !host.empty()) all.push_back(say(sentences::assumed::kHost, {{"what", host}}));
  return all;
}

Sentences notesOf(const Question& question, const std::optional<double>& ceiling, bool runs) {
  const std::optional<PlanHardware>& hardware = question.machine.hardware;
  const Runtime& runtime = question.runtime;
  Sentences notes;
  if (!hardware) notes.push_back(say(said::kNoDevice));
  if (hardware && hardware->kind == MemoryKind::separate && !hardware->host.memory) {
    notes.push_back(say(said::kHostUnchecked));
  }
  if (hardware && !hardware->gpus.empty() && runtime.backend == GpuBackend::cpu)
    notes.push_back(say(said::kCpuBackend));
  if (hardware && !ceiling) {
    const bool isOfGpu =
        std::any_of(hardware->gpus.begin(), hardware->gpus.end(), [](const PlanGpu& gpu) { return !gpu.bandwidth; });
    notes.push_back(say(isOfGpu ? said::kGpuBandwidth : said::kHostBandwidth));
  }
  addContextNote(notes, question.subject, runtime);
  addTypeNote(notes, question.subject, runtime.fileType);
  if (question.engine != Engine::llamaCpp) {
    const std::string engine(kEngines[static_cast<std::size_t>(question.engine)]);
    notes.push_back(say(runs ? said::kEngineSpeed : said::kEngineOnHost, {{"engine", engine}}));
  }
  const bool draftsItself = runtime.speculation == llama_cpp::Speculation::draftMtp;
  if (question.draft && !draftsItself)
    notes.push_back(say(said::kDraftMemory, {{"length", formatNumber(question.draft->length)}}));
  if (question.subject.recorded == false) notes.push_back(say(said::kUnrecorded));
  notes.insert(notes.end(), question.notes.begin(), question.notes.end());
  return notes;
}

}  // namespace llmcalc
