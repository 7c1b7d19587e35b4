// The machine of a question, from what is said of it, what the catalogue knows, and what this machine reports.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GIB, machineOf } from '../../js/cli/machine.js';
import { devices, findDevice, gpuOf } from './support.js';

const nothing = { bytes: null, atLeast: false, channels: null, megatransfers: null, bandwidth: null };
const told = (gpus, cpu = {}, memory = {}) => ({
  gpus: gpus.map(([reported, names = [], bytes = null, confidence = 0.95]) => ({
    reported,
    vendor: null,
    memory: bytes,
    matches: names.map((name) => ({ name, confidence })),
  })),
  cpu: { reported: null, cores: null, matches: [], ...cpu },
  memory: { ...nothing, ...memory },
  hints: [],
});
const notAsked = () => assert.fail('this machine was asked');
const ask = (o, detect = notAsked) => machineOf(o, { devices, findDevice, gpuOf, detect });
const refused = (o, message, detect) => assert.rejects(ask(o, detect), (error) => message.test(error.message));

test('a card has what its driver reports, its bandwidth and its multiprocessors', async () => {
  const { hardware, split } = await ask({ device: ['4090'], ram: 64 });
  assert.deepEqual(hardware.gpus, [
    {
      name: 'GeForce RTX 4090',
      memory: 24080 * 2 ** 20,
      memorySold: 24 * GIB,
      memorySource: 'nvidia-smi',
      reserved: 0,
      margin: GIB,
      bandwidth: 1008e9,
      multiprocessors: 128,
      family: 'NVIDIA family',
      shaderFlops: 1e13,
      halfFlops: 2e13,
      quantizedOps: 4e13,
    },
  ]);
  assert.deepEqual(
    { ...hardware, gpus: 1, assumed: 0 },
    {
      kind: 'separate',
      backend: 'cuda',
      gpus: 1,
      host: { name: null, memory: 64 * GIB, bandwidth: null, threads: null, reserved: 0, margin: 4 * GIB },
      detected: false,
      assumed: 0,
    },
  );
  assert.deepEqual(split, { mode: 'layer', mainGpu: null, tensorSplit: null });
  assert.deepEqual(hardware.assumed, [
    "Nothing else uses the GPU (--reserve), 1 GiB of each GPU is to stay free (--margin), 4 GiB of the host's memory are for the system (--ram-reserve).",
  ]);
});

test('what others use of this machine now is not there for the plan, unless it is said to be', async () => {
  const detect = async () => {
    const machine = told([['NVIDIA GeForce RTX 4090', ['GeForce RTX 4090'], 24564 * 2 ** 20]]);
    machine.gpus[0].used = 3 * GIB;
    return machine;
  };
  const { gpus, assumed } = (await ask({}, detect)).hardware;
  assert.deepEqual([gpus[0].memory, gpus[0].reserved], [24080 * 2 ** 20, 3 * GIB]);
  assert.match(assumed.at(-1), /^3 GiB of GeForce RTX 4090 are in use by others now \(--reserve\), 1 GiB of each GPU/);
  assert.equal((await ask({ reserve: [0] }, detect)).hardware.gpus[0].reserved, 0);
});

test('unlike cards keep their own numbers and their order', async () => {
  const { hardware } = await ask({ device: ['3090', '4060 ti'] });
  assert.deepEqual(
    hardware.gpus.map(({ name, memory, bandwidth, multiprocessors }) => [name, memory, bandwidth, multiprocessors]),
    [
      ['GeForce RTX 3090', 24124 * 2 ** 20, 936e9, 82],
      ['GeForce RTX 4060 Ti 16GB', 15944 * 2 ** 20, 288e9, 34],
    ],
  );
  assert.equal((await ask({ device: ['4060 ti', '3090'] })).hardware.gpus[0].name, 'GeForce RTX 4060 Ti 16GB');
});

test('--gpus repeats one device, and nothing else', async () => {
  const { gpus } = (await ask({ device: ['3090'], gpus: 4 })).hardware;
  assert.equal(gpus.length, 4);
  assert.notEqual(gpus[0], gpus[1]);
  assert.deepEqual(gpus[0], gpus[3]);
  await refused({ device: ['3090', '4090'], gpus: 3 }, /^--gpus repeats one device, got 3 and 2 devices$/);
  assert.equal((await ask({ device: ['3090', '4090'], gpus: 2 })).hardware.gpus.length, 2);
  await refused({ device: ['epyc'], gpus: 1 }, /^--gpus: AMD EPYC 9654, DDR5-4800 x12 is no GPU$/);
  await refused({ device: new Array(17).fill('3090') }, /^--device: at most 16 GPUs, got 17$/);
});

test('cards of several vendors work under Vulkan, unless a back end is named', async () => {
  const { hardware } = await ask({ device: ['4090', '7900 xtx'] });
  assert.equal(hardware.backend, 'vulkan');
  assert.ok(hardware.assumed.includes('GPUs of several vendors work together under Vulkan (--backend).'));
  assert.equal((await ask({ device: ['7900 xtx'], backend: 'rocm' })).hardware.backend, 'rocm');
});

test('a processor is the host of the cards beside it, or the machine', async () => {
  const { hardware } = await ask({ device: ['4090', 'epyc'], ram: 384 });
  assert.deepEqual(hardware.host, {
    name: 'AMD EPYC 9654, DDR5-4800 x12',
    memory: 384 * GIB,
    bandwidth: 460.8e9,
    threads: null,
    reserved: 0,
    margin: 4 * GIB,
  });
  assert.equal(hardware.gpus.length, 1);
  const alone = (await ask({ device: ['epyc'] })).hardware;
  assert.deepEqual([alone.backend, alone.gpus, alone.host.bandwidth], ['cpu', [], 460.8e9]);
  await refused({ device: ['epyc', 'epyc'] }, /^--device: one processor can be planned/);
});

test('one memory: the size is that of the pool, and the limit of the GPU is its own', async () => {
  const { hardware } = await ask({ device: ['m4 max (40'], ram: 64 });
  assert.deepEqual([hardware.kind, hardware.backend, hardware.host.memory], ['apple', 'metal', 64 * GIB]);
  assert.deepEqual([hardware.gpus[0].memory, hardware.host.bandwidth], [null, 546e9]);
  const wired = (await ask({ device: ['m4 max (40'], ram: 64, vram: [56] })).hardware.gpus[0];
  assert.deepEqual([wired.memory, wired.memorySource], [56 * GIB, 'as given']);
  const spark = (await ask({ device: ['spark'] })).hardware;
  assert.deepEqual([spark.kind, spark.backend, spark.host.memory], ['shared', 'cuda', 121.6 * GIB]);
  const idle = (await ask({ device: ['m4 max (40'], ram: 64, gpus: 0 })).hardware;
  assert.deepEqual([idle.kind, idle.backend, idle.gpus, idle.host.bandwidth], ['apple', 'cpu', [], 546e9]);
  await refused({ device: ['m4 max (40'], gpus: 0 }, /^--ram is needed: Apple M4 Max/);
  await refused({ device: ['m4 max (40'] }, /^--ram is needed: Apple M4 Max \(40-core\) comes with several sizes/);
  await refused(
    { device: ['spark', '4090'] },
    /^--device: GB10 \(DGX Spark\) shares its memory with its processor, and stands alone$/,
  );
  await refused({ device: ['tpu'] }, /^--device: llama\.cpp does not run on TPU v4$/);
});

test('memory that is given counts as sold, unless it is said to be usable', async () => {
  const of = async (o) => (await ask(o)).hardware;
  const { gpus, assumed, backend } = await of({ vram: [24], bandwidth: [800] });
  assert.equal(backend, 'cuda');
  // Of the small catalogue's cards of 24 GiB the 4090 leaves the least.
  assert.deepEqual([gpus[0].memory, gpus[0].memorySold, gpus[0].bandwidth], [24080 * 2 ** 20, 24 * GIB, 800e9]);
  assert.equal(
    assumed[0],
    'Of 24 GiB as sold 23.52 GiB are taken to be usable, as of GeForce RTX 4090, the least of cards of that size (--vram-usable).',
  );
  // Of a size that no card has, the nearest.
  const small = (await of({ vram: [12] })).gpus[0];
  assert.equal(small.memory, Math.floor((12 * GIB * 15944) / 16384));
  const usable = await of({ vramUsable: [23.5] });
  assert.deepEqual([usable.gpus[0].memory, usable.gpus[0].memorySold], [23.5 * GIB, null]);
  assert.match(usable.assumed[0], /^Nothing else uses/);
  // A card of the catalogue with another memory loses as much of it as it does; with its own it stays as it is.
  const doubled = await of({ device: ['4090'], vram: [48] });
  assert.equal(doubled.gpus[0].memory, 2 * 24080 * 2 ** 20);
  assert.equal(
    doubled.assumed[0],
    'Of 48 GiB as sold 47.03 GiB are taken to be usable, as of GeForce RTX 4090 (--vram-usable).',
  );
  assert.deepEqual(await of({ device: ['4090'], vram: [24] }), await of({ device: ['4090'] }));
  const both = await of({ vram: [24], vramUsable: [23.5] });
  assert.deepEqual([both.gpus[0].memory, both.gpus[0].memorySold], [23.5 * GIB, 24 * GIB]);
});

test('lists have one value for all GPUs, or one for each', async () => {
  const { gpus } = (await ask({ vramUsable: [24, 12], bandwidth: [900, 360], reserve: [2, 0], margin: [0.5] }))
    .hardware;
  assert.deepEqual(
    gpus.map(({ memory, bandwidth, reserved, margin }) => [memory / GIB, bandwidth, reserved / GIB, margin / GIB]),
    [
      [24, 900e9, 2, 0.5],
      [12, 360e9, 0, 0.5],
    ],
  );
  await refused(
    { device: ['3090'], gpus: 3, reserve: [1, 2] },
    /^--reserve must have one value, or one for each of the 3 GPUs, got 2$/,
  );
});

test('a limit of power is one of a card whose power is known', async () => {
  const { gpus } = (await ask({ device: ['3090', '3090'], powerLimit: [250, 300] })).hardware;
  assert.deepEqual(
    gpus.map(({ power, powerLimit }) => [power, powerLimit]),
    [
      [350, 250],
      [350, 300],
    ],
  );
  assert.equal((await ask({ device: ['3090'] })).hardware.gpus[0].powerLimit, undefined);
  await refused(
    { device: ['3090', '4090'], powerLimit: [250] },
    /^--power-limit: the power that GPU 1 may take .* is not known/,
  );
  await refused({ vram: [24], powerLimit: [250] }, /^--power-limit: the power that GPU 0 may take/);
  await refused(
    { device: ['3090'], powerLimit: [80] },
    /^--power-limit of GeForce RTX 3090 must be at least a quarter of its 350 W, got 80$/,
  );
});

test('what is reserved is subtracted, and no longer assumed', async () => {
  const { hardware } = await ask({ device: ['4090'], ram: 32, reserve: [1.5], margin: [0], ramReserve: 10 });
  assert.deepEqual([hardware.gpus[0].reserved, hardware.gpus[0].margin], [1.5 * GIB, 0]);
  assert.deepEqual([hardware.host.reserved, hardware.host.margin], [10 * GIB, 0]);
  assert.deepEqual(hardware.assumed, []);
  assert.equal((await ask({ device: ['4090'], ram: 8 })).hardware.host.margin, 2 * GIB);
});

test('a split is as llama.cpp makes it', async () => {
  const cards = ['3090', '4060 ti', '4090'];
  const { hardware, split } = await ask({ device: cards, tensorSplit: [3, 1] });
  assert.deepEqual(
    hardware.gpus.map(({ share }) => share),
    [3, 1, 0],
  );
  assert.deepEqual(split, { mode: 'layer', mainGpu: null, tensorSplit: [3, 1, 0] });
  await refused(
    { device: ['3090'], tensorSplit: [1, 1] },
    /^--tensor-split must have one share for each of the 1 GPUs, got 2$/,
  );
  const one = await ask({ device: cards, splitMode: 'none', mainGpu: 2 });
  assert.deepEqual(
    one.hardware.gpus.map(({ name }) => name),
    ['GeForce RTX 4090'],
  );
  assert.deepEqual(one.split, { mode: 'none', mainGpu: 2, tensorSplit: null });
  assert.ok(one.hardware.assumed.includes('GPU 2, GeForce RTX 4090, has all of it (--split-mode none).'));
  const idle = (await ask({ device: cards, mainGpu: 1 })).hardware;
  assert.equal(idle.gpus.length, 3);
  assert.ok(idle.assumed.includes('With layers split over GPUs --main-gpu changes nothing (--split-mode none).'));
  await refused({ device: cards, mainGpu: 3 }, /^--main-gpu must be below 3, the number of GPUs, got 3$/);
});

test('without a device it is this machine, and said', async () => {
  const detect = async () =>
    told(
      [
        ['NVIDIA GeForce RTX 4090', ['GeForce RTX 4090'], 24080 * 2 ** 20],
        ['Intel UHD Graphics 770', []],
      ],
      { cores: 24 },
      { bytes: 62.7 * GIB, bandwidth: 89.6 },
    );
  const { hardware } = await ask({}, detect);
  assert.equal(hardware.detected, true);
  assert.deepEqual(
    [hardware.gpus.length, hardware.gpus[0].memory, hardware.gpus[0].memorySource],
    [1, 24080 * 2 ** 20, 'nvidia-smi'],
  );
  assert.deepEqual([hardware.host.memory, hardware.host.threads, hardware.host.bandwidth], [62.7 * GIB, 24, 89.6e9]);
  assert.equal(
    hardware.assumed[0],
    'This machine, as it reports itself: GeForce RTX 4090, 62.7 GiB of memory, 24 cores (--device names another).',
  );
  assert.match(hardware.assumed[1], /^Intel UHD Graphics 770: not in the catalogue, or beside a card, and left out\.$/);
  // What is said of it wins.
  assert.equal((await ask({ ram: 128 }, detect)).hardware.host.memory, 128 * GIB);
  assert.equal((await ask({ gpus: 0 }, detect)).hardware.gpus.length, 0);
  await refused({ gpus: 2 }, /^--gpus: this machine reports 1, got 2; --device names others$/, detect);
  assert.equal((await ask({ detect: false })).hardware, null);
});

test('a driver reports more than it leaves, and the catalogue knows how much', async () => {
  const of = async (name, matches, mebibytes) =>
    (await ask({}, async () => told([[name, matches, mebibytes * 2 ** 20]]))).hardware;
  const known = ['GeForce RTX 4090'];
  // nvidia-smi's total of a 4090 is 24,564 MiB; a program gets 24,080.
  assert.equal((await of('NVIDIA GeForce RTX 4090', known, 24564)).gpus[0].memory, 24080 * 2 ** 20);
  assert.equal((await of('NVIDIA GeForce RTX 4090', known, 23028)).gpus[0].memory, 23028 * 2 ** 20);
  // Another memory than the card is sold with loses the same part.
  const { gpus, assumed } = await of('NVIDIA GeForce RTX 4090', known, 49140);
  assert.equal(gpus[0].memory, Math.floor((49140 * 2 ** 20 * 24080) / 24576));
  assert.match(
    assumed[1],
    /^Of the 47\.99 GiB that GeForce RTX 4090 reports 47\.02 GiB are taken to be usable, as of GeForce/,
  );
  // Of an unknown card, as of the one that leaves the least.
  const unknown = await of('NVIDIA RTX 7777', [], 16384);
  assert.equal(unknown.gpus[0].memory, 15944 * 2 ** 20);
  assert.match(
    unknown.assumed[1],
    /as of GeForce RTX 4060 Ti 16GB, the least of cards of that size \(--vram-usable\)\.$/,
  );
});

test('a machine that tells little is no error, and nothing of it is made up', async () => {
  const bare = (await ask({}, async () => told([]))).hardware;
  assert.deepEqual([bare.gpus, bare.backend, bare.host.memory], [[], 'cpu', null]);
  assert.equal(bare.assumed[0], 'This machine, as it reports itself: no GPU (--device names another).');
  const unknown = (await ask({}, async () => told([['NVIDIA RTX 7777', [], 20 * GIB]]))).hardware;
  assert.deepEqual(
    [unknown.gpus[0].name, unknown.gpus[0].memory, unknown.gpus[0].bandwidth],
    ['NVIDIA RTX 7777', Math.floor((20 * GIB * 15944) / 16384), null],
  );
  assert.ok(unknown.assumed.some((text) => text.startsWith('NVIDIA RTX 7777 is not in the catalogue')));
  // Of two devices of one name the slower, so that nothing is promised that may not be.
  const apple = async () =>
    told([['Apple M4 Max', ['Apple M4 Max (40-core)', 'Apple M4 Max (32-core)'], null, 0.45]], {}, { bytes: 64 * GIB });
  const mac = (await ask({}, apple)).hardware;
  assert.deepEqual([mac.kind, mac.gpus[0].name, mac.host.bandwidth], ['apple', 'Apple M4 Max (32-core)', 410e9]);
  // A processor that is in the catalogue has its bandwidth, where the machine tells none.
  const server = async () => told([], { matches: [{ name: 'AMD EPYC 9654, DDR5-4800 x12', confidence: 0.6 }] });
  const epyc = (await ask({}, server)).hardware;
  assert.deepEqual([epyc.host.bandwidth, epyc.host.name], [460.8e9, 'AMD EPYC 9654, DDR5-4800 x12']);
});

test('cpu is no GPU: of this machine, or as described', async () => {
  const detect = async () =>
    told([['NVIDIA GeForce RTX 4090', ['GeForce RTX 4090']]], { cores: 8 }, { bytes: 32 * GIB });
  const own = (await ask({ device: ['cpu'] }, detect)).hardware;
  assert.deepEqual([own.gpus, own.backend, own.host.threads, own.detected], [[], 'cpu', 8, true]);
  const other = (await ask({ device: ['CPU'], ram: 64, threads: 16 })).hardware;
  assert.deepEqual([other.detected, other.host.memory, other.host.threads], [false, 64 * GIB, 16]);
  assert.equal((await ask({ gpus: 0, detect: false })).hardware.host.memory, null);
  await refused({ device: ['cpu', '4090'] }, /^--device cpu means no GPU, and stands alone$/);
  await refused({ device: ['cpu'], vram: [24] }, /^--vram is of a GPU, and --device cpu has none$/);
});
