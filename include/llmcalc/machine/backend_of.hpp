// backend_of.hpp: the interface through which llama.cpp runs on the GPUs of a vendor.
#pragma once

#include <array>
#include <string_view>

#include "llmcalc/question/runtime.hpp"

namespace llmcalc {

// What the official builds of llama.cpp run a vendor's GPUs with, where it is not Vulkan.
struct VendorBackend {
  std::string_view vendor;
  GpuBackend backend;
};
inline constexpr std::array<VendorBackend, 3> kVendorBackends = {{
    {"NVIDIA", GpuBackend::cuda},
    {"Apple", GpuBackend::metal},
    {"Intel", GpuBackend::sycl},
}};

// The back end for GPUs of a vendor, as data/devices.csv spells it: CUDA for "NVIDIA", Metal for "Apple", SYCL for
// "Intel"; Vulkan, which runs on all of them, for "AMD" and whatever else.
[[nodiscard]] constexpr GpuBackend backendOf(std::string_view vendor) noexcept {
  for (const VendorBackend& known : kVendorBackends) {
    if (known.vendor == vendor) return known.backend;
  }
  return GpuBackend::vulkan;
}

}  // namespace llmcalc
