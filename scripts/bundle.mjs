// Makes dist/, the content of the npm package, from js/ and a build of bindings/:
//
//   node scripts/bundle.mjs [BUILD_DIR]     default build/wasm-release
import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { catalogue } from './make-catalog.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bindings = join(root, process.argv[2] ?? 'build/wasm-release', 'bindings');
const dist = join(root, 'dist');

const { version, name } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const toolchain = (await readFile(join(bindings, 'toolchain.txt'), 'utf8')).trim();

/** What js/ imports as llmcalc:NAME comes from the build. */
const buildOutputs = {
  name: 'llmcalc-build-outputs',
  setup({ onLoad, onResolve, resolve }) {
    // The parser passes on a catalogue of tasks, unused here.
    onResolve({ filter: /^@huggingface\/tasks$/ }, async ({ path, pluginData, ...rest }) => {
      if (pluginData === 'resolved') return undefined;
      const { path: found } = await resolve(path, { ...rest, pluginData: 'resolved' });
      return { path: found, sideEffects: false };
    });
    onResolve({ filter: /^llmcalc:catalog$/ }, ({ path }) => ({ path, namespace: 'data' }));
    onLoad({ filter: /.*/, namespace: 'data' }, () => ({ contents: JSON.stringify(catalogue()), loader: 'json' }));
    // @huggingface/gguf's own way to disks, which js/source.js stands in for.
    onResolve({ filter: /FileBlob/ }, ({ path }) => ({ path, namespace: 'none' }));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export {};' }));
    onResolve({ filter: /^llmcalc:/ }, ({ path }) => {
      const file = path.slice('llmcalc:'.length);
      return { path: join(bindings, file.includes('.') ? file : `${file}.js`) };
    });
  },
};

const shared = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  target: 'es2022',
  charset: 'utf8',
  legalComments: 'none',
  banner: { js: `/*! ${name} ${version} | MIT | ${toolchain} */` },
  loader: { '.wasm': 'binary' },
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [buildOutputs],
};

/** For bundled packages in CommonJS that ask for Node's modules. */
const commonJs = `import{createRequire as r}from'node:module';const require=r(import.meta.url);`;

await rm(dist, { recursive: true, force: true });
await mkdir(dist);
await Promise.all([
  build({ ...shared, format: 'esm', entryPoints: ['js/wasmCalculator.js', 'js/js.js'], outdir: dist }),
  // load.js fetches its two alternatives as files beside it.
  build({ ...shared, format: 'esm', entryPoints: ['js/load.js'], outdir: dist, external: ['./js.js'] }),
  build({
    ...shared,
    format: 'esm',
    entryPoints: ['js/readers.js', 'js/catalog.js', 'js/detect.js'],
    outdir: dist,
    external: ['node:*'],
  }),
  // The command line takes the entries beside it.
  build({
    ...shared,
    format: 'esm',
    platform: 'node',
    entryPoints: ['js/cli.js', 'js/detect-node.js'],
    outdir: dist,
    external: ['./wasmCalculator.js', './catalog.js', './readers.js', './detect-node.js'],
    banner: { js: `#!/usr/bin/env node\n${shared.banner.js}\n${commonJs}` },
  }),
  build({ ...shared, format: 'iife', entryPoints: ['js/global.js'], outfile: join(dist, 'wasmCalculator.global.js') }),
  copyFile(join(bindings, 'release.wasm'), join(dist, 'release.wasm')),
  ...(await readdir(join(root, 'js')))
    .filter((file) => file.endsWith('.d.ts'))
    .map((file) => copyFile(join(root, 'js', file), join(dist, file))),
]);
