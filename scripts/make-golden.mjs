// Makes tests/golden/calculator.tsv, which GoogleTest and the JavaScript suite read alike:
//
//   node scripts/make-golden.mjs [--check]
//
// Values come from tests/reference.mjs, which shares no code with the core; the texts of errors are written here.
// --check exits with 1 if the file is not up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as reference from '../tests/reference.mjs';

const file = fileURLToPath(new URL('../tests/golden/calculator.tsv', import.meta.url));

const values = {
  calculateVRAM: [
    [8.03, 4.89], // Llama 3.1 8B, Q4_K_M
    [8.03, 4.89, 131072],
    [8.03, 8.5, 8192, 4],
    [70.6, 4.82, 8192], // Llama 3.1 70B, Q4_K_M
    [70.6, 16, 4096, 1],
    [405.85, 4.8, 32768],
    [671, 4.5, 4096], // above the curve's last corner
    [1.24, 8.5, 2048], // Llama 3.2 1B, Q8_0
    [0.49, 16, 32768],
    [0.1, 4, 1], // below its first
    [0.5, 4, 1024],
    [480, 4, 1024],
    [1e-6, 0.1, 1, 1],
    [1e6, 64, 1e9, 1e6],
  ],
  calculatePerformance: [
    [1008, 40], // RTX 4090
    [1008, 40, 1],
    [1008, 4.91],
    [546, 42.51], // M4 Max
    [96, 4.91, 0.7], // dual-channel DDR5-6000
    [3352, 16.07, 0.8],
    [1e-9, 1e9, 1],
    [1e9, 1e-9, 1],
    [100, 3, 5e-324],
  ],
  batchCalculatePerformance: [
    [1008, 70],
    [1008, 70, 2, 16, 0.5],
    [546, 8.03, 4, 8.5, 0.75],
    [936, 32.8, 0.1, 0.4, 0.1],
    [96, 8.03, 4, 4, 1],
    [96, 8.03, 2, 3.4, 0.5],
  ],
  calculateOffloadBandwidth: [
    [1008, 96, 0, 32],
    [1008, 96, 16, 32],
    [1008, 96, 32, 32],
    [1008, 67.2, 45, 80],
    [936, 51.2, 1, 61],
    [1e9, 1e-9, 1, 1e6],
  ],
  isOutOfMemory: [
    [24, 24],
    [24.1, 24],
    [42.5, 24, 64, false],
    [42.5, 24, 64, true],
    [88, 24, 64, true],
    [88.1, 24, 64, true],
    [4, 0],
    [1e-9, 0, 0, true],
  ],
  getCPUFactor: [
    [1, 1],
    [1, 8, false],
    [2, 6, false],
    [3, 8, false],
    [3, 3, true],
    [4, 16, true],
    [4, 17, true],
    [4, 48, true],
    [5, 5, false],
    [5, 16, true],
    [10, 4, false],
    [12, 12, false],
    [14, 24, true],
    [14, 25, true],
    [15, 24, true],
    [15, 1024],
  ],
};

const range = {
  paramCount: 'a number from 1e-6 to 1e6 (billions of parameters)',
  bits: 'a number from 0.1 to 64 (bits)',
  bandwidth: 'a number from 1e-9 to 1e9 (GB/s)',
  size: 'a number from 1e-9 to 1e9 (GB)',
  memory: 'a number from 0 to 1e9 (GB)',
  step: 'a number greater than 0 and at most 64 (bits)',
  generation: 'an integer from 1 to 5 (AMD Zen) or from 10 to 15 (Intel Core)',
};

/** Arguments, then the text after the function's name. */
const errors = {
  calculateVRAM: [
    [[0, 4], `paramCount must be ${range.paramCount}, got 0`],
    [[Number.NaN, 4], `paramCount must be ${range.paramCount}, got NaN`],
    [[Number.POSITIVE_INFINITY, 4], `paramCount must be ${range.paramCount}, got Infinity`],
    [[8, -4], `bitsPerWeight must be ${range.bits}, got -4`],
    [[8, 64.5], `bitsPerWeight must be ${range.bits}, got 64.5`],
    [[8, 4, 0], 'contextLength must be an integer from 1 to 1e9 (tokens), got 0'],
    [[8, 4, 4096.5], 'contextLength must be an integer from 1 to 1e9 (tokens), got 4096.5'],
    [[8, 4, 4096, -1], 'batchSize must be an integer from 1 to 1e6 (sequences), got -1'],
    [[8, 4, 4096, 1e21], 'batchSize must be an integer from 1 to 1e6 (sequences), got 1e+21'],
  ],
  calculatePerformance: [
    [[0, 40], `bandwidth must be ${range.bandwidth}, got 0`],
    [[-0, 40], `bandwidth must be ${range.bandwidth}, got 0`],
    [[Number.NEGATIVE_INFINITY, 40], `bandwidth must be ${range.bandwidth}, got -Infinity`],
    [[1008, 1e-10], `modelSizeGB must be ${range.size}, got 1e-10`],
    [[1008, 40, 0], 'cpuFactor must be a number greater than 0 and at most 1, got 0'],
    [[1008, 40, 1.0000000000000002], 'cpuFactor must be a number greater than 0 and at most 1, got 1.0000000000000002'],
  ],
  batchCalculatePerformance: [
    [[-1, 70], `bandwidth must be ${range.bandwidth}, got -1`],
    [[1008, 1e7], `paramCount must be ${range.paramCount}, got 10000000`],
    [[1008, 70, 0, 16, 0.5], `minBits must be ${range.bits}, got 0`],
    [[1008, 70, 2, 65, 0.5], `maxBits must be ${range.bits}, got 65`],
    [[1008, 70, 16, 2, 0.5], 'maxBits must be a number up to 64 (bits) and at least minBits (16), got 2'],
    [[1008, 70, 2, 16, 0], `step must be ${range.step}, got 0`],
    [[1008, 70, 2, 16, -0.5], `step must be ${range.step}, got -0.5`],
    [[1008, 70, 2, 16, Number.NaN], `step must be ${range.step}, got NaN`],
    [
      [1008, 70, 2, 16, 14e-12], // 1e12 points
      'step must be large enough for at most 1e7 points, at least (maxBits - minBits) / 9999999 (0.000001400000140000014), got 1.4e-11',
    ],
    [
      [1008, 70, 2, 16, 5e-324],
      'step must be large enough for at most 1e7 points, at least (maxBits - minBits) / 9999999 (0.000001400000140000014), got 5e-324',
    ],
  ],
  calculateOffloadBandwidth: [
    [[0, 96, 16, 32], `gpuBW must be ${range.bandwidth}, got 0`],
    [[1008, -96, 16, 32], `ramBW must be ${range.bandwidth}, got -96`],
    [[1008, 96, 16, 0], 'totalLayers must be an integer from 1 to 1e6, got 0'],
    [[1008, 96, 16, 32.5], 'totalLayers must be an integer from 1 to 1e6, got 32.5'],
    [[1008, 96, 33, 32], 'gpuLayers must be an integer from 0 to totalLayers (32), got 33'],
    [[1008, 96, -1, 32], 'gpuLayers must be an integer from 0 to totalLayers (32), got -1'],
    [[1008, 96, 3.5, 32], 'gpuLayers must be an integer from 0 to totalLayers (32), got 3.5'],
  ],
  isOutOfMemory: [
    [[0, 24], `modelSizeGB must be ${range.size}, got 0`],
    [[40, -24], `vramGB must be ${range.memory}, got -24`],
    [[40, 24, Number.NaN, true], `systemRAMGB must be ${range.memory}, got NaN`],
    [[40, 24, Number.POSITIVE_INFINITY, true], `systemRAMGB must be ${range.memory}, got Infinity`],
  ],
  getCPUFactor: [
    [[0, 8], `generation must be ${range.generation}, got 0`],
    [[7, 8], `generation must be ${range.generation}, got 7`],
    [[4.5, 8], `generation must be ${range.generation}, got 4.5`],
    [[5, 0], 'coreCount must be an integer from 1 to 1024 (physical cores), got 0'],
    [[5, 7.5, true], 'coreCount must be an integer from 1 to 1024 (physical cores), got 7.5'],
    [[5, 1025, true], 'coreCount must be an integer from 1 to 1024 (physical cores), got 1025'],
  ],
};

const show = (result) =>
  Array.isArray(result)
    ? result.map(({ bits, modelSize, tps }) => `${bits} ${modelSize} ${tps}`).join('; ')
    : String(result);
/** As `String`, but a negative zero keeps its sign. */
const written = (argument) => (Object.is(argument, -0) ? '-0' : String(argument));

const lines = Object.keys(values).flatMap((name) => [
  ...values[name].map((args) => [name, args, show(reference[name](...args))]),
  ...errors[name].map(([args, text]) => [name, args, `${name}: ${text}`]),
]);
const text = `# Made by scripts/make-golden.mjs. Function, arguments, and the value as JavaScript prints it or the error's text.
${lines.map(([name, args, outcome]) => [name, args.map(written).join(' '), outcome].join('\t')).join('\n')}
`;

if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error('tests/golden/calculator.tsv is not up to date: run scripts/make-golden.mjs');
    process.exit(1);
  }
} else {
  writeFileSync(file, text);
}
