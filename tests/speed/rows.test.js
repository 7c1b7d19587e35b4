// Measurement files as rows: every value here is invented.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { catalogue } from '../../scripts/make-catalog.mjs';
import { formatCsv } from '../../scripts/support/csv.mjs';
import {
  cacheTypeOf,
  cellsOf,
  contextOf,
  eraOf,
  fileTypeOf,
  isClean,
  measuredRows,
  notesOf,
} from '../../scripts/support/measured-rows.mjs';
import { modelOfName, parametersInName } from '../../scripts/support/model-names.mjs';

const BASE = {
  model_key: 'Llama 3.1 8B',
  source: 'somebody/benchmarks README.md',
  hardware: 'GeForce RTX 4090',
  n_gpus: 1,
  memory_bandwidth_gbs: 1008,
  model: 'Llama-3.1-8B',
  quant: 'Q4_K_M',
  model_file_gib: 4.5,
  backend: 'cuda',
  context_or_prompt: 'tg128',
  batch: 1,
  gpu_layers: 'all',
  metric: 'decode_tps',
  value: 123,
  notes: '',
};

/** Rows of files of which each row states what differs from BASE. */
function rowsOf(files) {
  const folder = mkdtempSync(join(tmpdir(), 'speed-rows-'));
  try {
    for (const [name, rows] of Object.entries(files)) writeFileSync(join(folder, `${name}.csv`), formatCsv(rows));
    return measuredRows(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const decodeRows = (...rows) => rowsOf({ decode: rows.map((row) => ({ ...BASE, ...row })) });
const decodeRow = (row) => decodeRows(row)[0];

test('a row with all of its parts', () => {
  const notes =
    'params_b=8.03; fa=1; kv_type=q8_0/q8_0; threads=6; ub=2048; tool=llama-bench b7000; cpu=Core, DDR5-6000 x2';
  const { model, ...row } = decodeRow({ context_or_prompt: 'tg32 @ d4096', notes });
  assert.equal(model.layerCount, 32);
  assert.deepEqual(row, {
    file: 'decode',
    source: 'somebody/benchmarks README.md',
    hardware: 'GeForce RTX 4090',
    device: {
      bandwidth: 1008e9,
      shaderFlops: 82.58e12,
      halfFlops: 165e12,
      quantizedOps: 660.64e12,
      threads: 0,
      family: 'NVIDIA Ada GeForce',
    },
    family: 'NVIDIA Ada GeForce',
    host: { bandwidth: 96e9, threads: 0 },
    backend: 'cuda',
    modelKey: 'Llama 3.1 8B',
    modelName: 'Llama-3.1-8B',
    fileType: 'Q4_K_M',
    fileBytes: 4.5 * 2 ** 30,
    metric: 'decode',
    value: 123,
    depth: 4096,
    promptLength: 0,
    outputLength: 32,
    batch: 1,
    gpus: 1,
    split: 'layer',
    gpuLayers: 'all',
    cpuMoeLayers: 0,
    kvOffload: true,
    threads: 6,
    flashAttention: true,
    cacheType: 'q8_0',
    microBatchSize: 2048,
    era: 2025,
    flags: {
      anomaly: false,
      lowReliability: false,
      derived: false,
      localScore: false,
      notebook2023: false,
      wallClock: false,
      moe: false,
      speculative: false,
      fork: false,
      pruned: false,
      cold: false,
    },
  });
});

test('the first prompt of llama-batched-bench is read cold, once per model', () => {
  const batched = {
    ...BASE,
    metric: 'prefill_tps',
    context_or_prompt: 'pp512 tg32',
    notes: 'tool=llama-batched-bench',
  };
  const rows = rowsOf({
    batched: [{ ...batched, metric: 'decode_tps' }, batched, batched, { ...batched, quant: 'Q8_0' }],
  });
  assert.deepEqual(
    rows.map(({ flags }) => flags.cold),
    [false, true, false, true],
  );
  assert.deepEqual(
    rows.map((row) => isClean({ ...row, device: { bandwidth: 1e12 } })),
    [true, false, true, false],
  );
});

test('files may be missing; their order is fixed', () => {
  assert.deepEqual(rowsOf({}), []);
  const rows = rowsOf({ cpu: [{ ...BASE, backend: 'cpu' }], prefill: [{ ...BASE, metric: 'prefill_tps' }] });
  assert.deepEqual(
    rows.map(({ file, metric }) => [file, metric]),
    [
      ['prefill', 'prefill'],
      ['cpu', 'decode'],
    ],
  );
});

test('what the context column means', () => {
  const decode = (text, notes) => Object.values(contextOf(text, 'decode', notes));
  const prefill = (text, notes) => Object.values(contextOf(text, 'prefill', notes));
  // Depth, prompt, answer.
  assert.deepEqual(decode('tg128'), [0, 0, 128]);
  assert.deepEqual(decode('tg32 @ d32768'), [32768, 0, 32]);
  assert.deepEqual(decode('tg128 after pp512'), [512, 512, 128]);
  assert.deepEqual(decode('tg4096'), [0, 0, 4096]);
  assert.deepEqual(decode('pp512 tg32'), [512, 512, 32]);
  assert.deepEqual(decode('in 128 out 256'), [128, 128, 256]);
  assert.deepEqual(decode('ISL/OSL 1024/64'), [1024, 1024, 64]);
  assert.deepEqual(decode('1 prompt + 2048 generated'), [1, 1, 2048]);
  assert.deepEqual(decode('prompt 83 ctx 8192'), [83, 83, 400]);
  assert.deepEqual(decode('context-32k', { prompt_tokens: '31000' }), [31000, 31000, 400]);
  assert.deepEqual(decode('eval rate'), [100, 0, 400]);
  assert.deepEqual(decode('allocated n_ctx=2048, short prompts'), [100, 0, 400]);
  assert.deepEqual(decode('server ctx 4096, 256 tokens'), [100, 0, 256]);
  assert.deepEqual(decode('LocalScore mix'), [1000, 1280, 1000]);
  assert.deepEqual(decode('llama-bench default'), [0, 0, 128]);
  assert.deepEqual(prefill('pp512'), [0, 512, 0]);
  assert.deepEqual(prefill('pp2048 @ d4096'), [4096, 2048, 0]);
  assert.deepEqual(prefill('pp2048 tg256'), [0, 2048, 256]);
  assert.deepEqual(prefill('pp2048 ending at 6144'), [4096, 2048, 0]);
  assert.deepEqual(prefill('code', { prompt_tokens: '750' }), [0, 750, 0]);
  assert.deepEqual(prefill('LocalScore mix'), [0, 1280, 0]);
  assert.deepEqual(prefill('llama-bench default'), [0, 512, 0]);
  assert.deepEqual(prefill('prompt'), [0, 0, 0]);
});

test('file types by the names of others', () => {
  for (const [quant, type] of [
    ['Q4_K_M', 'Q4_K_M'],
    ['UD-Q4_K_XL', 'Q4_K_M'],
    ['Q8_K_XL', 'Q8_0'],
    ['gguf-q4_k_m', 'Q4_K_M'],
    ['UD-IQ2_M', 'IQ2_M'],
    ['FP16', 'F16'],
    ['float16', 'F16'],
    ['bf16', 'BF16'],
    ['MXFP4', 'MXFP4_MOE'],
    ['F16/MXFP4', 'MXFP4_MOE'],
    ['Q4_K', 'Q4_K_M'],
    ['4bit', null],
    ['AWQ int4 g128', null],
    ['not stated', null],
    ['bf16/fp16 (not stated)', null],
    ['gguf-q4_k_m-reap50', null],
    ['constructor', null],
  ]) {
    assert.equal(fileTypeOf(quant), type, quant);
  }
  const files = { model_key: 'gpt-oss-20b', quant: 'F16' };
  assert.equal(decodeRow({ ...files, model_file_gib: 12.8 }).fileType, 'MXFP4_MOE');
  assert.equal(decodeRow({ ...files, model_file_gib: 39 }).fileType, 'F16');
  assert.equal(decodeRow({ ...files, model_file_gib: '' }).fileType, 'F16');
});

test('types of the cache', () => {
  for (const [text, type] of [
    [undefined, 'f16'],
    ['default', 'f16'],
    ['f16/f16', 'f16'],
    ['auto (BF16)', 'f16'],
    ['bfloat16', 'bf16'],
    ['q8_0/q8_0', 'q8_0'],
    ['kv-q8+reuse', 'q8_0'],
    ['kv4', 'q4_0'],
    ['K q8_0', 'q8_0/f16'],
    ['q8_0/f16', 'q8_0/f16'],
    ['mtp-2', 'f16'],
    ['fp8', 'fp8'],
  ]) {
    assert.equal(cacheTypeOf(text), type, text);
  }
});

test('the year of the build', () => {
  for (const [source, notes, era] of [
    ['a/b', 'tool=llama-bench b6077', 2025],
    ['a/b', 'tool=llama-bench 7423', 2025],
    ['a/b', 'tool=llama-bench b9187', 2026],
    ['a/b', 'tool=llama.cpp 4404', 2024],
    ['a/b', 'tool=llama.cpp f3e182816', 2026],
    ['a/b', 'tool=ik_llama.cpp 3702', 2026],
    ['ikawrakow/ik_llama.cpp issues/1', 'tool=ik_llama.cpp 3702', 2025],
    ['a/b', 'tool=llama.cpp main Nov-Dec 2023', 2023],
    ['a/b README.md (Sept 2023)', '', 2023],
    ['a/b', 'tool=llama-bench May 2024', 2024],
    ['a/b', 'date=2025.03.28; tool=LocalScore (llamafile)', 2025],
    ['a/b', 'date=2026-07-13', 2026],
    ['a/b results of LocalScore', '', 2025],
    ['some blog 20241216', '', 2024],
    ['ggml-org/llama.cpp#34', '', 2023],
    ['ggml-org/llama.cpp#7000', '', 2024],
    ['ggml-org/llama.cpp discussions/12000', '', 2025],
    ['ggml-org/llama.cpp#26000', '', 2026],
    ['a/b', 'year unknown', 2026],
  ]) {
    assert.equal(eraOf(source, notes), era, `${source} ${notes}`);
  }
});

const models = catalogue().models.map(({ name }) => ({
  name,
  parameters: name === 'DeepSeek V3' ? 671e9 : parametersInName(name),
}));

test('names of models: the one that is meant, or none', () => {
  for (const [name, billions, found] of [
    ['qwen3-5-27b', 0, 'Qwen3.5 27B'],
    ['qwen2-5-1-5b', 0, 'Qwen2.5 1.5B'],
    ['qwen3-6-35b-a3b', 0, 'Qwen3.6 35B-A3B'],
    ['qwen3-8b', 0, 'Qwen3 8B'],
    ['llama-3-1-8b-instruct', 0, 'Llama 3.1 8B'],
    ['Llama-3-8B', 8.03, 'Llama 3 8B'],
    ['shisa-v2-llama3.3-70b.i1-Q4_K_M', 70.554, 'Llama 3.3 70B'],
    ['LLaMA v2 7B', 6.74, 'Llama 2 7B'],
    ['Devstral Small 24B', 0, 'Mistral Small 3.1 24B'],
    ['Devstral-Small-2-24B-Instruct-2512', 24, 'Devstral Small 2 24B'],
    ['mistral-small-3-2-24b', 0, 'Mistral Small 3.1 24B'],
    ['Mistral-Small-3.1-24B-Instruct-2503-UD-Q4_K_XL', 23.6, 'Mistral Small 3.1 24B'],
    ['Qwen3-Coder-30B-A3B-Instruct', 30.5, 'Qwen3 Coder 30B-A3B'],
    ['Qwen3.6-35B llama.cpp UD-Q4_K_XL', 0, 'Qwen3.6 35B-A3B'],
    ['Gemma4-E2B llama.cpp Q4_K_M', 0, 'Gemma 4 E2B'],
    ['deepseek-r1-70b', 0, 'DeepSeek R1 Distill Llama 70B'],
    ['qwen3moe 235B.A22B', 235.09, 'Qwen3 235B-A22B'],
    ['dots.llm1.inst-UD-Q4_K_XL', 142.774, 'dots.llm1 142B-A14B'],
    ['Phi-4-mini-instruct', 0, 'Phi-4 mini'],
    ['Ministral-3-14B-Instruct-2512-BF16', 13.51, 'Ministral 3 14B'],
    // Not in the catalogue: another size, version, kind, or nothing but a size.
    ['NVIDIA-Nemotron-3-Nano-4B-BF16', 0, null],
    ['LFM2.5-8B-A1B', 8, null],
    ['Phi-4-mini-flash-reasoning', 0, null],
    ['Qwen3-Next-8B', 0, null],
    ['diffusiongemma-26B-A4B-it', 26, null],
    ['Ornith3.6-35B-A3B', 35, null],
    ['Qwen-7B', 0, null],
    ['Qwen2-14B', 14.77, null],
    ['Qwen3.5 llama.cpp Q4_K_M', 0, null],
    ['Coder llama.cpp Q4_K_M', 0, null],
    ['Qwen3.6-27B llama.cpp UD-Q4_K_XL mtp-2', 0, null],
    ['Qwen3-8B-A3B', 0, null],
    ['7B', 7, null],
    ['', 0, null],
    // The parameters that are recorded are another model's.
    ['qwen3-5-27b', 35, null],
    ['deepseek2 671B', 180.52, null],
  ]) {
    assert.equal(modelOfName(name, billions * 1e9, models)?.name ?? null, found, `${name} ${billions}`);
  }
});

test('rows name models by the key, else by the name', () => {
  assert.equal(decodeRow({ model: 'something else' }).modelKey, 'Llama 3.1 8B');
  const other = decodeRow({ model_key: '', model: 'qwen3-5-27b', quant: 'UD-Q6_K_XL' });
  assert.deepEqual([other.modelKey, other.fileType, other.flags.moe], ['Qwen3.5 27B', 'Q6_K', false]);
  assert.equal(other.model.layerCount, 64);
  assert.equal(decodeRow({ model_key: 'Qwen3 30B-A3B' }).flags.moe, true);
  const none = decodeRow({ model_key: '', model: 'A-Model-9B', notes: 'moe=1' });
  assert.deepEqual([none.modelKey, none.model, none.flags.moe], [null, null, true]);
  // Experts were cut out.
  assert.equal(decodeRow({ model_key: 'Qwen3 30B-A3B', quant: 'gguf-q4_k_m-reap50' }).model, null);
});

test('devices of the catalogue, of the folder, and of neither', () => {
  const specs = {
    name: 'Some GPU 9',
    family: 'AMD RDNA4',
    kind: 'gpu',
    memory_gb: 16,
    memory_bandwidth_gbs: 500,
    fp16_tflops_dense: 120,
    fp16_fp32acc_tflops_dense: '',
    fp8_tflops_dense: '',
    int8_tops_dense: '',
    fp32_tflops: 40,
  };
  const decode = ['Some GPU 9', 'Some GPU 8', 'Apple M2 (8-core)'].map((hardware) => ({ ...BASE, hardware }));
  const [known, stated, apple] = rowsOf({ hardware_specs: [specs], decode });
  assert.deepEqual(known.device, {
    bandwidth: 500e9,
    shaderFlops: 20e12,
    halfFlops: 120e12,
    quantizedOps: 120e12,
    threads: 0,
    family: 'AMD RDNA4',
  });
  assert.deepEqual([stated.device.bandwidth, stated.device.shaderFlops, stated.family], [1008e9, 0, '']);
  assert.equal(apple.family, 'Apple M1-M2');
  const processors = [
    { hardware: 'Apple M2 Max 8P+4E', memory_bandwidth_gbs: 400 },
    { hardware: 'A 24-Core Processor, DDR4-3200 x8', memory_bandwidth_gbs: '' },
    { hardware: 'Another one (memory not stated)', memory_bandwidth_gbs: '' },
  ];
  const rows = rowsOf({
    cpu: processors.map((row) => ({ ...BASE, backend: 'cpu', gpu_layers: 0, n_gpus: 0, ...row })),
  });
  assert.deepEqual(
    rows.map(({ device: { bandwidth, threads, family } }) => [bandwidth, threads, family]),
    [
      [400e9, 8, 'CPU memory'],
      [204.8e9, 24, 'CPU memory'],
      [0, 0, 'CPU memory'],
    ],
  );
});

test('where layers and experts are', () => {
  for (const [text, gpuLayers, cpuMoeLayers, kvOffload] of [
    ['all', 'all', 0, true],
    ['17', 17, 0, true],
    ['0', 0, 0, true],
    ['all, n-cpu-moe 20 of 40', 'all', 20, true],
    ['all, exps=CPU', 'all', 'all', true],
    ['all, experts overridden to CPU', 'all', 'all', true],
    ['all, KV cache on CPU (nkvo)', 'all', 0, false],
    ['partial (automatic)', 'partial (automatic)', 0, true],
  ]) {
    const row = decodeRow({ gpu_layers: text });
    assert.deepEqual([row.gpuLayers, row.cpuMoeLayers, row.kvOffload], [gpuLayers, cpuMoeLayers, kvOffload], text);
  }
});

test('notes and flags; what is clean', () => {
  assert.deepEqual(notesOf('a=1; words, b; c_d=x=y ; a=2'), { a: '1', c_d: 'x=y' });
  assert.ok(isClean(decodeRow({})));
  for (const [flag, row] of [
    ['anomaly', { notes: 'params_b=8; anomaly: too fast' }],
    ['anomaly', { notes: 'model does not fit: driver spills to system memory' }],
    ['lowReliability', { notes: 'reliability=low (user submitted)' }],
    ['localScore', { notes: 'tool=LocalScore (llamafile)' }],
    ['localScore', { context_or_prompt: 'LocalScore mix' }],
    ['notebook2023', { source: 'a/b x.ipynb', notes: 'tool=llama.cpp main Nov-Dec 2023' }],
    ['wallClock', { notes: 'power_limit_w=200' }],
    ['wallClock', { notes: 'single stream wall clock' }],
    ['wallClock', { notes: 'derived: batch x output length / latency, prefill time included' }],
    ['wallClock', { notes: '(prompt+generated)/time' }],
    ['speculative', { notes: 'kv_type=mtp-2' }],
    ['speculative', { model: 'A model spec-e2b' }],
    ['fork', { notes: 'tool=ik_llama.cpp' }],
    ['fork', { source: 'ikawrakow/ik_llama.cpp issues/9' }],
  ]) {
    const read = decodeRow(row);
    assert.ok(read.flags[flag] && !isClean(read), `${flag} ${JSON.stringify(row)}`);
  }
  assert.ok(!decodeRow({ notes: 'run=model_spec-none_c1' }).flags.speculative);
  const compared = decodeRow({ source: 'ikawrakow/ik_llama.cpp issues/9', notes: 'tool=llama.cpp 5000' });
  assert.ok(!compared.flags.fork && isClean(compared));
  const derived = decodeRow({ notes: 'derived: tokens / time' });
  assert.ok(derived.flags.derived && isClean(derived));
  const notebook = decodeRow({ source: 'a/b x.ipynb', notes: 'tool=llama.cpp main Nov-Dec 2023' });
  assert.ok(isClean(notebook, { notebooks: true }));
  for (const row of [
    { backend: 'vllm' },
    { hardware: 'unknown', memory_bandwidth_gbs: '' },
    { model_key: '', model: 'unknown' },
    { quant: 'not stated' },
    { batch: 'max load' },
    { metric: 'prefill_tps', context_or_prompt: 'prompt' },
  ]) {
    assert.ok(!isClean(decodeRow(row)), JSON.stringify(row));
  }
});

test('cells: medians of what is the same', () => {
  const rows = decodeRows(
    { value: 100, notes: 'fa=0' },
    { value: 130, notes: 'fa=1', model_file_gib: 5 },
    { value: 110, notes: 'fa=1', model_file_gib: '', context_or_prompt: 'tg512' },
    { value: 80, context_or_prompt: 'tg128 @ d16000' },
    { value: 90, context_or_prompt: 'tg128 @ d17000' },
    { value: 95, quant: 'Q8_0' },
    { value: 60, notes: 'tool=llama-bench May 2024' },
    { value: 1000, metric: 'prefill_tps', context_or_prompt: 'pp512' },
    { value: 1100, metric: 'prefill_tps', context_or_prompt: 'pp494' },
    { value: 1200, metric: 'prefill_tps', context_or_prompt: 'pp2048' },
  );
  const cells = cellsOf(rows).map(({ value, n, depth, promptLength, outputLength, flashAttention, fileBytes }) => [
    ...[value, n, depth, promptLength, outputLength, flashAttention],
    fileBytes / 2 ** 30,
  ]);
  assert.deepEqual(cells, [
    [110, 3, 0, 0, 128, null, 4.75],
    [85, 2, 16500, 0, 128, null, 4.5],
    [95, 1, 0, 0, 128, null, 4.5],
    [60, 1, 0, 0, 128, null, 4.5],
    [1050, 2, 0, 503, 0, null, 4.5],
    [1200, 1, 0, 2048, 0, null, 4.5],
  ]);
  const byAttention = cellsOf(rows.slice(0, 3), { keys: ['hardware', 'flashAttention', (row) => row.era] });
  assert.deepEqual(
    byAttention.map(({ flashAttention, n, value, spread }) => [flashAttention, n, value, Number(spread.toFixed(3))]),
    [
      [false, 1, 100, 1],
      [true, 2, 120, 1.182],
    ],
  );
  assert.deepEqual(cellsOf([]), []);
});
