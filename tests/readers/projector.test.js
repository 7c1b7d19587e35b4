// readProjector on headers of real shape. What is expected is what llama-server of build 11669 estimated for such files.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readProjector } from '../../dist/readers.js';
import { planMemory } from '../../dist/wasmCalculator.js';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { F16, ggufBytes } from '../support/gguf-writer.js';

const MIB = 2 ** 20;
const METADATA = {
  'general.architecture': 'clip',
  'clip.has_vision_encoder': true,
  'clip.projector_type': 'gemma3',
  'clip.vision.image_size': 896,
  'clip.vision.patch_size': 14,
  'clip.vision.embedding_length': 1152,
  'clip.vision.feed_forward_length': 4304,
  'clip.vision.projection_dim': 2560,
};
const TENSORS = [{ name: 'mm.input_projection.weight', shape: [2560, 1152], type: F16 }];
const fileOf = (more = {}) => ggufBytes({ metadata: { ...METADATA, ...more }, tensors: TENSORS });
const QWEN = { 'clip.projector_type': 'qwen3vl_merger', 'clip.vision.image_size': 768, 'clip.vision.patch_size': 16 };
const near = (bytes, mebibytes) => assert.ok(Math.abs(bytes / MIB - mebibytes) < 0.02, `${bytes / MIB}`);

test('a projector has the buffer that llama-server estimates', async () => {
  const gemma = await readProjector(fileOf());
  assert.equal(gemma.kind, 'gemma3');
  assert.equal(gemma.weights, 2560 * 1152 * 2);
  assert.equal(gemma.isAssumed, false);
  near(gemma.buffer, 139.25);
  near(gemma.inputs, 9.19);
  const qwen = await readProjector(fileOf(QWEN));
  near(qwen.buffer + qwen.inputs, 273.03);
  const limited = await readProjector(fileOf(QWEN), { imageTokens: 1024 });
  near(limited.buffer + limited.inputs, 132.13);
  assert.equal((await readProjector(fileOf({ 'clip.projector_type': 'pixtral' }))).isAssumed, true);
});

test('it is on the first GPU, or on the host', async () => {
  const golden = readCompact(new URL('../golden', import.meta.url).pathname);
  const { weights, buffer, inputs } = await readProjector(fileOf());
  const projector = { projectorWeights: weights, projectorBuffer: buffer, projectorInputs: inputs };
  const plan = (more) => planMemory(golden.models.get('gemma-3-4b'), { contextLength: 4096, ...projector, ...more });
  assert.deepEqual(
    plan({ gpus: [1, 1] }).devices.map((device) => device.projector),
    [weights + buffer, 0, inputs],
  );
  assert.deepEqual(
    plan({ projectorOffload: false }).devices.map((device) => device.projector),
    [0, weights + buffer],
  );
});

test('what is no projector is refused by its key', async () => {
  const refused = (more, message) => assert.rejects(readProjector(fileOf(more)), { name: 'RangeError', message });
  await refused({ 'general.architecture': 'llama' }, /general\.architecture must be clip in a projector, got "llama"$/);
  await refused(
    { 'clip.vision.patch_size': 0 },
    /clip\.vision\.patch_size must be a whole number from 1 to 1e6, got 0$/,
  );
  await refused({ 'clip.has_vision_encoder': false }, /it has an encoder neither of images nor of sounds$/);
});
