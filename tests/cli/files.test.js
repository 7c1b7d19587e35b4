// Files that a question names, read up to a limit whatever they are.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { MOST_BYTES, readJson, readText } from '../../js/cli/files.js';

const folder = mkdtempSync(join(tmpdir(), 'wasm-calculator-files-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name) => join(folder, name);
function written(name, content) {
  writeFileSync(at(name), content);
  return at(name);
}

test('a text without the mark that Windows writes before it', async () => {
  assert.equal(await readText(written('a', '\uFEFFzwölf'), 'it'), 'zwölf');
  assert.equal(await readText(written('b', ''), 'it'), '');
  const long = 'ä'.repeat(300_000);
  assert.equal(await readText(written('c', long), 'it'), long);
  assert.deepEqual(await readJson(written('d.json', '\uFEFF{"a":[1]}'), 'it'), { a: [1] });
});

test('what has no end, or is too long, is refused before it is held', async () => {
  const before = process.memoryUsage().rss;
  await assert.rejects(readText('/dev/zero', 'it'), {
    name: 'RangeError',
    message: `/dev/zero: it must have at most ${MOST_BYTES} bytes`,
  });
  assert.ok(process.memoryUsage().rss - before < 8 * MOST_BYTES);
  const long = written('long', '');
  truncateSync(long, 1e12);
  await assert.rejects(readText(long, 'it'), /must have at most/);
  await assert.rejects(readText(folder, 'it'), /EISDIR/);
  await assert.rejects(readText(at('none'), 'it'), /ENOENT.*none/);
});

test('a pipe is a file', async () => {
  execFileSync('mkfifo', [at('pipe')]);
  const [text] = await Promise.all([
    readText(at('pipe'), 'it'),
    import('node:fs/promises').then(({ writeFile }) => writeFile(at('pipe'), 'through the pipe')),
  ]);
  assert.equal(text, 'through the pipe');
});

test('no JSON, or a number that nothing holds', async () => {
  await assert.rejects(readJson(written('e', '{'), 'it'), { name: 'RangeError', message: /e must be JSON: / });
  for (const [text, key] of [
    ['{"hiddenSize":1e400}', 'hiddenSize'],
    ['{"groups":[{"headCount":-1e999}]}', 'headCount'],
    ['1e400', 'the number'],
  ]) {
    await assert.rejects(readJson(written('f', text), 'it'), {
      message: `${at('f')} must be JSON: ${key} is too large a number`,
    });
  }
  assert.deepEqual(await readJson(written('g', '{"a":1e308}'), 'it'), { a: 1e308 });
});
