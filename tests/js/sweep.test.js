// sweep and sweepAsync as JavaScript sees them: at every point what the point-by-point functions give.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { describeEntries } from './support/entries.js';

const { models } = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const GIB = 2 ** 30;
const gpu = { name: 'GeForce RTX 4090', memory: 12 * GIB, bandwidth: 1008e9, shaderFlops: 41e12, halfFlops: 165e12 };
const machine = { hostMemory: 64 * GIB, gpus: [gpu], host: { bandwidth: 80e9, threads: 16 } };
const runtime = { contextLength: 8192, gpus: [gpu] };
const workload = { promptLength: 256, outputLength: 64 };
const VERDICTS = ['fits', 'tight', 'doesNotFit'];
const LIMITS = ['memory', 'compute', 'cache', 'launch', 'link', 'host'];
const outputs = [
  'verdict',
  'bytes.gpu0',
  'bytes.host',
  'decode.p10',
  'decode.p50',
  'decode.p90',
  'prefill.p50',
  'timeToFirstToken.p50',
  'decodeLimit',
];

const grids = [
  ['llama-3.1-8b', { contextLength: [4096, 8192, 100000], bandwidth: [3e11, 1e12, 2e12] }],
  ['llama-3.1-8b', { gpuLayers: [0, 10, 33, 'all'], contextLength: [0, 8192] }],
  ['qwen3-30b-a3b', { cpuMoeLayers: [0, 20, 48], fileType: ['Q4_K_M', 'Q8_0'], memory: [8 * GIB, 24 * GIB] }],
  ['gemma-3-27b', { cachedTokens: [0, 3000], cacheType: ['f16', 'q8_0'], sequences: [1, 2], concurrency: [1, 2] }],
  ['qwen3-30b-a3b', { microBatchSize: [128, 512], promptLength: [0, 100, 1000] }],
];

/** What a caller asks at one point. */
function at(point) {
  const asked = { runtime: { ...runtime }, machine: { ...machine }, workload: { ...workload } };
  for (const [axis, value] of Object.entries(point)) {
    if (axis === 'cacheType') Object.assign(asked.runtime, { cacheTypeK: value, cacheTypeV: value });
    else if (axis === 'memory' || axis === 'bandwidth') asked.machine.gpus = [{ ...gpu, [axis]: value }];
    else if (axis in { promptLength: 0, cachedTokens: 0, concurrency: 0 }) asked.workload[axis] = value;
    else asked.runtime[axis] = value;
  }
  return asked;
}

function* pointsOf(axes) {
  const names = Object.keys(axes);
  const shape = names.map((name) => axes[name].length);
  const points = shape.reduce((product, length) => product * length);
  for (let i = 0; i < points; i++) {
    let left = i;
    const point = {};
    for (let n = names.length - 1; n >= 0; n--) {
      point[names[n]] = axes[names[n]][left % shape[n]];
      left = Math.floor(left / shape[n]);
    }
    yield point;
  }
}

describeEntries('sweep', ({ calculator: { sweep, sweepAsync, planMemory, fits, estimateSpeed } }) => {
  test('every point has what planMemory, fits and estimateSpeed give there', () => {
    for (const [name, axes] of grids) {
      const model = models.get(name);
      const { points, shape, columns } = sweep({ model, runtime, machine, workload, axes, outputs });
      assert.deepEqual(
        shape,
        Object.values(axes).map(({ length }) => length),
      );
      const expected = Object.fromEntries(outputs.map((output) => [output, new Float64Array(points)]));
      let i = 0;
      for (const point of pointsOf(axes)) {
        const asked = at(point);
        const plan = planMemory(model, asked.runtime);
        const speed = estimateSpeed(model, asked.runtime, asked.machine, asked.workload);
        expected.verdict[i] = VERDICTS.indexOf(fits(plan, asked.machine).verdict);
        expected['bytes.gpu0'][i] = plan.devices[0].total;
        expected['bytes.host'][i] = plan.devices[1].total;
        for (const q of ['p10', 'p50', 'p90']) expected[`decode.${q}`][i] = speed.decode[q];
        expected['prefill.p50'][i] = speed.prefill?.p50 ?? 0;
        expected['timeToFirstToken.p50'][i] = speed.timeToFirstToken.p50;
        expected.decodeLimit[i++] = LIMITS.indexOf(speed.decodeLimit);
      }
      for (const output of outputs) assert.deepEqual(columns[output], expected[output], `${name} ${output}`);
    }
  });

  test('columns of the caller are filled, in slices too, and progress is told', async () => {
    const question = { model: models.get('llama-3.1-8b'), runtime, machine, axes: grids[0][1], outputs };
    const at64 = sweep(question);
    const into = { 'decode.p50': new Float32Array(9) };
    const shares = [];
    const filled = await sweepAsync(
      { ...question, outputs: ['decode.p50'], into },
      { onProgress: (share) => shares.push(share), sliceMilliseconds: 0 },
    );
    assert.equal(filled.columns['decode.p50'], into['decode.p50']);
    assert.deepEqual(into['decode.p50'], new Float32Array(at64.columns['decode.p50']));
    assert.deepEqual(shares, [1 / 3, 2 / 3, 1]);
  });

  test('a sweep stops where it is told to, and another one between its slices changes nothing', async () => {
    const question = { model: models.get('llama-3.1-8b'), runtime, machine, axes: grids[0][1], outputs };
    const other = { ...question, model: models.get('gemma-3-27b') };
    const [one, two] = await Promise.all([question, other].map((q) => sweepAsync(q, { sliceMilliseconds: 0 })));
    assert.deepEqual(one, sweep(question));
    assert.deepEqual(two, sweep(other));
    const controller = new AbortController();
    const stopped = sweepAsync(question, {
      signal: controller.signal,
      sliceMilliseconds: 0,
      onProgress: () => controller.abort(new Error('enough')),
    });
    await assert.rejects(stopped, /^Error: enough$/);
  });

  test('what is wrong is named', () => {
    const question = { model: models.get('llama-3.1-8b'), runtime, machine, axes: { gpuLayers: [1] }, outputs };
    const refusals = [
      [{ axes: {} }, RangeError, 'sweep: axes must be one to 4, got 0'],
      [{ axes: { gpuLayers: [] } }, RangeError, 'sweep: axes.gpuLayers must have a value or more, got none'],
      [{ axes: { gpuLayers: 3 } }, TypeError, 'sweep: axes.gpuLayers must be an array, got 3'],
      [{ axes: { layers: [1] } }, TypeError, /^sweep: axes has no "layers"|^sweep: axes.*gpuLayers/],
      [{ outputs: [] }, TypeError, 'sweep: outputs must be an array of one name or more, got an array'],
      [{ outputs: ['bytes.gpu1'] }, RangeError, /^sweep: outputs\[\] must be one of verdict, .*, got bytes\.gpu1$/],
      [
        { into: { verdict: [1] } },
        TypeError,
        "sweep: into['verdict'] must be a Float64Array or Float32Array, got an array",
      ],
      [
        { into: { verdict: new Float64Array(2) } },
        RangeError,
        "sweep: into['verdict'].length must be 1, the points, got 2",
      ],
      [{ axes: { gpuLayers: [-1] } }, RangeError, /^sweep: runtime\.gpuLayers must be .*, got -1$/],
      [
        { axes: { promptLength: [10, 9000], contextLength: [4096, 16384] }, workload: {} },
        RangeError,
        /^sweep: workload\.promptLength \+ cachedTokens \+ outputLength must be at most/,
      ],
    ];
    for (const [change, kind, message] of refusals) {
      assert.throws(
        () => sweep({ ...question, ...change }),
        (error) => {
          assert.ok(error instanceof kind, error.stack);
          if (typeof message === 'string') assert.equal(error.message, message);
          else assert.match(error.message, message);
          return true;
        },
      );
    }
  });

  test('memories are asked for only where there is a verdict', () => {
    const { hostMemory, ...rates } = machine;
    const question = { model: models.get('llama-3.1-8b'), runtime, axes: { gpuLayers: [1, 2] } };
    assert.ok(
      sweep({ ...question, machine: rates, outputs: ['bytes.gpu0', 'decode.p50'] }).columns['decode.p50'][1] > 0,
    );
    assert.throws(() => sweep({ ...question, machine: rates, outputs: ['verdict'] }), /machine\.hostMemory/);
    assert.ok(hostMemory > 0);
  });
});
