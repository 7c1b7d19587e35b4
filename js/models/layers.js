// @ts-check
// What layers of several types are called in a config, and the keys of a GGUF header that those become.
import { missing, NAME } from './config.js';

/**
 * @typedef {import('./config.js').Reader} Reader
 * @typedef {import('./config.js').Config} Config
 * @typedef {import('./config.js').Special} Special
 * @typedef {import('./config.js').Type} Type
 */

export const isSliding = (/** @type {string} */ kind) => kind.includes('sliding') || kind.includes('chunked');

/** A window, and which layers slide. @type {Special} */
export const windows = (c, put) => {
  const sliding = c.layerTypes(isSliding);
  const pattern = c.raw('sliding_window_pattern', '_sliding_window_pattern');
  const window = c.raw('use_sliding_window') === false ? undefined : c.maybe('sliding_window');
  // A window of null says that nothing slides; one that is left out leaves it open.
  const slides = sliding?.includes(true) ?? pattern !== undefined;
  if (slides && !c.has('sliding_window') && c.raw('use_sliding_window') !== false) throw missing('sliding_window');
  put('attention.sliding_window', window);
  if (sliding) put('attention.sliding_window_pattern', sliding);
  // EXAONE spells it out: "LLLG" is three local layers and a global one.
  else if (typeof pattern === 'string' && /^L*G$/.test(pattern))
    put('attention.sliding_window_pattern', pattern.length);
  else if (pattern !== undefined)
    put('attention.sliding_window_pattern', c.number('sliding_window_pattern', '_sliding_window_pattern'));
};

/** Multi-head latent attention of DeepSeek. @type {Special} */
export const latent = (c, put) => {
  const rope = c.number('qk_rope_head_dim');
  const rank = c.number('kv_lora_rank');
  put('attention.head_count_kv', 1);
  put('attention.key_length', rank + rope);
  put('attention.value_length', rank);
  put('attention.q_lora_rank', c.maybe('q_lora_rank') || undefined);
  put('attention.kv_lora_rank', rank);
  put('rope.dimension_count', rope);
  put('attention.key_length_mla', c.number('qk_nope_head_dim') + rope);
  put('attention.value_length_mla', c.number('v_head_dim'));
  const sigmoid = c.raw('scoring_func') === 'sigmoid' || c.raw('topk_method') === 'noaux_tc';
  put('expert_gating_func', sigmoid ? 2 : 1);
  put('attention.indexer.head_count', c.maybe('index_n_heads'));
  put('attention.indexer.key_length', c.maybe('index_head_dim'));
  const indexers = c.raw('indexer_types');
  if (Array.isArray(indexers)) {
    put(
      'attention.indexer.types',
      indexers.map((kind) => kind === 'full'),
    );
  }
};

/** Prediction blocks, which count as layers of the file. @param {string[]} names @returns {Special} */
export const predictions =
  (...names) =>
  (c, put) => {
    const count = c.maybe(...names) ?? 0;
    if (count === 0) return;
    if (count > c.layers) {
      throw new RangeError(`${NAME}: config.${names[0]} must be at most the ${c.layers} layers, got ${count}`);
    }
    put('nextn_predict_layers', count);
    put('block_count', c.layers + count);
  };

/** Hunyuan's context where its positions are stretched: the converter writes what their factor of 1000 is good for. @type {Special} */
export const stretched = (c, put) => {
  if (c.raw('rope_scaling')?.type === 'dynamic') put('context_length', 256 * 1024);
};

/** Mamba's own class takes a sixteenth for "auto", or where nothing is said. @param {Reader} c @param {number} hidden @param {string[]} names */
const rankOf = (c, hidden, ...names) =>
  (c.raw(...names) === 'auto' ? undefined : c.maybe(...names)) ?? Math.ceil(hidden / 16);

/** @type {Special} */
export const mamba = (c, put) => {
  put('attention.head_count', 0);
  const hidden = c.number('hidden_size', 'd_model');
  const inner = c.maybe('mamba_d_ssm', 'intermediate_size', 'd_inner') ?? hidden * (c.maybe('expand') ?? 2);
  put('feed_forward_length', 0);
  put('ssm.conv_kernel', c.maybe('conv_kernel', 'd_conv') ?? 4);
  put('ssm.inner_size', inner);
  put('ssm.state_size', c.number('state_size', 'd_state'));
  put('ssm.time_step_rank', rankOf(c, hidden, 'time_step_rank', 'dt_rank'));
};

/** Mamba layers beside others, by the names of Bamba's config. @type {Special} */
export const mambaLayers = (c, put) => {
  const hidden = c.number('hidden_size');
  const inner = c.maybe('mamba_d_ssm') ?? c.number('mamba_expand') * hidden;
  put('ssm.conv_kernel', c.maybe('mamba_d_conv') ?? 4);
  put('ssm.inner_size', inner);
  put('ssm.state_size', c.number('mamba_d_state'));
  put('ssm.time_step_rank', rankOf(c, hidden, 'mamba_dt_rank', 'mamba_n_heads'));
  put('ssm.group_count', c.maybe('mamba_n_groups'));
};

/** One value per layer where layers attend, 0 elsewhere. @param {Reader} c @param {boolean[]} attends */
export const kvHeadsWhere = (c, attends) => attends.map((yes) => (yes ? c.kvHeads : 0));

/** @type {Special} */
export const deltaNet = (c, put) => {
  const valueHeads = c.number('linear_num_value_heads');
  put('ssm.conv_kernel', c.maybe('linear_conv_kernel_dim') ?? 4);
  put('ssm.inner_size', valueHeads * c.number('linear_value_head_dim'));
  put('ssm.state_size', c.number('linear_key_head_dim'));
  put('ssm.time_step_rank', valueHeads);
  put('ssm.group_count', c.number('linear_num_key_heads'));
  const types = c.layerTypes((kind) => kind === 'full_attention');
  put('full_attention_interval', c.maybe('full_attention_interval') ?? (types ? types.indexOf(true) + 1 : 4));
  put('expert_shared_feed_forward_length', c.maybe('shared_expert_intermediate_size'));
};

/** @type {Special} */
export const shortConvolution = (c, put) => {
  const attends = c.layerTypes((kind) => kind === 'full_attention');
  const indices = c.raw('full_attn_idxs');
  const full = attends ?? Array.from({ length: c.layers }, (_, i) => Array.isArray(indices) && indices.includes(i));
  put('attention.head_count_kv', kvHeadsWhere(c, full));
  put('shortconv.l_cache', c.number('conv_L_cache'));
  put('leading_dense_block_count', c.maybe('num_dense_layers'));
  if (c.maybe('num_experts')) put('expert_gating_func', 2);
  // The first LFM2 state a length that they adjust as Llama does.
  if (c.raw('block_auto_adjust_ff_dim')) {
    const multiple = c.number('block_multiple_of');
    const length = Math.floor(
      Math.floor((2 * c.number('block_ff_dim', 'intermediate_size')) / 3) * (c.maybe('block_ffn_dim_multiplier') ?? 1),
    );
    put('feed_forward_length', multiple * Math.ceil(length / multiple));
  }
};

/** @param {Special[]} parts @returns {Special} */
export const all =
  (...parts) =>
  (c, put) => {
    for (const part of parts) part(c, put);
  };
/** @param {Record<string, unknown>} keys @returns {Special} */
const always = (keys) => (_, put) => {
  for (const [key, value] of Object.entries(keys)) put(key, value);
};
export const sigmoid = always({ expert_gating_func: 2 });
export const sharedLength = (/** @type {string[]} */ ...names) =>
  /** @type {Special} */ ((c, put) => put('expert_shared_feed_forward_length', c.maybe(...names)));
