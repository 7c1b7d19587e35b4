// Deno, Bun and workerd import the installed tarball and say which back end they got. Their programs come from npm.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { bin, consumer, program, read, report, run } from './support.js';

const { folder } = consumer();
const { resolve } = createRequire(import.meta.url);
const platform = `${process.platform}-${process.arch}`;
// The programs themselves: their packages' commands want an install script to have run.
const bun = resolve(`@oven/bun-${platform.replace('arm64', 'aarch64')}/bin/bun`);
const workerd = resolve(`@cloudflare/workerd-${platform.replace('x64', '64')}/bin/workerd`);

for (const [entry, backend] of [
  ['wasm-calculator', 'wasm'],
  ['wasm-calculator/load', 'wasm'],
  ['wasm-calculator/js', 'js'],
]) {
  test(`Bun imports ${entry} and gets ${backend}`, () => {
    writeFileSync(join(folder, 'program.mjs'), program(entry));
    assert.deepEqual(JSON.parse(run(bun, ['program.mjs'], folder)), report(backend));
  });

  test(`Deno imports ${entry} and gets ${backend}`, () => {
    writeFileSync(join(folder, 'program.mjs'), program(entry));
    const permissions = entry.endsWith('/load') ? ['--allow-read'] : [];
    const output = run(bin('deno'), ['run', '--no-prompt', ...permissions, 'program.mjs'], folder, {
      DENO_NO_UPDATE_CHECK: '1',
    });
    assert.deepEqual(JSON.parse(output), report(backend));
  });
}

test('Deno without permission to read falls back in /load', () => {
  writeFileSync(join(folder, 'program.mjs'), program('wasm-calculator/load'));
  const output = run(bin('deno'), ['run', '--no-prompt', 'program.mjs'], folder, { DENO_NO_UPDATE_CHECK: '1' });
  assert.deepEqual(JSON.parse(output), report('js'));
});

/** Serves `worker` (its main module and the package's files as modules) with workerd; the answer to one request. */
async function askWorkerd(worker, compatibilityDate = '2026-01-01') {
  const port = await new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address();
      server.close(() => resolve(free));
    });
  });
  writeFileSync(join(folder, 'worker.js'), worker);
  const dist = 'node_modules/wasm-calculator/dist';
  writeFileSync(
    join(folder, 'worker.capnp'),
    `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "main", worker = (
    compatibilityDate = "${compatibilityDate}",
    modules = [
      (name = "worker.js", esModule = embed "worker.js"),
      (name = "wasmCalculator.js", esModule = embed "${dist}/wasmCalculator.js"),
      (name = "load.js", esModule = embed "${dist}/load.js"),
      (name = "js.js", esModule = embed "${dist}/js.js"),
      (name = "release.wasm", wasm = embed "${dist}/release.wasm"),
    ],
  ))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`,
  );
  const server = spawn(workerd, ['serve', 'worker.capnp'], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
  try {
    for (let attempt = 0; ; attempt++) {
      try {
        return await (await fetch(`http://127.0.0.1:${port}/`)).json();
      } catch (error) {
        if (attempt === 50 || server.exitCode !== null) throw error;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  } finally {
    server.kill();
  }
}

/** The report as an answer instead of on the console. */
const answering = (source) =>
  source
    .replace('console.log(JSON.stringify(', 'export default { fetch: () => Response.json(')
    .replace(/\}\)\);\n$/, '}) };\n');

// A Worker may compile while it starts since 2025-06-01, and never did before.
for (const [date, backend] of [
  ['2026-01-01', 'wasm'],
  ['2025-01-01', 'js'],
]) {
  test(`workerd of ${date} gets ${backend} from the main entry`, async () => {
    const worker = answering(program('wasm-calculator')).replaceAll("'wasm-calculator'", "'./wasmCalculator.js'");
    assert.deepEqual(await askWorkerd(worker, date), report(backend));
  });
}

test('workerd gets wasm from /load with release.wasm as a module', async () => {
  const worker = `import wasm from './release.wasm';
import { load } from './load.js';
export default {
  async fetch() {
    const { backend, calculatePerformance, batchCalculatePerformance } = await load({ wasm, backend: 'wasm' });
    return Response.json({ backend, tps: calculatePerformance(1008, 40), points: batchCalculatePerformance(1008, 70).length });
  },
};
`;
  assert.deepEqual(await askWorkerd(worker), { backend: 'wasm', tps: 25.2, points: 29 });
});

test('workerd imports the transpiled entry', async () => {
  assert.deepEqual(
    await askWorkerd(answering(program('wasm-calculator/js')).replaceAll("'wasm-calculator/js'", "'./js.js'")),
    report('js'),
  );
});

test('the bundle that pages without modules load has no import or export', () => {
  const source = read(folder, 'node_modules/wasm-calculator/dist/wasmCalculator.global.js');
  assert.doesNotMatch(source, /^\s*(import|export)\b/m);
});
