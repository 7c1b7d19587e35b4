// fitModel, largestContext, fewestGpuLayers, offloadCurve, decodeCeiling, parameterCount, fileBytes and backendOf as JavaScript sees them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { describeEntries, entries } from './support/entries.js';

const { models } = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const model = models.get('llama-3.1-8b');
const mixture = models.get('qwen3-30b-a3b');
const GIB = 2 ** 30;
const machineWith = (gpu, host) => ({
  hostMemory: host * GIB,
  gpus: [{ name: 'GeForce RTX 4090', family: 'NVIDIA Ada GeForce', memory: gpu * GIB, bandwidth: 1008e9 }],
});
const runtime = { fileType: 'Q4_K_M', contextLength: 8192 };

describeEntries(
  'fit',
  ({ calculator: { fitModel, offloadCurve, decodeCeiling, parameterCount, fileBytes, backendOf, ...core } }) => {
    const { largestContext, fewestGpuLayers } = core;
    const verdictOf = (of, asked, machine) =>
      core.fits(core.planMemory(of, { ...runtime, ...asked, gpus: machine.gpus }), machine).verdict;

    test('a model is placed with the most on the GPU', () => {
      assert.deepEqual(fitModel(model, runtime, machineWith(24, 32)), {
        gpuLayers: 'all',
        cpuMoeLayers: 0,
        verdict: 'fits',
      });
      const small = machineWith(4, 32);
      const { gpuLayers, verdict } = fitModel(model, runtime, small);
      assert.equal(verdict, 'fits');
      assert.equal(verdictOf(model, { gpuLayers }, small), 'fits');
      assert.notEqual(verdictOf(model, { gpuLayers: gpuLayers + 1 }, small), 'fits');
      assert.equal(fitModel(model, runtime, machineWith(2, 2)), null);
    });

    test('experts go to the host before layers do', () => {
      const small = machineWith(12, 64);
      const { gpuLayers, cpuMoeLayers } = fitModel(mixture, runtime, small);
      assert.equal(gpuLayers, 'all');
      assert.equal(verdictOf(mixture, { cpuMoeLayers }, small), 'fits');
      assert.notEqual(verdictOf(mixture, { cpuMoeLayers: cpuMoeLayers - 1 }, small), 'fits');
    });

    test('the largest context is the last step that has room', () => {
      const machine = machineWith(8, 32);
      const { contextLength, verdict } = largestContext(model, runtime, machine);
      assert.equal(verdict, 'fits');
      assert.equal(contextLength % 256, 0);
      assert.equal(verdictOf(model, { contextLength }, machine), 'fits');
      assert.notEqual(verdictOf(model, { contextLength: contextLength + 256 }, machine), 'fits');
      assert.deepEqual(largestContext(model, runtime, machineWith(80, 32)), { contextLength: 131072, verdict: 'fits' });
      assert.equal(largestContext(model, runtime, machineWith(2, 32)), null);
      assert.throws(() => largestContext(model, runtime), /^TypeError: largestContext: machine must be an object/);
    });

    test('the fewest layers are the first that reach the rate', () => {
      const machine = machineWith(24, 32);
      const rate = (gpuLayers) => core.estimateSpeed(model, { ...runtime, gpuLayers, gpus: 1 }, machine).decode.p50;
      const layers = fewestGpuLayers(model, runtime, machine, 20);
      assert.ok(layers > 0 && rate(layers) >= 20);
      for (let fewer = 0; fewer < layers; fewer++) assert.ok(rate(fewer) < 20);
      assert.equal(fewestGpuLayers(model, runtime, machine, 1e6), null);
      assert.throws(
        () => fewestGpuLayers(model, runtime, machine, 0),
        /^RangeError: fewestGpuLayers: tokensPerSecond must be more than 0, up to 1e9, got 0$/,
      );
    });

    test('the curve is what planMemory, fits and estimateSpeed say of every number of layers', () => {
      const small = machineWith(4, 32);
      const curve = offloadCurve(model, runtime, small);
      assert.equal(curve.length, 34);
      for (const [layers, { gpuLayers, verdict, decode }] of curve.entries()) {
        assert.equal(gpuLayers, layers);
        assert.equal(verdict, verdictOf(model, { gpuLayers }, small));
        assert.deepEqual(decode, core.estimateSpeed(model, { ...runtime, gpuLayers, gpus: 1 }, small).decode);
      }
    });

    test('the ceiling is one over the seconds of reading', () => {
      const plan = { devices: [{ bytesPerToken: 4e9 }, { bytesPerToken: 1e9 }] };
      const gpus = [{ bandwidth: 1000e9 }];
      assert.equal(decodeCeiling(plan, { gpus, host: { bandwidth: 50e9 } }), 1 / (4e9 / 1000e9 + 1e9 / 50e9));
      assert.equal(decodeCeiling(plan, { gpus }), null);
      assert.equal(decodeCeiling({ devices: [{ bytesPerToken: 4e9 }, { bytesPerToken: 0 }] }, { gpus }), 250);
    });

    test('parameters and bytes are those of the file', () => {
      assert.deepEqual(parameterCount(model), { parameters: 8030261248, activeParameters: 7504924672 });
      assert.equal(fileBytes(model, 'Q4_K_M'), core.planMemory(model, runtime).fileBytes);
    });

    test('the back end is the vendor’s', () => {
      assert.deepEqual(['NVIDIA', 'Apple', 'Intel', 'AMD', ''].map(backendOf), [
        'cuda',
        'metal',
        'sycl',
        'vulkan',
        'vulkan',
      ]);
    });

    test('what is refused is so in the words of what was asked', () => {
      const machine = machineWith(24, 32);
      for (const [ask, name, message] of [
        [() => fitModel(model, runtime), 'TypeError', /^fitModel: machine must be an object/],
        [() => fitModel(model, { ...runtime, batchSize: 0 }, machine), 'RangeError', /^fitModel: runtime\.batchSize /],
        [
          () => offloadCurve(model, runtime, { gpus: machine.gpus }),
          'TypeError',
          /^offloadCurve: machine\.hostMemory /,
        ],
        [() => decodeCeiling({}, machine), 'TypeError', /^decodeCeiling: plan must be what planMemory returns/],
        [() => parameterCount({}), 'TypeError', /^parameterCount: model\.groups /],
        [() => fileBytes(model, 'Q7'), 'RangeError', /^fileBytes: fileType must be one of /],
        [() => fileBytes(model), 'TypeError', /^fileBytes: fileType must be the name of a file type/],
        [() => backendOf(7), 'TypeError', /^backendOf: vendor must be a string/],
      ]) {
        assert.throws(ask, { name, message });
      }
    });
  },
  entries.filter(({ name, backend }) => !(name === 'wasm-calculator/load' && backend === 'wasm')),
);
