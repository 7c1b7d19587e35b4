// planMemory, fits and modelFromGgufMetadata over every entry: against recorded plans of llama.cpp, and their errors.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { devices } from 'wasm-calculator/catalog';
import { measure, tableOf } from '../../scripts/support/memory-accuracy.mjs';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { entries } from './support/entries.js';

const GIB = 2 ** 30;

const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const { modelFromGgufMetadata } = entries[0].calculator;
const llama = golden.models.get('llama-3.1-8b');
const metadata = golden.entries['llama-3.1-8b'].metadata;

for (const { name, calculator } of entries) {
  const { planMemory, fits, calculateVRAM, batchCalculatePerformance } = calculator;

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

  test(`${name}: GPUs with nothing left are planned as much as others, for fits to say no`, () => {
    const full = { memory: 24 * GIB, reserved: 30 * GIB };
    const alike = planMemory(llama, { contextLength: 8192, gpus: [1, 1], backend: 'cuda' });
    const plan = planMemory(llama, { contextLength: 8192, gpus: [full, full], backend: 'cuda' });
    assert.deepEqual(
      plan.devices.map(({ layers }) => layers),
      alike.devices.map(({ layers }) => layers),
    );
    assert.equal(fits(plan, { hostMemory: 64 * GIB, gpus: [full, full] }).verdict, 'doesNotFit');
    const one = planMemory(llama, { contextLength: 8192, gpus: [full, { memory: 24 * GIB }], backend: 'cuda' });
    assert.equal(one.devices[0].layers, 0);
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
    const at = 'planMemory: model.tensors[0]';
    for (const [bad, type, text] of [
      [{ name: 'x', shape: [1], type: 'Q9_9' }, 'RangeError', `${at}.type must be a ggml type, got Q9_9 for x`],
      [{ name: 'x', shape: [1], type: {} }, 'RangeError', `${at}.type must be a ggml type, got an object for x`],
      [
        { name: 'x', shape: [1], type: Symbol('x') },
        'RangeError',
        `${at}.type must be a ggml type, got a symbol for x`,
      ],
      [{ name: 'x', shape: [-1], type: 'F32' }, 'RangeError', `${at}.shape must be positive lengths, got -1 for x`],
      [{ name: 'x', shape: [1.5], type: 'F32' }, 'RangeError', `${at}.shape must be positive lengths, got 1.5 for x`],
      [{ name: 'x', shape: ['8'], type: 'F32' }, 'RangeError', `${at}.shape must be positive lengths, got 8 for x`],
      [
        { name: 'x', shape: [Symbol('x')], type: 'F32' },
        'RangeError',
        `${at}.shape must be positive lengths, got Symbol(x) for x`,
      ],
      [{ name: 'x', shape: [{}], type: 'F32' }, 'RangeError', `${at}.shape must be positive lengths, got ? for x`],
      [{ name: 'x', shape: [], type: 'F32' }, 'RangeError', `${at}.shape must be positive lengths, got an array for x`],
      [
        { name: 'x', shape: { length: 4e9 }, type: 'F32' },
        'RangeError',
        `${at}.shape must be positive lengths, got an object for x`,
      ],
      [{ name: 'x', type: 'F32' }, 'RangeError', `${at}.shape must be positive lengths, got undefined for x`],
      [
        { name: 'x', shape: [1, 1, 1, 1, 1], type: 'F32' },
        'RangeError',
        `${at}.shape must be positive lengths, got an array for x`,
      ],
      [
        { name: 'x', shape: [128, 2], type: 'Q4_K' },
        'RangeError',
        `${at}.shape must be rows of a multiple of 256, got 128,2 (not whole blocks) for x`,
      ],
      [{ shape: [1], type: 'F32' }, 'TypeError', `${at}.name must be a string, got undefined`],
      [null, 'TypeError', `${at} must be an object, got null`],
    ]) {
      assert.throws(() => planMemory({ ...llama, tensors: [bad] }, { contextLength: 512 }), {
        name: type,
        message: text,
      });
    }
    for (const bad of [5, null, 'x', {}, []]) {
      assert.throws(() => planMemory({ ...llama, tensors: bad }, { contextLength: 512 }), {
        name: 'TypeError',
        message: /^planMemory: model\.tensors must be an array of one tensor or more, got /,
      });
    }
  });

  test(`${name}: layers are counted as the file at hand has them`, () => {
    const rows = (blocks) => [
      { name: 'token_embd.weight', shape: [4096, 128256], type: 'Q4_K' },
      ...Array.from({ length: blocks }, (_, i) => ({
        name: `blk.${i}.ffn_up.weight`,
        shape: [4096, 14336],
        type: 'Q8_0',
      })),
    ];
    const hostLayers = (model, gpuLayers) => planMemory(model, { contextLength: 512, gpuLayers }).devices[1].layers;
    const predicting = { ...llama, predictionLayerCount: 1 };
    assert.equal(hostLayers(predicting, 33), 1, 'the block is counted');
    assert.equal(hostLayers(predicting, 34), 0);
    assert.equal(hostLayers({ ...predicting, tensors: rows(33) }, 33), 1, 'where it is in the file');
    assert.equal(hostLayers({ ...predicting, tensors: rows(32) }, 33), 0, 'and not where it is not');
    assert.equal(hostLayers({ ...llama, predictionLayerCount: 0 }, 33), 0);
  });

  test(`${name}: errors name function, field, range and value`, () => {
    const plan =
      (runtime, model = llama) =>
      () =>
        planMemory(model, { contextLength: 8192, ...runtime });
    const embedding = { name: 'token_embd.weight', shape: [4096, 128256], type: 'Q4_K' };
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
      [plan({ engine: 'vllm' }), RangeError, 'runtime.engine must be llama.cpp where memory is planned, got vllm'],
      [plan({ gpus: [1, -1] }), RangeError, 'runtime.gpus[1] must be a share of at least 0, got -1'],
      [plan({ gpus: 17 }), RangeError, 'runtime.gpus must be a whole number from 0 to 16, or up to 16 shares, got 17'],
      [plan({ gpuLayers: Number.NaN }), RangeError, 'runtime.gpuLayers must be a whole number from 0 to 1e9, got NaN'],
      [
        plan({ flashAttention: false, cacheTypeV: 'q8_0' }),
        RangeError,
        'runtime.cacheTypeV must be f32, f16 or bf16 where flashAttention is false, got q8_0',
      ],
      [
        plan({}, { ...llama, layerCount: Number.NaN, tensors: [embedding] }),
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
  });

  const machine = { hostMemory: 64 * GIB, gpus: [{ memory: 24 * GIB }] };
  const ready = planMemory(llama, { contextLength: 8192 });

  test(`${name}: a key that nobody knows is refused, with the nearest that is known`, () => {
    const [first] = llama.groups;
    const tensor = { name: 'token_embd.weight', shape: [4096, 128256], type: 'Q4_K' };
    for (const [call, text] of [
      [
        () => planMemory(llama, { contextLength: 8192, gpuLayer: 3 }),
        'planMemory: runtime.gpuLayer is not known; did you mean gpuLayers?',
      ],
      [() => planMemory(llama, { ctx: 8192 }), 'planMemory: runtime.ctx is not known; did you mean contextLength?'],
      [
        () => planMemory(llama, { flashAttn: true }),
        'planMemory: runtime.flashAttn is not known; did you mean flashAttention?',
      ],
      [
        () => planMemory({ ...llama, hidenSize: 5 }),
        'planMemory: model.hidenSize is not known; did you mean hiddenSize?',
      ],
      [
        () => planMemory({ ...llama, groups: [first, { ...first, kvHeads: 8 }] }),
        'planMemory: model.groups[1].kvHeads is not known; did you mean kvHeadCount?',
      ],
      [
        () => planMemory({ ...llama, tensors: [tensor, { ...tensor, dtype: 12 }] }),
        'planMemory: model.tensors[1].dtype is not known; did you mean type?',
      ],
      [
        () => planMemory(llama, { gpus: [{ memory: 24e9 }, { memory: 24e9, multiprocesors: 82 }] }),
        'planMemory: runtime.gpus[1].multiprocesors is not known; did you mean multiprocessors?',
      ],
      [
        () => fits(ready, { ...machine, gpus: [{ memory: 24e9, reservd: 23e9 }] }),
        'fits: machine.gpus[0].reservd is not known; did you mean reserved?',
      ],
      [
        () => fits(ready, { ...machine, hostReserve: 1e9 }),
        'fits: machine.hostReserve is not known; did you mean hostReserved?',
      ],
      [
        () => fits(ready, { ...machine, gpus: [{ memory: 24e9, speed: { shaderFlop: 1 } }] }),
        'fits: machine.gpus[0].speed.shaderFlop is not known; did you mean shaderFlops?',
      ],
    ]) {
      assert.throws(call, { name: 'TypeError', message: text });
    }
    // A machine for estimates of speed is one for fits.
    assert.equal(fits(ready, { ...machine, host: {}, linkBandwidth: 25e9, split: 'layer' }).fits, true);
    // Of a device only memory is read here.
    assert.equal(
      fits(ready, { ...machine, gpus: [{ memory: 24e9, bandwidth: 1008e9, source: 'x', notes: '' }] }).fits,
      true,
    );
  });

  test(`${name}: what has a model is told to pass it`, () => {
    for (const [owner, text] of [
      [{ name: 'Llama', model: llama }, 'planMemory: model must be a spec, not what has one: pass its model'],
      [
        { name: 'New', model: null, unplannable: 'its layers are unknown' },
        'planMemory: model must be a spec, which this has none of: its layers are unknown',
      ],
    ]) {
      assert.throws(() => planMemory(owner, { contextLength: 8192 }), { name: 'TypeError', message: text });
    }
    for (const notPlan of [llama, {}, [], null, undefined, 5, { devices: [] }, { devices: 'gpu0' }]) {
      assert.throws(() => fits(notPlan, machine), {
        name: 'TypeError',
        message: /^fits: plan must be what planMemory returns: fits\(planMemory\(model, runtime\), machine\), got /,
      });
    }
  });

  test(`${name}: fits says which device is short, and by how much, and of its margin`, () => {
    const [gpu, host] = ready.devices;
    assert.deepEqual(fits(ready, { hostMemory: 8 * GIB, gpus: [{ memory: 6e9, reserved: 1e9 }] }), {
      fits: false,
      verdict: 'doesNotFit',
      devices: [
        {
          name: 'gpu0',
          needed: gpu.total,
          available: 5e9,
          margin: GIB,
          shortBy: gpu.total - 5e9,
          shortOfMargin: gpu.total + GIB - 5e9,
        },
        { name: 'host', needed: host.total, available: 8 * GIB, margin: 2 * GIB, shortBy: 0, shortOfMargin: 0 },
      ],
    });
    const on = (memory, more) => fits(ready, { ...machine, gpus: [{ memory, ...more }] });
    const exactly = Math.ceil(gpu.total);
    assert.equal(on(exactly - 1).verdict, 'doesNotFit');
    assert.deepEqual([on(exactly).fits, on(exactly).verdict], [true, 'tight']);
    assert.equal(on(exactly + GIB).verdict, 'fits');
    assert.equal(on(exactly, { margin: 0 }).verdict, 'fits');
    assert.equal(on(exactly + GIB, { margin: 2 * GIB }).verdict, 'tight');
    assert.equal(on(exactly + GIB, { reserved: GIB }).verdict, 'tight');
    assert.equal(fits(ready, { ...machine, hostMemory: GIB, hostMargin: 0 }).verdict, 'fits');
    assert.equal(fits(ready, { ...machine, hostMemory: GIB, hostMargin: GIB }).verdict, 'tight');
    const mac = fits(ready, { kind: 'apple', hostMemory: 8 * GIB });
    assert.equal(mac.devices[0].available, 0.74 * 8 * GIB);
    assert.equal(mac.devices[1].needed, gpu.total + host.total);
    assert.deepEqual([mac.devices[0].margin, mac.devices[1].margin], [GIB, 2 * GIB]);
  });

  test(`${name}: fits refuses what is no machine, no plan and no number`, () => {
    const of = (devices, more) => () => fits({ devices }, { ...machine, ...more });
    const row = (total) => ({ name: 'x', total });
    const bytes = 'must be from 0 to 1e18 bytes, got';
    for (const [call, type, text] of [
      [
        () => fits(ready, { hostMemory: 1e9 }),
        'RangeError',
        'machine.gpus must be at least as many as the plan has, got 0',
      ],
      [() => fits(ready, { gpus: [{ memory: 1e9 }] }), 'TypeError', 'machine.hostMemory must be bytes, got undefined'],
      [
        () => fits(ready, { ...machine, gpus: [{}] }),
        'TypeError',
        'machine.gpus[0].memory must be bytes, got undefined',
      ],
      [() => fits(ready, { ...machine, gpus: [null] }), 'TypeError', 'machine.gpus[0] must be an object, got null'],
      [
        () => fits(ready, { ...machine, gpus: [[24e9]] }),
        'TypeError',
        'machine.gpus[0] must be an object, got an array',
      ],
      [() => fits(ready, { ...machine, gpus: 24e9 }), 'TypeError', 'machine.gpus must be an array, got 24000000000'],
      [() => fits(ready, 24e9), 'TypeError', 'machine must be an object, got 24000000000'],
      [
        () => fits(ready, { hostMemory: 64, gpus: machine.gpus }),
        'RangeError',
        'machine.hostMemory must be bytes, at least 1 MiB, got 64: 64 GiB is 64 * 2 ** 30',
      ],
      [
        () => fits(ready, { ...machine, gpus: [{ memory: 24 }] }),
        'RangeError',
        'machine.gpus[0].memory must be bytes, at least 1 MiB, got 24: 24 GiB is 24 * 2 ** 30',
      ],
      [
        () => fits(ready, { ...machine, gpus: [{ memory: 24e9, reserved: 2 }] }),
        'RangeError',
        'machine.gpus[0].reserved must be bytes, 0 or at least 1 MiB, got 2: 2 GiB is 2 * 2 ** 30',
      ],
      [of([row(Number.NaN), row(1)]), 'RangeError', `plan.devices[0].total ${bytes} NaN`],
      [of([row(1), row(-5)]), 'RangeError', `plan.devices[1].total ${bytes} -5`],
      [of([row(1), row(Number.NEGATIVE_INFINITY)]), 'RangeError', `plan.devices[1].total ${bytes} -Infinity`],
      [of([{}, row(1)]), 'TypeError', 'plan.devices[0].total must be a number, got undefined'],
      [of([row('5'), row(1)]), 'TypeError', 'plan.devices[0].total must be a number, got "5"'],
      [of([row(5n), row(1)]), 'TypeError', 'plan.devices[0].total must be a number, got 5n'],
      [of([row(1), row(Symbol('x'))]), 'TypeError', 'plan.devices[1].total must be a number, got a symbol'],
      [of([null, row(1)]), 'TypeError', 'plan.devices[0] must be an object, got null'],
      [
        of(new Array(101).fill(row(1e9)), { kind: 'apple' }),
        'RangeError',
        'plan.devices must be the host and up to 16 GPUs, got 100',
      ],
    ]) {
      assert.throws(call, { name: type, message: `fits: ${text}` });
    }
    // And nothing is broken afterwards.
    assert.deepEqual(planMemory(llama, { contextLength: 8192 }), ready);
    assert.equal(of(new Array(17).fill(row(1e6)), { kind: 'apple' })().devices.length, 17);
  });

  test(`${name}: GPUs may be objects, and devices as they are`, () => {
    const at = (gpus, more) => planMemory(llama, { contextLength: 8192, gpus, ...more });
    const layersOf = ({ devices }) => devices.map(({ layers }) => layers);
    const free = at([{ memory: 24 * GIB, reserved: 6 * GIB }, { memory: 12 * GIB }]);
    assert.deepEqual(layersOf(free), layersOf(at([18, 12])), 'by what others have left');
    const some = at([{ memory: 24 * GIB }, { name: 'unknown' }]);
    assert.deepEqual(layersOf(some), layersOf(at(2)), 'equal where one is unknown');
    const shared = at([
      { memory: 24 * GIB, share: 1 },
      { memory: 12 * GIB, share: 3 },
    ]);
    assert.deepEqual(layersOf(shared), layersOf(at([1, 3])), 'as they are given');
    const full = at([{ memory: 8 * GIB, reserved: 9 * GIB }, { memory: 12 * GIB }]);
    assert.deepEqual(layersOf(full), layersOf(at([0, 12])), 'none where others have all');

    const overheads = ({ devices }) => devices.slice(0, -1).map(({ overhead }) => overhead / 2 ** 20);
    const ada = { profileFamily: 'NVIDIA Ada GeForce', family: 'x', multiprocessors: 128 };
    const cards = [ada, { family: 'NVIDIA Hopper', multiprocessors: 132 }, { multiprocessors: null, memory: 8 * GIB }];
    assert.deepEqual(overheads(at(cards)), [48 + 128 * 3.75, 48 + 132 * 5, 48 + 70 * 3.75]);
    assert.deepEqual(overheads(at(cards, { multiprocessors: 100 })), [48 + 375, 48 + 500, 48 + 500]);
    assert.deepEqual(overheads(at(3)), [848, 848, 848], 'never nothing');
    for (const multiprocessors of [0, null, undefined]) assert.deepEqual(overheads(at(1, { multiprocessors })), [848]);
    assert.deepEqual(overheads(at(1, { multiprocessors: 128 })), [48 + 128 * 5]);
    assert.deepEqual(overheads(at([{ backend: 'vulkan' }])), [256], 'of its own back end');
    assert.deepEqual(overheads(at([{ backend: 'vulkan' }, {}])), [256, 256]);
    assert.deepEqual(overheads(at([{ backend: 'vulkan' }], { backend: 'rocm' })), [1380], 'or of the runtime');
    for (const [gpus, type, text] of [
      [
        [{ backend: 'vulkan' }, { backend: 'cuda' }],
        'RangeError',
        'runtime.backend must be given where GPUs have different ones',
      ],
      [[{ share: 1 }, {}], 'RangeError', 'runtime.gpus[].share must be given of all GPUs or of none'],
      [[{}, 5], 'TypeError', 'runtime.gpus[1] must be an object, got 5'],
      [[5, {}], 'TypeError', 'runtime.gpus[1] must be a number, got an object'],
      [[{ family: 7 }], 'TypeError', 'runtime.gpus[0].family must be a string, got 7'],
      [
        [{ memory: 24 }],
        'RangeError',
        'runtime.gpus[0].memory must be bytes, at least 1 MiB, got 24: 24 GiB is 24 * 2 ** 30',
      ],
      [
        [{ multiprocessors: 0.5 }],
        'RangeError',
        'runtime.gpus[0].multiprocessors must be a whole number from 0 to 1e9, got 0.5',
      ],
      [[{ share: -1 }], 'RangeError', 'runtime.gpus[0] must be a share of at least 0, got -1'],
    ]) {
      assert.throws(() => at(gpus), { name: type, message: `planMemory: ${text}` });
    }
    for (const device of devices.filter(({ kind }) => kind === 'gpu')) {
      assert.ok(overheads(at([device]))[0] > 0, device.name);
      const byMemory = overheads(at([{ memory: device.memory, backend: 'cuda' }]))[0];
      const byCount = overheads(at([device], { backend: 'cuda' }))[0];
      if (device.multiprocessors !== null) assert.ok(byMemory >= byCount, `${device.name}: ${byMemory} < ${byCount}`);
      if (device.memory === null) continue;
      assert.equal(fits(planMemory(llama, { contextLength: 512, gpus: 0 }), { ...machine, gpus: [device] }).fits, true);
    }
  });

  test(`${name}: a getter may ask questions itself`, () => {
    const asks = {
      'another plan': () => planMemory(golden.models.get('gemma-3-27b'), { contextLength: 1024 }),
      'another fit': () => fits(ready, { hostMemory: 1e9, gpus: [{ memory: 1e9 }] }),
      'a sweep': () => batchCalculatePerformance(1000, 70, 2, 4, 1),
      'a question that is refused': () => assert.throws(() => planMemory(llama, { contextLength: -1 }), RangeError),
      'a formula that is refused': () => assert.throws(() => calculateVRAM(-1, 4), RangeError),
    };
    const between = (object, ask) =>
      Object.defineProperties(
        {},
        Object.fromEntries(
          Object.keys(object).map((key) => [
            key,
            {
              enumerable: true,
              get: () => {
                ask();
                return object[key];
              },
            },
          ]),
        ),
      );
    for (const [what, ask] of Object.entries(asks)) {
      const model = between({ ...llama, groups: llama.groups.map((group) => between(group, ask)) }, ask);
      const runtime = between({ contextLength: 8192, gpus: [between({ memory: 24e9 }, ask)] }, ask);
      assert.deepEqual(
        planMemory(model, runtime),
        planMemory(llama, { contextLength: 8192, gpus: [{ memory: 24e9 }] }),
        what,
      );
      const rows = between({ devices: ready.devices.map((device) => between(device, ask)) }, ask);
      assert.deepEqual(
        fits(rows, between({ ...machine, gpus: [between(machine.gpus[0], ask)] }, ask)),
        fits(ready, machine),
        what,
      );
      // The error of a question is its own.
      assert.throws(() => planMemory(model, between({ contextLength: 8192, sequences: 'x' }, ask)), {
        message: 'planMemory: runtime.sequences must be a number, got "x"',
      });
    }
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
