// The example's server answers what a page asks, and nothing else.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createServer, request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { defaultPolicy, serve } from '../../examples/browser/server.mjs';

const script = fileURLToPath(new URL('../../examples/browser/server.mjs', import.meta.url));
let server;
let port;
before(async () => {
  server = await serve();
  port = Number(new URL(server.url).port);
});
after(() => server.close());

/** One request as it is written; `host` is its header. */
const ask = (path, { method = 'GET', host = `localhost:${port}`, at = port } = {}) =>
  new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port: at, path, method, headers: { host } }, async (response) => {
      const body = Buffer.concat(await response.toArray()).toString();
      resolve({ status: response.statusCode, headers: response.headers, body });
    });
    sent.on('error', reject).end();
  });

test('every file has its type, and headers that keep a browser to it', async () => {
  for (const [path, type, content] of [
    ['/', 'text/html', /^<!doctype html>/],
    ['/index.html', 'text/html', /^<!doctype html>/],
    ['/main.js', 'text/javascript', /\S/],
    ['/main.css', 'text/css', /uplot/],
    ['/style.css', 'text/css', /\S/],
  ]) {
    const { status, headers, body } = await ask(path);
    assert.equal(status, 200, path);
    assert.equal(headers['content-type'], `${type}; charset=utf-8`);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['content-security-policy'], defaultPolicy);
    assert.equal(Number(headers['content-length']), Buffer.byteLength(body));
    assert.match(body, content);
  }
});

test('a query is no part of the name of a file', async () => {
  for (const path of ['/?x=1', '/?', '/index.html?a=/../b', '/main.js?v=2', `http://localhost:${port}/?y`]) {
    assert.equal((await ask(path)).status, 200, path);
  }
});

test('what is no file of the page is not found', async () => {
  for (const path of [
    '/x',
    '/../package.json',
    '/%2e%2e/package.json',
    '/constructor',
    '/__proto__',
    '/server.mjs',
    '//',
  ]) {
    const { status, headers, body } = await ask(path);
    assert.deepEqual([status, headers['x-content-type-options'], body], [404, 'nosniff', ''], path);
  }
});

test('HEAD has no body, and methods that change things are refused', async () => {
  const [head, get] = [await ask('/', { method: 'HEAD' }), await ask('/')];
  assert.deepEqual([head.status, head.body], [200, '']);
  assert.equal(head.headers['content-length'], get.headers['content-length']);
  for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
    const { status, headers, body } = await ask('/', { method });
    assert.deepEqual([status, headers.allow, body], [405, 'GET, HEAD', ''], method);
  }
});

test('another name than this machine has for itself is not served', async () => {
  for (const host of [`127.0.0.1:${port}`, `[::1]:${port}`]) assert.equal((await ask('/', { host })).status, 200, host);
  for (const host of [
    'evil.example',
    `evil.example:${port}`,
    'localhost',
    `localhost.evil.example:${port}`,
    `localhost:${port + 1}`,
    `127.0.0.1:${port}.evil.example`,
  ]) {
    const { status, body } = await ask('/', { host });
    assert.deepEqual([status, body], [421, ''], host);
  }
  // HTTP/1.0 needs none.
  const raw = await new Promise((resolve) => {
    let answer = '';
    connect(port, '127.0.0.1', function connected() {
      this.end('GET / HTTP/1.0\r\n\r\n');
    })
      .on('data', (data) => {
        answer += data;
      })
      .on('close', () => resolve(answer));
  });
  assert.match(raw, /^HTTP\/1\.1 421 /);
});

test('a policy of one’s own is sent, and an empty one is none', async () => {
  for (const [policy, sent] of [
    ["script-src 'self'", "script-src 'self'"],
    ['', undefined],
  ]) {
    const other = await serve({ policy });
    try {
      const at = Number(new URL(other.url).port);
      const { headers } = await ask('/', { at, host: `localhost:${at}` });
      assert.equal(headers['content-security-policy'], sent);
      assert.equal(headers['x-content-type-options'], 'nosniff');
    } finally {
      await other.close();
    }
  }
});

test('wrong options get a line, not a stack', async () => {
  const taken = createServer();
  await new Promise((resolve) => taken.listen(0, '127.0.0.1', resolve));
  const busy = String(taken.address().port);
  try {
    for (const [args, message] of [
      [['--port', '99999'], 'port must be an integer from 0 to 65535, got 99999'],
      [['--port', 'abc'], 'port must be an integer from 0 to 65535, got "abc"'],
      [['--port=-1'], 'port must be an integer from 0 to 65535, got "-1"'],
      [['--port', '80.5'], 'port must be an integer from 0 to 65535, got "80.5"'],
      [['--port='], 'port must be an integer from 0 to 65535, got ""'],
      [['--policy', 'a\r\nx: y'], 'policy must be what a header can hold, got "a\\r\\nx: y"'],
      [['--port', busy], `listen EADDRINUSE: address already in use 127.0.0.1:${busy}; --port takes another`],
    ]) {
      const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
      assert.deepEqual([status, stdout, stderr], [2, '', `server.mjs: ${message}\n`]);
    }
    for (const args of [['--prot', '1'], ['page']]) {
      const { status, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
      assert.equal(status, 2);
      assert.match(stderr, /^server\.mjs: (Unknown option '--prot'|Unexpected argument 'page').*\n$/);
    }
  } finally {
    await new Promise((resolve) => taken.close(resolve));
  }
});
