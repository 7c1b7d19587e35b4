// estimateSpeed, speedProfile and calibrate as JavaScript sees them, on every entry that has them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { describeEntries, entries } from './support/entries.js';

const models = readCompact(fileURLToPath(new URL('../golden', import.meta.url))).models;
const model = models.get('llama-3.1-8b');
const runtime = { server: false, fileType: 'Q4_K_M', contextLength: 8192 };
const rtx4090 = {
  name: 'GeForce RTX 4090',
  family: 'NVIDIA Ada GeForce',
  bandwidth: 1008e9,
  shaderFlops: 82.58e12,
  halfFlops: 165.2e12,
  quantizedOps: 660.6e12,
};
const machine = { gpus: [rtx4090], host: { bandwidth: 89.6e9, threads: 16 } };

const withSpeed = entries.filter(({ calculator }) => calculator.estimateSpeed);

test('all entries but /load estimate speed', () => {
  assert.deepEqual(
    entries
      .filter(({ calculator, backend }) => !calculator.estimateSpeed && backend === 'wasm')
      .map(({ name }) => name),
    ['wasm-calculator/load'],
  );
});

describeEntries(
  'speed',
  ({ calculator: { estimateSpeed, speedProfile, calibrate } }) => {
    test('a 4090 decodes an 8B Q4_K_M at about 150 tokens per second, and says on what that rests', () => {
      const { decode, decodeLimit, evidence } = estimateSpeed(model, runtime, machine);
      assert.ok(decode.p10 < decode.p50 && decode.p50 < decode.p90);
      assert.ok(Math.abs(decode.p50 / 150 - 1) < 0.1, `${decode.p50}`);
      assert.equal(decodeLimit, 'memory');
      assert.equal(evidence, 'device');
    });

    test('without a prompt there is no prefill, and the first token takes a step', () => {
      const estimate = estimateSpeed(model, runtime, machine, { promptLength: 0 });
      assert.equal(estimate.prefill, null);
      assert.equal(estimate.prefillLimit, null);
      assert.ok(Math.abs(estimate.timeToFirstToken.p50 * estimate.decode.p50 - 1) < 1e-12);
    });

    test('the defaults of a call are those that the types state', () => {
      assert.deepEqual(
        estimateSpeed(model, runtime, { gpus: [rtx4090] }),
        estimateSpeed(
          model,
          runtime,
          {
            gpus: [rtx4090],
            host: { bandwidth: 75e9, threads: 8, family: 'x86' },
            linkBandwidth: 25e9,
            gpuLinkBandwidth: 25e9,
            split: 'layer',
            kind: 'separate',
          },
          { promptLength: 512, outputLength: 128, cachedTokens: 0, concurrency: 1, draftLength: 0 },
        ),
      );
    });

    test('a profile can be taken, changed and given', () => {
      const profile = speedProfile({ backend: 'cuda', family: 'NVIDIA Ada GeForce', name: 'GeForce RTX 4090' });
      const estimate = estimateSpeed(model, runtime, { ...machine, profile });
      assert.deepEqual(estimate, estimateSpeed(model, runtime, machine));
      profile.bandwidthShare /= 2;
      assert.ok(estimateSpeed(model, runtime, { ...machine, profile }).decode.p50 < estimate.decode.p50);
      assert.deepEqual(
        speedProfile(JSON.parse(JSON.stringify({ backend: 'metal' }))),
        speedProfile({ backend: 'metal' }),
      );
    });

    test('one own row moves the estimate to it, and survives JSON', () => {
      const before = estimateSpeed(model, runtime, machine, { promptLength: 0 }).decode.p50;
      const measurement = { model, runtime, machine, workload: { promptLength: 0 }, tokensPerSecond: 0.8 * before };
      const { profile, hostProfile, estimates } = calibrate([measurement]);
      assert.ok(Math.abs(estimates[0] / (0.8 * before) - 1) < 0.03);
      const calibrated = { ...machine, ...JSON.parse(JSON.stringify({ profile, hostProfile })) };
      const after = estimateSpeed(model, runtime, calibrated, { promptLength: 0 });
      assert.ok(Math.abs(after.decode.p50 / (0.8 * before) - 1) < 0.03);
      assert.equal(after.evidence, 'calibrated');
    });

    test('a row of prefill moves prefill alone', () => {
      const before = estimateSpeed(model, runtime, machine);
      const { profile, hostProfile } = calibrate([
        { model, runtime, machine, metric: 'prefill', tokensPerSecond: 0.7 * before.prefill.p50 },
      ]);
      const after = estimateSpeed(model, runtime, { ...machine, profile, hostProfile });
      assert.ok(Math.abs(after.prefill.p50 / (0.7 * before.prefill.p50) - 1) < 0.05);
      assert.ok(Math.abs(after.decode.p50 / before.decode.p50 - 1) < 1e-9);
    });

    for (const [what, call, error] of [
      [
        'no machine',
        () => estimateSpeed(model, runtime),
        ['TypeError', 'estimateSpeed: machine must be an object, got undefined'],
      ],
      [
        'no bandwidth',
        () => estimateSpeed(model, runtime, { gpus: [{}] }),
        ['RangeError', 'estimateSpeed: machine.gpus[0].bandwidth must be from 1e8 to 1e15 bytes/s, got NaN'],
      ],
      [
        'a bandwidth in words',
        () => estimateSpeed(model, runtime, { gpus: [{ bandwidth: '1008 GB/s' }] }),
        ['TypeError', 'estimateSpeed: machine.gpus[0].bandwidth must be a number, got "1008 GB/s"'],
      ],
      [
        'an unknown engine',
        () => estimateSpeed(model, { ...runtime, engine: 'mlx' }, machine),
        ['RangeError', 'estimateSpeed: runtime.engine must be one of llama.cpp, vllm, got "mlx"'],
      ],
      [
        'a negative prompt',
        () => estimateSpeed(model, runtime, machine, { promptLength: -1 }),
        ['RangeError', 'estimateSpeed: workload.promptLength must be a whole number from 0 to 1e9, got -1'],
      ],
      [
        'a profile that is none',
        () => estimateSpeed(model, runtime, { ...machine, profile: {} }),
        ['RangeError', 'estimateSpeed: bandwidthShare must be from 1e-12 to 1e12, got NaN'],
      ],
      [
        'nothing measured',
        () => calibrate([]),
        ['RangeError', 'calibrate: measurements must be at least one, got none'],
      ],
      [
        'a rate of 0',
        () => calibrate([{ model, runtime, machine, tokensPerSecond: 0 }]),
        ['RangeError', 'calibrate: measurements[0].tokensPerSecond must be from 1e-6 to 1e9, got 0'],
      ],
      [
        'a parameter that no profile has',
        () =>
          calibrate([{ model, runtime, machine, tokensPerSecond: 100 }], {
            parameters: [
              { parameter: 0, deviation: 0.1 },
              { parameter: 152, deviation: 0.1 },
            ],
          }),
        ['RangeError', 'calibrate: parameters[1].parameter must be a whole number from 0 to 151, got 152'],
      ],
      [
        'vLLM with layers on the host',
        () => estimateSpeed(model, { ...runtime, engine: 'vllm', gpuLayers: 4 }, machine),
        ['RangeError', 'estimateSpeed: runtime.engine must be llama.cpp where the host has a part, got vllm'],
      ],
      [
        'an unknown back end',
        () => speedProfile({ backend: 'opencl' }),
        ['RangeError', 'speedProfile: backend must be one of cuda, metal, vulkan, rocm, cpu, sycl, got "opencl"'],
      ],
    ]) {
      test(`${what} is refused by name`, () => {
        assert.throws(call, { name: error[0], message: error[1] });
      });
    }
  },
  withSpeed,
);
