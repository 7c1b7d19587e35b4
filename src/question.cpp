#include "question.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>

#include "gguf_file.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/catalog.hpp"
#include "llmcalc/memory.hpp"
#include "names.hpp"
#include "overrides.hpp"
#include "plan_speed.hpp"
#include "quants.hpp"
#include "say.hpp"
#include "spec_json.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

constexpr FileType kDefaultType = FileType::Q4_K_M;
constexpr double kDefaultContext = 8192;
// Of the speed, where nothing is said: what llama-bench measures.
constexpr double kUsualPrompt = 512;
constexpr double kUsualOutput = 128;

constexpr std::string_view kNpmTool = "npx wasm-calculator plan ";

std::string slug(const std::string& name) {
  std::string text;
  for (const char letter : lowered(name)) {
    if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '.') {
      text += letter;
    } else if (!text.empty() && text.back() != '-') {
      text += '-';
    }
  }
  if (!text.empty() && text.back() == '-') text.pop_back();
  return text;
}

// A spec that planMemory takes; what is wrong with it is said of its file.
ModelSpec specIn(const std::string& path, const Json& json) {
  try {
    const ModelSpec spec = specFromJson(json);
    Runtime runtime;
    runtime.contextLength = 256;
    runtime.gpuCount = 0;
    static_cast<void>(planMemory(spec, runtime));
    return spec;
  } catch (const std::invalid_argument& error) {
    std::string_view what(error.what());
    constexpr std::string_view kFunction = "planMemory: ";
    if (what.starts_with(kFunction)) what.remove_prefix(kFunction.size());
    throw std::invalid_argument(path + ": " + std::string(what));
  }
}

// Whether a path, or an address, has that ending.
bool isNamed(const std::string& text, std::string_view ending) {
  const std::string low = lowered(text);
  for (std::size_t at = 0; (at = low.find(ending, at)) != std::string::npos; ++at) {
    const std::size_t end = at + ending.size();
    if (end == low.size() || low[end] == '?' || low[end] == '#') return true;
  }
  return false;
}

bool isAddress(const std::string& text) {
  const std::string low = lowered(text);
  return low.starts_with("http:") || low.starts_with("https:");
}

// Beside files, what can be read as one: a pipe.
bool isFile(const std::string& path) {
  std::error_code none;
  const auto status = std::filesystem::status(path, none);
  return std::filesystem::exists(status) && !std::filesystem::is_directory(status);
}

Subject subjectIn(const std::string& path) {
  const Json json = parseJson(path, readText(path, kMaximumSpecBytes));
  const auto groups = json.find("groups");
  if (groups == json.end() || !groups->is_array()) {
    throw std::invalid_argument(path + " is no ModelSpec; a config.json takes the npm tool: " + std::string(kNpmTool) +
                                path);
  }
  if (json.contains("tensors")) {
    throw std::invalid_argument(path + " has a list of tensors, which takes the npm tool: " + std::string(kNpmTool) +
                                path);
  }
  Subject subject;
  subject.name = path.substr(path.find_last_of("/\\") + 1);
  if (lowered(subject.name).ends_with(".json")) {
    subject.name.resize(subject.name.size() - std::string_view(".json").size());
  }
  subject.source = {{"kind", "spec"}, {"locations", Json::array({path})}};
  subject.model = specIn(path, json);
  return subject;
}

// Whether one of the queries but the first means that very model.
bool isFoundLater(const std::vector<std::string>& queries, const catalog::Model& found) {
  return std::any_of(std::next(queries.begin()), queries.end(), [&](const std::string& query) {
    try {
      return &catalog::findModel(query) == &found;
    } catch (const std::invalid_argument&) {
      return false;
    }
  });
}

// The model of the catalogue that a name means, and whether it is all of the name: not where the name without its type
// means the same model.
std::pair<const catalog::Model&, bool> findNamed(const SaidName& said) {
  std::string refusal;
  for (std::size_t i = 0; i < said.queries.size(); ++i) {
    try {
      const catalog::Model& found = catalog::findModel(said.queries[i]);
      return {found, i == 0 && !isFoundLater(said.queries, found)};
    } catch (const std::invalid_argument& error) {
      // That a name could be several says more than that there is none.
      if (refusal.find("must name one") == std::string::npos) refusal = error.what();
    }
  }
  const std::string place = placeOf(said, said.quant.value_or(std::string(traits(kDefaultType).name)));
  throw std::invalid_argument(place.empty() ? refusal : refusal + "; its own file may be at " + place);
}

// The type that a name has.
Quant quantIn(const SaidName& said, const std::string& quant) {
  try {
    return quantOf(quant);
  } catch (const std::invalid_argument& error) {
    const std::string place = placeOf(said, quant);
    throw std::invalid_argument(error.what() + (place.empty() ? std::string() : "; by custom it is " + place));
  }
}

// A model by its name, which may have a file type: that becomes the one asked for.
Subject subjectNamed(const std::string& text, std::optional<Quant>& asked) {
  const SaidName said = saidBy(text);
  const auto [found, isWhole] = findNamed(said);
  if (!found.unplannable.empty()) {
    throw std::invalid_argument(found.name + " is in the catalogue, but cannot be planned: " + found.unplannable);
  }
  if (said.quant && (said.isGguf || !isWhole)) {
    const Quant named = quantIn(said, *said.quant);
    if (asked && asked->fileType != named.fileType) {
      throw std::invalid_argument("--quant " + std::string(traits(asked->fileType).name) + " and the " +
                                  std::string(traits(named.fileType).name) + " of the name are two file types");
    }
    if (!asked) asked = named;
  }
  Subject subject;
  subject.name = found.name;
  subject.source = {{"kind", "catalogue"}, {"repository", found.repository}};
  subject.model = found.spec;
  subject.architecture = found.architecture;
  subject.recorded = found.recorded;
  if (found.defaultFileType != traits(kDefaultType).name) subject.releasedAs = quantOf(found.defaultFileType).fileType;
  subject.releasedIn = found.releasedAs;
  return subject;
}

Subject subjectOf(const std::string& text, std::optional<Quant>& asked) {
  // The page of a repository is its name.
  if (isRepository(text) && !isFile(text)) return subjectNamed(text, asked);
  if (isNamed(text, ".json") && !isAddress(text)) return subjectIn(text);
  if (isAddress(text)) {
    throw std::invalid_argument(text + ": addresses take the npm tool: " + std::string(kNpmTool) + text);
  }
  if (isNamed(text, ".gguf") || isFile(text)) return subjectInGguf(text, asked);
  return subjectNamed(text, asked);
}

double contextOf(const Options& o, const Subject& subject) {
  const double trained = subject.model.contextLength;
  if (!o.context) return std::min(kDefaultContext, trained > 0.0 ? trained : kDefaultContext);
  if (*o.context > 0.0) return *o.context;
  if (trained > 0.0) return trained;
  throw std::invalid_argument(say(sentences::refused::kContextMax, {{"name", subject.name}}));
}

// Layers whose experts stay on the host, however it was said.
double cpuMoeOf(const Options& o, const ModelSpec& model) {
  const double moved = o.overrides.empty() ? 0.0 : overriddenLayers(o.overrides, model);
  const double layers = std::max(o.cpuMoeLayers, moved);
  return layers == kEveryLayer ? model.layerCount : layers;
}

Runtime runtimeOf(const Options& o, const std::optional<Quant>& quant, const Question& q) {
  Runtime runtime = o.runtime;
  runtime.fileType = quant ? quant->fileType : q.subject.releasedAs.value_or(kDefaultType);
  runtime.importanceMatrix = (quant && quant->importanceMatrix) || o.runtime.importanceMatrix;
  runtime.contextLength = contextOf(o, q.subject);
  // What the speed is of is drafted in the plan, too.
  if (o.draft) runtime.draftLength = std::max(runtime.draftLength, o.draft->length);
  // A server left to itself has four slots in one cache.
  runtime.sequences = o.parallel.value_or(runtime.server ? 4.0 : 1.0);
  runtime.kvUnified = o.kvUnified.value_or(runtime.server && !o.parallel);
  const std::optional<PlanHardware>& hardware = q.machine.hardware;
  runtime.gpuCount = hardware ? static_cast<double>(hardware->gpus.size()) : o.gpus.value_or(1.0);
  runtime.gpuShares.fill(1.0);
  runtime.backend = hardware ? hardware->backend : o.backend.value_or(GpuBackend::cuda);
  return runtime;
}

// What the speed is of. What is not said is made to fit into the context, what is said must.
// A projector is in the runtime as what it takes.
void addProjector(Question& q, const Options& o) {
  if (o.projector.empty()) return;
  const gguf::Projector projector = projectorIn(o.projector, o.imageTokens.value_or(0.0));
  q.runtime.projectorWeights = projector.weights;
  q.runtime.projectorBuffer = projector.buffer;
  q.runtime.projectorInputs = projector.inputs;
  if (projector.isAssumed) {
    q.notes.push_back(say(sentences::notes::kProjectorAssumed, {{"kind", printable(projector.kind)}}));
  }
}

Workload workloadOf(const Options& o, const Runtime& runtime, std::vector<std::string>& notes) {
  Workload workload = o.workload;
  const double room = roomOf(runtime, workload.concurrency);
  const double left = room - workload.cachedTokens;
  workload.outputLength = o.output.value_or(std::max(1.0, std::min(kUsualOutput, std::floor(left / 4.0))));
  workload.promptLength = o.prompt.value_or(std::max(0.0, std::min(kUsualPrompt, left - workload.outputLength)));
  const std::string prompt = formatNumber(workload.promptLength);
  const std::string output = formatNumber(workload.outputLength);
  if (workload.cachedTokens + workload.promptLength + workload.outputLength > room) {
    throw std::invalid_argument(
        say(workload.concurrency > 1.0 ? sentences::refused::kWorkloadTogether : sentences::refused::kWorkload,
            {{"depth", formatNumber(workload.cachedTokens)},
             {"prompt", prompt},
             {"output", output},
             {"room", formatNumber(room)},
             {"count", formatNumber(workload.concurrency)}}));
  }
  if (o.output.value_or(kUsualOutput) > workload.outputLength ||
      o.prompt.value_or(kUsualPrompt) > workload.promptLength) {
    notes.push_back(say(sentences::notes::kShortened, {{"prompt", prompt}, {"output", output}}));
  }
  if (!o.draft) return workload;
  if (!o.draft->acceptanceRate) {
    notes.push_back(say(sentences::notes::kDraftUnaccepted, {{"length", formatNumber(o.draft->length)}}));
    return workload;
  }
  if (!o.draft->cost) notes.push_back(say(sentences::notes::kDraftFree));
  workload.draftLength = o.draft->length;
  workload.acceptanceRate = *o.draft->acceptanceRate;
  workload.draftCost = o.draft->cost.value_or(0.0);
  return workload;
}

}  // namespace

Question questionOf(const Options& o) {
  Question q;
  q.machine = machineOf(o);
  std::optional<Quant> quant = o.quant;
  q.subject = subjectOf(o.model, quant);
  if (quant && !quant->note.empty()) q.notes.push_back(quant->note);
  q.runtime = runtimeOf(o, quant, q);
  addProjector(q, o);
  if (q.subject.file.empty())
    q.subject.file = slug(q.subject.name) + "-" + std::string(traits(q.runtime.fileType).name) + ".gguf";
  q.placing = {o.gpuLayers.value_or(o.fit ? kAutomatic : kEveryLayer), cpuMoeOf(o, q.subject.model)};
  q.workload = workloadOf(o, q.runtime, q.notes);
  q.engine = o.engine == kEngines[0] ? Engine::llamaCpp : Engine::vllm;
  q.draft = o.draft;
  q.calibrate = o.calibrate;
  q.curve = o.curve;
  return q;
}

}  // namespace llmcalc
