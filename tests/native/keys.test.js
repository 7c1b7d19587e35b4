// What a misspelt key is nearest to: the same in C++ as in JavaScript.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { nearestKey } from '../../js/keys.js';
import { readCompact } from '../../scripts/support/memory-golden.mjs';

const program = fileURLToPath(new URL('../../build/native-release/tests/native/nearest_keys', import.meta.url));
const { models } = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));

/** Whole numbers from 0 to `below` - 1, the same in every run. */
let state = 14;
function random(below) {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return Math.floor((state / 2 ** 32) * below);
}
const one = (list) => list[random(list.length)];

const RUNTIME =
  'engine build server fileType importanceMatrix contextLength batchSize microBatchSize sequences kvUnified flashAttention cacheTypeK cacheTypeV gpuLayers cpuMoeLayers swaFull kvOffload backend multiprocessors gpus'.split(
    ' ',
  );
const MACHINE = 'kind hostMemory hostReserved hostMargin gpus memory reserved margin bandwidth threads'.split(' ');
const WORKLOAD =
  'promptLength outputLength cachedTokens concurrency draftLength acceptanceRate draftCost fileBytes'.split(' ');
const KNOWN = [
  [...new Set([...models.values()].flatMap((model) => Object.keys(model)))],
  [...new Set([...models.values()].flatMap(({ groups }) => groups.flatMap((group) => Object.keys(group))))],
  RUNTIME,
  MACHINE,
  WORKLOAD,
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

function misspelt(key) {
  const letters = [...key];
  for (let changes = 1 + random(4); changes > 0; changes--) {
    const at = random(letters.length + 1);
    const change = random(6);
    if (change === 0) letters.splice(at, 1);
    else if (change === 1) letters.splice(at, 0, one('abcdefghijklmnopqrstuvwxyzABCXYZ0189_-. \u00e9'));
    else if (change === 2) letters.splice(at, 2, ...letters.slice(at, at + 2).reverse());
    else if (change === 3 && letters[at]) letters[at] = letters[at].toUpperCase();
    else if (change === 4) letters.splice(at, letters.length, ...one(RUNTIME));
    else letters.splice(0, at);
  }
  return letters.join('');
}

test('20,000 misspellings are nearest to the same keys in both languages', () => {
  const asked = KNOWN.flatMap((known) => [...SLANG, ...ODD].map((key) => [key, known]));
  while (asked.length < 20_000) {
    const known = one(KNOWN);
    asked.push([misspelt(one(known)), known]);
  }
  const { stdout, status } = spawnSync(program, {
    encoding: 'utf8',
    input: asked.map(([key, known]) => `${[key, ...known].join('\t')}\n`).join(''),
  });
  assert.equal(status, 0);
  const found = stdout.split('\n');
  let none = 0;
  for (const [i, [key, known]] of asked.entries()) {
    const nearest = nearestKey(key, known) ?? '';
    assert.equal(found[i], nearest, `${key} of ${known}`);
    if (nearest === '') none++;
  }
  assert.ok(none > 20 && none < 4000, `${none} are like nothing`);
});
