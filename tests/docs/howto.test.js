// The pages of docs/howto name the files to touch and the commands that prove it: all of them are there.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trimEnd().split('\n');
const known = new Set(files);
const folders = new Set(files.flatMap((file) => [...file.matchAll(/\//g)].map(({ index }) => file.slice(0, index))));
const presets = JSON.parse(readFileSync(join(root, 'CMakePresets.json'), 'utf8')).testPresets.map(({ name }) => name);
const pages = readdirSync(join(root, 'docs/howto')).map((page) => `docs/howto/${page}`);
const roots = new Set(files.map((file) => file.split('/')[0]));

/** Whether a word is meant as a file of this tree: of one of its folders, and no placeholder. */
const isPath = (word) =>
  /^[\w.*-]+(?:\/[\w.*-]+)+\/?$/.test(word) && roots.has(word.split('/')[0]) && !/[A-Z]{4}/.test(word);
/** What is made by a build. */
const isBuilt = (path) => /^(?:build|dist)\//.test(path);

function isThere(path) {
  const name = path.replace(/\/$/, '');
  if (!name.includes('*')) return known.has(name) || folders.has(name);
  const parts = name.split('*').map((part) => part.replaceAll('.', '\\.'));
  const pattern = new RegExp(`^${parts.join('[^/]*')}$`);
  return files.some((file) => pattern.test(file));
}

test('there is a page for each thing that is often added', () => {
  const names = pages.map((page) => page.replace(/.*\/|\.md$/g, '')).sort();
  assert.deepEqual(names, ['architecture', 'device', 'engine', 'file-type', 'layer-kind', 'model', 'option', 'output']);
});

for (const page of pages) {
  const text = readFileSync(join(root, page), 'utf8');
  const [prose, commands] = [
    text.replace(/```[\s\S]*?```/g, ''),
    [...text.matchAll(/^\$ (.*)$/gm)].map(([, line]) => line),
  ];

  test(`${page}: every file it names is there`, () => {
    const named = [...prose.matchAll(/`([^`\s]+)`/g)].map(([, word]) => word).filter(isPath);
    assert.ok(new Set(named).size >= 3, `${named}`);
    for (const path of named) assert.ok(isThere(path), path);
  });

  test(`${page}: the commands that prove it are there`, () => {
    assert.ok(commands.length >= 2, `${commands}`);
    for (const word of commands.flatMap((line) => line.split(/\s+/))) {
      if (isPath(word) && !isBuilt(word)) assert.ok(isThere(word), word);
    }
    for (const line of commands) {
      const [, preset] = /--preset (\S+)/.exec(line) ?? [];
      if (preset !== undefined) assert.ok(presets.includes(preset), line);
    }
  });
}
