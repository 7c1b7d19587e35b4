// The catalogues, loose names, and what machines say of themselves.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { devices, findDevice, findModel, gpuOf, models, searchDevices, searchModels } from '../../dist/catalog.js';
import { detectDevices as detectInBrowser } from '../../dist/detect.js';
import { detectDevices as detectInNode } from '../../dist/detect-node.js';

const GIB = 2 ** 30;
const names = (items) => items.map(({ name }) => name);

test('213 models and 365 devices, each of its own name and with its source', () => {
  assert.equal(models.length, 213);
  assert.equal(devices.length, 365);
  for (const list of [models, devices]) {
    assert.equal(new Set(names(list)).size, list.length);
    assert.deepEqual(names(list.filter(({ source }) => !source)), []);
  }
  assert.equal(models.filter(({ model }) => model).length, 208);
});

test('memory is what a program can have, never more than drivers report', () => {
  for (const [name, reported] of [
    ['Tesla T4', 15.0],
    ['L4', 22.49],
    ['A10', 22.49],
    ['L40S', 44.99],
    ['A40', 44.99],
    ['H100 PCIe', 79.65],
    ['GeForce RTX 4090', 23.52],
    ['GeForce RTX 5060 Ti 16GB', 15.48],
    ['GeForce RTX 3060 12GB', 11.63],
    ['RTX PRO 6000 Blackwell', 95.0],
  ]) {
    const { memory, memorySold, memorySource } = findDevice(name);
    assert.ok(memory <= reported * GIB && memory > 0.96 * reported * GIB && memory < memorySold, `${name} ${memory}`);
    assert.match(memorySource, /MiB (?:reported|less)/);
  }
});

test('facts of devices are possible', () => {
  for (const device of devices) {
    const { name, kind, bandwidth, bandwidthGBs, memory, memorySold, multiprocessors, channels, megatransfers } =
      device;
    const { fp32Tflops } = device;
    assert.ok(bandwidth === null || (bandwidth >= 15e9 && bandwidth <= 8200e9), name);
    assert.equal(bandwidthGBs, bandwidth === null ? null : bandwidth / 1e9, name);
    assert.ok(memory === null ? memorySold === null : memory <= memorySold && device.memorySource, name);
    assert.ok(memory === null || (memory >= 2 * GIB && memory <= 288 * GIB), name);
    if (kind === 'cpu') assert.ok(Math.abs(bandwidthGBs - (channels * megatransfers * 8) / 1000) < 0.06, name);
    else assert.ok(device.memoryKind, name);
    // Two operations of 64 or 128 lanes, at clocks that exist.
    if (multiprocessors && fp32Tflops) {
      const clocks = [64, 128].map((lanes) => (fp32Tflops * 1e12) / (2 * lanes * multiprocessors));
      assert.ok(
        clocks.some((clock) => clock > 0.85e9 && clock < 2.9e9),
        name,
      );
    }
  }
});

test('loose names find one', () => {
  for (const [query, name] of [
    ['4090', 'GeForce RTX 4090'],
    ['rtx 3090', 'GeForce RTX 3090'],
    ['RTX3060 12gb', 'GeForce RTX 3060 12GB'],
    ['m4 max 40', 'Apple M4 Max (40-core)'],
    ['7900 xtx', 'Radeon RX 7900 XTX'],
    ['h100 sxm', 'H100 SXM'],
    ['dgx spark', 'GB10 (DGX Spark)'],
    ['strix halo', 'Radeon 8060S (Ryzen AI Max+ 395)'],
    ['stryx', undefined],
    ['epyc 9654', 'AMD EPYC 9654, DDR5-4800 x12'],
    // With the vendor, which is not in the name.
    ['NVIDIA GeForce RTX 4090', 'GeForce RTX 4090'],
    ['amd 7900 xtx', 'Radeon RX 7900 XTX'],
    ['Intel Arc B580', 'Arc B580'],
  ]) {
    if (name) assert.equal(findDevice(query).name, name, query);
    else assert.deepEqual(searchDevices(query), { best: [], others: [] });
  }
  for (const [query, name] of [
    ['llama 3.1 8b', 'Llama 3.1 8B'],
    ['gpt oss 20b', 'gpt-oss-20b'],
    ['qwen3 30b', 'Qwen3 30B-A3B'],
    ['deepseek r1', 'DeepSeek R1'],
    ['GEMMA-3-27B', 'Gemma 3 27B'],
    ['phi-4 14b', 'Phi-4 14B'],
    ['llama3.1:8b', 'Llama 3.1 8B'],
    ['llama 3.1 8b instruct', 'Llama 3.1 8B'],
    ['meta-llama/Llama-3.1-8B-Instruct', 'Llama 3.1 8B'],
  ]) {
    assert.equal(findModel(query).name, name, query);
  }
});

test('every name finds itself, and a repository its model', () => {
  for (const { name } of devices) assert.equal(findDevice(name).name, name);
  for (const { name, repository } of models) {
    assert.equal(findModel(name).name, name);
    if (repository) assert.equal(findModel(repository).repository, repository);
  }
});

test('ambiguous names list the candidates, unknown ones the nearest', () => {
  assert.deepEqual(names(searchDevices('m4 max').best), ['Apple M4 Max (32-core)', 'Apple M4 Max (40-core)']);
  assert.throws(() => findDevice('m4 max'), {
    name: 'RangeError',
    message: 'device must name one, "m4 max" could be Apple M4 Max (32-core), Apple M4 Max (40-core)',
  });
  assert.throws(() => findModel('lama 3.1 8b'), {
    name: 'RangeError',
    message: 'model must be in the catalogue, got "lama 3.1 8b"; nearest: Llama 3.1 8B, Llama 3.1 70B, Llama 3.1 405B',
  });
  assert.throws(() => findModel(7), { name: 'TypeError', message: 'model must be a name, got 7' });
  assert.deepEqual(names(searchModels('phi-4').best), ['Phi-4 14B']);
  assert.deepEqual(searchModels(''), { best: [], others: [] });
  // Half a number is no number, but in a list.
  assert.deepEqual(searchDevices('409').best, []);
  assert.ok(names(searchDevices('rtx 50').others).includes('GeForce RTX 5090'));
  // Whole words tell more than letters.
  assert.throws(
    () => findDevice('rtx 4095'),
    /nearest: GeForce RTX 4090, GeForce RTX 4090 D, GeForce RTX 4090 Mobile$/,
  );
  assert.equal(findDevice('rtx 4090 24gb').name, 'GeForce RTX 4090');
});

/** What a browser of that renderer detects. */
const browser = async (renderer, more = {}) =>
  detectInBrowser({
    devices,
    navigator: { hardwareConcurrency: 8, ...more },
    createCanvas: () => ({
      getContext: () => ({
        getExtension: () => ({ UNMASKED_RENDERER_WEBGL: 1 }),
        getParameter: () => renderer,
      }),
    }),
  });

test('what renderers report is found, and no more than that', async () => {
  for (const [renderer, expected] of [
    ['ANGLE (NVIDIA, NVIDIA GeForce RTX 3080 Ti Direct3D11 vs_5_0 ps_5_0, D3D11)', ['GeForce RTX 3080 Ti']],
    ['NVIDIA GeForce RTX 4090/PCIe/SSE2', ['GeForce RTX 4090']],
    [
      'ANGLE (NVIDIA, NVIDIA GeForce RTX 4070 Laptop GPU (0x00002860) Direct3D11 vs_5_0 ps_5_0, D3D11)',
      ['GeForce RTX 4070 Mobile'],
    ],
    [
      'ANGLE (NVIDIA, NVIDIA GeForce RTX 4060 Ti (0x00002803) Direct3D11 vs_5_0 ps_5_0, D3D11)',
      ['GeForce RTX 4060 Ti 8GB', 'GeForce RTX 4060 Ti 16GB'],
    ],
    ['AMD Radeon RX 7900 XTX (radeonsi, navi31, LLVM 15.0.7, DRM 3.49)', ['Radeon RX 7900 XTX']],
    ['Mesa Intel(R) Arc(tm) A770 Graphics (DG2)', ['Arc A770']],
    [
      'ANGLE (Apple, ANGLE Metal Renderer: Apple M2 Pro, Unspecified Version)',
      ['Apple M2 Pro (16-core)', 'Apple M2 Pro (19-core)'],
    ],
    ['NVIDIA GeForce RTX 9999', []],
    ['Something else', []],
  ]) {
    const { gpus } = await browser(renderer);
    assert.deepEqual(names(gpus[0].matches), expected, renderer);
    for (const { confidence } of gpus[0].matches) assert.ok(confidence > 0 && confidence <= 0.95, renderer);
  }
});

test('a browser that tells little, or draws with the processor, detects nothing', async () => {
  for (const renderer of ['Google SwiftShader', 'llvmpipe (LLVM 15.0.7, 256 bits)']) {
    const { gpus, hints } = await browser(renderer);
    assert.deepEqual(gpus, []);
    assert.match(hints[0], /drawn by the processor/);
  }
  assert.deepEqual(await detectInBrowser({ devices, navigator: {}, createCanvas: () => assert.fail() }), {
    gpus: [],
    cpu: { reported: null, cores: null, matches: [] },
    memory: { bytes: null, atLeast: false, channels: null, megatransfers: null, bandwidth: null },
    hints: [],
  });
  const { memory } = await browser('x', { deviceMemory: 8 });
  assert.deepEqual([memory.bytes, memory.atLeast], [8 * GIB, true]);
  const adapter = { info: { vendor: 'nvidia', description: 'NVIDIA GeForce RTX 3090' } };
  const webGpu = await browser(null, { gpu: { requestAdapter: async () => adapter } });
  assert.deepEqual(names(webGpu.gpus[0].matches), ['GeForce RTX 3090']);
});

const machine = (parts, smi) =>
  detectInNode({
    devices,
    systeminformation: {
      graphics: async () => ({ controllers: parts.controllers ?? [] }),
      cpu: async () => parts.cpu ?? {},
      mem: async () => ({ total: parts.total }),
      memLayout: async () => parts.layout ?? [],
    },
    run: async () => smi ?? assert.fail('no nvidia-smi'),
  });

test('a machine tells its cards, processor and memory', async () => {
  const detected = await machine(
    {
      controllers: [{ vendor: 'NVIDIA', model: 'GeForce RTX 3060', vram: 12288 }],
      cpu: { manufacturer: 'AMD', brand: 'Ryzen 9 7950X', physicalCores: 16 },
      total: 64 * GIB,
      layout: [
        { size: 32 * GIB, clockSpeed: 6000 },
        { size: 32 * GIB, clockSpeed: 6000 },
      ],
    },
    'NVIDIA GeForce RTX 3060, 12288\nNVIDIA H100 80GB HBM3, 81559\nNVIDIA A100-PCIE-40GB, 40960\nNVIDIA RTX 6000 Ada Generation, 49140\n',
  );
  assert.deepEqual(
    detected.gpus.map(({ matches }) => matches[0].name),
    ['GeForce RTX 3060 12GB', 'H100 SXM', 'A100 PCIe 40GB', 'RTX 6000 Ada'],
  );
  assert.deepEqual(detected.cpu, {
    reported: 'AMD Ryzen 9 7950X',
    cores: 16,
    matches: [{ name: 'AMD Ryzen 9 7950X, DDR5-3600 x2', confidence: 0.6 }],
  });
  assert.deepEqual(detected.memory, {
    bytes: 64 * GIB,
    atLeast: false,
    channels: 2,
    megatransfers: 6000,
    bandwidth: 96,
  });
});

test('an Apple chip is told by the cores of its GPU', async () => {
  const of = async (cores) =>
    (await machine({ controllers: [{ vendor: 'Apple', model: 'Apple M4 Max', cores }] })).gpus[0].matches;
  assert.deepEqual(await of('40'), [{ name: 'Apple M4 Max (40-core)', confidence: 0.95 }]);
  assert.deepEqual(names(await of('')), ['Apple M4 Max (32-core)', 'Apple M4 Max (40-core)']);
});

test('a machine that tells nothing detects nothing, and this one does not throw', async () => {
  const nothing = await machine({});
  assert.deepEqual([nothing.gpus, nothing.cpu.matches, nothing.memory.bytes], [[], [], null]);
  const here = await detectInNode({ devices });
  assert.ok(here.memory.bytes > 0);
});

test('a device of the catalogue becomes a GPU of a machine', () => {
  assert.deepEqual(gpuOf(findDevice('rtx 4090')), {
    name: 'GeForce RTX 4090',
    family: 'NVIDIA Ada GeForce',
    memory: 24080 * 2 ** 20,
    memorySold: 24 * GIB,
    bandwidth: 1008e9,
    multiprocessors: 128,
    backend: 'cuda',
    shaderFlops: 82.58e12,
    halfFlops: 165e12,
    quantizedOps: 660.64e12,
  });
  // What is not known is not there.
  assert.deepEqual(Object.keys(gpuOf(findDevice('m4 max 40'))), [
    'name',
    'family',
    'bandwidth',
    'backend',
    'shaderFlops',
    'halfFlops',
    'quantizedOps',
  ]);
});
