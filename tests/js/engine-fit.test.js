// What llama.cpp b11669's own fit chooses for some free memory of a GPU, recorded by scripts/oracle fit
// tests/golden/fit.jsonl, beside what largestContext and fitModel choose by the same rules.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as calculator from 'wasm-calculator';
import { fitDifference, ourFit } from '../../scripts/support/oracle/fit.mjs';

const read = (name) => readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8');
const shapes = JSON.parse(read('models.json'));
const answers = read('fit.jsonl')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))
  .map(({ name, free, theirs }) => ({ name, free, theirs, ours: ourFit(calculator, shapes[name], free) }));

test('llama.cpp chooses the same layers within one, and the same context within one step of 256', () => {
  const apart = answers.map(({ name, free, theirs, ours }) => [name, free, fitDifference(theirs, ours)]);
  assert.deepEqual(
    apart.filter(([, , difference]) => difference),
    [],
  );
});

test('all but one are exactly the same, and ours is the safer one there', () => {
  const other = answers.filter(({ theirs, ours }) => JSON.stringify(theirs) !== JSON.stringify(ours));
  assert.deepEqual(
    other.map(({ name, theirs, ours }) => [name, theirs.contextLength - ours.contextLength]),
    [['granite-4.0-h-tiny-7b-a1b', 256]],
  );
});

test('questions are of a dozen models, with all layers on the GPU, with a part, and with experts on the host', () => {
  assert.equal(new Set(answers.map(({ name }) => name)).size, 12);
  assert.ok(answers.filter(({ theirs }) => theirs.gpuLayers === 'all' && theirs.movedLayers === 0).length >= 10);
  assert.ok(answers.filter(({ theirs }) => theirs.gpuLayers !== 'all').length >= 5);
  assert.ok(answers.filter(({ theirs }) => theirs.movedLayers > 0).length >= 5);
});
