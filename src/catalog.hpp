#pragma once

#include "llmcalc/catalog.hpp"  // its place for programs that link llmcalc::catalog
