// Files that a question names, read up to a limit whatever they are.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MOST_OF_SPEC, readJson, readText } from '../../js/cli/files.js';

const folder = mkdtempSync(join(tmpdir(), 'wasm-calculator-files-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name) => join(folder, name);
function written(name, content) {
  writeFileSync(at(name), content);
  return at(name);
}

test('a text without the mark that Windows writes before it', async () => {
  assert.equal(await readText(written('a', '\uFEFFzwölf'), MOST_OF_SPEC), 'zwölf');
  assert.equal(await readText(written('b', ''), MOST_OF_SPEC), '');
  const long = 'ä'.repeat(300_000);
  assert.equal(await readText(written('c', long), MOST_OF_SPEC), long);
  assert.deepEqual(await readJson(written('d.json', '\uFEFF{"a":[1]}'), MOST_OF_SPEC), { a: [1] });
});

test('what has no end, or is too long, is refused before it is held', async () => {
  const before = process.memoryUsage().rss;
  await assert.rejects(readText('/dev/zero', MOST_OF_SPEC), {
    name: 'RangeError',
    message: '/dev/zero is larger than 16 MB',
  });
  assert.ok(process.memoryUsage().rss - before < 8 * MOST_OF_SPEC);
  const long = written('long', '');
  truncateSync(long, 1e12);
  await assert.rejects(readText(long, MOST_OF_SPEC), /long is larger than 16 MB$/);
  await assert.rejects(readText(folder, MOST_OF_SPEC), /EISDIR/);
  await assert.rejects(readText(at('none'), MOST_OF_SPEC), /ENOENT.*none/);
});

test('a pipe is a file', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  const [text] = await Promise.all([
    readText(at('pipe'), MOST_OF_SPEC),
    import('node:fs/promises').then(({ writeFile }) => writeFile(at('pipe'), 'through the pipe')),
  ]);
  assert.equal(text, 'through the pipe');
});

test('what is no JSON is told with its file', async () => {
  await assert.rejects(readJson(written('e', '{'), MOST_OF_SPEC), { name: 'RangeError', message: /e must be JSON: / });
  assert.deepEqual(await readJson(written('g', '{"a":1e400}'), MOST_OF_SPEC), { a: Number.POSITIVE_INFINITY });
});
