// How far the shipped profiles are from our own runs: on one H100, tests/golden/h100.tsv, and on one and two H200 and another
// H100 with a newer build, tests/golden/h200.tsv.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import wasmCalculator from 'wasm-calculator';
import { ownCells } from '../../scripts/support/speed-cells.mjs';
import { betweenEnds } from '../../scripts/support/speed-validation.mjs';
import { median, quantile } from '../../scripts/support/statistics.mjs';

const cells = ownCells().map((cell) => {
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
const h100 = cells.filter(({ cell }) => cell.golden === 'h100');
const ofClass = (name, also = () => true) => h100.filter(({ cell }) => cell.class === name && also(cell));

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
  const rows = betweenEnds(h100);
  assertErrors(rows, 7, [0.03, 0.08]);
});

for (const [what, gpus, split] of [
  ['one GPU', 1, 'layer'],
  ['two GPUs with a layer split', 2, 'layer'],
  ['two GPUs with a tensor split', 2, 'tensor'],
]) {
  const own = cells.filter(
    ({ cell }) => cell.golden === 'h200' && cell.gpus === gpus && cell.split === split && !/^offload/.test(cell.class),
  );
  const count = { 1: [61, 96, 24], 2: split === 'layer' ? [20, 38] : [18, 34] }[gpus];
  // Repeats of one row at depth scatter by up to 17 % with a tensor split.
  const far = split === 'tensor' ? 0.17 : 0.12;
  test(`${what}: decode within 6 and ${100 * far} %, prefill within 10 and 25 %, of the newer build`, () => {
    const single = own.filter(({ cell }) => cell.batch === 1);
    assertErrors(
      single.filter(({ cell }) => cell.metric === 'decode'),
      count[0],
      [0.06, far],
    );
    assertErrors(
      single.filter(({ cell }) => cell.metric === 'prefill'),
      count[1],
      [0.1, 0.25],
    );
  });
}

test('batches of 2 to 64 on one H200 are within 12 % at the median and 30 % at p90', () => {
  assertErrors(
    cells.filter(({ cell }) => cell.golden === 'h200' && cell.class === 'batch'),
    24,
    [0.12, 0.3],
  );
});
