// estimateSpeed, speedProfile and calibrate as JavaScript sees them, on every entry.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { devices, findDevice, gpuOf } from 'wasm-calculator/catalog';
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

describeEntries(
  'speed',
  ({ calculator: { estimateSpeed, speedProfile, calibrate, planMemory } }) => {
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

    test('of vLLM nothing was measured: evidence is none, and the bands are the widest there are', () => {
      const spread = ({ p10, p50, p90 }) => p90 / p50 / (p10 / p50);
      const m4Max = { name: 'Apple M4 Max', family: 'Apple', bandwidth: 546e9, halfFlops: 34e12, backend: 'metal' };
      for (const gpu of [rtx4090, m4Max]) {
        const said = (engine) => estimateSpeed(model, { ...runtime, engine }, { gpus: [gpu] });
        const vllm = said('vllm');
        assert.equal(vllm.evidence, 'none');
        for (const rate of ['decode', 'prefill']) assert.ok(spread(vllm[rate]) > spread(said('llama.cpp')[rate]), rate);
      }
    });

    test('a file type that a back end was never measured with has evidence none, and wide bands', () => {
      const said = (backend, fileType) =>
        estimateSpeed(model, { ...runtime, fileType, backend }, { gpus: [{ ...rtx4090, backend }] });
      assert.equal(said('cuda', 'Q4_K_S').evidence, 'device');
      const width = ({ p10, p50 }) => p50 / p10;
      for (const [backend, fileType] of [
        ['rocm', 'F16'],
        ['cuda', 'IQ1_S'],
        ['metal', 'IQ3_XXS'],
        ['sycl', 'F16'],
      ]) {
        const { evidence, decode } = said(backend, fileType);
        assert.equal(evidence, 'none', `${backend} ${fileType}`);
        assert.ok(width(decode) > 1.2 * width(said(backend, 'Q4_K_M').decode), `${backend} ${fileType}`);
      }
    });

    test('no rate is above what the bandwidth allows, and no band is without a width', () => {
      for (const backend of ['cuda', 'metal', 'vulkan', 'rocm', 'sycl']) {
        for (const family of ['NVIDIA Ada GeForce', 'AMD RDNA4', 'Intel Arc', 'AMD APU', 'no such family']) {
          for (const fileType of ['F16', 'Q4_K_M', 'MXFP4_MOE', 'IQ2_XXS']) {
            for (const concurrency of [1, 4]) {
              const asked = { ...runtime, fileType, backend };
              const gpus = [{ ...rtx4090, name: undefined, family }];
              const {
                evidence: _,
                terms,
                decodeLimit,
                prefillLimit,
                ...bands
              } = estimateSpeed(model, asked, { gpus }, { concurrency });
              const what = JSON.stringify({ backend, family, fileType, concurrency, terms, decodeLimit, prefillLimit });
              for (const [name, { p10, p50, p90 }] of Object.entries(bands)) {
                assert.ok(p10 < p50 && p50 < p90, `${name} ${p10} ${p50} ${p90} ${what}`);
              }
              const { devices } = planMemory(model, asked);
              const ceiling = 1008e9 / devices[0].bytesPerToken;
              assert.ok(bands.decode.p90 <= ceiling, `${bands.decode.p90} of ${ceiling} ${what}`);
            }
          }
        }
      }
    });

    test('a machine of one memory and no graphics has a host as others have', () => {
      const asked = { ...runtime, gpus: 0 };
      const unsaid = estimateSpeed(model, asked, { kind: 'amd' });
      assert.deepEqual(unsaid, estimateSpeed(model, asked, { kind: 'amd', host: { bandwidth: 75e9 } }));
    });

    test('what is not said of a workload keeps to the context', () => {
      const short = { ...runtime, contextLength: 512 };
      assert.deepEqual(
        estimateSpeed(model, short, machine),
        estimateSpeed(model, short, machine, { promptLength: 384, outputLength: 128 }),
      );
      const server = { ...runtime, server: true };
      assert.deepEqual(
        estimateSpeed(model, server, machine, { concurrency: 16 }),
        estimateSpeed(model, server, machine, { concurrency: 16, promptLength: 384, outputLength: 128 }),
      );
      assert.deepEqual(
        estimateSpeed(model, { ...runtime, sequences: 16 }, machine, { concurrency: 16, outputLength: 200 }),
        estimateSpeed(model, { ...runtime, sequences: 16 }, machine, {
          concurrency: 16,
          promptLength: 312,
          outputLength: 200,
        }),
      );
    });

    test('the evidence is that of who works: with no layer on the card it is the processor', () => {
      const host = { ...machine.host, family: 'x86' };
      assert.equal(
        estimateSpeed(model, { ...runtime, gpuLayers: 0 }, { ...machine, host }).evidence,
        speedProfile({ backend: 'cpu', family: 'x86' }).evidence,
      );
    });

    test('a processor of the catalogue is a host as it is', () => {
      const host = devices.find(({ kind }) => kind === 'cpu');
      assert.deepEqual(
        estimateSpeed(model, { ...runtime, gpuLayers: 10 }, { ...machine, host }),
        estimateSpeed(
          model,
          { ...runtime, gpuLayers: 10 },
          { ...machine, host: { bandwidth: host.bandwidth, family: 'x86', name: host.name } },
        ),
      );
    });

    test('a measurement needs no context: it was held', () => {
      const { contextLength: _, ...unsaid } = runtime;
      const measurement = {
        model,
        machine,
        workload: { cachedTokens: 200_000, outputLength: 128 },
        tokensPerSecond: 20,
      };
      assert.ok(calibrate([{ ...measurement, runtime: unsaid }]).estimates[0] > 0);
    });

    test('a getter that asks a question itself changes none', () => {
      const plain = estimateSpeed(model, runtime, machine);
      const curious = {
        ...machine,
        get gpus() {
          estimateSpeed(model, { ...runtime, fileType: 'F16' }, machine);
          speedProfile({ backend: 'rocm', family: 'AMD RDNA4' });
          planMemory(model, { contextLength: 1024 });
          return machine.gpus;
        },
      };
      assert.deepEqual(estimateSpeed(model, runtime, curious), plain);
      const measurement = { model, runtime, machine, tokensPerSecond: 120 };
      const asking = {
        ...measurement,
        get workload() {
          calibrate([{ ...measurement, tokensPerSecond: 30 }]);
          return {};
        },
      };
      assert.deepEqual(calibrate([measurement, asking]), calibrate([measurement, measurement]));
    });

    test('a device of the catalogue is a GPU as it is', () => {
      const device = findDevice('rtx 4090');
      assert.deepEqual(
        estimateSpeed(model, runtime, { gpus: [device] }),
        estimateSpeed(model, runtime, { gpus: [gpuOf(device)] }),
      );
      assert.equal(estimateSpeed(model, runtime, { gpus: [device] }).evidence, 'device');
      assert.deepEqual(
        speedProfile(device),
        speedProfile({ backend: 'cuda', name: device.name, family: device.profileFamily }),
      );
    });

    test('a thousand names of devices that nobody knows leave the next answer as it was', () => {
      const first = speedProfile({ backend: 'cuda', name: 'GeForce RTX 4090', family: 'NVIDIA Ada GeForce' });
      for (let n = 0; n < 1000; n++) speedProfile({ backend: 'cuda', name: `card ${n}` });
      assert.deepEqual(
        speedProfile({ backend: 'cuda', name: 'GeForce RTX 4090', family: 'NVIDIA Ada GeForce' }),
        first,
      );
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
        ['RangeError', 'estimateSpeed: machine.gpus[0].bandwidth must be bytes/s, at least 1e8, got NaN'],
      ],
      [
        'seventeen GPUs',
        () => estimateSpeed(model, runtime, { gpus: Array(17).fill(rtx4090) }),
        ['RangeError', 'estimateSpeed: machine.gpus must be at most 16, got 17'],
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
        'a bandwidth in GB/s',
        () => estimateSpeed(model, runtime, { gpus: [{ bandwidth: 1008 }] }),
        [
          'RangeError',
          'estimateSpeed: machine.gpus[0].bandwidth must be bytes/s, at least 1e8, got 1008: 1008 GB/s is 1008e9',
        ],
      ],
      [
        'a link in GB/s',
        () => estimateSpeed(model, runtime, { ...machine, linkBandwidth: 32 }),
        ['RangeError', 'estimateSpeed: machine.linkBandwidth must be bytes/s, at least 1e8, got 32: 32 GB/s is 32e9'],
      ],
      [
        'a prompt that the context does not hold',
        () => estimateSpeed(model, { ...runtime, contextLength: 256 }, machine, { promptLength: 100000 }),
        [
          'RangeError',
          'estimateSpeed: workload.promptLength + cachedTokens + outputLength must be at most the context of a sequence (256), got 100128',
        ],
      ],
      [
        'a prompt beyond the part that a sequence has of the context',
        () => estimateSpeed(model, { ...runtime, sequences: 4 }, machine, { promptLength: 2000, outputLength: 49 }),
        [
          'RangeError',
          'estimateSpeed: workload.promptLength + cachedTokens + outputLength must be at most the context of a sequence (2048), got 2049',
        ],
      ],
      [
        'more sequences at once than one cache holds',
        () =>
          estimateSpeed(model, { ...runtime, server: true }, machine, {
            promptLength: 4000,
            outputLength: 97,
            concurrency: 2,
          }),
        [
          'RangeError',
          'estimateSpeed: workload.concurrency * (promptLength + cachedTokens + outputLength) must be at most the context of all sequences (8192), got 8194',
        ],
      ],
      [
        'a prompt beyond what the model was trained for, where no context is given',
        () => estimateSpeed(model, {}, machine, { promptLength: 131072 }),
        [
          'RangeError',
          'estimateSpeed: workload.promptLength + cachedTokens + outputLength must be at most the context of a sequence (131072), got 131200',
        ],
      ],
      ...[
        [
          'workload',
          () => estimateSpeed(model, runtime, machine, { promptTokens: 4096 }),
          'promptTokens',
          'promptLength',
        ],
        ['runtime', () => estimateSpeed(model, { ...runtime, quant: 'Q8_0' }, machine), 'quant', 'fileType'],
        ['machine', () => estimateSpeed(model, runtime, { ...machine, link: 32e9 }), 'link', 'linkBandwidth'],
        [
          'machine.gpus[0]',
          () => estimateSpeed(model, runtime, { gpus: [{ ...rtx4090, bandwith: 1 }] }),
          'bandwith',
          'bandwidth',
        ],
        ['machine.host', () => estimateSpeed(model, runtime, { ...machine, host: { thread: 8 } }), 'thread', 'threads'],
        [
          'machine.profile',
          () => estimateSpeed(model, runtime, { ...machine, profile: { ...speedProfile(), layerSecond: 1 } }),
          'layerSecond',
          'layerSeconds',
        ],
        [
          'machine.profile.spreads.decode',
          () => {
            const profile = speedProfile();
            profile.spreads.decode.p95 = 1;
            return estimateSpeed(model, runtime, { ...machine, profile });
          },
          'p95',
          'p90',
        ],
      ].map(([where, call, key, near]) => [
        `${key} of ${where}`,
        call,
        ['TypeError', `estimateSpeed: ${where}.${key} is not known; did you mean ${near}?`],
      ]),
      [
        'a measurement with an unknown key',
        () => calibrate([{ model, runtime, machine, tokensPerSec: 100 }]),
        ['TypeError', 'calibrate: measurements[0].tokensPerSec is not known; did you mean tokensPerSecond?'],
      ],
      [
        'an option of calibrate that it has not',
        () => calibrate([{ model, runtime, machine, tokensPerSecond: 100 }], { parameter: [] }),
        ['TypeError', 'calibrate: options.parameter is not known; did you mean parameters?'],
      ],
      [
        'options of calibrate that are none',
        () => calibrate([{ model, runtime, machine, tokensPerSecond: 100 }], null),
        ['TypeError', 'calibrate: options must be an object, got null'],
      ],
      [
        'a device with an unknown key',
        () => speedProfile({ backends: 'cuda' }),
        ['TypeError', 'speedProfile: device.backends is not known; did you mean backend?'],
      ],
      [
        'a device that is none',
        () => speedProfile(null),
        ['TypeError', 'speedProfile: device must be an object, got null'],
      ],
      [
        'a build that is none',
        () => speedProfile({ build: 0.5 }),
        ['RangeError', 'speedProfile: build must be a whole number from 1 to 1e9, got 0.5'],
      ],
      [
        'a runtime that is none',
        () => estimateSpeed(model, null, machine),
        ['TypeError', 'estimateSpeed: runtime must be an object, got null'],
      ],
      [
        'a row of the catalogue for its model',
        () => estimateSpeed({ name: 'Llama 3.1 8B', model }, runtime, machine),
        ['TypeError', 'estimateSpeed: model must be a spec, not what has one: pass its model'],
      ],
      [
        'nothing measured',
        () => calibrate([]),
        ['RangeError', 'calibrate: measurements must be at least one, got none'],
      ],
      [
        'a measurement of vLLM, which has no profile',
        () => calibrate([{ model, runtime: { ...runtime, engine: 'vllm' }, machine, tokensPerSecond: 100 }]),
        ['RangeError', 'calibrate: runtime.engine must be llama.cpp in a measurement, got vllm'],
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
              { parameter: 190, deviation: 0.1 },
            ],
          }),
        ['RangeError', 'calibrate: parameters[1].parameter must be a whole number from 0 to 189, got 190'],
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
  entries,
);
