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
