// readGguf on headers of real shape, from memory, disk and a server that behaves and misbehaves.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readGguf } from '../../dist/readers.js';
import wasmCalculator, { modelFromGgufMetadata, planMemory } from '../../dist/wasmCalculator.js';
import { ggufMetadataFromHuggingFaceConfig } from '../../js/readers/huggingface.js';
import { parseCsv } from '../../scripts/support/csv.mjs';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { configOf } from '../../scripts/support/model-rows.mjs';
import { F16, F32, ggufBytes, tensorsOf } from '../support/gguf-writer.js';

const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const work = mkdtempSync(join(tmpdir(), 'wasm-calculator-gguf-'));
after(() => rmSync(work, { recursive: true, force: true }));

const shapeOf = ({ tensors, ...model }) => model;
const weightsOf = (model) =>
  planMemory(model, { fileType: 'F16', contextLength: 512 }).devices.map(({ weights }) => weights);
const headerOf = (name, more = {}) => {
  const model = golden.models.get(name);
  return ggufBytes({
    metadata: { ...golden.entries[name].metadata, 'general.file_type': 1, ...more },
    tensors: tensorsOf(model),
  });
};

for (const [name, model] of golden.models) {
  test(`${name}: its header gives back the model, and the tensors weigh what the F16 file weighs`, async () => {
    const bytes = headerOf(name);
    const read = await readGguf(bytes);
    // Golden entries say whether the head is tied; here the list of tensors tells.
    assert.deepEqual(shapeOf(read.model), model);
    assert.deepEqual(weightsOf(read.model), weightsOf(model));
    assert.equal(read.fileType, 'F16');
    assert.equal(read.architecture, golden.entries[name].metadata['general.architecture']);
    assert.equal(read.source.complete, false);
    assert.equal(read.tensorBytes, planMemory(model, { fileType: 'F16', contextLength: 512 }).fileBytes);
    assert.deepEqual(shapeOf((await readGguf(new Blob([bytes]))).model), model);
  });
}

const llama = 'llama-3.1-8b';
const llamaHeader = headerOf(llama);

test('a path and a file: address are read, and the size of a vocabulary where no key says it', async () => {
  const path = join(work, 'model.gguf');
  const { 'llama.vocab_size': _, ...metadata } = golden.entries['llama-2-7b'].metadata;
  const tokens = Array.from({ length: 32000 }, (__, i) => `token ${i}`);
  writeFileSync(
    path,
    ggufBytes({
      metadata: { ...metadata, 'general.name': 'Llama 2', 'tokenizer.ggml.tokens': tokens },
      tensors: tensorsOf(golden.models.get('llama-2-7b')),
    }),
  );
  for (const input of [path, new URL(`file://${path}`)]) {
    const { model, name, metadata: kept } = await readGguf(input);
    assert.equal(model.vocabularySize, 32000);
    assert.equal(name, 'Llama 2');
    assert.equal('tokenizer.ggml.tokens' in kept, false);
  }
  await assert.rejects(readGguf(join(work, 'none.gguf')), /ENOENT/);
});

test('parts of a split file are found from any of them, or given in any order', async () => {
  const tensors = tensorsOf(golden.models.get(llama));
  const part = (no, count, some) =>
    ggufBytes({
      metadata: {
        ...(no === 0 ? golden.entries[llama].metadata : {}),
        'split.no': no,
        'split.count': count,
        'split.tensors.count': tensors.length,
      },
      tensors: some,
    });
  const parts = [part(0, 3, []), part(1, 3, tensors.slice(0, 100)), part(2, 3, tensors.slice(100))];
  parts.forEach((bytes, i) => {
    writeFileSync(join(work, `split-0000${i + 1}-of-00003.gguf`), bytes);
  });
  const whole = await readGguf(llamaHeader);
  for (const input of [join(work, 'split-00002-of-00003.gguf'), [parts[2], parts[0], parts[1]]]) {
    const read = await readGguf(input);
    assert.equal(read.tensorBytes, whole.tensorBytes);
    assert.equal(read.source.locations.length, 3);
  }
  await assert.rejects(readGguf([parts[0], parts[1]]), /it is one of 3 parts, and 2 were given/);
  await assert.rejects(readGguf(parts[0]), /it is one of 3 parts, and 1 were given/);
  await assert.rejects(readGguf([parts[0], parts[1], parts[1]]), /its parts are not of one file/);
});

/** A server of one behaviour; what it sent. */
async function serve(behave) {
  const sent = { bytes: 0, requests: 0 };
  const server = createServer((request, response) => {
    sent.requests++;
    const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(request.headers.range ?? '') ?? [];
    const write = response.write.bind(response);
    response.write = (chunk, ...rest) => {
      sent.bytes += chunk.length;
      return write(chunk, ...rest);
    };
    behave({ request, response, from: Number(from), to: Number(to), count: sent.requests });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${server.address().port}/model.gguf`, sent };
}

/** Answers a range of a file that begins with `header` and is `size` long. */
function range({ response, from, to }, header, size = header.length, headers = {}) {
  if (from >= size) return response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
  const end = Math.min(to, size - 1);
  const body = new Uint8Array(end - from + 1);
  body.set(header.subarray(from, end + 1));
  response.writeHead(206, {
    'content-range': `bytes ${from}-${end}/${size}`,
    'content-length': body.length,
    ...headers,
  });
  response.write(body);
  response.end();
}

const tokens = Array.from({ length: 400_000 }, (_, i) => `a token that is rather long ${i}`.padEnd(42));
const longHeader = headerOf(llama, { 'tokenizer.ggml.tokens': tokens });

test('a header of 20 MB in front of 40 GB moves the header and at most 1 MiB more', async () => {
  assert.ok(longHeader.length > 19.5e6 && longHeader.length < 20.5e6, String(longHeader.length));
  const { url, sent } = await serve((call) => range(call, longHeader, 40e9));
  const seen = [];
  const { model, source } = await readGguf(url, { onProgress: (progress) => seen.push(progress) });
  assert.equal(model.layerCount, 32);
  assert.equal(model.vocabularySize, 128256);
  assert.ok(sent.bytes >= longHeader.length && sent.bytes <= longHeader.length + 2 ** 20, String(sent.bytes));
  assert.equal(source.bytesRead, sent.bytes);
  assert.equal(source.fileBytes, 40e9);
  assert.deepEqual(seen.at(-1), { location: url, bytesRead: sent.bytes, size: 40e9 });
});

test('numbers of a vocabulary are passed over without being moved', async () => {
  const header = headerOf(llama, { 'tokenizer.ggml.token_type': new Array(1e6).fill(1) });
  const { url, sent } = await serve((call) => range(call, header, 5e9));
  assert.equal((await readGguf(url)).model.layerCount, 32);
  assert.ok(header.length > 4e6 && sent.bytes < 1.4e6, String(sent.bytes));
});

test('of the parts of a split file, a quarter of a MiB is moved where the header is shorter', async () => {
  const tensors = tensorsOf(golden.models.get(llama));
  const half = Math.ceil(tensors.length / 2);
  const headers = [tensors.slice(0, half), tensors.slice(half)].map((some, no) =>
    ggufBytes({
      metadata: { ...(no === 0 ? golden.entries[llama].metadata : {}), 'split.no': no, 'split.count': 2 },
      tensors: some,
    }),
  );
  const { url, sent } = await serve((call) => range(call, headers[call.request.url.includes('00001') ? 0 : 1], 4e9));
  const { source } = await readGguf(url.replace('model', 'model-00002-of-00002'));
  assert.equal(source.tensorCount, tensors.length);
  assert.deepEqual([sent.requests, sent.bytes, source.fileBytes], [2, 2 * 256 * 1024, 8e9]);
});

test('a server without ranges is asked once, and read no further than needed', async () => {
  const { url, sent } = await serve(({ response }) => {
    response.writeHead(200);
    response.write(longHeader);
    const more = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65536)));
    };
    response.on('drain', more);
    more();
  });
  const { model, source } = await readGguf(url);
  assert.equal(model.layerCount, 32);
  assert.equal(sent.requests, 1);
  assert.ok(source.bytesRead < longHeader.length + 2 ** 20, String(source.bytesRead));
  // What was under way is more.
  assert.ok(sent.bytes < longHeader.length + 20e6, String(sent.bytes));
});

test('a slow server, a redirect, and a file that is all header', async () => {
  const slow = await serve(({ response, from, to }) => {
    const end = Math.min(to, llamaHeader.length - 1);
    response.writeHead(206, { 'content-range': `bytes ${from}-${end}/${llamaHeader.length}` });
    let at = from;
    const timer = setInterval(() => {
      response.write(llamaHeader.subarray(at, Math.min(end + 1, at + 4000)));
      at += 4000;
      if (at > end) {
        clearInterval(timer);
        response.end();
      }
    }, 5);
  });
  assert.equal((await readGguf(slow.url)).model.layerCount, 32);
  const redirect = await serve(({ response }) => response.writeHead(302, { location: slow.url }).end());
  assert.equal((await readGguf(redirect.url)).model.layerCount, 32);
});

test('a connection that drops mid-way goes on where it stopped', async () => {
  const { url, sent } = await serve((call) => {
    if (call.count > 3) return range(call, llamaHeader);
    const { response, from, to } = call;
    const end = Math.min(to, llamaHeader.length - 1);
    response.writeHead(206, {
      'content-range': `bytes ${from}-${end}/${llamaHeader.length}`,
      'content-length': end - from + 1,
    });
    response.write(llamaHeader.subarray(from, from + 3000), () => setTimeout(() => response.destroy(), 20));
  });
  const { source } = await readGguf(url);
  assert.deepEqual([sent.requests, sent.bytes, source.bytesRead], [4, llamaHeader.length, llamaHeader.length]);
});

test('a server without ranges whose connection drops is asked again from the start', async () => {
  const { url, sent } = await serve(({ response, count }) => {
    response.writeHead(200, { 'content-length': longHeader.length });
    if (count > 1) return response.end(longHeader);
    response.write(longHeader.subarray(0, 3e6), () => setTimeout(() => response.destroy(), 20));
  });
  assert.equal((await readGguf(url)).model.layerCount, 32);
  assert.equal(sent.requests, 2);
});

test('errors of a server are told, not tried for ever', async () => {
  for (const [behave, message, options] of [
    [({ response }) => response.writeHead(404).end(), /readGguf: http\S*: the server answers with status 404$/],
    [
      ({ response }) => response.writeHead(503).end(),
      /readGguf: http\S*: it cannot be read: status 503, after 2 attempts$/,
      { attempts: 2 },
    ],
    [({ response }) => response.destroy(), /cannot be read: .*, after 2 attempts/, { attempts: 2 }],
    [
      ({ response }) => response.writeHead(206, { 'content-range': 'bytes 7-9/10' }).end('abc'),
      /answers with another range/,
    ],
    [(call) => range(call, longHeader, longHeader.length, { etag: `"${call.count}"` }), /changed while it was read/],
    [(call) => range(call, longHeader, longHeader.length + call.count), /changed while it was read/],
    [() => {}, /cannot be read: .*no data.*, after 2 attempts/, { attempts: 2, idleTimeoutSeconds: 0.1 }],
  ]) {
    const { url } = await serve(behave);
    await assert.rejects(readGguf(url, options), message);
  }
  const { url } = await serve(() => {});
  await assert.rejects(readGguf(url, { signal: AbortSignal.timeout(50) }), { name: 'TimeoutError' });
});

test('what is no model is named', async () => {
  const text = (value) => new TextEncoder().encode(value);
  for (const [bytes, message] of [
    [new Uint8Array(), /not a GGUF file but too short for one/],
    [text('<!DOCTYPE html><html>'), /not a GGUF file but a web page/],
    [text('version https://git-lfs.github.com/spec/v1'), /a git-lfs pointer/],
    [text('PK\u0003\u0004 a zip'), /a zip archive/],
    [text('\u0010\0\0\0\0\0\0\0{"a": 1}'), /a safetensors file/],
    [text('FUGG\0\0\0\u0003'), /a big-endian GGUF file/],
    [text('\u0001\u0002\u0003\u0004'), /something else, which begins with 01 02 03 04/],
    [ggufBytes({ metadata: { 'general.architecture': 'clip' } }), /"clip" is a vision projector/],
    [ggufBytes({ metadata: { 'general.architecture': 'eagle3' } }), /"eagle3" is a draft, which runs beside the model/],
    [ggufBytes({ metadata: { 'general.architecture': 'gemma4-assistant' } }), /"gemma4-assistant" is a draft/],
    [
      ggufBytes({ metadata: { 'general.architecture': 'nomic-bert-moe' } }),
      /"nomic-bert-moe" is an encoder, which has no/,
    ],
    [ggufBytes({ metadata: { 'general.architecture': 't5' } }), /"t5" is an encoder with a decoder/],
    [ggufBytes({ metadata: { 'general.architecture': 'qwen3tts' } }), /"qwen3tts" is a model of speech or sound/],
    [ggufBytes({ metadata: { 'general.name': 'x' } }), /general\.architecture is missing/],
    [ggufBytes({ metadata: { 'general.architecture': 'llama', 'general.type': 'adapter' } }), /an adapter/],
    [
      ggufBytes({ metadata: { 'general.architecture': 'qwen9' } }),
      /general\.architecture must be a known one, got "qwen9"; nearest: qwen\w+/,
    ],
    [ggufBytes({ metadata: { 'general.architecture': 'llama' } }), /llama\.embedding_length is missing/],
  ]) {
    await assert.rejects(readGguf(bytes), (error) => {
      assert.match(error.message, /^readGguf: bytes in memory: /);
      assert.match(error.message, message);
      return true;
    });
  }
  await assert.rejects(readGguf(7), {
    name: 'TypeError',
    message: 'readGguf: a file must be a path, a URL, a Blob or bytes, got 7',
  });
});

test('malicious headers end in an error', async () => {
  const metadata = golden.entries[llama].metadata;
  const tensor = { name: 'a.weight', shape: [256, 4], type: F32 };
  const u64 = (value) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, value, true);
    return bytes;
  };
  const patched = (at, value) => {
    const bytes = ggufBytes({ metadata, tensors: [tensor] });
    bytes.set(value, at);
    return bytes;
  };
  for (const [bytes, message] of [
    [patched(8, u64(2n ** 62n)), /the number of tensors must be at most 20000, got 4611686018427388000$/],
    [patched(16, u64(2n ** 62n)), /the number of keys must be at most 1000, got 4611686018427388000$/],
    [patched(24, u64(2n ** 62n)), /the bytes of key 0 must be at most 65535, got 4611686018427388000$/],
    [patched(4, new Uint8Array([9, 0, 0, 0])), /the version of the format must be 2 or 3, got 9$/],
    [
      ggufBytes({
        metadata: { 'general.architecture': 'llama', 'llama.block_count': 4e9, 'llama.embedding_length': 8 },
      }),
      /llama\.block_count must be 1 to 1024 layers, got 4000000000$/,
    ],
    [ggufBytes({ metadata: { a: [[1], [2]] } }), /"a" has arrays in an array$/],
    [ggufBytes({ metadata, tensors: [tensor, { ...tensor, offset: 4096 }] }), /"a\.weight" is there twice/],
    [
      ggufBytes({ metadata, tensors: [tensor, { ...tensor, name: 'b', offset: 64 }] }),
      /tensors "a\.weight" and "b" overlap/,
    ],
    [ggufBytes({ metadata, tensors: [{ ...tensor, offset: 7 }] }), /at offset 7, no multiple of 32/],
    [ggufBytes({ metadata, tensors: [{ ...tensor, type: 99, offset: 0 }] }), /must be a ggml type, got 99/],
    [ggufBytes({ metadata, tensors: [{ ...tensor, shape: [128, 2], type: 12, offset: 0 }] }), /not whole blocks/],
    [ggufBytes({ metadata, tensors: [{ ...tensor, shape: [0, 4], offset: 0 }] }), /shape must be positive/],
    [
      ggufBytes({ metadata, tensors: [{ ...tensor, shape: new Array(9).fill(1), offset: 0 }] }),
      /the dimensions of tensor 0 must be at most 4, got 9$/,
    ],
    [llamaHeader.subarray(0, llamaHeader.length - 100), /ends in the middle of its header/],
    [llamaHeader.subarray(0, 300), /ends in the middle of its header/],
  ]) {
    await assert.rejects(readGguf(bytes), message);
  }
  const endless = { ...metadata, 'a.list': new Array(900_000).fill(1) };
  await assert.rejects(
    readGguf(ggufBytes({ metadata: endless }), { maximumHeaderBytes: 2e6 }),
    /its header must be at most 2000000 bytes \(maximumHeaderBytes\)/,
  );
  assert.equal(
    (await readGguf(ggufBytes({ metadata, tensors: [{ name: 'x', shape: [4], type: F16 }] }))).parameters,
    4,
  );
});

test('metadata of a wrong type is refused by its key, and nothing of a prototype is a file type', async () => {
  for (const [more, message] of [
    [{ 'general.name': [1, 2] }, /general\.name must be a string, got an array/],
    [{ 'general.name': 7 }, /general\.name must be a string, got 7/],
    [{ 'general.file_type': 'constructor' }, /general\.file_type must be a number, got "constructor"/],
    [{ 'general.alignment': 3 }, /general\.alignment must be a power of two from 1 to 65536, got 3/],
    [{ 'llama.block_count': 2.5 }, /llama\.block_count must be 1 to 1024 layers, got 2\.5/],
    [{ 'general.architecture': 5 }, /general\.architecture must be a string, got 5/],
  ]) {
    await assert.rejects(readGguf(headerOf(llama, more)), message);
  }
  assert.equal((await readGguf(headerOf(llama, { 'general.file_type': 1024 }))).fileType, null);
});

test('a key that is there twice is refused', async () => {
  const bytes = Buffer.from(headerOf(llama, { 'llama.block_counu': 7 }));
  bytes.write('llama.block_count', bytes.indexOf('llama.block_counu'));
  await assert.rejects(readGguf(new Uint8Array(bytes)), /key "llama\.block_count" is there twice/);
});

test('parts of another model are not of one file', async () => {
  const all = tensorsOf(golden.models.get(llama));
  const part = (no, more = {}) =>
    ggufBytes({
      metadata: {
        ...(no === 0 ? golden.entries[llama].metadata : {}),
        'split.no': no,
        'split.count': 2,
        'split.tensors.count': all.length,
        ...more,
      },
      tensors: no === 0 ? all.slice(0, 9) : all.slice(9),
    });
  assert.equal((await readGguf([part(0), part(1)])).source.tensorCount, all.length);
  for (const more of [{ 'general.architecture': 'qwen2' }, { 'split.count': 3 }, { 'split.tensors.count': 5 }]) {
    await assert.rejects(readGguf([part(0), part(1, more)]), /its parts are not of one file/);
  }
});

test('the prediction blocks of MiMo V2 are dense, slide and have no sinks: a file of three has 309,766,588,608', () => {
  const rows = parseCsv(readFileSync(new URL('../../data/models.csv', import.meta.url), 'utf8'));
  const config = configOf(rows.find(({ name }) => name === 'MiMo V2 Flash'));
  const { metadata, tiedEmbeddings } = ggufMetadataFromHuggingFaceConfig(config);
  assert.equal(
    wasmCalculator.parameterCount(modelFromGgufMetadata(metadata, { tiedEmbeddings })).parameters,
    308778780864,
  );
  const model = modelFromGgufMetadata(
    {
      ...metadata,
      'mimo2.block_count': 51,
      'mimo2.nextn_predict_layers': 3,
      'mimo2.attention.head_count_kv': [...metadata['mimo2.attention.head_count_kv'], 8, 8, 8],
      'mimo2.attention.sliding_window_pattern': [
        ...metadata['mimo2.attention.sliding_window_pattern'],
        ...[true, true, true],
      ],
    },
    { tiedEmbeddings },
  );
  // What the loader of llama.cpp 11669 creates for such a file.
  assert.equal(wasmCalculator.parameterCount(model).parameters, 309766588608);
});

test('a declared prediction block counts where the file has it; alone it is a draft', async () => {
  const metadata = { ...golden.entries['glm-4.5-air'].metadata };
  const tensors = tensorsOf(golden.models.get('glm-4.5-air'));
  const last = `blk.${metadata['glm4moe.block_count'] - 1}.`;
  const read = async (some) => (await readGguf(ggufBytes({ metadata, tensors: some }))).model;
  const whole = await read(tensors);
  assert.equal(whole.predictionLayerCount, 1);
  const plain = await read(tensors.filter(({ name }) => !name.startsWith(last)));
  assert.equal(plain.predictionLayerCount, undefined);
  assert.equal(plain.layerCount, whole.layerCount);
  const layers = (model) =>
    planMemory(model, { contextLength: 512, gpuLayers: whole.layerCount + 1 }).devices[0].layers;
  assert.deepEqual([layers(plain), layers(whole)], [whole.layerCount, whole.layerCount - 1]);
  await assert.rejects(
    read(tensors.filter(({ name }) => !name.startsWith('blk.') || name.startsWith(last))),
    /it has no first layer: it is a draft or a part of a model$/,
  );
});

test('a DeepSeek file from before April 2025 caches every key and value, as llama.cpp 11669 does', async () => {
  const name = 'deepseek-v2-lite';
  const {
    'deepseek2.attention.key_length_mla': _,
    'deepseek2.attention.value_length_mla': __,
    ...metadata
  } = golden.entries[name].metadata;
  Object.assign(metadata, {
    'deepseek2.attention.head_count_kv': 16,
    'deepseek2.attention.key_length': 192,
    'deepseek2.attention.value_length': 128,
  });
  const joined = tensorsOf(golden.models.get(name)).flatMap((tensor) => {
    if (tensor.name.includes('attn_v_b')) return [];
    return tensor.name.includes('attn_k_b')
      ? [{ ...tensor, name: tensor.name.replace('attn_k_b', 'attn_kv_b'), shape: [512, 16 * (128 + 128)] }]
      : [tensor];
  });
  const { model } = await readGguf(ggufBytes({ metadata, tensors: joined }));
  const [gpu] = planMemory(model, { contextLength: 8192, server: false, backend: 'vulkan' }).devices;
  const MiB = 2 ** 20;
  assert.equal(gpu.kvCache, 2160 * MiB);
  assert.equal(Math.floor(gpu.weights / MiB), 29564);
  assert.ok(gpu.computeBuffer >= 224 * MiB && gpu.computeBuffer < 1.03 * 224 * MiB, String(gpu.computeBuffer));
  // Without the matrices of its own time it is just a file that lacks a key.
  await assert.rejects(
    readGguf(ggufBytes({ metadata, tensors: tensorsOf(golden.models.get(name)) })),
    /deepseek2\.attention\.key_length_mla is missing/,
  );
});

test('what extends the context is told as the header has it', async () => {
  const rope = async (more) => (await readGguf(headerOf(llama, more))).rope;
  assert.equal(await rope({}), null);
  assert.equal(await rope({ 'llama.rope.scaling.type': 'none', 'llama.rope.scaling.factor': 1 }), null);
  const yarn = { 'llama.rope.scaling.type': 'yarn', 'llama.rope.scaling.factor': 4 };
  assert.deepEqual(await rope(yarn), { type: 'yarn', factor: 4, originalContextLength: null });
  assert.deepEqual(await rope({ ...yarn, 'llama.rope.scaling.original_context_length': 32768 }), {
    type: 'yarn',
    factor: 4,
    originalContextLength: 32768,
  });
});

test('lists of texts are kept where they are short, and passed over where they are not', async () => {
  const texts = (count) => new Array(count).fill('');
  const many = Object.fromEntries(Array.from({ length: 900 }, (_, i) => [`a.${i}`, texts(1024)]));
  const { metadata } = await readGguf(
    headerOf(llama, { ...many, 'general.tags': texts(64), 'general.languages': texts(65) }),
  );
  assert.deepEqual(metadata['general.tags'], texts(64));
  assert.equal('general.languages' in metadata || 'a.0' in metadata, false);
});
