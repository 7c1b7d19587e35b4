// Written by scripts/make-sentences.mjs from data/sentences.json, never by hand.
#pragma once

#include <array>
#include <string_view>
#include <utility>

// What the tools say, by group and name; what is in braces is a value.
namespace llmcalc::sentences {

namespace notes {
inline constexpr std::string_view kNoDevice =
    "No device is given (--device; --vram and --bandwidth; --gpus 0 for none): nothing says whether it fits.";
inline constexpr std::string_view kHostUnchecked = "The memory of the host is not given (--ram) and was not checked.";
inline constexpr std::string_view kCpuBackend =
    "llama.cpp's CPU back end computes nothing on a GPU (--backend): there is no estimate of speed.";
inline constexpr std::string_view kGpuBandwidth =
    "The bandwidth of a GPU is not known (--bandwidth): there is no ceiling of speed.";
inline constexpr std::string_view kHostBandwidth =
    "The bandwidth of the host's memory is not known (--ram-bandwidth): there is no ceiling of speed.";
inline constexpr std::string_view kEngineSpeed =
    "The speed is that of {engine}; memory and command are those of llama.cpp.";
inline constexpr std::string_view kEngineOnHost =
    "{engine} computes nothing on the host: there is no estimate of its speed.";
inline constexpr std::string_view kDraftMemory =
    "A draft takes memory of its own, which is not counted here; llama-server gets it with --model-draft FILE "
    "--spec-draft-n-max {length}.";
inline constexpr std::string_view kProjectorAssumed =
    "Of projectors like this one ({kind}) nothing was recorded: its buffer is a guess on the high side.";
inline constexpr std::string_view kDraftUnaccepted =
    "How much of a draft is accepted is not given (--draft {length},0.7): the speed is without it.";
inline constexpr std::string_view kDraftFree = "A drafted token is taken to cost nothing (--draft N,RATE,COST).";
inline constexpr std::string_view kShortened =
    "The speed is of a prompt of {prompt} tokens and {output} after it: the context has no more.";
inline constexpr std::string_view kUnrecorded =
    "No plan of this architecture was recorded: its compute buffer follows the rules of the others.";
inline constexpr std::string_view kNoExperts =
    "{name} has no experts, which alone MXFP4_MOE makes small: all of it is Q8_0.";
inline constexpr std::string_view kReleasedAs =
    "{name} is released as {released}, and hardly anybody makes {type} of that: files of such names keep its experts "
    "as they are, and are about as large as {released} (--quant {released}).";
inline constexpr std::string_view kLarger = "{name} is released in {precision}: {type} is larger and no better.";
inline constexpr std::string_view kUsualPrecision = "at most 16 bits";
inline constexpr std::string_view kContext =
    "{name} was trained for {trained} tokens of context, not {room}: beyond that its answers get worse.";
inline constexpr std::string_view kContextExtended = "Its config extends {base} tokens with {scaling}, to {extended}.";
inline constexpr std::string_view kContextIncluded = "{scaling} from {base} tokens is in that number already.";
inline constexpr std::string_view kContextServer =
    "llama-server gives a sequence no more than {trained} unless it gets --override-kv "
    "{architecture}.context_length=int:{room} {options}.";
inline constexpr std::string_view kContextOther = "llama.cpp extends it with {options}.";
inline constexpr std::string_view kContextOptions = "--rope-scaling yarn --rope-scale {scale} --yarn-orig-ctx {base}";
inline constexpr std::string_view kScaling = "{type} by {factor}";

inline constexpr auto kByName =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"noDevice", kNoDevice},
                                                                  {"hostUnchecked", kHostUnchecked},
                                                                  {"cpuBackend", kCpuBackend},
                                                                  {"gpuBandwidth", kGpuBandwidth},
                                                                  {"hostBandwidth", kHostBandwidth},
                                                                  {"engineSpeed", kEngineSpeed},
                                                                  {"engineOnHost", kEngineOnHost},
                                                                  {"draftMemory", kDraftMemory},
                                                                  {"projectorAssumed", kProjectorAssumed},
                                                                  {"draftUnaccepted", kDraftUnaccepted},
                                                                  {"draftFree", kDraftFree},
                                                                  {"shortened", kShortened},
                                                                  {"unrecorded", kUnrecorded},
                                                                  {"noExperts", kNoExperts},
                                                                  {"releasedAs", kReleasedAs},
                                                                  {"larger", kLarger},
                                                                  {"usualPrecision", kUsualPrecision},
                                                                  {"context", kContext},
                                                                  {"contextExtended", kContextExtended},
                                                                  {"contextIncluded", kContextIncluded},
                                                                  {"contextServer", kContextServer},
                                                                  {"contextOther", kContextOther},
                                                                  {"contextOptions", kContextOptions},
                                                                  {"scaling", kScaling}});
}  // namespace notes

namespace assumed {
inline constexpr std::string_view kMultiprocessors =
    "CUDA itself takes as much as on the largest card of such memory, for the multiprocessors are not known.";
inline constexpr std::string_view kHost = "The host has {what}.";
inline constexpr std::string_view kHostBandwidth = "{rate} GB/s of memory (--ram-bandwidth)";
inline constexpr std::string_view kHostThreads = "{count} cores (--threads)";
inline constexpr std::string_view kUsable =
    "Of {sold} as sold {usable} are taken to be usable, as of {like} (--vram-usable).";
inline constexpr std::string_view kUsableSource = "the part of it that drivers leave of {like}";
inline constexpr std::string_view kGiven = "as given";
inline constexpr std::string_view kLeastCard = "{name}, the least of cards of that size";
inline constexpr std::string_view kVendors = "GPUs of several vendors work together under Vulkan (--backend).";
inline constexpr std::string_view kOnlyGpu = "GPU {gpu} has all of it (--split-mode none).";
inline constexpr std::string_view kOnlyNamedGpu = "GPU {gpu}, {name}, has all of it (--split-mode none).";
inline constexpr std::string_view kMainGpu =
    "With layers split over GPUs --main-gpu changes nothing (--split-mode none).";
inline constexpr std::string_view kReserve = "nothing else uses the GPU (--reserve)";
inline constexpr std::string_view kMargin = "{size} of each GPU is to stay free (--margin)";
inline constexpr std::string_view kRamReserve = "{size} of the host's memory are for the system (--ram-reserve)";

inline constexpr auto kByName =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"multiprocessors", kMultiprocessors},
                                                                  {"host", kHost},
                                                                  {"hostBandwidth", kHostBandwidth},
                                                                  {"hostThreads", kHostThreads},
                                                                  {"usable", kUsable},
                                                                  {"usableSource", kUsableSource},
                                                                  {"given", kGiven},
                                                                  {"leastCard", kLeastCard},
                                                                  {"vendors", kVendors},
                                                                  {"onlyGpu", kOnlyGpu},
                                                                  {"onlyNamedGpu", kOnlyNamedGpu},
                                                                  {"mainGpu", kMainGpu},
                                                                  {"reserve", kReserve},
                                                                  {"margin", kMargin},
                                                                  {"ramReserve", kRamReserve}});
}  // namespace assumed

namespace refused {
inline constexpr std::string_view kPerGpu =
    "{option} must have one value, or one for each of the {count} GPUs, got {given}";
inline constexpr std::string_view kProcessorAlone = "--device cpu means no GPU, and stands alone";
inline constexpr std::string_view kAccelerator = "--device: llama.cpp does not run on {name}";
inline constexpr std::string_view kOneProcessor = "--device: one processor can be planned, got {first} and {second}";
inline constexpr std::string_view kPoolAlone =
    "--device: {name} shares its memory with its processor, and stands alone";
inline constexpr std::string_view kRepeated = "--gpus repeats one device, got {count} and {devices} devices";
inline constexpr std::string_view kNoGpu = "--gpus: {name} is no GPU";
inline constexpr std::string_view kMostGpus = "--device: at most {most} GPUs, got {count}";
inline constexpr std::string_view kVramOfNone = "--vram is of a GPU, and --device cpu has none";
inline constexpr std::string_view kVramNeeded = "--vram is needed: the memory of {name} is not known";
inline constexpr std::string_view kRamOfPool = "--ram is needed: {name} comes with several sizes of memory";
inline constexpr std::string_view kRamNeeded = "--ram is needed: {size} would be in the memory of the host";
inline constexpr std::string_view kMainGpu = "--main-gpu must be below {count}, the number of GPUs, got {given}";
inline constexpr std::string_view kTensorSplit =
    "--tensor-split must have one share for each of the {count} GPUs, got {given}";
inline constexpr std::string_view kCalibrate = "--calibrate: there is no estimate without a device, or a bandwidth";
inline constexpr std::string_view kContextMax =
    "--context max: {name} does not say for how many tokens it was trained; a number does";
inline constexpr std::string_view kWorkload =
    "--depth {depth}, --prompt {prompt} and --output {output} do not fit into the {room} tokens that --context gives a "
    "sequence";
inline constexpr std::string_view kWorkloadTogether =
    "--depth {depth}, --prompt {prompt} and --output {output} do not fit into the {room} tokens that --context gives a "
    "sequence of {count} at once";

inline constexpr auto kByName =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"perGpu", kPerGpu},
                                                                  {"processorAlone", kProcessorAlone},
                                                                  {"accelerator", kAccelerator},
                                                                  {"oneProcessor", kOneProcessor},
                                                                  {"poolAlone", kPoolAlone},
                                                                  {"repeated", kRepeated},
                                                                  {"noGpu", kNoGpu},
                                                                  {"mostGpus", kMostGpus},
                                                                  {"vramOfNone", kVramOfNone},
                                                                  {"vramNeeded", kVramNeeded},
                                                                  {"ramOfPool", kRamOfPool},
                                                                  {"ramNeeded", kRamNeeded},
                                                                  {"mainGpu", kMainGpu},
                                                                  {"tensorSplit", kTensorSplit},
                                                                  {"calibrate", kCalibrate},
                                                                  {"contextMax", kContextMax},
                                                                  {"workload", kWorkload},
                                                                  {"workloadTogether", kWorkloadTogether}});
}  // namespace refused

namespace limits {
inline constexpr std::string_view kMemory = "reading weights";
inline constexpr std::string_view kCompute = "arithmetic";
inline constexpr std::string_view kCache = "reading the KV cache";
inline constexpr std::string_view kLaunch = "starting each step";
inline constexpr std::string_view kLink = "copies over the link to the GPU";
inline constexpr std::string_view kHost = "what the host computes";

inline constexpr auto kByName = std::to_array<std::pair<std::string_view, std::string_view>>({{"memory", kMemory},
                                                                                              {"compute", kCompute},
                                                                                              {"cache", kCache},
                                                                                              {"launch", kLaunch},
                                                                                              {"link", kLink},
                                                                                              {"host", kHost}});
}  // namespace limits

namespace evidences {
inline constexpr std::string_view kNone = "nothing like it was measured, a guess from data sheets";
inline constexpr std::string_view kBackend = "others with this back end were measured";
inline constexpr std::string_view kFamily = "others of its family, of like design, were measured";
inline constexpr std::string_view kDevice = "this device was measured";
inline constexpr std::string_view kCalibrated = "{count} measurements of this machine";
inline constexpr std::string_view kCalibratedOnce = "1 measurement of this machine";

inline constexpr auto kByName =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"none", kNone},
                                                                  {"backend", kBackend},
                                                                  {"family", kFamily},
                                                                  {"device", kDevice},
                                                                  {"calibrated", kCalibrated},
                                                                  {"calibratedOnce", kCalibratedOnce}});
}  // namespace evidences

namespace terms {
inline constexpr std::string_view kWeights = "Weights";
inline constexpr std::string_view kKvCache = "KV cache";
inline constexpr std::string_view kRecurrentState = "State";
inline constexpr std::string_view kComputeBuffer = "Compute";
inline constexpr std::string_view kOutputBuffer = "Output";
inline constexpr std::string_view kDraft = "Draft";
inline constexpr std::string_view kProjector = "Projector";
inline constexpr std::string_view kPromptCache = "Held prompts";
inline constexpr std::string_view kOverhead = "Backend";

inline constexpr auto kByName =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"weights", kWeights},
                                                                  {"kvCache", kKvCache},
                                                                  {"recurrentState", kRecurrentState},
                                                                  {"computeBuffer", kComputeBuffer},
                                                                  {"outputBuffer", kOutputBuffer},
                                                                  {"draft", kDraft},
                                                                  {"projector", kProjector},
                                                                  {"promptCache", kPromptCache},
                                                                  {"overhead", kOverhead}});
}  // namespace terms

namespace verdicts {
inline constexpr std::string_view kFits = "It fits";
inline constexpr std::string_view kTight = "It fits, but it is tight";
inline constexpr std::string_view kDoesNotFit = "It does not fit";

inline constexpr auto kByName = std::to_array<std::pair<std::string_view, std::string_view>>(
    {{"fits", kFits}, {"tight", kTight}, {"doesNotFit", kDoesNotFit}});
}  // namespace verdicts

namespace speeds {
inline constexpr std::string_view kIfRoom = "If there were room for it:";
inline constexpr std::string_view kDecode = "{rate} after {depth} tokens, {limited}";
inline constexpr std::string_view kAtEnd = "{rate} after {depth}, at the end of the context";
inline constexpr std::string_view kAtEndLimited = "{rate} after {depth}, at the end of the context, {limited}";
inline constexpr std::string_view kPrefill = "{rate} of the prompt, {limited}";
inline constexpr std::string_view kFirstToken = "{time}, after a prompt of {prompt} tokens";
inline constexpr std::string_view kTogether = "{rate}; each of {count} sequences {each}";
inline constexpr std::string_view kEvidence = "{evidence} ({rests}); 8 of 10 lie in the brackets";
inline constexpr std::string_view kCeiling = "{rate} tok/s, what memory bandwidth alone allows";
inline constexpr std::string_view kLimited = "limited by {limit}";
inline constexpr std::string_view kBand = "{middle} {unit} ({low} to {high})";
inline constexpr std::string_view kCurve = "decode by layers on the GPU (--gpu-layers)";
inline constexpr std::string_view kCurveWith =
    "decode by layers on the GPU (--gpu-layers) with --n-cpu-moe\u00a0{layers}";
inline constexpr std::string_view kMostThatFits = "most that fits";
inline constexpr std::string_view kTight = "tight";
inline constexpr std::string_view kNoRoom = "no room";

inline constexpr auto kByName =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"ifRoom", kIfRoom},
                                                                  {"decode", kDecode},
                                                                  {"atEnd", kAtEnd},
                                                                  {"atEndLimited", kAtEndLimited},
                                                                  {"prefill", kPrefill},
                                                                  {"firstToken", kFirstToken},
                                                                  {"together", kTogether},
                                                                  {"evidence", kEvidence},
                                                                  {"ceiling", kCeiling},
                                                                  {"limited", kLimited},
                                                                  {"band", kBand},
                                                                  {"curve", kCurve},
                                                                  {"curveWith", kCurveWith},
                                                                  {"mostThatFits", kMostThatFits},
                                                                  {"tight", kTight},
                                                                  {"noRoom", kNoRoom}});
}  // namespace speeds

namespace print {
inline constexpr std::string_view kModel = "{parameters} parameters ({active} read for every token), {layers} layers";
inline constexpr std::string_view kModelDrafting =
    "{parameters} parameters ({active} read for every token), {layers} layers and {drafting} that drafts";
inline constexpr std::string_view kSetup = "{type}, {size} of weights; {context} tokens of context, cached as {cache}";
inline constexpr std::string_view kGpu = "GPU";
inline constexpr std::string_view kUsable = "{name}: {size} usable";
inline constexpr std::string_view kUsableOf = "{name}: {size} usable, of {sold} as sold";
inline constexpr std::string_view kSeveral = "{count} x {card} each";
inline constexpr std::string_view kProcessor = "Processor, no GPU";
inline constexpr std::string_view kPool = "{name}: {size} of memory for processor and GPU together";
inline constexpr std::string_view kPoolRow = "memory";
inline constexpr std::string_view kTotal = "Total";
inline constexpr std::string_view kUsableColumn = "Usable";
inline constexpr std::string_view kTotalOf = "{total} of {available}";
inline constexpr std::string_view kPart = "The GPU has {size} of that, of at most {most}.";
inline constexpr std::string_view kAssumed = "Assumed:";
inline constexpr std::string_view kNote = "Note:";
inline constexpr std::string_view kSuggestedCommand = "The command of what fits:";
inline constexpr std::string_view kShort = "{size} short {where}";
inline constexpr std::string_view kFree = "{size} free {where}";
inline constexpr std::string_view kOnlyFree = "only {size} free {where}, where {margin} should stay so";
inline constexpr std::string_view kOn = "on {name}";
inline constexpr std::string_view kOnLeast = "on {name} and more on the other GPUs";
inline constexpr std::string_view kInAll = "in all";
inline constexpr std::string_view kInPart = "in the part that the GPU may have";
inline constexpr std::string_view kSuggestion = "With {placement} {does}.";
inline constexpr std::string_view kDoes = "it fits";
inline constexpr std::string_view kDoesTightly = "it fits, but without the margin";
inline constexpr std::string_view kDoesWithMargin = "the margin stays free";
inline constexpr std::string_view kIfHost = ", if the host has {size} for it (--ram)";
inline constexpr std::string_view kDecodes = ": decode {rate}";
inline constexpr std::string_view kGpuLayers = "--gpu-layers\u00a0{layers}";
inline constexpr std::string_view kCpuMoe = " --n-cpu-moe\u00a0{layers}";
inline constexpr std::string_view kNoSplit = "No split over this machine holds it: it takes {size}";
inline constexpr std::string_view kNotHeld = "This machine does not hold it: it takes {size}";
inline constexpr std::string_view kCanBeUsed = ", and {size} can be used";
inline constexpr std::string_view kAsType = "As {type} (--quant) it fits: {size}";
inline constexpr std::string_view kSmallestType =
    "The smallest file type, {type}, takes {size} and does not fit either";
inline constexpr std::string_view kLessContext = "With --context {context} it fits";
inline constexpr std::string_view kNearest =
    "Of its family the largest that fits is {name} ({parameters} parameters, {size} as {type}), at {context} tokens of "
    "context";
inline constexpr std::string_view kNoNearest = "No smaller model of its family is known that fits";
inline constexpr std::string_view kWith = ", with {placement}";
inline constexpr std::string_view kWithoutMargin = " and without the margin";

inline constexpr auto kByName =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"model", kModel},
                                                                  {"modelDrafting", kModelDrafting},
                                                                  {"setup", kSetup},
                                                                  {"gpu", kGpu},
                                                                  {"usable", kUsable},
                                                                  {"usableOf", kUsableOf},
                                                                  {"several", kSeveral},
                                                                  {"processor", kProcessor},
                                                                  {"pool", kPool},
                                                                  {"poolRow", kPoolRow},
                                                                  {"total", kTotal},
                                                                  {"usableColumn", kUsableColumn},
                                                                  {"totalOf", kTotalOf},
                                                                  {"part", kPart},
                                                                  {"assumed", kAssumed},
                                                                  {"note", kNote},
                                                                  {"suggestedCommand", kSuggestedCommand},
                                                                  {"short", kShort},
                                                                  {"free", kFree},
                                                                  {"onlyFree", kOnlyFree},
                                                                  {"on", kOn},
                                                                  {"onLeast", kOnLeast},
                                                                  {"inAll", kInAll},
                                                                  {"inPart", kInPart},
                                                                  {"suggestion", kSuggestion},
                                                                  {"does", kDoes},
                                                                  {"doesTightly", kDoesTightly},
                                                                  {"doesWithMargin", kDoesWithMargin},
                                                                  {"ifHost", kIfHost},
                                                                  {"decodes", kDecodes},
                                                                  {"gpuLayers", kGpuLayers},
                                                                  {"cpuMoe", kCpuMoe},
                                                                  {"noSplit", kNoSplit},
                                                                  {"notHeld", kNotHeld},
                                                                  {"canBeUsed", kCanBeUsed},
                                                                  {"asType", kAsType},
                                                                  {"smallestType", kSmallestType},
                                                                  {"lessContext", kLessContext},
                                                                  {"nearest", kNearest},
                                                                  {"noNearest", kNoNearest},
                                                                  {"with", kWith},
                                                                  {"withoutMargin", kWithoutMargin}});
}  // namespace print

namespace calibration {
inline constexpr std::string_view kNote = "--calibrate: {said}";
inline constexpr std::string_view kUnlike = "no model of the catalogue is like it";
inline constexpr std::string_view kSeveral = "it could be {names}";
inline constexpr std::string_view kFileType = "its file type is not known";
inline constexpr std::string_view kBackend = "it ran on {backend}, not on {place}";
inline constexpr std::string_view kUnknownBackend = "an unknown back end";
inline constexpr std::string_view kUnsaid = "its tensors were placed by hand, or its cache is of an unknown type";
inline constexpr std::string_view kTaken = "{name} is taken as {model}";
inline constexpr std::string_view kSkipped = "{count} rows skipped: {name}: {why}";
inline constexpr std::string_view kSkippedOnce = "1 row skipped: {name}: {why}";
inline constexpr std::string_view kNothing = "the file has no row that can be used";

inline constexpr auto kByName =
    std::to_array<std::pair<std::string_view, std::string_view>>({{"note", kNote},
                                                                  {"unlike", kUnlike},
                                                                  {"several", kSeveral},
                                                                  {"fileType", kFileType},
                                                                  {"backend", kBackend},
                                                                  {"unknownBackend", kUnknownBackend},
                                                                  {"unsaid", kUnsaid},
                                                                  {"taken", kTaken},
                                                                  {"skipped", kSkipped},
                                                                  {"skippedOnce", kSkippedOnce},
                                                                  {"nothing", kNothing}});
}  // namespace calibration

}  // namespace llmcalc::sentences
