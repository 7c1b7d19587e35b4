// 100,000 random inputs per function: every entry must give the bits and the messages of the native build. The files
// come from tests/parity/parity_dump.cpp; PARITY_DIR says where they are.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { NAMES } from '../../js/core/memory.js';
import { BANDS, SPEED_NAMES } from '../../js/core/speed.js';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { entries } from './support/entries.js';

const directory = process.env.PARITY_DIR;
assert.ok(directory, 'PARITY_DIR names the folder that parity_dump wrote');
const inputs = 100_000;
const { default: calculator } = await import('wasm-calculator');

const scalar = (result) => [Number(result)];

const models = [...readCompact(fileURLToPath(new URL('../golden', import.meta.url))).models.values()];
const nameOf = (list, place) => [...NAMES[list].keys()][place];

/** Options from a row of numbers, in the order of C++'s Runtime. */
const runtimeOf = (row) => ({
  build: row[0],
  server: row[1] === 1,
  fileType: nameOf('fileType', row[2]),
  importanceMatrix: row[3] === 1,
  contextLength: row[4],
  batchSize: row[5],
  microBatchSize: row[6],
  sequences: row[7],
  kvUnified: row[8] === 1,
  flashAttention: row[9] === 1,
  cacheTypeK: nameOf('cacheType', row[10]),
  cacheTypeV: nameOf('cacheType', row[11]),
  gpuLayers: row[12],
  cpuMoeLayers: row[13],
  swaFull: row[14] === 1,
  kvOffload: row[15] === 1,
  backend: nameOf('backend', row[16]),
  multiprocessors: row[17],
  gpus: row[18],
  cacheRam: row[19],
  contextCheckpoints: row[20],
  checkpointStep: row[21],
  projectorWeights: row[22],
  projectorBuffer: row[23],
  projectorInputs: row[24],
  projectorOffload: row[25] === 1,
});

const flatDevice = (device) => [
  ...[
    'weights',
    'kvCache',
    'recurrentState',
    'computeBuffer',
    'outputBuffer',
    'draft',
    'projector',
    'promptCache',
    'overhead',
    'layers',
    'bytesPerToken',
  ].map((f) => device[f]),
  ...['tokenEmbedding', 'outputHead', 'experts', 'slidingCache', 'inputs'].map((term) => device.terms[term]),
  NAMES.stage.get(device.terms.stage),
];

/** A plan as bindings/flat.hpp writes it: the host before the GPUs. */
const flatPlan = ({ devices, cells, outputs, fileBytes, bytesPerToken }) => [
  ...[devices.length - 1, cells.streams, cells.full, cells.sliding, outputs, fileBytes, bytesPerToken],
  ...[devices.at(-1), ...devices.slice(0, -1)].flatMap(flatDevice),
];

/** A machine and a workload from rows of numbers, as parity_dump.cpp makes them. */
const machineOf = (row, gpus) => ({
  kind: row[8] === 1 ? 'shared' : 'separate',
  gpus: Array.from({ length: gpus }, (_, n) => ({
    bandwidth: row[0] * (n + 1),
    shaderFlops: row[1],
    halfFlops: row[2],
    quantizedOps: row[3],
    family: 'NVIDIA Hopper',
  })),
  host: { bandwidth: row[4], threads: row[5], family: 'x86' },
  linkBandwidth: row[6],
  gpuLinkBandwidth: row[7],
  split: row[9] === 1 ? 'tensor' : 'layer',
});
const workloadOf = (row) => ({
  promptLength: row[0],
  outputLength: row[1],
  cachedTokens: row[2],
  concurrency: row[3],
  draftLength: row[4],
  acceptanceRate: row[5],
  draftAcceptance: row[6],
  draftCost: row[7],
  fileBytes: row[8],
});

const flatBand = (band) => (band ? [band.p10, band.p50, band.p90] : [0, 0, 0]);
/** An estimate as bindings/flat_speed.hpp writes it. */
const flatEstimate = (estimate) => [
  ...BANDS.flatMap((band) => flatBand(estimate[band])),
  ...['step', 'prompt'].flatMap((phase) => SPEED_NAMES.limit.map((cause) => estimate.terms[phase][cause])),
  SPEED_NAMES.limit.indexOf(estimate.decodeLimit),
  Math.max(0, SPEED_NAMES.limit.indexOf(estimate.prefillLimit)),
  SPEED_NAMES.evidence.indexOf(estimate.evidence),
];

/** How many arguments, which of them is a boolean, and how a result is laid out in a row. */
const functions = {
  calculateVRAM: { arity: 4, flatten: scalar },
  calculatePerformance: { arity: 3, flatten: scalar },
  batchCalculatePerformance: {
    arity: 5,
    flatten: (points) => [points.length, ...points.flatMap(({ bits, modelSize, tps }) => [bits, modelSize, tps])],
  },
  batchCalculatePerformanceColumns: {
    arity: 5,
    flatten: ({ bits, modelSize, tps }) => [bits.length, ...bits, ...modelSize, ...tps],
  },
  calculateOffloadBandwidth: { arity: 4, flatten: scalar },
  isOutOfMemory: { arity: 4, flag: 3, flatten: scalar },
  getCPUFactor: { arity: 3, flag: 2, flatten: scalar },
  planMemory: {
    arity: 27,
    flatten: flatPlan,
    call: ({ planMemory }, [model, ...row]) => planMemory(models[model], runtimeOf(row)),
  },
  estimateSpeed: {
    arity: 47,
    flatten: flatEstimate,
    call: ({ estimateSpeed }, [model, ...row]) => {
      const runtime = runtimeOf(row);
      const engine = row[36] === 1 ? 'vllm' : 'llama.cpp';
      const machine = machineOf(row.slice(26, 37), runtime.gpus);
      // The family is asked for even without a GPU that could say it.
      const profile = calculator.speedProfile({
        backend: runtime.backend,
        build: runtime.build,
        family: 'NVIDIA Hopper',
      });
      return estimateSpeed(models[model], { ...runtime, engine }, { ...machine, profile }, workloadOf(row.slice(37)));
    },
  },
};

const cell = new Float64Array(1);
const cellBits = new BigUint64Array(cell.buffer);
function bitsOf(value) {
  cell[0] = value;
  return cellBits[0];
}

function callWith(calculator, name, args) {
  const { flag, call } = functions[name];
  if (call) return call(calculator, args);
  return calculator[name](...args.map((value, i) => (i === flag ? value === 1 : value)));
}

// The entries share their code per back end, so one entry of each proves the pair; golden vectors cover the others.
for (const { name: entry, calculator, backend } of [entries[0], entries.find(({ name }) => name.endsWith('/js'))]) {
  for (const [name, { arity, flatten }] of Object.entries(functions)) {
    test(`${name} of ${entry} (${backend}) gives the native bits on ${inputs} random inputs`, () => {
      const file = readFileSync(join(directory, `${name}.f64`));
      const values = new Float64Array(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
      const bits = new BigUint64Array(values.buffer);
      let at = 0;
      let rows = 0;
      while (at < values.length) {
        const args = Array.from(values.subarray(at, at + arity));
        at += arity;
        for (const value of flatten(callWith(calculator, name, args))) {
          if (bitsOf(value) !== bits[at]) {
            assert.fail(`${name}(${args.join(', ')}): native ${values[at]}, ${backend} ${value}`);
          }
          at++;
        }
        rows++;
      }
      assert.equal(at, values.length);
      assert.equal(rows, inputs);
    });

    // A plan's messages are compared in memory.test.js: random numbers make no names.
    if (functions[name].call) continue;
    test(`${name} of ${entry} (${backend}) gives the native messages`, () => {
      const lines = readFileSync(join(directory, `${name}.txt`), 'utf8')
        .split('\n')
        .filter(Boolean);
      assert.ok(lines.length > 500, `only ${lines.length} messages`);
      for (const line of lines) {
        const [args, message] = line.split('\t');
        const numbers = args.trim().split(' ').map(Number);
        assert.throws(() => callWith(calculator, name, numbers), { name: 'RangeError', message });
      }
    });
  }
}
