// @ts-check
// The key/value pairs of a GGUF header as a ModelSpec. What the loaders of llama.cpp create for an architecture
// (src/models/*.cpp) is written here as shapes; the number of tensors and elements was checked against what
// llama-quantize printed for the models in tests/golden.

import { NAMES } from './memory.js';
import { display } from './violation.js';

/**
 * @typedef {import('./types.d.ts').ModelSpec} ModelSpec
 * @typedef {import('./types.d.ts').LayerGroup} LayerGroup
 * @typedef {Record<string, any>} Metadata
 */

/**
 * What an architecture's layers have beside a pair of norms, attention and a gated feed-forward network.
 *
 * @typedef {object} Traits
 * @property {number} [norms] vectors of the hidden size per layer, 2 unless said
 * @property {boolean} [normBiases] norms are LayerNorm with a bias
 * @property {boolean} [qkvBias]
 * @property {boolean} [outputBias] of the attention's output
 * @property {'head' | 'full'} [qkNorm] norms over the queries and keys of one head, or of all
 * @property {boolean} [fusedQKV]
 * @property {'gated' | 'fusedGated' | 'plain'} [feedForward]
 * @property {boolean} [feedForwardBias]
 * @property {boolean} [sinks]
 * @property {boolean} [tied] where neither tensors nor an option tell
 * @property {number} [window] the pattern's period: every n-th layer is full, the others slide
 * @property {boolean} [ignoresWindow] the loader reads no window though the file may have one
 * @property {boolean} [expertBiases] the expert matrices have biases
 * @property {boolean} [headBias]
 * @property {boolean} [seventyB] counts as "70B" with 80 layers
 */

/** @type {Record<string, Traits>} */
const ARCHITECTURES = {
  llama: { seventyB: true, ignoresWindow: true },
  mistral3: { ignoresWindow: true },
  qwen2: { qkvBias: true, seventyB: true, ignoresWindow: true },
  qwen2vl: { qkvBias: true, ignoresWindow: true },
  qwen2moe: { qkvBias: true, ignoresWindow: true },
  qwen3: { qkNorm: 'head', ignoresWindow: true },
  qwen3vl: { qkNorm: 'head', ignoresWindow: true },
  qwen3moe: { qkNorm: 'head', ignoresWindow: true },
  qwen3vlmoe: { qkNorm: 'head', ignoresWindow: true },
  qwen3next: { qkNorm: 'head' },
  qwen35: { qkNorm: 'head' },
  qwen35moe: { qkNorm: 'head' },
  gemma: { tied: true },
  gemma2: { norms: 4, tied: true, window: 2 },
  gemma3: { norms: 4, qkNorm: 'head', tied: true, window: 6 },
  gemma3n: { norms: 4, qkNorm: 'head', tied: true },
  gemma4: { norms: 4, qkNorm: 'head', tied: true },
  phi3: { fusedQKV: true, feedForward: 'fusedGated', ignoresWindow: true },
  phimoe: { normBiases: true, qkvBias: true, outputBias: true, ignoresWindow: true, headBias: true },
  deepseek2: {},
  mistral4: {},
  deepseek32: {},
  'glm-dsa': {},
  'gpt-oss': { qkvBias: true, outputBias: true, sinks: true, window: 2, expertBiases: true },
  glm4: { norms: 4, feedForward: 'fusedGated' },
  glm4moe: { qkvBias: true },
  granite: {},
  granitemoe: {},
  granitehybrid: {},
  mamba: {},
  mamba2: {},
  'falcon-h1': {},
  jamba: {},
  nemotron_h: { feedForward: 'plain' },
  nemotron_h_moe: { feedForward: 'plain' },
  lfm2: { qkNorm: 'head', tied: true },
  lfm2moe: { qkNorm: 'head', tied: true },
  'command-r': { norms: 1, tied: true },
  cohere2: { norms: 1, tied: true, window: 4 },
  starcoder2: {
    normBiases: true,
    qkvBias: true,
    outputBias: true,
    feedForward: 'plain',
    feedForwardBias: true,
    tied: true,
    ignoresWindow: true,
  },
  'minimax-m2': { qkNorm: 'full' },
  olmo: { norms: 0, seventyB: true },
  olmo2: { qkNorm: 'full', window: 4 },
  olmoe: { qkNorm: 'full' },
  smollm3: { tied: true },
  llama4: { window: 4 },
  seed_oss: { qkvBias: true },
  exaone: {},
  exaone4: { qkNorm: 'head', window: 4 },
  ernie4_5: {},
  'ernie4_5-moe': {},
  'hunyuan-dense': { qkNorm: 'head' },
  'hunyuan-moe': { qkNorm: 'head' },
  dots1: { qkNorm: 'head' },
  internlm2: {},
  arcee: { feedForward: 'plain' },
  stablelm: { normBiases: true },
  falcon: { normBiases: true, fusedQKV: true, feedForward: 'plain' },
  deci: { seventyB: true },
  chatglm: { qkvBias: true, fusedQKV: true, feedForward: 'fusedGated' },
  mimo2: {},
  step35: { qkNorm: 'head' },
  'minimax-m3': { qkNorm: 'head' },
  phi2: {
    norms: 1,
    normBiases: true,
    qkvBias: true,
    outputBias: true,
    feedForward: 'plain',
    feedForwardBias: true,
    headBias: true,
  },
};

/** The values of general.architecture that are understood. */
export const GGUF_ARCHITECTURES = Object.keys(ARCHITECTURES);

/** Of ModelSpec: the layers become a list here before planMemory sees them. */
const MOST_LAYERS = 1024;
/** Llama 4 attends in chunks of this many tokens; no key of the file says so. */
const LLAMA4_CHUNK = 8192;
/** AltUp's streams and Laurel's rank in Gemma 3n; the latter is in no key. */
const LAUREL_RANK = 64;

const product = (/** @type {number[]} */ ...factors) => factors.reduce((a, b) => a * b, 1);

/** The keys of one architecture, typed and named in errors. */
class Keys {
  /** @param {Metadata} metadata @param {string} architecture */
  constructor(metadata, architecture) {
    this.metadata = metadata;
    this.architecture = architecture;
  }

  /** @param {string} key */
  raw(key) {
    return this.metadata[`${this.architecture}.${key}`];
  }

  /** @param {string} key @param {unknown} value */
  number(key, value) {
    const number = typeof value === 'bigint' ? Number(value) : value;
    if (typeof number !== 'number' || !Number.isFinite(number) || number < 0) {
      throw new RangeError(
        `modelFromGgufMetadata: ${this.architecture}.${key} must be a number of at least 0, got ${display(value)}`,
      );
    }
    return number;
  }

  /** @param {string} key @param {number} [fallback] */
  one(key, fallback) {
    const value = this.raw(key);
    if (value === undefined || value === null) {
      if (fallback !== undefined) return fallback;
      throw new RangeError(`modelFromGgufMetadata: ${this.architecture}.${key} is missing`);
    }
    return Array.isArray(value) ? Math.max(...value.map((v) => this.number(key, v))) : this.number(key, value);
  }

  /**
   * One value per layer, and per prediction block after them; an array that ends with the layers has its last for these.
   *
   * @param {string} key @param {number} layers @param {number} blocks of both kinds @param {number} [fallback]
   */
  each(key, layers, blocks, fallback) {
    const value = this.raw(key);
    if (!Array.isArray(value)) return new Array(blocks).fill(this.one(key, fallback));
    if (value.length < layers) {
      throw new RangeError(
        `modelFromGgufMetadata: ${this.architecture}.${key} must have ${layers} elements, got ${value.length}`,
      );
    }
    return Array.from({ length: blocks }, (_, i) => {
      const v = value[Math.min(i, value.length - 1)];
      return this.number(key, typeof v === 'boolean' ? Number(v) : v);
    });
  }
}

/**
 * Which layers slide; of prediction blocks those that an array names.
 *
 * @param {Keys} keys @param {Traits} traits @param {number} layers @param {number} blocks
 */
function slidingLayers(keys, traits, layers, blocks) {
  const pattern = keys.raw('attention.sliding_window_pattern');
  if (Array.isArray(pattern)) return pattern.slice(0, blocks).map(Boolean);
  const period = typeof pattern === 'number' ? pattern : (traits.window ?? 1);
  return Array.from({ length: layers }, (_, i) => i % period < period - 1);
}

/** The name of the architecture, from its own key or from the others' prefix. @param {Metadata} metadata */
function architectureOf(metadata) {
  const named = metadata['general.architecture'];
  if (typeof named === 'string') return named;
  const key = Object.keys(metadata).find((k) => k.endsWith('.block_count'));
  if (key) return key.slice(0, -'.block_count'.length);
  throw new RangeError('modelFromGgufMetadata: general.architecture is missing');
}

/** Layers as groups of equal ones and the shortest run of them that repeats. @param {LayerGroup[]} layers */
function grouped(layers) {
  /** @type {Map<string, number>} */
  const known = new Map();
  /** @type {LayerGroup[]} */
  const groups = [];
  const order = layers.map((layer) => {
    const key = JSON.stringify(layer);
    if (!known.has(key)) known.set(key, groups.push(layer) - 1);
    return /** @type {number} */ (known.get(key));
  });
  let period = 1;
  while (period < order.length && order.some((group, i) => group !== order[i % period])) period++;
  /** @type {[number, number][]} */
  const runs = [];
  for (const group of order.slice(0, period)) {
    const last = runs.at(-1);
    if (last && last[0] === group) last[1]++;
    else runs.push([group, 1]);
  }
  return { groups, runs };
}

/**
 * @param {Metadata} metadata keys and values of a GGUF header
 * @param {{ tensors?: import('./types.d.ts').GgufTensor[], tiedEmbeddings?: boolean }} [options]
 * @returns {ModelSpec}
 */
export function modelFromGgufMetadata(metadata, options = {}) {
  if (typeof metadata !== 'object' || metadata === null) {
    throw new TypeError('modelFromGgufMetadata: metadata must be an object of GGUF keys and values');
  }
  const architecture = architectureOf(metadata);
  const traits = Object.hasOwn(ARCHITECTURES, architecture) ? ARCHITECTURES[architecture] : undefined;
  if (!traits) {
    throw new RangeError(
      `modelFromGgufMetadata: general.architecture must be one of ${GGUF_ARCHITECTURES.join(', ')}, got ${display(architecture)}`,
    );
  }
  const keys = new Keys(metadata, architecture);
  const hidden = keys.one('embedding_length');
  const tensors = options.tensors;
  const declared = keys.one('nextn_predict_layers', 0);
  const layerCount = keys.one('block_count') - declared;
  if (!(Number.isInteger(layerCount) && layerCount >= 1 && layerCount <= MOST_LAYERS)) {
    throw new RangeError(
      `modelFromGgufMetadata: ${architecture}.block_count must be 1 to ${MOST_LAYERS} layers, got ${layerCount}`,
    );
  }
  const has = (/** @type {string} */ name) => tensors?.some((tensor) => tensor.name === name);
  // A file may declare prediction blocks and be published without them; it counts as it is.
  const written = tensors && new Set(tensors.map(({ name }) => /^blk\.(\d+)\./.exec(name)?.[1]));
  const predictionLayerCount = written
    ? [...written].filter((block) => Number(block) >= layerCount && Number(block) < layerCount + declared).length
    : declared;
  const blocks = layerCount + predictionLayerCount;
  const vocabulary = keys.one('vocab_size', metadata['tokenizer.ggml.tokens']?.length);

  const heads = keys.each('attention.head_count', layerCount, blocks, 0);
  const kvHeads = keys.each('attention.head_count_kv', layerCount, blocks, keys.one('attention.head_count', 0));
  const tied = traits.tied ?? (architecture === 'falcon' && kvHeads[0] === 1);
  const tiedEmbeddings = options.tiedEmbeddings ?? (tensors ? !has('output.weight') : tied);
  const anyHeads = Math.max(...heads);
  const keyLength = keys.one('attention.key_length', anyHeads ? hidden / anyHeads : 0);
  const valueLength = keys.one('attention.value_length', anyHeads ? hidden / anyHeads : 0);
  let window = traits.ignoresWindow ? 0 : keys.one('attention.sliding_window', 0);
  if (architecture === 'llama4') window = LLAMA4_CHUNK;
  // Only the 32B of EXAONE 4 has one, whether its file says so or not.
  if (architecture === 'exaone4') window = layerCount === 64 ? window || 4096 : 0;
  const sliding = window > 0 ? slidingLayers(keys, traits, layerCount, blocks) : new Array(blocks).fill(false);
  const sharedFrom = layerCount - keys.one('attention.shared_kv_layers', 0);
  const feedForwardLengths = keys.each('feed_forward_length', layerCount, blocks, 0);
  const perLayerEmbeddingLength = keys.one('embedding_length_per_layer_input', 0);

  const expertCount = keys.one('expert_count', 0);
  const leadingDense = keys.one('leading_dense_block_count', 0);
  const moeStep = keys.one('interleave_moe_layer_step', architecture === 'jamba' ? 2 : 1);
  const longest = Math.max(...feedForwardLengths);
  const expertLength = keys.one(
    'expert_feed_forward_length',
    architecture === 'qwen2moe' ? longest / keys.one('expert_used_count') : longest,
  );
  const gateBias =
    keys.one('expert_gating_func', 0) === 2 || ['ernie4_5-moe', 'dots1', 'nemotron_h_moe'].includes(architecture);
  const indexerHeads = keys.one('attention.indexer.head_count', 0);
  const indexerLength = keys.one('attention.indexer.key_length', 0);
  const indexerTypes = keys.raw('attention.indexer.types');
  // GLM-5.2, told by its context, shares an index among the layers up to the next that has one.
  const hasIndexer = (/** @type {number} */ i) =>
    Array.isArray(indexerTypes)
      ? Boolean(indexerTypes[i])
      : !(architecture === 'glm-dsa' && keys.one('context_length', 0) >= 1048576) || i < 3 || (i - 2) % 4 === 0;
  const sharedExpertLength =
    keys.one('expert_shared_feed_forward_length', 0) ||
    (['hunyuan-moe', 'qwen2moe'].includes(architecture)
      ? longest
      : (architecture === 'llama4' ? 1 : keys.one('expert_shared_count', 0)) * expertLength);
  const interval = keys.one('full_attention_interval', 4);
  const deltaNet = architecture === 'qwen3next' || architecture.startsWith('qwen35');
  // GLM-4 9B has biases on its queries, keys and values and GLM-4 32B has none; no key tells them apart.
  const qkvBias = traits.qkvBias || (architecture === 'glm4' && kvHeads[0] === 2);
  // The large GLM-4.5 has norms over queries and keys, and no key tells.
  const qkNorm = architecture === 'glm4moe' && layerCount > 90 ? 'head' : traits.qkNorm;
  // A Falcon of several key/value heads has two norms.
  const norms = architecture === 'falcon' && kvHeads[0] === 1 ? 1 : (traits.norms ?? 2);

  // Files from before April 2025 have keys and values of every head joined, and llama.cpp caches both whole. The sizes
  // of their matrices are in no key.
  const isOldLatent =
    tensors !== undefined &&
    keys.one('attention.kv_lora_rank', 0) > 0 &&
    keys.raw('attention.key_length_mla') === undefined &&
    has('blk.0.attn_kv_b.weight') === true;

  const state = {
    convolutionLength: keys.one('ssm.conv_kernel', 0),
    innerLength: keys.one('ssm.inner_size', 0),
    stateLength: keys.one('ssm.state_size', 0),
    stateGroupCount: keys.one('ssm.group_count', 0),
    timeStepRank: keys.one('ssm.time_step_rank', 0),
  };

  /**
   * @param {LayerGroup} layer @param {boolean} full attends to everything, not to a window @param {number} i
   * @param {boolean} [prediction]
   */
  function addAttention(layer, full, i, prediction = false) {
    const prefix = full ? '' : '_swa';
    const key = keys.one(`attention.key_length${prefix}`, keyLength);
    const value = keys.one(`attention.value_length${prefix}`, valueLength);
    const kvLoraRank = isOldLatent ? 0 : keys.one('attention.kv_lora_rank', 0);
    let vectors = 0;
    layer.headCount = heads[i];
    if (kvLoraRank) {
      const queryLoraRank = keys.one('attention.q_lora_rank', 0);
      Object.assign(layer, {
        attention: 'mla',
        kvHeadCount: 1,
        keyLength: kvLoraRank + keys.one('rope.dimension_count'),
        valueLength: 0,
        queryLoraRank,
        kvLoraRank,
        ropeLength: keys.one('rope.dimension_count'),
        mlaKeyLength: keys.one('attention.key_length_mla'),
        mlaValueLength: keys.one('attention.value_length_mla'),
      });
      vectors += kvLoraRank + queryLoraRank;
      if (indexerHeads > 0 && hasIndexer(Math.min(i, layerCount - 1))) {
        layer.indexerKeyLength = indexerLength;
        layer.furtherElements =
          hidden * (indexerLength + indexerHeads) + product(queryLoraRank, indexerHeads, indexerLength);
        vectors += 2 * indexerLength;
      }
    } else {
      Object.assign(layer, {
        attention: full ? 'full' : 'sliding',
        kvHeadCount: kvHeads[i],
        keyLength: key,
        valueLength: value,
      });
      if (i >= sharedFrom) layer.sharesCache = true;
      if (traits?.fusedQKV) layer.fusedQKV = true;
      if (deltaNet) layer.gatedQuery = true;
      const q = heads[i] * key;
      const kv = kvHeads[i] * key;
      if (qkvBias) vectors += q + kv + kvHeads[i] * value;
      if (qkNorm) vectors += qkNorm === 'head' ? 2 * key : q + kv;
      // Step 3.5 gates every head.
      if (architecture === 'step35') layer.furtherElements = product(hidden, heads[i]);
      if (indexerHeads > 0 && i >= leadingDense) {
        layer.indexerKeyLength = indexerLength;
        layer.unquantizedElements = product(hidden, indexerHeads + 1, indexerLength);
        vectors += 2 * indexerLength;
      }
      // Command R+ has norms over queries and keys.
      if (architecture === 'command-r' && layerCount >= 64) vectors += q + kv;
      // Gemma 4 with other key/value heads in its full layers takes the values from the keys there.
      if (architecture === 'gemma4' && full && Array.isArray(keys.raw('attention.head_count_kv'))) {
        layer.valueFromKey = true;
      }
    }
    if (traits?.outputBias) vectors += hidden;
    if (traits?.sinks || (architecture === 'mimo2' && !full && !prediction)) vectors += heads[i];
    return vectors;
  }

  /** @param {LayerGroup} layer @param {LayerGroup['recurrence']} recurrence */
  function addRecurrence(layer, recurrence) {
    layer.recurrence = recurrence;
    if (recurrence === 'shortConvolution') {
      layer.convolutionLength = keys.one('shortconv.l_cache');
      return layer.convolutionLength * hidden;
    }
    Object.assign(layer, state);
    const { convolutionLength, innerLength, stateLength, stateGroupCount, timeStepRank } = state;
    if (recurrence === 'gatedDeltaNet') {
      const channels = 2 * stateGroupCount * stateLength + innerLength;
      return convolutionLength * channels + 2 * timeStepRank + innerLength / timeStepRank;
    }
    if (recurrence === 'mamba2') {
      const channels = innerLength + 2 * stateGroupCount * stateLength;
      return (convolutionLength + 1) * channels + 3 * timeStepRank + (architecture === 'falcon-h1' ? 0 : innerLength);
    }
    layer.stateGroupCount = 0;
    const norms = architecture === 'jamba' ? timeStepRank + 2 * stateLength : 0;
    return (convolutionLength + 1) * innerLength + (stateLength + 2) * innerLength + norms;
  }

  /** @param {LayerGroup} layer @param {boolean} experts @param {number} length of a dense layer */
  function addFeedForward(layer, experts, length) {
    let vectors = 0;
    if (!experts || architecture === 'gemma4') {
      if (length > 0) {
        layer.feedForward = traits?.feedForward ?? 'gated';
        layer.feedForwardLength = length;
        if (traits?.feedForwardBias) vectors += length + hidden;
      }
    }
    if (experts) {
      Object.assign(layer, { expertCount, expertsUsed: keys.one('expert_used_count'), expertLength });
      if (traits?.feedForward === 'plain') layer.plainExperts = true;
      const latent = keys.one('moe_latent_size', 0);
      if (latent > 0) {
        layer.expertHiddenLength = latent;
        layer.furtherElements = 2 * hidden * latent;
      }
      vectors += product(hidden, expertCount);
      if (gateBias) vectors += expertCount;
      if (architecture === 'gemma4') {
        layer.fusedExperts = true;
        vectors += 4 * hidden;
        layer.expertVectorElements = expertCount;
      } else if (sharedExpertLength > 0) {
        layer.sharedExpertLength = sharedExpertLength;
        if (deltaNet || architecture === 'qwen2moe') vectors += hidden;
      }
      if (traits?.expertBiases) {
        vectors += expertCount;
        layer.expertVectorElements = product(expertCount, 2 * expertLength + hidden);
      }
    }
    return vectors;
  }

  /** @param {number} i @param {boolean} [prediction] */
  function layerAt(i, prediction = false) {
    /** @type {LayerGroup} */
    const layer = { attention: 'none' };
    let vectors = norms * hidden * (traits?.normBiases ? 2 : 1);
    // The prediction blocks of MiMo V2 and Step 3.5 are dense.
    const isDense = prediction && ['mimo2', 'step35'].includes(architecture);
    let experts = expertCount > 0 && i >= leadingDense && (i + 1) % moeStep === 0 && !isDense;
    let length = feedForwardLengths[i];
    switch (architecture) {
      case 'mamba':
      case 'mamba2':
        vectors = hidden + addRecurrence(layer, architecture === 'mamba' ? 'mamba1' : 'mamba2');
        length = 0;
        break;
      case 'nemotron_h':
      case 'nemotron_h_moe':
        // One of the three per layer.
        vectors = hidden;
        experts = length > 0 && expertCount > 0;
        if (length > 0) break;
        vectors += kvHeads[i] > 0 ? addAttention(layer, true, i) : addRecurrence(layer, 'mamba2');
        break;
      case 'falcon-h1':
        vectors += addAttention(layer, true, i) + addRecurrence(layer, 'mamba2');
        break;
      case 'jamba':
      case 'granitehybrid':
      case 'lfm2':
      case 'lfm2moe': {
        const kind =
          architecture === 'jamba' ? 'mamba1' : architecture === 'granitehybrid' ? 'mamba2' : 'shortConvolution';
        vectors += kvHeads[i] > 0 ? addAttention(layer, true, i) : addRecurrence(layer, kind);
        break;
      }
      case 'deci':
        // Layers may lack attention.
        if (heads[i] > 0) vectors += addAttention(layer, true, i);
        else vectors -= hidden;
        break;
      default:
        if (deltaNet && !prediction && (i + 1) % interval !== 0) vectors += addRecurrence(layer, 'gatedDeltaNet');
        else vectors += addAttention(layer, !sliding[i], i, prediction);
    }
    vectors += addFeedForward(layer, experts, length);
    if (perLayerEmbeddingLength > 0) {
      layer.perLayerEmbeddingLength = perLayerEmbeddingLength;
      vectors += hidden;
    }
    if (architecture === 'gemma4') vectors += 1;
    if (architecture === 'gemma3n') {
      const streams = keys.one('altup.num_inputs', 4);
      vectors += 3 * hidden + streams * streams + streams * streams * streams;
      layer.unquantizedElements = streams * hidden + 2 * LAUREL_RANK * hidden;
    }
    // Norms of the embedding and of the hidden vector, and mostly one before the head.
    if (prediction) vectors += (architecture === 'mimo2' ? 2 : 3) * hidden;
    layer.vectorElements = vectors;
    return layer;
  }

  const { groups, runs } = grouped(Array.from({ length: layerCount }, (_, i) => layerAt(i)));
  /** @type {ModelSpec} */
  const model = {
    // Mistral 4 has the layers of DeepSeek 2.
    architecture:
      architecture === 'mistral4' ? 'deepseek2' : NAMES.architecture.has(architecture) ? architecture : 'common',
    vocabularySize: vocabulary,
    hiddenSize: hidden,
    layerCount,
    contextLength: keys.one('context_length', 0),
    slidingWindow: window,
    tiedEmbeddings,
    is70B: Boolean(traits.seventyB) && layerCount === 80 && heads[0] !== kvHeads[0],
    // The last norm, and a bias of the head.
    outputVectorElements:
      (traits.norms === 0 ? 0 : hidden) * (traits.normBiases ? 2 : 1) + (traits.headBias ? vocabulary : 0),
    groups,
    runs,
  };

  if (perLayerEmbeddingLength > 0) {
    model.perLayerEmbeddingLength = perLayerEmbeddingLength;
    model.firstLayerVectorElements = perLayerEmbeddingLength;
    model.firstLayerUnquantizedElements = product(hidden, perLayerEmbeddingLength, layerCount);
  }
  if (architecture === 'gemma3n') {
    model.outputUnquantizedElements = 2 * hidden * hidden * (keys.one('altup.num_inputs', 4) - 1);
  }
  // Gemma 4's frequencies for the full layers.
  if (architecture === 'gemma4') model.firstLayerVectorElements = (model.firstLayerVectorElements ?? 0) + keyLength / 2;
  if (predictionLayerCount > 0) {
    model.predictionLayerCount = predictionLayerCount;
    model.predictionGroup = groups.push(layerAt(layerCount, true)) - 1;
  }
  if (tensors) model.tensors = tensors;
  return model;
}
