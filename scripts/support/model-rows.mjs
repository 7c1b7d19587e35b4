// Rows of data/models.csv as the config.json that their models have, so that the catalogue is read by the same code as
// a user's file.

/** "(2x 3S+1F)" or "3S+1F" as one letter per layer. */
function kindsOf(row) {
  const count = Number(row.n_layers);
  const text = row.layer_kinds;
  if (!text) return [...'F'.repeat(count)];
  const repeated = /^\((\d+)x (.*)\)$/.exec(text);
  const once = (repeated ? repeated[2] : text)
    .split('+')
    .map((run) => run.at(-1).repeat(Number(run.slice(0, -1) || 1)))
    .join('');
  const kinds = [...once.repeat(repeated ? Number(repeated[1]) : 1)];
  if (kinds.length !== count) throw new Error(`${row.name}: ${kinds.length} kinds of layer for ${count} layers`);
  return kinds;
}

const LAYER_TYPES = {
  F: 'full_attention',
  S: 'sliding_attention',
  C: 'chunked_attention',
  L: 'linear_attention',
  X: 'conv',
};

/** Feed-forward lengths of a pruned Nemotron: the layers with attention have the longest, the others them in order. */
function prunedBlocks(row, kinds) {
  const lengths = row.intermediate_size.split(';').flatMap((part) => {
    const [count, length] = part.split('x').map(Number);
    return new Array(count).fill(length);
  });
  const longest = Math.max(...lengths);
  const short = lengths.filter((length) => length !== longest);
  const heads = Number(row.n_heads) / Number(row.n_kv_heads);
  return kinds.map((kind) => ({
    attention: kind === 'F' ? { n_heads_in_group: heads } : { no_op: true },
    ffn: { intermediate_size: kind === 'F' ? longest : short.shift() },
  }));
}

/** What the types name otherwise than most, from the row and the common config. */
const SPECIAL = {
  llama4: ({ n, kinds }) => ({
    intermediate_size_mlp: n('intermediate_size'),
    intermediate_size: n('moe_intermediate_size'),
    interleave_moe_layer_step: n('moe_layers') ? kinds.length / n('moe_layers') : 1,
  }),
  'nemotron-nas': ({ row, kinds }) => ({ block_configs: prunedBlocks(row, kinds) }),
  gemma3n: ({ row, n }) => ({
    hidden_size_per_layer_input: n('ple_dim'),
    num_kv_shared_layers: n('kv_shared_layers'),
    intermediate_size: row.intermediate_size,
  }),
  gemma4: ({ n, flag }) => ({
    hidden_size_per_layer_input: n('ple_dim'),
    num_kv_shared_layers: n('kv_shared_layers'),
    global_head_dim: n('global_head_dim'),
    num_global_key_value_heads: n('global_n_kv_heads'),
    attention_k_eq_v: flag('k_eq_v_global'),
    use_double_wide_mlp: flag('double_wide_shared'),
    top_k_experts: n('n_experts_used'),
  }),
  falcon: ({ n }) => ({
    new_decoder_architecture: n('n_kv_heads') > 1,
    multi_query: n('n_kv_heads') === 1,
    ffn_hidden_size: n('intermediate_size'),
  }),
  granitemoehybrid: ({ n, kinds }) => ({
    num_experts: undefined,
    num_local_experts: n('n_experts') ?? 0,
    layer_types: kinds.map((kind) => (kind === 'M' ? 'mamba' : 'attention')),
    shared_intermediate_size: n('shared_expert_intermediate_size') ?? n('intermediate_size'),
    mamba_d_ssm: n('ssm_inner_size'),
    mamba_d_conv: n('ssm_conv_kernel'),
    mamba_d_state: n('ssm_state_size'),
    mamba_n_heads: n('ssm_n_heads'),
    mamba_n_groups: n('ssm_n_groups'),
  }),
  nemotron_h: ({ n, kinds }) => ({
    hybrid_override_pattern: kinds.map((kind) => (kind === 'F' ? '*' : kind)).join(''),
    conv_kernel: n('ssm_conv_kernel'),
    ssm_state_size: n('ssm_state_size'),
    mamba_num_heads: n('ssm_n_heads'),
    mamba_head_dim: n('ssm_head_dim'),
    n_groups: n('ssm_n_groups'),
    moe_shared_expert_intermediate_size: n('shared_expert_intermediate_size'),
    moe_latent_size: n('moe_latent_size'),
  }),
  jamba: ({ n, kinds }) => ({
    attn_layer_period: kinds.indexOf('F', kinds.indexOf('F') + 1) - kinds.indexOf('F'),
    attn_layer_offset: kinds.indexOf('F'),
    mamba_expand: n('ssm_inner_size') / n('hidden_size'),
    mamba_d_conv: n('ssm_conv_kernel'),
    mamba_d_state: n('ssm_state_size'),
    mamba_dt_rank: n('ssm_dt_rank'),
  }),
  falcon_h1: ({ n }) => ({
    mamba_d_ssm: n('ssm_inner_size'),
    mamba_d_conv: n('ssm_conv_kernel'),
    mamba_d_state: n('ssm_state_size'),
    mamba_n_heads: n('ssm_n_heads'),
    mamba_n_groups: n('ssm_n_groups'),
  }),
  mamba: ({ n }) => ({
    intermediate_size: n('ssm_inner_size'),
    conv_kernel: n('ssm_conv_kernel'),
    state_size: n('ssm_state_size'),
    time_step_rank: n('ssm_dt_rank'),
  }),
  mamba2: ({ n }) => ({
    expand: n('ssm_inner_size') / n('hidden_size'),
    conv_kernel: n('ssm_conv_kernel'),
    state_size: n('ssm_state_size'),
    num_heads: n('ssm_n_heads'),
    n_groups: n('ssm_n_groups'),
  }),
  lfm2: ({ n }) => ({ conv_L_cache: n('ssm_conv_kernel'), num_dense_layers: n('first_dense_layers') }),
  ernie4_5_moe: ({ n }) => ({
    num_experts: undefined,
    num_experts_per_tok: undefined,
    n_shared_experts: undefined,
    moe_num_experts: n('n_experts'),
    moe_k: n('n_experts_used'),
    moe_num_shared_experts: n('n_shared_experts'),
    moe_layer_start_index: n('first_dense_layers'),
  }),
  minimax_m3: ({ n }) => ({
    dense_intermediate_size: n('intermediate_size'),
    intermediate_size: n('moe_intermediate_size'),
    sparse_attention_config: { sparse_num_index_heads: n('index_n_heads'), sparse_index_dim: n('index_head_dim') },
    index_n_heads: undefined,
    index_head_dim: undefined,
  }),
  mimo_v2_flash: ({ n, kinds }) => ({
    hybrid_layer_pattern: kinds.map((kind) => (kind === 'S' ? 1 : 0)),
    swa_num_key_value_heads: n('swa_n_kv_heads'),
    v_head_dim: n('v_head_dim'),
    moe_layer_freq: kinds.map((_, i) => (i < n('first_dense_layers') ? 0 : 1)),
  }),
  step3p7: ({ n, kinds }) => ({
    num_attention_groups: n('n_kv_heads'),
    attention_other_setting: {
      num_attention_heads: n('n_heads'),
      num_attention_groups: n('swa_n_kv_heads') ?? n('n_kv_heads'),
    },
    num_key_value_heads: undefined,
    num_experts: undefined,
    num_experts_per_tok: undefined,
    moe_num_experts: n('n_experts'),
    moe_top_k: n('n_experts_used'),
    share_expert_dim: n('shared_expert_intermediate_size'),
    moe_layers_enum: kinds
      .map((_, i) => i)
      .slice(n('first_dense_layers'))
      .join(','),
    num_nextn_predict_layers: n('n_mtp_layers'),
  }),
};
for (const [type, like] of [
  ['falcon_mamba', 'mamba'],
  ['lfm2_moe', 'lfm2'],
]) {
  SPECIAL[type] = SPECIAL[like];
}

/**
 * @param {Record<string, string>} row
 * @param {boolean} [whole] with the prediction block, also where the files that most people have are without
 */
export function configOf(row, whole = false) {
  if (row.config) return JSON.parse(row.config);
  const n = (column) => (row[column] === '' ? undefined : Number(row[column]));
  const flag = (name) => row.flags.split(';').includes(name) || undefined;
  const kinds = kindsOf(row);
  const latent = n('mla_kv_lora_rank') !== undefined;
  const config = {
    model_type: row.architecture,
    vocab_size: n('vocab_size'),
    max_position_embeddings: n('max_context'),
    hidden_size: n('hidden_size'),
    num_hidden_layers: n('n_layers'),
    num_attention_heads: n('n_heads'),
    num_key_value_heads: n('n_kv_heads'),
    head_dim: latent ? undefined : n('head_dim'),
    intermediate_size: n('intermediate_size'),
    tie_word_embeddings: row.tied_embeddings === '1',
    sliding_window: n('sliding_window'),
    layer_types: kinds.map((kind) => LAYER_TYPES[kind] ?? 'other'),
    num_experts: n('n_experts'),
    num_experts_per_tok: n('n_experts_used'),
    n_shared_experts: n('n_shared_experts'),
    moe_intermediate_size: n('moe_intermediate_size'),
    shared_expert_intermediate_size: n('shared_expert_intermediate_size'),
    first_k_dense_replace: n('first_dense_layers'),
    kv_lora_rank: n('mla_kv_lora_rank'),
    q_lora_rank: latent ? n('mla_q_lora_rank') || null : undefined,
    qk_rope_head_dim: n('mla_qk_rope_head_dim'),
    qk_nope_head_dim: n('mla_qk_nope_head_dim'),
    v_head_dim: n('mla_v_head_dim'),
    scoring_func: latent && flag('router_bias') ? 'sigmoid' : undefined,
    index_n_heads: n('index_n_heads'),
    index_head_dim: n('index_head_dim'),
    linear_conv_kernel_dim: n('ssm_conv_kernel'),
    linear_num_key_heads: n('ssm_key_heads'),
    linear_key_head_dim: n('ssm_key_head_dim'),
    linear_num_value_heads: n('ssm_n_heads'),
    linear_value_head_dim: n('ssm_head_dim'),
    mtp_num_hidden_layers: row.total_params_scope.includes('mtp') ? n('n_mtp_layers') : undefined,
    num_nextn_predict_layers: n('n_mtp_layers'),
    ...SPECIAL[row.architecture]?.({ row, n, flag, kinds }),
  };
  if (typeof config.intermediate_size === 'string') config.intermediate_size = lengthsOf(config.intermediate_size);
  if (row.prediction_block === 'no' && !whole) {
    config.mtp_num_hidden_layers = undefined;
    config.num_nextn_predict_layers = undefined;
  }
  // JSON leaves out what is undefined.
  return JSON.parse(JSON.stringify(config));
}

/** One length for all layers, or "10x8192;25x16384". */
function lengthsOf(text) {
  if (!text.includes('x')) return Number(text);
  return text.split(';').flatMap((part) => {
    const [count, length] = part.split('x').map(Number);
    return new Array(count).fill(length);
  });
}
