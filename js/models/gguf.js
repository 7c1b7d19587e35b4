// @ts-check
// The key/value pairs of a GGUF header as a ModelSpec: readers/gguf/layers.hpp in JavaScript, which is smaller than a
// module of it. What the loaders of llama.cpp create for an architecture is in the table of both languages; the number
// of tensors and elements was checked against what llama-quantize printed for the models in tests/golden.

import { NAMES } from '../core/memory.js';
import { display } from '../core/violation.js';
import { ARCHITECTURES } from '../generated/architectures.js';

/**
 * @typedef {import('../types/all.d.ts').ModelSpec} ModelSpec
 * @typedef {import('../types/all.d.ts').LayerGroup} LayerGroup
 * @typedef {import('../generated/architectures.js').Traits} Traits
 * @typedef {Record<string, any>} Metadata
 */

/** The values of general.architecture that are understood. */
export const GGUF_ARCHITECTURES = Object.keys(ARCHITECTURES);

/** Of ModelSpec: the layers become a list here before planMemory sees them. */
const MOST_LAYERS = 1024;
/** Laurel's rank in Gemma 3n, which is in no key. */
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
   * One value per layer, and per prediction block after them; an array that ends with the layers has its last for
   * these.
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

/** @param {string} architecture */
function traitsOf(architecture) {
  if (Object.hasOwn(ARCHITECTURES, architecture)) return ARCHITECTURES[architecture];
  throw new RangeError(
    `modelFromGgufMetadata: general.architecture must be one of ${GGUF_ARCHITECTURES.join(', ')}, got ${display(architecture)}`,
  );
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
 * @param {{ tensors?: import('../types/all.d.ts').GgufTensor[], tiedEmbeddings?: boolean }} [options]
 * @returns {ModelSpec}
 */
export function modelFromGgufMetadata(metadata, options = {}) {
  if (typeof metadata !== 'object' || metadata === null) {
    throw new TypeError('modelFromGgufMetadata: metadata must be an object of GGUF keys and values');
  }
  const architecture = architectureOf(metadata);
  const traits = traitsOf(architecture);
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
  // Such a Falcon has one norm; with several key/value heads it has two.
  const isParallel = traits.parallelAtOneHead && kvHeads[0] === 1;
  const tiedEmbeddings =
    options.tiedEmbeddings ?? (tensors ? !has('output.weight') : Boolean(traits.tied || isParallel));
  const anyHeads = Math.max(...heads);
  const keyLength = keys.one('attention.key_length', anyHeads ? hidden / anyHeads : 0);
  const valueLength = keys.one('attention.value_length', anyHeads ? hidden / anyHeads : 0);
  let window = traits.ignoresWindow ? 0 : keys.one('attention.sliding_window', 0);
  if (traits.chunk) window = traits.chunk;
  if (traits.windowLayers) window = layerCount === traits.windowLayers ? window || 4096 : 0;
  const sliding = window > 0 ? slidingLayers(keys, traits, layerCount, blocks) : new Array(blocks).fill(false);
  const sharedFrom = layerCount - keys.one('attention.shared_kv_layers', 0);
  const feedForwardLengths = keys.each('feed_forward_length', layerCount, blocks, 0);
  const perLayerEmbeddingLength = keys.one('embedding_length_per_layer_input', 0);

  const expertCount = keys.one('expert_count', 0);
  const leadingDense = keys.one('leading_dense_block_count', 0);
  const moeStep = keys.one('interleave_moe_layer_step', traits.expertPeriod ?? 1);
  const longest = Math.max(...feedForwardLengths);
  const expertLength = keys.one(
    'expert_feed_forward_length',
    traits.expertsShareLength ? longest / keys.one('expert_used_count') : longest,
  );
  const gateBias = keys.one('expert_gating_func', 0) === 2 || traits.routerBias;
  const indexerHeads = keys.one('attention.indexer.head_count', 0);
  const indexerLength = keys.one('attention.indexer.key_length', 0);
  const indexerTypes = keys.raw('attention.indexer.types');
  // GLM-5.2, told by its context, shares an index among the layers up to the next that has one.
  const hasIndexer = (/** @type {number} */ i) =>
    Array.isArray(indexerTypes)
      ? Boolean(indexerTypes[i])
      : !(traits.indexSharing && keys.one('context_length', 0) >= 1048576) || i < 3 || (i - 2) % 4 === 0;
  const sharedExpertLength =
    keys.one('expert_shared_feed_forward_length', 0) ||
    (traits.sharedExpertAsLong
      ? longest
      : (traits.oneSharedExpert ? 1 : keys.one('expert_shared_count', 0)) * expertLength);
  const interval = keys.one('full_attention_interval', 4);
  const deltaNet = traits.recurrence === 'gatedDeltaNet';
  const qkvBias = traits.qkvBias || (traits.qkvBiasAtTwoHeads && kvHeads[0] === 2);
  const qkNorm = layerCount >= (traits.qkNormLayers ?? 0) && traits.qkNorm;
  const norms = isParallel ? 1 : (traits.norms ?? 2);

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
      if (traits.fusedQKV) layer.fusedQKV = true;
      if (deltaNet) layer.gatedQuery = true;
      const q = heads[i] * key;
      const kv = kvHeads[i] * key;
      if (qkvBias) vectors += q + kv + kvHeads[i] * value;
      if (qkNorm) vectors += qkNorm === 'head' ? 2 * key : q + kv;
      if (traits.headGate) layer.furtherElements = product(hidden, heads[i]);
      if (indexerHeads > 0 && i >= leadingDense) {
        layer.indexerKeyLength = indexerLength;
        layer.unquantizedElements = product(hidden, indexerHeads + 1, indexerLength);
        vectors += 2 * indexerLength;
      }
      if (traits.valueFromKey && full && Array.isArray(keys.raw('attention.head_count_kv'))) {
        layer.valueFromKey = true;
      }
    }
    if (traits.outputBias) vectors += hidden;
    if (traits.sinks || (traits.slidingSinks && !full && !prediction)) vectors += heads[i];
    return vectors;
  }

  /** @param {LayerGroup} layer */
  function addRecurrence(layer) {
    const recurrence = traits.recurrence;
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
      return (convolutionLength + 1) * channels + 3 * timeStepRank + (traits.plainRecurrence ? 0 : innerLength);
    }
    layer.stateGroupCount = 0;
    const norms = traits.timeStepNorms ? timeStepRank + 2 * stateLength : 0;
    return (convolutionLength + 1) * innerLength + (stateLength + 2) * innerLength + norms;
  }

  /** @param {LayerGroup} layer @param {boolean} experts @param {number} length of a dense layer */
  function addFeedForward(layer, experts, length) {
    let vectors = 0;
    if (!experts || traits.denseBesideExperts) {
      if (length > 0) {
        layer.feedForward = traits.feedForward ?? 'gated';
        layer.feedForwardLength = length;
        if (traits.feedForwardBias) vectors += length + hidden;
      }
    }
    if (experts) {
      Object.assign(layer, { expertCount, expertsUsed: keys.one('expert_used_count'), expertLength });
      if (traits.feedForward === 'plain') layer.plainExperts = true;
      const latent = keys.one('moe_latent_size', 0);
      if (latent > 0) {
        layer.expertHiddenLength = latent;
        layer.furtherElements = 2 * hidden * latent;
      }
      vectors += product(hidden, expertCount);
      if (gateBias) vectors += expertCount;
      if (traits.denseBesideExperts) {
        layer.fusedExperts = true;
        vectors += 4 * hidden;
        layer.expertVectorElements = expertCount;
      } else if (sharedExpertLength > 0) {
        layer.sharedExpertLength = sharedExpertLength;
        if (traits.sharedExpertGate) vectors += hidden;
      }
      if (traits.expertBiases) {
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
    let vectors = norms * hidden * (traits.normBiases ? 2 : 1);
    const isDense = prediction && traits.densePrediction;
    let experts = expertCount > 0 && i >= leadingDense && (i + 1) % moeStep === 0 && !isDense;
    let length = feedForwardLengths[i];
    switch (traits.mixing) {
      case 'recurrence':
        vectors = hidden + addRecurrence(layer);
        length = 0;
        break;
      case 'oneOfThree':
        vectors = hidden;
        experts = length > 0 && expertCount > 0;
        if (length > 0) break;
        vectors += kvHeads[i] > 0 ? addAttention(layer, true, i) : addRecurrence(layer);
        break;
      case 'beside':
        vectors += addAttention(layer, true, i) + addRecurrence(layer);
        break;
      case 'elsewhere':
        vectors += kvHeads[i] > 0 ? addAttention(layer, true, i) : addRecurrence(layer);
        break;
      case 'optional':
        if (heads[i] > 0) vectors += addAttention(layer, true, i);
        else vectors -= hidden;
        break;
      default:
        if (traits.mixing === 'interval' && !prediction && (i + 1) % interval !== 0) vectors += addRecurrence(layer);
        else vectors += addAttention(layer, !sliding[i], i, prediction);
    }
    vectors += addFeedForward(layer, experts, length);
    if (perLayerEmbeddingLength > 0) {
      layer.perLayerEmbeddingLength = perLayerEmbeddingLength;
      vectors += hidden;
    }
    if (traits.layerScale) vectors += 1;
    if (traits.altUp) {
      const streams = keys.one('altup.num_inputs', 4);
      vectors += 3 * hidden + streams * streams + streams * streams * streams;
      layer.unquantizedElements = streams * hidden + 2 * LAUREL_RANK * hidden;
    }
    if (prediction) vectors += (traits.predictionNorms ?? 3) * hidden;
    layer.vectorElements = vectors;
    return layer;
  }

  const { groups, runs } = grouped(Array.from({ length: layerCount }, (_, i) => layerAt(i)));
  /** @type {ModelSpec} */
  const model = {
    architecture: NAMES.architecture.has(traits.like ?? architecture) ? (traits.like ?? architecture) : 'common',
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
  if (traits.altUp) {
    model.outputUnquantizedElements = 2 * hidden * hidden * (keys.one('altup.num_inputs', 4) - 1);
  }
  if (traits.ropeFrequencies) model.firstLayerVectorElements = (model.firstLayerVectorElements ?? 0) + keyLength / 2;
  if (predictionLayerCount > 0) {
    model.predictionLayerCount = predictionLayerCount;
    model.predictionGroup = groups.push(layerAt(layerCount, true)) - 1;
  }
  if (tensors) model.tensors = tensors;
  return model;
}
