import assert from 'node:assert/strict';
import { test } from 'node:test';
import { describeEntries, formulaEntries } from './support/entries.js';
import { readGolden } from './support/golden.js';

const golden = readGolden();

/** The points of a sweep as one line, as the golden file writes them. */
const line = (points) => points.map(({ bits, modelSize, tps }) => `${bits} ${modelSize} ${tps}`).join('; ');

describeEntries(
  'golden vectors',
  ({ calculator }) => {
    test('cover all functions', () => {
      const names = new Set(golden.map(({ name }) => name));
      assert.deepEqual(
        [...names].sort(),
        Object.keys(calculator)
          .filter((name) => /^(calculate|batchCalculatePerformance$|isOut|getCPU)/.test(name))
          .sort(),
      );
    });

    for (const { name, args, outcome } of golden) {
      test(`${name}(${args.join(', ')})`, () => {
        if (outcome.startsWith(`${name}: `)) {
          assert.throws(() => calculator[name](...args), { name: 'RangeError', message: outcome });
          return;
        }
        const result = calculator[name](...args);
        assert.equal(Array.isArray(result) ? line(result) : String(result), outcome);
      });
    }
  },
  formulaEntries,
);
