// Shapes and options drawn at random: a real header with other numbers, so that every architecture has its own kinds of
// layers, and options as people set them, the odd ones too.
import { keysOf } from './tensors.mjs';

/** Architectures whose loaders want a hidden size of heads times their length. */
const SQUARE = new Set(['qwen2', 'phi3', 'phimoe', 'jamba', 'olmo2', 'olmoe', 'starcoder2']);

/** A chooser over `randomOf` of tests/support/random.js. @param {(below: number) => number} random */
export function chooserOf(random) {
  const oneOf = (values) => values[random(values.length)];
  const between = (least, most) => least + random(most - least + 1);
  const chance = (percent) => random(100) < percent;
  return { oneOf, between, chance };
}

const toMultiple = (value, size) => Math.max(size, Math.round(value / size) * size);

/**
 * Another shape of the same architecture.
 *
 * @param {Record<string, any>} metadata of a real header
 * @param {ReturnType<typeof chooserOf>} choose
 */
export function randomShape(metadata, { oneOf, between, chance }) {
  const { architecture, of } = keysOf(metadata);
  const made = structuredClone(metadata);
  const set = (key, value) => {
    if (`${architecture}.${key}` in metadata) made[`${architecture}.${key}`] = value;
  };
  const factor = (values) => oneOf(values);
  const recurrent = of('ssm.inner_size') > 0 || of('shortconv.l_cache') > 0;
  const predictions = of('nextn_predict_layers');
  const layers = of('block_count') - predictions;
  // Patterns of layers are kept, and cut where they repeat.
  const interval = of('full_attention_interval', 1) * (architecture === 'jamba' ? 8 : 1);
  const fixed = architecture === 'gemma3n' || (architecture === 'deepseek2' && of('attention.q_lora_rank') === 0);
  const kept = fixed ? layers : toMultiple(between(Math.min(4, layers), layers), interval);
  const cut = (value) => (Array.isArray(value) && value.length >= layers ? value.slice(0, kept) : value);
  for (const [key, value] of Object.entries(made)) made[key] = cut(value);
  set('block_count', Math.min(kept, layers) + predictions);
  set('attention.shared_kv_layers', architecture === 'gemma3n' ? of('attention.shared_kv_layers') : 0);
  set('leading_dense_block_count', Math.min(of('leading_dense_block_count'), kept - 1));

  const heads = of('attention.head_count');
  const hidden = of('embedding_length');
  let newHidden = toMultiple(hidden * factor([0.5, 0.75, 1, 1, 1.25, 1.5, 2]), 128);
  if (heads > 0 && architecture !== 'deepseek2' && architecture !== 'gemma4') {
    const kvHeads = of('attention.head_count_kv');
    const newKv = oneOf([1, 2, 4, 8]);
    const newHeads = newKv * oneOf([1, 2, 3, 4, 6, 8]);
    const length = recurrent ? of('attention.key_length') : oneOf([64, 80, 96, 128, 128, 256]);
    set('attention.head_count', newHeads);
    set('attention.head_count_kv', Array.isArray(kvHeads) ? cut(kvHeads).map((n) => (n > 0 ? newKv : 0)) : newKv);
    set('attention.key_length', length);
    set('attention.value_length', length);
    set(
      'rope.dimension_count',
      Math.min(length, toMultiple((of('rope.dimension_count') / of('attention.key_length')) * length, 2)),
    );
    if (SQUARE.has(architecture)) newHidden = newHeads * length;
  }
  if (['mamba', 'mamba2', 'granitehybrid', 'jamba'].includes(architecture) && of('ssm.inner_size') > 0) {
    newHidden = toMultiple(newHidden, 512);
    set('ssm.inner_size', 2 * newHidden);
    const isFirst = architecture === 'mamba' || architecture === 'jamba';
    set('ssm.time_step_rank', isFirst ? newHidden / 16 : newHidden / 32);
  }
  set('embedding_length', newHidden);
  const lengths = (key) => {
    const scale = factor([0.5, 0.75, 1, 1, 1.5, 2]);
    const other = (value) => (value > 0 ? toMultiple(value * scale, 64) : 0);
    const value = of(key);
    set(key, Array.isArray(value) ? cut(value).map(other) : other(value));
  };
  lengths('feed_forward_length');
  lengths('expert_feed_forward_length');
  lengths('expert_shared_feed_forward_length');
  if (of('expert_count') > 0) {
    const count = oneOf([8, 16, 32, 64, 128]);
    set('expert_count', count);
    set('expert_used_count', Math.min(count, oneOf([1, 2, 4, 8])));
  }
  if (chance(60)) set('vocab_size', oneOf([32000, 50280, 100352, 128256, 151936, 256000]));
  if (of('attention.sliding_window') > 0) set('attention.sliding_window', oneOf([128, 500, 512, 1024, 4096]));
  return made;
}

/**
 * Options of a run, by the names of planMemory's runtime, and `gpuCount` and `shares`.
 *
 * @param {Record<string, any>} metadata @param {ReturnType<typeof chooserOf>} choose
 * @param {number} most GPUs
 */
export function randomOptions(metadata, { oneOf, between, chance }, most) {
  const { of } = keysOf(metadata);
  const layers = of('block_count') - of('nextn_predict_layers');
  const flashAttention = chance(70);
  const quantized = oneOf(['q8_0', 'q8_0', 'q8_0', 'q4_0', 'q5_1', 'iq4_nl']);
  const cacheTypeK = chance(65) ? 'f16' : oneOf([quantized, quantized, quantized, 'bf16', 'f32']);
  const cacheTypeV = flashAttention ? cacheTypeK : 'f16';
  const server = chance(50);
  const sequences = oneOf([1, 1, 1, 2, 3, 4, 4, 8, 12]);
  const gpuCount = most === 1 ? 1 : between(1, most);
  const part = oneOf([0, 1, 1, 1, 2]);
  const o = {
    fileType: 'Q4_K_M',
    server,
    contextLength: oneOf([between(300, 3000), between(3000, 40000), 4096, 8192, 8192, 16384, 32768, 65536, 131072]),
    batchSize: oneOf([2048, 2048, 2048, 512, 4096]),
    microBatchSize: oneOf([512, 512, 512, 64, 128, 300, 1024, 2048]),
    sequences,
    kvUnified: server && sequences > 1 && chance(50),
    flashAttention,
    cacheTypeK,
    cacheTypeV,
    gpuLayers: part === 0 ? 0 : part === 1 ? 'all' : between(1, layers),
    cpuMoeLayers: of('expert_count') > 0 && chance(30) ? between(1, layers) : 0,
    swaFull: of('attention.sliding_window') > 0 && chance(10),
    kvOffload: !chance(8),
    gpuCount,
    shares: gpuCount > 1 && chance(60) ? Array.from({ length: gpuCount }, () => oneOf([1, 1, 2, 3, 5, 8, 24])) : null,
  };
  // Beyond 4 GiB the scores of all heads do not fit a buffer of Vulkan, and the host computes them.
  const scores = () => of('attention.head_count') * o.contextLength * Math.min(o.microBatchSize, o.batchSize) * 4;
  while (!flashAttention && scores() >= 2 ** 32) o.contextLength = Math.floor(o.contextLength / 2);
  return o;
}

/** Simpler options that may show the same difference, the simplest first. @param {any} o */
export function simpler(o) {
  const plain = {
    shares: null,
    gpuCount: 1,
    cpuMoeLayers: 0,
    swaFull: false,
    kvOffload: true,
    cacheTypeK: 'f16',
    cacheTypeV: 'f16',
    flashAttention: true,
    gpuLayers: 'all',
    sequences: 1,
    kvUnified: false,
    batchSize: 2048,
    microBatchSize: 512,
    contextLength: 8192,
    server: false,
  };
  return Object.entries(plain)
    .filter(([name, value]) => o[name] !== value)
    .map(([name, value]) => ({ ...o, [name]: value, ...(name === 'gpuCount' ? { shares: null } : {}) }));
}
