// What is packed, and what plain Node, a strict TypeScript program and the linters of packages make of it.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { bin, consumer, program, read, report, root, run } from './support.js';

const { folder, tarball, files } = consumer();

test('the tarball has the entries, their types, and nothing else', () => {
  assert.deepEqual(files.sort(), [
    'LICENSE',
    'README.md',
    'dist/THIRD-PARTY.txt',
    'dist/catalog.d.ts',
    'dist/catalog.js',
    'dist/cli.js',
    'dist/detect-node.js',
    'dist/detect.d.ts',
    'dist/detect.js',
    'dist/global.d.ts',
    'dist/js.d.ts',
    'dist/js.js',
    'dist/load-speed.d.ts',
    'dist/load-speed.js',
    'dist/load.d.ts',
    'dist/load.js',
    'dist/readers.d.ts',
    'dist/readers.js',
    'dist/release.wasm',
    'dist/release.wasm.d.ts',
    'dist/speed.wasm',
    'dist/speed.wasm.d.ts',
    'dist/types.d.ts',
    'dist/wasmCalculator.d.ts',
    'dist/wasmCalculator.global.js',
    'dist/wasmCalculator.js',
    'package.json',
  ]);
});

test('every file says what built it', () => {
  const { version } = JSON.parse(read(root, 'package.json'));
  const stamp = new RegExp(
    `^(?:#!/usr/bin/env node\\n)?/\\*! wasm-calculator ${version.replaceAll('.', '\\.')} \\| MIT \\| Emscripten \\d+\\.\\d+\\.\\d+ \\*/`,
  );
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    assert.match(read(folder, 'node_modules/wasm-calculator', file), stamp, file);
  }
});

for (const [entry, backend] of [
  ['wasm-calculator', 'wasm'],
  ['wasm-calculator/load', 'wasm'],
  ['wasm-calculator/load-speed', 'wasm'],
  ['wasm-calculator/js', 'js'],
]) {
  test(`Node imports ${entry} and gets ${backend}`, () => {
    writeFileSync(join(folder, 'program.mjs'), program(entry));
    const node = (...flags) => JSON.parse(run('node', [...flags, 'program.mjs'], folder));
    assert.deepEqual(node(), report(backend));
    assert.deepEqual(node('--disallow-code-generation-from-strings'), report(backend));
  });

  test(`Node without WebAssembly imports ${entry} and gets js`, () => {
    writeFileSync(join(folder, 'program.mjs'), program(entry));
    for (const flag of ['--jitless', '--no-expose-wasm']) {
      assert.deepEqual(JSON.parse(run('node', [flag, 'program.mjs'], folder)), report('js'), flag);
    }
  });
}

test('Node requires it', () => {
  writeFileSync(
    join(folder, 'program.cjs'),
    `const { default: calculator, calculatePerformance, backend } = require('wasm-calculator');
     console.log(backend, calculator.calculatePerformance(1008, 40), calculatePerformance(1008, 40));`,
  );
  assert.equal(run('node', ['program.cjs'], folder), 'wasm 25.2 25.2\n');
});

test('release.wasm and package.json can be resolved', () => {
  writeFileSync(
    join(folder, 'resolve.mjs'),
    `import { readFileSync } from 'node:fs';
     import { load } from 'wasm-calculator/load';
     import manifest from 'wasm-calculator/package.json' with { type: 'json' };
     const wasm = new URL(import.meta.resolve('wasm-calculator/release.wasm'));
     const { backend } = await load({ wasm: readFileSync(wasm), backend: 'wasm' });
     console.log(backend, manifest.name);`,
  );
  assert.equal(run('node', ['--no-warnings', 'resolve.mjs'], folder), 'wasm wasm-calculator\n');
});

test('a strict TypeScript program compiles, and wrong calls do not', () => {
  writeFileSync(join(folder, 'consumer.ts'), read(root, 'tests/package/fixtures/consumer.ts'));
  for (const [module, moduleResolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    const flags = ['--strict', '--noEmit', '--exactOptionalPropertyTypes', '--noUncheckedIndexedAccess', '--types', ''];
    const targets = ['--target', 'es2022', '--lib', 'es2024,dom'];
    const modules = ['--module', module, '--moduleResolution', moduleResolution];
    run(bin('tsc'), [...flags, ...targets, ...modules, 'consumer.ts'], folder);
  }
});

test('publint has nothing to say', () => {
  const output = run(bin('publint'), ['run', tarball, '--strict'], root);
  assert.match(output, /All good!/);
});

test('arethetypeswrong finds no problem for users of ES modules', () => {
  // It exits with 1 on a problem.
  const output = run(bin('attw'), [tarball, '--profile', 'esm-only', '--format', 'json'], root);
  const { analysis } = JSON.parse(output);
  assert.deepEqual(Object.keys(analysis.entrypoints).sort(), [
    '.',
    './catalog',
    './detect',
    './global',
    './js',
    './load',
    './load-speed',
    './package.json',
    './readers',
    './release.wasm',
    './speed.wasm',
  ]);
});
