#include "answer.hpp"

#include <cstddef>
#include <optional>
#include <stdexcept>
#include <string>
#include <type_traits>

#include "calibrate.hpp"
#include "command.hpp"
#include "fields_json.hpp"
#include "llmcalc/base/field.hpp"
#include "llmcalc/llmcalc.hpp"
#include "placement.hpp"
#include "plan_notes.hpp"
#include "plan_speed.hpp"
#include "say.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

constexpr double kSchema = 2;

Json jsonOf(const DeviceMemory& d, const std::string& name) {
  Json json = {{"name", name}};
  addFields<kTotalFields>(json, d);
  json["total"] = d.total();
  addFields<kLoadFields>(json, d);
  Json terms;
  addFields<kPartFields>(terms, d);
  terms["largestStage"] = d.computeBuffer - d.inputs;
  addFields<kStageFields>(terms, d);
  json["terms"] = terms;
  return json;
}

Json jsonOf(const MemoryPlan& plan) {
  Json json;
  eachField<kFields<MemoryPlan>>([&](auto at) {
    const auto& row = at.kRow;
    using Row = std::remove_cvref_t<decltype(row)>;
    const std::string key(field::keyOf(row));
    if constexpr (field::kIsCount<Row>) {
      Json& devices = json[key] = Json::array();
      for (std::size_t i = 0; i < static_cast<std::size_t>(plan.gpuCount); ++i) {
        devices.push_back(jsonOf(plan.gpus[i], "gpu" + std::to_string(i)));
      }
      devices.push_back(jsonOf(plan.host, "host"));
    } else {
      json[key] = fieldOf(row, plan);
    }
  });
  return json;
}

Json jsonOf(const Fit& fit, bool hostIsKnown) {
  Json devices = Json::array();
  const auto add = [&](const std::string& name, const DeviceFit& device, bool known) {
    const auto number = [&](double value) { return known ? Json(value) : Json(); };
    devices.push_back({{"name", name},
                       {"needed", device.needed},
                       {"available", number(device.available)},
                       {"margin", number(device.margin)},
                       {"shortBy", number(device.shortBy())},
                       {"shortOfMargin", number(device.shortOfMargin())}});
  };
  for (std::size_t i = 0; i < static_cast<std::size_t>(fit.gpuCount); ++i) {
    add("gpu" + std::to_string(i), fit.gpus[i], true);
  }
  add("host", fit.host, hostIsKnown);
  return {{"verdict", std::string(kVerdicts[static_cast<std::size_t>(fit.verdict)])},
          {"fits", fit.fits},
          {"devices", devices}};
}

Json jsonOf(const Runtime& r, const Placing& placing) {
  Json json;
  const Json placed = jsonOf(placing);
  Json backend;
  eachField<kFields<Runtime>>([&](auto at) {
    const auto& row = at.kRow;
    const std::string key(field::keyOf(row));
    if (key == "multiprocessors") return;  // known of each GPU, if at all: see the hardware
    if (key == "backend") {
      backend = fieldOf(row, r);
    } else {
      json[key] = placed.contains(key) ? placed[key] : fieldOf(row, r);
    }
  });
  json["backend"] = backend;
  return json;
}

Json jsonOf(const Subject& subject) {
  const ModelSpec& model = subject.model;
  const ParameterCount count = parameterCount(model);
  return {{"name", subject.name},
          {"source", subject.source},
          {"architecture", subject.architecture.empty() ? Json() : Json(subject.architecture)},
          {"parameters", count.parameters},
          {"activeParameters", count.activeParameters},
          {"layers", model.layerCount},
          {"predictionLayers", model.predictionLayerCount},
          {"contextLength", model.contextLength}};
}

// The plan of a question, and what else is asked of the same model on the same machine.
class Planner {
 public:
  explicit Planner(const Question& question)
      : question_(question),
        hardware_(question.machine.hardware),
        model_(question.subject.model),
        weights_(question.subject.weights.get()),
        hasGpus_(hardware_ && !hardware_->gpus.empty()) {
    isAutomatic_ = question.placing.gpuLayers == kAutomatic;
    placing_ = question.placing;
    if (!isAutomatic_) return;
    placing_.gpuLayers = kEveryLayer;
    static_cast<void>(plan(placing_));  // what is refused is so in the words of a plan
    if (const auto placed = best()) placing_ = placed->placing;
  }

  [[nodiscard]] Json answer();

 private:
  [[nodiscard]] Runtime runtime(const Placing& placing) const {
    return runtimeOn(question_.runtime, placing, hardware_);
  }
  [[nodiscard]] MemoryPlan plan(const Placing& placing) const { return planMemory(model_, runtime(placing), weights_); }
  [[nodiscard]] std::optional<Placed> best() const {
    return hasGpus_ ? bestPlacement(model_, question_.runtime, placing_, *hardware_, weights_) : std::nullopt;
  }
  [[nodiscard]] Verdict verdict(const Placing& placing) const {
    return hardware_ ? fitOf(plan(placing), *hardware_).verdict : Verdict::doesNotFit;
  }
  [[nodiscard]] std::optional<SpeedEstimate> estimate(const Placing& placing, const Workload& workload) const {
    if (!machine_ || !runs(placing)) return std::nullopt;
    Runtime asked = runtime(placing);
    asked.engine = question_.engine;
    return estimateSpeed(model_, asked, *machine_, workload, weights_);
  }

  // Whether the engine runs such a placement: of the two, llama.cpp alone computes on the host.
  [[nodiscard]] bool runs(const Placing& placing) const {
    return question_.engine == Engine::llamaCpp ||
           (question_.runtime.gpuCount > 0.0 && placing.gpuLayers == kEveryLayer && placing.cpuMoeLayers == 0.0 &&
            question_.runtime.kvOffload);
  }

  // Takes the profiles of --calibrate; the number of measurements.
  std::optional<double> calibrate();
  [[nodiscard]] Json curve() const;
  [[nodiscard]] Json suggestion(const Placed& placed) const;

  const Question& question_;
  const std::optional<PlanHardware>& hardware_;
  const ModelSpec& model_;
  const MeasuredWeights* weights_;  // of the file's own tensors, or none
  bool hasGpus_;
  bool isAutomatic_ = false;
  Placing placing_;
  std::optional<Hardware> machine_;
};

std::optional<double> Planner::calibrate() {
  if (question_.calibrate.empty()) return std::nullopt;
  if (!machine_) throw std::invalid_argument(say(sentences::refused::kCalibrate));
  Hardware measured = *machine_;
  // What was measured had the threads that its rows say.
  if (!hardware_->host.threads) measured.host.threads = 0;
  const PlanGpu gpu = hasGpus_ ? hardware_->gpus.front() : PlanGpu();
  const Runtime used = runtime(placing_);
  const Calibrated by = calibratedBy(question_.calibrate, {model_, question_.subject.architecture, used, measured,
                                                           gpu.family, gpu.name, question_.subject.name});
  machine_->gpuProfile = by.gpuProfile;
  machine_->hostProfile = by.hostProfile;
  return by.measurements;
}

Json Planner::curve() const {
  Json points = Json::array();
  const auto add = [&](const OffloadPoint& point) {
    points.push_back({{"gpuLayers", point.gpuLayers},
                      {"verdict", std::string(kVerdicts[static_cast<std::size_t>(point.verdict)])},
                      {"decode", llmcalc::jsonOf(point.decode)}});
  };
  offloadCurve(model_, runtime(placing_), fitMachineOf(*hardware_), *machine_, question_.workload, add, weights_);
  return points;
}

Json Planner::suggestion(const Placed& placed) const {
  Json json = llmcalc::jsonOf(placed);
  const MemoryPlan memory = plan(placed.placing);
  const std::optional<double> unchecked = uncheckedOf(memory, hardware_);
  const std::optional<double> ceiling = ceilingOf(memory, hardware_);
  const std::optional<SpeedEstimate> speed = estimate(placed.placing, question_.workload);
  json["hostUnchecked"] = unchecked ? Json(*unchecked) : Json();
  json["ceilingTokensPerSecond"] = ceiling ? Json(*ceiling) : Json();
  json["decode"] = speed ? llmcalc::jsonOf(speed->decode) : Json();
  return json;
}

Json Planner::answer() {
  const MemoryPlan memory = plan(placing_);
  const std::optional<Fit> fit = hardware_ ? std::optional(fitOf(memory, *hardware_)) : std::nullopt;
  if (const auto unchecked = uncheckedOf(memory, hardware_); unchecked && fit->fits) {
    throw std::invalid_argument(say(sentences::refused::kRamNeeded, {{"size", gib(*unchecked)}}));
  }
  std::optional<Placed> placed;
  if (fit && fit->verdict != Verdict::fits && !isAutomatic_) placed = best();
  // Where the plan fits without the margins, another one that does so too is no better.
  if (placed && fit->verdict == Verdict::tight && placed->verdict != Verdict::fits) placed.reset();
  const bool fitsAnywhere = !fit || fit->fits || placed;
  const std::optional<double> ceiling = ceilingOf(memory, hardware_);

  machine_ = speedMachineOf(hardware_, question_.runtime);
  const std::optional<double> calibratedFrom = calibrate();
  const Workload& workload = question_.workload;
  const std::optional<SpeedEstimate> speed = estimate(placing_, workload);
  const std::optional<Workload> end = endOf(workload, question_.runtime);
  const bool wantsCurve = speed && hasGpus_ && fitsAnywhere && question_.engine == Engine::llamaCpp &&
                          (question_.curve || verdict({kEveryLayer, 0.0}) != Verdict::fits);
  // What does not fit is not run: the command is that of what would.
  const bool runsSuggestion = fit && !fit->fits && placed;
  Json noFit;
  if (hardware_ && !fitsAnywhere) noFit = noFitOf(question_.subject, question_.runtime, placing_, *hardware_);
  Json command;
  Json commandFor;
  if (fitsAnywhere) {
    command = commandLine(question_, runsSuggestion ? placed->placing : placing_, fit.has_value());
    commandFor = runsSuggestion ? "suggestion" : "plan";
  }
  return {{"schema", kSchema},
          {"model", jsonOf(question_.subject)},
          {"runtime", jsonOf(question_.runtime, placing_)},
          {"hardware", hardware_ ? llmcalc::jsonOf(*hardware_) : Json()},
          {"memory", jsonOf(memory)},
          {"fit", fit ? jsonOf(*fit, hardware_->host.memory.has_value()) : Json()},
          {"workload", llmcalc::jsonOf(workload)},
          {"speed", speedOf(speed, {question_.engine, ceiling, calibratedFrom, workload, end,
                                    end ? estimate(placing_, *end) : std::nullopt})},
          {"suggestion", placed ? suggestion(*placed) : Json()},
          {"noFit", noFit},
          {"offloadCurve", wantsCurve ? curve() : Json()},
          {"commandLine", command},
          {"commandFor", commandFor},
          {"assumptions", assumptionsOf(hardware_, wantsCurve || (speed && speed->step.host > 0.0))},
          {"notes", notesOf(question_, ceiling, runs(placing_))}};
}

}  // namespace

Json answerTo(const Question& question) { return Planner(question).answer(); }

}  // namespace llmcalc
