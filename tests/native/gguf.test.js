// `llmcalc plan FILE.gguf` beside `wasm-calculator plan FILE.gguf`: whole, split, odd and damaged files.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { ggufBytes, tensorsOf } from '../support/gguf-writer.js';
import { randomOf } from '../support/random.js';

const native = fileURLToPath(new URL('../../build/native-release/src/llmcalc', import.meta.url));
const npm = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const work = mkdtempSync(join(tmpdir(), 'llmcalc-gguf-'));
after(() => rmSync(work, { recursive: true, force: true }));

const DEVICE = ['--device', '4090', '--ram', '64'];

function start(program, args) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: work, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}

/** What both tools say of a file. */
function both(file, ...args) {
  const asked = ['plan', file, ...DEVICE, ...args];
  return { asked, ours: start(process.execPath, [npm, ...asked]), theirs: start(native, asked) };
}

/** The same of a file of which they say the same. */
function same(file, ...args) {
  const { asked, ours, theirs } = both(file, ...args);
  const of = ({ status, stdout, stderr }) => [
    status,
    stdout.replaceAll('wasm-calculator', 'llmcalc'),
    stderr.replaceAll('wasm-calculator', 'llmcalc'),
  ];
  assert.deepEqual(of(theirs), of(ours), asked.join(' '));
  return ours;
}

const headerOf = (name, more = {}, tensors = tensorsOf(golden.models.get(name))) =>
  ggufBytes({ metadata: { ...golden.entries[name].metadata, 'general.file_type': 1, ...more }, tensors });

test('the headers of all recorded models give the same answer', () => {
  for (const name of golden.models.keys()) {
    writeFileSync(join(work, `${name}.gguf`), headerOf(name, { 'general.name': name }));
    const { status, stdout } = same(`${name}.gguf`, '--json');
    assert.ok(status === 0 || status === 1, name);
    const { model } = JSON.parse(stdout);
    assert.equal(model.source.kind, 'gguf');
    assert.equal(model.source.bytesRead > 0, true);
  }
});

const llama = 'llama-3.1-8b';

test('a file asked for in another type, without a type or a name, and one with a long vocabulary', () => {
  writeFileSync(join(work, 'plain.gguf'), headerOf(llama));
  same('plain.gguf', '--json');
  same('plain.gguf', '--json', '--quant', 'F16');
  assert.equal(JSON.parse(same('plain.gguf', '--json', '--quant', 'q4_k_m').stdout).runtime.fileType, 'Q4_K_M');
  same('plain.gguf', '--json', '--quant', 'i1-q4_k_m', '--context', 'max');
  writeFileSync(join(work, 'untyped.gguf'), headerOf(llama, { 'general.file_type': 1000 }));
  assert.match(same('untyped.gguf', '--json').stdout, /names no known type/);
  same('untyped.gguf', '--json', '--quant', 'q8_0');
  const tokens = Array.from({ length: 128256 }, (_, i) => `a token of some length ${i}`);
  const { 'llama.vocab_size': _, ...rest } = golden.entries[llama].metadata;
  const metadata = {
    ...rest,
    'tokenizer.ggml.tokens': tokens,
    'general.file_type': 7,
    'general.name': 'Größe \u{1f600}',
  };
  writeFileSync(join(work, 'long.gguf'), ggufBytes({ metadata, tensors: tensorsOf(golden.models.get(llama)) }));
  assert.equal(JSON.parse(same('long.gguf', '--json').stdout).model.name, 'Größe \u{1f600}');
  const scaled = { 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.factor': 4.5 };
  writeFileSync(join(work, 'scaled.gguf'), headerOf(llama, { ...scaled, 'llama.context_length': 8192 }));
  assert.match(same('scaled.gguf', '--json', '--context', '16384').stdout, /YaRN by 4.5/);
});

test('any part of a split file stands for all', () => {
  const tensors = tensorsOf(golden.models.get(llama));
  const part = (no, some, more = {}) =>
    ggufBytes({
      metadata: {
        ...(no === 0 ? { ...golden.entries[llama].metadata, 'general.file_type': 1 } : {}),
        'split.no': no,
        'split.count': 3,
        'split.tensors.count': tensors.length,
        ...more,
      },
      tensors: some,
    });
  const parts = [part(0, []), part(1, tensors.slice(0, 100)), part(2, tensors.slice(100))];
  const write = (folder, bytes) => {
    mkdirSync(join(work, folder), { recursive: true });
    bytes.forEach((each, i) => {
      if (each) writeFileSync(join(work, folder, `m-0000${i + 1}-of-00003.gguf`), each);
    });
    return `${folder}/m-00002-of-00003.gguf`;
  };
  const { stdout } = same(write('split', parts), '--json');
  assert.equal(JSON.parse(stdout).model.source.locations.length, 3);
  for (const [name, bytes] of Object.entries({
    missing: [parts[0], parts[1]],
    repeated: [parts[0], parts[1], parts[1]],
    foreign: [parts[0], parts[1], part(2, tensors.slice(100), { 'general.name': 'another' })],
    short: [parts[0], parts[1], part(2, tensors.slice(101))],
    overlapping: [parts[0], parts[1], part(2, tensors.slice(99))],
  })) {
    assert.equal(same(write(name, bytes)).status, 2, name);
  }
  writeFileSync(join(work, 'alone.gguf'), parts[0]);
  assert.match(same('alone.gguf').stderr, /it is one of 3 parts, and 1 were given/);
});

test('what is no GGUF file of a model is refused in the same words', () => {
  const files = {
    'empty.gguf': '',
    'web.gguf': '  <!DOCTYPE html><html>',
    'zip.gguf': 'PK\u0003\u0004 and so on',
    'lfs.gguf': 'version https://git-lfs.github.com/spec/v1',
    'text.gguf': 'some text',
    'unknown.gguf': headerOf(llama, { 'general.architecture': 'lama' }),
    'clip.gguf': headerOf(llama, { 'general.architecture': 'clip' }),
    'bert.gguf': headerOf(llama, { 'general.architecture': 'nomic-bert' }),
    'adapter.gguf': headerOf(llama, { 'general.type': 'adapter' }),
    'typed.gguf': headerOf(llama, { 'general.name': 5 }),
    'alignment.gguf': headerOf(llama, { 'general.alignment': 33 }),
    'heads.gguf': headerOf(llama, { 'llama.attention.head_count': 'many' }),
    'layers.gguf': headerOf(llama, { 'llama.block_count': 5000 }),
    'draft.gguf': headerOf(llama, {}, [{ name: 'blk.7.attn_q.weight', shape: [32, 32], type: 1 }]),
    'twice.gguf': headerOf(llama, {}, [
      { name: 'blk.0.a', shape: [32], type: 0 },
      { name: 'blk.0.a', shape: [32], type: 0 },
    ]),
    'overlap.gguf': headerOf(llama, {}, [
      { name: 'blk.0.a', shape: [32], type: 0 },
      { name: 'blk.0.b', shape: [32], type: 0, offset: 32 },
    ]),
    'odd.gguf': headerOf(llama, {}, [{ name: 'blk.0.a', shape: [32], type: 0, offset: 16 }]),
  };
  for (const [name, bytes] of Object.entries(files)) {
    writeFileSync(join(work, name), bytes);
    assert.equal(same(name).status, 2, name);
  }
  assert.equal(same('nowhere.gguf').status, 2);
  mkdirSync(join(work, 'folder.gguf'));
  assert.equal(same('folder.gguf').status, 2);
});

test('damaged headers are refused, or read, by both tools alike', () => {
  const below = randomOf(16);
  const random = () => below(1e6) / 1e6;
  const whole = headerOf(llama, { 'general.name': 'a name' });
  for (let round = 0; round < 60; round++) {
    const bytes = whole.slice(0, random() < 0.3 ? Math.floor(random() * whole.length) : whole.length);
    for (let changes = 1 + Math.floor(random() * 3); changes > 0 && bytes.length > 0; changes--) {
      bytes[Math.floor(random() * Math.min(bytes.length, random() < 0.5 ? 600 : 1e9))] = Math.floor(random() * 256);
    }
    writeFileSync(join(work, 'damaged.gguf'), bytes);
    const { ours, theirs } = both('damaged.gguf', '--json');
    // The parser of the npm tool has words of its own for some of it.
    assert.deepEqual([theirs.status, theirs.stdout], [ours.status, ours.stdout], `${round}: ${ours.stderr}`);
    if (ours.status === 2) assert.match(theirs.stderr, /^llmcalc: (?:readGguf: damaged\.gguf: |planMemory: )/);
  }
});
