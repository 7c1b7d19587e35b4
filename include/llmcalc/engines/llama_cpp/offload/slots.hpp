// slots.hpp: the tensors of a replayed graph, and the layer whose tensors are copied.
#pragma once

#include <bit>
#include <cstdint>

#include "llmcalc/model/spec.hpp"

namespace llmcalc {

// A layer as the replay sees it: what of it is copied from the host, and what else decides its allocations. It has 32
// bits, so that layers are compared in one step.
struct CopiedLayer {
  std::uint32_t group : 4 = 0;
  std::uint32_t weights : 1 = 0;
  std::uint32_t experts : 1 = 0;
  std::uint32_t cache : 1 = 0;
  // Tensors that have the special type, where the file has one.
  std::uint32_t specialValues : 1 = 0;
  std::uint32_t specialDown : 1 = 0;
  std::uint32_t specialExpertsDown : 1 = 0;
  std::uint32_t specialSharedDown : 1 = 0;
  std::uint32_t specialUp : 1 = 0;
  // The last layer that reads its mask, that attends, that has a state, and of the model.
  std::uint32_t lastOfMask : 1 = 0;
  std::uint32_t lastAttention : 1 = 0;
  std::uint32_t lastRecurrence : 1 = 0;
  std::uint32_t last : 1 = 0;
  // The taps of the next recurrent layer are on the GPU and are fetched before this layer ends. `Last`: that layer is
  // the last that has a state.
  std::uint32_t fetchesTaps : 1 = 0;
  std::uint32_t fetchesLastTaps : 1 = 0;
  // What the graph comes to on the GPU before it copies from the host again: attention to all cells, attention to a
  // window, the last layer, the end of the last layer.
  std::uint32_t reachesFull : 1 = 0;
  std::uint32_t reachesSliding : 1 = 0;
  std::uint32_t reachesLast : 1 = 0;
  std::uint32_t reachesEnd : 1 = 0;
  std::uint32_t unused : 10 = 0;

  [[nodiscard]] bool operator==(const CopiedLayer& other) const noexcept {
    return std::bit_cast<std::uint32_t>(*this) == std::bit_cast<std::uint32_t>(other);
  }
};

// What a GPU has before the first layer that it replays.
enum class GraphStart : std::uint8_t {
  embeddings,           // the embeddings and all inputs
  passedOn,             // the hidden vectors that the GPU before has computed, and inputs
  pipelinedEmbeddings,  // as embeddings, in a pipeline: inputs are copied several times and are never free
  pipelined,            // as passedOn, in a pipeline
};
[[nodiscard]] constexpr bool isPipelined(GraphStart start) noexcept { return start >= GraphStart::pipelinedEmbeddings; }

inline constexpr double kVectorBytes = 4.0;  // an element of a norm or bias
inline constexpr double kIndexBytes = 16.0;  // the number of a sequence, as Vulkan aligns it

// The tensors of a replayed graph, by llama.cpp's own names: those of cb(), of a variable of the graph where cb() names
// nothing, or of a tensor in the file. In a list of steps a slot is allocated, and `~` of a slot is freed. Slots of one
// number stand for tensors of which no two live at once.
enum class Slot : std::int8_t {
  // Inputs of the graph, and what lives from the first layer to the last.
  inpL,          // l_out of the layer before, and ffn_inp within a layer: what the next part starts from
  inpPos,        // inp_pos
  lateInpPos,    // inp_pos, where the first piece that rotates comes later than the piece that makes Q
  kvIdxs,        // attn_inp_k_idxs and attn_inp_v_idxs: cells that keys and values go to
  ropeFactors,   // rope_freqs.weight
  kqMask,        // attn_inp_kq_mask
  kqMaskSwa,     // attn_inp_kq_mask_swa
  inpPerLayer,   // inp_per_layer: embeddings of all layers (Gemma 3n, Gemma 4)
  altup,         // the streams of AltUp (Gemma 3n)
  sharedCaches,  // caches of layers on the host that layers on the GPU read, too
  inpOutIds,     // inp_out_ids: tokens that get logits
  sCopy,         // rs s_copy: which cell has the state of each sequence
  sCopyMain,     // the view of s_copy for sequences of this micro-batch
  // The view of s_copy for all other sequences. There are none, so ggml takes a hole of no size for it. `at` is below 0
  // while that hole is not taken.
  sCopyExtra,

  // Norms, and copies of weights, each of which waits for the operation that reads it.
  norm,                 // attn_norm or ffn_norm
  weight,               // a matrix
  vectorWeight,         // a norm, a bias, or another vector
  attnNormWeight,       // attn_norm.weight, where the scan beside attention reads it again
  selected,             // rows of inpL for inp_out_ids
  moeNorm = selected,   // the norm of experts beside a dense network
  scanNorm = selected,  // the norm of a scan beside attention

  // Attention.
  qcur,                 // Qcur before it is rotated, or wqkv
  q = qcur,             // q of mla
  tokEmbd = qcur,       // before the first layer: inp_embd, looked up
  alpha = qcur,         // alpha of a delta net
  xDb = qcur,           // x_db of Mamba 1
  qcurFull,             // Qcur_full: queries and their gate
  ffnGate = qcurFull,   // ffn_gate or ffn_moe_gate
  rowScale = qcurFull,  // before the first layer: a number for each embedding
  qRope,                // Qcur, rotated
  qConv = qRope,        // q_conv of a delta net
  inpEmbd = qRope,      // before the first layer: inp_embd, as given
  qRotated,             // Qcur, multiplied by the matrix that spreads outliers of a quantised cache
  kRotated,             // Kcur, multiplied by it
  vRotated,             // Vcur, multiplied by its own
  kqvRotated,           // kqv_out, multiplied back
  kcur,                 // Kcur before it is rotated
  kvCmprPe = kcur,      // kv_cmpr_pe of mla, and its compressed queries before them
  kRope,                // Kcur, rotated
  kConv = kRope,        // k_conv of a delta net
  vcur,                 // Vcur
  kvCmpr = vcur,        // kv_cmpr of mla
  cacheK,               // cache_k, copied from the host
  cacheV,               // cache_v, copied from the host for flash attention
  lateCacheV,           // cache_v, copied after the scores
  castK,                // F32 keys as F16, for flash attention
  castV,                // F32 values as F16
  kq,                   // kq, and kq_soft_max in its place
  ffnMoeLogits = kq,    // ffn_moe_logits
  vTransposed,          // v_cont of mla
  kqv,                  // kqv by heads, or q_nope_absorbed of mla
  ffnMoeDown = kqv,     // ffn_moe_down: a result for each expert used
  kqvOut,               // kqv_out of flash attention, or fetched from the host
  lateKqvOut,           // kqv_out, merged of kqv
  gateSigmoid,          // gate_sigmoid of gated queries
  z = gateSigmoid,      // z, the gate of a recurrence
  bx = gateSigmoid,     // bx of a short convolution
  qPe,                  // q_pe or k_pe of mla
  attnOut,              // attn_out

  // Recurrence.
  dtProjected = gateSigmoid,  // dt of Mamba 1, for every channel
  gateDecay,                  // gate of a delta net: what its state keeps
  beta,                       // beta
  otherStates,                // states of sequences that are not in the micro-batch
  convStates,                 // conv_states: the last inputs of the convolution
  zxBCdt,                     // zxBCdt of Mamba 2
  xz = zxBCdt,                // xz of Mamba 1
  qkvMixed = zxBCdt,          // linear_attn_qkv_mixed of a delta net
  bcx = zxBCdt,               // conv.in_proj of a short convolution
  convInput,                  // conv_input
  convOutput,                 // conv_output_silu
  ssmState,                   // the state that a scan starts from
  ySsm,                       // y_ssm: what a scan gives, the new state behind it
  newState = ySsm,            // a delta net's result, with new_state
  yAddD,                      // mamba2_y_add_d
  ySwiglu,                    // y, gated by z
  attnOutNorm = ySwiglu,      // attn_out_norm of a delta net
  resultOutput = ySwiglu,     // result_output: the logits
  yNorm,                      // y, normed

  // Networks.
  ffnMoeProbs,               // ffn_moe_probs
  ffnMoeArgsort,             // ffn_moe_argsort
  dt = ffnMoeArgsort,        // dt of Mamba 1 and 2, cut from x_db or zxBCdt
  embdIdxs = ffnMoeArgsort,  // before the first layer: which rows are given
  ffnMoeWeights,             // ffn_moe_weights
  ffnMoeWeightsSum,          // ffn_moe_weights_sum
  ffnMoeWeightsSumClamped,   // ffn_moe_weights_sum_clamped
  ffnMoeWeightsNorm,         // ffn_moe_weights_norm
  ffnMoeWeighted,            // ffn_moe_weighted: the input, where weights come before experts
  ffnUp,                     // ffn_up or ffn_moe_up, beside a gate
  ffnUpAlone,                // ffn_up or ffn_moe_up without a gate
  ffnSwiglu,                 // ffn_swiglu or ffn_moe_swiglu
  zSilu = ffnSwiglu,         // z_silu of a delta net
  ffnMoeOut,                 // ffn_moe_out
  ffnOut,                    // ffn_out, ffn_shexp or the result of a recurrence
  count,
  mixedEmbd = norm,  // before the first layer: inp_embd, both kinds in one
};
[[nodiscard]] constexpr Slot operator~(Slot slot) noexcept { return static_cast<Slot>(~static_cast<int>(slot)); }

// Whether what the layer's convolution starts from is fetched while the layer before is computed.
[[nodiscard]] inline bool fetchesTapsEarly(const LayerGroup& g) noexcept {
  return g.attention == Attention::none && (g.recurrence == Recurrence::mamba1 || g.recurrence == Recurrence::mamba2 ||
                                            g.recurrence == Recurrence::shortConvolution);
}

}  // namespace llmcalc
