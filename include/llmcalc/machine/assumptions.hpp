// assumptions.hpp: what is taken for granted of a machine where nobody says it.
#pragma once

#include <tuple>

#include "llmcalc/base/field.hpp"
#include "llmcalc/base/units.hpp"

namespace llmcalc {

// A host of which nothing is said is a desktop: two channels of DDR5-4800 (2 x 8 bytes x 4.8e9/s = 76.8e9), eight cores
// and 16 lanes of PCIe 4 (31.5e9, of which a copy gets 25e9).
struct AssumedHost {
  double bandwidth = 75e9;      // bytes/s of its memory
  double threads = 8;           // cores that compute
  double linkBandwidth = 25e9;  // bytes/s between host and GPU, and between GPUs
};

template <>
inline constexpr auto kFields<AssumedHost> = std::tuple{
    field::Number{"host.bandwidth", &AssumedHost::bandwidth},
    field::Number{"host.threads", &AssumedHost::threads},
    field::Number{"host.linkBandwidth", &AssumedHost::linkBandwidth},
};

// Bytes of a host whose memory nobody gave: more than any has, so that what needs it is not refused.
inline constexpr double kUnknownMemory = 1e18;
// Bytes of that memory that need no asking: any machine with a GPU has them for the part of a model that stays on the
// host whatever is on the GPU.
inline constexpr double kUnsaidHostMemory = 4.0 * kBytesPerGiB;

}  // namespace llmcalc
