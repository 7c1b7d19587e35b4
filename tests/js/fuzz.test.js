// Random questions, legal and hostile, to both back ends: the same answer to the bit or the same refusal in our own
// words, nothing that is not a number, and what must hold of every answer. WASM_CALCULATOR_FUZZ=20 asks 20 times as many.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import wasm from 'wasm-calculator';
import js from 'wasm-calculator/js';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import {
  mutated,
  randomMachine,
  randomMeasurement,
  randomModel,
  randomOf,
  randomPlan,
  randomProfileQuestion,
  randomRuntime,
  randomSpeedQuestion,
  throughGetters,
} from './support/random.js';

/** @typedef {import('./support/random.js').Random} Random */

const TIMES = Number(process.env.WASM_CALCULATOR_FUZZ ?? 1);
const golden = [...readCompact(fileURLToPath(new URL('../golden', import.meta.url))).models.values()];

/** Every number in `value`, with its path. @param {unknown} value @param {string} path @returns {[string, number][]} */
function numbersIn(value, path = '') {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => numbersIn(inner, `${path}.${key}`));
}

/** @param {any} plan */
function checkPlan({ devices, fileBytes, bytesPerToken }) {
  assert.ok(Number.isInteger(fileBytes), `fileBytes ${fileBytes}`);
  let read = 0;
  for (const device of devices) {
    const { weights, kvCache, recurrentState, computeBuffer, outputBuffer, overhead, total, terms } = device;
    assert.equal(total, weights + kvCache + recurrentState + computeBuffer + outputBuffer + overhead);
    for (const [path, number] of numbersIn(device)) assert.ok(number >= 0, `${device.name}${path} ${number}`);
    assert.ok(Number.isInteger(weights), `${device.name}.weights ${weights}`);
    assert.equal(terms.inputs + terms.largestStage, computeBuffer);
    assert.ok(terms.slidingCache <= kvCache);
    assert.ok(terms.tokenEmbedding + terms.outputHead + terms.experts <= weights * (1 + 1e-12));
    read += device.bytesPerToken;
  }
  assert.ok(Math.abs(read - bytesPerToken) <= 1e-9 * bytesPerToken, `${read} of ${bytesPerToken} bytes a token`);
}

/** @param {any} answer @param {any[]} args @param {any} calculator */
function checkFit({ fits, verdict, devices }, [plan, machine], calculator) {
  assert.equal(
    fits,
    devices.every(({ shortBy }) => shortBy === 0),
  );
  const spare = devices.every(({ shortOfMargin }) => shortOfMargin === 0);
  assert.equal(verdict, !fits ? 'doesNotFit' : spare ? 'fits' : 'tight');
  for (const { needed, available, margin, shortBy, shortOfMargin } of devices) {
    assert.equal(shortBy, Math.max(0, needed - available));
    assert.equal(shortOfMargin, needed > 0 ? Math.max(0, needed + margin - available) : 0);
  }
  // More memory never takes a yes back.
  const gpus = machine.gpus?.map((gpu) => ({ ...gpu, ...(gpu.memory && { memory: 2 * gpu.memory }) }));
  const order = ['doesNotFit', 'tight', 'fits'];
  const more = calculator.fits(plan, { ...machine, hostMemory: 2 * machine.hostMemory, ...(gpus && { gpus }) });
  assert.ok(order.indexOf(more.verdict) >= order.indexOf(verdict), `${verdict} becomes ${more.verdict}`);
}

/** @param {any} estimate */
function checkSpeed({ terms, decodeLimit, prefillLimit, evidence, ...bands }) {
  for (const [name, band] of Object.entries(bands)) {
    if (band === null) continue;
    const { p10, p50, p90 } = /** @type {any} */ (band);
    assert.ok(p10 > 0 && p10 < p50 && p50 < p90, `${name} ${p10} ${p50} ${p90}`);
  }
  for (const [path, seconds] of numbersIn(terms)) assert.ok(seconds >= 0, `${path} ${seconds}`);
  assert.equal(terms.step[decodeLimit], Math.max(...Object.values(terms.step).map(Number)));
  assert.equal(bands.prefill === null, prefillLimit === null);
  assert.notEqual(evidence, 'calibrated');
}

/** @param {any} answer @param {any[]} args @param {any} calculator */
function checkSpeedOfMore(answer, [model, runtime, machine, workload], calculator) {
  checkSpeed(answer);
  // Twice the bandwidth everywhere is never slower.
  const twice = (/** @type {any} */ device) => ({ ...device, bandwidth: 2 * device.bandwidth });
  const host = machine.host ?? { bandwidth: 75e9 };
  const of = (/** @type {any} */ gpus, /** @type {any} */ asked) =>
    calculator.estimateSpeed(model, runtime, { ...machine, gpus, host: asked }, workload).terms.step;
  const sum = (/** @type {any} */ terms) => Object.values(terms).reduce((total, seconds) => total + Number(seconds), 0);
  // What is not said of a device follows from its bandwidth; only what is said stays the same.
  const said = machine.gpus.every((/** @type {any} */ gpu) => gpu.shaderFlops && gpu.halfFlops && gpu.quantizedOps);
  if (!said || machine.kind !== 'separate') return;
  const [before, after] = [sum(of(machine.gpus, host)), sum(of(machine.gpus.map(twice), twice(host)))];
  assert.ok(after <= before * (1 + 1e-12), `${before} s become ${after} s`);
}

/** @param {any} profile */
function checkProfile({ spreads, evidence, measuredBytes }) {
  for (const [kind, { p10, p50, p90 }] of Object.entries(/** @type {Record<string, any>} */ (spreads))) {
    assert.ok(p10 <= p50 && p50 <= p90, kind);
  }
  assert.ok(['none', 'backend', 'family', 'device'].includes(evidence), evidence);
  assert.equal(measuredBytes, 0);
}

/** @param {any} answer @param {any[]} args */
function checkCalibration({ profile, hostProfile, estimates }, [measurements]) {
  assert.equal(estimates.length, measurements.length);
  for (const [path, number] of numbersIn([profile, hostProfile])) assert.ok(number >= 0, `${path} ${number}`);
}

const share = (/** @type {any} */ answer) => assert.ok(answer >= 0.1 && answer <= 1, String(answer));
const positive = (/** @type {any} */ answer) => assert.ok(answer > 0, String(answer));
const anything = () => {};

/**
 * Of each function how many questions, how one is made, and what must hold of an answer to one that is legal.
 *
 * @type {Record<string, { count: number, make: (random: Random) => any[], check: (answer: any, args: any[], calculator: any) => void }>}
 */
const functions = {
  planMemory: {
    count: 8000,
    make: (random) => [random.chance(0.5) ? randomModel(random) : random.of(golden), randomRuntime(random)],
    check: checkPlan,
  },
  fits: {
    count: 8000,
    make: (random) => [randomPlan(random), randomMachine(random)],
    check: checkFit,
  },
  estimateSpeed: {
    count: 6000,
    make: (random) => {
      const { runtime, machine, workload } = randomSpeedQuestion(random);
      return [random.chance(0.5) ? randomModel(random) : random.of(golden), runtime, machine, workload];
    },
    check: checkSpeedOfMore,
  },
  speedProfile: {
    count: 3000,
    make: (random) => [randomProfileQuestion(random)],
    check: checkProfile,
  },
  calibrate: {
    count: 150,
    make: (random) => {
      const model = random.of(golden);
      return [Array.from({ length: random.whole(1, 3) }, () => randomMeasurement(random, model))];
    },
    check: checkCalibration,
  },
  calculateVRAM: {
    count: 5000,
    make: ({ next, sized, whole }) => [sized(1, 1e6) * next() + 1e-6, 0.1 + 63 * next(), sized(1, 1e9), whole(1, 1e6)],
    check: positive,
  },
  calculatePerformance: {
    count: 5000,
    make: ({ next, sized }) => [sized(1, 1e9), sized(1, 1e9) * (next() + 1e-9), 1 - next()],
    check: positive,
  },
  batchCalculatePerformance: {
    count: 1000,
    make: ({ next, sized }) => [sized(1, 1e9), sized(1, 1e6), 0.1 + 9 * next(), 10 + 54 * next(), 0.1 + next()],
    check: anything,
  },
  calculateOffloadBandwidth: {
    count: 5000,
    make: ({ sized, whole }) => {
      const layers = sized(1, 1e6);
      return [sized(1, 1e9), sized(1, 1e9), whole(0, layers), layers];
    },
    check: positive,
  },
  isOutOfMemory: {
    count: 5000,
    make: ({ sized, chance }) => [sized(1, 1e9), sized(1, 1e9), sized(1, 1e9), chance(0.5)],
    check: anything,
  },
  getCPUFactor: {
    count: 5000,
    make: ({ of, whole, chance }) => [of([1, 2, 3, 4, 5, 10, 11, 12, 13, 14, 15]), whole(1, 1024), chance(0.5)],
    check: share,
  },
};

/** @param {any} calculator @param {string} name @param {any[]} args */
function ask(calculator, name, args) {
  try {
    return { answer: calculator[name](...args) };
  } catch (error) {
    const { name: type, message } = /** @type {Error} */ (error);
    assert.ok(error instanceof TypeError || error instanceof RangeError, `${type}: ${message}`);
    assert.ok(message.startsWith(`${name}: `), message);
    assert.doesNotMatch(message, /NaN: |undefined is not|is not a function|Cannot|^\w+: ( |must)/);
    return { refusal: `${type} ${message}` };
  }
}

/** For the message of a failed assertion. @param {any[]} args */
const shown = (args) =>
  JSON.stringify(args, (_, value) => {
    if (typeof value === 'number' && !Number.isFinite(value)) return `<${value}>`;
    return ['bigint', 'symbol', 'function'].includes(typeof value) ? `<${String(value)}>` : value;
  }).slice(0, 4000);

for (const [name, { count, make, check }] of Object.entries(functions)) {
  test(`${name} answers ${count * TIMES} random questions alike on both back ends, or refuses them`, () => {
    const random = randomOf(20261128);
    let answered = 0;
    const canary = make(randomOf(1));
    const expected = ask(wasm, name, canary);
    assert.ok('answer' in expected);
    for (let n = 0; n < count * TIMES; n++) {
      let args = make(random);
      const legal = random.chance(0.6);
      if (!legal) {
        const which = random.whole(0, args.length - 1);
        args = args.map((arg, i) => (i === which ? mutated(random, arg) : arg));
      }
      try {
        const first = ask(wasm, name, args);
        assert.deepStrictEqual(ask(js, name, args), first);
        if ('answer' in first) {
          answered++;
          for (const [path, number] of numbersIn(first.answer)) assert.ok(Number.isFinite(number), `${path} ${number}`);
          // The properties of an answer are asked with questions like it, so of legal ones alone.
          if (legal) check(first.answer, args, wasm);
          if (n % 20 === 0) {
            const between = () => ask(random.of([wasm, js]), name, canary);
            assert.deepStrictEqual(ask(wasm, name, throughGetters(args, between)), first, 'through getters');
          }
        }
      } catch (error) {
        /** @type {Error} */ (error).message += `\n${name} of ${shown(args)}`;
        throw error;
      }
    }
    // A fifth would be a test of refusals.
    assert.ok(answered > 0.4 * count * TIMES, `${answered} answered`);
    assert.deepStrictEqual(ask(wasm, name, canary), expected, 'nothing is left broken');
    assert.deepStrictEqual(ask(js, name, canary), expected, 'nothing is left broken');
  });
}
