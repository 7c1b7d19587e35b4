// Memory that people reported, in the lines in which llama.cpp prints it: shapes, options and sizes are facts, the lines
// are ours. What a report leaves out is left out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { auditLog, parseLoadLog } from '../../dist/readers.js';
import core from '../../dist/wasmCalculator.js';

const MODELS = JSON.parse(readFileSync(new URL('../golden/models.json', import.meta.url), 'utf8'));

/**
 * @typedef {object} Report
 * @property {string} model of tests/golden/models.json
 * @property {string} type as print_info has it
 * @property {number} [build]
 * @property {Record<string, string | number>} options as llama_context lists them
 * @property {[device: string, words: string, mib: string][]} sizes
 * @property {string[]} [more] lines
 */

/** @param {Report} report @param {string} [prefix] */
function logOf({ model, type, build, options, sizes, more = [] }, prefix = '') {
  const { metadata } = MODELS[model];
  const keys = Object.entries(metadata).map(([key, value], i) => {
    const list = Array.isArray(value);
    const kind = list ? `arr[u32,${value.length}]` : typeof value === 'string' ? 'str' : 'u32';
    return `llama_model_loader: - kv ${String(i).padStart(3)}: ${key.padStart(42)} ${kind.padEnd(16)} = ${list ? `[${value.join(', ')}]` : value}`;
  });
  return [
    ...(build ? [`build: ${build} (abcdef0) with cc`] : []),
    'llama_model_loader: loaded meta data with 20 key-value pairs and 100 tensors from model.gguf',
    ...keys,
    `print_info: file type   = ${type}`,
    ...more,
    ...Object.entries(options).map(([name, value]) => `llama_context: ${name.padEnd(13)} = ${value}`),
    ...sizes.map(
      ([device, words, mib]) => `load: ${device.padStart(12)} ${words} buffer size = ${mib.padStart(8)} MiB`,
    ),
  ]
    .map((line) => `${prefix}${line}`)
    .join('\n');
}

const context = (/** @type {number} */ n_ctx, n_seq_max = 1, flash_attn = 'enabled') => ({
  n_ctx,
  n_seq_max,
  n_ubatch: 512,
  n_batch: 2048,
  flash_attn,
});

/** @type {Record<string, Report>} */
const REPORTS = {
  'Qwen3 4B on CUDA, autumn 2026': {
    model: 'qwen3-4b',
    type: 'Q4_K - Medium',
    options: { ...context(8192, 4), kv_unified: 'true' },
    sizes: [
      ['CUDA0', 'model', '2375.91'],
      ['CPU_Mapped', 'model', '304.28'],
      ['CUDA0', 'KV', '1152.00'],
      ['CUDA0', 'compute', '85.01'],
      ['CUDA_Host', 'compute', '28.02'],
      ['CUDA_Host', 'output', '2.32'],
    ],
  },
  'Qwen2.5 7B on a laptop, Vulkan': {
    model: 'qwen2.5-7b',
    type: 'Q4_K - Medium',
    options: context(4096),
    sizes: [
      ['Vulkan0', 'model', '4168'],
      ['CPU_Mapped', 'model', '292'],
      ['Vulkan0', 'KV', '224'],
      ['Vulkan0', 'compute', '129'],
      ['Vulkan_Host', 'compute', '18'],
    ],
  },
  'Qwen2.5 7B in Q8_0, the library on Vulkan': {
    model: 'qwen2.5-7b',
    type: 'Q8_0',
    options: context(16384),
    sizes: [
      ['Vulkan0', 'model', '7165.44'],
      ['Vulkan0', 'KV', '896.00'],
      ['Vulkan0', 'compute', '304.00'],
      ['Vulkan_Host', 'compute', '30.01'],
    ],
  },
  'Qwen3 8B with a cache of q4_0, May 2026': {
    model: 'qwen3-8b',
    type: 'Q4_K - Medium',
    build: 9250,
    options: context(8192),
    more: [
      'llama_kv_cache: size = 324.00 MiB ( 8192 cells, 36 layers, 1/1 seqs), K (q4_0): 162.00 MiB, V (q4_0): 162.00 MiB',
    ],
    sizes: [
      ['ROCm0', 'model', '4455.34'],
      ['ROCm0', 'KV', '324.00'],
      ['ROCm0', 'compute', '304.75'],
    ],
  },
  'Qwen2.5 7B without flash attention, ROCm': {
    model: 'qwen2.5-7b',
    type: 'Q4_K - Medium',
    options: context(8192, 1, 'disabled'),
    sizes: [
      ['ROCm0', 'model', '4168.09'],
      ['ROCm0', 'KV', '448.00'],
      ['ROCm0', 'compute', '492.00'],
    ],
  },
  'Qwen3 32B without flash attention, a Python binding': {
    model: 'qwen3-32b',
    type: 'Q4_K - Medium',
    options: context(16384, 1, 'disabled'),
    sizes: [
      ['ROCm0', 'model', '18423.65'],
      ['ROCm0', 'KV', '4096.00'],
      ['ROCm0', 'compute', '2136.01'],
    ],
  },
  'SmolLM2 on two cards': {
    model: 'smollm2-135m',
    type: 'Q4_K - Medium',
    build: 9665,
    options: context(8192, 4),
    sizes: [
      ['CUDA0', 'model', '37.86'],
      ['CUDA1', 'model', '61.08'],
      ['CPU_Mapped', 'model', '28.69'],
      ['CUDA0', 'KV', '96.00'],
      ['CUDA1', 'KV', '84.00'],
      ['CUDA0', 'compute', '48.91'],
      ['CUDA1', 'compute', '48.91'],
      ['CUDA_Host', 'compute', '34.30'],
      ['CUDA_Host', 'output', '0.75'],
    ],
  },
  'gpt-oss 20B on Metal': {
    model: 'gpt-oss-20b',
    type: 'MXFP4 MoE',
    build: 8164,
    options: context(131072),
    sizes: [
      ['MTL0_Mapped', 'model', '11536.18'],
      ['CPU_Mapped', 'model', '586.82'],
      ['MTL0', 'KV', '3072.00'],
      ['MTL0', 'KV', '18.00'],
      ['MTL0', 'compute', '420.08'],
      ['CPU', 'compute', '268.77'],
      ['CPU', 'output', '0.77'],
    ],
  },
  'gpt-oss 20B on the host': {
    model: 'gpt-oss-20b',
    type: 'MXFP4 MoE',
    options: { ...context(131072) },
    sizes: [
      ['CPU_Mapped', 'model', '11536.18'],
      ['CPU', 'output', '0.77'],
    ],
  },
  'Qwen3.5 9B in a quantisation without a name, Vulkan': {
    model: 'qwen3.5-9b',
    type: 'Q4_K - Medium',
    build: 9849,
    options: { ...context(8192, 4), n_ubatch: 2048, kv_unified: 'false' },
    sizes: [
      ['Vulkan0', 'model', '5133.63'],
      ['CPU_Mapped', 'model', '545.62'],
      ['Vulkan0', 'KV', '256.00'],
      ['Vulkan0', 'RS', '201.00'],
      ['Vulkan0', 'compute', '392.44'],
      ['Vulkan_Host', 'compute', '72.07'],
      ['Vulkan_Host', 'output', '3.79'],
    ],
  },
};

/** What differs, with the cause and what was asked instead. */
const EXPECTED = {
  'Qwen3 4B on CUDA, autumn 2026': [],
  'Qwen2.5 7B on a laptop, Vulkan': [
    ['Vulkan0', 'computeBuffer', 'build', { build: 10000 }],
    ['host', 'computeBuffer', 'build', { build: 10000 }],
  ],
  'Qwen2.5 7B in Q8_0, the library on Vulkan': [
    ['Vulkan0', 'computeBuffer', 'build', { build: 9435 }],
    ['host', 'computeBuffer', 'build', { build: 9435 }],
  ],
  'Qwen3 8B with a cache of q4_0, May 2026': [],
  // Two hidden vectors less than b11669, and two more than what is modelled before.
  'Qwen2.5 7B without flash attention, ROCm': [['ROCm0', 'computeBuffer', 'unknown', null]],
  'Qwen3 32B without flash attention, a Python binding': [['ROCm0', 'computeBuffer', 'build', { build: 9000 }]],
  'SmolLM2 on two cards': [
    ['CUDA0', 'weights', 'unknown', null],
    ['CUDA0', 'computeBuffer', 'options', { kvUnified: true }],
    ['CUDA1', 'weights', 'unknown', null],
    ['CUDA1', 'computeBuffer', 'options', { kvUnified: true }],
    ['host', 'computeBuffer', 'options', { kvUnified: true }],
  ],
  'gpt-oss 20B on Metal': [
    ['MTL0', 'weights', 'mapping', null],
    ['MTL0', 'computeBuffer', 'unknown', null],
  ],
  'gpt-oss 20B on the host': [],
  'Qwen3.5 9B in a quantisation without a name, Vulkan': [
    ['Vulkan0', 'weights', 'unknown', null],
    ['Vulkan0', 'computeBuffer', 'unknown', null],
  ],
};

const differing = (/** @type {string} */ log) => {
  const { loads } = auditLog(log, core);
  assert.equal(loads.length, 1);
  const rows = loads[0].rows.filter(({ cause }) => cause);
  return rows.map(({ device, term, cause, changes }) => [device, term, cause, changes]);
};

for (const [name, report] of Object.entries(REPORTS)) {
  test(`${name}: what agrees is no difference, and causes are proven`, () => {
    assert.deepEqual(differing(logOf(report)), EXPECTED[/** @type {keyof typeof EXPECTED} */ (name)]);
  });
}

test('what programs put before a line does no harm', () => {
  const report = REPORTS['Qwen3 4B on CUDA, autumn 2026'];
  for (const prefix of [
    '[2026-10-08 11:02:03][DEBUG] ',
    '[2026-10-08 11:02:03][INFO][LM STUDIO SERVER] ',
    'time=2026-10-08T11:02:03.456+02:00 level=INFO source=server.go:1289 msg=',
    'Oct 08 11:02:03 host ollama[1234]: ',
    'koboldcpp  | ',
    '0.01.052.815 I ',
    '\u001b[32m[53871]\u001b[0m ',
  ]) {
    assert.deepEqual(auditLog(logOf(report, prefix), core), auditLog(logOf(report), core), prefix);
  }
});

test('what Ollama asks for and the sizes of its own engine are read, to the digits that it prints', () => {
  const { metadata } = MODELS['qwen3-4b'];
  const sizes = [
    ['model weights', 'CUDA0', '2.3 GiB'],
    ['model weights', 'CPU', '304.3 MiB'],
    ['kv cache', 'CUDA0', '1.1 GiB'],
    ['compute graph', 'CUDA0', '85.0 MiB'],
  ];
  const report = { model: 'qwen3-4b', type: 'Q4_K - Medium', options: {}, sizes: [] };
  const request =
    'level=INFO source=runner.go:1288 msg=load request="{Operation:commit LoraPath:[] Parallel:1 BatchSize:512 ' +
    'FlashAttention:Enabled KvSize:8192 KvCacheType: NumThreads:8 GPULayers:37[ID:GPU-0 Layers:37(0..36)]}"';
  const lines = sizes.map(
    ([words, device, size]) => `level=INFO source=device.go:240 msg="${words}" device=${device} size="${size}"`,
  );
  // What it tries first is not what it took.
  const trial = lines[2].replace('1.1 GiB', '9.9 GiB');
  const log = [logOf(report), request, trial, ...lines].join('\n');
  const [load] = auditLog(log, core).loads;
  assert.equal(metadata['general.architecture'], 'qwen3');
  assert.deepEqual([load.runtime.contextLength, load.runtime.sequences, load.runtime.flashAttention], [8192, 1, true]);
  assert.equal(load.runtime.server, false);
  assert.deepEqual(
    load.rows.map(({ device, term }) => [device, term]),
    [
      ['CUDA0', 'weights'],
      ['CUDA0', 'kvCache'],
      ['CUDA0', 'computeBuffer'],
      ['host', 'weights'],
    ],
  );
  for (const { term, cause } of load.rows) if (term !== 'computeBuffer') assert.equal(cause, null, term);
});

test('a file type is known in the words in which it is printed', () => {
  const words = {
    'Q4_K - Medium': 'Q4_K_M',
    'mostly Q4_K - Small': 'Q4_K_S',
    'Q2_K - Medium': 'Q2_K',
    'Q2_K - Small': 'Q2_K_S',
    'Q3_K - Large': 'Q3_K_L',
    Q6_K: 'Q6_K',
    Q8_0: 'Q8_0',
    'all F32': 'F32',
    BF16: 'BF16',
    'IQ2_XXS - 2.0625 bpw': 'IQ2_XXS',
    'IQ3_S mix - 3.66 bpw': 'IQ3_M',
    'IQ4_NL - 4.5 bpw': 'IQ4_NL',
    'TQ1_0 - 1.69 bpw ternary': 'TQ1_0',
    'MXFP4 MoE': 'MXFP4_MOE',
    '(guessed) Q5_K - Medium': 'Q5_K_M',
    'unknown, may not work': null,
  };
  for (const [type, fileType] of Object.entries(words)) {
    assert.equal(
      parseLoadLog(logOf({ ...REPORTS['gpt-oss 20B on the host'], type })).loads[0].fileType,
      fileType,
      type,
    );
  }
});
