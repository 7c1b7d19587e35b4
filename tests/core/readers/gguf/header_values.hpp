// Values of GGUF keys as numbers, for tests that ask one layer or one model.
#pragma once

#include <initializer_list>
#include <span>
#include <utility>

#include "llmcalc/readers/gguf/keys.hpp"

namespace llmcalc::gguf {

inline KeyValue numberOf(double number) { return {KeyValue::Form::number, number, {}}; }

// The list must live as long as what is made of it.
inline KeyValue listOf(std::span<const double> list) { return {KeyValue::Form::list, kNothing, list}; }

inline HeaderValues valuesOf(std::initializer_list<std::pair<Key, double>> keys) {
  HeaderValues values;
  for (const auto& [key, number] : keys) values[key] = numberOf(number);
  return values;
}

// Llama 3.1 8B.
inline HeaderValues llamaValues() {
  return valuesOf({{Key::embeddingLength, 4096},
                   {Key::blockCount, 32},
                   {Key::vocabularySize, 128256},
                   {Key::headCount, 32},
                   {Key::kvHeadCount, 8},
                   {Key::feedForwardLength, 14336},
                   {Key::contextLength, 131072}});
}

}  // namespace llmcalc::gguf
