// types.hpp: the element types of ggml tensors, the file types that llama-quantize writes, and the types of caches.
//
// Sizes: ggml type table (ggml-org/llama.cpp, ggml/src/ggml-common.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace llmcalc {

enum class TensorType : std::uint8_t {
  F32,
  F16,
  BF16,
  Q4_0,
  Q4_1,
  Q5_0,
  Q5_1,
  Q8_0,
  Q8_1,
  Q2_K,
  Q3_K,
  Q4_K,
  Q5_K,
  Q6_K,
  Q8_K,
  IQ2_XXS,
  IQ2_XS,
  IQ2_S,
  IQ3_XXS,
  IQ3_S,
  IQ1_S,
  IQ1_M,
  IQ4_NL,
  IQ4_XS,
  TQ1_0,
  TQ2_0,
  MXFP4,
  NVFP4,
  Q1_0,
  Q2_0,
};

struct TensorTypeTraits {
  std::string_view name;
  int id;                    // in ggml and in GGUF files
  std::uint16_t blockSize;   // elements
  std::uint16_t blockBytes;  // bytes
};

// In the order of TensorType.
inline constexpr std::array<TensorTypeTraits, 30> kTensorTypes = {{
    {"F32", 0, 1, 4},        {"F16", 1, 1, 2},       {"BF16", 30, 1, 2},       {"Q4_0", 2, 32, 18},
    {"Q4_1", 3, 32, 20},     {"Q5_0", 6, 32, 22},    {"Q5_1", 7, 32, 24},      {"Q8_0", 8, 32, 34},
    {"Q8_1", 9, 32, 36},     {"Q2_K", 10, 256, 84},  {"Q3_K", 11, 256, 110},   {"Q4_K", 12, 256, 144},
    {"Q5_K", 13, 256, 176},  {"Q6_K", 14, 256, 210}, {"Q8_K", 15, 256, 292},   {"IQ2_XXS", 16, 256, 66},
    {"IQ2_XS", 17, 256, 74}, {"IQ2_S", 22, 256, 82}, {"IQ3_XXS", 18, 256, 98}, {"IQ3_S", 21, 256, 110},
    {"IQ1_S", 19, 256, 50},  {"IQ1_M", 29, 256, 56}, {"IQ4_NL", 20, 32, 18},   {"IQ4_XS", 23, 256, 136},
    {"TQ1_0", 34, 256, 54},  {"TQ2_0", 35, 256, 66}, {"MXFP4", 39, 32, 17},    {"NVFP4", 40, 64, 36},
    {"Q1_0", 41, 128, 18},   {"Q2_0", 42, 64, 18},
}};

[[nodiscard]] constexpr const TensorTypeTraits& traits(TensorType type) noexcept {
  return kTensorTypes[static_cast<std::size_t>(type)];
}

// The sizes alone: a program that prints no names need not hold them. Blocks have a power of two elements, so that
// bytes per element are exact.
inline constexpr auto kBytesPerElement = [] {
  std::array<double, kTensorTypes.size()> bytes{};
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<double>(kTensorTypes[i].blockBytes) / kTensorTypes[i].blockSize;
  }
  return bytes;
}();

namespace detail {

inline constexpr auto kBlockSizes = [] {
  std::array<std::uint16_t, kTensorTypes.size()> sizes{};
  for (std::size_t i = 0; i < sizes.size(); ++i) sizes[i] = kTensorTypes[i].blockSize;
  return sizes;
}();

}  // namespace detail

// Elements of a block; 1 for types that are not quantised.
[[nodiscard]] constexpr unsigned blockSize(TensorType type) noexcept {
  return detail::kBlockSizes[static_cast<std::size_t>(type)];
}

// Whether a row of `rowLength` elements is a whole number of blocks.
[[nodiscard]] constexpr bool isWholeBlocks(TensorType type, double rowLength) noexcept {
  return (static_cast<std::int64_t>(rowLength) & (blockSize(type) - 1)) == 0;
}

// `elements` and as many more as make whole blocks.
[[nodiscard]] constexpr double wholeBlocks(TensorType type, double elements) noexcept {
  const std::int64_t last = blockSize(type) - 1;
  return static_cast<double>((static_cast<std::int64_t>(elements) + last) & ~last);
}

// Bytes of a tensor of `rows` rows of `rowLength` elements; a row is a whole number of blocks.
[[nodiscard]] constexpr double tensorBytes(TensorType type, double rowLength, double rows) noexcept {
  return rowLength * rows * kBytesPerElement[static_cast<std::size_t>(type)];
}

// What a GGUF file calls its quantisation; the names are llama-quantize's.
enum class FileType : std::uint8_t {
  F32,
  F16,
  BF16,
  Q8_0,
  Q6_K,
  Q5_K_M,
  Q5_K_S,
  Q5_0,
  Q5_1,
  Q4_K_M,
  Q4_K_S,
  Q4_0,
  Q4_1,
  Q3_K_L,
  Q3_K_M,
  Q3_K_S,
  Q2_K,
  Q2_K_S,
  IQ4_XS,
  IQ4_NL,
  IQ3_M,
  IQ3_S,
  IQ3_XS,
  IQ3_XXS,
  IQ2_M,
  IQ2_S,
  IQ2_XS,
  IQ2_XXS,
  IQ1_M,
  IQ1_S,
  TQ2_0,
  TQ1_0,
  MXFP4_MOE,
  NVFP4,
  Q2_0,
  Q1_0,
};

struct FileTypeTraits {
  std::string_view name;
  int id;           // of llama.cpp's enum llama_ftype (include/llama.h), and in GGUF files
  TensorType base;  // the type of a tensor that no rule singles out
};

// In the order of FileType.
inline constexpr std::array<FileTypeTraits, 36> kFileTypes = {{
    {"F32", 0, TensorType::F32},          {"F16", 1, TensorType::F16},        {"BF16", 32, TensorType::BF16},
    {"Q8_0", 7, TensorType::Q8_0},        {"Q6_K", 18, TensorType::Q6_K},     {"Q5_K_M", 17, TensorType::Q5_K},
    {"Q5_K_S", 16, TensorType::Q5_K},     {"Q5_0", 8, TensorType::Q5_0},      {"Q5_1", 9, TensorType::Q5_1},
    {"Q4_K_M", 15, TensorType::Q4_K},     {"Q4_K_S", 14, TensorType::Q4_K},   {"Q4_0", 2, TensorType::Q4_0},
    {"Q4_1", 3, TensorType::Q4_1},        {"Q3_K_L", 13, TensorType::Q3_K},   {"Q3_K_M", 12, TensorType::Q3_K},
    {"Q3_K_S", 11, TensorType::Q3_K},     {"Q2_K", 10, TensorType::Q2_K},     {"Q2_K_S", 21, TensorType::Q2_K},
    {"IQ4_XS", 30, TensorType::IQ4_XS},   {"IQ4_NL", 25, TensorType::IQ4_NL}, {"IQ3_M", 27, TensorType::IQ3_S},
    {"IQ3_S", 26, TensorType::IQ3_S},     {"IQ3_XS", 22, TensorType::IQ3_S},  {"IQ3_XXS", 23, TensorType::IQ3_XXS},
    {"IQ2_M", 29, TensorType::IQ2_S},     {"IQ2_S", 28, TensorType::IQ2_XS},  {"IQ2_XS", 20, TensorType::IQ2_XS},
    {"IQ2_XXS", 19, TensorType::IQ2_XXS}, {"IQ1_M", 31, TensorType::IQ1_M},   {"IQ1_S", 24, TensorType::IQ1_S},
    {"TQ2_0", 37, TensorType::TQ2_0},     {"TQ1_0", 36, TensorType::TQ1_0},   {"MXFP4_MOE", 38, TensorType::Q8_0},
    {"NVFP4", 39, TensorType::NVFP4},     {"Q2_0", 41, TensorType::Q2_0},     {"Q1_0", 40, TensorType::Q1_0},
}};

[[nodiscard]] constexpr const FileTypeTraits& traits(FileType type) noexcept {
  return kFileTypes[static_cast<std::size_t>(type)];
}

namespace detail {

inline constexpr auto kBaseTypes = [] {
  std::array<TensorType, kFileTypes.size()> types{};
  for (std::size_t i = 0; i < types.size(); ++i) types[i] = kFileTypes[i].base;
  return types;
}();

}  // namespace detail

// The type of a tensor that no rule singles out.
[[nodiscard]] constexpr TensorType baseType(FileType type) noexcept {
  return detail::kBaseTypes[static_cast<std::size_t>(type)];
}

// File types that llama-quantize makes of any model, from the largest: what to try where a larger one does not fit.
inline constexpr auto kOfferedTypes =
    std::to_array<FileType>({FileType::Q8_0, FileType::Q6_K, FileType::Q5_K_M, FileType::Q5_K_S, FileType::Q4_K_M,
                             FileType::Q4_K_S, FileType::IQ4_XS, FileType::Q3_K_L, FileType::Q3_K_M, FileType::Q3_K_S,
                             FileType::IQ3_XS, FileType::IQ3_XXS, FileType::Q2_K, FileType::IQ2_M, FileType::IQ2_S,
                             FileType::IQ2_XS, FileType::IQ2_XXS, FileType::IQ1_M, FileType::IQ1_S});

// Whether a publisher quantises a model to the type in training, so that nobody quantises it again.
[[nodiscard]] constexpr bool isFinal(FileType type) noexcept {
  return type == FileType::MXFP4_MOE || type == FileType::NVFP4;
}

// Whether llama-quantize makes files of the type with an importance matrix alone.
[[nodiscard]] constexpr bool needsImportanceMatrix(FileType type) noexcept {
  return type >= FileType::IQ2_M && type <= FileType::IQ1_S;
}

// The types that llama.cpp takes for a key/value cache (common/arg.cpp, kv_cache_types).
enum class CacheType : std::uint8_t { f32, f16, bf16, q8_0, q4_0, q4_1, iq4_nl, q5_0, q5_1 };

struct CacheTypeTraits {
  std::string_view name;
  TensorType type;
};

// In the order of CacheType.
inline constexpr std::array<CacheTypeTraits, 9> kCacheTypes = {{
    {"f32", TensorType::F32},
    {"f16", TensorType::F16},
    {"bf16", TensorType::BF16},
    {"q8_0", TensorType::Q8_0},
    {"q4_0", TensorType::Q4_0},
    {"q4_1", TensorType::Q4_1},
    {"iq4_nl", TensorType::IQ4_NL},
    {"q5_0", TensorType::Q5_0},
    {"q5_1", TensorType::Q5_1},
}};

[[nodiscard]] constexpr const CacheTypeTraits& traits(CacheType type) noexcept {
  return kCacheTypes[static_cast<std::size_t>(type)];
}

[[nodiscard]] constexpr bool isQuantized(CacheType type) noexcept { return blockSize(traits(type).type) > 1; }

// Bytes of one element of a cache.
[[nodiscard]] constexpr double bytesPerElement(CacheType type) noexcept {
  return tensorBytes(traits(type).type, 1.0, 1.0);
}

}  // namespace llmcalc
