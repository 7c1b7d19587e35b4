// Which build runs, why, and what the entries touch on the way.
import assert from 'node:assert/strict';
import { readdir, readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { test } from 'node:test';
import { fresh, withBlockedWebAssembly, withForbiddenWebAssembly, withoutWebAssembly } from './support/entries.js';

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

test('every entry has the same members, which are what its types declare', async () => {
  const { load } = await fresh('wasm-calculator/load', 'members');
  const calculators = {
    wasmCalculator: (await import('wasm-calculator')).default,
    js: (await import('wasm-calculator/js')).default,
    load: await load(),
    calculator: (await import('wasm-calculator/calculator')).default,
  };
  const types = new URL('../../dist/types/', import.meta.url);
  for (const [entry, calculator] of Object.entries(calculators)) {
    const files = entry === 'calculator' ? ['build.d.ts', 'formulas.d.ts'] : await readdir(types);
    const texts = await Promise.all(files.map((file) => readFile(new URL(file, types), 'utf8')));
    const declared = texts.flatMap((text) => Array.from(text.matchAll(/^export declare (?:function|const) (\w+)/gm)));
    assert.deepEqual(Object.keys(calculator).sort(), declared.map(([, name]) => name).sort(), entry);
  }
});

test('the former entry of estimates of speed is /load', async () => {
  const { default: former, ...rest } = await import('wasm-calculator/load-speed');
  const { default: present, ...named } = await import('wasm-calculator/load');
  assert.equal(former, present);
  assert.deepEqual({ ...rest }, { ...named });
  assert.equal(await former(), await present());
});

test('every entry says which version it is', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  for (const entry of ['wasm-calculator', 'wasm-calculator/js', 'wasm-calculator/calculator']) {
    assert.equal((await import(entry)).version, version, entry);
  }
});

test('the entry of the formulas has them and says which back end runs them', async () => {
  const { default: calculator, ...named } = await import('wasm-calculator/calculator');
  assert.deepEqual({ ...calculator }, { ...named });
  assert.ok(Object.isFrozen(calculator));
  assert.deepEqual(Object.keys(calculator), [
    'calculateVRAM',
    'calculatePerformance',
    'batchCalculatePerformance',
    'batchCalculatePerformanceColumns',
    'calculateOffloadBandwidth',
    'isOutOfMemory',
    'getCPUFactor',
    'isWASMAvailable',
    'backend',
    'fallbackReason',
    'version',
  ]);
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
