// How far the shipped profiles are from our own runs on one H100, tests/golden/h100.tsv.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import wasmCalculator from 'wasm-calculator';
import { h100Cells } from '../../scripts/support/speed-cells.mjs';
import { betweenEnds } from '../../scripts/support/speed-validation.mjs';
import { median, quantile } from '../../scripts/support/statistics.mjs';

const cells = h100Cells().map((cell) => {
  const { model, runtime, machine, workload } = cell.question;
  const estimate = wasmCalculator.estimateSpeed(model, runtime, machine, workload);
  const { p50 } = cell.metric === 'prefill' ? estimate.prefill : estimate.tokensPerSecondTotal;
  return { cell, estimate: p50 };
});

/** Asserts the median and the 90th percentile of the errors of a class with so many cells. */
function assertErrors(rows, n, [middle, far]) {
  assert.equal(rows.length, n);
  const errors = rows.map(({ cell, estimate }) => Math.abs(estimate / cell.value - 1));
  assert.ok(median(errors) <= middle, `median ${median(errors)}`);
  assert.ok(quantile(errors, 0.9) <= far, `p90 ${quantile(errors, 0.9)}`);
}
const ofClass = (name, also = () => true) => cells.filter(({ cell }) => cell.class === name && also(cell));

test('WebAssembly answers', () => assert.equal(wasmCalculator.backend, 'wasm'));

test('decode of dense models without depth is within 5 % at the median and 11 % at p90', () => {
  assertErrors(
    ofClass('decode', (cell) => cell.depthClass === 0 && !cell.moe),
    55,
    [0.05, 0.11],
  );
});

test('decode at depth is within 5 % at the median and 11 % at p90', () => {
  assertErrors(
    ofClass('decode', (cell) => cell.depthClass > 0),
    42,
    [0.05, 0.11],
  );
});

test('batches of 2 to 64 are within 15 % at the median and 35 % at p90', () => {
  assertErrors(ofClass('batch'), 54, [0.15, 0.35]);
});

test('prefill is within 12 % at the median and 35 % at p90', () => {
  assertErrors(
    ofClass('prefill', (cell) => cell.depthClass === 0),
    118,
    [0.12, 0.35],
  );
});

test('partial offload is within 8 % at p90 where both ends are given', () => {
  const rows = betweenEnds(cells);
  assertErrors(rows, 7, [0.03, 0.08]);
});
