// The model of a question: which text is read as what, and what is refused.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import core from '../../dist/js.js';
import { quantOf } from '../../js/cli/quants.js';
import { subjectOf } from '../../js/cli/subject.js';

const folder = mkdtempSync(join(tmpdir(), 'wasm-calculator-subject-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name) => join(folder, name);
function written(name, content) {
  writeFileSync(at(name), typeof content === 'string' ? content : JSON.stringify(content));
  return at(name);
}

const spec = {
  vocabularySize: 32000,
  hiddenSize: 4096,
  layerCount: 32,
  contextLength: 4096,
  groups: [
    { headCount: 32, kvHeadCount: 8, keyLength: 128, valueLength: 128, feedForward: 'gated', feedForwardLength: 11008 },
  ],
  runs: [[0, 32]],
};
const gguf = { model: { ...spec, tensors: [] }, name: 'Mine', architecture: 'llama', fileType: 'Q5_K_M' };
const checkpoint = { model: spec, name: null, architecture: 'gpt-oss', tensorBytes: 1, quantization: null };

/** The subject, and what was read where. */
async function ask(text, quant, more = {}) {
  const asked = [];
  const reader = (result) => async (place) => {
    asked.push(place);
    return { ...result, source: { kind: 'x', locations: [place] }, ...more };
  };
  const read = await subjectOf(text, quant && quantOf(quant), {
    core,
    readGguf: reader(gguf),
    readHuggingFace: reader(checkpoint),
    recordedArchitectures: ['llama'],
    findModel: (query) => {
      if (query !== 'a name') throw new RangeError(`model must be in the catalogue, got ${query}`);
      return { name: 'A Name', repository: 'b/a', architecture: 'llama', model: spec, unplannable: null, ...more };
    },
    options: {},
  });
  return { ...read, asked };
}

test('names, files, addresses and specs', async () => {
  const named = await ask('a name');
  assert.deepEqual([named.subject.source, named.fileType], [{ kind: 'catalogue', repository: 'b/a' }, 'Q4_K_M']);
  assert.equal(named.subject.file, 'a-name-Q4_K_M.gguf');
  assert.equal((await ask('a name', 'q8_0')).subject.file, 'a-name-Q8_0.gguf');
  const file = await ask(written('blob', ''));
  assert.deepEqual([file.asked, file.fileType, file.subject.recorded], [[at('blob')], 'Q5_K_M', true]);
  assert.deepEqual((await ask('https://x/y.gguf?z=1')).asked, ['https://x/y.gguf?z=1']);
  assert.deepEqual((await ask('https://x/config.json')).asked, ['https://x/config.json']);
  const own = await ask(written('mine.json', spec));
  assert.deepEqual([own.subject.source, own.subject.name], [{ kind: 'spec', locations: [at('mine.json')] }, 'mine']);
  await assert.rejects(ask('none'), /model must be in the catalogue/);
  await assert.rejects(
    ask('a name', undefined, { model: null, unplannable: 'why' }),
    /A Name is in the catalogue, but cannot be planned: why/,
  );
});

test('the page about a file stands for the file', async () => {
  for (const [page, bytes] of [
    ['https://huggingface.co/u/r/blob/main/f-Q4_K_M.gguf', 'https://huggingface.co/u/r/resolve/main/f-Q4_K_M.gguf'],
    ['https://hf.co/u/r/blob/main/UD/f.gguf?download=true', 'https://hf.co/u/r/resolve/main/UD/f.gguf?download=true'],
    ['https://huggingface.co/u/r/blob/main/config.json', 'https://huggingface.co/u/r/resolve/main/config.json'],
    ['https://example.com/u/r/blob/main/f.gguf', 'https://example.com/u/r/blob/main/f.gguf'],
  ]) {
    assert.deepEqual((await ask(page)).asked, [bytes]);
  }
});

test('another type than the file has is another file', async () => {
  const same = await ask('x.gguf', 'q5_k_m');
  assert.deepEqual([same.subject.model.tensors, same.subject.file], [[], 'x.gguf']);
  const other = await ask('x.gguf', 'Q8_0');
  assert.deepEqual(
    [other.subject.model.tensors, other.subject.file, other.fileType],
    [undefined, 'mine-Q8_0.gguf', 'Q8_0'],
  );
  const untyped = await ask('x.gguf', undefined, { fileType: null });
  assert.match(untyped.notes[0], /^The file names no known type, not Q4_K_M either/);
  assert.deepEqual((await ask('x.gguf', 'i1-Q8_0')).importanceMatrix, true);
  assert.match((await ask('a name', 'qat')).notes[0], /^A QAT file of Q4_0/);
});

test('a checkpoint is told with how it is quantised, and MXFP4 stays what it is', async () => {
  const place = written('config.json', { model_type: 'x' });
  const fp8 = { method: 'fp8', bits: 8, groupSize: null, bitsPerWeight: 8 };
  const read = await ask(place, undefined, { quantization: fp8 });
  assert.deepEqual([read.subject.source.quantization, read.fileType, read.subject.releasedAs], [fp8, 'Q4_K_M', null]);
  const mxfp4 = await ask(place, undefined, { quantization: { ...fp8, method: 'mxfp4' } });
  assert.deepEqual([mxfp4.fileType, mxfp4.subject.releasedAs], ['MXFP4_MOE', 'MXFP4_MOE']);
  assert.equal((await ask(place, 'Q4_K_M', { quantization: { ...fp8, method: 'mxfp4' } })).fileType, 'Q4_K_M');
});

test('what extends a context, and what a model is released in, are passed on', async () => {
  const rope = { type: 'yarn', factor: 4, originalContextLength: 32768 };
  assert.deepEqual((await ask('x.gguf', undefined, { rope })).subject.rope, rope);
  assert.deepEqual((await ask('https://x/config.json', undefined, { rope })).subject.rope, rope);
  const unsaid = await ask('x.gguf', undefined, { rope: { ...rope, originalContextLength: null } });
  assert.equal(unsaid.subject.rope.originalContextLength, undefined);
  assert.equal((await ask('x.gguf')).subject.rope, null);
  const released = await ask('a name', undefined, { defaultFileType: 'MXFP4_MOE' });
  assert.deepEqual([released.fileType, released.subject.releasedAs], ['MXFP4_MOE', 'MXFP4_MOE']);
  const other = await ask('a name', 'Q4_K_M', { defaultFileType: 'MXFP4_MOE' });
  assert.deepEqual([other.fileType, other.subject.releasedAs], ['Q4_K_M', 'MXFP4_MOE']);
});

test('a spec with a key that none has is refused with its file and its place', async () => {
  const refused = (content, message) =>
    assert.rejects(ask(written('bad.json', content)), (error) => {
      assert.ok(error.message.startsWith(`${at('bad.json')}`), error.message);
      assert.match(error.message, message);
      return true;
    });
  await refused(
    { ...spec, groups: [{ attention: 'odd' }] },
    /attention must be one of none, full, sliding, mla, got "odd"$/,
  );
  await refused({ ...spec, layerCount: -1 }, /bad\.json: model\.layerCount must be /);
  await refused({ ...spec, tensors: 5 }, /bad\.json: /);
  await refused('\uFEFF{', /bad\.json must be JSON: /);
  await refused(
    JSON.stringify(spec).replace('4096', '1e400'),
    /bad\.json: model\.hiddenSize must be .*, got Infinity$/,
  );
  assert.equal((await ask(written('bom.json', `\uFEFF${JSON.stringify(spec)}`))).subject.name, 'bom');
  mkdirSync(at('folder.json'));
  await assert.rejects(ask(at('folder.json')), /EISDIR/);
});
