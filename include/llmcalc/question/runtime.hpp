// runtime.hpp: what the user asks of the engine.
#pragma once

#include <array>
#include <cstddef>
#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/engines/llama_cpp/options.hpp"
#include "llmcalc/engines/names.hpp"
#include "llmcalc/engines/vllm/options.hpp"
#include "llmcalc/ggml/types.hpp"
#include "llmcalc/machine/backend.hpp"

namespace llmcalc {

// What every engine is asked; the comment has llama.cpp's option, and is the documentation in TypeScript too.
struct CommonRuntime {
  static constexpr std::size_t kMaximumGpus = 16;

  Engine engine = Engine::llamaCpp;
  FileType fileType = FileType::Q4_K_M;
  bool importanceMatrix = false;          // the file was quantised with an importance matrix
  double contextLength = 0;               // --ctx-size, tokens of all sequences together; 0: as trained
  double sequences = 4;                   // --parallel
  CacheType cacheTypeK = CacheType::f16;  // --cache-type-k
  CacheType cacheTypeV = CacheType::f16;  // --cache-type-v
  GpuBackend backend = GpuBackend::cuda;  // of the GPUs, for `overhead`
  double multiprocessors = 0;             // of every GPU, for CUDA's context; 0: those of gpuMultiprocessors
  // --tensor-split: shares of the layers, in any unit; one share 1 is one GPU, none is no GPU. llama.cpp's default is
  // by free memory.
  double gpuCount = 1;
  std::array<double, kMaximumGpus> gpuShares{1.0};
  // What is known of each, for `overhead` (engines/llama_cpp/overhead.hpp); 0: unknown.
  std::array<double, kMaximumGpus> gpuMultiprocessors{};
  std::array<double, kMaximumGpus> gpuThreads{};  // of a multiprocessor: multiprocessorThreads(family)
  std::array<double, kMaximumGpus> gpuMemory{};   // bytes
};

// All that may be asked: an engine reads what is common and its own options.
struct Runtime : CommonRuntime, llama_cpp::Options, vllm::Options {};

inline constexpr auto kFileTypeNames = namesOf(kFileTypes);

inline constexpr Range kGpuRange{"", "a whole number from 0 to 16, or up to 16 shares", 0.0,
                                 static_cast<double>(CommonRuntime::kMaximumGpus)};

namespace detail {

inline constexpr Range kSequences{"", "a whole number from 1 to 256", 1.0, 256.0};

}  // namespace detail

template <>
inline constexpr auto kFields<CommonRuntime> = std::tuple{
    field::Choice{"runtime.engine", &CommonRuntime::engine, kEngines},
    field::Choice{"runtime.fileType", &CommonRuntime::fileType, kFileTypeNames},
    field::Flag{"runtime.importanceMatrix", &CommonRuntime::importanceMatrix},
    field::Number{"runtime.contextLength", &CommonRuntime::contextLength, &field::kWholeOrNone},
    field::Number{"runtime.sequences", &CommonRuntime::sequences, &detail::kSequences},
    field::Choice{"runtime.cacheTypeK", &CommonRuntime::cacheTypeK, kCacheTypeNames},
    field::Choice{"runtime.cacheTypeV", &CommonRuntime::cacheTypeV, kCacheTypeNames},
    field::Choice{"runtime.backend", &CommonRuntime::backend, kBackends},
    field::Number{"runtime.multiprocessors", &CommonRuntime::multiprocessors, &field::kWholeOrNone},
    field::Count{"runtime.gpus", &CommonRuntime::gpuCount, &kGpuRange},
};

template <>
inline constexpr auto kGpuFields<CommonRuntime> = std::tuple{
    field::Each{"runtime.gpus[].share", &CommonRuntime::gpuShares},
    field::Each{"runtime.gpus[].multiprocessors", &CommonRuntime::gpuMultiprocessors},
    field::Each{"runtime.gpus[].threads", &CommonRuntime::gpuThreads},
    field::Each{"runtime.gpus[].memory", &CommonRuntime::gpuMemory},
};

template <>
inline constexpr auto kFields<Runtime> = std::tuple_cat(kFields<CommonRuntime>, kFields<llama_cpp::Options>,
                                                        kFields<vllm::Options>);

template <>
inline constexpr auto kGpuFields<Runtime> = kGpuFields<CommonRuntime>;

}  // namespace llmcalc
