// Programs bundled by each bundler from the installed tarball, then run.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { nodeResolve } from '@rollup/plugin-node-resolve';
import * as esbuild from 'esbuild';
import { rollup } from 'rollup';
import * as vite from 'vite';
import webpack from 'webpack';
import { consumer, program, report, run } from './support.js';

const { folder } = consumer();
writeFileSync(join(folder, 'index.html'), '<script type="module" src="./main.js"></script>');

const bundlers = {
  async esbuild(entry, out) {
    await esbuild.build({
      entryPoints: [entry],
      outdir: out,
      entryNames: 'bundle',
      bundle: true,
      format: 'esm',
      minify: true,
      splitting: true,
    });
    return 'bundle.js';
  },
  async rollup(entry, out) {
    const bundle = await rollup({ input: entry, plugins: [nodeResolve()] });
    await bundle.write({ dir: out, format: 'es', entryFileNames: 'bundle.js' });
    return 'bundle.js';
  },
  async webpack(entry, out) {
    const stats = await new Promise((resolve, reject) => {
      const config = {
        mode: 'production',
        context: folder,
        entry,
        target: 'es2022',
        experiments: { outputModule: true },
        output: {
          path: out,
          filename: 'bundle.js',
          module: true,
          publicPath: './',
          chunkFormat: 'module',
          chunkLoading: 'import',
        },
      };
      webpack(config, (error, result) => (error ? reject(error) : resolve(result)));
    });
    assert.ok(!stats.hasErrors() && !stats.hasWarnings(), stats.toString());
    return 'bundle.js';
  },
  async vite(entry, out) {
    await vite.build({
      root: folder,
      base: './',
      logLevel: 'error',
      build: {
        outDir: out,
        target: 'es2022',
        minify: true,
        modulePreload: false,
        rolldownOptions: { input: entry, output: { entryFileNames: 'bundle.js' } },
      },
    });
    return 'bundle.js';
  },
};

/**
 * Inlined bytes need no asset, so the main entry is WebAssembly everywhere. /load is WebAssembly where the bundler copies
 * what `new URL(..., import.meta.url)` names (vite and webpack do; esbuild and plain Rollup do not), else it falls back.
 */
const expected = {
  'wasm-calculator': { esbuild: 'wasm', rollup: 'wasm', webpack: 'wasm', vite: 'wasm' },
  'wasm-calculator/load': { esbuild: 'js', rollup: 'js', webpack: 'wasm', vite: 'wasm' },
  'wasm-calculator/js': { esbuild: 'js', rollup: 'js', webpack: 'js', vite: 'js' },
};

for (const [entry, backends] of Object.entries(expected)) {
  for (const [bundler, backend] of Object.entries(backends)) {
    test(`${bundler} bundles ${entry}, which runs as ${backend}`, async () => {
      const name = `${bundler}-${entry.replace('/', '-')}`;
      const main = join(folder, `${name}.js`);
      const out = join(folder, 'out', name);
      mkdirSync(out, { recursive: true });
      writeFileSync(main, program(entry));
      const bundle = await bundlers[bundler](main, out);
      // Away from node_modules, so that nothing but the bundle can answer.
      const away = join(folder, '..', `${name}-${process.pid}`);
      cpSync(out, away, { recursive: true });
      writeFileSync(join(away, 'package.json'), '{ "type": "module" }');
      assert.deepEqual(JSON.parse(run('node', [bundle], away)), report(backend));
    });
  }
}

for (const bundler of Object.keys(bundlers)) {
  test(`${bundler} bundles readers, catalogue and detection for a browser`, async () => {
    const name = `${bundler}-inputs`;
    const main = join(folder, `${name}.js`);
    const out = join(folder, 'out', name);
    mkdirSync(out, { recursive: true });
    writeFileSync(
      main,
      `import { readGguf, readHuggingFace } from 'wasm-calculator/readers';
       import { devices, findModel } from 'wasm-calculator/catalog';
       import { detectDevices } from 'wasm-calculator/detect';
       const { message } = await readGguf(new Blob(['GGML'])).catch((error) => error);
       const { message: unknown } = await readHuggingFace({ model_type: 'x' }).catch((error) => error);
       const { gpus } = await detectDevices({ devices });
       console.log(JSON.stringify([message, unknown.slice(0, 15), findModel('phi-2').name, gpus]));`,
    );
    const bundle = await bundlers[bundler](main, out);
    assert.deepEqual(JSON.parse(run('node', [join(out, bundle)], folder)), [
      'readGguf: a Blob: not a GGUF file but something else, which begins with 47 47 4d 4c',
      'readHuggingFace',
      'Phi-2',
      [],
    ]);
  });
}

for (const bundler of Object.keys(bundlers)) {
  test(`${bundler} keeps what is imported on demand out of the first bundle`, async () => {
    const name = `${bundler}-lazy`;
    const main = join(folder, `${name}.js`);
    const out = join(folder, 'out', name);
    mkdirSync(out, { recursive: true });
    writeFileSync(
      main,
      `import { calculatePerformance } from 'wasm-calculator/calculator';
       const { planMemory } = await (await import('wasm-calculator/load')).load();
       const { estimateSpeed } = await import('wasm-calculator');
       console.log(JSON.stringify([calculatePerformance(1008, 40), typeof planMemory, typeof estimateSpeed]));`,
    );
    const bundle = join(out, await bundlers[bundler](main, out));
    assert.deepEqual(JSON.parse(run('node', [bundle], folder)), [25.2, 'function', 'function']);
    // calculator.js is 31 KB, load.js another 40 and the main entry 300.
    assert.ok(statSync(bundle).size < 45_000, `${statSync(bundle).size} bytes`);
  });
}

test('a classic bundle (esbuild, iife) of the main entry runs', async () => {
  const main = join(folder, 'classic.js');
  const outfile = join(folder, 'out', 'classic.cjs');
  writeFileSync(main, program('wasm-calculator'));
  await esbuild.build({ entryPoints: [main], outfile, bundle: true, format: 'iife' });
  assert.deepEqual(JSON.parse(run('node', [outfile], folder)), report('wasm'));
});

test('a bundle ships the files of its entry and no others', async () => {
  const main = join(folder, 'one.js');
  writeFileSync(main, "import { calculateVRAM } from 'wasm-calculator/js';\nconsole.log(calculateVRAM(8, 4));\n");
  const { metafile } = await esbuild.build({
    entryPoints: [main],
    bundle: true,
    format: 'esm',
    write: false,
    metafile: true,
    absWorkingDir: folder,
  });
  const inputs = Object.keys(metafile.inputs).filter((path) => path.includes('node_modules'));
  assert.deepEqual(inputs, ['node_modules/wasm-calculator/dist/js.js']);
});

test('bundlers keep the classic script when it is imported for its effect', async () => {
  const main = join(folder, 'effect.js');
  const outfile = join(folder, 'out', 'effect.mjs');
  writeFileSync(
    main,
    "import 'wasm-calculator/global';\nconsole.log(wasmCalculator.calculatePerformance(1008, 40));\n",
  );
  await esbuild.build({ entryPoints: [main], outfile, bundle: true, format: 'esm' });
  assert.equal(run('node', [outfile], folder), '25.2\n');
});
