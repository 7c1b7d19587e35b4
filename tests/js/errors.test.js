import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { describeEntries, formulaEntries } from './support/entries.js';

const bandwidth = 'calculatePerformance: bandwidth must be a number from 1e-9 to 1e9 (GB/s), got';

/** A value of another type, and how the message shows it. */
const wrongTypes = [
  ['7', '"7"'],
  ['x'.repeat(50), `"${'x'.repeat(40)}..."`],
  [undefined, 'undefined'],
  [null, 'null'],
  [true, 'true'],
  [10n, '10n'],
  [[1008], 'an array'],
  [{}, 'an object'],
  [new Number(1008), 'an object'],
  [() => 1008, 'a function'],
  [Symbol('1008'), 'a symbol'],
];

/** Numbers outside the range, and how the message shows them. */
const outOfRange = [
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [Number.NEGATIVE_INFINITY, '-Infinity'],
  [0, '0'],
  [-0, '0'],
  [-1008, '-1008'],
  [1e21, '1e+21'],
];

describeEntries(
  'errors',
  ({ calculator }) => {
    const {
      calculateVRAM,
      calculatePerformance,
      batchCalculatePerformance,
      batchCalculatePerformanceColumns,
      calculateOffloadBandwidth,
      isOutOfMemory,
      getCPUFactor,
    } = calculator;

    for (const [value, shown] of wrongTypes) {
      test(`${shown} instead of a number is a TypeError`, () => {
        assert.throws(() => calculatePerformance(value, 40), { name: 'TypeError', message: `${bandwidth} ${shown}` });
      });
    }

    for (const [value, shown] of outOfRange) {
      test(`the number ${shown} is a RangeError`, () => {
        assert.throws(() => calculatePerformance(value, 40), { name: 'RangeError', message: `${bandwidth} ${shown}` });
      });
    }

    test('a missing argument is a TypeError that names it', () => {
      assert.throws(() => calculatePerformance(), { name: 'TypeError', message: `${bandwidth} undefined` });
      assert.throws(() => calculatePerformance(1008), {
        name: 'TypeError',
        message: 'calculatePerformance: modelSizeGB must be a number from 1e-9 to 1e9 (GB), got undefined',
      });
    });

    test('the first wrong argument is reported', () => {
      assert.throws(() => calculatePerformance(-1, '40'), { name: 'RangeError', message: `${bandwidth} -1` });
      assert.throws(() => calculatePerformance(1008, '40', 2), {
        name: 'TypeError',
        message: 'calculatePerformance: modelSizeGB must be a number from 1e-9 to 1e9 (GB), got "40"',
      });
    });

    test('null is not a default', () => {
      assert.throws(() => calculatePerformance(1008, 40, null), {
        name: 'TypeError',
        message: 'calculatePerformance: cpuFactor must be a number greater than 0 and at most 1, got null',
      });
      assert.equal(calculatePerformance(1008, 40, undefined), 25.2);
    });

    test('tokens and sequences are whole', () => {
      assert.throws(() => calculateVRAM(8, 4.5, 4096.5), {
        name: 'RangeError',
        message: 'calculateVRAM: contextLength must be an integer from 1 to 1e9 (tokens), got 4096.5',
      });
      assert.throws(() => calculateVRAM(8, 4.5, 4096, 0), {
        name: 'RangeError',
        message: 'calculateVRAM: batchSize must be an integer from 1 to 1e6 (sequences), got 0',
      });
    });

    test('layers are whole and at most the total', () => {
      const text = 'calculateOffloadBandwidth: gpuLayers must be an integer from 0 to totalLayers (32), got';
      assert.throws(() => calculateOffloadBandwidth(1008, 90, 3.5, 32), { name: 'RangeError', message: `${text} 3.5` });
      assert.throws(() => calculateOffloadBandwidth(1008, 90, 33, 32), { name: 'RangeError', message: `${text} 33` });
      assert.throws(() => calculateOffloadBandwidth(1008, 90, '16', 32), {
        name: 'TypeError',
        message: `${text} "16"`,
      });
      assert.throws(() => calculateOffloadBandwidth(1008, 90, 0, 0), {
        name: 'RangeError',
        message: 'calculateOffloadBandwidth: totalLayers must be an integer from 1 to 1e6, got 0',
      });
    });

    for (const [name, batch] of Object.entries({ batchCalculatePerformance, batchCalculatePerformanceColumns })) {
      test(`${name} refuses a step of 0`, () => {
        assert.throws(() => batch(1008, 70, 2, 16, 0), {
          name: 'RangeError',
          message: `${name}: step must be a number greater than 0 and at most 64 (bits), got 0`,
        });
      });

      test(`${name} refuses a grid of 1e12 points`, () => {
        assert.throws(() => batch(1008, 70, 2, 16, 14e-12), {
          name: 'RangeError',
          message:
            `${name}: step must be large enough for at most 1e7 points, ` +
            'at least (maxBits - minBits) / 9999999 (0.000001400000140000014), got 1.4e-11',
        });
      });

      test(`${name} refuses a grid that runs backwards`, () => {
        assert.throws(() => batch(1008, 70, 16, 2), {
          name: 'RangeError',
          message: `${name}: maxBits must be a number up to 64 (bits) and at least minBits (16), got 2`,
        });
      });
    }

    test('columns to be filled again must be Float64Arrays of the right length', () => {
      const columns = batchCalculatePerformanceColumns(1008, 70);
      const call = (into) => () => batchCalculatePerformanceColumns(936, 32, 2, 16, 0.5, into);
      const text = (column) =>
        `batchCalculatePerformanceColumns: into.${column} must be a Float64Array of 29 elements, got`;
      assert.throws(call(null), { name: 'TypeError', message: `${text('bits')} undefined` });
      assert.throws(call({ ...columns, tps: new Array(29) }), {
        name: 'TypeError',
        message: `${text('tps')} an array`,
      });
      assert.throws(call({ ...columns, modelSize: new Float64Array(28) }), {
        name: 'RangeError',
        message: `${text('modelSize')} 28 elements`,
      });
      assert.equal(columns.tps[0], 57.6, 'nothing half-done');
      assert.throws(() => batchCalculatePerformanceColumns(-1, 32, 2, 16, 0.5, columns), { name: 'RangeError' });
      assert.equal(columns.tps[0], 57.6, 'nothing half-done');
    });

    test('flags are booleans, not truthy values', () => {
      assert.throws(() => isOutOfMemory(40, 24, 64, 1), {
        name: 'TypeError',
        message: 'isOutOfMemory: allowOffload must be a boolean, got 1',
      });
      assert.throws(() => getCPUFactor(5, 16, 'yes'), {
        name: 'TypeError',
        message: 'getCPUFactor: isHighEnd must be a boolean, got "yes"',
      });
    });

    test('a wrong number is reported before a wrong flag', () => {
      assert.throws(() => isOutOfMemory(-40, 24, 64, 1), {
        name: 'RangeError',
        message: 'isOutOfMemory: modelSizeGB must be a number from 1e-9 to 1e9 (GB), got -40',
      });
    });

    test('an unknown CPU generation is refused with both families', () => {
      for (const generation of [0, 6, 9, 16, 4.5]) {
        assert.throws(() => getCPUFactor(generation, 8), {
          name: 'RangeError',
          message:
            'getCPUFactor: generation must be an integer from 1 to 5 (AMD Zen) or from 10 to 15 (Intel Core), ' +
            `got ${generation}`,
        });
      }
    });

    test('memory may be 0, a model may not', () => {
      assert.equal(isOutOfMemory(1, 0), true);
      assert.throws(() => isOutOfMemory(0, 24), { name: 'RangeError' });
    });
  },
  formulaEntries,
);

for (const [file, call] of [
  ['wasmCalculator.js', "m.default.planMemory({ groups: 'none' })"],
  ['wasmCalculator.js', 'm.default.calculateVRAM(-1, 4)'],
  ['wasmCalculator.js', 'm.default.batchCalculatePerformance(1008, 70, 9, 2)'],
  ['js.js', 'm.default.fits({}, {})'],
  ['js.js', "m.default.estimateSpeed({}, {}, { gpu: 'none' })"],
  ['catalog.js', "m.findDevice('no such device')"],
]) {
  test(`an error of ${file} that nobody catches shows the caller's line and its message, not the bundle`, () => {
    const script = join(mkdtempSync(join(tmpdir(), 'uncaught-')), 'script.mjs');
    const path = new URL(`../../dist/${file}`, import.meta.url);
    writeFileSync(script, `const m = await import(${JSON.stringify(path.href)});\n${call};\n`);
    const { stderr } = spawnSync(process.execPath, [script], { encoding: 'utf8' });
    const [where, line, mark, , message, at] = stderr.split('\n');
    assert.match(where, /script\.mjs:2$/);
    assert.equal(line, `${call};`);
    assert.match(mark, /^ *\^+$/);
    assert.match(message, /^(?:TypeError|RangeError): \S/);
    assert.match(at, /script\.mjs:2:/);
  });
}
