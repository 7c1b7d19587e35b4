#include "options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string_view>
#include <utility>

#include "json.hpp"
#include "llmcalc/device.hpp"
#include "llmcalc/validation.hpp"
#include "search.hpp"
#include "text.hpp"

namespace llmcalc {

namespace {

enum class Group { machine, model, runtime, speed, common };
constexpr std::array<std::string_view, 5> kHeadings = {
    "Machine:", "Model:", "As llama.cpp runs it:", "Speed:", "Answer:"};

using Take = void (*)(Options& options, const std::string& text);

struct Option {
  Group group;
  std::string_view flag;
  std::string_view value;  // what stands for it in the help; a switch has none
  std::vector<std::string_view> aliases;
  std::string_view help;
  Take take;
};

// What completes "It must be ...", or a sentence of its own.
struct Refusal {
  std::string text;
};

[[noreturn]] void refuse(const std::string& requirement) { throw Refusal{"It must be " + requirement + "."}; }

// Plain decimals: no exponents and no hexadecimals.
std::optional<double> decimalIn(std::string_view text) {
  constexpr std::size_t kMostDigits = 15;
  const std::size_t point = std::min(text.find('.'), text.size());
  const std::string_view after = text.substr(std::min(point + 1, text.size()));
  const auto digits = [](std::string_view part) {
    return part.size() <= kMostDigits && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (!digits(text.substr(0, point)) || !digits(after) || (point == 0 && after.empty())) return std::nullopt;
  double value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

double numberIn(std::string_view text, double minimum, double maximum, const std::string& requirement,
                bool isWholeNumber = false) {
  const std::optional<double> value = decimalIn(trimmed(text));
  if (!value || *value < minimum || *value > maximum || (isWholeNumber && !isWhole(*value))) refuse(requirement);
  return *value;
}

std::string rangeText(double minimum, double maximum) {
  return " from " + formatNumber(minimum) + " to " + formatNumber(maximum);
}

double whole(std::string_view text, double minimum, double maximum) {
  return numberIn(text, minimum, maximum, "a whole number" + rangeText(minimum, maximum), true);
}

double decimal(std::string_view text, double minimum, double maximum) {
  return numberIn(text, minimum, maximum, "a plain number" + rangeText(minimum, maximum));
}

// The parts between `separators`; an empty text is one empty part.
std::vector<std::string> partsOf(std::string_view text, std::string_view separators) {
  std::vector<std::string> parts;
  for (std::size_t at = 0;;) {
    const std::size_t end = text.find_first_of(separators, at);
    parts.emplace_back(text.substr(at, end - at));
    if (end == std::string_view::npos) return parts;
    at = end + 1;
  }
}

// One value for all GPUs, or one for each.
std::vector<double> decimals(std::string_view text, double minimum, double maximum) {
  const std::string requirement = "a plain number" + rangeText(minimum, maximum) + ", or one for each GPU with commas";
  std::vector<double> values;
  for (const std::string& part : partsOf(text, ",")) values.push_back(numberIn(part, minimum, maximum, requirement));
  return values;
}

// Of what has a memory; none is another question.
std::vector<double> memory(std::string_view text) { return decimals(text, 0.1, 1e6); }
std::vector<double> gigabytes(std::string_view text) { return decimals(text, 0.0, 1e6); }

template <typename Enum, std::size_t N>
Enum oneOf(const std::array<std::string_view, N>& names, std::string_view text) {
  const std::string name = lowered(text);
  std::string all;
  for (std::size_t i = 0; i < N; ++i) {
    if (name == names[i]) return static_cast<Enum>(i);
    all.append(i == 0 ? "" : ", ").append(names[i]);
  }
  refuse("one of " + all);
}

Backend backendIn(std::string_view text) {
  // In the order of the help.
  constexpr std::array<std::string_view, 6> kNames = {"cuda", "metal", "vulkan", "rocm", "sycl", "cpu"};
  const std::string_view name = kNames[oneOf<std::size_t>(kNames, text)];
  return static_cast<Backend>(std::find(kBackends.begin(), kBackends.end(), name) - kBackends.begin());
}

CacheType cacheTypeIn(std::string_view text) {
  std::array<std::string_view, kCacheTypes.size()> names;
  std::transform(kCacheTypes.begin(), kCacheTypes.end(), names.begin(), [](const auto& type) { return type.name; });
  return oneOf<CacheType>(names, text);
}

// A count with its unit: 32768, 32k, 1m.
double countIn(std::string_view text, double minimum, const std::string& requirement) {
  constexpr std::size_t kMostDigits = 10;
  std::string digits = lowered(trimmed(text));
  double unit = 1;
  if (digits.ends_with('k') || digits.ends_with('m')) {
    unit = digits.back() == 'k' ? 1024.0 : 1024.0 * 1024.0;
    digits.pop_back();
  }
  const bool isCount =
      !digits.empty() && digits.size() <= kMostDigits && digits.find_first_not_of("0123456789") == std::string::npos;
  const double count = isCount ? decimalIn(digits).value_or(0.0) * unit : -1.0;
  if (!(count >= minimum && count <= 1e9)) refuse(requirement);
  return count;
}

// As many as trained for is llama.cpp's 0.
double contextIn(std::string_view text) {
  const std::string word = lowered(trimmed(text));
  if (word == "max" || word == "0") return 0;
  return countIn(text, 1,
                 "a whole number of tokens from 1 to 1000000000, with k or m for 1,024 or 1,048,576 of them, or max");
}

template <std::size_t N>
bool isOneOf(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

// What llama.cpp takes for yes, no, and "if it can".
constexpr auto kYes = std::to_array<std::string_view>({"on", "enabled", "true", "1", "auto", "-1"});
constexpr auto kNo = std::to_array<std::string_view>({"off", "disabled", "false", "0"});

bool onOrOff(std::string_view text) {
  const std::string word = lowered(text);
  if (isOneOf(word, kYes)) return true;
  if (isOneOf(word, kNo)) return false;
  refuse("on, off or auto");
}

double layersIn(std::string_view text) {
  const std::string word = lowered(text);
  if (word == "all" || word == "-2") return kEveryLayer;
  if (word == "auto" || word == "-1") return kAutomatic;
  return numberIn(text, 0, 1e9, "a whole number, all or auto", true);
}

void takeSplitMode(Options& o, const std::string& text) {
  const std::string word = lowered(text);
  if (word == "row" || word == "tensor") {
    throw Refusal{"Splits by row and by tensor cannot be planned, none and layer can."};
  }
  o.splits = oneOf<int>(std::array<std::string_view, 2>{"none", "layer"}, text) == 1;
}

void takeTensorSplit(Options& o, const std::string& text) {
  const std::string requirement = "plain numbers with commas, of which one is above 0";
  // Separators in a row are one.
  std::string shares = text;
  std::replace(shares.begin(), shares.end(), '/', ',');
  shares.erase(std::unique(shares.begin(), shares.end(), [](char a, char b) { return a == ',' && b == ','; }),
               shares.end());
  o.tensorSplit.clear();
  for (const std::string& part : partsOf(shares, ",")) o.tensorSplit.push_back(numberIn(part, 0, 1e6, requirement));
  const bool none = std::none_of(o.tensorSplit.begin(), o.tensorSplit.end(), [](double share) { return share > 0.0; });
  if (o.tensorSplit.size() > Runtime::kMaximumGpus || none) refuse(requirement);
}

void takeQuant(Options& o, const std::string& text) {
  try {
    o.quant = quantOf(text);
  } catch (const std::invalid_argument& error) {
    throw Refusal{error.what()};
  }
}

void takeDraft(Options& o, const std::string& text) {
  const std::string requirement =
      "N, N,RATE or N,RATE,COST: 1 to 64 tokens, 0 to 1 of them accepted, 0 to 10 steps for each";
  const std::vector<std::string> parts = partsOf(text, ",");
  if (parts.size() > 3) refuse(requirement);
  Draft draft;
  draft.length = numberIn(parts[0], 1, 64, requirement, true);
  if (parts.size() > 1) draft.acceptanceRate = numberIn(parts[1], 0, 1, requirement);
  if (parts.size() > 2) draft.cost = numberIn(parts[2], 0, 10, requirement);
  o.draft = draft;
}

const std::vector<Option>& all() {
  using Text = const std::string&;
  static const std::vector<Option> options = {
      {Group::machine,
       "--device",
       "name",
       {},
       "a device of the catalogue, or as its driver calls it; once for each of several; cpu for no GPU",
       [](Options& o, Text text) { o.devices.push_back(text); }},
      {Group::machine,
       "--gpus",
       "n",
       {},
       "how many of one device",
       [](Options& o, Text text) { o.gpus = whole(text, 0, 16); }},
      {Group::machine,
       "--vram",
       "GB",
       {},
       "memory of a GPU as sold, of which a little less can be used (1 GB is 2^30 bytes); of one pool the limit of the "
       "GPU",
       [](Options& o, Text text) { o.vram = memory(text); }},
      {Group::machine,
       "--vram-usable",
       "GB",
       {},
       "memory of a GPU as its driver reports it",
       [](Options& o, Text text) { o.vramUsable = memory(text); }},
      {Group::machine,
       "--bandwidth",
       "GB/s",
       {},
       "of the GPU's memory",
       [](Options& o, Text text) { o.bandwidth = decimals(text, 0.1, 1e6); }},
      {Group::machine,
       "--reserve",
       "GB",
       {},
       "in use on a GPU by others; default 0",
       [](Options& o, Text text) { o.reserve = gigabytes(text); }},
      {Group::machine,
       "--margin",
       "GB",
       {},
       "to stay free on a GPU; default 1",
       [](Options& o, Text text) { o.margin = gigabytes(text); }},
      {Group::machine,
       "--ram",
       "GB",
       {},
       "memory of the host; of Apple and APUs, all of it",
       [](Options& o, Text text) { o.ram = decimal(text, 0.1, 1e6); }},
      {Group::machine,
       "--ram-reserve",
       "GB",
       {},
       "in use on the host by others; default: 4 or a quarter of it are to stay free, whichever is less",
       [](Options& o, Text text) { o.ramReserve = decimal(text, 0, 1e6); }},
      {Group::machine,
       "--ram-bandwidth",
       "GB/s",
       {},
       "of the host's memory",
       [](Options& o, Text text) { o.ramBandwidth = decimal(text, 0.1, 1e6); }},
      {Group::machine,
       "--threads",
       "n",
       {"-t"},
       "cores of the host that compute",
       [](Options& o, Text text) { o.threads = whole(text, 1, 4096); }},
      {Group::machine,
       "--backend",
       "name",
       {},
       "interface to the GPU; default that of its vendor: cuda, metal, sycl, else vulkan",
       [](Options& o, Text text) { o.backend = backendIn(text); }},
      {Group::machine,
       "--split-mode",
       "mode",
       {"-sm"},
       "layer: over all GPUs; none: on one, --main-gpu. Default layer",
       takeSplitMode},
      {Group::machine,
       "--tensor-split",
       "shares",
       {"-ts"},
       "of the layers on each GPU: 3,1; default by free memory",
       takeTensorSplit},
      {Group::machine,
       "--main-gpu",
       "n",
       {"-mg"},
       "the GPU of --split-mode none, from 0",
       [](Options& o, Text text) { o.mainGpu = whole(text, 0, 15); }},
      {Group::machine,
       "--no-detect",
       "",
       {},
       "without a device no machine at all: sizes alone",
       [](Options& o, Text /*none*/) { o.detect = false; }},

      {Group::model,
       "--quant",
       "type",
       {},
       "file type; default the file's, or the one that the model is released in, else Q4_K_M",
       takeQuant},
      {Group::model,
       "--imatrix",
       "",
       {},
       "quantised with an importance matrix",
       [](Options& o, Text /*none*/) { o.importanceMatrix = true; }},
      {Group::model,
       "--timeout",
       "seconds",
       {},
       "for all that is read of an address; default 600",
       [](Options& /*none*/, Text text) { static_cast<void>(decimal(text, 1, 86400)); }},

      {Group::runtime,
       "--context",
       "n",
       {"-c", "--ctx-size"},
       "tokens of all sequences together: 32768, 32k, or max for as many as trained. Default 8192, or as trained if "
       "that is less",
       [](Options& o, Text text) { o.context = contextIn(text); }},
      {Group::runtime,
       "--kv",
       "type",
       {},
       "type of both caches; default f16",
       [](Options& o, Text text) { o.kv = cacheTypeIn(text); }},
      {Group::runtime,
       "--kv-k",
       "type",
       {"-ctk", "--cache-type-k"},
       "type of the keys",
       [](Options& o, Text text) { o.kvK = cacheTypeIn(text); }},
      {Group::runtime,
       "--kv-v",
       "type",
       {"-ctv", "--cache-type-v"},
       "type of the values",
       [](Options& o, Text text) { o.kvV = cacheTypeIn(text); }},
      {Group::runtime,
       "--gpu-layers",
       "n",
       {"-ngl", "--n-gpu-layers"},
       "layers on the GPU: a number, all, or auto for what fits; default all",
       [](Options& o, Text text) { o.gpuLayers = layersIn(text); }},
      {Group::runtime,
       "--fit",
       "on|off",
       {"-fit"},
       "on: as --gpu-layers auto, where no layers are said",
       [](Options& o, Text text) { o.fit = onOrOff(text); }},
      {Group::runtime,
       "--n-cpu-moe",
       "n",
       {"-ncmoe", "-cmoe", "--cpu-moe"},
       "layers whose experts stay on the host, the first ones; all, or --cpu-moe without a number, for every one",
       [](Options& o, Text text) {
         o.cpuMoeLayers = lowered(text) == "all" ? kEveryLayer : numberIn(text, 0, 1e9, "a whole number, all", true);
       }},
      {Group::runtime,
       "--override-tensor",
       "pattern=CPU",
       {"-ot"},
       "the same as a pattern of names: the experts of the first layers, or of all, and nothing else",
       [](Options& o, Text text) { o.overrides.push_back(text); }},
      {Group::runtime,
       "--parallel",
       "n",
       {"-np"},
       "sequences at once, each with its part of the context; default 4 in one cache",
       [](Options& o, Text text) {
         const std::string word = lowered(text);
         if (word == "auto" || word == "-1")
           o.parallel.reset();
         else
           o.parallel = numberIn(text, 0, 1e9, "a whole number, auto", true);
       }},
      {Group::runtime,
       "--kv-unified",
       "",
       {"-kvu"},
       "one cache for all sequences",
       [](Options& o, Text /*none*/) { o.kvUnified = true; }},
      {Group::runtime,
       "--no-kv-unified",
       "",
       {"-no-kvu"},
       "a cache for each sequence",
       [](Options& o, Text /*none*/) { o.kvUnified = false; }},
      {Group::runtime,
       "--batch",
       "n",
       {"-b", "--batch-size"},
       "logical batch",
       [](Options& o, Text text) { o.batch = whole(text, 1, 1e9); }},
      {Group::runtime,
       "--ubatch",
       "n",
       {"-ub", "--ubatch-size"},
       "micro-batch",
       [](Options& o, Text text) { o.ubatch = whole(text, 1, 1e9); }},
      {Group::runtime,
       "--server",
       "",
       {},
       "as llama-server, the default",
       [](Options& o, Text /*none*/) { o.server = true; }},
      {Group::runtime, "--no-server", "", {}, "as llama-cli", [](Options& o, Text /*none*/) { o.server = false; }},
      {Group::runtime,
       "--flash-attention",
       "on|off|auto",
       {"-fa", "--flash-attn"},
       "flash attention; auto is on",
       [](Options& o, Text text) { o.flashAttention = onOrOff(text); }},
      {Group::runtime,
       "--swa-full",
       "",
       {},
       "whole caches for sliding layers",
       [](Options& o, Text /*none*/) { o.swaFull = true; }},
      {Group::runtime,
       "--no-kv-offload",
       "",
       {"-nkvo"},
       "caches on the host",
       [](Options& o, Text /*none*/) { o.kvOffload = false; }},
      {Group::runtime,
       "--build",
       "n",
       {},
       "build number of llama.cpp",
       [](Options& o, Text text) { o.build = whole(text, 1, 1e9); }},

      {Group::speed,
       "--prompt",
       "n",
       {},
       "tokens of the prompt; default 512, or less in a small context",
       [](Options& o, Text text) { o.prompt = whole(text, 0, 1e9); }},
      {Group::speed,
       "--output",
       "n",
       {},
       "tokens generated; default 128, or less in a small context",
       [](Options& o, Text text) { o.output = whole(text, 1, 1e9); }},
      {Group::speed,
       "--depth",
       "n",
       {},
       "tokens in the cache before the prompt",
       [](Options& o, Text text) {
         o.depth = countIn(text, 0,
                           "a whole number of tokens from 0 to 1000000000, with k or m for 1,024 or 1,048,576 of them");
       }},
      {Group::speed,
       "--concurrency",
       "n",
       {},
       "sequences that generate at the same time",
       [](Options& o, Text text) { o.concurrency = whole(text, 1, 4096); }},
      {Group::speed,
       "--draft",
       "n,rate,cost",
       {"--draft-max", "--draft-n"},
       "tokens that a draft proposes at a time, the part that is accepted, and what one costs in steps of the model "
       "(default 0)",
       takeDraft},
      {Group::speed,
       "--engine",
       "name",
       {},
       "of the speed; memory is always that of llama.cpp",
       [](Options& o, Text text) { o.engine = kEngines[oneOf<std::size_t>(kEngines, text)]; }},
      {Group::speed,
       "--calibrate",
       "file",
       {},
       "what llama-bench -o json printed on this machine",
       [](Options& o, Text text) { o.calibrate = text; }},

      {Group::common,
       "--curve",
       "",
       {},
       "the speed with none to all layers on the GPU, also where everything fits",
       [](Options& o, Text /*none*/) { o.curve = true; }},
      {Group::common,
       "--json",
       "",
       {},
       "as JSON (docs/cli.md has the schema)",
       [](Options& o, Text /*none*/) { o.json = true; }},
      {Group::common,
       "--no-color",
       "",
       {},
       "for the npm tool, which has colours",
       [](Options& /*none*/, Text /*none*/) {}},
      {Group::common, "--help", "", {"-h"}, "this", [](Options& o, Text /*none*/) { o.help = true; }},
  };
  return options;
}

// How llama.cpp is given the model, which is an argument here.
constexpr auto kModelFlags =
    std::to_array<std::string_view>({"-m", "--model", "-mu", "--model-url", "-hf", "-hfr", "--hf-repo"});

const Option* find(std::string_view name) {
  for (const Option& option : all()) {
    if (option.flag == name) return &option;
    if (std::find(option.aliases.begin(), option.aliases.end(), name) != option.aliases.end()) return &option;
  }
  return nullptr;
}

[[noreturn]] void unknown(const std::string& name) {
  std::string_view near;
  std::size_t least = std::string::npos;
  const auto compare = [&](std::string_view known) {
    const std::size_t changes = distance(name, known);
    if (changes >= least) return;
    least = changes;
    near = known;
  };
  for (const Option& option : all()) {
    if (option.group == Group::common && option.flag != "--json" && option.flag != "--curve") continue;
    compare(option.flag);
    for (const std::string_view alias : option.aliases) compare(alias);
  }
  for (const std::string_view flag : kModelFlags) compare(flag);
  std::string text = "unknown option '" + name + "'";
  if (static_cast<double>(least) <= std::max(1.0, static_cast<double>(name.size()) / 4.0)) {
    text.append(" (Did you mean ").append(near).append("?)");
  }
  throw UsageError(text);
}

void take(Options& options, const Option& option, const std::string& text) {
  try {
    option.take(options, text);
  } catch (const Refusal& refusal) {
    std::string said("option '");
    said.append(option.flag).append(" <").append(option.value).append(">' argument '").append(text);
    throw UsageError(said.append("' is invalid. ").append(refusal.text));
  }
}

// What stands for the value of an option that may be without one, or none.
std::optional<std::string> otherwise(const Option& option, const std::string* next) {
  const std::string word = next ? lowered(*next) : std::string();
  if (option.flag == "--n-cpu-moe") {
    const bool isCount = !word.empty() && word.find_first_not_of("0123456789") == std::string::npos;
    return isCount || word == "all" ? std::nullopt : std::optional<std::string>("all");
  }
  if (option.flag == "--flash-attention") {
    return isOneOf(word, kYes) || isOneOf(word, kNo) ? std::nullopt : std::optional<std::string>("on");
  }
  return std::nullopt;
}

std::string wrapped(std::string_view text, std::size_t indent) {
  constexpr std::size_t kWidth = 80;
  std::string lines;
  std::size_t column = indent;
  for (const std::string& word : partsOf(text, " ")) {
    if (column > indent && column + 1 + word.size() > kWidth) {
      lines.append("\n").append(indent, ' ');
      column = indent;
    } else if (column > indent) {
      lines += ' ';
      ++column;
    }
    lines += word;
    column += word.size();
  }
  return lines;
}

}  // namespace

Options optionsOf(std::span<const std::string> arguments) {
  Options options;
  std::vector<std::string> models;
  bool ended = false;  // by --
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const std::string& argument = arguments[i];
    // A number below zero is no option.
    if (ended || argument.size() < 2 || argument.front() != '-' || (argument[1] >= '0' && argument[1] <= '9')) {
      models.push_back(argument);
      continue;
    }
    if (argument == "--") {
      ended = true;
      continue;
    }
    const std::size_t equals = argument.starts_with("--") ? argument.find('=') : std::string::npos;
    const std::string name = argument.substr(0, equals);
    const std::string* next = i + 1 < arguments.size() ? &arguments[i + 1] : nullptr;
    const auto valueOf = [&](std::string_view value) {
      if (equals != std::string::npos) return argument.substr(equals + 1);
      if (next == nullptr) throw UsageError("option '" + name + " <" + std::string(value) + ">' argument missing");
      ++i;
      return *next;
    };
    if (std::find(kModelFlags.begin(), kModelFlags.end(), name) != kModelFlags.end()) {
      models.push_back(valueOf("model"));
    } else if (name == "--no-flash-attention" || name == "--no-flash-attn") {
      options.flashAttention = false;
    } else if (const Option* option = find(name); option != nullptr && !option->value.empty()) {
      const auto instead = equals == std::string::npos ? otherwise(*option, next) : std::nullopt;
      take(options, *option, instead ? *instead : valueOf(option->value));
    } else if (option != nullptr && equals == std::string::npos) {
      take(options, *option, {});
    } else {
      unknown(option != nullptr ? argument : name);
    }
  }
  if (options.help) return options;
  if (models.empty()) throw UsageError("missing required argument 'model'");
  if (models.size() > 1) {
    throw UsageError("too many arguments for 'plan'. Expected 1 argument but got " + std::to_string(models.size()) +
                     ".");
  }
  options.model = models.front();
  return options;
}

std::string helpOfOptions() {
  constexpr std::size_t kColumn = 33;  // of the help
  std::string text =
      "Usage: llmcalc plan [options] <model>\n\nWhether a model fits a device, what takes how much, how fast it is, "
      "and "
      "the\ncommand to run it. The model is a name of the catalogue, or the JSON of a ModelSpec.\n";
  for (std::size_t group = 0; group < kHeadings.size(); ++group) {
    text.append("\n").append(kHeadings[group]).append("\n");
    for (const Option& option : all()) {
      if (option.group != static_cast<Group>(group)) continue;
      std::string line("  ");
      line.append(option.flag);
      if (!option.value.empty()) line.append(" <").append(option.value).append(">");
      line.append(line.size() < kColumn - 1 ? kColumn - line.size() : 1, ' ');
      std::string help(option.help);
      for (std::size_t i = 0; i < option.aliases.size(); ++i)
        help.append(i == 0 ? " (" : ", ").append(option.aliases[i]);
      if (!option.aliases.empty()) help += ')';
      text.append(line).append(wrapped(help, kColumn)).append("\n");
    }
  }
  return text;
}

}  // namespace llmcalc
