// @ts-check
// A Hugging Face config.json as the keys of a GGUF header, which is what llama.cpp's converter makes of it
// (convert_hf_to_gguf.py and conversion/ of ggml-org/llama.cpp): one way from there to a ModelSpec. A key that a
// config leaves out has the default of its class in transformers (src/transformers/models/*/configuration_*.py).
import { modelFromGgufMetadata } from './gguf.js';
import { nearest } from './search.js';
import { display } from './violation.js';

/**
 * @typedef {Record<string, any>} Config
 * @typedef {(c: Reader, put: (key: string, value: unknown) => void) => void} Special
 * @typedef {{ gguf: string | ((c: Reader) => string), tied?: boolean, defaults?: Config, special?: Special }} Type
 */

const NAME = 'modelFromHuggingFaceConfig';

/** The keys of a config: of its text part, where it is one of several. */
class Reader {
  /** @param {Config} config @param {Config} defaults */
  constructor(config, defaults) {
    this.config = config;
    this.defaults = defaults;
  }

  /** @param {string[]} names @returns {any} */
  raw(...names) {
    for (const from of [this.config, this.defaults]) {
      for (const name of names) if (from[name] !== undefined && from[name] !== null) return from[name];
    }
    return undefined;
  }

  /** A number under the first of these names, or undefined. @param {string[]} names @returns {number | undefined} */
  maybe(...names) {
    const value = this.raw(...names);
    if (value === undefined) return undefined;
    const number = Array.isArray(value) ? value[0] : value;
    if (Array.isArray(value) && value.some((other) => other !== number)) {
      throw new RangeError(
        `${NAME}: config.${names[0]} differs from layer to layer, which is not understood of this model_type`,
      );
    }
    if (typeof number !== 'number' || !Number.isFinite(number) || number < 0) {
      throw new RangeError(`${NAME}: config.${names[0]} must be a number of at least 0, got ${display(number)}`);
    }
    return number;
  }

  /** @param {string[]} names */
  number(...names) {
    const value = this.maybe(...names);
    if (value === undefined) throw new RangeError(`${NAME}: config.${names.join(' or config.')} is missing`);
    return value;
  }

  get layers() {
    const layers = this.number('num_hidden_layers', 'n_layer', 'n_layers', 'num_layers');
    if (!Number.isInteger(layers) || layers < 1 || layers > 1024) {
      throw new RangeError(`${NAME}: config.num_hidden_layers must be a whole number from 1 to 1024, got ${layers}`);
    }
    return layers;
  }

  get heads() {
    return this.maybe('num_attention_heads', 'n_head') ?? 0;
  }

  get kvHeads() {
    return this.maybe('num_key_value_heads', 'num_kv_heads', 'num_query_groups') ?? this.heads;
  }

  /** Which layers satisfy something. @param {(kind: string, i: number) => boolean} test */
  layerTypes(test) {
    const types = this.raw('layer_types', 'layers_block_type');
    if (!Array.isArray(types)) return undefined;
    if (types.length < this.layers) {
      throw new RangeError(`${NAME}: config.layer_types must have ${this.layers} elements, got ${types.length}`);
    }
    return types.slice(0, this.layers).map((kind, i) => test(String(kind), i));
  }
}

const isSliding = (/** @type {string} */ kind) => kind.includes('sliding') || kind.includes('chunked');

/** A window, and which layers slide. @type {Special} */
const windows = (c, put) => {
  put('attention.sliding_window', c.raw('use_sliding_window') === false ? undefined : c.maybe('sliding_window'));
  const sliding = c.layerTypes(isSliding);
  const period = c.maybe('sliding_window_pattern', '_sliding_window_pattern');
  if (sliding) put('attention.sliding_window_pattern', sliding);
  else if (period !== undefined) put('attention.sliding_window_pattern', period);
};

/** Multi-head latent attention of DeepSeek. @type {Special} */
const latent = (c, put) => {
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
const predictions =
  (...names) =>
  (c, put) => {
    const count = c.maybe(...names) ?? 0;
    if (count === 0) return;
    put('nextn_predict_layers', count);
    put('block_count', c.layers + count);
  };

/** @type {Special} */
const mamba = (c, put) => {
  put('attention.head_count', c.heads);
  const hidden = c.number('hidden_size', 'd_model');
  const inner = c.maybe('mamba_d_ssm', 'intermediate_size', 'd_inner') ?? hidden * (c.maybe('expand') ?? 2);
  put('feed_forward_length', 0);
  put('ssm.conv_kernel', c.maybe('conv_kernel', 'd_conv') ?? 4);
  put('ssm.inner_size', inner);
  put('ssm.state_size', c.number('state_size', 'd_state'));
  put('ssm.time_step_rank', c.maybe('time_step_rank', 'dt_rank') ?? Math.ceil(hidden / 16));
};

/** Mamba layers beside others, by the names of Bamba's config. @type {Special} */
const mambaLayers = (c, put) => {
  const hidden = c.number('hidden_size');
  const inner = c.maybe('mamba_d_ssm') ?? c.number('mamba_expand') * hidden;
  put('ssm.conv_kernel', c.maybe('mamba_d_conv') ?? 4);
  put('ssm.inner_size', inner);
  put('ssm.state_size', c.number('mamba_d_state'));
  put('ssm.time_step_rank', c.maybe('mamba_dt_rank', 'mamba_n_heads') ?? Math.ceil(hidden / 16));
  put('ssm.group_count', c.maybe('mamba_n_groups'));
};

/** One value per layer where layers attend, 0 elsewhere. @param {Reader} c @param {boolean[]} attends */
const kvHeadsWhere = (c, attends) => attends.map((yes) => (yes ? c.kvHeads : 0));

/** @type {Special} */
const deltaNet = (c, put) => {
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
const gemma4 = (c, put) => {
  const sliding = c.layerTypes(isSliding) ?? [];
  const head = c.number('head_dim');
  const global = c.maybe('global_head_dim') ?? head;
  put('attention.sliding_window', c.number('sliding_window'));
  put('attention.sliding_window_pattern', sliding);
  for (const part of ['key', 'value']) {
    put(`attention.${part}_length`, global);
    put(`attention.${part}_length_swa`, head);
  }
  const globalHeads = c.maybe('num_global_key_value_heads');
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

/** @type {Special} */
const nemotron = (c, put) => {
  const pattern = String(c.raw('hybrid_override_pattern') ?? '');
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
  put('expert_shared_feed_forward_length', experts ? c.maybe('moe_shared_expert_intermediate_size') : undefined);
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
const blocks = (c, put) => {
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

/** @type {Special} */
const shortConvolution = (c, put) => {
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

/** @type {Special} */
const perLayer = (c, put) => {
  windows(c, put);
  const lengths = c.raw('intermediate_size');
  put('feed_forward_length', Array.isArray(lengths) ? lengths : new Array(c.layers).fill(lengths));
  put('attention.shared_kv_layers', c.maybe('num_kv_shared_layers'));
  put('embedding_length_per_layer_input', c.maybe('hidden_size_per_layer_input'));
  put('altup.num_inputs', c.maybe('altup_num_inputs') ?? 4);
};

/** @param {Special[]} parts @returns {Special} */
const all =
  (...parts) =>
  (c, put) => {
    for (const part of parts) part(c, put);
  };
/** @param {Record<string, unknown>} keys @returns {Special} */
const always = (keys) => (_, put) => {
  for (const [key, value] of Object.entries(keys)) put(key, value);
};
const sigmoid = always({ expert_gating_func: 2 });
const sharedLength = (/** @type {string[]} */ ...names) =>
  /** @type {Special} */ ((c, put) => put('expert_shared_feed_forward_length', c.maybe(...names)));

const GEMMA = { head_dim: 256, vocab_size: 256000, num_attention_heads: 8, num_key_value_heads: 4 };

/** @type {Record<string, Type>} */
const TYPES = {
  llama: { gguf: 'llama' },
  mistral: { gguf: 'llama' },
  mixtral: { gguf: 'llama' },
  internlm3: { gguf: 'llama' },
  mistral3: { gguf: (c) => (c.raw('model_type') === 'ministral3' ? 'mistral3' : 'llama') },
  ministral3: { gguf: 'mistral3' },
  llama4: {
    gguf: 'llama4',
    special: (c, put) => {
      put('feed_forward_length', c.number('intermediate_size_mlp'));
      put('expert_feed_forward_length', c.number('intermediate_size'));
      put('interleave_moe_layer_step', c.maybe('interleave_moe_layer_step') ?? 1);
    },
  },
  'nemotron-nas': { gguf: 'deci', special: blocks },
  qwen2: { gguf: 'qwen2' },
  mimo: { gguf: 'qwen2' },
  qwen2_moe: { gguf: 'qwen2moe', special: sharedLength('shared_expert_intermediate_size') },
  qwen3: { gguf: 'qwen3', defaults: { head_dim: 128 } },
  qwen3_moe: { gguf: 'qwen3moe' },
  qwen3_next: { gguf: 'qwen3next', special: deltaNet },
  qwen3_5: { gguf: 'qwen35', special: all(deltaNet, predictions('mtp_num_hidden_layers')) },
  qwen3_5_moe: { gguf: 'qwen35moe', special: all(deltaNet, predictions('mtp_num_hidden_layers')) },
  gemma: { gguf: 'gemma', tied: true, defaults: { head_dim: 256 } },
  gemma2: { gguf: 'gemma2', tied: true, defaults: { ...GEMMA, sliding_window: 4096 }, special: windows },
  gemma3: {
    gguf: 'gemma3',
    tied: true,
    defaults: { ...GEMMA, vocab_size: 262208, sliding_window: 4096, max_position_embeddings: 131072 },
    special: windows,
  },
  gemma3n: { gguf: 'gemma3n', tied: true, defaults: { ...GEMMA, vocab_size: 262400 }, special: perLayer },
  gemma4: { gguf: 'gemma4', tied: true, special: gemma4 },
  phi: { gguf: 'phi2' },
  phi3: { gguf: 'phi3', special: windows },
  phimoe: { gguf: 'phimoe' },
  deepseek_v2: { gguf: 'deepseek2', special: latent },
  deepseek_v3: { gguf: 'deepseek2', special: latent },
  kimi_k2: { gguf: 'deepseek2', special: latent },
  glm4_moe_lite: { gguf: 'deepseek2', special: all(latent, sigmoid) },
  deepseek_v32: { gguf: 'deepseek32', special: latent },
  glm_moe_dsa: { gguf: 'glm-dsa', special: all(latent, sigmoid, predictions('num_nextn_predict_layers')) },
  glm: { gguf: 'chatglm' },
  glm4: { gguf: 'glm4' },
  glm4_moe: { gguf: 'glm4moe', special: all(sigmoid, predictions('num_nextn_predict_layers')) },
  gpt_oss: { gguf: 'gpt-oss', defaults: { head_dim: 64, sliding_window: 128 }, special: windows },
  minimax_m2: { gguf: 'minimax-m2', special: sigmoid },
  minimax_m3: {
    gguf: 'minimax-m3',
    special: (c, put) => {
      put('feed_forward_length', c.number('dense_intermediate_size'));
      put('expert_feed_forward_length', c.number('intermediate_size'));
      put('expert_shared_count', c.maybe('n_shared_experts'));
      put('leading_dense_block_count', c.number('first_k_dense_replace'));
      put('expert_gating_func', 2);
      put('attention.indexer.head_count', c.number('index_n_heads'));
      put('attention.indexer.key_length', c.number('index_head_dim'));
    },
  },
  cohere: { gguf: 'command-r', tied: true },
  cohere2: { gguf: 'cohere2', tied: true, special: windows },
  falcon: {
    gguf: 'falcon',
    tied: true,
    special: (c, put) => {
      put(
        'attention.head_count_kv',
        c.raw('new_decoder_architecture') ? c.kvHeads : c.raw('multi_query') ? 1 : c.heads,
      );
      put('feed_forward_length', c.maybe('ffn_hidden_size') ?? 4 * c.number('hidden_size'));
    },
  },
  falcon_h1: { gguf: 'falcon-h1', special: mambaLayers },
  starcoder2: { gguf: 'starcoder2', tied: true },
  smollm3: { gguf: 'smollm3', tied: true },
  olmo: { gguf: 'olmo' },
  olmo2: { gguf: 'olmo2' },
  olmo3: { gguf: 'olmo2', special: windows },
  olmoe: { gguf: 'olmoe' },
  granite: { gguf: 'granite' },
  granitemoe: { gguf: 'granitemoe' },
  granitemoehybrid: {
    gguf: (c) => (c.layerTypes((kind) => kind === 'mamba')?.includes(true) ? 'granitehybrid' : 'granite'),
    tied: true,
    special: (c, put) => {
      const attends = c.layerTypes((kind) => kind === 'attention') ?? [];
      if (!attends.includes(false)) return put('feed_forward_length', c.number('shared_intermediate_size'));
      mambaLayers(c, put);
      put('attention.head_count_kv', kvHeadsWhere(c, attends));
      if (c.maybe('num_local_experts', 'num_experts')) sharedLength('shared_intermediate_size')(c, put);
      else put('feed_forward_length', c.number('shared_intermediate_size'));
    },
  },
  nemotron_h: {
    gguf: (c) => (String(c.raw('hybrid_override_pattern')).includes('E') ? 'nemotron_h_moe' : 'nemotron_h'),
    special: nemotron,
  },
  jamba: {
    gguf: 'jamba',
    special: (c, put) => {
      const period = c.maybe('attn_layer_period') ?? 8;
      const offset = c.maybe('attn_layer_offset') ?? 4;
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
  mamba: { gguf: 'mamba', tied: true, special: mamba },
  falcon_mamba: { gguf: 'mamba', tied: true, special: mamba },
  mamba2: {
    gguf: 'mamba2',
    special: (c, put) => {
      mamba(c, put);
      put('ssm.inner_size', (c.maybe('expand') ?? 2) * c.number('hidden_size'));
      put('ssm.time_step_rank', c.number('num_heads'));
      put('ssm.group_count', c.number('n_groups'));
    },
  },
  hunyuan_v1_dense: { gguf: 'hunyuan-dense' },
  hunyuan_v1_moe: { gguf: 'hunyuan-moe' },
  ernie4_5: { gguf: 'ernie4_5' },
  ernie4_5_moe: {
    gguf: 'ernie4_5-moe',
    special: (c, put) => {
      put('expert_count', c.number('moe_num_experts'));
      put('expert_used_count', c.number('moe_k'));
      put('expert_shared_count', c.maybe('moe_num_shared_experts'));
      put('leading_dense_block_count', c.number('moe_layer_start_index'));
    },
  },
  seed_oss: { gguf: 'seed_oss' },
  stablelm: { gguf: 'stablelm' },
  internlm2: { gguf: 'internlm2' },
  exaone: { gguf: 'exaone' },
  exaone4: { gguf: 'exaone4', special: windows },
  lfm2: { gguf: 'lfm2', tied: true, special: shortConvolution },
  lfm2_moe: { gguf: 'lfm2moe', tied: true, special: shortConvolution },
  dots1: { gguf: 'dots1', special: sigmoid },
  mimo_v2_flash: {
    gguf: 'mimo2',
    special: (c, put) => {
      const pattern = c.raw('hybrid_layer_pattern');
      if (!Array.isArray(pattern)) throw new RangeError(`${NAME}: config.hybrid_layer_pattern is missing`);
      put('attention.sliding_window', c.number('sliding_window', 'sliding_window_size'));
      put('attention.sliding_window_pattern', pattern.map(Boolean));
      put(
        'attention.head_count_kv',
        pattern.map((slides) => (slides ? c.number('swa_num_key_value_heads') : c.kvHeads)),
      );
      put('attention.value_length', c.number('v_head_dim'));
      const routed = c.raw('moe_layer_freq');
      put('leading_dense_block_count', Array.isArray(routed) ? Math.max(0, routed.indexOf(1)) : 1);
      put('expert_shared_count', undefined);
      put('expert_gating_func', 2);
    },
  },
  step3p5: {
    gguf: 'step35',
    special: (c, put) => {
      windows(c, put);
      const other = c.raw('attention_other_setting') ?? {};
      const sliding = c.layerTypes(isSliding) ?? [];
      const per = (/** @type {number} */ full, /** @type {number | undefined} */ slides) =>
        sliding.map((is) => (is ? (slides ?? full) : full));
      put('attention.head_count', per(c.heads, other.num_attention_heads));
      put('attention.head_count_kv', per(c.number('num_attention_groups'), other.num_attention_groups));
      put('expert_count', c.number('moe_num_experts'));
      put('expert_used_count', c.number('moe_top_k'));
      put('expert_shared_feed_forward_length', c.number('share_expert_dim'));
      const routed = String(c.raw('moe_layers_enum') ?? '3').split(',');
      put('leading_dense_block_count', Number(routed[0]));
      put('expert_gating_func', 2);
      predictions('num_nextn_predict_layers')(c, put);
    },
  },
};
TYPES.step3p7 = TYPES.step3p5;
for (const type of ['gemma3', 'gemma3n', 'gemma4', 'llama4', 'qwen3_5', 'qwen3_5_moe'])
  TYPES[`${type}_text`] = TYPES[type];

/** Known, and of a shape that ModelSpec does not have. @type {Record<string, string>} */
const NOT_YET = {
  deepseek_v4: 'compressed caches and hyper-connections',
  kimi_linear: 'Kimi delta attention',
  kimi_k3: 'Kimi delta attention',
  minimax_m1: 'lightning attention',
};

/** The model_types that are understood. */
export const HUGGING_FACE_TYPES = Object.keys(TYPES);

/** Keys that most types share. @type {Special} */
const common = (c, put) => {
  put('vocab_size', c.number('vocab_size'));
  put('context_length', c.maybe('max_position_embeddings', 'n_positions', 'max_seq_len', 'seq_length') ?? 0);
  put('embedding_length', c.number('hidden_size', 'd_model', 'n_embd'));
  put('block_count', c.layers);
  const lengths = c.raw('intermediate_size');
  put(
    'feed_forward_length',
    Array.isArray(lengths) ? lengths : c.maybe('intermediate_size', 'ffn_hidden_size', 'n_inner'),
  );
  put('attention.head_count', c.heads);
  put('attention.head_count_kv', c.kvHeads);
  put('attention.key_length', c.maybe('head_dim', 'attention_head_dim'));
  put('attention.value_length', c.maybe('head_dim', 'attention_head_dim'));
  const experts = c.maybe('num_experts', 'num_local_experts', 'n_routed_experts');
  if (!experts) return;
  put('expert_count', experts);
  put('expert_used_count', c.maybe('num_experts_per_tok', 'num_experts_per_token', 'moe_topk', 'top_k_experts'));
  put('expert_feed_forward_length', c.maybe('moe_intermediate_size'));
  put('expert_shared_count', c.maybe('n_shared_experts', 'num_shared_experts', 'num_shared_expert'));
  put('leading_dense_block_count', c.maybe('first_k_dense_replace'));
};

/**
 * The keys of the GGUF header that a config.json becomes.
 *
 * @param {Config} config
 * @returns {{ architecture: string, metadata: Record<string, any>, tiedEmbeddings: boolean }}
 */
export function ggufMetadataFromHuggingFaceConfig(config) {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new TypeError(`${NAME}: config must be the object of a config.json, got ${display(config)}`);
  }
  const text = config.text_config ?? config.llm_config ?? config.language_config;
  const type = config.model_type ?? text?.model_type;
  if (type === undefined) throw new RangeError(`${NAME}: config.model_type is missing`);
  const name = Object.hasOwn(TYPES, type) ? type : text?.model_type;
  if (Object.hasOwn(NOT_YET, type)) {
    throw new RangeError(
      `${NAME}: config.model_type ${display(type)} has ${NOT_YET[type]}, which cannot be planned yet`,
    );
  }
  if (!Object.hasOwn(TYPES, name)) {
    throw new RangeError(
      `${NAME}: config.model_type must be a known one, got ${display(type)}; nearest: ${nearest(String(type), HUGGING_FACE_TYPES).join(', ')}`,
    );
  }
  const { gguf, tied = false, defaults = {}, special } = TYPES[name];
  const c = new Reader(text ? { ...text } : config, defaults);
  const architecture = typeof gguf === 'string' ? gguf : gguf(c);
  /** @type {Record<string, any>} */
  const metadata = { 'general.architecture': architecture };
  const put = (/** @type {string} */ key, /** @type {unknown} */ value) => {
    if (value === undefined) delete metadata[`${architecture}.${key}`];
    else metadata[`${architecture}.${key}`] = value;
  };
  common(c, put);
  special?.(c, put);
  const tie = c.raw('tie_word_embeddings', 'tie_embedding') ?? config.tie_word_embeddings ?? tied;
  return { architecture, metadata, tiedEmbeddings: Boolean(tie) };
}

/**
 * @param {Config} config
 * @returns {import('./types.d.ts').ModelSpec}
 */
export function modelFromHuggingFaceConfig(config) {
  const { metadata, tiedEmbeddings } = ggufMetadataFromHuggingFaceConfig(config);
  return modelFromGgufMetadata(metadata, { tiedEmbeddings });
}
