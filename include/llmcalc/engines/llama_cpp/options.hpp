// options.hpp: what llama.cpp alone is asked, beside what every engine is (question/runtime.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/engines/llama_cpp/builds.hpp"
#include "llmcalc/ggml/types.hpp"

namespace llmcalc {

// Layers for the GPUs: more than any model has means all, and the output head.
inline constexpr double kAllLayers = 1e9;

inline constexpr auto kCacheTypeNames = namesOf(kCacheTypes);

namespace llama_cpp {

// What proposes tokens for the model to accept, by llama.cpp's --spec-type.
enum class Speculation : std::uint8_t {
  none,
  draftSimple,  // a model of its own (--model-draft), which is a plan of its own: addDraft
  draftMtp,     // the model's own prediction blocks
};
inline constexpr std::array<std::string_view, 3> kSpeculations = {"none", "draft-simple", "draft-mtp"};

inline constexpr double kMostDrafted = 256.0;

// By the names of the field; the comment has llama.cpp's, and is the documentation in TypeScript too. Defaults are
// llama-server's.
struct Options {
  double build = kReferenceBuild;  // the NNNN of bNNNN; the golden data are of the default one
  // llama-server, which reserves logits for one token per sequence; else llama-cli, llama-completion and the library,
  // which do for the whole micro-batch.
  bool server = true;
  double batchSize = 2048;        // --batch-size, tokens
  double microBatchSize = 512;    // --ubatch-size, tokens
  bool kvUnified = true;          // --kv-unified: one cache for all sequences
  bool flashAttention = true;     // --flash-attn
  double gpuLayers = kAllLayers;  // --n-gpu-layers: layers on GPUs, the output head being the last
  double cpuMoeLayers = 0;        // --n-cpu-moe: layers whose experts stay on the host
  bool swaFull = false;           // --swa-full: sliding layers keep everything
  bool kvOffload = true;          // caches are with their layers; --no-kv-offload: on the host
  // --spec-type: what proposes tokens. draft-mtp loads the prediction blocks of the file and gives them a context.
  Speculation speculation = Speculation::none;
  double draftLength = 3;                      // --spec-draft-n-max: tokens proposed at a time
  CacheType draftCacheTypeK = CacheType::f16;  // --cache-type-k-draft
  CacheType draftCacheTypeV = CacheType::f16;  // --cache-type-v-draft
  // --cache-ram: MiB of prompts that llama-server keeps on the host for later, at most. Its own 8,192 fill while it
  // serves; 0 counts none.
  double cacheRam = 0;
  // --ctx-checkpoints: copies of states and sliding caches that each slot of llama-server keeps on the host at most
  // (its own default is 32), which it takes checkpointStep tokens apart. 0 counts none.
  double contextCheckpoints = 0;
  double checkpointStep = 8192;  // --checkpoint-min-step, tokens; 0: no least distance
  // --mmproj: a projector of images or sounds, in bytes. Its weights and its buffer are on the first GPU, or on the
  // host with --no-mmproj-offload, its inputs on the host. Readers of files have them: tryProjector, readProjector.
  double projectorWeights = 0;
  double projectorBuffer = 0;
  double projectorInputs = 0;
  bool projectorOffload = true;  // --mmproj-offload
};

inline constexpr Range kProjectorBytes{"", "a whole number of bytes from 0 to 1e15", 0.0, 1e15};
inline constexpr Range kDraftLength{"", "a whole number from 1 to 256", 1.0, kMostDrafted};

}  // namespace llama_cpp

template <>
inline constexpr auto kFields<llama_cpp::Options> = std::tuple{
    field::Number{"runtime.build", &llama_cpp::Options::build, &field::kWholePositive},
    field::Flag{"runtime.server", &llama_cpp::Options::server},
    field::Number{"runtime.batchSize", &llama_cpp::Options::batchSize, &field::kWholePositive},
    field::Number{"runtime.microBatchSize", &llama_cpp::Options::microBatchSize, &field::kWholePositive},
    field::Flag{"runtime.kvUnified", &llama_cpp::Options::kvUnified},
    field::Flag{"runtime.flashAttention", &llama_cpp::Options::flashAttention},
    field::Number{"runtime.gpuLayers", &llama_cpp::Options::gpuLayers, &field::kWholeOrNone},
    field::Number{"runtime.cpuMoeLayers", &llama_cpp::Options::cpuMoeLayers, &field::kWholeOrNone},
    field::Flag{"runtime.swaFull", &llama_cpp::Options::swaFull},
    field::Flag{"runtime.kvOffload", &llama_cpp::Options::kvOffload},
    field::Choice{"runtime.speculation", &llama_cpp::Options::speculation, llama_cpp::kSpeculations},
    field::Number{"runtime.draftLength", &llama_cpp::Options::draftLength, &llama_cpp::kDraftLength},
    field::Choice{"runtime.draftCacheTypeK", &llama_cpp::Options::draftCacheTypeK, kCacheTypeNames},
    field::Choice{"runtime.draftCacheTypeV", &llama_cpp::Options::draftCacheTypeV, kCacheTypeNames},
    field::Number{"runtime.cacheRam", &llama_cpp::Options::cacheRam, &field::kWholeOrNone},
    field::Number{"runtime.contextCheckpoints", &llama_cpp::Options::contextCheckpoints, &field::kWholeOrNone},
    field::Number{"runtime.checkpointStep", &llama_cpp::Options::checkpointStep, &field::kWholeOrNone},
    field::Number{"runtime.projectorWeights", &llama_cpp::Options::projectorWeights, &llama_cpp::kProjectorBytes},
    field::Number{"runtime.projectorBuffer", &llama_cpp::Options::projectorBuffer, &llama_cpp::kProjectorBytes},
    field::Number{"runtime.projectorInputs", &llama_cpp::Options::projectorInputs, &llama_cpp::kProjectorBytes},
    field::Flag{"runtime.projectorOffload", &llama_cpp::Options::projectorOffload},
};

}  // namespace llmcalc
