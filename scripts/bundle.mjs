// Makes dist/, the content of the npm package, from js/ and a build of bindings/:
//
//   node scripts/bundle.mjs [BUILD_DIR]     default build/wasm-release
import { chmod, copyFile, mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { minify } from 'terser';
import { catalogue } from './make-catalog.mjs';
import { declarations } from './support/declarations.mjs';
import { packagesIn, thirdParty } from './support/notices.mjs';
import { ownSources } from './support/source-map.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const bindings = join(root, process.argv[2] ?? 'build/wasm-release', 'bindings');
const dist = join(root, 'dist');

/** Entries of the package, which have all that others import of them in the file of that name in dist/. */
const entries = {
  /** Whose default export is a calculator, and whose named exports are its members. */
  calculators: ['js/wasmCalculator.js', 'js/entries/js.js', 'js/entries/calculator.js'],
  /** These fetch their alternatives as files beside them. */
  loading: ['js/entries/load.js', 'js/entries/load-speed.js'],
  inputs: ['js/entries/readers.js', 'js/entries/detect.js'],
  catalog: 'js/entries/catalog.js',
  node: 'js/entries/detect-node.js',
  global: 'js/entries/global.js',
};
/** What the command line takes from beside it. */
const besideCommandLine = [
  'js/entries/js.js',
  'js/entries/catalog.js',
  'js/entries/readers.js',
  'js/entries/detect-node.js',
].map((file) => join(root, file));

const { version, name } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'));
const toolchain = (await readFile(join(bindings, 'toolchain.txt'), 'utf8')).trim();

/**
 * A module of bytes as printable text. Base64 compresses worse: it cuts bytes, and what repeats does no longer. Here 91
 * characters stand for the bytes up to 90, and after `!` or a space for those 91 or 182 higher.
 */
function bytesModule(bytes) {
  const character = (value) => String.fromCharCode(value + (value < 57 ? 35 : 36));
  const text = Array.from(bytes, (byte) => ['', '!', ' '][Math.floor(byte / 91)] + character(byte % 91)).join('');
  return `
    const text = ${JSON.stringify(text)};
    const bytes = new Uint8Array(${bytes.length});
    for (let i = 0, at = 0; at < bytes.length; at++) {
      const first = text.charCodeAt(i++);
      const code = first < 35 ? text.charCodeAt(i++) : first;
      bytes[at] = code - (code < 92 ? 35 : 36) + (first === 33 ? 91 : first === 32 ? 182 : 0);
    }
    export default bytes;`;
}

/** Rows of equal keys by columns: what repeats down a column compresses to a tenth less. */
const columnsOf = (rows) => Object.fromEntries(Object.keys(rows[0]).map((key) => [key, rows.map((row) => row[key])]));

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
    // What describes the types of tensors and files is unused too, but by its form would stay.
    onLoad({ filter: /@huggingface[\\/]tasks[\\/].*[\\/]gguf\.js$/ }, async ({ path }) => {
      const names = (await readFile(path, 'utf8')).matchAll(/^export (?:const|function|var) (\w+)/gm);
      return { contents: `export const ${Array.from(names, ([, name]) => `${name} = {}`).join()};` };
    });
    onLoad({ filter: /@huggingface[\\/]gguf[\\/]dist[\\/]chunk-\w+\.mjs$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8');
      return {
        contents: source.replace(
          /^var GGUF_QUANT_DESCRIPTIONS = \{$[\s\S]*?^\};$/m,
          'var GGUF_QUANT_DESCRIPTIONS = {};',
        ),
      };
    });
    onResolve({ filter: /^llmcalc:catalog$/ }, ({ path }) => ({ path, namespace: 'data' }));
    // As text, which is one line whatever is done to the code.
    onLoad({ filter: /.*/, namespace: 'data' }, () => ({
      contents: [
        `const rowsOf = (text) => {
          const columns = Object.entries(JSON.parse(text));
          return columns[0][1].map((_, i) => Object.fromEntries(columns.map(([key, values]) => [key, values[i]])));
        };`,
        ...Object.entries(catalogue()).map(([name, value]) => {
          const isTable = typeof value[0] === 'object';
          const text = JSON.stringify(JSON.stringify(isTable ? columnsOf(value) : value));
          return `export const ${name} = ${isTable ? 'rowsOf' : 'JSON.parse'}(${text});`;
        }),
      ].join('\n'),
    }));
    // @huggingface/gguf's own way to disks, which js/readers/source.js stands in for.
    onResolve({ filter: /FileBlob/ }, ({ path }) => ({ path, namespace: 'none' }));
    onLoad({ filter: /.*/, namespace: 'none' }, () => ({ contents: 'export {};' }));
    onLoad({ filter: /\.wasm$/ }, async ({ path }) => ({ contents: bytesModule(await readFile(path)) }));
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
  metafile: true,
  // What a thrown error points at can be read; pages do not download these.
  sourcemap: 'linked',
  // Node shows the whole line that threw before it says what is wrong.
  lineLimit: 200,
  banner: { js: `/*! ${name} ${version} | MIT | ${toolchain} */` },
  define: { __VERSION__: JSON.stringify(version) },
  plugins: [buildOutputs],
};

const output = (file) => ({ in: file, out: basename(file, '.js') });

/** An entry with named exports: the members of its default export, which it is run for once to be asked. */
const memberExports = {
  name: 'llmcalc-member-exports',
  setup({ onLoad, onResolve }) {
    onResolve({ filter: /^members:/ }, ({ path }) => ({ path: path.slice('members:'.length), namespace: 'members' }));
    onLoad({ filter: /.*/, namespace: 'members' }, async ({ path }) => {
      const { outputFiles } = await build({
        ...shared,
        format: 'esm',
        entryPoints: [path],
        write: false,
        sourcemap: false,
      });
      const { default: calculator } = await import(`data:text/javascript,${encodeURIComponent(outputFiles[0].text)}`);
      const entry = JSON.stringify(`./${path}`);
      return {
        contents: `import calculator from ${entry};
          export { default } from ${entry};
          export const { ${Object.keys(calculator).join()} } = calculator;`,
        resolveDir: root,
      };
    });
  },
};

/** For bundled packages in CommonJS that ask for Node's modules. */
const commonJs = `import{createRequire as r}from'node:module';const require=r(import.meta.url);`;

/** The command line takes the entries beside it, from whichever folder of js/ it asks for them. */
const entriesBeside = {
  name: 'llmcalc-entries-beside',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\.?\/.*\.js$/ }, ({ path, kind, resolveDir }) => {
      if (kind === 'entry-point' || !besideCommandLine.includes(join(resolveDir, path))) return undefined;
      return { path: `./${basename(path)}`, external: true };
    });
  },
};

/** The former entry is the other under its name. */
const loadBeside = {
  name: 'llmcalc-load-beside',
  setup({ onResolve }) {
    onResolve({ filter: /^\.\/load\.js$/ }, ({ path, kind }) =>
      kind === 'entry-point' ? undefined : { path, external: true },
    );
  },
};

/** A build for Node, with what bundled packages in CommonJS need. */
const forNode = (entryPoint, first = '') => ({
  ...shared,
  format: 'esm',
  platform: 'node',
  entryPoints: [output(entryPoint)],
  outdir: dist,
  banner: { js: `${first}${shared.banner.js}\n${commonJs}` },
  plugins: [entriesBeside, buildOutputs],
});

/** That js/core/wasm.js can take a module in. */
function checkModule(file, bytes) {
  const module = new WebAssembly.Module(bytes);
  const kinds = (list) =>
    Array.from(list, ({ kind }) => kind)
      .sort()
      .join();
  const imports = kinds(WebAssembly.Module.imports(module));
  const exports = kinds(WebAssembly.Module.exports(module));
  if (imports !== 'function' || exports !== 'function,memory,table') {
    throw new Error(`${file} imports ${imports} and exports ${exports}: js/core/wasm.js does not know it`);
  }
}
for (const file of ['calculator.wasm', 'release.wasm']) checkModule(file, await readFile(join(bindings, file)));

await rm(dist, { recursive: true, force: true });
await mkdir(dist);
const results = await Promise.all([
  build({
    ...shared,
    format: 'esm',
    entryPoints: entries.calculators.map((file) => ({ ...output(file), in: `members:${file}` })),
    outdir: dist,
    plugins: [memberExports, buildOutputs],
  }),
  build({
    ...shared,
    format: 'esm',
    entryPoints: entries.loading.map(output),
    outdir: dist,
    external: ['./js.js'],
    plugins: [loadBeside, buildOutputs],
  }),
  build({ ...shared, format: 'esm', entryPoints: entries.inputs.map(output), outdir: dist }),
  // Cut into lines, the data would compress a fifth worse; the code has lines of its own.
  build({
    ...shared,
    format: 'esm',
    entryPoints: [output(entries.catalog)],
    outdir: dist,
    lineLimit: 0,
    minify: false,
    minifyIdentifiers: true,
    minifySyntax: true,
  }),
  build(forNode('js/entries/cli.js', '#!/usr/bin/env node\n')),
  build(forNode(entries.node)),
  build({ ...shared, format: 'iife', entryPoints: [entries.global], outfile: join(dist, 'wasmCalculator.global.js') }),
]);
// A page downloads these: what esbuild leaves, and terser does not, is a tenth of them.
for (const file of [
  'load.js',
  'load-speed.js',
  'js.js',
  'calculator.js',
  'wasmCalculator.js',
  'wasmCalculator.global.js',
]) {
  const path = join(dist, file);
  const { code, map } = await minify(await readFile(path, 'utf8'), {
    ecma: 2020,
    sourceMap: {
      content: await readFile(`${path}.map`, 'utf8'),
      filename: file,
      url: `${file}.map`,
      includeSources: true,
    },
    module: !file.includes('global'),
    compress: { passes: 5, pure_getters: true, keep_fargs: false, hoist_props: true },
    format: { comments: /^!/, max_line_len: shared.lineLimit },
  });
  await Promise.all([writeFile(path, code), writeFile(`${path}.map`, map)]);
}
for (const file of (await readdir(dist)).filter((name) => name.endsWith('.map'))) {
  const path = join(dist, file);
  await writeFile(path, ownSources(await readFile(path, 'utf8')));
}
await Promise.all([
  chmod(join(dist, 'cli.js'), 0o755),
  writeFile(join(dist, 'THIRD-PARTY.txt'), await thirdParty(packagesIn(results), bindings)),
  copyFile(join(bindings, 'release.wasm'), join(dist, 'release.wasm')),
]);
const declared = [...entries.calculators, ...entries.loading, ...entries.inputs, entries.catalog, entries.global];
for (const [file, text] of declarations(
  ['js/entries/release.wasm.d.ts', ...declared.map((entry) => entry.replace(/\.js$/, '.d.ts'))].map((file) =>
    join(root, file),
  ),
)) {
  await mkdir(dirname(join(dist, file)), { recursive: true });
  await writeFile(join(dist, file), text);
}
