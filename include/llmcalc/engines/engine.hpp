// engine.hpp: what the core asks of an engine.
//
// An engine is a type without objects, so that the compiler resolves it and nothing is called through a pointer. Its
// machine is an argument: llama.cpp turns tokens into bytes and reads none, an engine with a pool of pages turns a
// budget of bytes into tokens.
#pragma once

#include <concepts>
#include <type_traits>

#include "llmcalc/answer/memory_plan.hpp"
#include "llmcalc/base/check.hpp"
#include "llmcalc/engines/names.hpp"
#include "llmcalc/layout/measured_weights.hpp"
#include "llmcalc/machine/machine.hpp"
#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// What it is asked beside what every engine is, and whether it takes that for a model. kPlans: its memory is planned.
// kPages: a sequence has pages of its own instead of a part of the cache.
template <typename E>
concept EngineModel = std::derived_from<Runtime, typename E::Options> &&
    requires(Checker& check, const ModelSpec& model, const Runtime& runtime) {
  { E::kEngine } -> std::convertible_to<Engine>;
  { E::kPlans } -> std::convertible_to<bool>;
  { E::kPages } -> std::convertible_to<bool>;
  E::check(check, model, runtime);
};

// An engine whose memory is planned: kPlans. It plans what was checked.
template <typename E>
concept PlanningEngine = EngineModel<E> && E::kPlans &&
    requires(const ModelSpec& model, const Runtime& runtime, const MeasuredWeights* measured, const Machine* machine) {
  { E::plan(model, runtime, measured, machine) } -> std::same_as<Result<MemoryPlan>>;
};

struct Hardware;
struct Workload;

namespace speed {

struct Bands;
struct SpeedShape;
struct SpeedTimes;

}  // namespace speed

// An engine of whose speed there are estimates: what a question takes, with bands. `depth` is the tokens in the cache.
// It answers a whole question and not a step or a prompt, since what is between these is the engine's too: which bands
// a step has (llama.cpp's GPUs and host have bands of their own, vLLM's have the GPUs'), and what a draft adds to it.
template <typename E>
concept TimedEngine = EngineModel<E> &&
    requires(const speed::SpeedShape& shape, const ModelSpec& model, const Runtime& runtime, const Hardware& hardware,
             const Workload& workload, const speed::Bands& bands, double depth) {
  { E::times(shape, model, runtime, hardware, workload, bands, depth) } -> std::same_as<speed::SpeedTimes>;
};

}  // namespace llmcalc
