// Servers and places that a reader must not wait for, or believe.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readGguf, readHuggingFace } from '../../dist/readers.js';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { ggufBytes, tensorsOf } from '../support/gguf-writer.js';

const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const name = 'smollm2-135m';
const header = ggufBytes({ metadata: golden.entries[name].metadata, tensors: tensorsOf(golden.models.get(name)) });
const work = mkdtempSync(join(tmpdir(), 'wasm-calculator-source-'));
after(() => rmSync(work, { recursive: true, force: true }));

/** A server of one behaviour, and how often it was asked. */
async function serve(behave) {
  const asked = { count: 0 };
  const server = createServer((request, response) => {
    asked.count++;
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    behave({ request, response, from: Number(from), to: Number(to), count: asked.count });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/model.gguf`, asked };
}

/** The range that was asked for, of the header in a file of 1 GB, `size` bytes every `milliseconds`. */
function drip({ response, from, to }, size, milliseconds, status = 206) {
  response.writeHead(status, status === 206 ? { 'content-range': `bytes ${from}-${to}/1000000000` } : {});
  let at = status === 206 ? from : 0;
  const timer = setInterval(() => {
    response.write(Uint8Array.from({ length: size }, (_, i) => header[at + i] ?? 0));
    at += size;
  }, milliseconds);
  response.on('close', () => clearInterval(timer));
}

const quick = { attempts: 2, idleTimeoutSeconds: 0.3 };

test('a connection that drips is given up like one that is silent', async () => {
  for (const status of [200, 206]) {
    const { url, asked } = await serve((call) => drip(call, 1, 10, status));
    await assert.rejects(readGguf(url, quick), {
      name: 'Error',
      message: `readGguf: ${url}: it cannot be read: less than 1000 bytes/s, after 2 attempts`,
    });
    assert.equal(asked.count, 2);
  }
});

test('a byte in each connection is no progress, whether the connection breaks or ends', async () => {
  for (const [finish, reason] of [
    [(response) => setTimeout(() => response.destroy(), 5), /other side closed|terminated|aborted/],
    [(response) => response.end(), /the server sends less than it was asked for/],
  ]) {
    const { url, asked } = await serve(({ response, from, to }) => {
      response.writeHead(206, { 'content-range': `bytes ${from}-${to}/1000000000` });
      response.write(header.subarray(from, from + 1), () => finish(response));
    });
    await assert.rejects(readGguf(url, { attempts: 3 }), (error) => {
      assert.match(error.message, reason);
      assert.match(error.message, /after 3 attempts$/);
      return true;
    });
    assert.equal(asked.count, 3);
  }
});

test('what is slow and still fast enough is read', async () => {
  // 200 KB/s are over 50 KB/s, and several times the idle time passes.
  const { url, asked } = await serve((call) => drip(call, 4000, 20));
  const { model } = await readGguf(url, { ...quick, leastBytesPerSecond: 50_000 });
  assert.equal(model.layerCount, golden.models.get(name).layerCount);
  assert.equal(asked.count, 1);
});

test('a reader is done within its limit, however steadily the server sends', async () => {
  const endless = (call) => drip(call, 20, 5);
  const { url } = await serve(endless);
  const begun = performance.now();
  await assert.rejects(readGguf(url, { timeoutSeconds: 0.5, leastBytesPerSecond: 0 }), {
    message: `readGguf: ${url}: it was not read within 0.5 s; timeoutSeconds allows it more`,
  });
  assert.ok(performance.now() - begun < 5000);
  await assert.rejects(readHuggingFace(url, { timeoutSeconds: 0.3 }), /^Error: readHuggingFace: .* within 0\.3 s/);
  // The limit is that of the question, not of each part.
  const parts = await serve(endless);
  await assert.rejects(
    readGguf(parts.url.replace('model', 'model-00001-of-00064'), { timeoutSeconds: 0.3, leastBytesPerSecond: 0 }),
    /within 0\.3 s/,
  );
  assert.ok(parts.asked.count < 64, `${parts.asked.count} parts were asked for`);
});

test('the limit also holds while it is waited between attempts, and for a fetch that hears no signal', async () => {
  const { url } = await serve(({ response }) => response.destroy());
  await assert.rejects(readGguf(url, { attempts: 1000, timeoutSeconds: 0.4 }), /was not read within 0\.4 s/);
  const deaf = () => new Promise(() => {});
  await assert.rejects(
    readGguf('http://x.invalid/a', { ...quick, fetch: deaf }),
    /no data for 0\.3 s, after 2 attempts/,
  );
  await assert.rejects(readGguf('http://x.invalid/a', { fetch: deaf, timeoutSeconds: 0.2 }), /within 0\.2 s/);
  await assert.rejects(readGguf('http://x.invalid/a', { fetch: deaf, signal: AbortSignal.timeout(50) }), {
    name: 'TimeoutError',
  });
});

test('limits beyond what a timer can wait do not go off at once', async () => {
  const { url } = await serve((call) => drip(call, header.length, 20));
  const { model } = await readGguf(url, { idleTimeoutSeconds: 1e9, timeoutSeconds: Number.POSITIVE_INFINITY });
  assert.equal(model.layerCount, 30);
});

test('limits that are none are refused by name', async () => {
  for (const [options, message] of [
    [{ timeoutSeconds: 0 }, 'options.timeoutSeconds must be above 0 (s; Infinity for no limit), got 0'],
    [{ timeoutSeconds: Number.NaN }, 'options.timeoutSeconds must be above 0 (s; Infinity for no limit), got NaN'],
    [{ idleTimeoutSeconds: -1 }, 'options.idleTimeoutSeconds must be above 0 (s), got -1'],
    [{ leastBytesPerSecond: -5 }, 'options.leastBytesPerSecond must be from 0 (bytes/s), got -5'],
    [{ attempts: 0 }, 'options.attempts must be an integer from 1, got 0'],
    [{ attempts: 1.5 }, 'options.attempts must be an integer from 1, got 1.5'],
    [{ timeoutSeconds: '60' }, 'options.timeoutSeconds must be above 0 (s; Infinity for no limit), got "60"'],
  ]) {
    const name = Object.values(options)[0] === '60' ? 'TypeError' : 'RangeError';
    await assert.rejects(readGguf(header, options), { name, message: `readGguf: ${message}` });
    await assert.rejects(readHuggingFace({}, options), { name, message: `readHuggingFace: ${message}` });
  }
});

test('what fetch refuses by its rules is refused at once, in words of ours', async () => {
  for (const [location, message, most = 1] of [
    ['file:///etc/passwd', /: it is redirected to what is neither http nor https$/],
    ['data:text/plain,x', /: it is redirected to what is neither http nor https$/],
    ['gopher://127.0.0.1/', /: it is redirected to what is neither http nor https$/],
    ['http://[bad', /: it is redirected to what is no address$/],
    ['http://127.0.0.1:22/', /: fetch keeps away from its port, which is that of another service$/],
    ['http://a:b@127.0.0.1:8081/', /: it is redirected to an address with a user name or password$/],
    ['/model.gguf', /: it is redirected too often$/, 21],
    [undefined, /: the server answers with status 302$/],
  ]) {
    const { url, asked } = await serve(({ response }) => response.writeHead(302, location && { location }).end());
    await assert.rejects(readGguf(url), message, location);
    assert.ok(asked.count <= most, `${location} was asked for ${asked.count} times`);
  }
});

test('addresses that are none are refused before anything is asked for', async () => {
  const fetch = () => assert.fail('it was fetched');
  for (const [address, message] of [
    ['https:', 'readGguf: https:: it is no address'],
    ['http://', 'readGguf: http://: it is no address'],
    ['http://[::1', 'readGguf: http://[::1: it is no address'],
    ['http://127.0.0.1:99999/', 'readGguf: http://127.0.0.1:99999/: it is no address'],
    ['ftp://host/a.gguf', 'readGguf: ftp://host/a.gguf: an address must be of http, https or file, got "ftp:"'],
    ['file://[', 'readGguf: file://[: it is no address'],
    [
      'http://user:word@host/',
      'readGguf: http://user:word@host/: an address must not hold a user name or password; headers may',
    ],
  ]) {
    await assert.rejects(readGguf(address, { fetch }), { name: 'Error', message });
  }
});

test('answers without a body are refused at once', async () => {
  for (const status of [201, 202, 204, 205, 304]) {
    const { url, asked } = await serve(({ response }) => response.writeHead(status).end());
    await assert.rejects(readGguf(url), {
      message: `readGguf: ${url}: the server answers with status ${status}`,
    });
    assert.equal(asked.count, 1);
  }
  const bare = async () => ({ status: 200, ok: true, headers: new Headers(), body: null });
  await assert.rejects(
    readGguf('http://x.invalid/a', { fetch: bare }),
    /: the server answers with status 200 and nothing more$/,
  );
});

test('a length that no file has is not believed', async () => {
  const answer =
    (total) =>
    async (_, { headers }) => {
      const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(headers.Range);
      const end = Math.min(Number(to), header.length - 1);
      if (Number(from) > end) return new Response(null, { status: 416 });
      return new Response(header.slice(Number(from), end + 1), {
        status: 206,
        headers: { 'content-range': `bytes ${from}-${end}/${total}` },
      });
    };
  for (const total of ['99999999999999999999999', '9007199254740992', '5', '0']) {
    await assert.rejects(
      readGguf('http://x.invalid/a', { fetch: answer(total) }),
      new RegExp(`: the server says that the file has ${total} bytes$`),
    );
  }
  const { source } = await readGguf('http://x.invalid/a', { fetch: answer('9007199254740991') });
  assert.equal(source.fileBytes, 9007199254740991);
  const unknown = await readGguf('http://x.invalid/a', { fetch: answer('*') });
  assert.equal(unknown.source.fileBytes, header.length);
});

test('what is no file, and what is not there, is told with the name of the reader', async () => {
  const pipe = join(work, 'pipe');
  assert.equal(spawnSync('mkfifo', [pipe]).status, 0);
  for (const place of [work, pipe, '/dev/zero']) {
    await assert.rejects(readGguf(place), {
      message: `readGguf: ${place}: it is a folder, a pipe or a device, not a file`,
    });
  }
  const none = join(work, 'none.gguf');
  await assert.rejects(readGguf(none), {
    code: 'ENOENT',
    message: `readGguf: ${none}: there is no such file (ENOENT)`,
  });
  await assert.rejects(readHuggingFace(none), { message: `readHuggingFace: ${none}: there is no such file (ENOENT)` });
  for (const [input, shown] of [
    [null, 'null'],
    [7, '7'],
    [Symbol('x'), 'a symbol'],
    [{}, 'an object'],
  ]) {
    await assert.rejects(readGguf(input), {
      name: 'TypeError',
      message: `readGguf: a file must be a path, a URL, a Blob or bytes, got ${shown}`,
    });
  }
});
