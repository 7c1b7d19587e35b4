// Makes tests/golden/h100.tsv, our own runs of llama.cpp on one H100, from the folder that they were recorded in:
//
//   node scripts/make-speed-golden.mjs DIR
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseCsv } from './support/csv.mjs';

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
const COLUMNS = [
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

const folder = process.argv[2];
if (!folder) throw new Error('usage: node scripts/make-speed-golden.mjs DIR');
const rowsOf = (name) => parseCsv(readFileSync(join(folder, `${name}.csv`), 'utf8'));
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
  };
}

// Other engines, weights of zeros, and notes on how a run differs are left out: one state for all.
const isPlain = (row) =>
  row.backend.startsWith('llama.cpp') &&
  (row.weights ?? 'random') !== 'zeros' &&
  !/pinned|memory-mapped|zero|cublas/i.test(row.notes ?? '') &&
  MODELS[row.model] !== undefined;

const lines = [];
for (const file of ['decode', 'prefill', 'batched', 'offload']) {
  for (const row of rowsOf(file)) {
    if (!isPlain(row) || !/tok_s/.test(row.metric)) continue;
    // Prompts of a batch are not measured for themselves.
    if (file === 'batched' && row.metric.startsWith('prefill')) continue;
    const line = lineOf(file, row);
    lines.push(COLUMNS.map((column) => line[column]).join('\t'));
  }
}
const to = new URL('../tests/golden/h100.tsv', import.meta.url);
writeFileSync(to, `${COLUMNS.join('\t')}\n${lines.join('\n')}\n`);
console.log(`${lines.length} rows`);
