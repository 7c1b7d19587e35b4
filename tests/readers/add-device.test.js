// Rows of the catalogue of devices from data sheets: what scripts/add-device makes of them, and what it refuses.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { deviceRowOf, processorRowOf } from '../../scripts/support/add-device.mjs';

/** As the database has it, but for keys that no row takes. */
const card = {
  name: 'GeForce RTX 3090',
  vendor: 'nvidia',
  gpuName: 'GA102',
  architecture: 'Ampere',
  releaseDate: '2020-09-01',
  memorySize: 24,
  memoryType: 'GDDR6X',
  memoryBus: 384,
  memoryBandwidth: 936.2,
  sms: 82,
  tdp: 350,
  fp32: 35.58,
};

test('a card of the database is a row with its memory, power and year', () => {
  const { family, kind, memory_gib, memory_type, bandwidth_gbs, multiprocessors, power_w, release_year } =
    deviceRowOf(card);
  assert.deepEqual(
    [family, kind, memory_gib, memory_type, bandwidth_gbs, multiprocessors, power_w, release_year],
    ['NVIDIA Ampere GeForce', 'gpu', '24', 'GDDR6X', '936.2', '82', '350', '2020'],
  );
  assert.equal(deviceRowOf(card, { name: 'RTX 3090', aliases: 'x' }).name, 'RTX 3090');
  const jetson = { ...card, name: 'Jetson TX2', architecture: 'Pascal', memoryType: 'LPDDR4', memoryBus: 128 };
  const { family: soc, memory_kind } = deviceRowOf({ ...jetson, memoryBandwidth: 59.7 });
  assert.deepEqual([soc, memory_kind], ['NVIDIA SoC', 'shared']);
});

test('what is missing, or no bus and memory can have, is refused', () => {
  assert.throws(() => deviceRowOf({ ...card, memoryType: undefined }), /GeForce RTX 3090: memoryType is missing/);
  assert.throws(
    () => deviceRowOf({ ...card, memoryBandwidth: 9362 }),
    /9362 GB\/s over 384 bit is 195.0 Gbit\/s a line/,
  );
  assert.throws(() => deviceRowOf({ ...card, memoryBandwidth: 9.36 }), /9.36 GB\/s over 384 bit is 0.2 Gbit\/s a line/);
  assert.throws(() => deviceRowOf({ ...card, architecture: 'Rankine' }), /no family for nvidia Rankine/);
});

test('a processor is named after its memory, of half channels too', () => {
  const of = (channels, megatransfers, memoryType) =>
    processorRowOf({ name: 'X', vendor: 'V', channels, megatransfers, memoryType });
  assert.deepEqual([of(12, 6400, 'DDR5').name, of(12, 6400, 'DDR5').bandwidth_gbs], ['X, DDR5-6400 x12', '614.4']);
  assert.deepEqual(
    [of(0.5, 4267, 'LPDDR4X').name, of(0.5, 4267, 'LPDDR4X').bandwidth_gbs],
    ['X, LPDDR4X-4267', '17.1'],
  );
});
