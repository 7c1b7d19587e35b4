// Rows of the catalogue from config.json files: what scripts/add-model keeps of one, and what it refuses.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { modelFromHuggingFaceConfig } from '../../dist/readers.js';
import wasmCalculator from '../../dist/wasmCalculator.js';
import { isAsPublished, nameOf, rowOf } from '../../scripts/support/add-model.mjs';
import { configOf } from '../../scripts/support/model-rows.mjs';

const configs = JSON.parse(readFileSync(new URL('../golden/configs.json', import.meta.url), 'utf8'));
const made = (config, facts) => rowOf(config, { name: 'x', ...facts }, wasmCalculator.parameterCount);

test('a row has the model of its config, and no key that tells nothing', () => {
  for (const [name, config] of Object.entries(configs)) {
    if (/eagle|dflash/.test(name)) continue;
    const { row } = made({ ...config, torch_dtype: 'bfloat16', vision_config: { hidden_size: 1 } }, {});
    assert.deepEqual(modelFromHuggingFaceConfig(configOf(row)), modelFromHuggingFaceConfig(config), name);
    for (const key of ['torch_dtype', 'vision_config', 'quantization_config', 'architectures']) {
      assert.ok(!(key in JSON.parse(row.config)), `${name} keeps ${key}`);
    }
  }
});

test('a total that the shape does not have refuses the row', () => {
  const llama = configs['llama-3.1-8b'];
  for (const facts of [{}, { total_params: '8030261248' }, { published_params: '8.03B' }, { published_params: '8B' }]) {
    assert.equal(made(llama, facts).parameters, 8030261248);
  }
  assert.throws(
    () => made(llama, { total_params: '8030265344' }),
    /has 8030261248 parameters, the total says 8030265344/,
  );
  assert.throws(() => made(llama, { published_params: '8.1B' }), /has 8030261248 parameters, published are 8.1B/);
  assert.throws(() => made(llama, { published_params: 'eight' }), /must be like 7.6B, got eight/);
  const more = { total_params: '8030262248', total_params_beyond_gguf: '1000' };
  assert.equal(made(llama, more).parameters, 8030261248);
});

test('published numbers hold to their last digit, rounded or cut', () => {
  assert.ok(isAsPublished(1543714304, '1.54B'));
  assert.ok(isAsPublished(494032768, '494M'));
  assert.ok(isAsPublished(14970000000, '14.9B'));
  assert.ok(!isAsPublished(1543714304, '1.56B'));
  assert.equal(nameOf('Qwen/Qwen2.5-7B-Instruct'), 'Qwen2.5 7B');
});
