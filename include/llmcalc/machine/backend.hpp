// backend.hpp: the interfaces to a GPU.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace llmcalc {

// The interface to the GPU. Of a plan only `overhead` depends on it.
enum class GpuBackend : std::uint8_t { cuda, metal, vulkan, rocm, cpu, sycl };
// Deprecated, the former name of GpuBackend until version 0.3: in JavaScript a Backend is what runs the formulas.
using Backend [[deprecated("llmcalc::GpuBackend")]] = GpuBackend;
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

}  // namespace llmcalc
