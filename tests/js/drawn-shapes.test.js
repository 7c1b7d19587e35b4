// Plans that llama.cpp b11669 made for shapes and options drawn at random, as scripts/oracle record --drawn writes them:
// those of which a compute buffer was off by more than a hundredth until its rule was found.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as calculator from 'wasm-calculator';
import { differences, planner, shapeOf, wholePlans } from '../../scripts/support/oracle/compare.mjs';

const read = (name) => readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8');
const shapes = JSON.parse(read('models.json'));
const planOf = planner(calculator);
const answers = read('drawn-shapes.jsonl')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))
  .map(({ name, changed, o, theirs }) => {
    return { name, o, theirs, rows: differences(theirs, planOf(shapeOf(shapes[name], changed), o)) };
  });
const beyond = (limit) =>
  answers.flatMap(({ name, o, rows }) =>
    rows.filter(({ relative }) => Math.abs(relative) > limit).map((row) => JSON.stringify({ name, o, row })),
  );

test('every term of drawn shapes is the one printed, compute buffers within 0.2 %', () => {
  assert.ok(answers.length > 100);
  assert.deepEqual(beyond(0.002), []);
});

test('they are of one GPU, of GPUs that pipeline, and of several that do not', () => {
  const kinds = answers.map(({ o, theirs }) => (theirs.pipelined ? 'pipelined' : o.gpuCount > 1 ? 'several' : 'one'));
  for (const kind of ['one', 'pipelined', 'several']) assert.ok(kinds.filter((is) => is === kind).length >= 10, kind);
});

test('the totals of devices follow from the terms that differ', () => {
  const row = (device, term, theirs, ours) => ({ device, term, theirs, ours, relative: (ours - theirs) / theirs });
  assert.deepEqual(
    wholePlans([row('gpu0', 'weights', 90, 90), row('gpu0', 'computeBuffer', 10, 15), row('host', 'weights', 8, 6)]),
    [0.05, -0.25],
  );
});
