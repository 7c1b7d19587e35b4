// A page that loads every entry straight from dist/, as a static host would serve it.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { ggufBytes, tensorsOf } from '../support/gguf-writer.js';

const types = { '.html': 'text/html', '.js': 'text/javascript', '.wasm': 'application/wasm' };
const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const model = ggufBytes({
  metadata: golden.entries['smollm2-135m'].metadata,
  tensors: tensorsOf(golden.models.get('smollm2-135m')),
});
const files = /^\/(dist\/[\w.]+|page\/[\w.]+)$/;

/** @param {string} [policy] the Content-Security-Policy of every answer */
export async function servePage(policy) {
  const server = createServer(async (request, response) => {
    const path = request.url === '/' ? '/page/index.html' : request.url;
    const base = path.startsWith('/dist/') ? '../../' : './';
    try {
      if (!files.test(path)) throw new Error(`not served: ${path}`);
      if (path === '/page/model.gguf') return response.writeHead(200).end(model);
      const content = await readFile(new URL(base + path.slice(1), import.meta.url));
      const headers = { 'content-type': types[extname(path)] ?? 'application/octet-stream' };
      response.writeHead(200, policy ? { ...headers, 'content-security-policy': policy } : headers).end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://localhost:${server.address().port}/`,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}
