// What the Node example, which scripts/demo runs, and the command line of the README say.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { devices, models } from 'wasm-calculator/catalog';
import { GGUF_ARCHITECTURES } from '../../js/models/gguf.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const example = fileURLToPath(new URL('../../examples/node/estimate.mjs', import.meta.url));

test('the Node example estimates through WebAssembly', () => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [example, '--require-wasm'], { encoding: 'utf8' });
  assert.equal(status, 0, stderr);
  const lines = stdout.split('\n').map((line) => line.trim());
  assert.match(lines[0], /^wasmCalculator runs as wasm;/);
  const after = (machine, model, offset) =>
    lines[lines.findIndex((line, i) => i > lines.indexOf(machine) && line.startsWith(`${model}:`)) + offset];
  const [card, mac, cpu] = [
    'RTX 4090 + dual-channel DDR5-6000',
    'Apple M4 Max (40-core GPU, 64 GB)',
    'Ryzen 9 9950X, dual-channel DDR5-6000',
  ];
  // Bandwidth over the size of the file: 1008 / 4.9129 and 546 / 42.51.
  assert.equal(after(card, 'Llama 3.1 8B', 1), 'at most 205.2 tokens/s');
  assert.equal(after(mac, 'Llama 3.1 70B', 1), 'at most 12.8 tokens/s');
  assert.match(
    after(card, 'Llama 3.1 70B', 0),
    /^Llama 3\.1 70B: needs \d+\.\d GB of 24\.0 GB, out of memory without offload, fits with it$/,
  );
  assert.match(
    after(card, 'Llama 3.1 70B', 1),
    /^\d+ of 80 layers on the GPU: \d+\.\d GB\/s, at most \d+\.\d tokens\/s$/,
  );
  for (const machine of [card, mac, cpu]) assert.match(after(machine, 'Llama 3.1 405B', 0), /, out of memory$/);
  assert.match(lines[lines.indexOf(cpu) + 1], /^CPU factor: 0\.\d\d of the memory bandwidth$/);
});

test('the Node example refuses to demonstrate the wrong build when asked for wasm', () => {
  const { status, stderr } = spawnSync(process.execPath, ['--no-expose-wasm', example, '--require-wasm'], {
    encoding: 'utf8',
  });
  assert.notEqual(status, 0);
  assert.match(stderr, /WebAssembly/);
});

test('README: the command prints what it shows', () => {
  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  assert.match(readme, /^```console\n\$ npx wasm-calculator plan .*\n[\s\S]*^decode {7}\d/m);
  const { status, stderr } = spawnSync(process.execPath, [join(root, 'scripts/plan-transcript.mjs'), '--check'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});

test('CHANGELOG: the architectures of its first release are still there', () => {
  const [, count] = /memory plan for (\d+) architectures/.exec(readFileSync(join(root, 'CHANGELOG.md'), 'utf8'));
  assert.ok(Number(count) <= GGUF_ARCHITECTURES.length);
});

test('README and docs: as many models and devices as the catalogues have', () => {
  const counts = { models: models.length, devices: devices.length };
  let stated = 0;
  for (const page of ['README.md', 'docs/inputs.md', 'docs/cli.md']) {
    const text = readFileSync(join(root, page), 'utf8');
    for (const [sentence, kind] of [
      [/one of (\d+) in the catalogue/g, 'models'],
      [/the device one of (\d+)/g, 'devices'],
      [/`models\.csv` \((\d+) models/g, 'models'],
      [/`devices\.csv` \((\d+) devices/g, 'devices'],
    ]) {
      for (const [, count] of text.matchAll(sentence)) {
        assert.equal(Number(count), counts[kind], `${page}: ${kind}`);
        stated++;
      }
    }
  }
  assert.equal(stated, 4);
});
