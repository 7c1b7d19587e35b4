#include "llmcalc/quick/calculator.hpp"

constexpr double vram = llmcalc::calculateVRAM(-1, 4);
