// Configs of Hugging Face: every model_type of data/models.csv, and what is wrong or unknown.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { models, recordedArchitectures } from '../../dist/catalog.js';
import { huggingFaceTypes, modelFromHuggingFaceConfig, readHuggingFace } from '../../dist/readers.js';
import { planMemory } from '../../dist/wasmCalculator.js';
import { parseCsv } from '../../scripts/support/csv.mjs';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { configOf } from '../../scripts/support/model-rows.mjs';

const rows = parseCsv(readFileSync(new URL('../../data/models.csv', import.meta.url), 'utf8'));
const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const work = mkdtempSync(join(tmpdir(), 'wasm-calculator-hf-'));
after(() => rmSync(work, { recursive: true, force: true }));

/** Recorded with the shape of a training script; data/models.csv has that of the published file. */
const OTHER_SHAPE = 'GLM-4 32B 0414';

/** As it is published. */
const llama31 = {
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  hidden_size: 4096,
  intermediate_size: 14336,
  max_position_embeddings: 131072,
  mlp_bias: false,
  model_type: 'llama',
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  tie_word_embeddings: false,
  torch_dtype: 'bfloat16',
  vocab_size: 128256,
};

test('a published config gives the model of the golden GGUF header', () => {
  assert.deepEqual(modelFromHuggingFaceConfig(llama31), golden.models.get('llama-3.1-8b'));
});

test('a config of text and vision leaves keys to the defaults of its class', () => {
  const text_config = {
    hidden_size: 2560,
    intermediate_size: 10240,
    model_type: 'gemma3_text',
    num_hidden_layers: 34,
    sliding_window: 1024,
  };
  const model = modelFromHuggingFaceConfig({ model_type: 'gemma3', text_config, vision_config: {} });
  assert.deepEqual(model, golden.models.get('gemma-3-4b'));
});

test('every model_type of the catalogue is read, but four whose layers cannot be planned yet', () => {
  const refused = new Set();
  for (const row of rows) {
    try {
      const model = modelFromHuggingFaceConfig(configOf(row));
      assert.equal(model.layerCount, Number(row.n_layers), row.name);
      assert.ok(planMemory(model, { contextLength: 512 }).fileBytes > 0, row.name);
    } catch (error) {
      assert.match(error.message, /cannot be planned yet/, row.name);
      refused.add(row.architecture);
    }
  }
  assert.deepEqual([...refused].sort(), ['deepseek_v4', 'kimi_k3', 'kimi_linear', 'minimax_m1']);
  const types = new Set(rows.map((row) => row.architecture));
  assert.deepEqual(
    [...types].filter((type) => !refused.has(type) && !huggingFaceTypes.includes(type)),
    [],
  );
});

test('models that are in the golden data too have the same shape there', () => {
  const slug = (name) =>
    name
      .toLowerCase()
      .replace(/[^a-z0-9.]+/g, '-')
      .replace(/-$/, '');
  let compared = 0;
  for (const { name, model } of models) {
    const recorded = golden.models.get(slug(name));
    if (!recorded || !model || name === OTHER_SHAPE) continue;
    const weights = (spec) =>
      planMemory(spec, { fileType: 'Q4_K_M', contextLength: 4096 }).devices.map((d) => [d.weights, d.kvCache]);
    assert.deepEqual(weights(model), weights(recorded), name);
    compared++;
  }
  assert.ok(compared >= 50, String(compared));
});

test('what is missing, wrong or unknown is named', async () => {
  const without = (key) => Object.fromEntries(Object.entries(llama31).filter(([name]) => name !== key));
  for (const [config, message] of [
    [null, 'config must be the object of a config.json, got null'],
    [[], 'config must be the object of a config.json, got an array'],
    [{}, 'config.model_type is missing'],
    [without('hidden_size'), 'config.hidden_size or config.d_model or config.n_embd is missing'],
    [without('vocab_size'), 'config.vocab_size is missing'],
    [{ ...llama31, num_hidden_layers: 2.5 }, 'config.num_hidden_layers must be a whole number of at least 0, got 2.5'],
    [{ ...llama31, num_hidden_layers: 0 }, 'config.num_hidden_layers must be a whole number from 1 to 1024, got 0'],
    [
      { ...llama31, num_key_value_heads: [8, 8, 4] },
      'config.num_key_value_heads differs from layer to layer, which is not understood of this model_type',
    ],
    [{ ...llama31, hidden_size: 'big' }, 'config.hidden_size must be a whole number of at least 0, got "big"'],
    [
      { ...llama31, model_type: 'lama' },
      'config.model_type must be a known one, got "lama"; nearest: llama, llama4, bamba',
    ],
    [
      { ...llama31, model_type: 'kimi_linear' },
      'config.model_type "kimi_linear" has Kimi delta attention, which cannot be planned yet',
    ],
  ]) {
    assert.throws(() => modelFromHuggingFaceConfig(config), { message: `modelFromHuggingFaceConfig: ${message}` });
  }
  await assert.rejects(readHuggingFace({}), { message: 'readHuggingFace: a config: config.model_type is missing' });
  await assert.rejects(readHuggingFace(new Blob(['{'])), /readHuggingFace: a Blob: it must be JSON: /);
  await assert.rejects(readHuggingFace(new Blob(['7'])), /readHuggingFace: a Blob: it must hold an object, got 7$/);
});

test('exact bytes come from the index beside the config, or from the header of its one file', async () => {
  const config = (name) => join(work, name, 'config.json');
  for (const name of ['none', 'index', 'header']) {
    mkdirSync(join(work, name));
    writeFileSync(config(name), JSON.stringify(llama31));
  }
  writeFileSync(
    join(work, 'index/model.safetensors.index.json'),
    JSON.stringify({ metadata: { total_size: 16060522496 }, weight_map: {} }),
  );
  const header = JSON.stringify({
    __metadata__: { format: 'pt' },
    a: { dtype: 'BF16', shape: [4], data_offsets: [0, 8] },
    b: { dtype: 'F32', shape: [2], data_offsets: [8, 16] },
  });
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  writeFileSync(join(work, 'header/model.safetensors'), Buffer.concat([length, Buffer.from(header), Buffer.alloc(16)]));
  assert.equal((await readHuggingFace(config('none'))).tensorBytes, null);
  const indexed = await readHuggingFace(config('index'));
  assert.equal(indexed.tensorBytes, 16060522496);
  assert.deepEqual(indexed.source, {
    kind: 'huggingface',
    locations: [config('index'), join(work, 'index/model.safetensors.index.json')],
  });
  assert.equal((await readHuggingFace(config('header'))).tensorBytes, 16);
  const bad = Buffer.alloc(16, 255);
  for (const weights of [new Blob([bad]), new Blob([])]) {
    await assert.rejects(readHuggingFace(llama31, { weights }), /no safetensors file: a header of/);
  }
  await assert.rejects(readHuggingFace(llama31, { index: new Blob(['{}']) }), /metadata\.total_size is missing/);
  // What is there and wrong is no longer optional.
  writeFileSync(join(work, 'index/model.safetensors.index.json'), '{"metadata": {"total_si');
  await assert.rejects(readHuggingFace(config('index')), /index\.json: it must be JSON: /);
});

test('quantised checkpoints tell their bits with scales', async () => {
  const read = async (quantization_config) => (await readHuggingFace({ ...llama31, quantization_config })).quantization;
  assert.equal(await read(undefined), null);
  assert.deepEqual(await read({ quant_method: 'gptq', bits: 4, group_size: 128 }), {
    method: 'gptq',
    bits: 4,
    groupSize: 128,
    bitsPerWeight: 4.15625,
    label: 'GPTQ, 4.16 bits a weight',
  });
  assert.equal((await read({ quant_method: 'awq', bits: 4, group_size: 64 })).bitsPerWeight, 4.3125);
  assert.equal((await read({ quant_method: 'fp8', weight_block_size: [128, 128] })).bitsPerWeight, 8 + 32 / 16384);
  assert.equal((await read({ quant_method: 'bitsandbytes', load_in_4bit: true })).bitsPerWeight, 4.5);
  assert.equal((await read({ load_in_4bit: true, bnb_4bit_use_double_quant: true })).bitsPerWeight, 4.126953125);
  assert.equal((await read({ load_in_8bit: true })).bitsPerWeight, 8);
  const groups = (weights) => ({ quant_method: 'compressed-tensors', config_groups: { group_0: { weights } } });
  assert.equal((await read(groups({ num_bits: 8, strategy: 'channel', group_size: null }))).bitsPerWeight, 8);
  assert.equal((await read(groups({ num_bits: 4, strategy: 'group', group_size: 128 }))).bitsPerWeight, 4.125);
  assert.equal((await read({ quant_method: 'compressed-tensors' })).bitsPerWeight, null);
  assert.equal((await read({ quant_method: 'other' })).bitsPerWeight, null);
});

test('a quantization that no file has is refused by its key and value', async () => {
  for (const [quantization_config, message] of [
    [{ quant_method: 'gptq', bits: '4' }, 'bits must be a whole number from 1 to 16, got "4"'],
    [{ quant_method: 'awq', bits: -5 }, 'bits must be a whole number from 1 to 16, got -5'],
    [{ quant_method: 'gptq', group_size: 1e-300 }, 'group_size must be a whole number from 1 to 1000000, got 1e-300'],
    [
      { quant_method: 'fp8', weight_block_size: ['a', 128] },
      'weight_block_size must be a whole number from 1 to 1000000, got "a"',
    ],
    [
      { quant_method: 'compressed-tensors', config_groups: { g: { weights: { num_bits: 1e308 } } } },
      'config_groups.weights.num_bits must be a whole number from 1 to 16, got 1e+308',
    ],
  ]) {
    await assert.rejects(readHuggingFace({ ...llama31, quantization_config }), {
      message: `readHuggingFace: a config: config.quantization_config.${message}`,
    });
  }
  const odd = await readHuggingFace({ ...llama31, quantization_config: { quant_method: { toString: 1 } } });
  assert.equal(odd.quantization.method, 'unknown');
  await assert.rejects(
    readHuggingFace({ ...llama31, quantization_config: 4 }),
    /quantization_config must be an object, got 4/,
  );
});

test('a name that is no text is no name; a type that is no text is refused', async () => {
  assert.equal((await readHuggingFace({ ...llama31, _name_or_path: ['a'] })).name, null);
  await assert.rejects(readHuggingFace({ ...llama31, model_type: ['llama'] }), {
    name: 'TypeError',
    message: 'readHuggingFace: a config: config.model_type must be a string, got an array',
  });
});

test('headers of safetensors files are held to the file', async () => {
  const file = (header, rest = 70) => {
    const text = new TextEncoder().encode(typeof header === 'string' ? header : JSON.stringify(header));
    const bytes = new Uint8Array(8 + text.length + rest);
    new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true);
    bytes.set(text, 8);
    return new Blob([bytes]);
  };
  const read = (weights) => readHuggingFace(llama31, { weights });
  assert.equal((await read(file({ a: { data_offsets: [0, 30] }, b: { data_offsets: [30, 70] } }))).tensorBytes, 70);
  for (const [header, message] of [
    [{ a: { data_offsets: [0, 99999999] } }, /its tensors must end within the file of \d+ bytes, got 1\d+/],
    [{ a: { data_offsets: [0, 40] }, b: { data_offsets: [30, 70] } }, /tensors "a" and "b" overlap/],
    [{ a: { data_offsets: '0, 1' } }, /tensor "a" has no data_offsets/],
    ['null', /its header must be an object, got null/],
    ['55', /its header must be an object, got 55/],
  ]) {
    await assert.rejects(read(file(header)), message);
  }
  const cut = file({ a: { data_offsets: [0, 8] } }, 8);
  await assert.rejects(read(cut.slice(0, 20)), /it ends in the middle of its header/);
});

test('options of readers that nobody knows are refused with the nearest', async () => {
  await assert.rejects(readHuggingFace(llama31, { timeout: 5 }), {
    name: 'TypeError',
    message: 'readHuggingFace: options.timeout is not known; did you mean timeoutSeconds?',
  });
});

/** The model of the catalogue. */
const ofRow = (name) => modelFromHuggingFaceConfig(configOf(rows.find((row) => row.name === name)));

test('files from before transformers had their class are the same models', () => {
  const refinedWeb = { vocab_size: 65024, tie_word_embeddings: true };
  for (const [name, config] of [
    ['Falcon 40B', { model_type: 'RefinedWeb', hidden_size: 8192, n_head: 128, n_head_kv: 8, n_layer: 60 }],
    ['Falcon 7B', { model_type: 'RefinedWebModel', hidden_size: 4544, n_head: 71, n_layer: 32, multi_query: true }],
  ]) {
    assert.deepEqual(modelFromHuggingFaceConfig({ ...refinedWeb, ...config }).groups, ofRow(name).groups, name);
  }
  const glm = {
    model_type: 'chatglm',
    ffn_hidden_size: 13696,
    hidden_size: 4096,
    kv_channels: 128,
    multi_query_group_num: 2,
    num_attention_heads: 32,
    num_layers: 40,
    padded_vocab_size: 151552,
    seq_length: 131072,
    vocab_size: 151552,
  };
  assert.deepEqual(modelFromHuggingFaceConfig(glm), ofRow('GLM-4 9B chat'));
  // Llama 1: every head has keys and values of its own, and no key says so.
  const { num_key_value_heads: _, ...llama1 } = configOf(rows.find(({ name }) => name === 'Llama 1 7B'));
  assert.deepEqual(modelFromHuggingFaceConfig(llama1), ofRow('Llama 1 7B'));
  const { num_key_value_heads: __, ...lost } = llama31;
  assert.throws(() => modelFromHuggingFaceConfig(lost), /config\.num_key_value_heads is missing/);
});

test('what the whole and its part say of the head may differ: then there is one', () => {
  const tied = (root, part) =>
    modelFromHuggingFaceConfig({
      model_type: 'voxtral',
      ...(root === undefined ? {} : { tie_word_embeddings: root }),
      text_config: { ...llama31, tie_word_embeddings: part },
    }).tiedEmbeddings;
  assert.deepEqual(
    [tied(false, true), tied(true, false), tied(true, true), tied(undefined, true), tied(undefined, undefined)],
    [false, false, true, true, false],
  );
});

test('a part lacks what its class has where it was written as differences, and one key alone is lost', () => {
  const part = { model_type: 'mistral', max_position_embeddings: 32768, num_key_value_heads: 8, vocab_size: 32064 };
  const of = (text_config) => modelFromHuggingFaceConfig({ model_type: 'llava_next', text_config });
  assert.equal(of(part).layerCount, 32);
  const whole = { ...llama31, model_type: 'mistral' };
  for (const key of ['hidden_size', 'intermediate_size', 'num_hidden_layers', 'num_attention_heads', 'vocab_size']) {
    const { [key]: _, ...less } = whole;
    assert.throws(() => of(less), new RegExp(`config\\.${key}.* is missing`), key);
  }
  // Nobody changes these, so a file that has them has everything.
  assert.throws(() => of({ ...part, use_cache: true }), /hidden_size.* is missing/);
});

test('layers unlike those of their type are refused, and files that are no config named', () => {
  const qwen = configOf(rows.find(({ name }) => name === 'Qwen3 30B-A3B'));
  const latent = configOf(rows.find(({ name }) => name === 'DeepSeek V2 Lite'));
  for (const [config, message] of [
    [{ ...qwen, decoder_sparse_step: 2 }, /config\.decoder_sparse_step tells of layers between the mixtures/],
    [{ ...qwen, mlp_only_layers: [0] }, /config\.mlp_only_layers tells of layers that are no mixture of experts/],
    [{ ...latent, use_mla: false }, /config\.use_mla tells of other attention, which cannot be planned yet/],
    [{ ...llama31, use_cla: true }, /config\.use_cla tells of caches shared across layers/],
    [{ ...llama31, use_bidirectional_attention: true }, /tells of an encoder, which has no cache/],
    [{ ...llama31, model_type: 'mllama' }, /"mllama" has cross-attention to pictures, which cannot be planned yet/],
    [
      { dim: 4096, n_layers: 32, head_dim: 128, hidden_dim: 14336 },
      /this is a params\.json; its config\.json is needed/,
    ],
    [{ _class_name: 'FluxTransformer2DModel', num_layers: 19 }, /config\._class_name is of a model that draws/],
    [
      { ...llama31, model_type: 'exaone4', num_nextn_predict_layers: 99, sliding_window: null },
      /at most the 32 layers, got 99/,
    ],
  ]) {
    assert.throws(() => modelFromHuggingFaceConfig(config), message);
  }
  const moe = { ...qwen, decoder_sparse_step: 1, mlp_only_layers: [] };
  assert.deepEqual(modelFromHuggingFaceConfig(moe), ofRow('Qwen3 30B-A3B'));
});

test('an error of the header that a config becomes names the key of the config', () => {
  for (const [config, message] of [
    [{ ...llama31, intermediate_size: [1, 2] }, 'config.intermediate_size must have 32 elements, got 2'],
    [
      { ...configOf(rows.find(({ name }) => name === 'Gemma 3n E2B')), intermediate_size: [-1, 2] },
      'config.intermediate_size must have 30 elements, got 2',
    ],
  ]) {
    assert.throws(() => modelFromHuggingFaceConfig(config), { message: `modelFromHuggingFaceConfig: ${message}` });
  }
});

test('the part of MiniMax M3 is M3, whatever it is called', () => {
  const config = configOf(rows.find(({ name }) => name === 'MiniMax M3'));
  const whole = { model_type: 'minimax_m3_vl', text_config: { ...config, model_type: 'minimax_m2' } };
  assert.deepEqual(modelFromHuggingFaceConfig(whole), modelFromHuggingFaceConfig(config));
});

test('one expert is none, and GLM-OCR has its prediction block', () => {
  const jamba = configOf(rows.find(({ architecture }) => architecture === 'jamba'));
  const one = modelFromHuggingFaceConfig({ ...jamba, num_experts: 1, num_experts_per_tok: 1 });
  assert.equal(
    one.groups.some(({ expertCount }) => expertCount),
    false,
  );
  const glm = configOf(rows.find(({ architecture }) => architecture === 'glm4'));
  const ocr = {
    model_type: 'glm_ocr',
    text_config: { ...glm, model_type: 'glm_ocr_text', num_nextn_predict_layers: 1 },
  };
  assert.equal(modelFromHuggingFaceConfig(ocr).predictionLayerCount, 1);
});

test('recorded architectures are those of the golden data', () => {
  const named = Object.values(golden.entries).map(({ metadata }) => metadata['general.architecture']);
  assert.deepEqual(recordedArchitectures, [...new Set(named)].sort());
});

test('the name is a repository, or the last part of the path on the machine that saved the config', async () => {
  const config = configOf(rows.find(({ name }) => name === 'Llama 3.1 8B'));
  const nameOf = async (name) => (await readHuggingFace({ ...config, _name_or_path: name })).name;
  assert.equal(await nameOf('meta-llama/Llama-3.1-8B'), 'meta-llama/Llama-3.1-8B');
  assert.equal(await nameOf('/opt/checkpoints/Llama-3.1-70B-Instruct/'), 'Llama-3.1-70B-Instruct');
  assert.equal(await nameOf('C:\\models\\mistral'), 'mistral');
  assert.equal(await nameOf('./out'), 'out');
  assert.equal(await nameOf('/'), null);
  assert.equal(await nameOf(undefined), null);
});
