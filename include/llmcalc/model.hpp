// model.hpp: the former place of spec and layers of a model.
#pragma once

#include "llmcalc/model/layers.hpp"
#include "llmcalc/model/spec.hpp"
