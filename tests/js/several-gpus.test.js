// Plans of one to three GPUs that llama.cpp b11669 made for real shapes and options drawn at random, recorded by
// scripts/oracle record tests/golden/several-gpus.jsonl 160 --seed 7 --gpus 3.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import * as calculator from 'wasm-calculator';
import { differences, planner } from '../../scripts/support/oracle/compare.mjs';
import { quantile } from '../../scripts/support/statistics.mjs';

const read = (name) => readFileSync(new URL(`../golden/${name}`, import.meta.url), 'utf8');
const shapes = JSON.parse(read('models.json'));
const planOf = planner(calculator);
const answers = read('several-gpus.jsonl')
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line))
  .map(({ name, o, theirs }) => ({ name, o, theirs, rows: differences(theirs, planOf(shapes[name], o)) }));

test('weights, caches, states and outputs of every device are those printed', () => {
  const off = answers.flatMap(({ name, o, rows }) =>
    rows.filter(({ exact, relative }) => exact && relative !== 0).map((row) => JSON.stringify({ name, o, row })),
  );
  assert.deepEqual(off, []);
  assert.ok(answers.filter(({ o }) => o.gpuCount > 1).length >= 70);
});

/** Relative errors of the compute buffers of some devices, and how many are low by more than a hundredth. */
function errorsOf(pipelined, isHost) {
  const relative = answers
    .filter(({ o, theirs }) => o.gpuCount > 1 && theirs.pipelined === pipelined)
    .flatMap(({ rows }) => rows)
    .filter(({ exact, device }) => !exact && (device === 'host') === isHost)
    .map((row) => row.relative);
  const sizes = relative.map(Math.abs);
  return { n: sizes.length, p50: quantile(sizes, 0.5), p90: quantile(sizes, 0.9), p99: quantile(sizes, 0.99) };
}

test('the host of GPUs that pipeline holds what it holds: 0.02 % at the median, 0.2 % at p99', () => {
  const { n, p50, p99 } = errorsOf(true, true);
  assert.ok(n >= 40 && p50 < 3e-4 && p99 < 2e-3, JSON.stringify({ n, p50, p99 }));
});

test('GPUs that pipeline: 0.0 % at the median, 3 % at p90', () => {
  const { n, p50, p90 } = errorsOf(true, false);
  assert.ok(n >= 100 && p50 < 1e-4 && p90 < 0.03, JSON.stringify({ n, p50, p90 }));
});

test('GPUs that do not, with layers, experts or the cache on the host: 0.0 % at the median, 4 % at p90', () => {
  const { n, p50, p90 } = errorsOf(false, false);
  assert.ok(n >= 60 && p50 < 1e-4 && p90 < 0.04, JSON.stringify({ n, p50, p90 }));
});
