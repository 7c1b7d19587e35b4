// One question has one answer: what `plan` says of a model and a device is what planMemory and fits say of the same.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { answerTo, catalogue, core, GIB } from './answer-support.js';

const RAM = 64;
const CARDS = [
  'RTX 4090',
  'RTX 3060 12GB',
  'RTX 5090',
  'RTX 3090',
  'RTX 4060 Ti 16GB',
  'Tesla T4',
  'L4',
  'L40S',
  'A100 SXM 80GB',
  'H100 PCIe',
  'RTX 2080 Ti',
  'RTX 4070 mobile',
  'Radeon RX 7900 XTX',
  'Radeon RX 6800',
  'Arc B580',
  'Arc A770',
];
const POOLS = ['Apple M4 Max (40-core)', 'Apple M2 Pro (19-core)', 'GB10 (DGX Spark)', 'Ryzen AI Max+ 395'];

/** The same question in code, with the names that everybody has. */
function fromCode({ model, fileType }, device, gpus) {
  const contextLength = Math.min(8192, model.contextLength || 8192);
  const plan = core.planMemory(model, { contextLength, fileType, gpus });
  const hostMemory = (device.memoryKind === 'separate' ? null : device.memory) ?? RAM * GIB;
  return { plan, fit: core.fits(plan, { kind: device.memoryKind, hostMemory, gpus }) };
}

test('every model of the catalogue on twenty devices: plan and fit are those of planMemory and fits', async () => {
  const planned = catalogue.models.filter(({ model }) => model);
  const verdicts = { fits: 0, tight: 0, doesNotFit: 0 };
  for (const name of [...CARDS, ...POOLS]) {
    const device = catalogue.findDevice(name);
    const ram = device.memoryKind === 'separate' || device.memory === null ? `--ram ${RAM}` : '';
    for (const { name: model, model: shape } of planned) {
      const { runtime, memory, fit } = await answerTo(`"${model}" --device "${name}" ${ram}`);
      const { plan, fit: same } = fromCode({ model: shape, fileType: runtime.fileType }, device, [device]);
      assert.deepEqual(memory, plan, `${model} ${name}`);
      assert.deepEqual(fit, { verdict: same.verdict, fits: same.fits, devices: same.devices }, `${model} ${name}`);
      verdicts[fit.verdict]++;
    }
  }
  for (const [verdict, count] of Object.entries(verdicts)) assert.ok(count > 20, `${verdict} ${count}`);
});

test('several cards, alike and unlike, and what is reserved: likewise', async () => {
  const models = catalogue.models.filter(({ model }, i) => model && i % 5 === 0);
  for (const [names, more, change] of [
    [['RTX 3090', 'RTX 4060 Ti 16GB'], '', {}],
    [['RTX 4090', 'RTX 4090'], '--reserve 2', { reserved: 2 * GIB }],
    [['Radeon RX 7900 XTX', 'Radeon RX 6800', 'Radeon RX 6800'], '--margin 0.25', { margin: GIB / 4 }],
  ]) {
    const cards = names.map((name) => ({ ...catalogue.findDevice(name), ...change }));
    const asked = names.map((name) => `--device "${name}"`).join(' ');
    for (const { name, model } of models) {
      const { runtime, memory, fit } = await answerTo(`"${name}" ${asked} --ram ${RAM} ${more}`);
      const { plan, fit: same } = fromCode({ model, fileType: runtime.fileType }, cards[0], cards);
      assert.deepEqual(memory, plan, `${name} ${names}`);
      assert.deepEqual(fit, { verdict: same.verdict, fits: same.fits, devices: same.devices }, `${name} ${names}`);
    }
  }
});

test('there is no yes for what a host would hold whose memory nobody gave', async () => {
  for (const line of [
    '"kimi k2" --device "raspberry pi 5"',
    '"deepseek v3" --device "ryzen 9 7950x"',
    '"deepseek v3" --device 3090 --gpus 0',
    '"deepseek v3" --device 3090 --gpu-layers 0',
    '"deepseek v3" --device 3090 --gpu-layers auto',
    '"glm 4.5 air" --device 4090 --n-cpu-moe 46',
    '"llama 3.3 70b" --device 4090 --gpu-layers 40',
  ]) {
    await assert.rejects(
      answerTo(line),
      /^RangeError: --ram is needed: \d+\.\d\d GiB would be in the memory of the host$/,
      line,
    );
    // With it, as much as there is decides.
    assert.equal((await answerTo(`${line} --ram 2048`)).fit.verdict, 'fits', line);
    assert.equal((await answerTo(`${line} --ram 8`)).fit.verdict, 'doesNotFit', line);
  }
});

test('what stays on the host beside a whole model on the GPU is little, and taken for granted', async () => {
  const { fit, notes } = await answerTo('"qwen3 8b" --device 4090');
  assert.equal(fit.verdict, 'fits');
  assert.equal(fit.devices.at(-1).available, null);
  assert.ok(notes.includes('The memory of the host is not given (--ram) and was not checked.'));
});

test('a suggestion says what the host has to have where its memory is not given', async () => {
  const unsaid = await answerTo('"llama 3.3 70b" --device 4090');
  const { gpuLayers, hostUnchecked } = unsaid.suggestion;
  const { devices } = core.planMemory(catalogue.findModel('llama 3.3 70b').model, {
    fileType: 'Q4_K_M',
    contextLength: 8192,
    gpuLayers,
    gpus: [catalogue.gpuOf(catalogue.findDevice('4090'))],
  });
  assert.equal(hostUnchecked, devices.at(-1).total);
  assert.equal((await answerTo('"llama 3.3 70b" --device 4090 --ram 64')).suggestion.hostUnchecked, null);
});
