// Rows of benchmarks as measurements of this machine, for calibrate.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findModel } from '../../dist/catalog.js';
import { measurementsOf, parseBenchmarks } from '../../dist/readers.js';
import { calibrate, estimateSpeed } from '../../dist/wasmCalculator.js';
import { csv, DECODE, json, jsonl, jsonRow, messageOf, rowsOf, TABLE } from './benchmark-rows.js';

const { model } = findModel('llama 3.1 8b');
const machine = {
  hostMemory: 64e9,
  gpus: [{ memory: 24e9, bandwidth: 1008e9, shaderFlops: 41e12, halfFlops: 165e12, quantizedOps: 330e12 }],
  host: { bandwidth: 80e9, threads: 8 },
};

test('rows become measurements with what they say of the run', () => {
  const [prefill, decode] = parseBenchmarks(json(rowsOf({}, { ...DECODE, n_depth: 4096, flash_attn: 1 })));
  assert.deepEqual(
    measurementsOf([prefill, decode], { model, machine, runtime: { server: true, backend: 'vulkan' } })[1],
    {
      model,
      runtime: {
        gpus: 1,
        server: false,
        backend: 'cuda',
        build: 9500,
        fileType: 'Q4_K_M',
        batchSize: 2048,
        microBatchSize: 512,
        cacheTypeK: 'f16',
        cacheTypeV: 'f16',
        flashAttention: true,
        kvOffload: true,
        contextLength: 4224,
        cpuMoeLayers: 0,
        gpuLayers: 'all',
      },
      machine,
      workload: { promptLength: 0, cachedTokens: 4096, outputLength: 128, fileBytes: 4912898304 },
      metric: 'decode',
      tokensPerSecond: 140.5,
    },
  );
  const [measurement] = measurementsOf([prefill], { model, machine });
  assert.deepEqual(measurement.workload, {
    promptLength: 512,
    cachedTokens: 0,
    outputLength: 1,
    fileBytes: 4912898304,
  });
  assert.equal(measurement.runtime.contextLength, 513);
  assert.equal(measurement.runtime.flashAttention, undefined);
});

test('layers on GPUs are all where none or more than the model has are asked for', () => {
  const layers = (n_gpu_layers) => {
    const [measurement] = measurementsOf([jsonRow({ n_gpu_layers })], { model, machine });
    return measurement.runtime.gpuLayers;
  };
  assert.deepEqual([-1, 99, 33, 32, 0].map(layers), ['all', 'all', 'all', 32, 0]);
});

test('a run on the processor has no GPUs and its own number of threads, one GPU of several counts as one', () => {
  const of = (change, place = machine) => measurementsOf([jsonRow(change)], { model, machine: place })[0];
  const onHost = of({ backends: 'CPU', gpu_info: '', n_threads: 4 });
  assert.deepEqual([onHost.runtime.gpus, onHost.runtime.backend, onHost.machine.host.threads], [0, 'cpu', 4]);
  assert.equal(of({ n_threads: 32 }).machine.host.threads, 8);
  const twice = { ...machine, gpus: [machine.gpus[0], machine.gpus[0]] };
  assert.equal(of({}, twice).runtime.gpus, 2);
  assert.equal(of({ split_mode: 'none' }, twice).runtime.gpus, 1);
  assert.equal(of({ split_mode: 'tensor' }, twice).machine.split, 'tensor');
  assert.deepEqual(machine.host, { bandwidth: 80e9, threads: 8 });
});

test('rows without a model, with overridden tensors or a cache of another type are left out', () => {
  const rows = [{}, { model_type: 'other 1B F16' }, { tensor_buft_overrides: 'exps=CPU' }, { type_k: 'turbo3' }].map(
    jsonRow,
  );
  const modelOf = ({ modelName }) => (modelName.startsWith('llama') ? model : null);
  assert.equal(measurementsOf(rows, { model: modelOf, machine }).length, 1);
  assert.equal(
    messageOf(() => measurementsOf('x', { model, machine })),
    'TypeError: measurementsOf: rows must be those of parseBenchmarks, got "x"',
  );
});

test('calibrate takes what every format gives, and its profile comes nearer to it', () => {
  for (const text of [json, jsonl, csv].map((format) => format(rowsOf({}, DECODE))).concat(TABLE)) {
    const measurements = measurementsOf(parseBenchmarks(text), { model, machine });
    assert.ok(measurements.length >= 2);
    const { profile, hostProfile, estimates } = calibrate(measurements);
    assert.equal(estimates.length, measurements.length);
    assert.equal(profile.evidence, 'calibrated');
    const [prefill] = measurements;
    const error = (place) => {
      const estimate = estimateSpeed(model, prefill.runtime, place, prefill.workload);
      return Math.abs(Math.log(estimate.prefill.p50 / prefill.tokensPerSecond));
    };
    assert.ok(error({ ...prefill.machine, profile, hostProfile }) < error(prefill.machine) / 4);
  }
  const onHost = measurementsOf([jsonRow({ ...DECODE, backends: 'CPU', gpu_info: '', avg_ts: 9.5 })], {
    model,
    machine,
  });
  assert.equal(calibrate(onHost).estimates.length, 1);
  const part = measurementsOf([jsonRow({ ...DECODE, n_gpu_layers: 0, avg_ts: 9.5 })], { model, machine });
  assert.equal(calibrate(part).estimates.length, 1);
});

test('lines of builds cost no more than rows, however many there are', () => {
  const rows = 2000;
  const builds = 500;
  const text = `|test|t/s|\n${'|pp1|1.0|\n'.repeat(rows)}${'build: a (1)\n'.repeat(builds)}`;
  const { set } = Map.prototype;
  let stamped = 0;
  Map.prototype.set = function (key, value) {
    if (key === 'build_number') stamped++;
    return set.call(this, key, value);
  };
  try {
    assert.equal(parseBenchmarks(text).length, rows);
  } finally {
    Map.prototype.set = set;
  }
  assert.equal(stamped, rows);
});

test('a log names at most as many GPUs as a back end has, so that a row costs the same after whatever log', () => {
  const log = Array.from({ length: 5000 }, (_, n) => `  Device ${n}: G${n}${'x'.repeat(200)}, compute\n`).join('');
  const [row] = parseBenchmarks(`${log}|test|t/s|\n|pp1|1.0|\n`);
  const names = row.gpuName.split(', ');
  assert.deepEqual([names.length, names[0]], [16, `G0${'x'.repeat(98)}`]);
});

test('a line costs what it is long, however many columns the table has', () => {
  const columns = 2000;
  const lines = 2000;
  let looked = 0;
  const kept = Object.fromEntries(['includes', 'indexOf'].map((name) => [name, Array.prototype[name]]));
  for (const [name, method] of Object.entries(kept)) {
    Array.prototype[name] = function (...args) {
      looked += this.length;
      return method.apply(this, args);
    };
  }
  try {
    for (const last of ['t/s', 'avg_ts']) {
      assert.deepEqual(parseBenchmarks(`|${'a|'.repeat(columns)}${last}|\n${'a log\n'.repeat(lines)}`), []);
    }
  } finally {
    Object.assign(Array.prototype, kept);
  }
  assert.ok(looked < 20 * (columns + lines), `${looked} of ${columns * lines}`);
});
