// planMemory, fits and modelFromGgufMetadata over every entry: against recorded plans of llama.cpp, and their errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { measure, tableOf } from '../../scripts/support/memory-accuracy.mjs';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { entries } from './support/entries.js';

const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const { modelFromGgufMetadata } = entries[0].calculator;
const llama = golden.models.get('llama-3.1-8b');
const metadata = golden.entries['llama-3.1-8b'].metadata;

for (const { name, calculator } of entries) {
  const { planMemory, fits } = calculator;

  test(`${name}: recorded plans are met within every target`, () => {
    const missed = tableOf(measure(golden, planMemory)).flatMap((row) =>
      row.misses.map((figure) => [row.table, row.class, figure].join('\t')),
    );
    assert.deepEqual(missed, []);
  });

  test(`${name}: a plan has the GPUs and the host, and totals add up`, () => {
    const plan = planMemory(llama, { contextLength: 8192, gpus: [3, 1], backend: 'vulkan' });
    assert.deepEqual(
      plan.devices.map((device) => device.name),
      ['gpu0', 'gpu1', 'host'],
    );
    for (const device of plan.devices) {
      const { weights, kvCache, recurrentState, computeBuffer, outputBuffer, overhead } = device;
      assert.equal(device.total, weights + kvCache + recurrentState + computeBuffer + outputBuffer + overhead);
      assert.equal(device.terms.inputs + device.terms.largestStage, computeBuffer);
    }
    assert.equal(plan.devices[0].layers + plan.devices[1].layers, 32);
    assert.deepEqual(planMemory(llama, { contextLength: 8192, gpus: 0 }).devices.length, 1);
  });

  test(`${name}: defaults are a server's, and a server's sequences are its own`, () => {
    const plain = planMemory(llama, { contextLength: 8192 });
    assert.deepEqual(plain.cells, { streams: 1, full: 8192, sliding: 0 });
    assert.equal(plain.outputs, 4);
    assert.deepEqual(planMemory(llama, { contextLength: 8192, sequences: 2 }).cells, {
      streams: 2,
      full: 4096,
      sliding: 0,
    });
    assert.equal(planMemory(llama, { contextLength: 8192, server: false }).outputs, 512);
    assert.equal(planMemory(llama).cells.full, 131072);
  });

  test(`${name}: a tensor list wins over the file type`, () => {
    const tensors = [
      { name: 'token_embd.weight', shape: [4096, 128256], type: 'Q4_K' },
      { name: 'output.weight', shape: [4096n, 128256n], type: 14 },
      { name: 'output_norm.weight', shape: [4096], type: 'F32' },
      ...Array.from({ length: 32 }, (_, i) => ({ name: `blk.${i}.ffn_up.weight`, shape: [4096, 14336], type: 'Q8_0' })),
    ];
    const model = modelFromGgufMetadata(metadata, { tensors });
    assert.equal(model.tiedEmbeddings, false);
    const [gpu, host] = planMemory(model, { contextLength: 512, fileType: 'F16' }).devices;
    assert.equal(host.weights, ((4096 * 128256) / 256) * 144);
    assert.equal(gpu.weights, ((4096 * 128256) / 256) * 210 + 4 * 4096 + 32 * ((4096 * 14336) / 32) * 34);
    for (const [bad, error] of [
      [{ name: 'x', shape: [1], type: 'Q9_9' }, /model\.tensors\[0\]\.type must be a ggml type, got Q9_9 for x/],
      [{ name: 'x', shape: [-1], type: 'F32' }, /model\.tensors\[0\]\.shape must be positive lengths, got -1 for x/],
      [{ shape: [1], type: 'F32' }, /model\.tensors\[0\]\.name must be a string, got undefined/],
    ]) {
      assert.throws(() => planMemory({ ...llama, tensors: [bad] }, { contextLength: 512 }), error);
    }
  });

  test(`${name}: errors name function, field, range and value`, () => {
    const plan =
      (runtime, model = llama) =>
      () =>
        planMemory(model, { contextLength: 8192, ...runtime });
    const group = (change) => ({ ...llama, groups: [{ ...llama.groups[0], ...change }] });
    for (const [call, type, text] of [
      [plan({ sequences: 0 }), RangeError, 'runtime.sequences must be a whole number from 1 to 256, got 0'],
      [plan({ sequences: '4' }), TypeError, 'runtime.sequences must be a number, got "4"'],
      [plan({ server: 1 }), TypeError, 'runtime.server must be a boolean, got 1'],
      [
        plan({ backend: 'gpu' }),
        RangeError,
        'runtime.backend must be one of cuda, metal, vulkan, rocm, cpu, sycl, got "gpu"',
      ],
      [plan({ engine: 'vllm' }), RangeError, 'runtime.engine must be "llama.cpp", got "vllm"'],
      [plan({ gpus: [1, -1] }), RangeError, 'runtime.gpus[1] must be a share of at least 0, got -1'],
      [plan({ gpus: 17 }), RangeError, 'runtime.gpus must be a whole number from 0 to 16, or up to 16 shares, got 17'],
      [plan({ gpuLayers: Number.NaN }), RangeError, 'runtime.gpuLayers must be a whole number from 0 to 1e9, got NaN'],
      [
        plan({ flashAttention: false, cacheTypeV: 'q8_0' }),
        RangeError,
        'runtime.cacheTypeV must be f32, f16 or bf16 where flashAttention is false, got q8_0',
      ],
      [
        plan({}, { ...llama, layerCount: Number.NaN, tensors: [] }),
        RangeError,
        'model.layerCount must be a whole number from 1 to 1024, got NaN',
      ],
      [plan({}, 5), TypeError, 'model must be an object, got 5'],
      [plan({}, { ...llama, groups: undefined }), TypeError, 'model.groups must be an array, got undefined'],
      [plan({}, { ...llama, runs: [5] }), TypeError, 'model.runs[0] must be a pair [group, count], got 5'],
      [
        plan({}, { ...llama, groups: new Array(9).fill(llama.groups[0]) }),
        RangeError,
        'model.groups must be 1 to 8 groups, got 9',
      ],
      [plan({}, group({ headCount: '32' })), TypeError, 'model.groups[0].headCount must be a number, got "32"'],
      [
        plan({}, group({ kvHeadCount: 64 })),
        RangeError,
        'model.groups[0].kvHeadCount must be at most headCount, got 64',
      ],
      [
        plan({}, group({ attention: 'wide' })),
        RangeError,
        'model.groups[0].attention must be one of none, full, sliding, mla, got "wide"',
      ],
    ]) {
      assert.throws(call, (error) => {
        assert.equal(`${error.constructor.name} ${error.message}`, `${type.name} planMemory: ${text}`);
        return true;
      });
    }
    const ready = planMemory(llama, { contextLength: 8192 });
    assert.throws(() => fits(ready, { hostMemory: 1e9 }), {
      message: 'fits: machine.gpus must be at least as many as the plan has, got 0',
    });
    assert.throws(() => fits({}, { hostMemory: 1e9 }), {
      message: /^fits: plan must be a plan of planMemory, got an object$/,
    });
    assert.throws(() => fits(ready, { gpus: [{ memory: 1 }] }), {
      message: 'fits: machine.hostMemory must be from 0 to 1e18 bytes, got NaN',
    });
  });

  test(`${name}: fits says which device is short, and by how much`, () => {
    const plan = planMemory(llama, { contextLength: 8192 });
    const [gpu, host] = plan.devices;
    const machine = { hostMemory: 32e9, gpus: [{ memory: 6e9, reserved: 1e9 }] };
    assert.deepEqual(fits(plan, machine), {
      fits: false,
      devices: [
        { name: 'gpu0', needed: gpu.total, available: 5e9, shortBy: gpu.total - 5e9 },
        { name: 'host', needed: host.total, available: 32e9, shortBy: 0 },
      ],
    });
    assert.equal(fits(plan, { hostMemory: 32e9, gpus: [{ memory: 8e9 }] }).fits, true);
    const mac = fits(plan, { kind: 'apple', hostMemory: 8 * 2 ** 30 });
    assert.equal(mac.devices[0].available, 0.74 * 8 * 2 ** 30);
    assert.equal(mac.devices[1].needed, gpu.total + host.total);
    assert.equal(mac.fits, true);
  });
}

test('every entry plans alike, to the bit', () => {
  const [first, ...others] = entries;
  for (const run of golden.runs.filter((_, i) => i % 7 === 0)) {
    const spec = golden.models.get(run.model);
    const plan = first.calculator.planMemory(spec, run.options);
    for (const { name, calculator } of others) {
      assert.deepEqual(calculator.planMemory(spec, run.options), plan, `${name}: ${run.model}`);
    }
  }
});

test('modelFromGgufMetadata names the key that is missing, wrong or unknown', () => {
  const without = Object.fromEntries(Object.entries(metadata).filter(([key]) => key !== 'llama.embedding_length'));
  for (const [input, message] of [
    [without, 'modelFromGgufMetadata: llama.embedding_length is missing'],
    [{ 'general.architecture': 'vicuna' }, /general\.architecture must be one of llama, .*, got "vicuna"$/],
    [{}, 'modelFromGgufMetadata: general.architecture is missing'],
    [
      { ...metadata, 'llama.block_count': 'many' },
      'modelFromGgufMetadata: llama.block_count must be a number of at least 0, got "many"',
    ],
    [
      { ...metadata, 'llama.feed_forward_length': [1, 2] },
      'modelFromGgufMetadata: llama.feed_forward_length must have 32 elements, got 2',
    ],
  ]) {
    assert.throws(() => modelFromGgufMetadata(input), { name: 'RangeError', message });
  }
  assert.throws(() => modelFromGgufMetadata(null), TypeError);
});

test('modelFromGgufMetadata reads big integers as GGUF parsers give them', () => {
  const big = Object.fromEntries(
    Object.entries(metadata).map(([key, value]) => [key, Number.isInteger(value) ? BigInt(value) : value]),
  );
  assert.deepEqual(modelFromGgufMetadata(big), llama);
});

test('a model is its groups and the shortest run that repeats', () => {
  const gemma = golden.models.get('gemma-3-27b');
  assert.deepEqual(gemma.runs, [
    [0, 5],
    [1, 1],
  ]);
  assert.deepEqual(
    gemma.groups.map((group) => group.attention),
    ['sliding', 'full'],
  );
});
