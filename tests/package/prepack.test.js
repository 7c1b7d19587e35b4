// npm pack refuses a tree that was not built.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { root } from './support.js';

const folder = mkdtempSync(join(tmpdir(), 'wasm-calculator-prepack-'));
after(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ['package.json', 'README.md', 'LICENSE', 'scripts/prepack.mjs']) {
  cpSync(join(root, name), join(folder, name));
}
const pack = () => spawnSync('npm', ['pack', '--dry-run'], { cwd: folder, encoding: 'utf8' });

test('a tree without dist/ is not packed, and the error says what to run', () => {
  const { status, stderr } = pack();
  assert.notEqual(status, 0);
  assert.match(stderr, /prepack: \.\/dist\/wasmCalculator\.d\.ts is missing, and \d+ more; run scripts\/build first/);
});

test('a tree that was built is packed, and one that was built for another version is not', () => {
  cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  assert.equal(pack().status, 0);
  const path = join(folder, 'package.json');
  const { version, ...rest } = JSON.parse(readFileSync(path, 'utf8'));
  writeFileSync(path, JSON.stringify({ ...rest, version: '99.0.0' }));
  const { status, stderr } = pack();
  assert.notEqual(status, 0);
  assert.match(stderr, /dist\/ was built for another version than 99\.0\.0/);
});
