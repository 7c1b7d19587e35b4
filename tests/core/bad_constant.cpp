#include "llmcalc/calculator.hpp"

constexpr double vram = llmcalc::calculateVRAM(-1, 4);
