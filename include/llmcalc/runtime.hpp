// runtime.hpp: what the user asks of the engine.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/ggml/types.hpp"

namespace llmcalc {

// The interface to the GPU. Of a plan only `overhead` depends on it.
enum class Backend : std::uint8_t { cuda, metal, vulkan, rocm, cpu, sycl };
inline constexpr std::array<std::string_view, 6> kBackends = {"cuda", "metal", "vulkan", "rocm", "cpu", "sycl"};

// Threads that a multiprocessor of an NVIDIA GPU holds at once, by its family in data/devices.csv: 1,536 of GeForce and
// workstation cards since Turing and of all Ada, 2,048 of others, and where nothing is known. (Turing holds 1,024;
// nothing was measured of it.)
[[nodiscard]] constexpr double multiprocessorThreads(std::string_view family) noexcept {
  for (const std::string_view narrow : {"Turing", "Ada", "SoC", "GeForce", "pro"}) {
    if (family.find(narrow) != std::string_view::npos) return 1536.0;
  }
  return 2048.0;
}

// Layers for the GPUs: more than any model has means all, and the output head.
inline constexpr double kAllLayers = 1e9;

// The golden data is of this build.
inline constexpr double kReferenceBuild = 11669.0;
// Two changes of spring 2026, somewhere between b9326 (2026-05-26) and b9512 (2026-06-04); the exact builds are not
// known here. From the first on the attention mask is f16 with flash attention (ggml-org/llama.cpp#23764): before, it
// was f32 with an f16 copy on the GPU. From the second on llama-server reserves logits for one token per sequence
// (#23861).
inline constexpr double kHalfMaskBuild = 9400.0;
inline constexpr double kCappedOutputsBuild = 9470.0;
// In autumn 2026 tokens and embeddings were mixed in one batch: since then the inputs have four hidden vectors a token,
// before they had two, and where they had gone logits took their place. b11269 still has two, what was built on
// 2026-10-08 has four; the exact build is not known here.
inline constexpr double kMixedInputsBuild = 11270.0;

// Options of llama.cpp, by the names of the field; the comment has llama.cpp's. Defaults are llama-server's.
struct Runtime {
  static constexpr std::size_t kMaximumGpus = 16;

  double build = kReferenceBuild;  // bNNNN
  bool server = true;              // llama-server; else llama-cli, llama-completion and the library
  FileType fileType = FileType::Q4_K_M;
  bool importanceMatrix = false;          // the file was quantised with one
  double contextLength = 0;               // --ctx-size, tokens of all sequences together; 0: as trained
  double batchSize = 2048;                // --batch-size, tokens
  double microBatchSize = 512;            // --ubatch-size, tokens
  double sequences = 4;                   // --parallel
  bool kvUnified = true;                  // --kv-unified: one cache for all sequences
  bool flashAttention = true;             // --flash-attn
  CacheType cacheTypeK = CacheType::f16;  // --cache-type-k
  CacheType cacheTypeV = CacheType::f16;  // --cache-type-v
  double gpuLayers = kAllLayers;          // --n-gpu-layers
  double cpuMoeLayers = 0;                // --n-cpu-moe: layers whose experts stay on the host
  bool swaFull = false;                   // --swa-full: sliding layers keep everything
  bool kvOffload = true;                  // false: --no-kv-offload
  Backend backend = Backend::cuda;
  double multiprocessors = 0;  // of every GPU, for CUDA's context; 0: those of gpuMultiprocessors
  // --tensor-split: shares of the layers, in any unit; one share 1 is one GPU, none is no GPU. llama.cpp's default is
  // by free memory.
  double gpuCount = 1;
  std::array<double, kMaximumGpus> gpuShares{1.0};
  // What is known of each, for `overhead` (engines/llama_cpp/overhead.hpp); 0: unknown.
  std::array<double, kMaximumGpus> gpuMultiprocessors{};
  std::array<double, kMaximumGpus> gpuThreads{};  // of a multiprocessor: multiprocessorThreads(family)
  std::array<double, kMaximumGpus> gpuMemory{};   // bytes
};

inline constexpr auto kFileTypeNames = namesOf(kFileTypes);
inline constexpr auto kCacheTypeNames = namesOf(kCacheTypes);

namespace detail {

inline constexpr Range kSequences{"", "a whole number from 1 to 256", 1.0, 256.0};
inline constexpr Range kGpus{"", "a whole number from 0 to 16, or up to 16 shares", 0.0,
                             static_cast<double>(Runtime::kMaximumGpus)};

}  // namespace detail

template <>
inline constexpr auto kFields<Runtime> = std::tuple{
    field::Number{"runtime.build", &Runtime::build, &detail::kWholePositive},
    field::Flag{"runtime.server", &Runtime::server},
    field::Choice{"runtime.fileType", &Runtime::fileType, kFileTypeNames},
    field::Flag{"runtime.importanceMatrix", &Runtime::importanceMatrix},
    field::Number{"runtime.contextLength", &Runtime::contextLength, &detail::kWholeOrNone},
    field::Number{"runtime.batchSize", &Runtime::batchSize, &detail::kWholePositive},
    field::Number{"runtime.microBatchSize", &Runtime::microBatchSize, &detail::kWholePositive},
    field::Number{"runtime.sequences", &Runtime::sequences, &detail::kSequences},
    field::Flag{"runtime.kvUnified", &Runtime::kvUnified},
    field::Flag{"runtime.flashAttention", &Runtime::flashAttention},
    field::Choice{"runtime.cacheTypeK", &Runtime::cacheTypeK, kCacheTypeNames},
    field::Choice{"runtime.cacheTypeV", &Runtime::cacheTypeV, kCacheTypeNames},
    field::Number{"runtime.gpuLayers", &Runtime::gpuLayers, &detail::kWholeOrNone},
    field::Number{"runtime.cpuMoeLayers", &Runtime::cpuMoeLayers, &detail::kWholeOrNone},
    field::Flag{"runtime.swaFull", &Runtime::swaFull},
    field::Flag{"runtime.kvOffload", &Runtime::kvOffload},
    field::Choice{"runtime.backend", &Runtime::backend, kBackends},
    field::Number{"runtime.multiprocessors", &Runtime::multiprocessors, &detail::kWholeOrNone},
    field::Count{"runtime.gpus", &Runtime::gpuCount, &detail::kGpus},
};

template <>
inline constexpr auto kGpuFields<Runtime> = std::tuple{
    field::Each{"runtime.gpus[].share", &Runtime::gpuShares},
    field::Each{"runtime.gpus[].multiprocessors", &Runtime::gpuMultiprocessors},
    field::Each{"runtime.gpus[].threads", &Runtime::gpuThreads},
    field::Each{"runtime.gpus[].memory", &Runtime::gpuMemory},
};

}  // namespace llmcalc
