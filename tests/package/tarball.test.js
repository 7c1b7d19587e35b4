// What is packed, and what plain Node, a strict TypeScript program and the linters of packages make of it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, writeFileSync } from 'node:fs';
import { SourceMap } from 'node:module';
import { join } from 'node:path';
import { test } from 'node:test';
import * as esbuild from 'esbuild';
import { packageFolder, partOfArchive, toolchainParts } from '../../scripts/support/notices.mjs';
import { ownSources } from '../../scripts/support/source-map.mjs';
import { bin, consumer, program, read, report, root, run } from './support.js';

const { folder, tarball, files, packedBytes } = consumer();

test('the tarball has the entries, their types, and nothing else', () => {
  assert.deepEqual(files.sort(), [
    'LICENSE',
    'README.md',
    'dist/THIRD-PARTY.txt',
    'dist/calculator.d.ts',
    'dist/calculator.js',
    'dist/calculator.js.map',
    'dist/catalog.d.ts',
    'dist/catalog.js',
    'dist/catalog.js.map',
    'dist/cli.js',
    'dist/cli.js.map',
    'dist/detect-node.js',
    'dist/detect-node.js.map',
    'dist/detect.d.ts',
    'dist/detect.js',
    'dist/detect.js.map',
    'dist/global.d.ts',
    'dist/js.d.ts',
    'dist/js.js',
    'dist/js.js.map',
    'dist/load-speed.d.ts',
    'dist/load-speed.js',
    'dist/load-speed.js.map',
    'dist/load.d.ts',
    'dist/load.js',
    'dist/load.js.map',
    'dist/readers.d.ts',
    'dist/readers.js',
    'dist/readers.js.map',
    'dist/release.wasm',
    'dist/release.wasm.d.ts',
    'dist/types/all.d.ts',
    'dist/types/build.d.ts',
    'dist/types/calculator.d.ts',
    'dist/types/fields.d.ts',
    'dist/types/fit.d.ts',
    'dist/types/formulas.d.ts',
    'dist/types/memory.d.ts',
    'dist/types/model.d.ts',
    'dist/types/names.d.ts',
    'dist/types/speed.d.ts',
    'dist/types/sweep.d.ts',
    'dist/wasmCalculator.d.ts',
    'dist/wasmCalculator.global.js',
    'dist/wasmCalculator.global.js.map',
    'dist/wasmCalculator.js',
    'dist/wasmCalculator.js.map',
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

const installed = join(folder, 'node_modules/wasm-calculator');

test('the tarball keeps its size', () => {
  assert.ok(packedBytes < 1_250_000, `${packedBytes} bytes`);
});

test('every program has a map of our own code in it, and names it', () => {
  for (const file of files.filter((name) => name.endsWith('.js'))) {
    const source = read(installed, file);
    const [, map] = /\n\/\/# sourceMappingURL=(\S+)\s*$/.exec(source) ?? [];
    assert.equal(`dist/${map}`, `${file}.map`);
    const { sources, sourcesContent, mappings } = JSON.parse(read(installed, `${file}.map`));
    assert.ok(mappings.length > 0, file);
    for (const [i, name] of sources.entries()) {
      assert.match(name, /^\.\.\/js\/[\w/-]+(\.wasm)?\.js$/, file);
      assert.equal(sourcesContent[i], read(root, name.slice(3)), `${file}: ${name}`);
    }
  }
});

test('the command line takes the entries beside it and has no second copy of them', () => {
  const { sources } = JSON.parse(read(installed, 'dist/cli.js.map'));
  for (const entry of [
    'entries/js',
    'entries/catalog',
    'entries/readers',
    'entries/detect-node',
    'entries/calculator',
    'readers/gguf-file',
    'readers/source',
  ]) {
    assert.ok(!sources.includes(`../js/${entry}.js`), entry);
  }
  assert.ok(sources.includes('../js/cli/answer.js'));
});

test("a thrown error shows the caller's line, or its own code with --enable-source-maps", () => {
  for (const [name, call, message, place] of [
    [
      'wasm-calculator',
      'calculatePerformance(-1, 3)',
      'RangeError: calculatePerformance: bandwidth must be',
      'thrower.mjs:2',
    ],
    ['wasm-calculator/calculator', 'getCPUFactor(7, 4)', 'RangeError: getCPUFactor: generation', 'thrower.mjs:2'],
    ['wasm-calculator/js', 'planMemory(7)', 'TypeError: planMemory: ', 'thrower.mjs:2'],
    ['wasm-calculator/catalog', 'findModel(7)', 'TypeError: model must be a name', 'thrower.mjs:2'],
    ['wasm-calculator/readers', 'parseBenchmarks(7)', '', 'js/readers/benchmarks.js'],
  ]) {
    writeFileSync(
      join(folder, 'thrower.mjs'),
      `import { ${call.replace(/\(.*/, '')} as called } from '${name}';\ncalled${call.replace(/^\w+/, '')};\n`,
    );
    const stderrOf = (...flags) =>
      spawnSync('node', [...flags, 'thrower.mjs'], {
        cwd: folder,
        encoding: 'utf8',
        env: { ...process.env, NODE_OPTIONS: '' },
      }).stderr;
    const plain = stderrOf();
    assert.ok(plain.includes(message), plain);
    if (place.startsWith('thrower')) assert.ok(plain.split('\n')[4].startsWith(message), plain);
    for (const line of plain.split('\n')) assert.ok(line.length < 600, `${name}: a line of ${line.length}`);
    const mapped = stderrOf('--enable-source-maps');
    assert.ok(mapped.includes(message) && mapped.includes(place), mapped);
    assert.ok(!mapped.includes('at Object.<anonymous> (file') && !/dist\/\w+\.js:\d+:\d+\)?\n/.test(mapped), mapped);
  }
});

test('a map is cut to our own sources, and what is mapped stays', async () => {
  const bundle = await esbuild.build({
    stdin: {
      contents:
        "import pico from 'picocolors';\nimport { display } from './violation.js';\nconsole.log(pico, display(1));",
      resolveDir: join(root, 'js/core'),
      sourcefile: 'js/core/stdin.js',
    },
    bundle: true,
    minify: true,
    format: 'esm',
    platform: 'node',
    write: false,
    sourcemap: 'linked',
    outfile: join(root, 'dist/x.js'),
  });
  const [map, code] = bundle.outputFiles.map(({ text }) => text);
  const [whole, cut] = [new SourceMap(JSON.parse(map)), new SourceMap(JSON.parse(ownSources(map)))];
  let own = 0;
  for (const [row, line] of code.split('\n').entries()) {
    for (let column = 0; column < line.length; column++) {
      const [was, is] = [whole.findEntry(row, column), cut.findEntry(row, column)];
      const mine = was.originalSource?.startsWith('../js/');
      if (mine) own++;
      assert.deepEqual(
        [is.originalSource, is.originalLine, is.originalColumn, is.name],
        mine
          ? [was.originalSource, was.originalLine, was.originalColumn, was.name]
          : [undefined, undefined, undefined, undefined],
        `line ${row}, column ${column}`,
      );
    }
  }
  assert.ok(own > 100, `${own} columns`);
});

test('THIRD-PARTY.txt has the licence of every package whose code is in a bundle', async () => {
  const text = read(installed, 'dist/THIRD-PARTY.txt');
  // Found out again, by another way from paths to packages.
  const { metafile } = await esbuild.build({
    absWorkingDir: root,
    entryPoints: ['js/entries/cli.js', 'js/entries/detect-node.js', 'js/entries/readers.js', 'js/entries/catalog.js'],
    bundle: true,
    format: 'esm',
    platform: 'node',
    outdir: 'unwritten',
    write: false,
    metafile: true,
    external: ['llmcalc:*', './js.js', './catalog.js', './readers.js', './detect-node.js'],
    treeShaking: true,
  });
  const folders = new Set();
  for (const { inputs } of Object.values(metafile.outputs)) {
    for (const [path, { bytesInOutput }] of Object.entries(inputs)) {
      const parts = path.split('node_modules/');
      if (parts.length === 1 || bytesInOutput === 0) continue;
      const name = parts.pop().split('/', 2).join('/');
      const own = name.startsWith('@') ? name : name.split('/')[0];
      folders.add(join(root, `${parts.join('node_modules/')}node_modules/${own}`));
    }
  }
  assert.ok(folders.size >= 8, [...folders].join());
  for (const path of folders) {
    const { name, version } = JSON.parse(read(path, 'package.json'));
    assert.ok(text.includes(`${name} ${version}\n\n`), `${name} ${version}`);
  }
  // One that is nested in another's folder.
  assert.match(text, /^ansi-regex \d/m);
  assert.match(text, /^strip-ansi \d/m);
  for (const path of folders) {
    const file = readdirSync(path).find((entry) => /^licen[cs]e/i.test(entry));
    assert.ok(text.includes(read(path, file).trim()), `the text of ${path}`);
  }
});

test('a package in the folder of another is its own, wherever node_modules lies', () => {
  assert.equal(packageFolder('node_modules/a/node_modules/b/index.js'), 'node_modules/a/node_modules/b');
  assert.equal(packageFolder('../main/node_modules/@s/a/lib/x.js'), '../main/node_modules/@s/a');
  assert.equal(packageFolder('js/entries/cli.js'), null);
});

test('THIRD-PARTY.txt has a notice for every library that Emscripten linked in', () => {
  const text = read(installed, 'dist/THIRD-PARTY.txt');
  const bindings = join(root, 'build/wasm-release/bindings');
  const archives = new Set();
  for (const name of ['calculator', 'release', 'transpiled']) {
    for (const [, archive] of read(bindings, `${name}.map`).matchAll(/\/([^/\s()]+\.a)\(/g)) archives.add(archive);
  }
  assert.ok(archives.size > 0);
  for (const archive of archives) {
    const part = partOfArchive(archive);
    assert.ok(part, `${archive} has no notice in scripts/support/notices.mjs`);
    assert.ok(text.includes(`${part.name}\n\n`), part.name);
  }
  assert.equal(partOfArchive('libunheard-of.a'), undefined);
  assert.match(text, /Copyright © 2005-2020 Rich Felker, et al\./);
  assert.match(text, /Emscripten authors/);
  assert.ok(toolchainParts.every(({ name }) => text.includes(name)));
});

for (const [entry, backend] of [
  ['wasm-calculator', 'wasm'],
  ['wasm-calculator/calculator', 'wasm'],
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
    './calculator',
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
