// Rows of llama-bench as each of its formats prints them.
import { parseBenchmarks } from '../../dist/readers.js';

/** What each field of a new build holds, in its order. */
export const FIELDS = {
  build_commit: 'abc1234',
  build_number: 9500,
  cpu_info: 'Example CPU 16-Core Processor',
  gpu_info: 'NVIDIA GeForce RTX 4090',
  backends: 'CUDA',
  model_filename: '/models/llama-3.1-8b-Q4_K_M.gguf',
  model_type: 'llama 8B Q4_K - Medium',
  model_size: 4912898304,
  model_n_params: 8030261312,
  n_batch: 2048,
  n_ubatch: 512,
  n_threads: 16,
  cpu_mask: '0x0',
  cpu_strict: false,
  poll: 50,
  type_k: 'f16',
  type_v: 'f16',
  n_gpu_layers: -1,
  n_cpu_moe: 0,
  split_mode: 'layer',
  main_gpu: 0,
  no_kv_offload: false,
  flash_attn: -1,
  devices: 'auto',
  tensor_split: '0.00',
  tensor_buft_overrides: 'none',
  load_mode: 'mmap',
  embeddings: false,
  no_op_offload: 0,
  no_host: false,
  fit_target: 0,
  fit_min_ctx: 0,
  n_prompt: 512,
  n_gen: 0,
  n_depth: 0,
  test_time: '2026-06-30T12:00:00Z',
  avg_ns: 46545454,
  stddev_ns: 123456,
  avg_ts: 11000.25,
  stddev_ts: 12.5,
};
export const DECODE = { n_prompt: 0, n_gen: 128, avg_ts: 140.5, stddev_ts: 0.25 };

/** As it becomes. */
export const ROW = {
  modelName: 'llama 8B Q4_K - Medium',
  modelBytes: 4912898304,
  parameters: 8030261312,
  fileType: 'Q4_K_M',
  backend: 'cuda',
  gpuName: 'NVIDIA GeForce RTX 4090',
  build: 9500,
  gpuLayers: -1,
  cpuMoeLayers: 0,
  threads: 16,
  batchSize: 2048,
  microBatchSize: 512,
  cacheTypeK: 'f16',
  cacheTypeV: 'f16',
  flashAttention: null,
  kvOffload: true,
  split: 'layer',
  tensorOverrides: null,
  metric: 'prefill',
  promptLength: 512,
  outputLength: 0,
  depth: 0,
  tokensPerSecond: 11000.25,
  deviation: 12.5,
};
export const DECODE_ROW = {
  ...ROW,
  metric: 'decode',
  promptLength: 0,
  outputLength: 128,
  tokensPerSecond: 140.5,
  deviation: 0.25,
};

export const rowsOf = (...changes) => changes.map((change) => ({ ...FIELDS, ...change }));
export const samples = '"samples_ns": [ 46545454, 46545455 ],';
export const json = (rows) =>
  `[\n${rows
    .map((row) => {
      const lines = Object.entries(row).map(
        ([name, value]) => `    ${JSON.stringify(name)}: ${JSON.stringify(value)},\n`,
      );
      return `  {\n${lines.join('')}    ${samples}\n    "samples_ts": [ 11000.2, 11000.3 ]\n  }`;
    })
    .join(',\n')}\n]\n`;
export const jsonl = (rows) =>
  rows
    .map((row) => {
      const pairs = Object.entries(row).map(([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}, `);
      return `{${pairs.join('')}${samples}"samples_ts": [ 11000.2, 11000.3 ]}\n`;
    })
    .join('');
export const flag = (value) => (typeof value === 'boolean' ? Number(value) : value);
export const csv = (rows) =>
  `${Object.keys(rows[0]).join(',')}\n${rows
    .map(
      (row) =>
        `${Object.values(row)
          .map((value) => `"${`${flag(value)}`.replaceAll('"', '""')}"`)
          .join(',')}\n`,
    )
    .join('')}`;

export const TABLE = `ggml_cuda_init: GGML_CUDA_FORCE_MMQ:    no
ggml_cuda_init: found 1 CUDA devices:
  Device 0: NVIDIA GeForce RTX 4090, compute capability 8.9, VMM: yes
| model                          |       size |     params | backend    | ngl | n_ubatch | type_k | type_v | fa |            test |                  t/s |
| ------------------------------ | ---------: | ---------: | ---------- | --: | -------: | -----: | -----: | -: | --------------: | -------------------: |
| llama 8B Q4_K - Medium         |   4.58 GiB |     8.03 B | CUDA       |  99 |     1024 |   q8_0 |   q8_0 |  1 |           pp512 |    11000.25 ± 120.50 |
| llama 8B Q4_K - Medium         |   4.58 GiB |     8.03 B | CUDA       |  99 |     1024 |   q8_0 |   q8_0 |  1 |           tg128 |        140.50 ± 0.25 |
| llama 8B Q4_K - Medium         |   4.58 GiB |     8.03 B | CUDA       |  99 |     1024 |   q8_0 |   q8_0 |  1 |     pp512+tg128 |        600.00 ± 1.00 |
| llama 8B Q4_K - Medium         |   4.58 GiB |     8.03 B | CUDA       |  99 |     1024 |   q8_0 |   q8_0 |  1 |    tg32 @ d4096 |        120.75 ± 0.50 |

build: abc1234 (6000)
`;
/** What a table of a build before 9437 leaves open. */
export const TABLE_ROW = {
  ...ROW,
  modelBytes: Math.round(4.58 * 2 ** 30),
  parameters: 8.03e9,
  build: 6000,
  gpuLayers: 99,
  cpuMoeLayers: null,
  threads: null,
  batchSize: null,
  microBatchSize: 1024,
  cacheTypeK: 'q8_0',
  cacheTypeV: 'q8_0',
  flashAttention: true,
  kvOffload: null,
  split: null,
  deviation: 120.5,
};
export const tableOf = (columns, cells, build = '') =>
  `| ${columns.join(' | ')} |\n| ${columns.map(() => '---:').join(' | ')} |\n| ${cells.join(' | ')} |\n${build}`;
/** The only row of a table of one. */
export const tableRow = (change, build) => {
  const cells = { model: 'llama 8B Q4_0', size: '4.33 GiB', params: '8.03 B', backend: 'CUDA', ...change };
  const all = { ...cells, test: change.test ?? 'tg128', 't/s': change['t/s'] ?? '100.00 ± 1.00' };
  return parseBenchmarks(tableOf(Object.keys(all), Object.values(all), build))[0];
};
export const jsonRow = (change) => parseBenchmarks(json(rowsOf(change)))[0];

/** What a call throws, in words. */
export const messageOf = (call) => {
  try {
    call();
  } catch ({ name, message }) {
    return `${name}: ${message}`;
  }
  return 'no error';
};
