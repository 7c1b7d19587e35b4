// @ts-check
// Gemma's layers that are not alike: those of Gemma 3n with embeddings of their own, those of Gemma 4 with two shapes of
// heads.
import { missing } from './config.js';
import { isSliding, windows } from './layers.js';

/**
 * @typedef {import('./config.js').Reader} Reader
 * @typedef {import('./config.js').Config} Config
 * @typedef {import('./config.js').Special} Special
 * @typedef {import('./config.js').Type} Type
 */

/** @type {Special} */
export const perLayer = (c, put) => {
  windows(c, put);
  const lengths = c.raw('intermediate_size');
  put('feed_forward_length', Array.isArray(lengths) ? lengths : new Array(c.layers).fill(lengths));
  put('attention.shared_kv_layers', c.maybe('num_kv_shared_layers'));
  put('embedding_length_per_layer_input', c.maybe('hidden_size_per_layer_input'));
  put('altup.num_inputs', c.maybe('altup_num_inputs') ?? 4);
};

/** @type {Special} */
export const gemma4 = (c, put) => {
  const sliding = c.layerTypes(isSliding);
  if (!sliding) throw missing('layer_types');
  const head = c.number('head_dim');
  const global = c.number('global_head_dim');
  put('attention.sliding_window', c.number('sliding_window'));
  put('attention.sliding_window_pattern', sliding);
  for (const part of ['key', 'value']) {
    put(`attention.${part}_length`, global);
    put(`attention.${part}_length_swa`, head);
  }
  const globalHeads = c.maybe('num_global_key_value_heads');
  if (globalHeads && !c.has('attention_k_eq_v')) throw missing('attention_k_eq_v');
  if (c.raw('attention_k_eq_v') && !c.has('num_global_key_value_heads')) throw missing('num_global_key_value_heads');
  if (globalHeads && c.raw('attention_k_eq_v')) {
    put(
      'attention.head_count_kv',
      sliding.map((slides) => (slides ? c.kvHeads : globalHeads)),
    );
  }
  const shared = c.maybe('num_kv_shared_layers') ?? 0;
  put('attention.shared_kv_layers', shared);
  put('embedding_length_per_layer_input', c.maybe('hidden_size_per_layer_input'));
  if (c.raw('use_double_wide_mlp')) {
    const length = c.number('intermediate_size');
    const first = c.layers - shared;
    put(
      'feed_forward_length',
      Array.from({ length: c.layers }, (_, i) => (i < first ? length : 2 * length)),
    );
  }
};
