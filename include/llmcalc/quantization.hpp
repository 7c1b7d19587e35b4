// quantization.hpp: the element types of ggml tensors, the file types that llama-quantize writes, and which type a
// tensor gets in a file of a type.
//
// Sizes: ggml type table (ggml-org/llama.cpp, ggml/src/ggml-common.h). Rules: src/llama-quant.cpp of the same
// repository. Both were checked against what `llama-quantize --dry-run` of build 11669 printed:
// tests/golden/weights.tsv.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "llmcalc/validation.hpp"

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

namespace detail {

// The sizes alone: a program that prints no names need not hold them. Blocks have a power of two elements, so that
// their inverse is exact.
struct Block {
  float perElement;
  float bytes;
};

inline constexpr auto kBlocks = [] {
  std::array<Block, kTensorTypes.size()> blocks{};
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    blocks[i] = {1.0F / static_cast<float>(kTensorTypes[i].blockSize), static_cast<float>(kTensorTypes[i].blockBytes)};
  }
  return blocks;
}();

}  // namespace detail

// The share of a block that one element is; 1 for types that are not quantised.
[[nodiscard]] constexpr double blocksPerElement(TensorType type) noexcept {
  return detail::kBlocks[static_cast<std::size_t>(type)].perElement;
}

// Bytes of a tensor of `rows` rows of `rowLength` elements; a row is a whole number of blocks.
[[nodiscard]] constexpr double tensorBytes(TensorType type, double rowLength, double rows) noexcept {
  const detail::Block& block = detail::kBlocks[static_cast<std::size_t>(type)];
  return rowLength * block.perElement * block.bytes * rows;
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
  TensorType base;  // the type of a tensor that no rule singles out
};

// In the order of FileType.
inline constexpr std::array<FileTypeTraits, 36> kFileTypes = {{
    {"F32", TensorType::F32},         {"F16", TensorType::F16},       {"BF16", TensorType::BF16},
    {"Q8_0", TensorType::Q8_0},       {"Q6_K", TensorType::Q6_K},     {"Q5_K_M", TensorType::Q5_K},
    {"Q5_K_S", TensorType::Q5_K},     {"Q5_0", TensorType::Q5_0},     {"Q5_1", TensorType::Q5_1},
    {"Q4_K_M", TensorType::Q4_K},     {"Q4_K_S", TensorType::Q4_K},   {"Q4_0", TensorType::Q4_0},
    {"Q4_1", TensorType::Q4_1},       {"Q3_K_L", TensorType::Q3_K},   {"Q3_K_M", TensorType::Q3_K},
    {"Q3_K_S", TensorType::Q3_K},     {"Q2_K", TensorType::Q2_K},     {"Q2_K_S", TensorType::Q2_K},
    {"IQ4_XS", TensorType::IQ4_XS},   {"IQ4_NL", TensorType::IQ4_NL}, {"IQ3_M", TensorType::IQ3_S},
    {"IQ3_S", TensorType::IQ3_S},     {"IQ3_XS", TensorType::IQ3_S},  {"IQ3_XXS", TensorType::IQ3_XXS},
    {"IQ2_M", TensorType::IQ2_S},     {"IQ2_S", TensorType::IQ2_XS},  {"IQ2_XS", TensorType::IQ2_XS},
    {"IQ2_XXS", TensorType::IQ2_XXS}, {"IQ1_M", TensorType::IQ1_M},   {"IQ1_S", TensorType::IQ1_S},
    {"TQ2_0", TensorType::TQ2_0},     {"TQ1_0", TensorType::TQ1_0},   {"MXFP4_MOE", TensorType::Q8_0},
    {"NVFP4", TensorType::NVFP4},     {"Q2_0", TensorType::Q2_0},     {"Q1_0", TensorType::Q1_0},
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

[[nodiscard]] constexpr bool isQuantized(CacheType type) noexcept { return blocksPerElement(traits(type).type) < 1.0; }

// Bytes of one element of a cache.
[[nodiscard]] constexpr double bytesPerElement(CacheType type) noexcept {
  return tensorBytes(traits(type).type, 1.0, 1.0);
}

// What a tensor is for, as far as the choice of its type goes.
enum class TensorRole : std::uint8_t {
  output,          // output.weight, or token_embd.weight when the two are one
  tokenEmbedding,  // token_embd.weight of its own
  attentionQ,
  attentionK,
  attentionV,  // also fused Q, K and V
  attentionOutput,
  feedForwardGate,
  feedForwardUp,
  feedForwardDown,
  other,  // gets the type of the file
};

// Where the special type of a rule applies; counted in layers, or in tensors of the role.
enum class Where : std::uint8_t {
  nowhere,
  everywhere,
  firstTwo,
  firstFour,
  firstEighth,
  firstSixteenth,
  middle,    // three quarters
  moreBits,  // the first and the last eighth, and every third between (use_more_bits)
};

// The indices of `n` that a Where applies to: those before `head`, from `tail` on, and every `step`th from `from` to
// `to`.
class SpecialIndices {
 public:
  constexpr SpecialIndices() noexcept = default;
  constexpr SpecialIndices(Where where, int n) noexcept {
    switch (where) {
      case Where::nowhere:
        break;
      case Where::everywhere:
        tail_ = 0;
        break;
      case Where::firstTwo:
        head_ = 2;
        break;
      case Where::firstFour:
        head_ = 4;
        break;
      case Where::firstEighth:
        head_ = n / 8;
        break;
      case Where::firstSixteenth:
        head_ = n / 16;
        break;
      case Where::middle:
        from_ = n / 8;
        to_ = 7 * n / 8;
        step_ = 1;
        break;
      case Where::moreBits:
        head_ = from_ = n / 8;
        tail_ = to_ = 7 * n / 8;
        break;
    }
    exist_ = where != Where::nowhere;
  }

  [[nodiscard]] constexpr bool exist() const noexcept { return exist_; }

  // How many of start, start + stride, ... (`count` of them). A step takes a stride of 1.
  [[nodiscard]] constexpr int count(int start, int count, int stride = 1) const noexcept {
    const auto below = [=](int end) {
      if (end <= start) return 0;
      const int reached = stride == 1 ? end - start : (end - start + stride - 1) / stride;  // a division is slow
      return reached < count ? reached : count;
    };
    int found = below(head_) + count - below(tail_);
    const int first = below(from_);
    const int last = below(to_);
    if (last > first) {
      const int offset = start - from_;
      found += step_ == 1 ? last - first : (offset + last) / 3 - (offset + first) / 3;
    }
    return found;
  }

 private:
  bool exist_ = false;
  int head_ = 0;
  int tail_ = 1 << 20;  // beyond all layers
  int from_ = 0;
  int to_ = 0;
  int step_ = 3;
};

// The type of the tensors of a role: `special` where `where` applies, else `base`.
struct TypeRule {
  TensorType base;
  TensorType special;
  Where where;
};

// What the rules look at beside the role.
struct QuantizationContext {
  double queriesPerKey = 1.0;  // heads over key/value heads of the first layer, whole; 0 when that has no attention
  double expertCount = 0.0;
  bool is70B = false;  // 80 layers of llama, qwen2, olmo or deci with grouped queries
  bool importanceMatrix = false;
};

// Falls back where rows of `rowLength` are not a whole number of blocks (tensor_type_fallback).
[[nodiscard]] constexpr TensorType fittingType(TensorType type, double rowLength) noexcept {
  const auto fits = [rowLength](TensorType candidate) { return isWhole(rowLength * blocksPerElement(candidate)); };
  if (fits(type)) return type;
  TensorType next = TensorType::F16;
  switch (type) {
    case TensorType::IQ1_S:
    case TensorType::IQ1_M:
    case TensorType::IQ2_XXS:
    case TensorType::IQ2_XS:
    case TensorType::IQ2_S:
    case TensorType::IQ3_XXS:
    case TensorType::IQ3_S:
    case TensorType::IQ4_XS:
      next = TensorType::IQ4_NL;
      break;
    case TensorType::Q2_K:
    case TensorType::Q3_K:
    case TensorType::TQ1_0:
    case TensorType::TQ2_0:
    case TensorType::Q2_0:
      next = TensorType::Q4_0;
      break;
    case TensorType::Q4_K:
      next = TensorType::Q5_0;
      break;
    case TensorType::Q5_K:
      next = TensorType::Q5_1;
      break;
    case TensorType::Q6_K:
      next = TensorType::Q8_0;
      break;
    default:
      break;
  }
  return fits(next) ? next : TensorType::F16;
}

namespace detail {

[[nodiscard]] constexpr bool isTwoBitOrLess(FileType file) noexcept {
  return file == FileType::IQ2_XXS || file == FileType::IQ2_XS || file == FileType::IQ2_S || file == FileType::IQ2_M ||
         file == FileType::IQ1_S || file == FileType::IQ1_M;
}

[[nodiscard]] constexpr bool isIQ2SOrM(FileType file) noexcept {
  return file == FileType::IQ2_S || file == FileType::IQ2_M;
}

[[nodiscard]] constexpr TypeRule everywhere(TensorType type) noexcept { return {type, type, Where::nowhere}; }

[[nodiscard]] constexpr TensorType outputType(FileType file, double rowLength) noexcept {
  const TensorType base = baseType(file);
  if (file == FileType::MXFP4_MOE) return TensorType::Q8_0;
  if (fittingType(base, rowLength) != base) return TensorType::Q8_0;
  if (isTwoBitOrLess(file) || file == FileType::IQ3_XXS) return TensorType::Q5_K;
  return base == TensorType::Q8_0 ? TensorType::Q8_0 : TensorType::Q6_K;
}

[[nodiscard]] constexpr TensorType tokenEmbeddingType(FileType file) noexcept {
  switch (file) {
    case FileType::IQ2_XXS:
    case FileType::IQ2_XS:
    case FileType::IQ1_S:
    case FileType::IQ1_M:
      return TensorType::Q2_K;
    case FileType::IQ2_S:
    case FileType::IQ2_M:
    case FileType::IQ3_XXS:
      return TensorType::IQ3_S;
    case FileType::TQ1_0:
    case FileType::TQ2_0:
    case FileType::Q2_0:
      return TensorType::Q4_K;
    default:
      return baseType(file);
  }
}

[[nodiscard]] constexpr TypeRule attentionVRule(FileType file, const QuantizationContext& context) noexcept {
  const TensorType base = baseType(file);
  const bool grouped = context.queriesPerKey >= 4.0;
  if (isTwoBitOrLess(file)) {
    if (grouped || context.expertCount >= 4.0) return everywhere(TensorType::Q4_K);
    return everywhere(isIQ2SOrM(file) ? TensorType::IQ3_S : TensorType::Q2_K);
  }
  TypeRule rule = everywhere(base);
  switch (file) {
    case FileType::Q2_K:
      rule = everywhere(grouped ? TensorType::Q4_K : TensorType::Q3_K);
      break;
    case FileType::Q2_K_S:
    case FileType::IQ3_XS:
    case FileType::IQ3_S:
      if (grouped) rule = everywhere(TensorType::Q4_K);
      break;
    case FileType::IQ3_XXS:
      if (grouped) {
        rule = everywhere(TensorType::Q4_K);
      } else {
        rule = everywhere(context.importanceMatrix ? TensorType::IQ3_XXS : TensorType::IQ3_S);
      }
      break;
    case FileType::IQ3_M:
      rule = everywhere(TensorType::Q4_K);
      break;
    case FileType::Q3_K_M:
      rule = {TensorType::Q4_K, TensorType::Q5_K, Where::firstTwo};
      break;
    case FileType::Q3_K_L:
      rule = everywhere(TensorType::Q5_K);
      break;
    case FileType::IQ4_NL:
    case FileType::IQ4_XS:
      if (grouped) rule = everywhere(TensorType::Q5_K);
      break;
    case FileType::Q4_K_M:
    case FileType::Q5_K_M:
      rule = {base, TensorType::Q6_K, Where::moreBits};
      break;
    case FileType::Q4_K_S:
      rule = {base, TensorType::Q5_K, Where::firstFour};
      break;
    default:
      break;
  }
  if (context.is70B) {
    const auto raised = [](TensorType type) {
      return type == TensorType::Q3_K || type == TensorType::Q4_K ? TensorType::Q5_K : type;
    };
    rule = {raised(rule.base), raised(rule.special), rule.where};
  }
  return context.expertCount == 8.0 ? everywhere(TensorType::Q8_0) : rule;
}

[[nodiscard]] constexpr TypeRule attentionKRule(FileType file, const QuantizationContext& context) noexcept {
  if (context.expertCount == 8.0) return everywhere(isTwoBitOrLess(file) ? TensorType::Q4_K : TensorType::Q8_0);
  if (file == FileType::IQ3_XS) return everywhere(TensorType::IQ3_XXS);
  if (file == FileType::IQ3_XXS) return everywhere(TensorType::IQ2_S);
  return everywhere(baseType(file));
}

[[nodiscard]] constexpr TypeRule attentionQRule(FileType file) noexcept {
  if (file == FileType::IQ3_XS) return everywhere(TensorType::IQ3_XXS);
  if (file == FileType::IQ3_XXS) return everywhere(TensorType::IQ2_S);
  return everywhere(baseType(file));
}

[[nodiscard]] constexpr TypeRule attentionOutputRule(FileType file, const QuantizationContext& context) noexcept {
  const TensorType base = baseType(file);
  if (context.expertCount == 8.0) {
    switch (file) {
      case FileType::Q2_K:
      case FileType::IQ3_XS:
      case FileType::IQ3_XXS:
      case FileType::Q3_K_S:
      case FileType::Q3_K_M:
      case FileType::IQ4_NL:
      case FileType::Q4_K_S:
      case FileType::Q4_K_M:
      case FileType::IQ3_S:
      case FileType::IQ3_M:
      case FileType::IQ4_XS:
        return everywhere(TensorType::Q5_K);
      default:
        return everywhere(isTwoBitOrLess(file) ? TensorType::Q5_K : base);
    }
  }
  switch (file) {
    case FileType::Q2_K:
      return everywhere(TensorType::Q3_K);
    case FileType::Q3_K_M:
    case FileType::IQ3_M:
      return everywhere(TensorType::Q4_K);
    case FileType::Q3_K_L:
      return everywhere(TensorType::Q5_K);
    case FileType::IQ3_XXS:
    case FileType::IQ2_S:
    case FileType::IQ2_M:
      return everywhere(TensorType::IQ3_S);
    case FileType::IQ1_S:
    case FileType::IQ1_M:
      return everywhere(TensorType::IQ2_XXS);
    default:
      return everywhere(base);
  }
}

[[nodiscard]] constexpr TypeRule feedForwardDownRule(FileType file, const QuantizationContext& context) noexcept {
  const TensorType base = baseType(file);
  if (isTwoBitOrLess(file)) {
    return {base, isIQ2SOrM(file) ? TensorType::IQ3_S : TensorType::Q2_K, Where::firstEighth};
  }
  switch (file) {
    case FileType::Q2_K:
      return everywhere(TensorType::Q3_K);
    case FileType::Q2_K_S:
      return {base, TensorType::Q4_K, Where::firstEighth};
    case FileType::IQ3_XXS:
      if (context.importanceMatrix) return everywhere(base);
      return {TensorType::Q3_K, TensorType::Q4_K, Where::firstEighth};
    case FileType::Q3_K_M:
      return {TensorType::Q4_K, TensorType::Q5_K, Where::firstSixteenth};
    case FileType::IQ3_M:
      // Eight experts: also where use_more_bits, which the first eighth is part of.
      return {base, TensorType::Q4_K, context.expertCount == 8.0 ? Where::moreBits : Where::firstEighth};
    case FileType::Q3_K_L:
      return everywhere(TensorType::Q5_K);
    case FileType::Q4_K_M:
    case FileType::Q5_K_M:
      return {base, TensorType::Q6_K, Where::moreBits};
    case FileType::Q4_K_S:
      return {base, TensorType::Q5_K, Where::firstEighth};
    case FileType::IQ4_NL:
    case FileType::IQ4_XS:
      return {base, TensorType::Q5_K, context.importanceMatrix ? Where::nowhere : Where::firstEighth};
    case FileType::Q4_0:
      return {base, TensorType::Q4_1, context.importanceMatrix ? Where::firstEighth : Where::nowhere};
    case FileType::Q5_0:
      return {base, TensorType::Q5_1, context.importanceMatrix ? Where::firstEighth : Where::nowhere};
    default:
      return everywhere(base);
  }
}

[[nodiscard]] constexpr TypeRule feedForwardUpRule(FileType file) noexcept {
  if (file == FileType::IQ3_XS) return {TensorType::IQ3_S, TensorType::IQ3_XXS, Where::middle};
  return everywhere(baseType(file));
}

// Of a file of several types, but for the head.
[[nodiscard]] constexpr TypeRule roleRule(FileType file, TensorRole role, const QuantizationContext& context) noexcept {
  switch (role) {
    case TensorRole::tokenEmbedding:
      return everywhere(tokenEmbeddingType(file));
    case TensorRole::attentionV:
      return attentionVRule(file, context);
    case TensorRole::attentionK:
      return attentionKRule(file, context);
    case TensorRole::attentionQ:
      return attentionQRule(file);
    case TensorRole::attentionOutput:
      return attentionOutputRule(file, context);
    case TensorRole::feedForwardDown:
      return feedForwardDownRule(file, context);
    case TensorRole::feedForwardGate:
    case TensorRole::feedForwardUp:
      return feedForwardUpRule(file);
    case TensorRole::output:
    case TensorRole::other:
      break;
  }
  return everywhere(baseType(file));
}

}  // namespace detail

// The rules of one file (llama_tensor_get_type_impl), found once. The types still have to fit the rows: fittingType().
// Falcon, which has smaller rules of its own, is left out.
struct FileRules {
  FileType file = FileType::F16;
  QuantizationContext context;
  bool quantized = false;
  std::array<TypeRule, static_cast<std::size_t>(TensorRole::other) + 1> byRole{};

  constexpr FileRules() noexcept = default;
  constexpr FileRules(FileType type, const QuantizationContext& of) noexcept : file(type), context(of) {
    using namespace detail;
    const TensorType base = baseType(file);
    const bool mixed = file == FileType::MXFP4_MOE;
    byRole.fill(everywhere(mixed ? TensorType::Q8_0 : base));
    // Files that are not have one type for everything.
    quantized = blocksPerElement(base) != 1.0;
    if (mixed || !quantized) return;
    for (std::size_t i = 0; i < byRole.size(); ++i) byRole[i] = roleRule(file, static_cast<TensorRole>(i), context);
  }

  [[nodiscard]] constexpr const TypeRule& operator[](TensorRole role) const noexcept {
    return byRole[static_cast<std::size_t>(role)];
  }

  // The rule of a tensor. `stacked`: of three dimensions, which is what MXFP4_MOE looks for. Heads depend on their
  // rows.
  [[nodiscard]] constexpr TypeRule rule(TensorRole role, bool stacked, double rowLength) const noexcept {
    if (role == TensorRole::output && quantized) return detail::everywhere(detail::outputType(file, rowLength));
    if (stacked && file == FileType::MXFP4_MOE) return detail::everywhere(TensorType::MXFP4);
    return (*this)[role];
  }
};

}  // namespace llmcalc
