#include "calibrate.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>
#include <regex>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "llmcalc/catalog.hpp"
#include "llmcalc/llmcalc.hpp"
#include "say.hpp"
#include "spec_json.hpp"

namespace llmcalc {

namespace {

namespace said = sentences::calibration;

// The first build whose llama-bench leaves flash attention to the back end. It was off.
constexpr double kAutomaticBuild = 9437;
// How far the parameters of a row may be from the model's: as counted, and as a table rounds them.
constexpr double kTolerance = 1e-5;
// More than enough: factors settle in a few.
constexpr int kRounds = 40;

// One test of llama-bench, read as js/readers/benchmarks.js does.
class Row {
 public:
  explicit Row(const Json& json) : json_(json) {
    if (!json.is_object()) throw std::invalid_argument("--calibrate: a row must be an object, got " + display(json));
  }

  [[nodiscard]] std::string text(const char* name) const {
    const auto found = json_.find(name);
    if (found == json_.end() || found->is_null() || found->is_structured()) return {};
    return found->is_string() ? found->get<std::string>() : found->dump();
  }

  [[nodiscard]] std::optional<double> number(const char* name) const {
    const auto found = json_.find(name);
    if (found == json_.end() || found->is_null()) return std::nullopt;
    const double value = found->is_number() ? found->get<double>() : -3.0;
    if (value >= -2.0 && value <= 1e15) return value;
    throw std::invalid_argument(std::string("--calibrate: ") + name + " must be a number, got " + display(*found));
  }

  [[nodiscard]] double needed(const char* name) const {
    if (const auto value = number(name)) return *value;
    throw std::invalid_argument(std::string("--calibrate: ") + name + " must be a number, got none");
  }

  [[nodiscard]] std::optional<bool> flag(const char* name) const {
    const std::string value = text(name);
    if (value == "1" || value == "true") return true;
    if (value == "0" || value == "false") return false;
    return std::nullopt;
  }

 private:
  const Json& json_;
};

template <typename Traits>
std::optional<std::size_t> indexOf(const Traits& names, std::string_view name) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].name == name) return i;
  }
  return std::nullopt;
}

// "Q4_K - Medium", "mostly Q8_0", "MXFP4 MoE", "IQ3_S mix - 3.66 bpw" at the end of a name.
std::optional<FileType> fileTypeOf(const std::string& name) {
  static const std::regex pattern("^.* ([A-Z]+[0-9][0-9A-Za-z_]*)( mix| MoE| - [SML])?");
  std::smatch found;
  const std::string beginning = name.substr(0, 200);
  if (!std::regex_search(beginning, found, pattern)) return std::nullopt;
  std::string type = found[1];
  const std::string more = found[2];
  if (more == " mix" && type.ends_with("S")) {
    type.back() = 'M';
  } else if (more == " MoE") {
    type += "_MOE";
  } else if (!more.empty() && !(type == "Q2_K" && more == " - M")) {
    type.append("_").append(1, more.back());
  }
  const auto index = indexOf(kFileTypes, type);
  return index ? std::optional(static_cast<FileType>(*index)) : std::nullopt;
}

// None for one that is not listed, and for several.
std::optional<GpuBackend> backendOf(const Row& row) {
  constexpr std::array<GpuBackend, 5> kOnGpus = {GpuBackend::cuda, GpuBackend::rocm, GpuBackend::metal,
                                                 GpuBackend::vulkan, GpuBackend::sycl};
  const auto nameOf = [](GpuBackend backend) { return std::string(kBackends[static_cast<std::size_t>(backend)]); };
  std::string text = row.text("devices");
  if (text.empty() || text == "auto") text = row.text("backends");
  if (text.empty()) {
    // Builds of before October 2024 have a flag for each, and that of CUDA stands for ROCm too.
    for (const GpuBackend backend : kOnGpus) {
      if (row.flag(nameOf(backend).c_str()).value_or(false))
        text.append(text.empty() ? "" : ",").append(nameOf(backend));
    }
    if (text.empty() && !row.text("cuda").empty()) text = "cpu";
  }
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  for (std::size_t at = 0; (at = text.find("mtl", at)) != std::string::npos;) text.replace(at, 3, "metal");
  std::optional<GpuBackend> found;
  for (const GpuBackend backend : kOnGpus) {
    if (text.find(nameOf(backend)) == std::string::npos) continue;
    if (found) return std::nullopt;
    found = backend;
  }
  const std::string gpus = row.text("gpu_info");
  if (text == "cuda" && (gpus.find("AMD") != std::string::npos || gpus.find("Radeon") != std::string::npos)) {
    return GpuBackend::rocm;
  }
  static const std::regex onHost("^(cpu|none|blas|zendnn|,)+$");
  return found || !std::regex_match(text, onHost) ? found : std::optional(GpuBackend::cpu);
}

struct Candidate {
  std::string name;
  std::string architecture;
  std::string shape;
  const ModelSpec* model;
  double parameters;
};

// The planned model, then those of the catalogue.
std::vector<Candidate> candidatesOf(const Planned& planned) {
  std::vector<Candidate> all = {
      {planned.name, planned.architecture, "", &planned.model, parameterCount(planned.model).parameters}};
  for (const catalog::Model& model : catalog::models()) {
    if (!model.unplannable.empty()) continue;
    all.push_back({model.name, model.architecture, model.shape, &model.spec, parameterCount(model.spec).parameters});
  }
  return all;
}

// How far off the parameters of a row may be: tables round to 0.01 B, below that to 0.01 M.
double roundingOf(double stated) {
  const double unit = stated >= 1e9 ? 1e7 : 1e4;
  return stated > 0.0 && std::fmod(stated, unit) == 0.0 ? unit / 2.0 * (1.0 + kTolerance) : 0.0;
}

// The model a row is of, or none and why: llama-bench prints "llama 8B Q4_K - Medium", and architecture and parameters
// tell the shape.
std::pair<const Candidate*, std::string> modelOf(const Row& row, const std::vector<Candidate>& known) {
  const std::string name = row.text("model_type");
  const std::string architecture = name.substr(0, name.find(' '));
  const double stated = row.number("model_n_params").value_or(0.0);
  std::vector<const Candidate*> like;
  for (const Candidate& other : known) {
    if (!other.architecture.empty() && other.architecture != architecture) continue;
    const double off = std::abs(stated - other.parameters);
    if (off <= std::max(kTolerance * other.parameters, roundingOf(stated))) like.push_back(&other);
  }
  if (like.empty()) return {nullptr, std::string(said::kUnlike)};
  // Models of one shape are as fast: the first stands for all.
  std::vector<std::pair<std::string, std::string>> shapes;
  for (const Candidate* other : like) {
    const auto isThis = [&](const auto& shape) { return shape.first == other->shape; };
    if (std::none_of(shapes.begin(), shapes.end(), isThis)) shapes.emplace_back(other->shape, other->name);
  }
  if (like.front() == known.data() || shapes.size() == 1) return {like.front(), {}};
  std::string names;
  for (const auto& [shape, listed] : shapes) names.append(names.empty() ? "" : ", ").append(listed);
  return {nullptr, say(said::kSeveral, {{"names", names}})};
}

// A row as calibration takes it.
struct Question {
  const ModelSpec* model = nullptr;
  Runtime runtime;
  Hardware machine;
  Workload workload;
  Measurement measured;
};

// None where the row's runtime cannot be said.
std::optional<Question> questionOf(const Row& row, const ModelSpec& model, FileType fileType, GpuBackend backend,
                                   const Planned& planned) {
  Question q{&model, {}, planned.machine, {}, {}};
  Runtime& r = q.runtime;
  const std::string overrides = row.text("tensor_buft_overrides");
  if (!overrides.empty() && overrides != "none") return std::nullopt;
  const auto cacheType = [&](const char* field, CacheType& type) {
    const std::string name = row.text(field);
    const auto index = indexOf(kCacheTypes, name);
    if (index) type = static_cast<CacheType>(*index);
    return index || name.empty();
  };
  if (!cacheType("type_k", r.cacheTypeK) || !cacheType("type_v", r.cacheTypeV)) return std::nullopt;
  const double prompt = row.needed("n_prompt");
  const double output = row.needed("n_gen");
  const double depth = row.number("n_depth").value_or(0.0);
  const double layers = model.layerCount + model.predictionLayerCount;
  const auto takeNumber = [&](const char* field, double& to) { to = row.number(field).value_or(to); };
  q.workload.promptLength = prompt;
  q.workload.cachedTokens = depth;
  q.workload.outputLength = output > 0.0 ? output : 1.0;
  takeNumber("model_size", q.workload.fileBytes);
  q.measured = {prompt > 0.0 ? Metric::prefill : Metric::decode, row.needed("avg_ts"), 1.0};

  const double build = row.number("build_number").value_or(0.0);
  if (build > 0.0) r.build = build;
  r.server = false;
  r.sequences = 1;
  r.kvUnified = false;
  r.fileType = fileType;
  r.contextLength = prompt + depth + q.workload.outputLength;
  takeNumber("n_batch", r.batchSize);
  takeNumber("n_ubatch", r.microBatchSize);
  r.flashAttention = row.flag("flash_attn").value_or(build == 0.0 || build >= kAutomaticBuild);
  r.kvOffload = !row.flag("no_kv_offload").value_or(false);
  r.cpuMoeLayers = std::min(row.number("n_cpu_moe").value_or(0.0), layers);
  const double gpuLayers = row.number("n_gpu_layers").value_or(kAllLayers);
  r.gpuLayers = gpuLayers < 0.0 || gpuLayers > layers ? kAllLayers : gpuLayers;
  r.backend = backend;
  r.gpuCount = planned.machine.gpuCount;
  r.gpuShares.fill(1.0);
  const std::string split = row.text("split_mode");
  if (split == "none") r.gpuCount = 1;
  if (backend == GpuBackend::cpu) r.gpuCount = 0;
  if (split == "tensor") q.machine.split = Split::tensor;
  const double threads = row.number("n_threads").value_or(0.0);
  double& there = q.machine.host.threads;
  if (threads > 0.0) there = there > 0.0 ? std::min(threads, there) : threads;
  q.machine.gpuProfile = speedProfile(backend, planned.family, planned.device, r.build);
  return q;
}

std::string noteOf(std::string_view text) { return say(said::kNote, {{"said", std::string(text)}}); }

void note(const std::string& text) { std::fprintf(stderr, "llmcalc: %s\n", noteOf(text).c_str()); }

std::string nameOf(std::optional<GpuBackend> backend) {
  return backend ? std::string(kBackends[static_cast<std::size_t>(*backend)]) : std::string(said::kUnknownBackend);
}

// Rows that were left out for one reason.
struct Skipped {
  std::string name;
  std::string why;
  int count;
};

std::vector<Question> questionsOf(const Json& rows, const Planned& planned) {
  const std::vector<Candidate> known = candidatesOf(planned);
  const GpuBackend place = planned.machine.gpuCount == 0.0 ? GpuBackend::cpu : planned.runtime.backend;
  std::vector<Question> questions;
  std::vector<Skipped> skipped;
  std::vector<std::pair<std::string, std::string>> taken;  // of which model the rows of a name are
  for (const Json& json : rows) {
    const Row row(json);
    // Prompt and output together are no rate of either.
    if ((row.needed("n_prompt") > 0.0) == (row.needed("n_gen") > 0.0)) continue;
    const std::string name = row.text("model_type");
    auto [found, why] = modelOf(row, known);
    const std::optional<FileType> fileType = fileTypeOf(name);
    const std::optional<GpuBackend> backend = backendOf(row);
    if (found && !fileType) why = said::kFileType;
    if (why.empty() && backend != GpuBackend::cpu && (place == GpuBackend::cpu || backend.value_or(place) != place)) {
      why = say(said::kBackend, {{"backend", nameOf(backend)}, {"place", nameOf(place)}});
    }
    if (why.empty()) {
      if (const auto question = questionOf(row, *found->model, *fileType, backend.value_or(place), planned)) {
        questions.push_back(*question);
        const auto isThis = [&](const auto& named) { return named.first == name; };
        if (std::none_of(taken.begin(), taken.end(), isThis)) taken.emplace_back(name, found->name);
        continue;
      }
      why = said::kUnsaid;
    }
    // Lambdas of clang 14 take no name of a binding.
    const auto isSame = [&name, &reason = why](const Skipped& s) { return s.name == name && s.why == reason; };
    const auto same = std::find_if(skipped.begin(), skipped.end(), isSame);
    if (same == skipped.end()) {
      skipped.push_back({name, why, 1});
    } else {
      ++same->count;
    }
  }
  for (const auto& [text, named] : taken) note(say(said::kTaken, {{"name", text}, {"model", named}}));
  for (const auto& [name, why, count] : skipped) {
    note(say(count == 1 ? said::kSkippedOnce : said::kSkipped,
             {{"count", std::to_string(count)}, {"name", name}, {"why", why}}));
  }
  return questions;
}

}  // namespace

Calibrated calibratedBy(const std::string& file, const Planned& planned) {
  const std::string text = readText(file, kMaximumBenchmarkBytes);
  const Json rows = Json::accept(text) ? parseJson(file, text) : Json();
  if (!rows.is_array()) {
    throw std::invalid_argument(file + " must be what llama-bench -o json prints; other formats are for the npm tool");
  }
  std::vector<Question> questions = questionsOf(rows, planned);
  if (questions.empty()) throw std::invalid_argument(noteOf(said::kNothing));
  const auto calibration = std::make_unique<Calibration>();
  followMachine(*calibration);
  for (int round = 0; round < kRounds; ++round) {
    for (const Question& q : questions) {
      const auto estimate = calibration->add(*q.model, q.runtime, q.machine, q.workload, q.measured);
      if (!estimate) throw std::invalid_argument(describe("calibrate", estimate.violation()));
    }
    if (calibration->step()) break;
  }
  const Hardware machine = calibration->calibrated(planned.machine, planned.runtime.backend);
  return {machine.gpuProfile, machine.hostProfile, static_cast<double>(questions.size())};
}

}  // namespace llmcalc
