// Bands of estimates from what was left out: scripts/support/speed-bands.mjs.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { bandFor, bandKindOf, bandsOf, quantilesOf } from '../../scripts/support/speed-bands.mjs';

/** Points of one device a source, whose ratios are evenly far from one. */
const pointsOf = (backend, evidence, { count = 40, far = 0.2, kind = 'decode', sources = count } = {}) =>
  Array.from({ length: count }, (_, i) => ({
    ratio: Math.exp(far * ((2 * i) / (count - 1) - 1)),
    evidence,
    kind,
    backend,
    device: `device ${i % sources}`,
    source: `source ${i % sources}`,
    weight: 1,
  }));
const bandIn = (points, backend, evidence, kind = 'decode') => bandFor(bandsOf(points), { backend, evidence, kind });
const widthOf = ({ p10, p90 }) => Math.log(p90 / p10);

test('a band holds eight of ten of many that are alike', () => {
  const points = pointsOf('cuda', 'device', { count: 400 });
  const { p10, p90, p50 } = bandIn(points, 'cuda', 'device');
  assert.equal(p50, 1);
  const inside = points.filter(({ ratio }) => p10 <= ratio && ratio <= p90).length / points.length;
  assert.ok(inside >= 0.79 && inside <= 0.82, `${inside}`);
});

test('who knows less is no surer, and nothing like it is half as far again', () => {
  const points = [
    ...pointsOf('cuda', 'device', { far: 0.4 }),
    ...pointsOf('cuda', 'family', { far: 0.1 }),
    ...pointsOf('cuda', 'backend', { far: 0.6 }),
  ];
  const [device, family, backend, none] = ['device', 'family', 'backend', 'none'].map((evidence) =>
    bandIn(points, 'cuda', evidence),
  );
  assert.deepEqual([family.p10, family.p90], [device.p10, device.p90]);
  assert.ok(widthOf(backend) > 1.3 * widthOf(device));
  assert.ok(Math.abs(widthOf(none) / widthOf(backend) - 1.5) < 1e-9);
});

test('the same cells of fewer sources have wider bands', () => {
  const of = (sources) => widthOf(bandIn(pointsOf('cuda', 'device', { sources }), 'cuda', 'device'));
  assert.ok(of(2) > 1.2 * of(40));
});

test('a back end with few cells is drawn to what all show', () => {
  const many = pointsOf('cuda', 'device', { count: 100, far: 0.4 });
  const alone = widthOf(bandIn(pointsOf('rocm', 'device', { count: 6, far: 0.01 }), 'rocm', 'device'));
  const beside = widthOf(bandIn([...many, ...pointsOf('rocm', 'device', { count: 6, far: 0.01 })], 'rocm', 'device'));
  assert.ok(beside > 5 * alone, `${beside} of ${alone}`);
});

test('of a kind that a back end has no cell of, nothing is known of any of its devices', () => {
  const points = [...pointsOf('cuda', 'device'), ...pointsOf('cuda', 'device', { kind: 'batched' })];
  points.push(...pointsOf('metal', 'device'));
  const of = (evidence) => bandIn(points, 'metal', evidence, 'batched');
  assert.deepEqual([of('device').p10, of('device').p90], [of('none').p10, of('none').p90]);
  assert.ok(widthOf(of('device')) > widthOf(bandIn(points, 'cuda', 'device', 'batched')));
});

test('a device has bands of its own from twenty cells of two sources on', () => {
  const own = (count, sources) =>
    bandsOf([
      ...pointsOf('cuda', 'device'),
      ...pointsOf('cuda', 'device', { count, far: 0.05 }).map((point, i) => ({
        ...point,
        device: 'known',
        source: `own ${i % sources}`,
      })),
    ]).some(({ device }) => device === 'known');
  assert.equal(own(20, 2), true);
  assert.equal(own(19, 2), false);
  assert.equal(own(40, 1), false);
});

test('no source counts for more than four cells of one device', () => {
  const one = { device: 'one', source: 'one', ratio: 3 };
  const others = Array.from({ length: 60 }, (_, i) => ({ device: `${i}`, source: `${i}`, ratio: 1 }));
  assert.equal(quantilesOf([...others, ...new Array(100).fill(one)]).p90, 1);
  assert.equal(quantilesOf([...others, ...others.slice(0, 10).map((point) => ({ ...point, ratio: 3 }))]).p90, 3);
});

test('kinds are those of the profile', () => {
  const cell = { batch: 1, metric: 'decode', moe: false, depth: 0 };
  assert.equal(bandKindOf(cell), 'decode');
  assert.equal(bandKindOf({ ...cell, moe: true, depth: 4096 }), 'experts');
  assert.equal(bandKindOf({ ...cell, batch: 2 }), 'batched');
  assert.equal(bandKindOf({ ...cell, metric: 'prefill', depth: 2048 }), 'prefill');
  assert.equal(bandKindOf({ ...cell, metric: 'prefill', depth: 2049 }), 'deepPrefill');
});
