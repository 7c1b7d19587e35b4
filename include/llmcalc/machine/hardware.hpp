// hardware.hpp: a machine, as far as it computes: data sheets, and how the engine does on them.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/base/result.hpp"
#include "llmcalc/question/runtime.hpp"
#include "llmcalc/speed/profile.hpp"

namespace llmcalc {

// A GPU, or the host's processor with its memory. Rates are the data sheet's; 0 is unknown.
struct Device {
  double bandwidth = 0;     // bytes/s, from 1e8 to 1e15
  double shaderFlops = 0;   // FP32 FLOP/s outside of matrix units; what is issued in pairs counts once
  double halfFlops = 0;     // FP16 FLOP/s, dense; of matrix units the rate that accumulates in FP32
  double quantizedOps = 0;  // operations/s of the path that quantised matrices take in prefill: INT8 where there is one
  double threads = 0;       // of a processor: cores that compute
};

// How a model is spread over several GPUs.
enum class Split : std::uint8_t { layer, tensor };
inline constexpr std::array<std::string_view, 2> kSplits = {"layer", "tensor"};

// The devices of a machine, and how the engine does on them. All GPUs have one back end and one profile.
struct Hardware {
  double gpuCount = 0;
  std::array<Device, Runtime::kMaximumGpus> gpus{};
  Device host;
  double linkBandwidth = 25e9;     // bytes/s from host to GPU
  double gpuLinkBandwidth = 25e9;  // bytes/s between GPUs; from 100e9 on it counts as NVLink
  bool unified = false;            // host and GPU share one memory: nothing crosses the link
  Split split = Split::layer;      // how several GPUs share a model
  SpeedProfile gpuProfile;
  SpeedProfile hostProfile;
};

namespace detail {

inline constexpr Quantity kRate{"from 1e6 to 1e19 per second, or 0 where unknown",
                                "from 1e6 to 1e19 per second, or 0 where unknown",
                                "",
                                1e6,
                                1e19,
                                true};
}  // namespace detail

template <>
inline constexpr auto kFields<Device> = std::tuple{
    field::Measure{"machine.gpus[].bandwidth", &Device::bandwidth, &kBytesPerSecond},
    field::Measure{"machine.gpus[].shaderFlops", &Device::shaderFlops, &detail::kRate},
    field::Measure{"machine.gpus[].halfFlops", &Device::halfFlops, &detail::kRate},
    field::Measure{"machine.gpus[].quantizedOps", &Device::quantizedOps, &detail::kRate},
    field::Number{"machine.gpus[].threads", &Device::threads},  // the host's alone are asked
};

// The same rows of the host.
inline constexpr std::string_view kHostPlace = "machine.host.";
inline constexpr auto kHostFields = kRowsAt<kFields<Device>, kHostPlace>;

// Of the rest the GPUs' devices and the profiles have tables of their own.
template <>
inline constexpr auto kFields<Hardware> = std::tuple{
    field::Count{"machine.gpus", &Hardware::gpuCount},
    field::Part{"machine.host", &Hardware::host},
    field::Measure{"machine.linkBandwidth", &Hardware::linkBandwidth, &kBytesPerSecond},
    field::Measure{"machine.gpuLinkBandwidth", &Hardware::gpuLinkBandwidth, &kBytesPerSecond},
    field::Flag{"machine.unified", &Hardware::unified},
    field::Choice{"machine.split", &Hardware::split, kSplits},
};

}  // namespace llmcalc
