// What `audit` prints of an audit, on screens of three widths.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import picocolors from 'picocolors';
import { differs, printAudit } from '../../js/cli/audit.js';

const row = {
  device: 'CUDA0',
  term: 'computeBuffer',
  lines: [26],
  printed: 258.5 * 2 ** 20,
  planned: 290 * 2 ** 20,
  changes: null,
};
const load = {
  role: 'main',
  runtime: {},
  assumed: {},
  missing: [],
  inferred: {},
  refused: null,
  rows: [],
  projectorBytes: 0,
};
const audit = (/** @type {object} */ more) =>
  /** @type {any} */ ({ build: 9633, devices: [], loads: [{ ...load, ...more }] });
const screen = (/** @type {number} */ width) => ({ width, colors: picocolors.createColors(false), unicode: false });

for (const width of [60, 80, 100]) {
  test(`no line is longer than ${width} columns`, () => {
    const text = printAudit(
      audit({
        rows: [{ ...row, cause: 'build', changes: { build: 10000, flashAttention: false } }],
        assumed: { sequences: 1, cacheTypeK: 'f16', gpus: [1, 1] },
        missing: ['the context (llama_context: n_ctx)', 'flash attention (llama_context: flash_attn)'],
        inferred: { contextLength: 8192, gpus: [20, 17] },
        projectorBytes: 2 ** 20,
      }),
      screen(width),
    );
    for (const line of text.split('\n')) assert.ok(line.length <= width, line);
    assert.match(text, /CUDA0 +compute +258\.50 +290\.00 +31\.50/);
    const words = text.replace(/\s+/g, ' ');
    assert.match(
      words,
      /CUDA0, compute \(line 26\): the rules of another build agree \(build 10000, flashAttention false\)\./,
    );
    assert.match(words, /The cache is that of a context of 8192 tokens\./);
    assert.match(words, /The sizes are those of layers shared out 20:17\./);
    assert.match(words, /Assumed: sequences 1, cacheTypeK f16, gpus 1:1\./);
  });
}

test('an audit differs where a buffer has a cause, or where there is no plan', () => {
  assert.equal(differs(audit({ rows: [{ ...row, cause: null }] })), false);
  assert.equal(differs(audit({ rows: [{ ...row, cause: 'build' }] })), true);
  assert.equal(differs(audit({ refused: 'general.architecture is missing' })), true);
});

test('a cause that is not known is called so', () => {
  const text = printAudit(audit({ rows: [{ ...row, cause: 'unknown' }] }), screen(100)).replace(/\s+/g, ' ');
  assert.match(text, /CUDA0, compute \(line 26\): nothing that was planned instead agrees, the cause is not known\./);
});
