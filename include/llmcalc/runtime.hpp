// runtime.hpp: the former place of question/runtime.hpp and what it is made of.
#pragma once

#include "llmcalc/question/runtime.hpp"
