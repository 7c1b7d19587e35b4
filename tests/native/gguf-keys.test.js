// The keys of GGUF headers become the same model in C++ and in JavaScript: of every recorded model, of the catalogue,
// and of thousands with keys that nobody writes.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { writeModel } from '../../js/core/memory.js';
import { GGUF_ARCHITECTURES, modelFromGgufMetadata } from '../../js/models/gguf.js';
import { ggufMetadataFromHuggingFaceConfig } from '../../js/readers/huggingface.js';
import { parseCsv } from '../../scripts/support/csv.mjs';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { configOf } from '../../scripts/support/model-rows.mjs';
import { randomOf } from '../support/random.js';

const program = fileURLToPath(new URL('../../build/native-release/tests/native/twin', import.meta.url));
const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const rows = parseCsv(readFileSync(new URL('../../data/models.csv', import.meta.url), 'utf8'));

const recorded = [...golden.models.keys()].map((name) => [golden.entries[name].metadata, null]);
for (const row of rows) {
  try {
    const { metadata, tiedEmbeddings } = ggufMetadataFromHuggingFaceConfig(configOf(row));
    recorded.push([metadata, tiedEmbeddings]);
  } catch {
    // One that has no spec.
  }
}

/** Whether a spec tells apart what is alike: layers with an index of no length, and without one. */
function splitsHairs({ groups, predictionGroup }) {
  const layers = groups.filter((_, i) => i !== predictionGroup);
  const known = new Set(
    layers.map((layer) => JSON.stringify(Object.entries(layer).filter(([, value]) => value !== 0))),
  );
  return known.size < layers.length;
}

/** The numbers of a spec as JSON has them; null of one that has more groups or runs than cross. */
function ours(metadata, tiedEmbeddings) {
  try {
    const model = modelFromGgufMetadata(metadata, { tiedEmbeddings: tiedEmbeddings ?? undefined });
    if (model.groups.length > 8 || model.runs.length > 160 || splitsHairs(model)) return null;
    const numbers = new Float64Array(4096);
    const end = writeModel(numbers, 0, model);
    return Array.from(numbers.subarray(0, end), (number) => (Number.isFinite(number) ? number : null));
  } catch (error) {
    return { error: error.message };
  }
}

function compare(asked) {
  const input = asked.map(([keys, tied]) => `${JSON.stringify(['modelFromKeys', keys, tied])}\n`).join('');
  const { stdout, status } = spawnSync(program, { encoding: 'utf8', input, maxBuffer: 1e9 });
  assert.equal(status, 0);
  const theirs = stdout.trimEnd().split('\n');
  let models = 0;
  for (const [i, [keys, tied]] of asked.entries()) {
    const here = ours(keys, tied);
    if (here === null) continue;
    assert.deepEqual(JSON.parse(theirs[i]), here, JSON.stringify(keys).slice(0, 1000));
    if (Array.isArray(here)) models++;
  }
  return models;
}

test('every recorded header, and those of the catalogue', () => {
  assert.equal(compare(recorded), recorded.length);
});

test('20,000 headers with changed keys and architectures, or the same words for what is wrong', () => {
  const below = randomOf(15);
  const one = (list) => list[below(list.length)];
  const suffix = (key) => key.replace(/^[^.]*\./, '');
  const known = [...new Set(recorded.flatMap(([keys]) => Object.keys(keys).map(suffix)))];
  const changed = (value, layers) => {
    const length = Math.max(0, layers + below(3) - 1);
    const list = (choices) => Array.from({ length }, () => one(choices));
    return one([
      () => below(200),
      () => one([0, 1, 2, 64, 80, 91, -1, 0.5, 4096, 1048576]),
      () => list([0, 1, 8, 64, 128]),
      () => list([true, false]),
      () => one(['x', true, false, [], ['a', 'b']]),
      () => (typeof value === 'number' ? value * 2 : value),
      () => undefined,
    ])();
  };
  const asked = Array.from({ length: 20_000 }, () => {
    const [from, tied] = one(recorded);
    const old = from['general.architecture'];
    const architecture = below(3) ? old : one(GGUF_ARCHITECTURES);
    const keys = { 'general.architecture': architecture };
    for (const [key, value] of Object.entries(from)) {
      if (key !== 'general.architecture')
        keys[key.startsWith(`${old}.`) ? `${architecture}.${suffix(key)}` : key] = value;
    }
    const layers = Math.min(100, Number(from[`${old}.block_count`]) || 10);
    for (let changes = below(4); changes > 0; changes--) {
      const key = below(3) ? one(Object.keys(keys)) : `${architecture}.${one(known)}`;
      if (key !== 'general.architecture') keys[key] = changed(keys[key], layers);
    }
    return [JSON.parse(JSON.stringify(keys)), tied];
  });
  const models = compare(asked);
  assert.ok(models > 8000 && models < 19_000, `${models} are models`);
});
