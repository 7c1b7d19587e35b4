// The printed command: what a shell makes of it, on one line and on several.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { commandLine, commandLines, quoted } from '../../js/cli/command.js';
import { widthOf } from '../../js/cli/layout.js';
import { randomOf } from '../support/random.js';
import { answerTo } from './answer-support.js';

/** The words that bash makes of a text. @param {string} text */
function wordsIn(text) {
  const { stdout, stderr, status } = spawnSync('bash', ['-c', `printf '%s\\0' ${text}`], { encoding: 'utf8' });
  assert.deepEqual([status, stderr], [0, ''], text);
  return stdout.split('\0').slice(0, -1);
}
const STEERING = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

const NAMES = [
  'model.gguf',
  'my model.gguf',
  "it's.gguf",
  'a"b`c$d.gguf',
  '$(touch pwned);.gguf',
  'back\\slash.gguf',
  'Größe 模型.gguf',
  'x\u001b[31my.gguf',
  'two\nlines.gguf',
  "q'$(touch pwn);\n\u001b[31m.gguf",
  'right\u202eto\u2066left.gguf',
  'zero\u200bwidth\u2028and\u2029.gguf',
  'tab\tand\u00017.gguf',
  '-dash.gguf',
  '*.gguf',
  '~/m.gguf',
  `${'long-'.repeat(20)}name.gguf`,
  'a\u0085b\u00adc\ufeff.gguf',
];

test('a shell gives llama.cpp the very file, and nothing in the command steers a terminal', () => {
  for (const name of NAMES) {
    const text = quoted(name);
    assert.deepEqual(wordsIn(text), [name]);
    assert.doesNotMatch(text, STEERING, JSON.stringify(name));
  }
  assert.equal(quoted('models/llama-3.1-8b-Q4_K_M.gguf'), 'models/llama-3.1-8b-Q4_K_M.gguf');
  assert.equal(quoted('https://x.y/a.gguf'), 'https://x.y/a.gguf');
  assert.equal(quoted('x\u001b.gguf'), "$'x\\033.gguf'");
});

test('any name survives the shell', () => {
  const random = randomOf(20261128);
  const letters = 'ab1 \'"\\$`!*?[]{}()<>|&;#~\n\t\u001b\u007f\u0080\u200f\u202e\u2028é模😀\u{e0041}';
  const characters = Array.from(letters);
  for (let n = 0; n < 40; n++) {
    const name = Array.from({ length: 1 + random(24) }, () => characters[random(characters.length)]).join('');
    assert.deepEqual(wordsIn(quoted(name)), [name]);
    assert.doesNotMatch(quoted(name), STEERING);
  }
});

const RUNTIME = {
  server: true,
  contextLength: 8192,
  batchSize: 2048,
  microBatchSize: 512,
  sequences: 4,
  kvUnified: true,
  flashAttention: true,
  cacheTypeK: 'f16',
  cacheTypeV: 'f16',
  gpuLayers: 'all',
  cpuMoeLayers: 0,
  swaFull: false,
  kvOffload: true,
  gpus: 1,
};
const SPLIT = { mode: 'layer', mainGpu: null, tensorSplit: null };

test('a command on several lines is the same command, and each of them fits', () => {
  for (const name of NAMES) {
    const command = commandLine(name, RUNTIME, { hardware: null, split: SPLIT, fits: true });
    const words = wordsIn(command);
    assert.deepEqual(words.slice(0, 3), ['llama-server', '--model', name]);
    for (const width of [50, 60, 80, 120, 400]) {
      const lines = commandLines(command, width, widthOf);
      assert.deepEqual(wordsIn(lines.join('\n')), words, `${width}`);
      for (const line of lines) {
        // The path of a file cannot be broken.
        assert.ok(widthOf(line) <= width || line === `  ${quoted(name)} \\`, line);
      }
    }
    assert.equal(commandLines(command, 4000, widthOf).length, 1);
  }
});

test('the command has what was planned, and --fit off only where that fits', async () => {
  for (const [line, expected, absent] of [
    [
      '"llama 3.1 8b" --device 4090',
      /^llama-server --model llama-3\.1-8b-Q4_K_M\.gguf --ctx-size 8192 .*--n-gpu-layers all --fit off$/,
    ],
    ['"llama 3.1 8b" --no-detect', /--n-gpu-layers all$/, /--fit/],
    ['"llama 3.1 8b" --device 4090 --no-server', /^llama-cli /, /--parallel|kv-unified/],
    ['"llama 3.1 8b" --device 4090 --parallel 2', /--parallel 2 --no-kv-unified/],
    ['"llama 3.1 8b" --device "epyc 9654" --ram 64', /--device none --n-gpu-layers 0 --fit off$/],
    ['"llama 3.1 8b" --device 4090 --gpus 2', /--split-mode layer --tensor-split 1,1 --fit off$/],
    ['"llama 3.1 8b" --device 4090 --gpus 3 --tensor-split 3,0,1.5', /--split-mode layer --tensor-split 3,0,1\.5 /],
    [
      '"llama 3.1 8b" --device 4090 --gpus 2 --split-mode none --main-gpu 1',
      /--split-mode none --main-gpu 1 /,
      /tensor-split/,
    ],
    ['"llama 3.1 8b" --device 4090 --cpu-moe 3', /--n-cpu-moe 3 /, /--cpu-moe/],
    ['"gemma 3 27b" --device 4090 --swa-full --no-kv-offload --ram 64', /--swa-full --no-kv-offload/],
    [
      '"gemma 2 9b" --device 4090 --no-flash-attention --kv-k q8_0',
      /--flash-attn off --cache-type-k q8_0 --cache-type-v f16/,
    ],
    ['"llama 3.3 70b" --device 4090 --ram 64', /--n-gpu-layers \d+ --fit off$/],
    ['"gpt-oss-120b" --device 5090 --ram 96 --quant Q4_K_M', /--n-gpu-layers all --n-cpu-moe \d+ --fit off$/],
  ]) {
    const { commandLine: command } = await answerTo(line);
    assert.match(command, expected, line);
    if (absent) assert.doesNotMatch(command.replace(/--n-cpu-moe/g, ''), absent, line);
  }
});

test('unlike cards get layers by the memory that is free on them', async () => {
  const { commandLine: command, hardware } = await answerTo(
    '"qwen3 32b" --device 3090 --device "4060 ti 16gb" --reserve 2,0.5 --ram 64',
  );
  const [first, second] = /--tensor-split ([\d,]+) /.exec(command)[1].split(',').map(Number);
  const [a, b] = hardware.gpus.map(({ memory, reserved }) => memory - reserved);
  assert.ok(Math.abs(first / second - a / b) < 1e-3, `${first}:${second}`);
});
