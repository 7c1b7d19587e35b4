// overhead.hpp: bytes that a back end takes beside what llama.cpp allocates: an estimate.
#pragma once

#include <array>
#include <cstddef>

#include "llmcalc/base/units.hpp"
#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// A storage buffer of Vulkan has at most 4 GiB on discrete cards; larger tensors stay on the host.
inline constexpr double kVulkanLargestTensor = 4294967295.0;

namespace detail {

// CUDA's context has memory for all threads that run at once. It takes 107 MiB on a 4060 Ti, whose 34 multiprocessors
// hold 1,536 threads each, 555 MiB on a PRO 6000 with 188 such multiprocessors (ggml-org/llama.cpp#23604), and 4.6 MiB
// for each multiprocessor of an H100, which holds 2,048 threads. Kernels, graphs and pools come on top. Beyond
// llama.cpp's own buffers were in use: 73 MiB of a P1000 (5 multiprocessors), 298 of an A40 (84), 451 to 456 of a 4090
// (128, #15860), 703 to 753 of a PRO 6000 (#27953), 607 to 686 of H100 and H200 (132, 40 readings). The rule is 0 to
// 16 % above each reading but the A40's: the A40's family has A100s too, so it counts 57 % too much there.
inline constexpr double kCudaBytes = 48.0 * kBytesPerMiB;
inline constexpr double kCudaBytesPerThread = 2.5 * kBytesPerKiB;
// ROCm takes 253 to 318 MiB in three logs of five GPUs where its own kernels multiply and 1,380 (MI200) where rocBLAS
// does. Without flash attention it takes 1,071 or 2,320, since the log does not print the unit (W7900). Who multiplies
// depends on chip, type and batch, so the larger number stands here.
inline constexpr double kRocmBytes = 1380.0 * kBytesPerMiB;
inline constexpr double kRocmBytesWithoutFlashAttention = 2320.0 * kBytesPerMiB;
// Vulkan takes 17 (#20858), 32, 74 and 81 MiB after loading and 239 after the first prompt, because it makes pipelines
// when they are first used.
inline constexpr double kVulkanBytes = 256.0 * kBytesPerMiB;
// SYCL takes scratch memory of 997 MiB (#28860). Logs leave 2,265 MiB unaccounted for (Arc Pro B70), or 2,129 to 2,379
// more than Vulkan takes (#23203).
inline constexpr double kSyclBytes = 2400.0 * kBytesPerMiB;
// The most threads that any card of at most so much memory runs at once, read off data/devices.csv: CMP 170HX,
// V100 16GB, 5090 D V2 and 5090, H100, PRO 6000. The last row, B300, is for cards of more memory and for those of which
// nothing is known.
struct CudaThreads {
  float gib;
  float threads;
};
inline constexpr std::array<CudaThreads, 6> kCudaThreads = {{
    {8.0F, 70.0F * 1536.0F},
    {16.0F, 80.0F * 2048.0F},
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

// Bytes that the back end takes for itself on a GPU, beside what llama.cpp allocates: context, kernels, pipelines and
// scratch memory. It is an estimate on the high side, because a plan that promises too much is worse.
//
//   cuda    48 MiB + 2.5 KiB for every thread that runs at once
//   rocm    1,380 MiB, and 2,320 without flash attention
//   vulkan  256 MiB
//   sycl    2,400 MiB
//   metal, cpu  0
//
// runtime  says the back end, and for CUDA the multiprocessors, the threads each holds and the memory of every GPU.
// Where
//          multiprocessors are 0 (unknown) the card with the most threads of that memory is assumed, and where the
//          memory is 0 too, the card with the most of all.
// gpu      index of the GPU, 0 to 15.
//
// Nothing is refused here: tryPlanMemory checks the runtime.
// Source: logs and reports by card, with n and errors in docs/memory.md; numbers beside the constants of this file.
[[nodiscard]] constexpr double backendOverhead(const Runtime& runtime, std::size_t gpu) noexcept {
  switch (runtime.backend) {
    case GpuBackend::cuda: {
      const double multiprocessors =
          runtime.multiprocessors > 0.0 ? runtime.multiprocessors : runtime.gpuMultiprocessors[gpu];
      return detail::kCudaBytes +
             detail::cudaThreads(multiprocessors, runtime.gpuThreads[gpu], runtime.gpuMemory[gpu]) *
                 detail::kCudaBytesPerThread;
    }
    case GpuBackend::vulkan:
      return detail::kVulkanBytes;
    case GpuBackend::rocm:
      return runtime.flashAttention ? detail::kRocmBytes : detail::kRocmBytesWithoutFlashAttention;
    case GpuBackend::sycl:
      return detail::kSyclBytes;
    // Logs of an M3 Max, an M4 Pro and an M5 leave nothing unaccounted for of what Metal counts as allocated.
    case GpuBackend::metal:
    case GpuBackend::cpu:
      break;
  }
  return 0.0;
}

}  // namespace llmcalc
