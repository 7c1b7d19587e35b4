// load(): where its module comes from, when it falls back, what it refuses.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { fresh, withBlockedWebAssembly, withForbiddenWebAssembly, withoutWebAssembly } from './support/entries.js';

const wasmFile = new URL(import.meta.resolve('wasm-calculator/release.wasm'));

test('load() reads the file beside it', async () => {
  const { load } = await fresh('wasm-calculator/load', 'plain');
  const calculator = await load();
  assert.equal(calculator.backend, 'wasm');
  assert.equal(calculator.fallbackReason, null);
});

for (const [kind, source] of [
  ['a URL', () => wasmFile],
  ['an address', () => wasmFile.href],
  ['bytes', () => readFile(wasmFile)],
  ['an ArrayBuffer', async () => Uint8Array.from(await readFile(wasmFile)).buffer],
  ['a module', async () => new WebAssembly.Module(await readFile(wasmFile))],
  [
    'a Response',
    async () => new Response(await readFile(wasmFile), { headers: { 'content-type': 'application/wasm' } }),
  ],
  ['a Response of another type', async () => new Response(await readFile(wasmFile))],
]) {
  test(`load() takes ${kind}`, async () => {
    const { load } = await fresh('wasm-calculator/load', `source-${encodeURIComponent(kind)}`);
    const calculator = await load({ wasm: await source(), backend: 'wasm' });
    assert.equal(calculator.backend, 'wasm');
    assert.equal(calculator.calculatePerformance(1008, 40), 25.2);
  });
}

test('load() is memoised, also while it is under way', async () => {
  const { load } = await fresh('wasm-calculator/load', 'memo');
  const [first, second] = await Promise.all([load(), load()]);
  assert.equal(first, second);
  assert.equal(await load(), first);
});

test('load() refuses other options the second time', async () => {
  const { load } = await fresh('wasm-calculator/load', 'conflict');
  const first = await load({ wasm: wasmFile });
  assert.equal(await load({ wasm: new URL(wasmFile) }), first);
  await assert.rejects(load({ backend: 'js' }), /already loaded with another backend/);
  await assert.rejects(load({ wasm: new URL('file:///other.wasm') }), /already loaded with another wasm/);
  assert.equal(await load(), first);
});

test('load() falls back, with the reason', async () => {
  const { load } = await fresh('wasm-calculator/load', 'fallback');
  const reasons = [];
  const wasm = new Uint8Array([0, 1, 2, 3]);
  const calculator = await load({ wasm, onFallback: (reason) => reasons.push(reason) });
  assert.equal(calculator.backend, 'js');
  assert.equal(calculator.isWASMAvailable(), false);
  assert.ok(calculator.fallbackReason instanceof WebAssembly.CompileError);
  assert.deepEqual(reasons, [calculator.fallbackReason]);
  assert.equal(calculator.calculatePerformance(1008, 40), 25.2);
});

test('load() falls back where WebAssembly is missing or blocked', async () => {
  for (const [query, without] of Object.entries({ none: withoutWebAssembly, block: withBlockedWebAssembly })) {
    await without(async () => {
      const { load } = await fresh('wasm-calculator/load', query);
      const calculator = await load();
      assert.equal(calculator.backend, 'js');
      assert.ok(calculator.fallbackReason instanceof Error);
    });
  }
});

test("load({ backend: 'wasm' }) rejects instead of falling back, and can be tried again", async () => {
  const { load } = await fresh('wasm-calculator/load', 'retry');
  await assert.rejects(load({ wasm: new Uint8Array([0, 1, 2, 3]), backend: 'wasm' }), WebAssembly.CompileError);
  const calculator = await load();
  assert.equal(calculator.backend, 'wasm');
});

test("load({ backend: 'js' }) does not touch WebAssembly", async () => {
  await withForbiddenWebAssembly(async () => {
    const { load } = await fresh('wasm-calculator/load', 'js-only');
    const calculator = await load({ backend: 'js' });
    assert.equal(calculator.backend, 'js');
    assert.equal(calculator.fallbackReason, null);
  });
});

test('load() names the answer of a server that has no such file', async () => {
  const { load } = await fresh('wasm-calculator/load', 'missing');
  const wasm = new Response('nothing here', { status: 404, statusText: 'Not Found' });
  await assert.rejects(load({ wasm, backend: 'wasm' }), /answered 404 Not Found/);
});

test('load() refuses options that it does not know', async () => {
  const { load } = await fresh('wasm-calculator/load', 'options');
  await assert.rejects(load({ url: 'x' }), {
    name: 'TypeError',
    message: 'load: unknown option url; known are wasm, backend, onFallback',
  });
  await assert.rejects(load({ backend: 'webgpu' }), {
    name: 'RangeError',
    message: 'load: backend must be one of auto, wasm, js, got webgpu',
  });
  await assert.rejects(load({ onFallback: true }), { name: 'TypeError' });
  await assert.rejects(load({ wasm: 5 }), { name: 'TypeError' });
  await assert.rejects(load(null), { name: 'TypeError' });
});
