// Headers that were damaged at random: each is read or refused, in bounded time and memory. FUZZ_SEED and FUZZ_CASES
// choose others than CI's.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readGguf, readHuggingFace } from '../../dist/readers.js';
import { planMemory } from '../../dist/wasmCalculator.js';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { ggufBytes, tensorsOf } from '../support/gguf-writer.js';
import { randomOf } from '../support/random.js';

const seed = Number(process.env.FUZZ_SEED ?? 1);
const cases = Number(process.env.FUZZ_CASES ?? 3000);

const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const headers = ['smollm2-135m', 'gemma-4-e2b', 'deepseek-v2-lite', 'mamba-130m'].map((name) =>
  ggufBytes({ metadata: golden.entries[name].metadata, tensors: tensorsOf(golden.models.get(name)).slice(0, 40) }),
);
const extremes = [0, 1, 0x7f, 0x80, 0xff];

function damaged(random) {
  const bytes = headers[random(headers.length)].slice();
  const near = random(3) > 0 ? Math.min(bytes.length, 2000) : bytes.length;
  for (let change = 0; change <= random(4); change++) {
    const at = random(near);
    switch (random(5)) {
      case 0:
        bytes[at] ^= 1 << random(8);
        break;
      case 1:
        bytes[at] = extremes[random(extremes.length)];
        break;
      case 2:
        bytes.fill(extremes[random(extremes.length)], at, at + 1 + random(9));
        break;
      case 3:
        bytes.copyWithin(at, random(bytes.length), random(bytes.length));
        break;
      default:
        return bytes.subarray(0, at);
    }
  }
  return bytes;
}

// A header that takes for ever ends the test.
test(`${cases} damaged headers of seed ${seed} are read or refused`, { timeout: 120_000 + 40 * cases }, async () => {
  const random = randomOf(seed);
  const before = process.memoryUsage().rss;
  const counts = { read: 0, refused: 0, unplannable: 0 };
  for (let i = 0; i < cases; i++) {
    const bytes = damaged(random);
    let model;
    try {
      const read = await readGguf(bytes);
      assert.ok(read.source.bytesRead <= bytes.length + 48, `case ${i}`);
      model = read.model;
      counts.read++;
    } catch (error) {
      assert.match(error.message, /^readGguf: bytes in memory: ./, `case ${i}: ${error.stack}`);
      counts.refused++;
    }
    if (model) {
      try {
        const { devices } = planMemory(model, { contextLength: 512 });
        for (const { total } of devices) assert.ok(Number.isFinite(total) && total >= 0, `case ${i}`);
      } catch (error) {
        assert.ok(error instanceof RangeError || error instanceof TypeError, `case ${i}: ${error.stack}`);
        counts.unplannable++;
      }
    }
  }
  assert.ok(process.memoryUsage().rss - before < 500e6);
  // Damage that is never, or always, noticed would prove nothing.
  assert.ok(counts.read > cases / 50 && counts.refused > cases / 50, JSON.stringify(counts));
});

const configs = JSON.parse(readFileSync(new URL('../golden/configs.json', import.meta.url), 'utf8'));
const oddities = [
  null,
  0,
  -1,
  0.5,
  1e300,
  1e9,
  '',
  '7',
  'LLLG',
  [],
  [null],
  [{}],
  {},
  true,
  [0, 1],
  ['mamba'],
  { a: {} },
];

/** A config of which some keys are gone, or hold what none should. @param {(most: number) => number} random */
function oddConfig(random) {
  const names = Object.keys(configs);
  const config = structuredClone(configs[names[random(names.length)]]);
  for (let change = 0; change <= random(3); change++) {
    const text = config.text_config;
    const part = random(2) > 0 && typeof text === 'object' && text !== null ? text : config;
    const keys = Object.keys(part);
    const key = keys[random(keys.length)];
    if (random(4) === 0) delete part[key];
    else part[key] = structuredClone(oddities[random(oddities.length)]);
  }
  return config;
}

test(`${cases} odd configs of seed ${seed} are read or refused in our words`, async () => {
  const random = randomOf(seed);
  const counts = { read: 0, refused: 0 };
  for (let i = 0; i < cases; i++) {
    const config = oddConfig(random);
    let read;
    try {
      read = await readHuggingFace(config);
      counts.read++;
    } catch (error) {
      counts.refused++;
      assert.match(
        error.message,
        /^readHuggingFace: a config: (?:config\.|its |it )/,
        `case ${i}: ${JSON.stringify(config)} ${error.stack}`,
      );
      continue;
    }
    try {
      const { devices } = planMemory(read.model, { contextLength: 512 });
      for (const { total } of devices) assert.ok(Number.isFinite(total) && total >= 0, `case ${i}`);
    } catch (error) {
      assert.ok(error instanceof RangeError, `case ${i}: ${JSON.stringify(config)} ${error.stack}`);
      assert.match(error.message, /^planMemory: model\./, `case ${i}`);
    }
  }
  assert.ok(counts.read > cases / 50 && counts.refused > cases / 50, JSON.stringify(counts));
});
