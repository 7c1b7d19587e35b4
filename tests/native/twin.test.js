// The native tool's rules are the npm tool's, on thousands of inputs that nobody thought of.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { devices, findDevice, findModel, models as known, parseModelName } from '../../dist/catalog.js';
import { isRepository, saidBy } from '../../js/cli/names.js';
import { overriddenLayers } from '../../js/cli/overrides.js';
import { QUANT_ALIASES, quantOf } from '../../js/cli/quants.js';
import { nearestKey } from '../../js/core/keys.js';
import { NAMES } from '../../js/core/memory.js';
import { readCompact } from '../../scripts/support/memory-golden.mjs';

const program = fileURLToPath(new URL('../../build/native-release/tests/native/twin', import.meta.url));
const { models } = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));

/** What the native tool's rule says to each of the arguments. */
function native(rule, asked) {
  const input = asked.map((args) => `${JSON.stringify([rule, ...args])}\n`).join('');
  const { stdout, status } = spawnSync(program, { encoding: 'utf8', input, maxBuffer: 1e8 });
  assert.equal(status, 0);
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The same of a function here. */
function ours(rule, asked) {
  return asked.map((args) => {
    try {
      return rule(...args) ?? null;
    } catch (error) {
      // Half a character, which C++ has no text for.
      return { error: error.message.replace(/\\ud[89ab]../g, '\ufffd') };
    }
  });
}

/** Compares both; the answers. */
function same(name, rule, asked) {
  const [theirs, here] = [native(name, asked), ours(rule, asked)];
  for (const [i, args] of asked.entries()) assert.deepEqual(theirs[i], here[i], JSON.stringify(args).slice(0, 300));
  return here;
}

/** Whole numbers from 0 to `below` - 1, the same in every run. */
let state = 14;
function random(below) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}
const one = (list) => list[random(list.length)];

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCXYZ0189_-. \u00e9';
function misspelt(text, others) {
  const letters = [...text];
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(letters.length + 1);
    const change = random(6);
    if (change === 0) letters.splice(at, 1);
    else if (change === 1) letters.splice(at, 0, one(LETTERS));
    else if (change === 2) letters.splice(at, 2, ...letters.slice(at, at + 2).reverse());
    else if (change === 3 && letters[at]) letters[at] = letters[at].toUpperCase();
    else if (change === 4) letters.splice(at, letters.length, ...one(others));
    else letters.splice(0, at);
  }
  return letters.join('');
}

const RUNTIME =
  'engine build server fileType importanceMatrix contextLength batchSize microBatchSize sequences kvUnified flashAttention cacheTypeK cacheTypeV gpuLayers cpuMoeLayers swaFull kvOffload backend multiprocessors gpus'.split(
    ' ',
  );
const KNOWN = [
  [...new Set([...models.values()].flatMap((model) => Object.keys(model)))],
  [...new Set([...models.values()].flatMap(({ groups }) => groups.flatMap((group) => Object.keys(group))))],
  RUNTIME,
  'kind hostMemory hostReserved hostMargin gpus memory reserved margin bandwidth threads'.split(' '),
  'promptLength outputLength cachedTokens concurrency draftLength acceptanceRate draftAcceptance draftCost fileBytes'.split(
    ' ',
  ),
];
const SLANG =
  'ctx ctx-size n_ctx max-context ubatch parallel slots np quant Quantization quantisation type ftype precision ngl offload layers ncmoe n-cpu-moe kv kv_type cacheType ctk CTV depth vram VRAM ram RAM context batch moe'.split(
    ' ',
  );
const ODD = [
  '',
  ' ',
  '_',
  '###',
  '__proto__',
  'constructor',
  '\u00e4\u00f6\u00fc',
  '\u212av',
  'v\u0130ram',
  '\u{1f600}',
  `${'x'.repeat(99)}\u{1f600}memory`,
  'memory'.repeat(50),
  '1e400',
  'k',
  'K',
];

test('20,000 misspelt keys are nearest to the same ones', () => {
  const asked = KNOWN.flatMap((known) => [...SLANG, ...ODD].map((key) => [key, known]));
  while (asked.length < 20_000) {
    const known = one(KNOWN);
    asked.push([misspelt(one(known), RUNTIME), known]);
  }
  const none = same('nearestKey', nearestKey, asked).filter((nearest) => nearest === null).length;
  assert.ok(none > 20 && none < 4000, `${none} are like nothing`);
});

const TYPES = [...NAMES.fileType.keys()];
const PUBLISHED =
  'q4 Q4 iq4 int4 4bit 4-bit q 4 q7 q16 f4 fp4 fp8 f8 int8 8 16 32 64 q4km q4_k-m Q4-K_M.gguf i1-IQ3_XS i1_q4_k_m imat-Q5_K_S imatrix_q6_k imatq4_0 UD-Q4_K_XL ud-iq2_m UD_Q2_K_XL Q8_K_XL Q4_K_XL q6_k_l IQ4_KS iq2_kt IQ3_K q4_0_r8 q6_0 awq GPTQ-int4 exl2 exl3-4bpw hqq nf4 bnb-4bit w4a16 mlx autoround qat QAT-Q4_0 q4_0-qat qat_ud q4_k_m_qat qatar QATQ4_0 qat-qat Q4_0_4_4 mxfp4 half'.split(
    ' ',
  );

test('20,000 names of file types are understood alike, or refused in the same words', () => {
  const names = [...TYPES, ...QUANT_ALIASES.keys(), ...PUBLISHED];
  const asked = [...names, ...ODD, ' q4_k_m ', '\u00a0Q8_0\u00a0', 'x'.repeat(5000), '9'.repeat(3)].map((name) => [
    name,
  ]);
  while (asked.length < 20_000) {
    const name = one(names);
    asked.push([
      random(2)
        ? misspelt(name, names)
        : `${one(['', 'ud-', 'i1-', 'QAT-', 'int', 'fp', 'f', 'q'])}${name}${one(['', '.gguf', '_xl', '-qat'])}`,
    ]);
  }
  const answers = same('quantOf', quantOf, asked);
  const understood = answers.filter(({ fileType }) => fileType).length;
  assert.ok(understood > 2000 && understood < 18_000, `${understood} are understood`);
});

const REPOSITORIES =
  'unsloth/Qwen3-8B-GGUF:Q8_0 hf.co/unsloth/Qwen3-8B-GGUF:latest https://huggingface.co/unsloth/Qwen3-8B-GGUF/ mradermacher/Qwen3-8B-i1-GGUF:i1-IQ3_XS google/gemma-3-27b-it-qat-q4_0-gguf https://www.hf.co/models/a/b llama3.1:8b-instruct-q4_K_S phi-2-q8_0 Qwen3-8B-UD-Q4_K_XL a/b/c u/r:main https://huggingface.co/u/r/resolve/main/x.gguf gemma-qat meta-llama/Llama-3.2-1B'.split(
    ' ',
  );

test('20,000 names of models and repositories say the same', () => {
  const asked = [...REPOSITORIES, ...ODD, 'phi-2 q8_0', ' u/r ', 'x'.repeat(499)].map((name) => [name]);
  while (asked.length < 20_000) asked.push([misspelt(one(REPOSITORIES), [...REPOSITORIES, 'https://hf.co/', ':Q4_0'])]);
  const answers = same(
    'saidBy',
    (text) => {
      const { queries, quant, fileOf, config } = saidBy(text);
      return { queries, quant, place: fileOf?.('TYPE') ?? config, isRepository: isRepository(text) };
    },
    asked,
  );
  for (const key of ['quant', 'place', 'isRepository']) {
    const said = answers.filter((answer) => answer[key]).length;
    assert.ok(said > 500 && said < 19_000, `${said} say ${key}`);
  }
});

/** What tools print around a name of a device. */
const AROUND = [
  ['NVIDIA ', ''],
  ['NVIDIA ', ', 12288'],
  ['0, ', ', 24564 MiB, 550.54.14'],
  ['GPU 0: ', ' (UUID: GPU-1)'],
  ['Chipset Model: ', '\n      Total Number of Cores: 40'],
  ['01:00.0 VGA compatible controller [0300]: NVIDIA Corporation AD102 [', '] [10de:2684] (rev a1)'],
  ['Advanced Micro Devices, Inc. [AMD/ATI] Navi 31 [', '/7900 XTX/7900M]'],
  ['NVIDIA Corporation AD107M [', ' Max-Q / Mobile]'],
  ['deviceName        = ', ' (RADV NAVI31)'],
  ['macbook pro ', ''],
  ['', ' laptop'],
  ['', ' 16gb'],
  ['', ', [N/A]'],
  ['Intel(R) ', '(TM) Graphics (DG2)'],
];
const AROUND_MODELS = [
  ['hf.co/unsloth/', '-GGUF:Q4_K_M'],
  ['https://www.huggingface.co/bartowski/google_', '-i1-GGUF'],
  ['lmstudio-community/', '-GGUF'],
  ['', ':q8_0'],
  ['', '-Instruct-UD-Q4_K_XL.gguf'],
  ['unsloth/', '-BF16'],
];
/** Names with something around them, misspelt ones, and odd ones. */
function askedFor(items, around, count) {
  const all = items.flatMap(({ name, aliases }) => [name, ...aliases]);
  const asked = [...all, ...ODD, 'cpu', 'gpu', 'laptop', 'mac', 'a '.repeat(200_000)].map((name) => [name]);
  while (asked.length < count) {
    const [before, behind] = one(around);
    const name = `${before}${one(all)}${behind}`;
    asked.push([random(2) ? name : misspelt(random(2) ? name : one(all), all)]);
  }
  return asked;
}

test('4,000 names of devices and models find the same, or are refused in the same words', () => {
  const found = [
    ...same('findDevice', (name) => findDevice(name).name, askedFor(devices, AROUND, 2000)),
    ...same('findModel', (name) => findModel(name).name, askedFor(known, AROUND_MODELS, 2000)),
  ].filter((answer) => typeof answer === 'string').length;
  assert.ok(found > 1500 && found < 3600, `${found} are found`);
  same('parseModelName', parseModelName, askedFor(known, AROUND_MODELS, 2000));
});

test('patterns move the same experts', () => {
  const patterns = [
    'exps=CPU',
    '\\.ffn_.*_exps\\.=CPU',
    '.ffn_.*_exps.weight=CPU',
    'blk\\.([0-9]|1[0-9])\\.ffn_.*_exps\\.=CPU',
    'blk\\.[0-5]\\.ffn_(gate|up|down)_exps=CPU',
    'blk\\.\\d+\\.ffn_up_exps=CPU',
    'ffn_up_exps=CPU,ffn_gate_exps=CPU,ffn_down_exps=CPU',
    'ffn=CPU',
    'attn=CPU',
    'output=CPU',
    'exps=CUDA0',
    'exps',
    '=CPU',
    'exps=',
    'a=b=CPU',
    '(=CPU',
    '[z-a]=CPU',
    'nothing=CPU',
    'blk\\.[3-5]\\..*_exps=CPU',
    `${'e'.repeat(1001)}=CPU`,
    '',
    ',',
    'exps=CPU,',
    '\u{1f600}=CPU',
  ];
  const some = ['qwen3-30b-a3b', 'llama-3.1-8b', 'gpt-oss-20b', 'deepseek-v2-lite', 'llama-4-scout'].filter((name) =>
    models.has(name),
  );
  assert.ok(some.length >= 3, `${some}`);
  const asked = some.flatMap((name) => [
    ...patterns.map((pattern) => [[pattern], models.get(name)]),
    [['blk\\.0\\..*exps=CPU', 'blk\\.[12]\\..*exps=CPU'], models.get(name)],
  ]);
  const counts = same('overriddenLayers', overriddenLayers, asked).filter((layers) => layers.error === undefined);
  assert.ok(counts.includes('all') && counts.some((layers) => layers > 0));
});

test('numbers are rounded as toFixed does', () => {
  const asked = [];
  for (let i = 0; i < 20_000; i++) {
    const value = one([
      random(1e6) / 8,
      random(1e6) / 1000,
      random(2 ** 31) * 2 ** -random(40),
      0.5,
      1.005,
      1e21 - 2 ** 17,
      0,
    ]);
    if (value < 1e21) asked.push([value, random(4)]);
  }
  same('toFixed', (value, digits) => value.toFixed(digits), asked);
});
