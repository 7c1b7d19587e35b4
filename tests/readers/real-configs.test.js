// config.json files as their publishers spell them: tests/golden/configs.json has the keys that tell shapes, one file a
// shape. Totals are those that the publishers state or that their tensor lists add up to, caches are counted by hand.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { modelFromHuggingFaceConfig, readHuggingFace } from '../../dist/readers.js';
import wasmCalculator from '../../dist/wasmCalculator.js';

const configs = JSON.parse(readFileSync(new URL('../golden/configs.json', import.meta.url), 'utf8'));

/** Bytes that one token takes in the caches of layers that attend to everything, f16. */
function cacheBytes(model) {
  let bytes = 0;
  for (let layer = 0; layer < model.layerCount; ) {
    for (const [index, count] of model.runs) {
      const layers = Math.min(count, model.layerCount - layer);
      const group = model.groups[index];
      const { attention, keyLength, valueLength, kvHeadCount, indexerKeyLength = 0 } = group;
      if (attention === 'mla') bytes += 2 * layers * (keyLength + indexerKeyLength);
      if (attention === 'full' && !group.sharesCache) {
        bytes += 2 * layers * (kvHeadCount * (keyLength + valueLength) + 2 * indexerKeyLength);
      }
      layer += layers;
    }
  }
  return bytes;
}

const FACTS = {
  'deepseek-v2-lite': [15706484224, 31104, 163840],
  'devstral-small-2-24b-fp8': [23572403200, 163840, 393216],
  'ernie-4.5-21b-a3b': [21825437888, 57344, 131072],
  'glm-4.5': [356785898816, 376832, 131072],
  'hunyuan-a13b': [80393183232, 131072, 262144],
  'exaone-4.5-33b': [33063614720, 65536, 262144],
  'minimax-m2.5': [228689764864, 253952, 196608],
  'minimax-m3': [426174572928, 152064, 1048576],
  'mistral-small-4-119b': [118972826624, 23040, 1048576],
  'phi-3.5-vision': [3821079552, 393216, 131072],
  'qwen2.5-vl-7b': [7615616512, 57344, 128000],
  'qwen3-8b': [8190735360, 147456, 40960],
  'qwen3-30b-a3b-fp8': [30532122624, 98304, 40960],
  'qwen3-vl-2b': [1720574976, 114688, 262144],
  'qwen3-vl-30b-a3b': [30532122624, 98304, 262144],
  'qwen3.5-27b': [27320697856, 65536, 262144],
  'qwen3.5-35b-a3b': [35505251456, 20480, 262144],
  'step-3.7-flash': [196956130368, 49152, 262144],
  'voxtral-mini-3b': [4014136320, 122880, 131072],
  'mimo-7b': [7622619136, 147456, 32768],
  'deepseek-v3.2': [683501971712, 85888, 163840],
  'llava-v1.6-mistral-7b': [7242256384, 131072, 32768],
  'llama-4-scout': [107769861120, 49152, 10485760],
  'llama-3.1-8b': [8030261248, 131072, 131072],
  'mixtral-8x7b': [46702792704, 131072, 32768],
  'kimi-k2.5': [1026408232448, 70272, 262144],
  'gemma-4-31b-nvfp4': [30697345596, 81920, 262144],
  'nemotron-3-nano-30b-a3b': [31577940288, 6144, 262144],
  'nemotron-3-ultra-550b-a55b': [549308993536, 12288, 262144],
  'nemotron-3.5-lightning-30b-a3b': [31577940288, 6144, 1048576],
  'gpt-oss-20b': [20914757184, 24576, 131072],
  'glm-5.2': [753320568576, 95232, 1048576],
};
/** Of these there are no totals: a toy, and what is refused. */
const OTHERS = ['qwen3-omni-toy', 'llama3-8b-eagle3', 'qwen3.6-27b-dflash'];

for (const [name, [parameters, cache, context]] of Object.entries(FACTS)) {
  test(`${name}: ${parameters} parameters, ${cache} bytes of cache a token, trained to ${context}`, () => {
    const model = modelFromHuggingFaceConfig(configs[name]);
    assert.equal(wasmCalculator.parameterCount(model).parameters, parameters);
    assert.equal(cacheBytes(model), cache);
    assert.equal(model.contextLength, context);
  });
}

test('every config is held against facts', () => {
  assert.deepEqual(Object.keys(configs).sort(), [...Object.keys(FACTS), ...OTHERS].sort());
});

test('the part that thinks of a model that hears and speaks is planned', () => {
  assert.equal(modelFromHuggingFaceConfig(configs['qwen3-omni-toy']).groups[0].attention, 'full');
});

test('what the converter writes beside what a config says: blocks, contexts of layers without positions', () => {
  const of = (name, more) => modelFromHuggingFaceConfig({ ...configs[name], ...more });
  // Of DeepSeek's checkpoints the published total holds the block, its own embedding and head, and the scales of FP8.
  const block = of('deepseek-v3.2');
  assert.equal(block.predictionLayerCount, 1);
  const without = of('deepseek-v3.2', { num_nextn_predict_layers: undefined });
  assert.equal(wasmCalculator.parameterCount(without).parameters, 671877944064);
  assert.equal(of('hunyuan-a13b', { rope_scaling: undefined }).contextLength, 32768);
  assert.equal(
    modelFromHuggingFaceConfig({
      model_type: 'mamba',
      hidden_size: 768,
      num_hidden_layers: 24,
      state_size: 16,
      vocab_size: 50280,
    }).contextLength,
    1048576,
  );
});

/** Bamba 9B v1 as it is published, but for the keys that tell no shape. */
const bamba = {
  architectures: ['BambaForCausalLM'],
  attn_layer_indices: [9, 18, 27],
  hidden_size: 4096,
  intermediate_size: 14336,
  mamba_chunk_size: 256,
  mamba_conv_bias: true,
  mamba_d_conv: 4,
  mamba_d_head: 64,
  mamba_d_state: 128,
  mamba_expand: 2,
  mamba_n_groups: 1,
  mamba_n_heads: 128,
  max_position_embeddings: 262144,
  model_type: 'bamba',
  num_attention_heads: 32,
  num_hidden_layers: 32,
  num_key_value_heads: 8,
  tie_word_embeddings: false,
  vocab_size: 128256,
};

test('a list of the layers that attend, and parts under other names', () => {
  const model = modelFromHuggingFaceConfig(bamba);
  assert.equal(model.groups.find(({ attention }) => attention === 'full').kvHeadCount, 8);
  assert.equal(cacheBytes(model), 3 * 8 * 256 * 2);
  // Published as 9.8 B.
  assert.equal(Math.round(wasmCalculator.parameterCount(model).parameters / 1e8), 98);
  const { attn_layer_indices, ...unsaid } = bamba;
  assert.throws(() => modelFromHuggingFaceConfig(unsaid), /config\.attn_layer_indices is missing/);
  assert.deepEqual(
    modelFromHuggingFaceConfig({ model_type: 'lfm2_audio', lfm: configs['llama-3.1-8b'] }),
    modelFromHuggingFaceConfig(configs['llama-3.1-8b']),
  );
  for (const [alias, type] of [
    ['dots_ocr', 'qwen2'],
    ['phi4mm', 'phi3'],
    ['qwen2_5_omni_thinker', 'qwen2_vl'],
  ]) {
    const config = { ...configs['mimo-7b'], model_type: type };
    assert.deepEqual(
      modelFromHuggingFaceConfig({ ...config, model_type: alias }),
      modelFromHuggingFaceConfig(config),
      alias,
    );
  }
});

test('drafts are refused as what they are, by the class or by a key that only drafts have', () => {
  const message = (config) => {
    try {
      return modelFromHuggingFaceConfig(config);
    } catch (error) {
      return error.message;
    }
  };
  const eagle = configs['llama3-8b-eagle3'];
  assert.match(message(eagle), /config\.architectures "LlamaForCausalLMEagle3" is a draft/);
  assert.match(message({ ...eagle, architectures: ['LlamaForCausalLM'] }), /config\.draft_vocab_size is of a draft/);
  assert.match(message(configs['qwen3.6-27b-dflash']), /"DFlashDraftModel" is a draft/);
  for (const draft of ['LlamaForCausalLMEagle', 'MedusaModel', 'Qwen3NextMTP', 'LlamaSpeculator', 'DeepSeekMTPModel']) {
    assert.match(message({ ...configs['llama-3.1-8b'], architectures: [draft] }), /is a draft/, draft);
  }
});

/**
 * Keys without which a model is another one of no published size, or none at all: each taken away is missed by name,
 * or its class has the very value (transformers, configuration_*.py), or nothing changes.
 */
const MAY_CHANGE = {
  // Classes that say nothing of a head are untied, and divide the hidden size by the heads.
  tie_word_embeddings: ['hunyuan-a13b'],
  head_dim: ['voxtral-mini-3b'],
  // A part that transformers has written lacks what its class has: of this one, several keys.
  vocab_size: ['llava-v1.6-mistral-7b'],
  // Without it the file has no prediction block.
  num_nextn_predict_layers: ['deepseek-v3.2', 'glm-4.5', 'exaone-4.5-33b', 'glm-5.2'],
  // Without it the context is the one of its first training.
  rope_scaling: ['hunyuan-a13b'],
  mtp_num_hidden_layers: ['qwen3.5-27b', 'qwen3.5-35b-a3b'],
  // Only the large Nemotrons have one.
  moe_latent_size: ['nemotron-3-ultra-550b-a55b'],
};

test('a key that is left out is missed, or it changes nothing', () => {
  let missed = 0;
  const changed = [];
  for (const [name, config] of Object.entries(configs)) {
    if (!(name in FACTS)) continue;
    const whole = JSON.stringify(modelFromHuggingFaceConfig(config));
    const parts = [config, config.text_config].filter(Boolean);
    for (const part of parts) {
      for (const key of Object.keys(part)) {
        // The trained context is a fact, not a shape: unknown is 0.
        if (key === 'max_position_embeddings' || key === 'text_config') continue;
        const value = part[key];
        delete part[key];
        try {
          const isSame = JSON.stringify(modelFromHuggingFaceConfig(config)) === whole;
          if (!isSame && !MAY_CHANGE[key]?.includes(name)) changed.push(`${name}: ${key}`);
        } catch (error) {
          missed++;
          assert.ok(error.message.includes(key), `${name} without ${key}: ${error.message}`);
        } finally {
          part[key] = value;
        }
      }
    }
  }
  assert.deepEqual(changed, []);
  assert.ok(missed > 250, String(missed));
});

test('a part of a type that is not understood is refused, not guessed from what is around it', () => {
  const config = configs['mistral-small-4-119b'];
  const other = { ...config, text_config: { ...config.text_config, model_type: 'mistral9' } };
  assert.throws(() => modelFromHuggingFaceConfig(other), /config\.model_type must be a known one, got "mistral9"/);
  // And keys of layers that a type does not have are no decoration.
  const { model_type: _, ...unnamed } = config.text_config;
  assert.throws(
    () => modelFromHuggingFaceConfig({ ...config, text_config: unnamed }),
    /config\.kv_lora_rank is of layers with latent attention, which model_type "mistral3" does not have/,
  );
});

test('models of another kind are refused in one sentence', () => {
  for (const [type, kind] of [
    ['bert', 'an encoder'],
    ['xlm-roberta', 'an encoder'],
    ['nomic_bert', 'an encoder'],
    ['t5', 'an encoder with a decoder'],
    ['whisper', 'a model of speech or sound'],
    ['siglip_vision_model', 'a model of pictures'],
    ['flux', 'a model that draws'],
    ['wan', 'a model that draws'],
  ]) {
    assert.throws(
      () => modelFromHuggingFaceConfig({ model_type: type }),
      {
        message: `modelFromHuggingFaceConfig: config.model_type "${type}" is ${kind}; planned are models that write text`,
      },
      type,
    );
  }
});

test("Python's Infinity and NaN are read, and the same words in a string stay", async () => {
  const { time_step_limit: _, ...config } = configs['nemotron-3-nano-30b-a3b'];
  const text = JSON.stringify({ ...config, _name_or_path: 'to Infinity, NaN and "beyond"' });
  const python = text.replace(/^\{/, '{"time_step_limit": [0.0, Infinity], "rest": [-Infinity, NaN],');
  const { model, name } = await readHuggingFace(new Blob([python]));
  assert.deepEqual(model, modelFromHuggingFaceConfig(configs['nemotron-3-nano-30b-a3b']));
  assert.equal(name, 'to Infinity, NaN and "beyond"');
});

test('quantised checkpoints say what they are', async () => {
  const label = async (name) => (await readHuggingFace(configs[name])).quantization?.label;
  assert.equal(await label('gemma-4-31b-nvfp4'), 'NVFP4 (modelopt), 4.5 bits a weight');
  assert.equal(await label('qwen3-30b-a3b-fp8'), 'FP8, 8 bits a weight');
  assert.equal(await label('devstral-small-2-24b-fp8'), 'FP8, 8 bits a weight');
  assert.equal(await label('kimi-k2.5'), '4 bits (compressed-tensors), 4.5 bits a weight');
  assert.equal(await label('gpt-oss-20b'), 'MXFP4, 4.25 bits a weight');
  assert.equal(await label('qwen3-8b'), undefined);
});

test('a tied head of a part gives way to what the whole says', () => {
  const config = structuredClone(configs['qwen3-vl-30b-a3b']);
  config.tie_word_embeddings = false;
  config.text_config.tie_word_embeddings = true;
  assert.equal(modelFromHuggingFaceConfig(config).tiedEmbeddings, false);
});
