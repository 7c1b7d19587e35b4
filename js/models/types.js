// @ts-check
// The model_types of Hugging Face, a row each: the architecture of their GGUF files, and what their configs name or mean
// otherwise than most.
import { missing, Reader } from './config.js';
import { gemma4, perLayer } from './gemma.js';
import {
  all,
  deltaNet,
  isSliding,
  kvHeadsWhere,
  latent,
  mamba,
  mambaLayers,
  predictions,
  sharedLength,
  shortConvolution,
  sigmoid,
  stretched,
  windows,
} from './layers.js';
import { blocks, nemotron, nemotronPattern } from './nemotron.js';

/**
 * @typedef {import('./config.js').Config} Config
 * @typedef {import('./config.js').Special} Special
 * @typedef {import('./config.js').Type} Type
 */

// What classes of transformers take where a key is left out (src/transformers/models/NAME/configuration_NAME.py). At the
// root of a file no such key is left out; of a part of another config transformers writes only what differs.
const LLAMA = {
  vocab_size: 32000,
  hidden_size: 4096,
  intermediate_size: 11008,
  num_hidden_layers: 32,
  num_attention_heads: 32,
};
const MISTRAL = { ...LLAMA, intermediate_size: 14336, num_key_value_heads: 8 };
const QWEN2 = { ...LLAMA, vocab_size: 151936, intermediate_size: 22016, num_key_value_heads: 32 };
const GEMMA = { head_dim: 256, vocab_size: 256000, num_attention_heads: 8, num_key_value_heads: 4 };

/** Classes that compute what a head has: those of Llama's kind. @type {Partial<Type>} */
const HEADS = { kvHeadsAreHeads: true, headsShareHidden: true };
/** @type {Partial<Type>} */
const SHARED = { headsShareHidden: true };
export const MOE = 'moe_intermediate_size';
/** A mixture of experts with latent attention. @type {Partial<Type>} */
const LATENT = { experts: MOE, needs: ['q_lora_rank', 'first_k_dense_replace', 'n_shared_experts'] };
/** @type {Partial<Type>} */
const INDEXED = { ...LATENT, needs: [.../** @type {string[]} */ (LATENT.needs), 'index_n_heads', 'index_head_dim'] };
const GATED_SHARED = { experts: MOE, needs: ['shared_expert_intermediate_size'] };

/** Without positions there is no trained context; the converter writes this one. */
const ENDLESS = { max_position_embeddings: 2 ** 20 };

/** A row for every model_type. @type {Record<string, Type>} */
export const TYPES = {
  llama: { gguf: 'llama', ...HEADS, nested: LLAMA },
  mistral: { gguf: 'llama', ...SHARED, nested: MISTRAL },
  mixtral: { gguf: 'llama', ...SHARED, experts: 'intermediate_size' },
  internlm3: { gguf: 'llama', ...SHARED },
  mistral3: { gguf: 'llama', ...SHARED, nested: MISTRAL },
  ministral3: { gguf: 'mistral3' },
  mistral4: { gguf: 'mistral4', ...LATENT, special: latent },
  llama4: {
    gguf: 'llama4',
    experts: 'intermediate_size',
    special: (c, put) => {
      put('feed_forward_length', c.number('intermediate_size_mlp'));
      put('interleave_moe_layer_step', c.maybe('interleave_moe_layer_step') ?? 1);
    },
  },
  'nemotron-nas': { gguf: 'deci', ...SHARED, special: blocks },
  qwen2: { gguf: 'qwen2', ...SHARED, nested: QWEN2 },
  mimo: { gguf: 'qwen2', ...SHARED },
  qwen2_vl: { gguf: 'qwen2vl', ...SHARED },
  qwen2_moe: { gguf: 'qwen2moe', ...SHARED, ...GATED_SHARED, special: sharedLength('shared_expert_intermediate_size') },
  qwen3: { gguf: 'qwen3', defaults: { head_dim: 128 } },
  qwen3_vl: { gguf: 'qwen3vl', defaults: { head_dim: 128 } },
  qwen3_moe: { gguf: 'qwen3moe', experts: MOE },
  qwen3_vl_moe: { gguf: 'qwen3vlmoe', experts: MOE },
  qwen3_next: { gguf: 'qwen3next', ...GATED_SHARED, special: deltaNet },
  qwen3_5: { gguf: 'qwen35', special: all(deltaNet, predictions('mtp_num_hidden_layers')) },
  qwen3_5_moe: {
    gguf: 'qwen35moe',
    ...GATED_SHARED,
    special: all(deltaNet, predictions('mtp_num_hidden_layers')),
  },
  gemma: { gguf: 'gemma', tied: true },
  gemma2: { gguf: 'gemma2', tied: true, nested: { ...GEMMA, sliding_window: 4096 }, special: windows },
  gemma3: {
    gguf: 'gemma3',
    tied: true,
    nested: { ...GEMMA, vocab_size: 262208, sliding_window: 4096, max_position_embeddings: 131072 },
    special: windows,
  },
  gemma3n: { gguf: 'gemma3n', tied: true, nested: { ...GEMMA, vocab_size: 262400 }, special: perLayer },
  gemma4: { gguf: 'gemma4', tied: true, special: gemma4 },
  phi: { gguf: 'phi2', ...HEADS },
  phi3: { gguf: 'phi3', ...HEADS, special: windows },
  phimoe: { gguf: 'phimoe', ...SHARED, experts: 'intermediate_size' },
  deepseek_v2: { gguf: 'deepseek2', ...LATENT, special: latent },
  deepseek_v3: { gguf: 'deepseek2', ...LATENT, special: latent },
  kimi_k2: { gguf: 'deepseek2', ...LATENT, special: latent },
  glm4_moe_lite: {
    gguf: 'deepseek2',
    ...LATENT,
    special: all(latent, sigmoid, predictions('num_nextn_predict_layers')),
  },
  deepseek_v32: { gguf: 'deepseek32', ...INDEXED, special: all(latent, predictions('num_nextn_predict_layers')) },
  glm_moe_dsa: {
    gguf: 'glm-dsa',
    ...INDEXED,
    special: all(latent, sigmoid, predictions('num_nextn_predict_layers')),
  },
  glm: { gguf: 'chatglm' },
  // Before transformers had the class.
  chatglm: {
    gguf: 'chatglm',
    special: (c, put) => {
      put('vocab_size', c.number('padded_vocab_size'));
      put('attention.head_count_kv', c.number('multi_query_group_num'));
      for (const part of ['key', 'value']) put(`attention.${part}_length`, c.number('kv_channels'));
    },
  },
  glm4: { gguf: 'glm4', special: predictions('num_nextn_predict_layers') },
  glm4_moe: {
    gguf: 'glm4moe',
    experts: MOE,
    needs: ['first_k_dense_replace', 'n_shared_experts'],
    special: all(sigmoid, predictions('num_nextn_predict_layers')),
  },
  gpt_oss: { gguf: 'gpt-oss', experts: 'intermediate_size', special: windows },
  minimax_m2: { gguf: 'minimax-m2', experts: 'intermediate_size', special: sigmoid },
  minimax_m3: {
    gguf: 'minimax-m3',
    experts: 'intermediate_size',
    special: (c, put) => {
      const sparse = c.raw('sparse_attention_config');
      if (typeof sparse !== 'object') throw missing('sparse_attention_config');
      const index = new Reader(sparse, c.type, false);
      const routed = c.raw('moe_layer_freq');
      put('feed_forward_length', c.number('dense_intermediate_size'));
      put(
        'leading_dense_block_count',
        Array.isArray(routed) ? Math.max(0, routed.indexOf(1)) : c.number('first_k_dense_replace'),
      );
      put('expert_shared_count', c.number('n_shared_experts'));
      put('expert_gating_func', 2);
      put('attention.indexer.head_count', index.number('sparse_num_index_heads'));
      put('attention.indexer.key_length', index.number('sparse_index_dim'));
    },
  },
  cohere: { gguf: 'command-r', tied: true, ...HEADS },
  cohere2: { gguf: 'cohere2', tied: true, ...HEADS, special: windows },
  falcon: {
    gguf: 'falcon',
    tied: true,
    ...HEADS,
    // As llama.cpp's converter has it: the files say nothing.
    defaults: { max_position_embeddings: 2048 },
    special: (c, put) => {
      // RefinedWeb, as the files were called first, has n_head_kv where later ones have a new architecture.
      if (!['new_decoder_architecture', 'n_head_kv', 'multi_query'].some((key) => c.has(key))) {
        throw missing('new_decoder_architecture', 'multi_query');
      }
      const isGrouped = c.raw('new_decoder_architecture', 'n_head_kv');
      put('attention.head_count_kv', isGrouped ? c.kvHeads : c.raw('multi_query') ? 1 : c.heads);
      put('feed_forward_length', c.maybe('ffn_hidden_size') ?? 4 * c.number('hidden_size'));
    },
  },
  falcon_h1: { gguf: 'falcon-h1', ...SHARED, special: mambaLayers },
  starcoder2: { gguf: 'starcoder2', tied: true, ...SHARED },
  smollm3: { gguf: 'smollm3', tied: true, ...SHARED },
  olmo: { gguf: 'olmo', ...HEADS },
  olmo2: { gguf: 'olmo2', ...HEADS },
  olmo3: { gguf: 'olmo2', ...HEADS, special: windows },
  olmoe: { gguf: 'olmoe', ...HEADS, experts: 'intermediate_size' },
  granite: { gguf: 'granite', ...HEADS },
  granitemoe: {
    gguf: 'granitemoe',
    ...HEADS,
    experts: 'intermediate_size',
    special: sharedLength('shared_intermediate_size'),
  },
  granitemoehybrid: {
    gguf: (c) => (c.layerTypes((kind) => kind === 'mamba')?.includes(true) ? 'granitehybrid' : 'granite'),
    tied: true,
    ...HEADS,
    needs: ['num_local_experts', 'layer_types'],
    special: (c, put) => {
      const attends = c.layerTypes((kind) => kind === 'attention') ?? [];
      const experts = c.number('num_local_experts');
      if (attends.includes(false)) {
        mambaLayers(c, put);
        put('attention.head_count_kv', kvHeadsWhere(c, attends));
        if (c.raw('position_embedding_type') === 'nope') put('context_length', ENDLESS.max_position_embeddings);
      }
      put('expert_count', experts || undefined);
      if (experts > 0) {
        put('expert_feed_forward_length', c.number('intermediate_size'));
        sharedLength('shared_intermediate_size')(c, put);
      } else {
        put('feed_forward_length', c.number('shared_intermediate_size'));
      }
    },
  },
  // Granite's hybrids come from it; a list says which of its layers attend.
  bamba: {
    gguf: 'granitehybrid',
    ...SHARED,
    needs: ['attn_layer_indices'],
    special: (c, put) => {
      const indices = c.raw('attn_layer_indices');
      if (!Array.isArray(indices)) throw missing('attn_layer_indices');
      put(
        'attention.head_count_kv',
        kvHeadsWhere(
          c,
          Array.from({ length: c.layers }, (_, i) => indices.includes(i)),
        ),
      );
      mambaLayers(c, put);
    },
  },
  nemotron_h: {
    gguf: (c) => (nemotronPattern(c).includes('E') ? 'nemotron_h_moe' : 'nemotron_h'),
    special: nemotron,
  },
  jamba: {
    gguf: 'jamba',
    ...SHARED,
    experts: 'intermediate_size',
    special: (c, put) => {
      const period = c.number('attn_layer_period');
      const offset = c.number('attn_layer_offset');
      put(
        'attention.head_count_kv',
        kvHeadsWhere(
          c,
          Array.from({ length: c.layers }, (_, i) => i % period === offset),
        ),
      );
      mambaLayers(c, put);
    },
  },
  mamba: { gguf: 'mamba', tied: true, defaults: ENDLESS, special: mamba },
  falcon_mamba: { gguf: 'mamba', tied: true, defaults: ENDLESS, special: mamba },
  mamba2: {
    gguf: 'mamba2',
    defaults: ENDLESS,
    special: (c, put) => {
      mamba(c, put);
      put('ssm.inner_size', (c.maybe('expand') ?? 2) * c.number('hidden_size'));
      put('ssm.time_step_rank', c.number('num_heads'));
      put('ssm.group_count', c.number('n_groups'));
    },
  },
  hunyuan_v1_dense: { gguf: 'hunyuan-dense', ...HEADS, special: stretched },
  hunyuan_v1_moe: { gguf: 'hunyuan-moe', ...HEADS, experts: MOE, needs: ['intermediate_size'], special: stretched },
  ernie4_5: { gguf: 'ernie4_5', tied: true, ...SHARED },
  ernie4_5_moe: {
    gguf: 'ernie4_5-moe',
    tied: true,
    ...SHARED,
    experts: MOE,
    special: (c, put) => {
      put('expert_shared_count', c.number('moe_num_shared_experts'));
      put('leading_dense_block_count', c.number('moe_layer_start_index'));
    },
  },
  seed_oss: { gguf: 'seed_oss' },
  stablelm: { gguf: 'stablelm', ...SHARED },
  internlm2: { gguf: 'internlm2', ...HEADS },
  arcee: { gguf: 'arcee', ...HEADS },
  exaone: { gguf: 'exaone', ...HEADS },
  exaone4: { gguf: 'exaone4', ...SHARED, special: all(windows, predictions('num_nextn_predict_layers')) },
  lfm2: { gguf: 'lfm2', tied: true, ...SHARED, special: shortConvolution },
  lfm2_moe: { gguf: 'lfm2moe', tied: true, ...SHARED, experts: MOE, special: shortConvolution },
  dots1: { gguf: 'dots1', experts: MOE, needs: ['first_k_dense_replace', 'n_shared_experts'], special: sigmoid },
  mimo_v2_flash: {
    gguf: 'mimo2',
    experts: MOE,
    special: (c, put) => {
      const pattern = c.raw('hybrid_layer_pattern');
      if (!Array.isArray(pattern)) throw missing('hybrid_layer_pattern');
      put('attention.sliding_window', c.number('sliding_window', 'sliding_window_size'));
      put('attention.sliding_window_pattern', pattern.map(Boolean));
      put(
        'attention.head_count_kv',
        pattern.map((slides) => (slides ? c.number('swa_num_key_value_heads') : c.kvHeads)),
      );
      put('attention.value_length', c.number('v_head_dim'));
      const routed = c.raw('moe_layer_freq');
      if (!Array.isArray(routed)) throw missing('moe_layer_freq');
      put('leading_dense_block_count', Math.max(0, routed.indexOf(1)));
      put('expert_shared_count', undefined);
      put('expert_gating_func', 2);
    },
  },
  step3p5: {
    gguf: 'step35',
    experts: MOE,
    special: (c, put) => {
      windows(c, put);
      const sliding = c.layerTypes(isSliding);
      if (!sliding) throw missing('layer_types');
      if (typeof c.raw('attention_other_setting') !== 'object') throw missing('attention_other_setting');
      const other = new Reader(c.raw('attention_other_setting'), c.type, false);
      const per = (/** @type {string} */ name) => sliding.map((slides) => (slides ? other : c).number(name));
      put('attention.head_count', per('num_attention_heads'));
      put('attention.head_count_kv', per('num_attention_groups'));
      put('expert_shared_feed_forward_length', c.number('share_expert_dim'));
      const routed = c.raw('moe_layers_enum');
      if (typeof routed !== 'string') throw missing('moe_layers_enum');
      put('leading_dense_block_count', Number(routed.split(',')[0]));
      put('expert_gating_func', 2);
      predictions('num_nextn_predict_layers')(c, put);
    },
  },
};

/** Other names of the same layers: of parts, of models that see or hear too, of files before their class had a name. */
const ALIASES = {
  dots_ocr: 'qwen2',
  RefinedWeb: 'falcon',
  RefinedWebModel: 'falcon',
  exaone4_5: 'exaone4',
  gemma4_unified: 'gemma4',
  glm4v: 'glm4',
  glm4v_moe: 'glm4_moe',
  glm_ocr: 'glm4',
  granitemoeshared: 'granitemoe',
  hunyuan: 'hunyuan_v1_moe',
  kimi_k25: 'kimi_k2',
  mimo_v2: 'mimo_v2_flash',
  minimax_m3_vl: 'minimax_m3',
  phi3_v: 'phi3',
  phi4_multimodal: 'phi3',
  phi4mm: 'phi3',
  qwen2_5_omni: 'qwen2_vl',
  qwen2_5_omni_thinker: 'qwen2_vl',
  qwen2_5_vl: 'qwen2_vl',
  qwen3_omni_moe: 'qwen3_vl_moe',
  qwen3_omni_moe_thinker: 'qwen3_vl_moe',
  solar_open: 'glm4_moe',
  stablelm_epoch: 'stablelm',
  step3p7: 'step3p5',
};
for (const [alias, type] of Object.entries(ALIASES)) TYPES[alias] = TYPES[type];

/** The type that a name means: also of the text part of a model that has others. @param {unknown} name */
export function typeNamed(name) {
  if (typeof name !== 'string') return undefined;
  const plain = Object.hasOwn(TYPES, name) ? name : name.replace(/_text$/, '');
  return Object.hasOwn(TYPES, plain) ? plain : undefined;
}

/** The model_types that are understood. */
export const HUGGING_FACE_TYPES = Object.keys(TYPES);
