// Headers of GGUF files, for tests: keys as models have them, and the bytes that a writer makes of them.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "llmcalc/readers/gguf/file.hpp"

namespace llmcalc::gguf {

// Llama 3.1 8B.
inline Metadata llamaKeys() {
  return {{"general.architecture", std::string("llama")},
          {"general.file_type", 1.0},
          {"llama.vocab_size", 128256.0},
          {"llama.context_length", 131072.0},
          {"llama.embedding_length", 4096.0},
          {"llama.block_count", 32.0},
          {"llama.feed_forward_length", 14336.0},
          {"llama.attention.head_count", 32.0},
          {"llama.attention.head_count_kv", 8.0}};
}

// Its tensors in F16, one after the other.
inline std::vector<Tensor> llamaTensors() {
  std::vector<Tensor> tensors;
  double offset = 0;
  const auto add = [&](const std::string& name, std::vector<double> shape, double type) {
    double bytes = type == 0.0 ? 4.0 : 2.0;
    for (const double length : shape) bytes *= length;
    tensors.push_back({name, std::move(shape), type, offset});
    offset += bytes;
  };
  add("token_embd.weight", {4096, 128256}, 1);
  for (int i = 0; i < 32; ++i) {
    const std::string block = "blk." + std::to_string(i) + ".";
    add(block + "attn_norm.weight", {4096}, 0);
    add(block + "attn_q.weight", {4096, 4096}, 1);
    add(block + "attn_k.weight", {4096, 1024}, 1);
    add(block + "attn_v.weight", {4096, 1024}, 1);
    add(block + "attn_output.weight", {4096, 4096}, 1);
    add(block + "ffn_norm.weight", {4096}, 0);
    add(block + "ffn_gate.weight", {4096, 14336}, 1);
    add(block + "ffn_up.weight", {4096, 14336}, 1);
    add(block + "ffn_down.weight", {14336, 4096}, 1);
  }
  add("output_norm.weight", {4096}, 0);
  add("output.weight", {4096, 128256}, 1);
  return tensors;
}

// Bytes in the order of the format.
class Writer {
 public:
  template <typename T>
  void number(T value) {
    const auto raw = std::bit_cast<std::array<unsigned char, sizeof(T)>>(value);
    bytes.insert(bytes.end(), raw.begin(), raw.end());
  }
  void text(std::string_view value) {
    number(static_cast<std::uint64_t>(value.size()));
    bytes.insert(bytes.end(), value.begin(), value.end());
  }
  void value(const Value& value) {
    if (const auto* whole = std::get_if<double>(&value)) {
      number(std::uint32_t{4});
      number(static_cast<std::uint32_t>(*whole));
    } else if (const auto* string = std::get_if<std::string>(&value)) {
      number(std::uint32_t{8});
      text(*string);
    } else if (const auto* list = std::get_if<std::vector<double>>(&value)) {
      array(4, list->size());
      for (const double element : *list) number(static_cast<std::uint32_t>(element));
    } else if (const auto* texts = std::get_if<std::vector<std::string>>(&value)) {
      array(8, texts->size());
      for (const std::string& element : *texts) text(element);
    } else if (const auto* flags = std::get_if<std::vector<bool>>(&value)) {
      array(7, flags->size());
      for (const bool element : *flags) bytes.push_back(element ? 1 : 0);
    } else {
      number(std::uint32_t{7});
      bytes.push_back(std::get<bool>(value) ? 1 : 0);
    }
  }

  std::vector<unsigned char> bytes;

 private:
  void array(std::uint32_t type, std::size_t count) {
    number(std::uint32_t{9});
    number(type);
    number(static_cast<std::uint64_t>(count));
  }
};

inline std::vector<unsigned char> bytesOfHeader(const Metadata& metadata, const std::vector<Tensor>& tensors) {
  Writer writer;
  for (const char letter : std::string_view("GGUF")) writer.bytes.push_back(static_cast<unsigned char>(letter));
  writer.number(std::uint32_t{3});
  writer.number(static_cast<std::uint64_t>(tensors.size()));
  writer.number(static_cast<std::uint64_t>(metadata.size()));
  for (const auto& [key, value] : metadata) {
    writer.text(key);
    writer.value(value);
  }
  for (const Tensor& tensor : tensors) {
    writer.text(tensor.name);
    writer.number(static_cast<std::uint32_t>(tensor.shape.size()));
    for (const double length : tensor.shape) writer.number(static_cast<std::uint64_t>(length));
    writer.number(static_cast<std::uint32_t>(tensor.type));
    writer.number(static_cast<std::uint64_t>(tensor.offset));
  }
  return writer.bytes;
}

inline Source sourceOf(const std::vector<unsigned char>& bytes) {
  return {[&bytes](double offset, std::span<unsigned char> to) {
            const auto from = std::min(static_cast<std::size_t>(offset), bytes.size());
            const std::size_t count = std::min(to.size(), bytes.size() - from);
            std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(from), count, to.begin());
            return count;
          },
          static_cast<double>(bytes.size())};
}

}  // namespace llmcalc::gguf
