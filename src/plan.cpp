#include "plan.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "calibrate.hpp"
#include "catalog.hpp"
#include "llmcalc/llmcalc.hpp"
#include "spec_json.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

constexpr double kGiB = 1024.0 * 1024.0 * 1024.0;
constexpr double kDefaultContext = 8192.0;
constexpr double kUnknownMemory = 1e18;  // larger than any
// A desktop with two channels of DDR5: of the host, where nothing is said.
constexpr double kAssumedBandwidth = 75.0;
constexpr double kAssumedThreads = 8.0;

// As asked for on the command line.
struct Question {
  std::string model;
  std::string device;
  std::optional<double> gpus, vram, bandwidth, ram, ramBandwidth, threads, context, parallel;
  std::string calibrate, backend, quant, kv, kvK, kvV, gpuLayers = "all";
  double cpuMoe = 0, batch = 2048, ubatch = 512, build = kReferenceBuild, prompt = 512, output = 128;
  bool importanceMatrix = false, server = true, flashAttention = true, swaFull = false, kvOffload = true, curve = false,
       json = false;
};

struct Subject {
  std::string name;
  Json source;
  ModelSpec model;
  std::string architecture;  // empty: not known
  std::optional<bool> recorded;
};

// The machine as far as it is said; llmcalc::Hardware is what estimates take.
struct PlanHardware {
  std::string device;  // empty: none named
  MemoryKind kind = MemoryKind::separate;
  double gpus = 1;
  std::optional<double> gpuMemory, gpuBandwidth, hostMemory, hostBandwidth, hostThreads;
  Device rates;  // of one GPU: the catalogue's, without bandwidth
  std::string family;
};

struct Placing {
  bool all = true;
  double gpuLayers = kAllLayers;
  double cpuMoeLayers = 0;
};

struct Suggestion {
  Placing placing;
  std::optional<double> ceiling;
};

struct CurvePoint {
  double gpuLayers = 0;
  bool fits = false;
  Band decode;
};

Json jsonOf(const std::optional<double>& value) { return value ? Json(*value) : Json(); }
Json layersOf(const Placing& placing) { return placing.all ? Json("all") : Json(placing.gpuLayers); }

std::string slug(const std::string& name) {
  std::string text;
  for (const char c : name) {
    const auto letter = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if ((letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') || letter == '.')
      text += letter;
    else if (!text.empty() && text.back() != '-')
      text += '-';
  }
  if (!text.empty() && text.back() == '-') text.pop_back();
  return text;
}

Subject subjectOf(const std::string& text) {
  if (text.ends_with(".gguf") || text.starts_with("http")) {
    throw std::invalid_argument(text + ": GGUF files and addresses are for the npm tool");
  }
  if (text.ends_with(".json")) {
    const Json json = parseJson(text, readText(text, kMaximumSpecBytes));
    const auto groups = json.find("groups");
    if (groups == json.end() || !groups->is_array()) {
      throw std::invalid_argument(text + ": a config.json is for the npm tool");
    }
    if (json.contains("tensors")) {
      throw std::invalid_argument(text + " has a list of tensors, which takes the npm tool: npx wasm-calculator plan " +
                                  text);
    }
    std::string name = text.substr(text.find_last_of("/\\") + 1);
    name.resize(name.size() - std::string(".json").size());
    return {name, {{"kind", "spec"}, {"locations", Json::array({text})}}, specFromJson(json), {}, std::nullopt};
  }
  const catalog::Model& found = catalog::findModel(text);
  if (!found.unplannable.empty()) {
    throw std::invalid_argument(found.name + " is in the catalogue, but cannot be planned: " + found.unplannable);
  }
  return {found.name,
          {{"kind", "catalogue"}, {"repository", found.repository}},
          found.spec,
          found.architecture,
          found.recorded};
}

template <typename Names>
std::size_t indexOf(const Names& names, std::string_view name) {
  return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
}

// The hardware, and what of it is the runtime's; none where nothing is said of it.
std::optional<PlanHardware> hardwareOf(const Question& q, Runtime& runtime) {
  const auto bytes = [](std::optional<double> gb) { return gb ? std::optional(*gb * kGiB) : std::nullopt; };
  PlanHardware h;
  h.gpus = q.gpus.value_or(1.0);
  h.gpuMemory = bytes(q.vram);
  h.gpuBandwidth = q.bandwidth;
  h.hostMemory = bytes(q.ram);
  h.hostBandwidth = q.ramBandwidth;
  h.hostThreads = q.threads;
  std::string backend = "cuda";
  bool known = true;
  if (!q.device.empty()) {
    const catalog::Device& device = catalog::findDevice(q.device);
    if (device.kind == "accelerator") {
      throw std::invalid_argument("--device: llama.cpp does not run on " + device.name);
    }
    h.device = device.name;
    runtime.multiprocessors = device.multiprocessors;
    if (device.kind == "cpu") {
      h.gpus = 0;
      if (!h.hostBandwidth) h.hostBandwidth = device.bandwidthGBs;
      backend = "cpu";
    } else {
      h.kind = static_cast<MemoryKind>(indexOf(kMemoryKinds, device.memoryKind));
      if (!h.gpuBandwidth) h.gpuBandwidth = device.bandwidthGBs;
      if (h.kind == MemoryKind::separate) {
        if (!h.gpuMemory) h.gpuMemory = device.memory;
      } else {
        if (!h.hostMemory) h.hostMemory = device.memory;
        if (!h.hostBandwidth) h.hostBandwidth = h.gpuBandwidth;
        if (!h.hostMemory) {
          throw std::invalid_argument("--ram is needed: " + device.name + " comes with several sizes of memory");
        }
      }
      backend = device.backend;
      h.rates.shaderFlops = device.shaderFlops;
      h.rates.halfFlops = device.halfFlops;
      h.rates.quantizedOps = device.quantizedOps;
      h.family = device.profileFamily;
    }
  } else if (!q.vram && h.gpus != 0.0) {
    known = false;
  }
  runtime.backend = static_cast<Backend>(indexOf(kBackends, q.backend.empty() ? backend : q.backend));
  runtime.gpuCount = h.gpus;
  runtime.gpuShares.fill(1.0);
  if (!known) return std::nullopt;
  if (h.gpus > 0.0 && h.kind == MemoryKind::separate && !h.gpuMemory) {
    throw std::invalid_argument("--vram is needed: the memory of " + h.device + " is not known");
  }
  return h;
}

Runtime runtimeOf(const Question& q, const ModelSpec& model, Runtime runtime) {
  runtime.build = q.build;
  runtime.server = q.server;
  runtime.importanceMatrix = q.importanceMatrix;
  const double trained = model.contextLength > 0.0 ? model.contextLength : kDefaultContext;
  runtime.contextLength = q.context.value_or(std::min(kDefaultContext, trained));
  runtime.batchSize = q.batch;
  runtime.microBatchSize = q.ubatch;
  // A server left to itself has four slots in one cache.
  runtime.sequences = q.parallel.value_or(q.server ? 4.0 : 1.0);
  runtime.kvUnified = q.server && !q.parallel;
  runtime.flashAttention = q.flashAttention;
  runtime.swaFull = q.swaFull;
  runtime.kvOffload = q.kvOffload;
  const std::string quant = q.quant.empty() ? "Q4_K_M" : q.quant;
  for (std::size_t i = 0; i < kFileTypes.size(); ++i) {
    if (CLI::detail::to_lower(std::string(kFileTypes[i].name)) == CLI::detail::to_lower(quant)) {
      runtime.fileType = static_cast<FileType>(i);
    }
  }
  const auto cacheType = [&](const std::string& own) {
    const std::string& name = own.empty() ? q.kv : own;
    for (std::size_t i = 0; i < kCacheTypes.size(); ++i) {
      if (kCacheTypes[i].name == name) return static_cast<CacheType>(i);
    }
    return CacheType::f16;
  };
  runtime.cacheTypeK = cacheType(q.kvK);
  runtime.cacheTypeV = cacheType(q.kvV);
  return runtime;
}

Runtime placed(Runtime runtime, const Placing& placing) {
  runtime.gpuLayers = placing.all ? kAllLayers : placing.gpuLayers;
  runtime.cpuMoeLayers = placing.cpuMoeLayers;
  return runtime;
}

Fit fitOf(const MemoryPlan& plan, const PlanHardware& hardware) {
  Machine machine;
  machine.kind = hardware.kind;
  machine.hostMemory = hardware.hostMemory.value_or(kUnknownMemory);
  machine.gpuCount = hardware.gpus;
  machine.gpuMemory.fill(hardware.gpuMemory.value_or(0.0));
  return fits(plan, machine);
}

// Tokens per second that memory bandwidth allows.
std::optional<double> ceilingOf(const MemoryPlan& plan, const std::optional<PlanHardware>& hardware) {
  double seconds = 0;
  const auto read = [&](const DeviceMemory& memory, std::optional<double> bandwidth) {
    if (memory.bytesPerToken == 0.0) return true;
    if (!bandwidth || *bandwidth == 0.0) return false;
    seconds += memory.bytesPerToken / (*bandwidth * 1e9);
    return true;
  };
  for (std::size_t i = 0; i < static_cast<std::size_t>(plan.gpuCount); ++i) {
    if (!read(plan.gpus[i], hardware ? hardware->gpuBandwidth : std::nullopt)) return std::nullopt;
  }
  if (!read(plan.host, hardware ? hardware->hostBandwidth : std::nullopt)) return std::nullopt;
  return 1.0 / seconds;
}

// The placement with the most on the GPU that fits: of a mixture of experts the fewest layers with experts on the
// host, else the most layers.
std::optional<Suggestion> bestPlacement(const ModelSpec& model, const Runtime& runtime, const PlanHardware& hardware) {
  const auto fitting = [&](const Placing& placing) -> std::optional<Suggestion> {
    const MemoryPlan plan = planMemory(model, placed(runtime, placing));
    if (!fitOf(plan, hardware).fits) return std::nullopt;
    return Suggestion{placing, ceilingOf(plan, hardware)};
  };
  bool routes = false;
  for (std::size_t i = 0; i < static_cast<std::size_t>(model.groupCount); ++i) {
    routes = routes || model.groups[i].expertCount > 0.0;
  }
  for (double layers = 0; layers <= (routes ? model.layerCount : 0.0); ++layers) {
    if (const auto found = fitting({true, kAllLayers, layers})) return found;
  }
  for (double layers = model.layerCount; layers >= 0.0; --layers) {
    if (const auto found = fitting({false, layers, runtime.cpuMoeLayers})) return found;
  }
  return std::nullopt;
}

Json jsonOf(const DeviceMemory& d, const std::string& name) {
  return {{"name", name},
          {"weights", d.weights},
          {"kvCache", d.kvCache},
          {"recurrentState", d.recurrentState},
          {"computeBuffer", d.computeBuffer},
          {"outputBuffer", d.outputBuffer},
          {"overhead", d.overhead},
          {"total", d.total()},
          {"layers", d.layers},
          {"bytesPerToken", d.bytesPerToken},
          {"terms",
           {{"tokenEmbedding", d.tokenEmbedding},
            {"outputHead", d.outputHead},
            {"experts", d.experts},
            {"slidingCache", d.slidingCache},
            {"inputs", d.inputs},
            {"largestStage", d.computeBuffer - d.inputs},
            {"stage", std::string(kStages[static_cast<std::size_t>(d.stage)])}}}};
}

Json jsonOf(const MemoryPlan& plan) {
  Json devices = Json::array();
  for (std::size_t i = 0; i < static_cast<std::size_t>(plan.gpuCount); ++i) {
    devices.push_back(jsonOf(plan.gpus[i], "gpu" + std::to_string(i)));
  }
  devices.push_back(jsonOf(plan.host, "host"));
  return {{"devices", devices},
          {"cells", {{"streams", plan.cells.streams}, {"full", plan.cells.full}, {"sliding", plan.cells.sliding}}},
          {"outputs", plan.outputs},
          {"fileBytes", plan.fileBytes},
          {"bytesPerToken", plan.bytesPerToken}};
}

Json jsonOf(const Fit& fit, const PlanHardware& hardware) {
  Json devices = Json::array();
  const auto add = [&](const std::string& name, const DeviceFit& device, bool known) {
    devices.push_back({{"name", name},
                       {"needed", device.needed},
                       {"available", known ? Json(device.available) : Json()},
                       {"shortBy", known ? Json(device.shortBy()) : Json()}});
  };
  for (std::size_t i = 0; i < static_cast<std::size_t>(fit.gpuCount); ++i) {
    add("gpu" + std::to_string(i), fit.gpus[i], true);
  }
  add("host", fit.host, hardware.hostMemory.has_value());
  return {{"fits", fit.fits}, {"devices", devices}};
}

Json jsonOf(const Runtime& r, const Placing& placing) {
  return {{"engine", "llama.cpp"},
          {"build", r.build},
          {"server", r.server},
          {"fileType", std::string(traits(r.fileType).name)},
          {"importanceMatrix", r.importanceMatrix},
          {"contextLength", r.contextLength},
          {"batchSize", r.batchSize},
          {"microBatchSize", r.microBatchSize},
          {"sequences", r.sequences},
          {"kvUnified", r.kvUnified},
          {"flashAttention", r.flashAttention},
          {"cacheTypeK", std::string(traits(r.cacheTypeK).name)},
          {"cacheTypeV", std::string(traits(r.cacheTypeV).name)},
          {"gpuLayers", layersOf(placing)},
          {"cpuMoeLayers", placing.cpuMoeLayers},
          {"swaFull", r.swaFull},
          {"kvOffload", r.kvOffload},
          {"gpus", r.gpuCount},
          {"backend", std::string(kBackends[static_cast<std::size_t>(r.backend)])},
          {"multiprocessors", r.multiprocessors}};
}

std::string commandLine(const Subject& subject, const Runtime& r, const Placing& placing) {
  std::string text(r.server ? "llama-server" : "llama-cli");
  const auto say = [&](std::string_view option, const std::string& value = {}) {
    text.append(" ").append(option);
    if (!value.empty()) text.append(" ").append(value);
  };
  const std::string quant(traits(r.fileType).name);
  say("--model", slug(subject.name) + "-" + quant + ".gguf");
  say("--ctx-size", formatNumber(r.contextLength));
  say("--batch-size", formatNumber(r.batchSize));
  say("--ubatch-size", formatNumber(r.microBatchSize));
  if (r.server) {
    say("--parallel", formatNumber(r.sequences));
    say(r.kvUnified ? "--kv-unified" : "--no-kv-unified");
  }
  say("--flash-attn", r.flashAttention ? "on" : "off");
  say("--cache-type-k", std::string(traits(r.cacheTypeK).name));
  say("--cache-type-v", std::string(traits(r.cacheTypeV).name));
  say("--n-gpu-layers", r.gpuCount == 0.0 ? "0" : placing.all ? "all" : formatNumber(placing.gpuLayers));
  if (placing.cpuMoeLayers > 0.0) say("--n-cpu-moe", formatNumber(placing.cpuMoeLayers));
  if (r.swaFull) say("--swa-full");
  if (!r.kvOffload) say("--no-kv-offload");
  say("--fit", "off");
  return text;
}

// The machine of an estimate; none where what it takes is not known.
std::optional<llmcalc::Hardware> machineOf(const std::optional<PlanHardware>& given, const Runtime& runtime) {
  if (!given) return std::nullopt;
  // llama.cpp's CPU back end leaves GPUs alone.
  if (given->gpus > 0.0 && (!given->gpuBandwidth || runtime.backend == Backend::cpu)) return std::nullopt;
  llmcalc::Hardware machine;
  machine.gpuCount = given->gpus;
  Device gpu = given->rates;
  gpu.bandwidth = given->gpuBandwidth.value_or(0.0) * 1e9;
  machine.gpus.fill(gpu);
  machine.host.bandwidth = given->hostBandwidth.value_or(kAssumedBandwidth) * 1e9;
  machine.host.threads = given->hostThreads.value_or(kAssumedThreads);
  machine.unified = given->kind != MemoryKind::separate;
  machine.gpuProfile = speedProfile(runtime.backend, given->family, given->device, runtime.build);
  machine.hostProfile = speedProfile(Backend::cpu, given->kind == MemoryKind::apple ? "Apple" : "x86",
                                     given->gpus == 0.0 ? std::string_view{given->device} : std::string_view{});
  return machine;
}

// What is assumed of the host, and what the estimate leaves out.
void addSpeedNotes(Json& notes, const PlanHardware& hardware, const Runtime& runtime, const Workload& workload,
                   bool hostWorks) {
  std::string assumed;
  if (!hardware.hostBandwidth) assumed = formatNumber(kAssumedBandwidth) + " GB/s (--ram-bandwidth)";
  if (!hardware.hostThreads) {
    assumed.append(assumed.empty() ? "" : " and ").append(formatNumber(kAssumedThreads)).append(" cores (--threads)");
  }
  if (hostWorks && !assumed.empty()) notes.push_back("Of the host, the estimate assumes " + assumed + ".");
  const double room = runtime.kvUnified ? runtime.contextLength : runtime.contextLength / runtime.sequences;
  if (workload.promptLength + workload.outputLength > room) {
    notes.push_back("The prompt and the output of the estimate (--prompt, --output) do not fit in the context.");
  }
}

Json jsonOf(const Band& band) { return {{"p10", band.p10}, {"p50", band.p50}, {"p90", band.p90}}; }

Json answerOf(const Question& q) {
  Runtime base;
  const std::optional<PlanHardware> hardware = hardwareOf(q, base);
  const Subject subject = subjectOf(q.model);
  const ModelSpec& model = subject.model;
  const Runtime runtime = runtimeOf(q, model, base);
  const bool automatic = q.gpuLayers == "auto";
  Placing placing{automatic || q.gpuLayers == "all", kAllLayers, q.cpuMoe};
  if (!placing.all) placing.gpuLayers = std::stod(q.gpuLayers);
  if (automatic && hardware && hardware->gpus != 0.0) {
    if (const auto best = bestPlacement(model, placed(runtime, placing), *hardware)) placing = best->placing;
  }
  const Runtime used = placed(runtime, placing);
  const MemoryPlan plan = planMemory(model, used);
  const std::optional<Fit> fit = hardware ? std::optional(fitOf(plan, *hardware)) : std::nullopt;
  std::optional<Suggestion> suggestion;
  if (fit && !fit->fits && !automatic && used.gpuCount != 0.0) suggestion = bestPlacement(model, used, *hardware);
  const std::optional<double> ceiling = ceilingOf(plan, hardware);

  Workload workload;
  workload.promptLength = q.prompt;
  workload.outputLength = q.output;
  std::optional<llmcalc::Hardware> machine = machineOf(hardware, used);
  std::optional<double> calibratedFrom;
  if (!q.calibrate.empty()) {
    if (!machine) {
      throw std::invalid_argument("--calibrate: there is no estimate without a device, or a bandwidth");
    }
    // What was measured had the threads that its rows say.
    llmcalc::Hardware measured = *machine;
    if (!hardware->hostThreads) measured.host.threads = 0;
    const Calibrated by = calibratedBy(
        q.calibrate, {model, subject.architecture, used, measured, hardware->family, hardware->device, subject.name});
    machine->gpuProfile = by.gpuProfile;
    machine->hostProfile = by.hostProfile;
    calibratedFrom = by.measurements;
  }
  const auto estimateOf = [&](const Placing& with) {
    return machine ? std::optional(estimateSpeed(model, placed(used, with), *machine, workload)) : std::nullopt;
  };
  const auto fitsWith = [&](const Placing& with) {
    return hardware && fitOf(planMemory(model, placed(used, with)), *hardware).fits;
  };
  const std::optional<SpeedEstimate> estimate = estimateOf(placing);
  std::vector<CurvePoint> curve;
  if (estimate && used.gpuCount != 0.0 && (q.curve || !fitsWith({true, kAllLayers, 0.0}))) {
    // The head counts as a layer, prediction blocks too.
    for (double layers = 0; layers <= model.layerCount + model.predictionLayerCount + 1.0; ++layers) {
      const Placing with{false, layers, used.cpuMoeLayers};
      curve.push_back({layers, fitsWith(with), estimateOf(with)->decode});
    }
  }

  Json notes = Json::array();
  if (!hardware) {
    notes.push_back(
        "No device is given (--device; --vram and --bandwidth; --gpus 0 for none): nothing says whether it fits.");
  } else {
    if (hardware->kind == MemoryKind::separate && !hardware->hostMemory) {
      notes.push_back("The memory of the host is not given (--ram) and was not checked.");
    }
    if (!ceiling) {
      notes.push_back("A bandwidth is not known (--bandwidth, --ram-bandwidth): there is no ceiling of speed.");
    }
    if (estimate) addSpeedNotes(notes, *hardware, used, workload, !curve.empty() || estimate->step.host > 0.0);
  }
  if (subject.recorded == false) {
    notes.push_back("No plan of this architecture was recorded: its compute buffer follows the rules of the others.");
  }

  Json named = {{"name", subject.name}, {"source", subject.source}};
  const Parameters parameters = parametersOf(model);
  named["parameters"] = parameters.all;
  named["activeParameters"] = parameters.active;
  named["layers"] = model.layerCount;
  named["contextLength"] = model.contextLength;
  Json hardwareJson;
  if (hardware) {
    hardwareJson = {{"device", hardware->device.empty() ? Json() : Json(hardware->device)},
                    {"kind", std::string(kMemoryKinds[static_cast<std::size_t>(hardware->kind)])},
                    {"gpus", hardware->gpus},
                    {"gpuMemory", jsonOf(hardware->gpuMemory)},
                    {"gpuBandwidth", jsonOf(hardware->gpuBandwidth)},
                    {"hostMemory", jsonOf(hardware->hostMemory)},
                    {"hostBandwidth", jsonOf(hardware->hostBandwidth)},
                    {"hostThreads", jsonOf(hardware->hostThreads)}};
  }
  Json suggested;
  if (suggestion) {
    suggested = {{"gpuLayers", layersOf(suggestion->placing)},
                 {"cpuMoeLayers", suggestion->placing.cpuMoeLayers},
                 {"ceilingTokensPerSecond", jsonOf(suggestion->ceiling)},
                 {"decode", Json()}};
    if (const auto speed = estimateOf(suggestion->placing)) suggested["decode"] = jsonOf(speed->decode);
  }
  Json speed = {{"kind", "ceiling"},
                {"tokensPerSecond", jsonOf(ceiling)},
                {"decode", Json()},
                {"prefill", Json()},
                {"timeToFirstToken", Json()},
                {"decodeLimit", Json()},
                {"prefillLimit", Json()},
                {"evidence", Json()},
                {"calibratedFrom", jsonOf(calibratedFrom)}};
  if (estimate) {
    speed["decode"] = jsonOf(estimate->decode);
    speed["timeToFirstToken"] = jsonOf(estimate->timeToFirstToken);
    speed["decodeLimit"] = std::string(kLimits[static_cast<std::size_t>(estimate->decodeLimit)]);
    if (workload.promptLength > 0.0) {
      speed["prefill"] = jsonOf(estimate->prefill);
      speed["prefillLimit"] = std::string(kLimits[static_cast<std::size_t>(estimate->prefillLimit)]);
    }
    speed["evidence"] = std::string(kEvidences[static_cast<std::size_t>(estimate->evidence)]);
  }
  Json points;
  for (const CurvePoint& point : curve) {
    points.push_back({{"gpuLayers", point.gpuLayers}, {"fits", point.fits}, {"decode", jsonOf(point.decode)}});
  }
  return {{"schema", 1},
          {"model", named},
          {"runtime", jsonOf(used, placing)},
          {"hardware", hardwareJson},
          {"memory", jsonOf(plan)},
          {"fit", fit ? jsonOf(*fit, *hardware) : Json()},
          {"workload", {{"promptLength", workload.promptLength}, {"outputLength", workload.outputLength}}},
          {"speed", speed},
          {"suggestion", suggested},
          {"offloadCurve", points},
          {"commandLine", commandLine(subject, used, placing)},
          {"notes", notes}};
}

// Three digits, as far as there are that many.
std::string digits(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", value < 1.0 ? 2 : value < 100.0 ? 1 : 0, value);
  return text.data();
}

std::string bandText(const Json& band, const std::string& unit, double scale = 1.0) {
  const auto part = [&](const char* name) { return digits(band[name].get<double>() * scale); };
  return part("p50") + " " + unit + " (" + part("p10") + " to " + part("p90") + ")";
}

std::string evidenceText(const Json& speed) {
  const auto evidence = speed["evidence"].get<std::string>();
  if (evidence == "calibrated") {
    const double count = speed["calibratedFrom"].get<double>();
    return evidence + " (" + formatNumber(count) + (count == 1.0 ? " measurement" : " measurements") +
           " of this machine)";
  }
  const std::string rests = evidence == "backend"  ? "other devices with this back end"
                            : evidence == "family" ? "other devices of its family"
                            : evidence == "device" ? "measurements of this device"
                                                   : "nothing measured is like it";
  return evidence + " (" + rests + ")";
}

// As js/cli/print.js has them, without colours.
void printSpeed(const Json& answer) {
  const Json& speed = answer["speed"];
  const Json& fit = answer["fit"];
  const bool estimated = !speed["decode"].is_null();
  if (!estimated && speed["tokensPerSecond"].is_null()) return;
  std::puts("");
  if (!fit.is_null() && !fit["fits"].get<bool>()) std::puts("If there were room for it:");
  const auto line = [](const char* name, const std::string& text) { std::printf("%-11s  %s\n", name, text.c_str()); };
  if (estimated) {
    const Json& first = speed["timeToFirstToken"];
    const bool fast = first["p50"].get<double>() < 1.0;
    line("decode", bandText(speed["decode"], "tok/s") + ", limited by " + speed["decodeLimit"].get<std::string>());
    if (!speed["prefill"].is_null()) {
      line("prefill", bandText(speed["prefill"], "tok/s") + ", limited by " + speed["prefillLimit"].get<std::string>());
    }
    line("first token", bandText(first, fast ? "ms" : "s", fast ? 1000.0 : 1.0) + ", after a prompt of " +
                            formatNumber(answer["workload"]["promptLength"].get<double>()) + " tokens");
    line("evidence", evidenceText(speed) + "; 10th to 90th percentile in brackets");
  }
  if (!speed["tokensPerSecond"].is_null()) {
    line("ceiling", digits(speed["tokensPerSecond"].get<double>()) + " tok/s, from memory bandwidth alone");
  }
}

// A bar for some of the points, the largest that fits among them.
void printCurve(const Json& curve) {
  constexpr double kWidth = 32;
  constexpr std::size_t kSteps = 8;  // that are drawn
  const std::size_t last = curve.size() - 1;
  const std::size_t steps = std::min(kSteps, last);
  std::size_t best = curve.size();
  double fastest = 0;
  for (std::size_t i = 0; i <= last; ++i) {
    if (curve[i]["fits"].get<bool>()) best = i;
    fastest = std::max(fastest, curve[i]["decode"]["p50"].get<double>());
  }
  std::set<std::size_t> shown;
  for (std::size_t step = 0; step <= steps; ++step) shown.insert(step * last / steps);
  if (best <= last) shown.insert(best);
  std::puts("\ndecode by layers on the GPU (--gpu-layers)");
  for (const std::size_t i : shown) {
    const double rate = curve[i]["decode"]["p50"].get<double>();
    const bool fits = curve[i]["fits"].get<bool>();
    const std::string bar(static_cast<std::size_t>(std::round(rate / fastest * kWidth)), fits ? '#' : '-');
    const char* const said = !fits ? ", does not fit" : i == best && best < last ? ", the most that fits" : "";
    std::printf("%*zu  %-*s  %s tok/s%s\n", static_cast<int>(std::to_string(last).size()), i, static_cast<int>(kWidth),
                bar.c_str(), digits(rate).c_str(), said);
  }
}

void print(const Json& answer) {
  const auto gib = [](const Json& bytes) { return bytes.is_null() ? 0.0 : bytes.get<double>() / kGiB; };
  std::printf("%s  %.2f B parameters\n\n", printable(answer["model"]["name"].get<std::string>()).c_str(),
              answer["model"]["parameters"].get<double>() / 1e9);
  for (const Json& device : answer["memory"]["devices"]) {
    std::printf("%-5s %8.2f GiB: weights %.2f, cache %.2f, state %.2f, compute %.2f, output %.2f, overhead %.2f\n",
                device["name"].get<std::string>().c_str(), gib(device["total"]), gib(device["weights"]),
                gib(device["kvCache"]), gib(device["recurrentState"]), gib(device["computeBuffer"]),
                gib(device["outputBuffer"]), gib(device["overhead"]));
  }
  const Json& fit = answer["fit"];
  if (!fit.is_null()) {
    std::puts(fit["fits"].get<bool>() ? "\nIt fits." : "\nIt does not fit.");
    for (const Json& device : fit["devices"]) {
      if (gib(device["shortBy"]) <= 0.0) continue;
      std::printf("%.2f GiB short on %s\n", gib(device["shortBy"]), device["name"].get<std::string>().c_str());
    }
  }
  printSpeed(answer);
  if (!answer["offloadCurve"].is_null()) printCurve(answer["offloadCurve"]);
  std::printf("\n%s\n", answer["commandLine"].get<std::string>().c_str());
  for (const Json& note : answer["notes"]) std::printf("Note: %s\n", note.get<std::string>().c_str());
}

// Neither signs, exponents, hexadecimal digits, infinity nor NaN: what is no plain number is a slip.
bool isPlain(const std::string& text) {
  return text.find_first_of("0123456789") != std::string::npos &&
         text.find_first_not_of("0123456789.") == std::string::npos && std::count(text.begin(), text.end(), '.') <= 1;
}

}  // namespace

int runPlan(std::span<const std::string> arguments) {
  Question q;
  CLI::App app("Whether a model fits a device, and how fast it is", "llmcalc plan");
  const auto within = [](const char* what, double minimum, double maximum, bool isWhole) {
    return CLI::Validator(
        [=](const std::string& text) {
          double value = 0;
          const bool fits = isPlain(text) && CLI::detail::lexical_cast(text, value) && value >= minimum &&
                            value <= maximum && (!isWhole || value == std::floor(value));
          return fits ? std::string()
                      : std::string(isWhole ? "must be a whole number from " : "must be a number from ") +
                            formatNumber(minimum) + " to " + formatNumber(maximum) + ", got " + display(text);
        },
        what);
  };
  const auto whole = [&](const char* what, double minimum, double maximum) {
    return within(what, minimum, maximum, true);
  };
  const auto number = [&](const char* what, double minimum, double maximum) {
    return within(what, minimum, maximum, false);
  };
  const auto namesOf = [](const auto& types) {
    std::vector<std::string> names(types.size());
    std::transform(types.begin(), types.end(), names.begin(), [](const auto& type) { return std::string(type.name); });
    return names;
  };
  const std::vector<std::string> fileTypes = namesOf(kFileTypes);
  const std::vector<std::string> cacheTypes = namesOf(kCacheTypes);
  const std::vector<std::string> backends(kBackends.begin(), kBackends.end());
  const auto layers = CLI::Validator(
      [](const std::string& text) {
        const bool digits =
            !text.empty() && text.size() < 10 && text.find_first_not_of("0123456789") == std::string::npos;
        return digits || text == "all" || text == "auto" ? std::string() : "must be a whole number, all or auto";
      },
      "N|all|auto");

  app.add_option("model", q.model, "a name of the catalogue, or the JSON of a ModelSpec")->required();
  app.add_option("--device", q.device, "a name of the catalogue");
  app.add_option("--gpus", q.gpus, "how many of that device")->check(whole("N", 0, 16));
  app.add_option("--vram", q.vram, "GB of one GPU, as sold (1 GB is 2^30 bytes)")->check(number("GB", 0, 1e6));
  app.add_option("--bandwidth", q.bandwidth, "GB/s of its memory")->check(number("GB/s", 0.1, 1e6));
  app.add_option("--ram", q.ram, "GB of the host; of Apple and APUs, all of it")->check(number("GB", 0, 1e6));
  app.add_option("--ram-bandwidth", q.ramBandwidth, "GB/s of the host's memory")->check(number("GB/s", 0.1, 1e6));
  app.add_option("--threads", q.threads, "cores of the host that compute")->check(whole("N", 1, 4096));
  app.add_option("--backend", q.backend, "interface to the GPU")->check(CLI::IsMember(backends));
  app.add_option("--quant", q.quant, "file type; default Q4_K_M")->check(CLI::IsMember(fileTypes, CLI::ignore_case));
  app.add_flag("--imatrix", q.importanceMatrix, "quantised with an importance matrix");
  app.add_option("--context", q.context, "tokens of all sequences; default 8192, or as trained")
      ->check(whole("N", 1, 1e9));
  app.add_option("--kv", q.kv, "type of both caches")->check(CLI::IsMember(cacheTypes));
  app.add_option("--kv-k", q.kvK, "type of the keys")->check(CLI::IsMember(cacheTypes));
  app.add_option("--kv-v", q.kvV, "type of the values")->check(CLI::IsMember(cacheTypes));
  app.add_option("--gpu-layers", q.gpuLayers, "a number, all, or auto for what fits")->check(layers);
  app.add_option("--cpu-moe", q.cpuMoe, "layers whose experts stay on the host")->check(whole("N", 0, 1e9));
  app.add_option("--parallel", q.parallel, "sequences at once")->check(whole("N", 1, 256));
  app.add_option("--batch", q.batch, "logical batch")->check(whole("N", 1, 1e9));
  app.add_option("--ubatch", q.ubatch, "micro-batch")->check(whole("N", 1, 1e9));
  app.add_flag("--server,!--no-server", q.server, "as llama-server (default), or as llama-cli");
  app.add_flag("!--no-flash-attention", q.flashAttention, "without flash attention");
  app.add_flag("--swa-full", q.swaFull, "whole caches for sliding layers");
  app.add_flag("!--no-kv-offload", q.kvOffload, "caches on the host");
  app.add_option("--build", q.build, "build number of llama.cpp")->check(whole("N", 1, 1e9));
  app.add_option("--prompt", q.prompt, "of the speed: tokens of the prompt")->check(whole("N", 0, 1e9));
  app.add_option("--output", q.output, "of the speed: tokens generated")->check(whole("N", 1, 1e9));
  app.add_option("--calibrate", q.calibrate, "what llama-bench -o json printed on this machine");
  app.add_flag("--curve", q.curve, "the speed with none to all layers on the GPU, also where everything fits");
  app.add_flag("--json", q.json, "as JSON (docs/cli.md has the schema)");
  try {
    // CLI11 takes arguments from the end.
    app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
  } catch (const CLI::CallForHelp& help) {
    return app.exit(help);
  } catch (const CLI::ParseError& error) {
    throw std::invalid_argument(std::string(error.what()) + " (--help tells more)");
  }
  const Json answer = answerOf(q);
  // As text too, an answer with what is no number is none.
  const std::string json = formatJson(answer);
  if (q.json)
    std::printf("%s\n", json.c_str());
  else
    print(answer);
  return !answer["fit"].is_null() && !answer["fit"]["fits"].get<bool>() ? 1 : 0;
}

}  // namespace llmcalc
