// The command line of the packed package, offline: through a pipe and through a terminal, and its native twin.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ajv, both, cli, command, folder, native, start } from './cli-support.js';

const MODELS = [
  'llama 3.1 8b',
  'llama 3.3 70b',
  'qwen3 30b',
  'qwen3.5 9b',
  'gemma 3 27b',
  'gpt-oss-120b',
  'deepseek v3',
  'phi-4 14b',
  'mistral small 3.1',
  'granite 4.0 h small',
];
const DEVICES = [
  ['--device', '4090', '--ram', '64', '--ram-bandwidth', '89.6'],
  ['--device', '3060 12gb', '--ram', '32', '--ram-bandwidth', '51.2'],
  ['--device', 'm4 max 40', '--ram', '64'],
  ['--device', 'dgx spark'],
  ['--device', 'epyc 9654', '--ram', '384'],
];

test('ten models on five devices: both tools give one answer, which keeps to the schema', () => {
  const fits = [];
  for (const model of MODELS) {
    fits.push(
      DEVICES.map((device, i) => {
        const { status, answer } = both(model, ...device, '--gpu-layers', i % 2 ? 'all' : 'auto');
        assert.equal(status, answer.fit.fits ? 0 : 1, `${model} ${device}`);
        assert.ok(answer.speed.tokensPerSecond > 0, `${model} ${device}`);
        return answer.fit.fits ? '+' : '-';
      }).join(''),
    );
  }
  // The 3060 holds little but the smallest, 64 GiB of Apple's no 59 of weights, and DeepSeek V3 only the server.
  assert.deepEqual(fits, ['+++++', '+-+++', '+-+++', '+++++', '+-+++', '+-+++', '----+', '+++++', '+-+++', '+-+++']);
});

test('every model of the catalogue, over the devices in turn, gets one answer from both tools', () => {
  const models = JSON.parse(cli('models', '--json').stdout).filter(({ model }) => model);
  const devices = JSON.parse(cli('devices', '--json').stdout).filter(({ kind }) => kind !== 'accelerator');
  assert.equal(models.length, 310);
  models.forEach(({ name }, i) => {
    both(
      name,
      '--device',
      devices[(i * 7) % devices.length].name,
      '--ram',
      '64',
      '--gpu-layers',
      i % 2 ? 'all' : 'auto',
    );
  });
});

test('options reach the plan in both tools', () => {
  for (const [args, expected] of [
    [['--context', '4096', '--parallel', '2'], { contextLength: 4096, sequences: 2, kvUnified: false }],
    [['--kv', 'q8_0'], { cacheTypeK: 'q8_0', cacheTypeV: 'q8_0' }],
    [['--kv-k', 'q8_0', '--kv-v', 'q5_1'], { cacheTypeK: 'q8_0', cacheTypeV: 'q5_1' }],
    [['--quant', 'q8_0', '--imatrix'], { fileType: 'Q8_0', importanceMatrix: true }],
    [['--no-server'], { server: false, sequences: 1, kvUnified: false }],
    [
      ['--no-flash-attention', '--swa-full', '--no-kv-offload'],
      { flashAttention: false, swaFull: true, kvOffload: false },
    ],
    [['--batch', '1024', '--ubatch', '256', '--build', '9000'], { batchSize: 1024, microBatchSize: 256, build: 9000 }],
    [['--gpu-layers', '7', '--gpus', '2', '--backend', 'vulkan'], { gpuLayers: 7, gpus: 2, backend: 'vulkan' }],
    [['--cpu-moe', '3'], { cpuMoeLayers: 3 }],
  ]) {
    const { runtime } = both('gemma 2 9b', '--device', '3090', '--ram', '64', ...args).answer;
    assert.deepEqual({ ...runtime, ...expected }, runtime, args.join(' '));
  }
});

test('a plan that does not fit says by how much, and what would', () => {
  const { status, answer } = both('llama 3.3 70b', ...DEVICES[0]);
  assert.equal(status, 1);
  const [gpu] = answer.fit.devices;
  assert.equal(gpu.shortBy, gpu.needed - gpu.available);
  const verdict = (layers) => both('llama 3.3 70b', ...DEVICES[0], '--gpu-layers', String(layers)).answer.fit.verdict;
  assert.equal(answer.suggestion.cpuMoeLayers, 0);
  assert.equal(verdict(answer.suggestion.gpuLayers), 'fits');
  assert.equal(verdict(answer.suggestion.gpuLayers + 1), 'tight');
  assert.match(answer.commandLine, new RegExp(`--n-gpu-layers ${answer.suggestion.gpuLayers} --fit off$`));
  const experts = both('gpt-oss-120b', '--device', '5090', '--ram', '96').answer.suggestion;
  assert.equal(experts.gpuLayers, 'all');
  assert.ok(experts.cpuMoeLayers > 0);
});

test('what is tight fits, and what fits nowhere says what would, in both tools', () => {
  const { fit } = both('gemma 3 27b', ...DEVICES[0]).answer;
  const [gpu] = fit.devices;
  const reserve = (gpu.available - gpu.needed - gpu.margin / 2) / 2 ** 30;
  const tight = both('gemma 3 27b', ...DEVICES[0], '--reserve', reserve.toFixed(4));
  assert.deepEqual([tight.status, tight.answer.fit.verdict, tight.answer.commandFor], [0, 'tight', 'plan']);
  for (const [model, ...more] of [
    ['llama 3.1 405b', ...DEVICES[0]],
    ['deepseek v3', ...DEVICES[1]],
    ['kimi k2', ...DEVICES[2]],
    ['qwen3 32b', '--device', '3060 12gb', '--ram', '8'],
    ['llama 3.1 8b', '--device', '3060 12gb', '--ram', '8', '--context', '131072'],
  ]) {
    const { status, answer } = both(model, ...more);
    assert.deepEqual([status, answer.commandLine, answer.offloadCurve], [1, null, null], model);
    assert.ok(answer.noFit.nearest.parameters < answer.model.parameters, model);
  }
});

test('without a device nothing says whether it fits; without a bandwidth there is no ceiling', () => {
  const bare = both('llama 3.1 8b', '--no-detect');
  assert.deepEqual([bare.status, bare.answer.fit, bare.answer.hardware], [0, null, null]);
  const slow = both('llama 3.1 8b', '--vram', '8').answer;
  assert.deepEqual([slow.fit.fits, slow.speed.tokensPerSecond], [true, null]);
  assert.deepEqual(slow.fit.devices[1].available, null);
  assert.deepEqual([bare.answer.speed.decode, slow.speed.decode, slow.offloadCurve], [null, null, null]);
});

/** Of a printed plan, all from the speed to the command line, without bars. */
const speedTextOf = (text) =>
  /^(?:If there were room for it:\n)?decode +\d[\s\S]*?(?=\n(?:The command of what fits:\n)?llama-)/m
    .exec(text)[0]
    .replaceAll(/ [#-]+ +/g, ' ');
/** What stands for a limit in the text. */
const LIMITS = {
  memory: 'reading weights',
  compute: 'arithmetic',
  cache: 'reading the KV cache',
  launch: 'starting each step',
  link: 'copies over the link to the GPU',
  host: 'what the host computes',
};
const digits = (value) => value.toFixed(value < 1 ? 2 : value < 100 ? 1 : 0);
const rising = (values) => values.every((value, i) => i === 0 || value >= values[i - 1]);

test('the speed has its band, what limits it and on what it rests; the text has the numbers of the JSON', () => {
  for (const [model, device] of [
    ['llama 3.1 8b', DEVICES[0]],
    ['llama 3.3 70b', DEVICES[0]],
    ['gemma 3 27b', DEVICES[1]],
    ['qwen3 30b', DEVICES[2]],
    ['gpt-oss-120b', DEVICES[3]],
    ['phi-4 14b', DEVICES[4]],
    ['qwen3.5 9b', ['--device', 'b580', '--gpus', '2']],
    ['mistral small 3.1', ['--vram', '24', '--bandwidth', '800']],
  ]) {
    const { speed, workload } = both(model, ...device).answer;
    for (const { p10, p50, p90 } of [speed.decode, speed.prefill, speed.timeToFirstToken]) {
      assert.ok(p10 <= p50 && p50 <= p90, `${model}: ${p10} ${p50} ${p90}`);
    }
    assert.ok(speed.decode.p50 < (speed.tokensPerSecond ?? Number.POSITIVE_INFINITY), model);
    // A prompt and one token.
    assert.ok(speed.timeToFirstToken.p50 > workload.promptLength / speed.prefill.p50, model);
    const text = speedTextOf(cli('plan', model, ...device).stdout);
    const ofEnd = /^ +(\S+) tok\/s \(\S+ to \S+\) after (\d+), at the end of the context/m.exec(text);
    assert.deepEqual([ofEnd[1], Number(ofEnd[2])], [digits(speed.atEnd.decode.p50), speed.atEnd.depth], model);
    const bandOf = (name, scale = 1) => {
      const { p10, p50, p90 } = speed[name];
      return `(?:${digits(p50 * scale)}) \\S+ \\(${digits(p10 * scale)} to ${digits(p90 * scale)}\\)`;
    };
    assert.match(
      text,
      new RegExp(`^decode +${bandOf('decode')} after 512 tokens, limited by ${LIMITS[speed.decodeLimit]}$`, 'm'),
    );
    assert.match(
      text,
      new RegExp(`^prefill +${bandOf('prefill')} of the prompt, limited by ${LIMITS[speed.prefillLimit]}$`, 'm'),
    );
    const first = bandOf('timeToFirstToken', speed.timeToFirstToken.p50 < 1 ? 1000 : 1);
    assert.match(text, new RegExp(`^first token +${first}, after a prompt of 512 tokens$`, 'm'));
    assert.match(text, new RegExp(`^evidence +${speed.evidence} \\(`, 'm'));
    assert.equal(text, speedTextOf(start(native, ['plan', model, ...device]).stdout));
  }
});

test('options of the speed reach it', () => {
  const decode = (...args) =>
    both('llama 3.3 70b', '--device', '4090', '--ram', '64', '--gpu-layers', '40', ...args).answer.speed;
  const usual = decode();
  assert.ok(decode('--ram-bandwidth', '300', '--threads', '16').decode.p50 > usual.decode.p50);
  assert.ok(decode('--threads', '4').decode.p50 < usual.decode.p50);
  const long = decode('--prompt', '4096', '--output', '1024');
  assert.ok(long.decode.p50 < usual.decode.p50);
  assert.ok(long.timeToFirstToken.p50 > usual.timeToFirstToken.p50);
  const none = decode('--prompt', '0');
  assert.deepEqual([none.prefill, none.prefillLimit], [null, null]);
  const { assumptions } = both('phi-2', '--gpus', '0', '--ram', '32').answer;
  assert.ok(assumptions.includes('The host has 75 GB/s of memory (--ram-bandwidth) and 8 cores (--threads).'));
  assert.equal(both('phi-2', '--device', 'b580').answer.runtime.backend, 'sycl');
  assert.equal(both('phi-2', '--device', '4090', '--backend', 'cpu').answer.speed.decode, null);
});

test('the curve over layers: where not everything fits, and where it is asked for', () => {
  const { offloadCurve: curve, suggestion, speed } = both('llama 3.3 70b', ...DEVICES[0]).answer;
  assert.deepEqual(
    curve.map(({ gpuLayers }) => gpuLayers),
    Array.from({ length: 82 }, (_, layers) => layers),
  );
  assert.ok(rising(curve.map(({ decode }) => decode.p50)));
  const most = curve.findLastIndex(({ verdict }) => verdict === 'fits');
  assert.equal(most, suggestion.gpuLayers);
  assert.deepEqual([curve[most].decode, curve[81].decode], [suggestion.decode, speed.decode]);

  assert.equal(both('llama 3.1 8b', ...DEVICES[0]).answer.offloadCurve, null);
  assert.equal(both('llama 3.1 8b', ...DEVICES[0], '--curve').answer.offloadCurve.length, 34);
  assert.equal(both('llama 3.1 8b', ...DEVICES[4], '--curve').answer.offloadCurve, null);

  const lines = cli('plan', 'llama 3.3 70b', ...DEVICES[0]).stdout.split('\n');
  const bars = lines.slice(lines.indexOf('decode by layers on the GPU (--gpu-layers)') + 1).slice(0, 10);
  assert.deepEqual(
    bars.map((line) => Number(line.slice(0, 2))),
    [0, 10, 20, 30, 40, most, 50, 60, 70, 81].sort((a, b) => a - b),
  );
  assert.ok(rising(bars.map((line) => /^ *\d+ +([#-]+) /.exec(line)[1].length)));
  for (const line of bars) {
    const [, layers, rate] = /^ *(\d+) .* (\S+) tok\/s/.exec(line);
    assert.equal(rate, digits(curve[layers].decode.p50));
    assert.equal(line.includes('no room'), curve[layers].verdict === 'doesNotFit');
    assert.equal(line.includes('most that fits'), Number(layers) === most);
  }
});

test('blocks are for terminals of UTF-8', () => {
  const shownIn = (LC_ALL) =>
    spawnSync('script', ['-qec', `${command} --no-color plan 'llama 3.3 70b' --device 4090 --ram 64`, '/dev/null'], {
      timeout: 60_000,
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, LC_ALL },
    }).stdout;
  assert.match(shownIn('C.UTF-8'), /^ 0 {2}█*[▉-▏]? +\d/m);
  assert.match(shownIn('C.UTF-8'), /^81 {2}░+ /m);
  assert.match(shownIn('C'), /^81 {2}-+ /m);
});

/** A test as `llama-bench -o json` prints it: Llama 3.1 8B, all on a GPU of CUDA. */
const benchRow = (more) => ({
  build_number: 6000,
  gpu_info: 'NVIDIA GeForce RTX 4090',
  backends: 'CUDA',
  model_type: 'llama 8B Q4_K - Medium',
  model_size: 4912898304,
  model_n_params: 8030261312,
  n_batch: 2048,
  n_ubatch: 512,
  n_threads: 8,
  type_k: 'f16',
  type_v: 'f16',
  n_gpu_layers: 99,
  split_mode: 'layer',
  no_kv_offload: false,
  flash_attn: true,
  n_prompt: 0,
  n_gen: 128,
  avg_ts: 100,
  ...more,
});
const benchFile = (rows, name = 'bench.json') => {
  writeFileSync(join(folder, name), JSON.stringify(rows, null, 2));
  return name;
};

test('measurements of the machine move its speed, in both tools alike', () => {
  const args = ['llama 3.1 8b', ...DEVICES[0]];
  const before = both(...args, '--prompt', '0').answer.speed.decode;
  const slower = [
    benchRow({ avg_ts: 0.8 * before.p50 }),
    benchRow({ avg_ts: 0.8 * before.p50, flash_attn: 1, n_gpu_layers: -1 }),
  ];
  const after = both(...args, '--prompt', '0', '--calibrate', benchFile(slower)).answer.speed;
  assert.ok(after.decode.p50 < 0.95 * before.p50 && after.decode.p50 > 0.7 * before.p50, after.decode.p50);
  assert.deepEqual([after.evidence, after.calibratedFrom], ['calibrated', 2]);
  const faster = slower.map((row) => ({ ...row, avg_ts: 1.25 * before.p50 }));
  assert.ok(both(...args, '--prompt', '0', '--calibrate', benchFile(faster)).answer.speed.decode.p50 > before.p50);
  assert.equal(both(...args).answer.speed.calibratedFrom, null);
  const text = cli('plan', ...args, '--calibrate', benchFile([slower[0]])).stdout;
  assert.match(text, /^evidence {5}calibrated \(1 measurement of this machine\); /m);
  assert.equal(speedTextOf(text), speedTextOf(start(native, ['plan', ...args, '--calibrate', 'bench.json']).stdout));
});

test('of a file of measurements what says nothing of the plan is skipped, and said', () => {
  const file = benchFile([
    benchRow({ avg_ts: 110 }),
    benchRow({ avg_ts: 12, n_gpu_layers: 20, n_threads: 12, build_number: 3000, flash_attn: false }),
    benchRow({ avg_ts: 9, backends: 'CPU', n_gpu_layers: 0 }),
    benchRow({ avg_ts: 3000, n_prompt: 512, n_gen: 0, n_depth: 1024, n_ubatch: 256 }),
    benchRow({ avg_ts: 90, n_prompt: 512 }),
    // Of the two that have so many parameters, both are alike.
    benchRow({ avg_ts: 80, model_type: 'qwen2 7B Q8_0', model_size: 8098525888, model_n_params: 7615616512 }),
    benchRow({
      avg_ts: 60,
      model_type: 'qwen3moe 30B.A3B IQ3_S mix - 3.66 bpw',
      model_n_params: 30532122624,
      n_cpu_moe: 20,
    }),
    benchRow({ model_type: 'foo 8B Q4_K - Medium' }),
    benchRow({ backends: 'Vulkan' }),
    benchRow({ backends: 'Vulkan' }),
    benchRow({ type_k: 'turbo3' }),
    benchRow({ tensor_buft_overrides: 'exps=CPU' }),
    benchRow({ model_type: 'llama 8B' }),
  ]);
  const notes = [
    'llama 8B Q4_K - Medium is taken as Llama 3.1 8B',
    'qwen2 7B Q8_0 is taken as Qwen2 7B',
    'qwen3moe 30B.A3B IQ3_S mix - 3.66 bpw is taken as Qwen3 30B-A3B',
    '1 row skipped: foo 8B Q4_K - Medium: no model of the catalogue is like it',
    '2 rows skipped: llama 8B Q4_K - Medium: it ran on vulkan, not on cuda',
    '2 rows skipped: llama 8B Q4_K - Medium: its tensors were placed by hand, or its cache is of an unknown type',
    '1 row skipped: llama 8B: its file type is not known',
  ];
  for (const model of ['llama 3.1 8b', 'gemma 3 27b']) {
    const { speed } = both(model, ...DEVICES[0], '--calibrate', file).answer;
    assert.deepEqual([speed.evidence, speed.calibratedFrom], ['calibrated', 6], model);
  }
  for (const [program, name] of [
    [command, 'wasm-calculator'],
    [native, 'llmcalc'],
  ]) {
    const { stderr } = start(program, ['plan', 'llama 3.1 8b', ...DEVICES[0], '--calibrate', file]);
    assert.equal(stderr, notes.map((note) => `${name}: --calibrate: ${note}\n`).join(''));
  }
  // On a processor, only what was measured there; on Apple's, only Metal.
  assert.equal(both('phi-4 14b', ...DEVICES[4], '--calibrate', file).answer.speed.calibratedFrom, 1);
  const metal = benchFile([benchRow({ backends: 'MTL,BLAS' }), benchRow()], 'metal.json');
  assert.equal(both('llama 3.1 8b', ...DEVICES[2], '--calibrate', metal).answer.speed.calibratedFrom, 1);
});

test('a table is as good as JSON, for the npm tool; what is no measurement is refused', () => {
  const args = ['plan', 'llama 3.1 8b', ...DEVICES[0], '--calibrate'];
  writeFileSync(
    join(folder, 'bench.md'),
    `| model | size | params | backend | ngl | fa | test | t/s |
| --- | ---: | ---: | --- | --: | -: | ---: | ---: |
| llama 8B Q4_K - Medium | 4.58 GiB | 8.03 B | CUDA | 99 | 1 | pp512 | 3000.00 ± 9.00 |
| llama 8B Q4_K - Medium | 4.58 GiB | 8.03 B | CUDA | 99 | 1 | tg128 | 100.00 ± 1.00 |

build: abcdef0 (6000)
`,
  );
  const { speed } = JSON.parse(cli(...args, 'bench.md', '--json').stdout);
  assert.deepEqual([speed.evidence, speed.calibratedFrom], ['calibrated', 2]);
  const refused = (program, words, message) => {
    const { status, stdout, stderr } = start(program, words);
    assert.deepEqual([status, stdout], [2, ''], stderr);
    assert.match(stderr, message);
  };
  refused(
    native,
    [...args, 'bench.md'],
    /bench\.md must be what llama-bench -o json prints; other formats are for the npm/,
  );
  refused(command, [...args, 'package.json'], /parseBenchmarks: /);
  for (const program of [command, native]) {
    refused(
      program,
      [...args, benchFile([benchRow({ backends: 'Vulkan' })])],
      /the file has no row that can be used$/m,
    );
    refused(program, [...args, 'none.json'], /none\.json/);
    const without = ['plan', 'llama 3.1 8b', '--vram', '24', '--calibrate', 'bench.json'];
    refused(program, without, /--calibrate: there is no estimate without a device, or a bandwidth$/m);
  }
});

test('a pipe that is closed early is no failure', () => {
  const { status, stdout, stderr } = spawnSync(
    'bash',
    ['-c', `set -o pipefail; ${command} models --json | head -c 2`],
    {
      encoding: 'utf8',
    },
  );
  assert.deepEqual([status, stdout, stderr], [0, '[\n', '']);
});

test('bad usage ends with 2 and says what is wrong', () => {
  for (const [args, message] of [
    [['plan'], /missing required argument 'model'/],
    [['plan', 'nonesuch'], /model must be in the catalogue, got "nonesuch"; nothing in it is like that/],
    [['plan', 'qwen 2'], /model must name one, "qwen 2" could be /],
    [['plan', 'kimi k3'], /Kimi K3 is in the catalogue, but cannot be planned/],
    [['plan', 'phi-2', '--device', 'm4 max'], /device must name one, "m4 max" could be Apple M4 Max \(32-core\), /],
    [['plan', 'phi-2', '--device', 'm4 max 40'], /--ram is needed: Apple M4 Max \(40-core\) comes with several sizes/],
    [['plan', 'phi-2', '--device', 'tpu v4'], /llama\.cpp does not run on TPU v4/],
    [['plan', 'phi-2', '--quant', 'Q9'], /"Q9" is not a file type; known are F32, F16/],
    [['plan', 'phi-2', '--context', '-1'], /It must be a whole number of tokens from 1 to 1000000000/],
    [
      ['plan', 'phi-2', '--kv', 'q8_0', '--no-flash-attention'],
      /runtime\.cacheTypeV must be f32, f16 or bf16 where flashAttention is false/,
    ],
    [['plan', 'phi-2', '--bandwidth', '0'], /It must be a plain number from 0\.1 to 1000000,/],
    [['plan', 'phi-2', '--gpu-layers', '7.5'], /It must be a whole number, all or auto\./],
    [['plan', 'none.gguf'], /ENOENT/],
    [['plan', 'none.json'], /ENOENT/],
    [['fly'], /unknown command 'fly'/],
  ]) {
    const { status, stdout, stderr } = cli(...args);
    assert.equal(status, 2, args.join(' '));
    assert.match(stderr, message);
    assert.equal(stdout, '');
  }
});

test('what both tools refuse, they refuse in the same words', () => {
  for (const args of [
    ['nonesuch', '--device', '4090'],
    ['qwen 2', '--device', '4090'],
    ['kimi k3', '--device', '4090'],
    ['phi-2', '--device', 'm4 max'],
    ['phi-2', '--device', 'm4 max 40'],
    ['phi-2', '--device', 'rtx 4095'],
    ['phi-2', '--device', 'tpu v4'],
    ['phi-2', '--device', '4090', '--kv', 'q8_0', '--no-flash-attention'],
  ]) {
    const [ours, twin] = [command, native].map((program) => start(program, ['plan', ...args, '--no-detect']));
    assert.equal(ours.stderr.replace(/^wasm-calculator: /, ''), twin.stderr.replace(/^llmcalc: /, ''));
    assert.deepEqual([ours.status, twin.status], [2, 2]);
  }
});

test('lists, explanations and detection, for people and as JSON', () => {
  assert.match(cli('models', 'gemma 3').stdout, /^name +type +layers.*\nGemma 3 4B/);
  assert.equal(JSON.parse(cli('models', '--json').stdout).length, 315);
  assert.equal(JSON.parse(cli('devices', '--json').stdout).length, 515);
  assert.match(cli('devices', '4090').stdout, /GeForce RTX 4090 +gpu +23\.52 GiB +24\.00 GiB +1008/);
  assert.equal(cli('devices', 'nonesuch').status, 1);
  assert.match(cli('devices', 'rtx 50').stdout, /GeForce RTX 5090 +gpu/);
  const text = cli('explain', 'gemma 3 27b', '--device', '3090').stdout;
  for (const part of ['kvCache\n  = layers x cells', 'ggml-org/llama.cpp', 'gpu0: ', 'in sliding layers']) {
    assert.ok(text.includes(part), part);
  }
  const explained = JSON.parse(cli('explain', 'gemma 3 27b', '--device', '3090', '--json').stdout);
  const { memory } = both('gemma 3 27b', '--device', '3090').answer;
  for (const { device, term, bytes } of explained.terms) {
    assert.equal(bytes, memory.devices.find(({ name }) => name === device)[term]);
  }
  assert.ok(JSON.parse(cli('detect', '--json').stdout).memory.bytes > 0);
  for (const args of [['models'], ['models', 'gemma'], ['devices'], ['detect'], ['explain', 'phi-2']]) {
    const answer = JSON.parse(cli(...args, '--json').stdout);
    const fits = ajv.getSchema(`answers#/definitions/${args[0]}`);
    assert.ok(fits(answer), `${args}: ${JSON.stringify(fits.errors)}`);
  }
  assert.match(cli('--help').stdout, /Examples:\n {2}wasm-calculator plan "llama 3.1 8b"/);
  assert.match(cli('plan', '--help').stdout, /--gpu-layers <n>/);
});

test('colours are for terminals only', () => {
  const args = ['plan', 'llama 3.1 8b', '--device', '4090', '--ram', '64'];
  const introducer = String.fromCharCode(27);
  const piped = cli(...args).stdout;
  for (const env of [{}, { CI: 'true' }, { FORCE_COLOR: '1' }]) {
    assert.equal(start(command, args, { PATH: process.env.PATH, ...env }).stdout, piped);
  }
  assert.ok(!piped.includes(introducer));
  assert.match(piped, /^It fits: .* GiB free on gpu0, /m);
  assert.match(piped, /^ceiling +\d+ tok\/s, what memory bandwidth alone allows$/m);
  const terminal = (more) =>
    spawnSync('script', ['-qec', [command, ...args.map((arg) => `'${arg}'`), more].join(' '), '/dev/null'], {
      timeout: 60_000,
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, TERM: 'xterm-256color', NO_COLOR: '', FORCE_COLOR: '', CI: '' },
    }).stdout;
  assert.ok(terminal('').includes(`${introducer}[`));
  assert.ok(!terminal('--no-color').includes(introducer));
});
