// quantize_rules.hpp: which type a tensor gets in a file of a type.
//
// Rules: src/llama-quant.cpp of ggml-org/llama.cpp, checked against what `llama-quantize --dry-run` of build 11669
// printed: tests/golden/weights.tsv.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "llmcalc/base/bits.hpp"
#include "llmcalc/ggml/types.hpp"

namespace llmcalc {

// What a tensor is for, as far as the choice of its type depends on that.
enum class TensorRole : std::uint8_t {
  output,          // output.weight, or token_embd.weight when the two are one
  tokenEmbedding,  // token_embd.weight of its own
  attentionQ,
  attentionK,
  attentionV,  // also fused Q, K and V
  attentionOutput,
  feedForwardUp,  // also the gate
  feedForwardDown,
  other,  // gets the type of the file
};

// Where the special type of a rule applies. Layers are counted, or tensors of the role.
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

// Which of `n` indices a Where applies to. They are the indices below `head`, the indices from `tail` on and, where it
// takes thirds, every third index between. `others` turns the choice round.
class SpecialIndices {
 public:
  constexpr SpecialIndices() noexcept = default;
  constexpr SpecialIndices(Where where, int n) noexcept : exist_(where != Where::nowhere) {
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
      case Where::moreBits:
        head_ = n / 8;
        tail_ = 7 * n / 8;
        others_ = where == Where::middle;
        thirds_ = !others_;
        break;
    }
  }

  [[nodiscard]] constexpr bool exist() const noexcept { return exist_; }

  // 32 bits, one for each index from `index` on, set where the Where applies.
  [[nodiscard]] constexpr std::uint32_t from(int index) const noexcept {
    // Every third bit, by how many indices of a group of three came before.
    constexpr std::array<std::uint32_t, 3> kThirds = {0x24924924, 0x92492492, 0x49249249};
    std::uint32_t bits = lowBits(head_ - index) | ~lowBits(tail_ - index);
    if (thirds_) bits |= kThirds[static_cast<unsigned>(index - head_ + 3 * kMost) % 3];
    return others_ ? ~bits : bits;
  }

  // The first index to which a Where that is a beginning does not apply.
  [[nodiscard]] constexpr int head() const noexcept { return head_; }

 private:
  static constexpr int kMost = 1 << 20;  // beyond all layers

  bool exist_ = false;
  bool thirds_ = false;
  bool others_ = false;
  int head_ = 0;
  int tail_ = kMost;
};

// The type of the tensors of a role: `special` where `where` applies, else `base`.
struct TypeRule {
  TensorType base;
  TensorType special;
  Where where;
};

// What the rules depend on beside the role.
struct QuantizationContext {
  double queriesPerKey = 1.0;  // heads over key/value heads of the first layer, whole; 0 when that has no attention
  double expertCount = 0.0;
  bool is70B = false;  // 80 layers of llama, qwen2, olmo or deci with grouped queries
  bool importanceMatrix = false;
};

// Falls back where rows of `rowLength` are not a whole number of blocks (tensor_type_fallback).
[[nodiscard]] constexpr TensorType fittingType(TensorType type, double rowLength) noexcept {
  if (isWholeBlocks(type, rowLength)) return type;
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
  return isWholeBlocks(next, rowLength) ? next : TensorType::F16;
}

[[nodiscard]] constexpr bool isTwoBitOrLess(FileType file) noexcept {
  return file == FileType::IQ2_XXS || file == FileType::IQ2_XS || file == FileType::IQ2_S || file == FileType::IQ2_M ||
         file == FileType::IQ1_S || file == FileType::IQ1_M;
}

namespace detail {

[[nodiscard]] constexpr bool isIQ2SOrM(FileType file) noexcept {
  return file == FileType::IQ2_S || file == FileType::IQ2_M;
}

[[nodiscard]] constexpr TypeRule everywhere(TensorType type) noexcept { return {type, type, Where::nowhere}; }

inline constexpr TypeRule kMixedExperts = everywhere(TensorType::MXFP4);

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

// The rule of a role in a file of several types. The head has a rule of its own, outputType().
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
  bool quantized = false;
  std::array<TypeRule, static_cast<std::size_t>(TensorRole::other) + 1> byRole{};

  constexpr FileRules() noexcept = default;
  constexpr FileRules(FileType type, const QuantizationContext& context) noexcept : file(type) {
    using namespace detail;
    const TensorType base = baseType(file);
    const bool mixed = file == FileType::MXFP4_MOE;
    byRole.fill(everywhere(mixed ? TensorType::Q8_0 : base));
    // A file that is not quantised has one type for everything.
    quantized = blockSize(base) > 1;
    if (mixed || !quantized) return;
    for (std::size_t i = 0; i < byRole.size(); ++i) byRole[i] = roleRule(file, static_cast<TensorRole>(i), context);
  }

  // The rule of a tensor that is no head. `stacked`: of three dimensions, which is what MXFP4_MOE looks for.
  [[nodiscard]] constexpr const TypeRule& rule(TensorRole role, bool stacked = false) const noexcept {
    if (stacked && file == FileType::MXFP4_MOE) return detail::kMixedExperts;
    return byRole[static_cast<std::size_t>(role)];
  }

  // The type of a tensor that is no head, in a layer where nothing is special.
  [[nodiscard]] constexpr TensorType type(TensorRole role, double rowLength, bool stacked = false) const noexcept {
    return fittingType(rule(role, stacked).base, rowLength);
  }

  // The type of the head, which depends on its rows in other ways, too.
  [[nodiscard]] constexpr TensorType outputType(double rowLength) const noexcept {
    return fittingType(quantized ? detail::outputType(file, rowLength) : baseType(file), rowLength);
  }
};

namespace detail {

// Numbers of experts between which rules differ: fewer than 4, from 4 on, and exactly 8.
inline constexpr std::array<double, 3> kExpertClasses = {0.0, 4.0, 8.0};

// The rules of every file type, for every combination of what they depend on.
inline constexpr auto kFileRules = [] {
  std::array<std::array<FileRules, 8 * kExpertClasses.size()>, kFileTypes.size()> rules{};
  for (std::size_t file = 0; file < rules.size(); ++file) {
    for (std::size_t i = 0; i < rules[file].size(); ++i) {
      rules[file][i] = FileRules(static_cast<FileType>(file),
                                 {(i & 1) != 0 ? 4.0 : 0.0, kExpertClasses[i / 8], (i & 2) != 0, (i & 4) != 0});
    }
  }
  return rules;
}();

}  // namespace detail

// The rules of a file type, looked up in a table that the compiler made with the constructor.
[[nodiscard]] constexpr FileRules fileRules(FileType file, const QuantizationContext& context) noexcept {
  if constexpr (kCompact) {
    return {file, context};
  } else {
    const std::size_t experts = context.expertCount == 8.0 ? 2 : context.expertCount >= 4.0 ? 1 : 0;
    const std::size_t i = (context.queriesPerKey >= 4.0 ? 1 : 0) + (context.is70B ? 2 : 0) +
                          (context.importanceMatrix ? 4 : 0) + 8 * experts;
    return detail::kFileRules[static_cast<std::size_t>(file)][i];
  }
}

}  // namespace llmcalc
