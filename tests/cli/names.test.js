// Names of repositories and of models, with and without a file type.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import core from '../../dist/js.js';
import { isRepository } from '../../js/cli/names.js';
import { quantOf } from '../../js/cli/quants.js';
import { subjectOf } from '../../js/cli/subject.js';

/** Names of a small catalogue, found as the large one finds them: by exactly these queries. */
const KNOWN = {
  'Qwen3-8B': 'Qwen3 8B',
  'Qwen/Qwen3-8B': 'Qwen3 8B',
  'llama3.1:8b-instruct': 'Llama 3.1 8B',
  'Llama-3.2-1B-Instruct': 'Llama 3.2 1B',
  'gemma-3-27b-it': 'Gemma 3 27B',
  'phi-2': 'Phi-2',
};
const shape = { vocabularySize: 8, hiddenSize: 8, layerCount: 1, groups: [{}], runs: [[0, 1]] };
const read = (text, quant) =>
  subjectOf(text, quant && quantOf(quant), {
    core,
    readGguf: (place) => assert.fail(`${place} was read`),
    readHuggingFace: (place) => assert.fail(`${place} was read`),
    recordedArchitectures: [],
    findModel(query) {
      if (query === 'Llama-3') throw new RangeError('model must name one, "Llama-3" could be this, that');
      if (!KNOWN[query]) throw new RangeError(`model must be in the catalogue, got "${query}"`);
      return { name: KNOWN[query], repository: '', architecture: null, model: shape, unplannable: null };
    },
    options: {},
  });

test('a repository is its model, and its tag the file type', async () => {
  for (const [text, name, fileType] of [
    ['unsloth/Qwen3-8B-GGUF', 'Qwen3 8B', 'Q4_K_M'],
    ['unsloth/Qwen3-8B-GGUF:Q8_0', 'Qwen3 8B', 'Q8_0'],
    ['unsloth/Qwen3-8B-GGUF:latest', 'Qwen3 8B', 'Q4_K_M'],
    ['hf.co/unsloth/Qwen3-8B-GGUF:q5_k_m', 'Qwen3 8B', 'Q5_K_M'],
    ['https://huggingface.co/unsloth/Qwen3-8B-GGUF', 'Qwen3 8B', 'Q4_K_M'],
    ['https://hf.co/unsloth/Qwen3-8B-GGUF/', 'Qwen3 8B', 'Q4_K_M'],
    ['huggingface.co/Qwen/Qwen3-8B', 'Qwen3 8B', 'Q4_K_M'],
    ['Qwen/Qwen3-8B', 'Qwen3 8B', 'Q4_K_M'],
    ['mradermacher/Qwen3-8B-i1-GGUF:i1-IQ3_XS', 'Qwen3 8B', 'IQ3_XS'],
    ['hugging-quants/Llama-3.2-1B-Instruct-Q8_0-GGUF', 'Llama 3.2 1B', 'Q8_0'],
    ['google/gemma-3-27b-it-qat-q4_0-gguf', 'Gemma 3 27B', 'Q4_0'],
    ['lmstudio-community/gemma-3-27b-it-qat-GGUF:Q4_K_M', 'Gemma 3 27B', 'Q4_K_M'],
  ]) {
    const { subject, fileType: type } = await read(text);
    assert.deepEqual([subject.name, type], [name, fileType], text);
  }
  assert.equal((await read('mradermacher/Qwen3-8B-i1-GGUF:i1-IQ3_XS')).importanceMatrix, true);
  assert.match((await read('google/gemma-3-27b-it-qat-q4_0-gguf')).notes[0], /^A QAT file of Q4_0/);
});

test('a name may end with its file type', async () => {
  for (const [text, name, fileType] of [
    ['llama3.1:8b-instruct-q4_K_S', 'Llama 3.1 8B', 'Q4_K_S'],
    ['phi-2 q8_0', 'Phi-2', 'Q8_0'],
    ['phi-2', 'Phi-2', 'Q4_K_M'],
    ['Qwen3-8B-BF16', 'Qwen3 8B', 'BF16'],
  ]) {
    const { subject, fileType: type } = await read(text);
    assert.deepEqual([subject.name, type], [name, fileType], text);
  }
  assert.equal((await read('phi-2 q8_0', 'Q8_0')).fileType, 'Q8_0');
  await assert.rejects(
    read('phi-2 q8_0', 'Q4_0'),
    /^RangeError: --quant Q4_0 and the Q8_0 of the name are two file types$/,
  );
});

test('where a name is not enough, the answer has the address that would be', async () => {
  const rejected = (text, message) => assert.rejects(read(text), ({ message: said }) => message.test(said), text);
  await rejected(
    'hf.co/unsloth/Qwen3-8B-GGUF:UD-Q4_K_XL',
    /Unsloth's mix.*; by custom it is https:\/\/huggingface\.co\/unsloth\/Qwen3-8B-GGUF\/resolve\/main\/Qwen3-8B-UD-Q4_K_XL\.gguf$/,
  );
  await rejected(
    'foo/Nonesuch-7B-GGUF:Q6_K',
    /got "Nonesuch-7B"; its own file may be at https:\/\/huggingface\.co\/foo\/Nonesuch-7B-GGUF\/resolve\/main\/Nonesuch-7B-Q6_K\.gguf$/,
  );
  await rejected(
    'foo/Nonesuch-7B',
    /may be at https:\/\/huggingface\.co\/foo\/Nonesuch-7B\/resolve\/main\/config\.json$/,
  );
  await rejected('foo/Llama-3-GGUF', /must name one, "Llama-3" could be this, that; /);
  await rejected('nonesuch', /got "nonesuch"$/);
  await rejected('phi-2 q4', /"q4" is not a file type; did you mean Q4_K_M\?/);
});

test('an address of a file is no repository', () => {
  for (const text of ['https://huggingface.co/u/r', 'hf.co/u/r:Q4_K_M', 'https://www.huggingface.co/u/r/'])
    assert.ok(isRepository(text), text);
  for (const text of [
    'https://huggingface.co/u/r/resolve/main/x.gguf',
    'https://huggingface.co/u',
    'https://example.com/u/r',
    'https://huggingface.co.example.com/u/r',
    'u/r',
  ]) {
    assert.ok(!isRepository(text), text);
  }
});
