// options.hpp: what llama.cpp alone is asked, beside what every engine is (question/runtime.hpp).
#pragma once

#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/engines/llama_cpp/builds.hpp"

namespace llmcalc {

// Layers for the GPUs: more than any model has means all, and the output head.
inline constexpr double kAllLayers = 1e9;

namespace llama_cpp {

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
};

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
};

}  // namespace llmcalc
