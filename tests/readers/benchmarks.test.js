// Outputs of llama-bench in its layouts, of old and new builds: every number and device is invented.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseBenchmarks } from '../../dist/readers.js';
import { randomOf } from '../support/random.js';
import {
  csv,
  DECODE,
  DECODE_ROW,
  FIELDS,
  json,
  jsonl,
  jsonRow,
  messageOf,
  ROW,
  rowsOf,
  TABLE,
  TABLE_ROW,
  tableOf,
  tableRow,
} from './benchmark-rows.js';

for (const [name, format] of Object.entries({ json, jsonl, csv })) {
  test(`${name}: every field becomes one of the row, tests of prompt and output together are left out`, () => {
    const text = format(rowsOf({}, { n_gen: 128 }, DECODE, { ...DECODE, n_depth: 4096 }));
    assert.deepEqual(parseBenchmarks(text), [ROW, DECODE_ROW, { ...DECODE_ROW, depth: 4096 }]);
  });

  test(`${name}: lines of a log around it do no harm`, () => {
    const log = 'ggml_cuda_init: found 1 CUDA devices:\n  Device 0: NVIDIA GeForce RTX 4090, compute capability 8.9\n';
    assert.deepEqual(parseBenchmarks(`${log}${format(rowsOf({}))}\nllama-bench: done\n`), [ROW]);
  });

  test(`${name}: lines may end as on Windows, after a byte order mark`, () => {
    assert.deepEqual(parseBenchmarks(`\uFEFF${format(rowsOf({}, DECODE)).replaceAll('\n', '\r\n')}`), [
      ROW,
      DECODE_ROW,
    ]);
  });

  test(`${name}: quotes, commas and braces in a text are of the text`, () => {
    const [row] = parseBenchmarks(format(rowsOf({ model_type: 'my "best", {7B} Q8_0' })));
    assert.deepEqual([row.modelName, row.fileType], ['my "best", {7B} Q8_0', null]);
  });
}

test('md: columns that are there are read, the build too, and the GPU from the log', () => {
  const decode = { ...TABLE_ROW, metric: 'decode', promptLength: 0 };
  assert.deepEqual(parseBenchmarks(TABLE), [
    { ...TABLE_ROW },
    { ...decode, outputLength: 128, tokensPerSecond: 140.5, deviation: 0.25 },
    { ...decode, outputLength: 32, depth: 4096, tokensPerSecond: 120.75, deviation: 0.5 },
  ]);
});

test('md: tables of several runs keep their own columns, builds and GPUs', () => {
  const cpu = `| model | size | params | backend | threads | test | t/s |
| ----- | ---: | -----: | ------- | ------: | ---: | --: |
| qwen3moe 30B.A3B Q8_0 | 30.25 GiB | 30.53 B | CPU | 8 | tg 64 | 12.50 ± 0.05 |

build: def5678 (9800)
`;
  const rows = parseBenchmarks(TABLE + cpu);
  assert.equal(rows.length, 4);
  assert.deepEqual(
    [rows[0].build, rows[0].gpuName, rows[0].threads, rows[0].flashAttention],
    [6000, 'NVIDIA GeForce RTX 4090', null, true],
  );
  const { fileType, backend, gpuName, build, gpuLayers, threads, flashAttention, outputLength } = rows[3];
  assert.deepEqual(
    [fileType, backend, gpuName, build, gpuLayers, threads, flashAttention, outputLength],
    ['Q8_0', 'cpu', null, 9800, null, 8, null, 64],
  );
});

test('md: other tables and quoted sizes in MiB and M', () => {
  const text = `| a | b |\n|---|---|\n| 1 | 2 |\n\n${tableOf(
    ['model', 'size', 'params', 'backend', 'ngl', 'test', 't/s'],
    ['gemma3 270M Q8_0', '271.80 MiB', '268.10 M', 'Metal,BLAS', '99', 'pp64', '5000.00 ± 10.00'],
  )}`;
  const [row] = parseBenchmarks(text);
  assert.deepEqual(
    [row.modelBytes, row.parameters, row.backend, row.promptLength],
    [Math.round(271.8 * 2 ** 20), 268100000, 'metal', 64],
  );
});

test('md: a deviation may be missing, no number, or behind a sign that a console broke', () => {
  const deviation = (cell) => tableRow({ 't/s': cell }).deviation;
  assert.deepEqual(
    ['9.50', '9.50 ± nan', '9.50 ± -nan(ind)', '9.50 ┬▒ 0.25', '9.50 � 0.25', '9.50 +/- 0.25'].map(deviation),
    [null, null, null, 0.25, 0.25, 0.25],
  );
});

test('md: bars in the patterns of overridden tensors are no columns', () => {
  const row = tableRow({ ngl: '99', ot: 'blk\\.(1|2)\\.ffn=CPU' });
  assert.deepEqual([row.tensorOverrides, row.gpuLayers, row.tokensPerSecond], ['blk\\.(1|2)\\.ffn=CPU', 99, 100]);
});

test('md: GPUs are named by the logs of CUDA, Vulkan, Metal and SYCL', () => {
  const table = tableOf(['model', 'backend', 'test', 't/s'], ['llama 8B F16', 'Vulkan', 'tg8', '1.00 ± 0.00']);
  const gpuOf = (log) => parseBenchmarks(`${log}\n${table}`)[0].gpuName;
  assert.equal(gpuOf('  Device 0: A, compute capability 8.6\n  Device 1: A, compute capability 8.6'), 'A');
  assert.equal(gpuOf('  Device 0: A, compute capability 8.6\n  Device 1: B, compute capability 8.9'), 'A, B');
  assert.equal(
    gpuOf('ggml_vulkan: 0 = AMD Radeon RX 7900 XTX (RADV NAVI31) (radv) | uma: 0 | fp16: 1'),
    'AMD Radeon RX 7900 XTX (RADV NAVI31)',
  );
  assert.equal(gpuOf('ggml_metal_device_init: GPU name:   MTL0 (Apple M3 Pro)'), 'Apple M3 Pro');
  assert.equal(gpuOf('ggml_metal_init: GPU name:   Apple M4'), 'Apple M4');
  assert.equal(gpuOf('| 0| [level_zero:gpu:0]|     Intel Arc A770 Graphics|  12.55|'), 'Intel Arc A770 Graphics');
  assert.equal(gpuOf('loading'), null);
});

test('flash attention was off by default up to build 9436, and is left to the back end since', () => {
  const flash = (change, build) => tableRow(change, build && `\nbuild: abc1234 (${build})\n`).flashAttention;
  assert.deepEqual([flash({}, 9436), flash({}, 9437), flash({}), flash({ fa: '1' }, 9436)], [false, null, null, true]);
  assert.deepEqual(
    [-1, 0, 1, true, false].map((value) => jsonRow({ flash_attn: value }).flashAttention),
    [null, false, true, true, false],
  );
});

test('old builds had a flag for each back end, and fewer fields', () => {
  const { backends, n_ubatch, type_k, type_v, n_cpu_moe, n_depth, flash_attn, devices, ...old } = FIELDS;
  const flags = { cuda: false, vulkan: false, kompute: false, metal: false, sycl: false, gpu_blas: false, blas: false };
  for (const format of [json, csv]) {
    const backendOf = (change) =>
      parseBenchmarks(format([{ ...flags, ...old, build_number: 3000, ...change }]))[0].backend;
    assert.equal(backendOf({ cuda: true, gpu_blas: true }), 'cuda');
    assert.equal(backendOf({ cuda: true, gpu_info: 'AMD Radeon RX 6800' }), 'rocm');
    assert.equal(backendOf({ metal: true, blas: true }), 'metal');
    assert.equal(backendOf({ vulkan: true, kompute: true }), 'vulkan');
    assert.equal(backendOf({ sycl: true }), 'sycl');
    assert.equal(backendOf({ blas: true }), 'cpu');
  }
  const [row] = parseBenchmarks(json([{ ...flags, ...old, build_number: 3000, cuda: true }]));
  const { microBatchSize, cacheTypeK, cacheTypeV, cpuMoeLayers, depth, flashAttention } = row;
  assert.deepEqual(
    [microBatchSize, cacheTypeK, cacheTypeV, cpuMoeLayers, depth, flashAttention],
    [null, null, null, null, 0, false],
  );
});

test('back ends are named in the words of this package, several or others are null', () => {
  const names = ['CUDA', 'ROCm', 'Metal,BLAS', 'MTL,BLAS', 'Vulkan', 'SYCL', 'CUDA,RPC', 'CPU', 'BLAS', 'ZenDNN'];
  assert.deepEqual(
    names.map((backends) => jsonRow({ backends }).backend),
    ['cuda', 'rocm', 'metal', 'metal', 'vulkan', 'sycl', 'cuda', 'cpu', 'cpu', 'cpu'],
  );
  assert.deepEqual(
    ['OpenCL', 'CUDA,Vulkan', 'CANN', 'constructor'].map((backends) => jsonRow({ backends }).backend),
    [null, null, null, null],
  );
  const devices = (name) => jsonRow({ backends: 'CUDA,Vulkan', devices: name }).backend;
  assert.deepEqual(['Vulkan0', 'CUDA0/CUDA1', 'none'].map(devices), ['vulkan', 'cuda', 'cpu']);
});

test('file types are found in the names that llama.cpp and its predecessors give', () => {
  const names = {
    'llama 7B mostly Q4_K - Medium': 'Q4_K_M',
    'llama 7B Q3_K - Large': 'Q3_K_L',
    'qwen2 32B Q5_K - Small': 'Q5_K_S',
    'llama 70B Q2_K - Medium': 'Q2_K',
    'llama 70B Q2_K - Small': 'Q2_K_S',
    'LLaMA 7B mostly Q2_K': 'Q2_K',
    'llama 8B all F32': 'F32',
    'llama 8B BF16': 'BF16',
    'qwen3moe 30B.A3B Q8_0': 'Q8_0',
    'gemma3n E4B Q6_K': 'Q6_K',
    'gpt-oss 20B MXFP4 MoE': 'MXFP4_MOE',
    'deepseek2 671B IQ1_S - 1.5625 bpw': 'IQ1_S',
    'llama4 17Bx16E (Scout) IQ3_S mix - 3.66 bpw': 'IQ3_M',
    'bitnet 3B TQ2_0 - 2.06 bpw ternary': 'TQ2_0',
    'llama 8B Q4_0 (guessed)': 'Q4_0',
    'llama ?B mostly Q5_1': 'Q5_1',
    'llama 8B Q4_0_4_4': null,
    'gemma4 E2B unknown, may not work': null,
    E2B: null,
    '': null,
  };
  for (const [name, fileType] of Object.entries(names)) {
    if (name) assert.equal(jsonRow({ model_type: name }).fileType, fileType, name);
    assert.equal(tableRow({ model: name }).fileType, fileType, name);
  }
});

test('an array without rows is an empty list, as is a table or CSV of a header alone', () => {
  const header = TABLE.split('\n')[3];
  for (const text of ['[\n\n]\n', '[]', `${Object.keys(FIELDS).join(',')}\n`, header]) {
    assert.deepEqual(parseBenchmarks(text), [], text);
  }
});

test('a deviation that is no number does not damage JSON', () => {
  const text = json(rowsOf({}));
  for (const nan of ['-nan', 'nan', '-nan(ind)']) {
    const [row] = parseBenchmarks(text.replace('"stddev_ts": 12.5', `"stddev_ts": ${nan}`));
    assert.deepEqual(row, { ...ROW, deviation: null });
  }
});

test('what is no output of llama-bench is refused in the words of what was expected', () => {
  const expected =
    'parseBenchmarks: text must be what llama-bench prints as json, jsonl, csv or md, up to 4000000 characters';
  assert.equal(
    messageOf(() => parseBenchmarks(5)),
    `TypeError: ${expected}, got 5`,
  );
  assert.equal(
    messageOf(() => parseBenchmarks(undefined)),
    `TypeError: ${expected}, got undefined`,
  );
  for (const [text, got] of [
    ['', '""'],
    ['hello', '"hello"'],
    ['[1, 2]', '"[1, 2]"'],
    ['[\n1\n]', '"[\\n1\\n]"'],
    ['a,b\n1,2', '"a,b\\n1,2"'],
    ['| a | b |\n|---|---|\n| 1 | 2 |', '"| a | b |\\n|---|---|\\n| 1 | 2 |"'],
    ['x'.repeat(4e6 + 1), `"${'x'.repeat(40)}..."`],
  ]) {
    assert.equal(
      messageOf(() => parseBenchmarks(text)),
      `RangeError: ${expected}, got ${got}`,
    );
  }
});

test('a damaged row is named by its line', () => {
  const [good, columns] = [json(rowsOf({}, DECODE)), Object.keys(FIELDS).length];
  const second = 1 + good.slice(0, good.lastIndexOf('{')).split('\n').length - 1;
  const whole = 'must be a whole number of at least 0, got';
  const rows = csv(rowsOf({}, {})).trimEnd();
  for (const [text, message] of [
    [good.replace('"n_gen": 128', '"n_gen": "many"'), `line ${second}: n_gen ${whole} "many"`],
    [good.replace('"n_gen": 128', '"n_gen": 1.5'), `line ${second}: n_gen ${whole} "1.5"`],
    [good.replace('"n_gen": 128', '"n_gen": [1]'), `line ${second}: n_gen ${whole} ""`],
    [good.replace('"avg_ts": 140.5', '"avg_ts": 0'), `line ${second}: avg_ts must be a number above 0, got "0"`],
    [good.replace('"avg_ts": 11000.25,', ''), 'line 2: avg_ts must be a number above 0, got undefined'],
    [good.replace('"n_batch": 2048', '"n_batch": -1'), `line 2: n_batch ${whole} "-1"`],
    [
      good.slice(0, -40),
      `line ${second}: a row must be JSON, got "{\\n    \\"build_commit\\": \\"abc1234\\",\\n    \\"bu..."`,
    ],
    ['{"results": {"a": 1}}', 'line 1: a row must be JSON, got "{\\"results\\": {\\"a\\": 1}}"'],
    ['{"a": 1}\n', `line 1: n_prompt ${whole} undefined`],
    ['{"a" 1}\n', 'line 1: a row must be JSON, got "{\\"a\\" 1}"'],
    [rows.slice(0, rows.lastIndexOf(',')), `line 3: a row must have ${columns} fields, got ${columns - 1}`],
    [`${rows}\n"abc1234","9500"`, `line 4: a row must have ${columns} fields, got 2`],
    [rows.replaceAll('"11000.25"', '"fast"'), 'line 2: avg_ts must be a number, got "fast"'],
    [TABLE.replace('|     1024 |', '|'), 'line 6: a row must have 11 fields, got 10'],
    [TABLE.replace('tg128 |', 'tg |'), 'line 7: test must be like pp512 or tg128 @ d4096, got "tg"'],
    [TABLE.replace('140.50 ± 0.25', 'fast'), 'line 7: t/s must be like 12.34 ± 0.56, got "fast"'],
    [TABLE.replace('4.58 GiB', '4.58 apples'), `line 6: model_size ${whole} "4.58 apples"`],
  ]) {
    assert.equal(
      messageOf(() => parseBenchmarks(text)),
      `RangeError: parseBenchmarks: ${message}`,
    );
  }
});

test('names of prototypes are names like others', () => {
  const row = '{"__proto__": {"n_prompt": 512}, "constructor": "x", "n_gen": 0}';
  assert.match(
    messageOf(() => parseBenchmarks(row)),
    /^RangeError: parseBenchmarks: line 1: /,
  );
  const text = json(rowsOf({})).replace('"poll": 50', '"__proto__": 7, "toString": 8');
  assert.deepEqual(parseBenchmarks(text), [ROW]);
  const table = tableOf(['model', 'constructor', '__proto__', 'test', 't/s'], ['a', 'b', 'c', 'tg8', '1.00 ± 0.00']);
  assert.equal(parseBenchmarks(table)[0].modelName, 'a');
  assert.equal({}.n_prompt, undefined);
});

// A pattern that takes more than linear time ends the test.
test('texts made to be slow are refused or read', { timeout: 60_000 }, () => {
  const header = Object.keys(FIELDS).join(',');
  for (const part of [
    '{"',
    '{"a',
    '{"{',
    '{ ',
    '"',
    '\\"',
    '[',
    '{"a":',
    '{"a":[',
    '|',
    '| ',
    '|t/s',
    ',""',
    ',"',
    '""',
    '\n',
    ' ',
    '\n{',
  ]) {
    const many = part.repeat(Math.floor(1e6 / part.length));
    for (const start of ['', '{', '[\n{', `${header}\n"`, '| model | test | t/s |\n| ']) {
      const message = messageOf(() => parseBenchmarks(start + many));
      assert.match(message, /^no error$|^(?:RangeError: )parseBenchmarks: /, `${start} ${part}`);
    }
  }
});

test('1,000 texts that were damaged at random are read or refused', { timeout: 60_000 }, () => {
  const random = randomOf(1);
  const texts = [json, jsonl, csv].map((format) => format(rowsOf({}, DECODE)));
  texts.push(TABLE);
  const pieces = ['{', '}', '"', '|', ',', '\n', '-', '9', 'nan', '± ', 'null', '[', ']', '\\', ' @ d', '\0', '1e999'];
  const counts = { read: 0, refused: 0 };
  for (let i = 0; i < 1000; i++) {
    let text = texts[i % texts.length];
    for (let change = 0; change <= random(3); change++) {
      const at = random(text.length);
      const end = at + random(3) * random(20);
      text = text.slice(0, at) + (random(2) ? pieces[random(pieces.length)] : '') + text.slice(end);
    }
    try {
      for (const row of parseBenchmarks(text)) {
        assert.deepEqual(Object.keys(row), Object.keys(ROW));
        assert.ok(row.tokensPerSecond > 0 && Number.isFinite(row.tokensPerSecond));
      }
      counts.read++;
    } catch (error) {
      assert.ok(error instanceof RangeError, error.stack);
      assert.match(error.message, /^parseBenchmarks: (?:line \d+: |text must be )./);
      counts.refused++;
    }
  }
  assert.ok(counts.read > 100 && counts.refused > 100, JSON.stringify(counts));
});
