// Serves the example on localhost:
//
//   node examples/browser/server.mjs [--port 8080] [--policy "script-src 'self'"]     --policy "" sends none
//
// The page is four static files; any host will do. esbuild puts main.js, the package and uPlot together.
import { readFile } from 'node:fs/promises';
import { createServer, validateHeaderValue } from 'node:http';
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

/** What the page needs, and nothing more. */
export const defaultPolicy =
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; " +
  "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/**
 * @param {{ port?: number, policy?: string }} options 0 is a free port; the Content-Security-Policy of every answer, empty
 *   for none
 */
export async function serve({ port = 0, policy = defaultPolicy } = {}) {
  if (!Number.isInteger(port) || port < 0 || port > 65535) {
    throw new RangeError(`port must be an integer from 0 to 65535, got ${port}`);
  }
  try {
    validateHeaderValue('content-security-policy', policy);
  } catch {
    throw new RangeError(`policy must be what a header can hold, got ${JSON.stringify(policy)}`);
  }
  const files = await pageFiles();
  const always = { 'x-content-type-options': 'nosniff', ...(policy && { 'content-security-policy': policy }) };
  /** @type {string[]} */
  let hosts = [];
  const server = createServer((request, response) => {
    const refuse = (status, headers) => response.writeHead(status, { ...always, ...headers }).end();
    // A page elsewhere can have its own name point to this machine; it is not this server's.
    if (!hosts.includes(request.headers.host)) return refuse(421);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(405, { allow: 'GET, HEAD' });
    const [, path] = /^(?:http:\/\/[^/?]*)?([^?]*)/.exec(request.url);
    const name = path === '/' ? 'index.html' : path.slice(1);
    if (!Object.hasOwn(files, name)) return refuse(404);
    const content = files[name];
    const type = `${types[name.split('.').at(-1)]}; charset=utf-8`;
    response.writeHead(200, { ...always, 'content-type': type, 'content-length': content.length });
    response.end(request.method === 'HEAD' ? undefined : content);
  });
  await new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const bound = server.address().port;
  // A browser leaves out the port that is usual.
  hosts = ['localhost', '127.0.0.1', '[::1]'].flatMap((name) => [`${name}:${bound}`, ...(bound === 80 ? [name] : [])]);
  return {
    url: `http://localhost:${bound}/`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

/** @param {string} text */
function portIn(text) {
  if (!/^\d+$/.test(text)) throw new RangeError(`port must be an integer from 0 to 65535, got ${JSON.stringify(text)}`);
  return Number(text);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    const { values } = parseArgs({
      options: { port: { type: 'string', default: '8080' }, policy: { type: 'string', default: defaultPolicy } },
    });
    const { url } = await serve({ port: portIn(values.port), policy: values.policy });
    console.log(`wasmCalculator demo on ${url}`);
  } catch (error) {
    const taken = error.code === 'EADDRINUSE' ? `; --port takes another` : '';
    console.error(`server.mjs: ${error.message.split('\n')[0]}${taken}`);
    process.exitCode = 2;
  }
}
