// Which build runs, why, and what the entries touch on the way.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fresh, withBlockedWebAssembly, withForbiddenWebAssembly, withoutWebAssembly } from './support/entries.js';

const wasmFile = new URL(import.meta.resolve('wasm-calculator/release.wasm'));

/** What a module with estimates of speed has beside the others. */
const SPEED = [
  'estimateSpeed',
  'speedProfile',
  'calibrate',
  'fitModel',
  'offloadCurve',
  'decodeCeiling',
  'parameterCount',
  'fileBytes',
  'backendOf',
];

test('the suite runs without eval', () => {
  assert.throws(() => new Function('return 1'), EvalError);
});

test('the main entry runs WebAssembly', async () => {
  const { backend, fallbackReason, isWASMAvailable } = await import('wasm-calculator');
  assert.equal(backend, 'wasm');
  assert.equal(fallbackReason, null);
  assert.equal(isWASMAvailable(), true);
});

test('the main entry falls back where WebAssembly does not exist, and says so', async () => {
  const { backend, fallbackReason, isWASMAvailable } = await withoutWebAssembly(() =>
    fresh('wasm-calculator', 'no-wasm'),
  );
  assert.equal(backend, 'js');
  assert.equal(isWASMAvailable(), false);
  assert.ok(fallbackReason instanceof TypeError);
  assert.match(fallbackReason.message, /Module/);
});

test('the main entry falls back where compilation is blocked although validation says yes', async () => {
  const { backend, fallbackReason } = await withBlockedWebAssembly(() => fresh('wasm-calculator', 'blocked-here'));
  assert.equal(backend, 'js');
  assert.ok(fallbackReason instanceof WebAssembly.CompileError);
  assert.equal(fallbackReason.message, 'blocked by policy');
});

test('the main entry falls back in silence', async (t) => {
  const spies = ['log', 'warn', 'error'].map((method) => t.mock.method(console, method, () => {}));
  await withBlockedWebAssembly(() => fresh('wasm-calculator', 'silent'));
  await withoutWebAssembly(() => fresh('wasm-calculator', 'silent-too'));
  for (const spy of spies) assert.equal(spy.mock.callCount(), 0);
});

test('the js entry touches neither WebAssembly nor dynamic import', async () => {
  const { backend, fallbackReason, isWASMAvailable, calculatePerformance } = await withForbiddenWebAssembly(
    async () => {
      const entry = await fresh('wasm-calculator/js', 'forbidden');
      assert.equal(entry.calculatePerformance(1008, 40), 25.2);
      return entry;
    },
  );
  assert.equal(backend, 'js');
  assert.equal(fallbackReason, null);
  assert.equal(isWASMAvailable(), false);
  assert.equal(calculatePerformance(1008, 40), 25.2);
  const source = await readFile(new URL(import.meta.resolve('wasm-calculator/js')), 'utf8');
  assert.doesNotMatch(source, /\bimport\s*\(|\beval\s*\(|\bnew Function\b/);
});

test('named exports and the default export are the same functions', async () => {
  for (const entry of ['wasm-calculator', 'wasm-calculator/js']) {
    const { default: calculator, ...named } = await import(entry);
    assert.deepEqual({ ...calculator }, { ...named }, entry);
    assert.ok(Object.isFrozen(calculator));
  }
});

test('every entry has the same members', async () => {
  const members = Object.keys((await import('wasm-calculator')).default);
  assert.deepEqual(Object.keys((await import('wasm-calculator/js')).default), members);
  const whole = await fresh('wasm-calculator/load-speed', 'members');
  assert.deepEqual(Object.keys(await whole.load()), members);
  // release.wasm is without estimates of speed.
  const { load } = await fresh('wasm-calculator/load', 'members');
  const further = SPEED;
  assert.deepEqual(
    Object.keys(await load()),
    members.filter((name) => !further.includes(name)),
  );
});

test('the entry of the formulas has them and says which back end runs them', async () => {
  const { default: calculator, ...named } = await import('wasm-calculator/calculator');
  assert.deepEqual({ ...calculator }, { ...named });
  assert.ok(Object.isFrozen(calculator));
  const whole = Object.keys((await import('wasm-calculator')).default);
  const further = ['planMemory', 'fits', 'modelFromGgufMetadata', ...SPEED];
  assert.deepEqual(
    Object.keys(calculator),
    whole.filter((name) => !further.includes(name)),
  );
  const blocked = await withBlockedWebAssembly(() => fresh('wasm-calculator/calculator', 'why'));
  assert.equal(blocked.backend, 'js');
  assert.match(String(blocked.fallbackReason), /CompileError/);
});

test('require() gives the same functions', () => {
  const required = createRequire(import.meta.url)('wasm-calculator');
  assert.equal(required.backend, 'wasm');
  assert.equal(required.default.calculatePerformance(1008, 40), 25.2);
  assert.equal(required.calculatePerformance(1008, 40), 25.2);
});

test('columns belong to the caller', async () => {
  for (const entry of ['wasm-calculator', 'wasm-calculator/js']) {
    const { batchCalculatePerformanceColumns: columns } = await import(entry);
    const first = columns(1008, 70);
    const kept = Float64Array.from(first.tps);
    columns(500, 7);
    assert.deepEqual(first.tps, kept);
    assert.equal(first.tps.byteOffset, 0);
    assert.equal(first.tps.buffer.byteLength, 29 * 8);
    assert.notEqual(first.tps.buffer, first.bits.buffer);
  }
});

test('columns can be filled again', async () => {
  for (const entry of ['wasm-calculator', 'wasm-calculator/js']) {
    const { batchCalculatePerformanceColumns: columns } = await import(entry);
    const into = columns(1008, 70);
    assert.equal(columns(500, 7, 2, 16, 0.5, into), into);
    assert.deepEqual(into, columns(500, 7));
  }
});

test('a sweep longer than one block has the points of its formula', async () => {
  for (const entry of ['wasm-calculator', 'wasm-calculator/js']) {
    const { batchCalculatePerformance, batchCalculatePerformanceColumns } = await import(entry);
    const { bits, modelSize, tps } = batchCalculatePerformanceColumns(1008, 70, 2, 16, 14 / 9999);
    assert.equal(bits.length, 10_000);
    for (let i = 0; i < bits.length; i++) {
      const expected = 2 + i * (14 / 9999);
      assert.equal(bits[i], expected);
      assert.equal(modelSize[i], (70 * expected) / 8);
      assert.equal(tps[i], 1008 / ((70 * expected) / 8));
    }
    const points = batchCalculatePerformance(1008, 70, 2, 16, 14 / 9999);
    assert.equal(points.length, 10_000);
    assert.deepEqual(points[9_999], { bits: bits[9_999], modelSize: modelSize[9_999], tps: tps[9_999] });
    assert.deepEqual(points[1_024], { bits: bits[1_024], modelSize: modelSize[1_024], tps: tps[1_024] });
  }
});

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
