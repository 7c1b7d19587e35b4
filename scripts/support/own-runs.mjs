// Our own runs of llama.cpp as the folders have them that they were recorded in: rows of tests/golden/h100.tsv and h200.tsv.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCsv } from './csv.mjs';

/** Shapes of the runs by their rows in data/models.csv. */
const MODELS = {
  'Qwen2.5-0.5B': 'Qwen2.5 0.5B',
  'TinyLlama-1.1B': 'TinyLlama 1.1B',
  'Llama-3.2-1B': 'Llama 3.2 1B',
  'Llama-3.2-3B': 'Llama 3.2 3B',
  'Llama-3-8B': 'Llama 3 8B',
  'Qwen2.5-14B': 'Qwen2.5 14B',
  'Qwen3-32B': 'Qwen3 32B',
  'Llama-3-70B': 'Llama 3 70B',
  'Qwen3-30B-A3B': 'Qwen3 30B-A3B',
  'Mixtral-8x7B': 'Mixtral 8x7B',
  'gpt-oss-20b': 'gpt-oss-20b',
  'gpt-oss-120b': 'gpt-oss-120b',
};
export const COLUMNS = [
  'file',
  'metric',
  'model',
  'fileType',
  'gpuLayers',
  'cpuMoeLayers',
  'depth',
  'promptLength',
  'outputLength',
  'batch',
  'microBatchSize',
  'flashAttention',
  'cacheType',
  'threads',
  'tokensPerSecond',
];

/** Of the second set: the catalogue's device, how many, how they share, and what the host was measured to read. */
export const MORE_COLUMNS = ['device', 'gpus', 'split', 'hostBandwidth'];
const DEVICES = { 'NVIDIA H200 (SXM5, 141 GB)': 'H200 SXM', 'NVIDIA H100 80GB HBM3 (SXM5)': 'H100 SXM' };

const fileTypeOf = (quant) => (quant === 'MXFP4' ? 'MXFP4_MOE' : quant);
const countOf = (test) => Number(/\d+$/.exec(test)[0]);

function lineOf(file, row) {
  const metric = row.metric.startsWith('prefill') ? 'prefill' : 'decode';
  const batched = file === 'batched';
  const prompt = metric === 'prefill' ? (batched ? Number(row.npp) : countOf(row.test)) : 0;
  return {
    file,
    metric,
    model: MODELS[row.model],
    fileType: fileTypeOf(row.quant),
    gpuLayers: row.gpu_layers,
    cpuMoeLayers: row.n_cpu_moe ?? 0,
    depth: batched ? (metric === 'decode' ? row.npp : 0) : row.depth,
    promptLength: prompt,
    outputLength: metric === 'prefill' ? 1 : batched ? row.ntg : countOf(row.test),
    batch: metric === 'prefill' ? 1 : row.batch,
    microBatchSize: row.ubatch || 512,
    flashAttention: row.flash_attn || 1,
    cacheType: row.kv_type || 'f16',
    threads: row.threads || 16,
    tokensPerSecond: row.median || row.value,
    device: DEVICES[row.hardware],
    gpus: row.n_gpus,
    split: row.split_mode === 'tensor' ? 'tensor' : 'layer',
    hostBandwidth: Number(/host read ([\d.]+) GB/.exec(row.notes ?? '')?.[1] ?? 0) * 1e9,
  };
}

/**
 * Prompts of gpt-oss with random weights come to few of the experts, so that copying them is faster than copying all; and
 * one machine with two GPUs had a slow host.
 */
const isOdd = ({ model, metric, gpu_layers: layers, n_cpu_moe: moved, n_gpus: gpus }, set) =>
  (/^gpt-oss/.test(model) && metric.startsWith('prefill') && Number(moved ?? 0) > 0 && set === 'h200') ||
  (model === 'Llama-3-70B' && layers === '40' && gpus === '2');

// Other engines, weights of zeros, and notes on how a run differs are left out: one state for all.
const isPlain = (row, set) =>
  row.backend.startsWith('llama.cpp') &&
  (row.weights ?? 'random') !== 'zeros' &&
  !/pinned|memory-mapped|zero|cublas/i.test(row.notes ?? '') &&
  !(set === 'h200' && /cold|repeat|P2P/.test(row.notes ?? '')) &&
  // Splits that are not even, and reductions without NCCL, are questions of their own.
  (row.tensor_split ?? '') === '' &&
  !['internal', 'none'].includes(row.allreduce ?? '') &&
  !isOdd(row, set) &&
  MODELS[row.model] !== undefined;

/**
 * The rows of a folder that are alike but for what their columns say, of models that the catalogue has.
 *
 * @param {string} folder
 * @param {'h100' | 'h200'} set which of the two formats
 */
export const ownRunRows = (folder, set) =>
  ['decode', 'prefill', 'batched', 'offload'].flatMap((file) =>
    parseCsv(readFileSync(join(folder, `${file}.csv`), 'utf8'))
      .filter((row) => isPlain(row, set) && /tok_s/.test(row.metric))
      // Prompts of a batch are not measured for themselves.
      .filter((row) => !(file === 'batched' && row.metric.startsWith('prefill')))
      .map((row) => lineOf(file, row)),
  );
