// overhead.hpp: bytes that a back end takes beside what llama.cpp allocates: an estimate.
#pragma once

#include <array>
#include <cstddef>

#include "llmcalc/base/units.hpp"
#include "llmcalc/runtime.hpp"

namespace llmcalc {

namespace detail {

// CUDA's context has memory for all threads that run at once: 107 MiB on a 4060 Ti of 34 multiprocessors and 555 on a
// PRO 6000 of 188 (ggml-org/llama.cpp#23604), which hold 1,536 each, 4.6 MiB for each of an H100, which hold 2,048.
// Kernels, graphs and pools come on top. In use, beyond llama.cpp's own buffers: P1000 of 5 multiprocessors 73 MiB, A40
// of 84 298, 4090 of 128 451 to 456 (#15860), PRO 6000 703 to 753 (#27953), H100 and H200 of 132 607 to 686 (40
// readings). The rule is 0 to 16 % above each, but for the A40: its family has A100s too, so it counts 57 % too much.
inline constexpr double kCudaBytes = 48.0 * kBytesPerMiB;
inline constexpr double kCudaBytesPerThread = 2.5 * kBytesPerKiB;
// ROCm: 253 to 318 MiB in three logs of five GPUs where its own kernels multiply, 1,380 (MI200) where rocBLAS does, and
// without flash attention 1,071 or 2,320, since the unit was not printed (W7900). Who multiplies depends on chip, type
// and batch, so the larger.
inline constexpr double kRocmBytes = 1380.0 * kBytesPerMiB;
inline constexpr double kRocmBytesWithoutFlashAttention = 2320.0 * kBytesPerMiB;
// Vulkan: 17 (#20858), 32, 74 and 81 MiB after loading, 239 after the first prompt: pipelines come when first used.
inline constexpr double kVulkanBytes = 256.0 * kBytesPerMiB;
// SYCL: scratch memory of 997 MiB (#28860), 2,265 unaccounted for (Arc Pro B70), 2,129 to 2,379 more than Vulkan takes
// (#23203).
inline constexpr double kSyclBytes = 2400.0 * kBytesPerMiB;
// A storage buffer of Vulkan has at most 4 GiB on discrete cards; larger tensors stay on the host.
inline constexpr double kVulkanLargestTensor = 4294967295.0;

// The most threads of any card of at most so much memory, of data/devices.csv: 3070 Ti, V100 16GB, 4090, 5090, H100,
// PRO 6000; of more, and where nothing is known, B300.
struct CudaThreads {
  float gib;
  float threads;
};
inline constexpr std::array<CudaThreads, 7> kCudaThreads = {{
    {8.0F, 48.0F * 1536.0F},
    {16.0F, 80.0F * 2048.0F},
    {24.0F, 128.0F * 1536.0F},
    {48.0F, 170.0F * 1536.0F},
    {80.0F, 132.0F * 2048.0F},
    {96.0F, 188.0F * 1536.0F},
    {0.0F, 160.0F * 2048.0F},
}};

[[nodiscard]] constexpr double cudaThreads(double multiprocessors, double threads, double memory) noexcept {
  if (multiprocessors > 0.0) return multiprocessors * (threads > 0.0 ? threads : 2048.0);
  std::size_t card = 0;
  while (card + 1 < kCudaThreads.size() && !(memory > 0.0 && memory <= kCudaThreads[card].gib * kBytesPerGiB)) ++card;
  return kCudaThreads[card].threads;
}

}  // namespace detail

// Bytes that the back end takes for itself on GPU `gpu`, an estimate on the high side; CUDA's by multiprocessors, where
// they are unknown by memory, and where that is too as on the largest card. docs/memory.md has n and errors.
[[nodiscard]] constexpr double backendOverhead(const Runtime& runtime, std::size_t gpu) noexcept {
  switch (runtime.backend) {
    case Backend::cuda: {
      const double multiprocessors =
          runtime.multiprocessors > 0.0 ? runtime.multiprocessors : runtime.gpuMultiprocessors[gpu];
      return detail::kCudaBytes +
             detail::cudaThreads(multiprocessors, runtime.gpuThreads[gpu], runtime.gpuMemory[gpu]) *
                 detail::kCudaBytesPerThread;
    }
    case Backend::vulkan:
      return detail::kVulkanBytes;
    case Backend::rocm:
      return runtime.flashAttention ? detail::kRocmBytes : detail::kRocmBytesWithoutFlashAttention;
    case Backend::sycl:
      return detail::kSyclBytes;
    // Of what Metal counts as allocated nothing is unaccounted for (logs of an M3 Max, an M4 Pro and an M5).
    case Backend::metal:
    case Backend::cpu:
      break;
  }
  return 0.0;
}

}  // namespace llmcalc
