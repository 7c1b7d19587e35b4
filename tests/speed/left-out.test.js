// What fits say of what they do not know: scripts/support/speed-validation.mjs and left-out.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { estimateIn, figuresOf } from '../../scripts/support/left-out.mjs';
import { bandsOf, pointsOf } from '../../scripts/support/speed-bands.mjs';
import { ownCells } from '../../scripts/support/speed-cells.mjs';
import { crossValidate, estimateOf, machineOf, sourceKey } from '../../scripts/support/speed-validation.mjs';

const cells = ownCells().filter(
  ({ class: name, fileType, depthClass }) => name === 'decode' && fileType === 'Q4_K_M' && depthClass === 0,
);
const validated = crossValidate(cells);
const { fits, results, sources } = validated;

test('a fit without a device, a family or a source knows none', () => {
  const [h200] = results.filter(({ cell }) => cell.hardware === 'H200 SXM');
  assert.equal(h200.out.model.evidence, 'device');
  // The H100 is left of its family, which one device does not make.
  assert.equal(h200.out.device.evidence, 'backend');
  assert.equal(h200.out.family.evidence, 'backend');
  assert.equal(h200.out.source.evidence, 'backend');
  assert.deepEqual([...sources.keys()].sort(), ['h100', 'h200']);
});

test('what is left out is further off than what is fitted', () => {
  const errorOf = (estimates) => figuresOf(estimates.map(([cell, estimate]) => ({ ratio: estimate / cell.value }))).p90;
  const fitted = errorOf(results.map((result) => [result.cell, result.fitted]));
  for (const way of ['model', 'source', 'year']) {
    assert.ok(errorOf(results.map(({ cell, out }) => [cell, out[way].estimate])) > fitted, way);
  }
});

test('the package with the profiles of a fit says what the fit does, with its bands and evidence', () => {
  const bands = bandsOf(pointsOf(results));
  const cell = cells.find(({ hardware }) => hardware === 'H200 SXM');
  const { decode, evidence } = estimateIn(cell.question, fits, bands);
  assert.equal(evidence, 'device');
  assert.equal(decode.p50, estimateOf(cell, machineOf(fits, cell)));
  assert.ok(decode.p10 < decode.p50 && decode.p50 < decode.p90);
  assert.equal(estimateIn(cell.question, sources.get(sourceKey(cell)), bands).evidence, 'backend');
});

test('reports of many people in one repository are sources by device', () => {
  const cell = { source: 'someone/tables community (Aug 2026)', hardware: 'GeForce RTX 5070' };
  assert.equal(sourceKey(cell), 'someone/tables, GeForce RTX 5070');
  assert.equal(sourceKey({ ...cell, source: 'someone/tables README (Aug 2026)' }), 'someone/tables');
  assert.equal(sourceKey({ ...cell, source: 'a blog (2026)' }), 'a blog');
});
