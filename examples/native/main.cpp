// Will Llama 3.1 8B fit an RTX 4090, and how fast can it be?
#include <cstdio>
#include <llmcalc/llmcalc.hpp>

int main() {
  constexpr double kParamCount = 8.03;     // billions
  constexpr double kBitsPerWeight = 4.89;  // Q4_K_M
  constexpr double kBandwidth = 1008;      // GB/s, RTX 4090
  constexpr double kVram = 24;             // GB

  const double vram = llmcalc::calculateVRAM(kParamCount, kBitsPerWeight, 8192);
  std::printf("memory at 8192 tokens: %.2f GB, %s\n", vram,
              llmcalc::isOutOfMemory(vram, kVram) ? "does not fit" : "fits");

  const double size = kParamCount * kBitsPerWeight / 8;
  std::printf("at most %.0f tokens/s\n", llmcalc::calculatePerformance(kBandwidth, size));

  try {
    static_cast<void>(llmcalc::calculatePerformance(-kBandwidth, size));
  } catch (const llmcalc::ArgumentError& error) {
    std::printf("%s\n", error.what());
  }
}
