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
 * @typedef {object} Type
 * @property {string | ((c: Reader) => string)} gguf the architecture
 * @property {boolean} [tied] whether the head is the token embedding where no key says so
 * @property {Config} [defaults] of keys that published files leave out
 * @property {Config} [nested] of keys that are left out where the config is a part of another's
 * @property {Special} [special] what this type names or means otherwise than most
 * @property {true} [kvHeadsAreHeads] the class takes as many key/value heads as heads where no key says so
 * @property {true} [headsShareHidden] the class takes the hidden size over the heads where no key has their length
 * @property {string} [experts] it is a mixture of experts, whose length is under this key
 * @property {string[]} [needs] further keys without which it would be another model
 */

const NAME = 'modelFromHuggingFaceConfig';

/** @param {string[]} names */
const missing = (...names) => new RangeError(`${NAME}: config.${names.join(' or config.')} is missing`);

/** Keys that whole configs have and that never differ from their class. */
const NEVER_CHANGED = ['initializer_range', 'use_cache', 'attention_dropout'];

/** The keys of a config: of its text part, where it is one of several. */
class Reader {
  /** @param {Config} config @param {Type} type @param {boolean} isPart of another config */
  constructor(config, type, isPart) {
    this.config = config;
    this.type = type;
    const nested = Object.keys(type.nested ?? {});
    // Written as what differs from its class, a part lacks several keys, and all that nobody changes. One key that
    // lacks beside those is a fault of the file.
    this.isDifference =
      isPart &&
      nested.filter((key) => config[key] === undefined).length > 1 &&
      !NEVER_CHANGED.some((key) => config[key] !== undefined);
    /** @type {Config} */
    this.defaults = { ...(this.isDifference ? type.nested : undefined), ...type.defaults };
    /** The key that was last asked for. */
    this.asked = '';
  }

  /** @param {string[]} names @returns {any} */
  raw(...names) {
    this.asked = names[0];
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
    if (!Number.isSafeInteger(number) || number < 0) {
      throw new RangeError(`${NAME}: config.${names[0]} must be a whole number of at least 0, got ${display(number)}`);
    }
    return number;
  }

  /** @param {string[]} names */
  number(...names) {
    const value = this.maybe(...names);
    if (value === undefined) throw missing(...names);
    return value;
  }

  /** Whether the file has a key, be it null. @param {string} name */
  has(name) {
    return this.config[name] !== undefined || this.defaults[name] !== undefined;
  }

  get layers() {
    // Lengths of lists are held to it, which is no question for a key.
    const { asked } = this;
    const types = this.raw('layers_block_type');
    const layers =
      Array.isArray(types) && !this.has('num_hidden_layers')
        ? types.length
        : this.number('num_hidden_layers', 'n_layer', 'n_layers', 'num_layers');
    if (!Number.isInteger(layers) || layers < 1 || layers > 1024) {
      throw new RangeError(`${NAME}: config.num_hidden_layers must be a whole number from 1 to 1024, got ${layers}`);
    }
    this.asked = asked;
    return layers;
  }

  get heads() {
    return this.number('num_attention_heads', 'n_head');
  }

  get kvHeads() {
    const names = ['num_key_value_heads', 'num_kv_heads', 'num_query_groups', 'n_head_kv'];
    const count = this.maybe(...names);
    if (count !== undefined) return count;
    // Of null all classes make the number of heads. Where the key is not there, Llama 1 was written before it was, which
    // has 2,048 tokens of context; in later files it got lost.
    const isLeftOut = this.isDifference || (this.maybe('max_position_embeddings') ?? 0) <= 2048;
    if (this.config.num_key_value_heads === null || (this.type.kvHeadsAreHeads && isLeftOut)) return this.heads;
    throw missing('num_key_value_heads');
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
    if (count > c.layers) {
      throw new RangeError(`${NAME}: config.${names[0]} must be at most the ${c.layers} layers, got ${count}`);
    }
    put('nextn_predict_layers', count);
    put('block_count', c.layers + count);
  };

/** Mamba's own class takes a sixteenth for "auto", or where nothing is said. @param {Reader} c @param {number} hidden @param {string[]} names */
const rankOf = (c, hidden, ...names) =>
  (c.raw(...names) === 'auto' ? undefined : c.maybe(...names)) ?? Math.ceil(hidden / 16);

/** @type {Special} */
const mamba = (c, put) => {
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
const mambaLayers = (c, put) => {
  const hidden = c.number('hidden_size');
  const inner = c.maybe('mamba_d_ssm') ?? c.number('mamba_expand') * hidden;
  put('ssm.conv_kernel', c.maybe('mamba_d_conv') ?? 4);
  put('ssm.inner_size', inner);
  put('ssm.state_size', c.number('mamba_d_state'));
  put('ssm.time_step_rank', rankOf(c, hidden, 'mamba_dt_rank', 'mamba_n_heads'));
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

const NEMOTRON_LAYERS = { mamba: 'M', attention: '*', mlp: '-', moe: 'E' };

/** A letter a layer, or what newer files say in words. @param {Reader} c */
function nemotronPattern(c) {
  const types = c.raw('layers_block_type');
  if (!Array.isArray(types)) {
    const pattern = c.raw('hybrid_override_pattern');
    if (pattern === undefined) throw missing('hybrid_override_pattern', 'layers_block_type');
    return String(pattern);
  }
  return types.map((kind) => NEMOTRON_LAYERS[/** @type {keyof typeof NEMOTRON_LAYERS} */ (kind)] ?? '?').join('');
}

/** @type {Special} */
const nemotron = (c, put) => {
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
const MOE = 'moe_intermediate_size';
/** A mixture of experts with latent attention. @type {Partial<Type>} */
const LATENT = { experts: MOE, needs: ['q_lora_rank', 'first_k_dense_replace', 'n_shared_experts'] };
/** @type {Partial<Type>} */
const INDEXED = { ...LATENT, needs: [.../** @type {string[]} */ (LATENT.needs), 'index_n_heads', 'index_head_dim'] };
const GATED_SHARED = { experts: MOE, needs: ['shared_expert_intermediate_size'] };

/** @type {Record<string, Type>} */
const TYPES = {
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
  glm4_moe_lite: { gguf: 'deepseek2', ...LATENT, special: all(latent, sigmoid) },
  deepseek_v32: { gguf: 'deepseek32', ...INDEXED, special: latent },
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
  hunyuan_v1_dense: { gguf: 'hunyuan-dense', ...HEADS },
  hunyuan_v1_moe: { gguf: 'hunyuan-moe', ...HEADS, experts: MOE, needs: ['intermediate_size'] },
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
  qwen2_5_omni: 'qwen2_vl',
  qwen2_5_vl: 'qwen2_vl',
  qwen3_omni_moe: 'qwen3_vl_moe',
  solar_open: 'glm4_moe',
  stablelm_epoch: 'stablelm',
  step3p7: 'step3p5',
};
for (const [alias, type] of Object.entries(ALIASES)) TYPES[alias] = TYPES[type];

/** The type that a name means: also of the text part of a model that has others. @param {unknown} name */
function typeNamed(name) {
  if (typeof name !== 'string') return undefined;
  const plain = Object.hasOwn(TYPES, name) ? name : name.replace(/_text$/, '');
  return Object.hasOwn(TYPES, plain) ? plain : undefined;
}

/** Known, and of a shape that ModelSpec does not have. @type {Record<string, string>} */
const NOT_YET = {
  deepseek_v4: 'compressed caches and hyper-connections',
  kimi_linear: 'Kimi delta attention',
  kimi_k3: 'Kimi delta attention',
  minimax_m1: 'lightning attention',
  mllama: 'cross-attention to pictures',
  mllama_text_model: 'cross-attention to pictures',
};

/** Models of another kind than what is planned here, by what their types begin with. @type {[RegExp, string][]} */
const OTHER_KINDS = [
  [
    /^(?:whisper|wav2vec|hubert|wavlm|seamless|speecht5|musicgen|encodec|parler|bark|vits)/,
    'a model of speech or sound',
  ],
  [/^(?:t5|mt5|umt5|bart|mbart|marian|pegasus|m2m|nllb|prophetnet|led|encoder-decoder)/, 'an encoder with a decoder'],
  [
    /^(?:bert|roberta|xlm-roberta|camembert|electra|deberta|albert|distilbert|mpnet|nomic_bert|modernbert|modern_bert|eurobert|jina|new$|gte)/,
    'an encoder',
  ],
  [/^(?:clip|siglip|vit|dinov?2|swin|convnext|resnet|sam|detr|blip|florence)/, 'a model of pictures'],
  [
    /^(?:flux|sd3?|sdxl|stable[_-]diffusion|wan|hunyuan_?(?:video|image|dit)|ltx|cogvideo|auraflow|pixart|unet)/,
    'a model that draws',
  ],
];

/** The model_types that are understood. */
export const HUGGING_FACE_TYPES = Object.keys(TYPES);

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
const LENGTHS = ['intermediate_size', 'ffn_hidden_size', 'n_inner'];

/** Keys of layers that only some types have, the key that those become, and what it is. */
const FOREIGN = /** @type {const} */ ([
  ['kv_lora_rank', 'attention.kv_lora_rank', 'latent attention'],
  ['linear_num_value_heads', 'ssm.inner_size', 'a gated delta net'],
  ['mamba_d_state', 'ssm.state_size', 'Mamba'],
  ['ssm_state_size', 'ssm.state_size', 'Mamba'],
]);

/** Keys of layers unlike those of their type, the values that are alike, and what others tell of. */
const UNLIKE = /** @type {[string, (value: any, type: Type) => boolean, string][]} */ ([
  ['use_mla', (value, { needs }) => Boolean(value) === Boolean(needs?.includes('q_lora_rank')), 'other attention'],
  ['use_cla', (value) => !value, 'caches shared across layers'],
  ['decoder_sparse_step', (value) => value === 1, 'layers between the mixtures of experts'],
  ['mlp_only_layers', (value) => Array.isArray(value) && value.length === 0, 'layers that are no mixture of experts'],
  ['use_bidirectional_attention', (value) => value !== true && value !== 'all', 'an encoder, which has no cache'],
]);

/** Architectures without attention. */
const NO_ATTENTION = new Set(['mamba', 'mamba2']);

/**
 * Keys that most types share, but for those that a type has put already. What a model would be another one without is
 * missing, not assumed.
 *
 * @param {Reader} c @param {(key: string, value: () => unknown) => void} fill @param {string} architecture
 */
function fillCommon(c, fill, architecture) {
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

/** A text part, as what models that see or hear have. @param {Config} config @returns {Config | undefined} */
function textPartOf(config) {
  for (const name of ['text_config', 'llm_config', 'language_config', 'lm_config']) {
    if (typeof config[name] === 'object' && config[name] !== null) return config[name];
  }
  return typeof config.thinker_config === 'object' && config.thinker_config !== null
    ? textPartOf(config.thinker_config)
    : undefined;
}

/** What only drafts have: models that propose tokens for another one, whose layers they need. @param {Config} config */
function draftReason(config) {
  const named = Array.isArray(config.architectures) ? config.architectures : [];
  const draft = named.find((name) =>
    /eagle|medusa|dflash|draft|speculator|mtp(?:model|forcausallm)?$/i.test(String(name)),
  );
  if (draft !== undefined) return `config.architectures ${display(draft)} is`;
  const key = ['draft_vocab_size', 'dflash_config', 'eagle_config', 'num_target_layers', 'speculators_config'].find(
    (name) => config[name] !== undefined && config[name] !== null,
  );
  return key && `config.${key} is of`;
}

/** @param {unknown} type @returns {Error} */
function unknownType(type) {
  const name = String(type);
  if (Object.hasOwn(NOT_YET, name)) {
    return new RangeError(
      `${NAME}: config.model_type ${display(type)} has ${NOT_YET[name]}, which cannot be planned yet`,
    );
  }
  const kind = OTHER_KINDS.find(([begins]) => begins.test(name))?.[1];
  if (kind) {
    return new RangeError(`${NAME}: config.model_type ${display(type)} is ${kind}; planned are models that write text`);
  }
  const near = nearest(name, HUGGING_FACE_TYPES).filter((other) => isLike(name, other));
  const hint = near.length > 0 ? `; nearest: ${near.join(', ')}` : '';
  return new RangeError(`${NAME}: config.model_type must be a known one, got ${display(type)}${hint}`);
}

/** Whether one name may be a slip of the other: most of the shorter one's letters begin both. @param {string} a @param {string} b */
function isLike(a, b) {
  const shorter = Math.min(a.length, b.length);
  let same = 0;
  while (same < shorter && a[same] === b[same]) same++;
  return 2 * same >= shorter || b.includes(a) || Math.abs(a.length - b.length) <= 1;
}

/**
 * The keys of the GGUF header that a config.json becomes.
 *
 * @param {Config} config
 * @returns {{ architecture: string, metadata: Record<string, any>, tiedEmbeddings: boolean,
 *   origins: Map<string, string> }} `origins`: the keys of the config that those of the header are from
 */
export function ggufMetadataFromHuggingFaceConfig(config) {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new TypeError(`${NAME}: config must be the object of a config.json, got ${display(config)}`);
  }
  const text = textPartOf(config);
  const outer = config.model_type ?? undefined;
  // The file of MiniMax M3 names its part after the model before; its class takes it for its own.
  const inner = outer === 'minimax_m3_vl' ? undefined : (text?.model_type ?? undefined);
  if (outer === undefined && inner === undefined) {
    if (config._class_name !== undefined || config._diffusers_version !== undefined) {
      throw new RangeError(`${NAME}: config._class_name is of a model that draws; planned are models that write text`);
    }
    if (config.dim !== undefined && config.n_layers !== undefined) {
      throw new RangeError(`${NAME}: config.model_type is missing: this is a params.json; its config.json is needed`);
    }
    throw missing('model_type');
  }
  for (const type of [outer, inner]) {
    if (type !== undefined && typeof type !== 'string') {
      throw new TypeError(`${NAME}: config.model_type must be a string, got ${display(type)}`);
    }
  }
  const draft = draftReason(config) ?? (text && draftReason(text));
  if (draft) {
    throw new RangeError(`${NAME}: ${draft} a draft, which runs beside the model that it drafts for: plan that model`);
  }
  // The part that writes says what its layers are. One that is not understood is not guessed from what is around it.
  const name = typeNamed(inner ?? outer);
  if (name === undefined) throw unknownType(inner ?? outer);
  const type = TYPES[name];
  const c = new Reader(text ?? config, type, text !== undefined);
  const absent = type.needs?.find((key) => !c.has(key));
  if (absent) throw missing(absent);
  for (const [key, isKnown, what] of UNLIKE) {
    const value = c.raw(key);
    if (value === undefined || isKnown(value, type)) continue;
    throw new RangeError(`${NAME}: config.${key} tells of ${what}, which cannot be planned yet`);
  }
  const architecture = typeof type.gguf === 'string' ? type.gguf : type.gguf(c);
  /** @type {Record<string, any>} */
  const metadata = { 'general.architecture': architecture };
  /** Keys that the type has settled, be it that there is none. @type {Set<string>} */
  const settled = new Set();
  /** @type {Map<string, string>} */
  const origins = new Map();
  const put = (/** @type {string} */ key, /** @type {unknown} */ value) => {
    origins.set(key, c.asked);
    settled.add(key);
    if (value === undefined) delete metadata[`${architecture}.${key}`];
    else metadata[`${architecture}.${key}`] = value;
  };
  type.special?.(c, put);
  fillCommon(
    c,
    (key, value) => {
      if (settled.has(key)) return;
      const found = value();
      origins.set(key, c.asked);
      if (found !== undefined) metadata[`${architecture}.${key}`] = found;
    },
    architecture,
  );
  const value = (/** @type {string} */ key) => metadata[`${architecture}.${key}`];
  const foreign = FOREIGN.find(([key, its]) => Number(c.maybe(key) ?? 0) > 0 && value(its) === undefined);
  if (foreign) {
    throw new RangeError(
      `${NAME}: config.${foreign[0]} is of layers with ${foreign[2]}, which model_type ${display(inner ?? outer)} does not have`,
    );
  }
  // Only where every layer is a mixture of experts is the length of dense ones without use.
  const isDense =
    !value('expert_count') ||
    value('leading_dense_block_count') > 0 ||
    value('interleave_moe_layer_step') > 1 ||
    ['gemma4', 'jamba'].includes(architecture);
  if (isDense && value('feed_forward_length') === undefined) throw missing(...LENGTHS);
  // The whole and its part may differ where one of them has but the default of its class: then there is a head.
  const ties = [config.tie_word_embeddings, c.raw('tie_word_embeddings', 'tie_embedding')].filter((tie) => tie != null);
  const tiedEmbeddings = ties.length > 0 ? ties.every(Boolean) : (type.tied ?? false);
  return { architecture, metadata, tiedEmbeddings, origins };
}

/**
 * The model of a config.json, and what GGUF file llama.cpp's converter would make of it.
 *
 * @param {Config} config
 */
export function modelOfConfig(config) {
  const from = ggufMetadataFromHuggingFaceConfig(config);
  try {
    const { metadata, tiedEmbeddings } = from;
    return { architecture: from.architecture, model: modelFromGgufMetadata(metadata, { tiedEmbeddings }) };
  } catch (error) {
    // The caller wrote none of the header's keys.
    const said = /** @type {Error} */ (error).message.replace(/^\w+: /, '');
    const [whole, key] = /^[\w-]+\.([\w.]+)/.exec(said) ?? ['', ''];
    const origin = from.origins.get(key) || 'json';
    throw new RangeError(`${NAME}: config.${origin}${said.slice(whole.length)}`, { cause: error });
  }
}

/**
 * @param {Config} config
 * @returns {import('./types.d.ts').ModelSpec}
 */
export const modelFromHuggingFaceConfig = (config) => modelOfConfig(config).model;
