// @ts-check
// Nemotron's layers: of several kinds (Nemotron-H), and pruned block by block.
import { display } from '../core/violation.js';
import { missing, NAME } from './config.js';

/**
 * @typedef {import('./config.js').Reader} Reader
 * @typedef {import('./config.js').Config} Config
 * @typedef {import('./config.js').Special} Special
 * @typedef {import('./config.js').Type} Type
 */

const NEMOTRON_LAYERS = { mamba: 'M', attention: '*', mlp: '-', moe: 'E' };

/** A letter a layer, or what newer files say in words. @param {Reader} c */
export function nemotronPattern(c) {
  const types = c.raw('layers_block_type');
  if (!Array.isArray(types)) {
    const pattern = c.raw('hybrid_override_pattern');
    if (pattern === undefined) throw missing('hybrid_override_pattern', 'layers_block_type');
    return String(pattern);
  }
  return types.map((kind) => NEMOTRON_LAYERS[/** @type {keyof typeof NEMOTRON_LAYERS} */ (kind)] ?? '?').join('');
}

/** @type {Special} */
export const nemotron = (c, put) => {
  const pattern = nemotronPattern(c);
  const kinds = [...pattern];
  if (kinds.length !== c.layers || kinds.some((kind) => !'M*-E'.includes(kind))) {
    throw new RangeError(
      `${NAME}: config.hybrid_override_pattern must be ${c.layers} of M, *, - and E, got ${display(pattern)}`,
    );
  }
  const at = (/** @type {string} */ letter, /** @type {number} */ value) =>
    kinds.map((kind) => (kind === letter ? value : 0));
  put('attention.head_count_kv', at('*', c.kvHeads));
  const experts = kinds.includes('E');
  put(
    'feed_forward_length',
    experts ? at('E', c.number('moe_intermediate_size')) : at('-', c.number('intermediate_size')),
  );
  put('expert_shared_feed_forward_length', experts ? c.number('moe_shared_expert_intermediate_size') : undefined);
  put('moe_latent_size', c.maybe('moe_latent_size'));
  if (!experts) for (const key of ['expert_count', 'expert_used_count', 'expert_shared_count']) put(key, undefined);
  put('ssm.conv_kernel', c.maybe('conv_kernel') ?? 4);
  put('ssm.state_size', c.number('ssm_state_size'));
  const heads = c.number('mamba_num_heads');
  put('ssm.inner_size', heads * c.number('mamba_head_dim'));
  put('ssm.time_step_rank', heads);
  put('ssm.group_count', c.number('n_groups'));
};

/** Layers of a Nemotron that was pruned block by block. @type {Special} */
export const blocks = (c, put) => {
  const configs = c.raw('block_configs');
  if (!Array.isArray(configs)) throw new RangeError(`${NAME}: config.block_configs is missing`);
  const hidden = c.number('hidden_size');
  const length = (/** @type {number} */ multiple) => 256 * Math.ceil(Math.floor((2 * multiple * hidden) / 3) / 256);
  const attends = configs.map(({ attention }) => attention && !attention.no_op && !attention.replace_with_linear);
  put(
    'attention.head_count',
    attends.map((yes) => (yes ? c.heads : 0)),
  );
  put(
    'attention.head_count_kv',
    configs.map(({ attention }, i) => (attends[i] ? c.heads / attention.n_heads_in_group : 0)),
  );
  put(
    'feed_forward_length',
    configs.map(({ ffn }) => (ffn.no_op ? 0 : (ffn.intermediate_size ?? length(ffn.ffn_mult)))),
  );
  put('attention.key_length', c.maybe('head_dim') ?? hidden / c.heads);
  put('attention.value_length', c.maybe('head_dim') ?? hidden / c.heads);
};
