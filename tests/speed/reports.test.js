// scripts/accuracy reports: public reports of speed as questions, one a line. These are our own runs on one H100.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const script = fileURLToPath(new URL('../../scripts/accuracy.mjs', import.meta.url));

/** What the command says of these rows. @param {object[]} rows */
function accuracyOf(rows) {
  const file = join(mkdtempSync(join(tmpdir(), 'reports-')), 'rows.jsonl');
  writeFileSync(file, rows.map((row) => `${JSON.stringify({ src: 'own runs', cls: 'dense-gpu', ...row })}\n`).join(''));
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, 'reports', file, '--json'], {
    encoding: 'utf8',
  });
  assert.ok(stdout, stderr);
  return { ...JSON.parse(stdout), status };
}

const question = { m: 'llama 3 8b', d: 'h100 sxm', ram: 103.7, th: 16 };

test('rows of a device that was measured are met, by class and by evidence', () => {
  const { lines, refused, backend } = accuracyOf([
    { metric: 'decode', measured: 253.741, q: { ...question, p: 0 } },
    { metric: 'wall', measured: 245, q: { ...question, p: 40, o: 400 } },
  ]);
  assert.equal(backend, 'wasm');
  assert.deepEqual(refused, []);
  assert.deepEqual(
    lines.map(({ class: name, n }) => [name, n]),
    [
      ['all', 2],
      ['class dense-gpu', 2],
      ['evidence device', 2],
    ],
  );
  assert.ok(lines[0].median < 0.06, `${lines[0].median}`);
  assert.equal(lines[0].coverage, 1);
});

test('a rate that is twice what is said is out of band, and missed', () => {
  const { lines, missed, status } = accuracyOf([{ metric: 'decode', measured: 520, q: { ...question, p: 0 } }]);
  assert.equal(lines[0].coverage, 0);
  assert.ok(lines[0].misses.includes('median'));
  assert.ok(missed > 0);
  assert.equal(status, 1);
});

test('what cannot be asked is left out by name', () => {
  const { refused } = accuracyOf([
    { metric: 'decode', measured: 253, q: { ...question, p: 0 } },
    { metric: 'decode', measured: 9, q: { ...question, d: 'no such device' } },
  ]);
  assert.equal(refused.length, 1);
  assert.match(refused[0], /^own runs: device must be in the catalogue, got "no such device"/);
});

test('a name of cards that differ in memory alone is one of them', () => {
  const { refused, lines } = accuracyOf([
    { metric: 'decode', measured: 60, q: { m: 'llama 3 8b', d: 'v100 pcie', p: 0 } },
    { metric: 'decode', measured: 60, q: { m: 'llama 3 8b', d: 'rx 9060 xt', p: 0 } },
  ]);
  assert.deepEqual(refused, []);
  assert.equal(lines[0].n, 2);
});
