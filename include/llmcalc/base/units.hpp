// units.hpp: the sizes behind the unit names.
//
// GB is 1e9 bytes, as memory bandwidths and file sizes are sold and printed; GiB is 2^30 bytes, as operating systems
// and llama.cpp print memory. The two differ by 7.4 %, so every name here says which one it is.
#pragma once

namespace llmcalc {

inline constexpr double kBytesPerKiB = 1024.0;
inline constexpr double kBytesPerMiB = 1024.0 * 1024.0;
inline constexpr double kBytesPerGiB = 1024.0 * 1024.0 * 1024.0;
inline constexpr double kBytesPerGB = 1e9;
inline constexpr double kBitsPerByte = 8.0;

[[nodiscard]] constexpr double bytesToGB(double bytes) noexcept { return bytes / kBytesPerGB; }
[[nodiscard]] constexpr double gbToBytes(double gb) noexcept { return gb * kBytesPerGB; }
[[nodiscard]] constexpr double bytesToGiB(double bytes) noexcept { return bytes / kBytesPerGiB; }
[[nodiscard]] constexpr double gibToBytes(double gib) noexcept { return gib * kBytesPerGiB; }
[[nodiscard]] constexpr double gbToGiB(double gb) noexcept { return bytesToGiB(gbToBytes(gb)); }
[[nodiscard]] constexpr double gibToGB(double gib) noexcept { return bytesToGB(gibToBytes(gib)); }

}  // namespace llmcalc
