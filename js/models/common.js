// @ts-check
// Keys of a config that most types share.
import { MOE } from './types.js';

/**
 * @typedef {import('./config.js').Reader} Reader
 * @typedef {import('./config.js').Config} Config
 * @typedef {import('./config.js').Special} Special
 * @typedef {import('./config.js').Type} Type
 */

const COUNTS = ['num_experts', 'num_local_experts', 'n_routed_experts', 'moe_num_experts'];
const USED = ['num_experts_per_tok', 'num_experts_per_token', 'moe_topk', 'moe_top_k', 'top_k_experts', 'moe_k'];
const SHARED_COUNTS = ['n_shared_experts', 'num_shared_experts', 'num_shared_expert', 'moe_num_shared_experts'];
/** Keys that only a mixture of experts has. */
const ONLY_EXPERTS = [...COUNTS, ...USED, ...SHARED_COUNTS, MOE];
/** As the converter looks for it. */
const CONTEXTS = [
  'max_position_embeddings',
  'n_ctx',
  'n_positions',
  'max_sequence_length',
  'model_max_length',
  'max_seq_len',
  'seq_length',
];
const HEAD_LENGTHS = ['head_dim', 'attention_head_dim'];
export const LENGTHS = ['intermediate_size', 'ffn_hidden_size', 'n_inner'];

/** Architectures without attention. */
const NO_ATTENTION = new Set(['mamba', 'mamba2']);

/**
 * Keys that most types share, but for those that a type has put already. What a model would be another one without is
 * missing, not assumed.
 *
 * @param {Reader} c @param {(key: string, value: () => unknown) => void} fill @param {string} architecture
 */
export function fillCommon(c, fill, architecture) {
  const attends = !NO_ATTENTION.has(architecture);
  fill('vocab_size', () => c.number('vocab_size'));
  // 0 is unknown, and then a plan needs to be told.
  fill('context_length', () => c.maybe(...CONTEXTS) ?? 0);
  fill('embedding_length', () => c.number('hidden_size', 'd_model', 'n_embd'));
  fill('block_count', () => c.layers);
  if (attends) {
    fill('attention.head_count', () => c.number('num_attention_heads', 'n_head'));
    fill('attention.head_count_kv', () => c.kvHeads);
    for (const part of ['key', 'value']) {
      fill(`attention.${part}_length`, () =>
        c.type.headsShareHidden ? c.maybe(...HEAD_LENGTHS) : c.number(...HEAD_LENGTHS),
      );
    }
  }
  fillExperts(c, fill);
  fill('feed_forward_length', () => {
    const lengths = c.raw('intermediate_size');
    if (!Array.isArray(lengths)) return c.maybe(...LENGTHS);
    return lengths.length < c.layers && new Set(lengths).size === 1 ? c.maybe('intermediate_size') : lengths;
  });
}

/** @param {Reader} c @param {(key: string, value: () => unknown) => void} fill */
function fillExperts(c, fill) {
  const { experts } = c.type;
  const given = ONLY_EXPERTS.filter((name) => Number(c.maybe(name) ?? 0) > 0);
  const count = c.maybe(...COUNTS);
  if (!experts && given.length === 0) return;
  // A key of another spelling would make a dense model of it.
  fill('expert_count', () => (count === undefined ? c.number(...COUNTS) : count > 1 ? count : undefined));
  // Jamba's small models have one, which is none.
  if (count !== undefined && count <= 1) return;
  fill('expert_used_count', () => c.number(...USED));
  fill('expert_feed_forward_length', () => c.number(experts ?? MOE));
  fill('expert_shared_count', () => c.maybe(...SHARED_COUNTS));
  fill('leading_dense_block_count', () => c.maybe('first_k_dense_replace'));
}
