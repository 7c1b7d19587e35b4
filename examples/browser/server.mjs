// Serves the example on localhost:
//
//   node examples/browser/server.mjs [--port 8080] [--policy "script-src 'self'"]
//
// The page is three static files; any host will do. esbuild puts main.js, the package and uPlot together.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

async function pageFiles() {
  const { outputFiles } = await build({
    absWorkingDir: here('../..'),
    entryPoints: [here('main.js')],
    outdir: here('.'),
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  return {
    ...Object.fromEntries(outputFiles.map(({ path, contents }) => [basename(path), contents])),
    'index.html': await readFile(here('index.html')),
    'style.css': await readFile(here('style.css')),
  };
}

const types = { html: 'text/html', js: 'text/javascript', css: 'text/css' };

/** @param {{ port?: number, policy?: string }} options the Content-Security-Policy of every answer */
export async function serve({ port = 0, policy } = {}) {
  const files = await pageFiles();
  const server = createServer((request, response) => {
    const name = request.url === '/' ? 'index.html' : request.url.slice(1);
    if (!Object.hasOwn(files, name)) {
      response.writeHead(404).end();
      return;
    }
    const headers = { 'content-type': `${types[name.split('.').at(-1)]}; charset=utf-8` };
    response.writeHead(200, policy ? { ...headers, 'content-security-policy': policy } : headers).end(files[name]);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values } = parseArgs({ options: { port: { type: 'string' }, policy: { type: 'string' } } });
  const { url } = await serve({ port: Number(values.port ?? 8080), policy: values.policy });
  console.log(`wasmCalculator demo on ${url}`);
}
