// The tensors that llama.cpp's loaders ask for, by the keys of a GGUF header: enough for its planners, which read names,
// shapes and types but no data. Names and shapes are those of the loaders in ggml-org/llama.cpp, src/models/*.cpp; a list
// that a loader does not take is refused by it, so a slip here cannot pass for a difference of plans.

/** Of matrices that llama-quantize quantises, and of vectors and others that it leaves in F32. */
export const MATRIX = 'F16';
export const VECTOR = 'F32';

/** Architectures whose queries, keys and values have biases. */
const BIASED = new Set(['qwen2', 'gpt-oss', 'glm4moe', 'phimoe', 'starcoder2', 'seed_oss']);
/** Architectures with a norm of every head's queries and keys, and of all heads' together. */
const NORMED_HEADS = new Set(['qwen3', 'qwen3moe', 'exaone4', 'gemma3', 'gemma3n', 'lfm2', 'lfm2moe']);
const NORMED_QUERIES = new Set(['olmo2', 'olmoe', 'minimax-m2']);

/** Collects tensors of one file. */
class Tensors {
  list = [];
  prefix = '';

  matrix(name, ...shape) {
    this.#add(name, shape, MATRIX);
  }

  vector(name, ...shape) {
    this.#add(name, shape, VECTOR);
  }

  vectors(length, ...names) {
    for (const name of names) this.vector(`${name}.weight`, length);
  }

  #add(name, shape, type) {
    this.list.push({ name: this.prefix + name, shape, type });
  }
}

/**
 * The keys of the architecture without its name.
 *
 * @param {Record<string, any>} metadata
 */
export function keysOf(metadata) {
  const architecture = metadata['general.architecture'];
  const of = (key, fallback = 0) => metadata[`${architecture}.${key}`] ?? fallback;
  return { architecture, of };
}

/** The element of layer `i`, where a key may have one value for all. */
const each = (value, i) => (Array.isArray(value) ? value[i] : value);

function attention(t, { architecture }, { hidden, heads, kvHeads, keyLength, gated = false, biased = false }) {
  const [q, kv] = [heads * keyLength, kvHeads * keyLength];
  if (architecture === 'phi3') {
    t.matrix('attn_qkv.weight', hidden, q + 2 * kv);
  } else {
    t.matrix('attn_q.weight', hidden, gated ? 2 * q : q);
    t.matrix('attn_k.weight', hidden, kv);
    t.matrix('attn_v.weight', hidden, kv);
  }
  if (biased) {
    t.vector('attn_q.bias', q);
    t.vector('attn_k.bias', kv);
    t.vector('attn_v.bias', kv);
  }
  t.matrix('attn_output.weight', q, hidden);
  if (['gpt-oss', 'phimoe', 'starcoder2'].includes(architecture)) t.vector('attn_output.bias', hidden);
  if (NORMED_HEADS.has(architecture) || gated) t.vectors(keyLength, 'attn_q_norm', 'attn_k_norm');
  if (NORMED_QUERIES.has(architecture)) {
    t.vectors(q, 'attn_q_norm');
    t.vectors(kv, 'attn_k_norm');
  }
  if (architecture === 'gpt-oss') t.vectors(heads, 'attn_sinks');
}

function latentAttention(t, { of }, hidden) {
  const [heads, rank, rope] = [of('attention.head_count'), of('attention.kv_lora_rank'), of('rope.dimension_count')];
  const [keyLength, valueLength] = [of('attention.key_length_mla'), of('attention.value_length_mla')];
  const queryRank = of('attention.q_lora_rank');
  if (queryRank) {
    t.vectors(queryRank, 'attn_q_a_norm');
    t.matrix('attn_q_a.weight', hidden, queryRank);
    t.matrix('attn_q_b.weight', queryRank, heads * keyLength);
  } else {
    t.matrix('attn_q.weight', hidden, heads * keyLength);
  }
  t.vectors(rank, 'attn_kv_a_norm');
  t.matrix('attn_kv_a_mqa.weight', hidden, rank + rope);
  t.matrix('attn_k_b.weight', keyLength - rope, rank, heads);
  t.matrix('attn_v_b.weight', rank, valueLength, heads);
  t.matrix('attn_output.weight', heads * valueLength, hidden);
}

function network(t, hidden, length, { gated = true, fused = false, biased = false } = {}) {
  if (gated && !fused) t.matrix('ffn_gate.weight', hidden, length);
  t.matrix('ffn_up.weight', hidden, fused ? 2 * length : length);
  t.matrix('ffn_down.weight', length, hidden);
  if (biased) {
    t.vector('ffn_up.bias', length);
    t.vector('ffn_down.bias', hidden);
  }
}

function experts(t, { architecture, of }, hidden, { gated = true, biased = false, routerBias = false } = {}) {
  const count = of('expert_count');
  const length = of('expert_feed_forward_length') || each(of('feed_forward_length'), 0);
  t.vector('ffn_gate_inp.weight', hidden, count);
  if (biased) t.vector('ffn_gate_inp.bias', count);
  if (architecture === 'gemma4') {
    t.vector('ffn_gate_inp.scale', hidden);
    t.vectors(hidden, 'pre_ffw_norm_2', 'post_ffw_norm_1', 'post_ffw_norm_2');
    t.matrix('ffn_gate_up_exps.weight', hidden, 2 * length, count);
    t.vector('ffn_down_exps.scale', count);
  } else {
    if (gated) t.matrix('ffn_gate_exps.weight', hidden, length, count);
    t.matrix('ffn_up_exps.weight', hidden, length, count);
  }
  t.matrix('ffn_down_exps.weight', length, hidden, count);
  if (biased) {
    t.vector('ffn_gate_exps.bias', length, count);
    t.vector('ffn_up_exps.bias', length, count);
    t.vector('ffn_down_exps.bias', hidden, count);
  }
  if (routerBias) t.vector('exp_probs_b.bias', count);
}

function sharedExpert(t, hidden, length, { gated = true, gatedAsWhole = false } = {}) {
  if (gated) t.matrix('ffn_gate_shexp.weight', hidden, length);
  t.matrix('ffn_up_shexp.weight', hidden, length);
  t.matrix('ffn_down_shexp.weight', length, hidden);
  if (gatedAsWhole) t.vector('ffn_gate_inp_shexp.weight', hidden);
}

const ssm = ({ of }) => ({
  taps: of('ssm.conv_kernel'),
  inner: of('ssm.inner_size'),
  state: of('ssm.state_size'),
  rank: of('ssm.time_step_rank'),
  groups: of('ssm.group_count', 1),
});

function mamba1(t, keys, hidden) {
  const { taps, inner, state, rank } = ssm(keys);
  t.matrix('ssm_in.weight', hidden, 2 * inner);
  t.vector('ssm_conv1d.weight', taps, inner);
  t.vector('ssm_conv1d.bias', inner);
  t.matrix('ssm_x.weight', inner, rank + 2 * state);
  t.matrix('ssm_dt.weight', rank, inner);
  t.vector('ssm_dt.bias', inner);
  t.vector('ssm_a', state, inner);
  t.vector('ssm_d', inner);
  if (keys.architecture === 'jamba') {
    t.vectors(rank, 'ssm_dt_norm');
    t.vectors(state, 'ssm_b_norm', 'ssm_c_norm');
  }
  t.matrix('ssm_out.weight', inner, hidden);
}

function mamba2(t, keys, hidden) {
  const { taps, inner, state, rank, groups } = ssm(keys);
  const channels = inner + 2 * groups * state;
  t.matrix('ssm_in.weight', hidden, inner + channels + rank);
  t.vector('ssm_conv1d.weight', taps, channels);
  t.vector('ssm_conv1d.bias', channels);
  t.vector('ssm_dt.bias', rank);
  t.vector('ssm_a', 1, rank);
  t.vector('ssm_d', 1, rank);
  if (keys.architecture !== 'falcon-h1') t.vector('ssm_norm.weight', inner / groups, groups);
  t.matrix('ssm_out.weight', inner, hidden);
}

function deltaNet(t, keys, hidden) {
  const { taps, inner, state, rank, groups } = ssm(keys);
  const channels = 2 * groups * state + inner;
  t.matrix('attn_qkv.weight', hidden, channels);
  t.matrix('attn_gate.weight', hidden, inner);
  t.vector('ssm_conv1d.weight', taps, channels);
  t.vector('ssm_dt.bias', rank);
  t.vector('ssm_a', rank);
  if (keys.architecture === 'qwen3next') {
    t.matrix('ssm_ba.weight', hidden, 2 * rank);
  } else {
    t.matrix('ssm_beta.weight', hidden, rank);
    t.matrix('ssm_alpha.weight', hidden, rank);
  }
  t.vector('ssm_norm.weight', inner / rank);
  t.matrix('ssm_out.weight', inner, hidden);
}

function shortConvolution(t, { of }, hidden) {
  t.vector('shortconv.conv.weight', of('shortconv.l_cache'), hidden);
  t.matrix('shortconv.in_proj.weight', hidden, 3 * hidden);
  t.matrix('shortconv.out_proj.weight', hidden, hidden);
}

/** A norm before the attention and one before the network, unless the architecture has others. */
function norms(t, architecture, hidden) {
  if (!['exaone4', 'olmo2'].includes(architecture)) t.vectors(hidden, 'attn_norm');
  if (['starcoder2', 'phimoe'].includes(architecture)) t.vector('attn_norm.bias', hidden);
  const after = {
    'command-r': [],
    cohere2: [],
    exaone4: ['post_attention_norm', 'post_ffw_norm'],
    olmo2: ['post_attention_norm', 'post_ffw_norm'],
    seed_oss: ['post_attention_norm'],
    glm4: ['ffn_norm', 'post_attention_norm', 'post_ffw_norm'],
    gemma2: ['ffn_norm', 'post_attention_norm', 'post_ffw_norm'],
    gemma3: ['ffn_norm', 'post_attention_norm', 'post_ffw_norm'],
    gemma4: ['post_attention_norm', 'ffn_norm', 'post_ffw_norm'],
    'gpt-oss': ['post_attention_norm'],
    glm4moe: ['post_attention_norm'],
    qwen3next: ['post_attention_norm'],
    qwen35: ['post_attention_norm'],
    qwen35moe: ['post_attention_norm'],
  }[architecture] ?? ['ffn_norm'];
  t.vectors(hidden, ...after);
  if (['starcoder2', 'phimoe'].includes(architecture)) t.vector('ffn_norm.bias', hidden);
}

function gemma3nLayer(t, { of }, hidden, perLayer) {
  const rank = 64;
  t.vectors(hidden, 'post_attention_norm', 'post_ffw_norm', 'post_norm', 'altup_router_norm', 'laurel_post_norm');
  t.matrix('inp_gate.weight', hidden, perLayer);
  t.matrix('proj.weight', perLayer, hidden);
  t.vector('altup_correct_coef.weight', 4, 4);
  t.vectors(hidden, 'altup_correct_scale');
  t.vector('altup_predict_coef.weight', 4, 16);
  t.matrix('altup_router.weight', hidden, of('altup.num_inputs'));
  t.matrix('laurel_l.weight', hidden, rank);
  t.matrix('laurel_r.weight', rank, hidden);
}

/** What a layer is beside attention and networks of every token. */
function layer(t, keys, i, shape) {
  const { architecture, of } = keys;
  const { hidden, layers, sliding } = shape;
  const count = each(of('attention.head_count'), i);
  const kvHeads = each(of('attention.head_count_kv', count), i);
  const keyLength = of('attention.key_length', count ? hidden / count : 0);
  const length = each(of('feed_forward_length'), i);
  const isPrediction = i >= layers;
  const leading = of('leading_dense_block_count');
  const routes = of('expert_count') > 0;
  const biased = BIASED.has(architecture);
  const attend = (more = {}) => attention(t, keys, { hidden, heads: count, kvHeads, keyLength, biased, ...more });

  switch (architecture) {
    case 'mamba':
    case 'mamba2':
      t.vectors(hidden, 'attn_norm');
      return architecture === 'mamba' ? mamba1(t, keys, hidden) : mamba2(t, keys, hidden);
    case 'nemotron_h':
    case 'nemotron_h_moe':
      t.vectors(hidden, 'attn_norm');
      if (kvHeads > 0) return attend();
      if (length === 0) return mamba2(t, keys, hidden);
      if (architecture === 'nemotron_h') return network(t, hidden, length, { gated: false });
      experts(t, keys, hidden, { gated: false, routerBias: true });
      return sharedExpert(t, hidden, of('expert_shared_feed_forward_length'), { gated: false });
    case 'falcon-h1':
      t.vectors(hidden, 'attn_norm');
      mamba2(t, keys, hidden);
      attend();
      // The published files have this one name without its ending.
      t.vector('ffn_norm', hidden);
      return network(t, hidden, length);
    default:
  }

  norms(t, architecture, hidden);
  if (architecture === 'deepseek2') {
    latentAttention(t, keys, hidden);
  } else if (architecture === 'gemma4') {
    const own = sliding[i] ? of('attention.key_length_swa') : keyLength;
    const kv = kvHeads * own;
    t.matrix('attn_q.weight', hidden, count * own);
    t.matrix('attn_k.weight', hidden, kv);
    // Of the mixture of experts the layers that attend to everything take their values from the keys.
    if (sliding[i] || !routes) t.matrix('attn_v.weight', hidden, kv);
    t.vectors(own, 'attn_k_norm', 'attn_q_norm');
    t.matrix('attn_output.weight', count * own, hidden);
    t.vectors(1, 'layer_output_scale');
  } else if (['qwen3next', 'qwen35', 'qwen35moe'].includes(architecture)) {
    if (isPrediction || i % of('full_attention_interval') === of('full_attention_interval') - 1) {
      attend({ gated: true });
    } else {
      deltaNet(t, keys, hidden);
    }
  } else if (kvHeads > 0) {
    attend();
  } else if (architecture === 'jamba') {
    mamba1(t, keys, hidden);
  } else if (architecture === 'granitehybrid') {
    mamba2(t, keys, hidden);
  } else {
    shortConvolution(t, keys, hidden);
  }

  switch (architecture) {
    case 'gemma3n':
      gemma3nLayer(t, keys, hidden, of('embedding_length_per_layer_input'));
      return network(t, hidden, length);
    case 'gemma4': {
      network(t, hidden, length);
      if (routes) experts(t, keys, hidden);
      const perLayer = of('embedding_length_per_layer_input');
      if (perLayer > 0) {
        t.matrix('inp_gate.weight', hidden, perLayer);
        t.matrix('proj.weight', perLayer, hidden);
        t.vectors(hidden, 'post_norm');
      }
      return undefined;
    }
    case 'phi3':
    case 'glm4':
      return network(t, hidden, length, { fused: true });
    case 'starcoder2':
      return network(t, hidden, length, { gated: false, biased: true });
    case 'jamba':
      return i % 2 === 1 ? experts(t, keys, hidden) : network(t, hidden, length);
    case 'llama4':
      if ((i + 1) % of('interleave_moe_layer_step') !== 0) return network(t, hidden, length);
      experts(t, keys, hidden);
      return sharedExpert(t, hidden, of('expert_feed_forward_length'));
    case 'granitehybrid':
      if (!routes) return network(t, hidden, length);
      experts(t, keys, hidden);
      return of('expert_shared_feed_forward_length') > 0
        ? sharedExpert(t, hidden, of('expert_shared_feed_forward_length'))
        : undefined;
    case 'qwen3next':
    case 'qwen35moe':
      experts(t, keys, hidden);
      return sharedExpert(t, hidden, of('expert_shared_feed_forward_length'), { gatedAsWhole: true });
    default:
  }
  if (!routes || i < leading) return network(t, hidden, length);
  const routerBias =
    ['glm4moe', 'minimax-m2', 'lfm2moe'].includes(architecture) ||
    (architecture === 'deepseek2' && of('expert_gating_func') === 2);
  experts(t, keys, hidden, { biased: architecture === 'gpt-oss', routerBias });
  const shared = of('expert_shared_count') * of('expert_feed_forward_length');
  if (shared > 0) sharedExpert(t, hidden, shared);
  return undefined;
}

/**
 * The tensors of an F16 file, in the order of its layers.
 *
 * @param {Record<string, any>} metadata of the header
 * @param {boolean} tied whether the head is the token embedding
 * @returns {{ name: string, shape: number[], type: string }[]}
 */
export function loaderTensors(metadata, tied) {
  const keys = keysOf(metadata);
  const { architecture, of } = keys;
  const t = new Tensors();
  const hidden = of('embedding_length');
  const vocabulary = of('vocab_size');
  const predictions = of('nextn_predict_layers');
  const layers = of('block_count') - predictions;
  const sliding = of('attention.sliding_window_pattern', []);
  t.matrix('token_embd.weight', hidden, vocabulary);
  t.vectors(hidden, architecture.startsWith('lfm2') ? 'token_embd_norm' : 'output_norm');
  if (['starcoder2', 'phimoe'].includes(architecture)) t.vector('output_norm.bias', hidden);
  if (!tied) {
    t.matrix('output.weight', hidden, vocabulary);
    if (architecture === 'phimoe') t.vector('output.bias', vocabulary);
  }
  const perLayer = of('embedding_length_per_layer_input');
  if (perLayer > 0) {
    t.matrix('per_layer_token_embd.weight', perLayer * layers, vocabulary);
    t.matrix('per_layer_model_proj.weight', hidden, perLayer * layers);
    t.vectors(perLayer, 'per_layer_proj_norm');
  }
  if (architecture === 'gemma3n') {
    t.matrix('altup_proj.weight', hidden, hidden, 3);
    t.matrix('altup_unembd_proj.weight', hidden, hidden, 3);
  }
  if (architecture === 'phimoe') t.vectors(of('attention.key_length') / 2, 'rope_factors_long', 'rope_factors_short');
  if (architecture === 'gemma4') t.vectors(of('attention.key_length') / 2, 'rope_freqs');
  for (let i = 0; i < layers + predictions; i++) {
    t.prefix = `blk.${i}.`;
    layer(t, keys, i, { hidden, layers, sliding });
    if (i >= layers) {
      t.matrix('nextn.eh_proj.weight', 2 * hidden, hidden);
      t.vectors(hidden, 'nextn.enorm', 'nextn.hnorm', 'nextn.shared_head_norm');
    }
  }
  return t.list;
}
