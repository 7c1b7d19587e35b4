// Rates of devices by the rules of their families.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { catalogue } from '../../scripts/make-catalog.mjs';
import { parseCsv } from '../../scripts/support/csv.mjs';
import { deviceSpeed, profileFamilyOf, threadsOf } from '../../scripts/support/device-speed.mjs';

const rows = parseCsv(readFileSync(new URL('../../data/devices.csv', import.meta.url), 'utf8'));
/** Shader, half and quantised rates in 1e12/s. */
const ratesOf = (name) => {
  const row = rows.find((candidate) => candidate.name === name);
  const { shaderFlops, halfFlops, quantizedOps } = deviceSpeed(row);
  return [shaderFlops, halfFlops, quantizedOps].map((rate) => Number((rate / 1e12).toPrecision(4)));
};

test('rates by family: FP32 once, FP16, the path of quantised matrices', () => {
  for (const [name, ...rates] of [
    // Eight times FP32 through integer matrix units, sixteen times where a multiprocessor has 64 lanes.
    ['GeForce RTX 4090', 82.58, 165, 660.6],
    ['H100 SXM', 66.91, 494.5, 535.3],
    ['A100 SXM 80GB', 19.49, 156, 311.8],
    ['A10', 31.24, 62.5, 249.9],
    // As many integer lanes beside those of FP32.
    ['GeForce RTX 2080 Ti', 26.9, 53.8, 215.2],
    ['GB10 (DGX Spark)', 29.71, 50, 237.7],
    // No matrix units for integers.
    ['Tesla V100 SXM2', 31.34, 125.4, 62.68],
    ['Tesla P40', 11.76, 11.76, 47.04],
    ['Tesla P100 16GB', 9.53, 19.06, 19.06],
    ['GeForce GTX 1660 Ti', 10.88, 10.88, 21.76],
    ['Tesla M40 24GB', 6.83, 6.83, 6.83],
    // One path; two instructions per cycle count once.
    ['Radeon RX 7900 XTX', 30.7, 122.8, 122.8],
    ['Radeon RX 9070', 18.07, 144.5, 144.5],
    ['Radeon 8060S (Ryzen AI Max+ 395)', 14.85, 59, 59],
    ['Radeon 780M', 4.15, 16.6, 16.6],
    ['Radeon 890M', 5.95, 23.8, 23.8],
    ['Arc Pro B70', 22.9, 183.2, 183.2],
    ['Apple M1 (7-core)', 2.275, 2.275, 2.275],
    ['Apple M5 (10-core)', 4.6, 15.64, 15.64],
    ['H20', 0, 74, 0],
    ['Intel Core i7-8700, DDR4-2400 x2', 0, 0, 0],
  ]) {
    assert.deepEqual(ratesOf(name), rates, name);
  }
});

test('every GPU that llama.cpp runs on has rates, but four whose FP32 rate is not known', () => {
  const without = rows
    .filter(({ kind }) => kind !== 'cpu' && kind !== 'accelerator')
    .filter((row) => deviceSpeed(row).quantizedOps === 0 || deviceSpeed(row).shaderFlops === 0)
    .map(({ name }) => name);
  assert.deepEqual(without, ['H20', 'B300 SXM', 'GB200', 'GB300']);
});

test('bandwidth, families of profiles, cores in the name of a processor', () => {
  const { bandwidth, threads, family } = deviceSpeed(rows.find(({ name }) => name === 'AMD EPYC 9654, DDR5-4800 x12'));
  assert.deepEqual({ bandwidth, threads, family }, { bandwidth: 460.8e9, threads: 0, family: 'CPU memory' });
  assert.equal(profileFamilyOf('Apple M2'), 'Apple M1-M2');
  assert.equal(profileFamilyOf('Apple M5'), 'Apple M3-M5');
  assert.equal(profileFamilyOf('NVIDIA Hopper'), 'NVIDIA Hopper');
  for (const [name, threadsThere] of [
    ['Some 24-Core Processor', 24],
    ['Some PRO 16-Cores (zen)', 16],
    ['Some M9 Max 12P+4E', 12],
    ['6 P-cores, DDR5', 6],
    ['Core i9-13900K', 0],
    ['Two Cores', 0],
  ]) {
    assert.equal(threadsOf(name), threadsThere, name);
  }
});

test('the catalogue states the same', () => {
  const { devices } = catalogue();
  const { speed, profileFamily } = devices.find(({ name }) => name === 'Apple M4 (10-core)');
  assert.deepEqual(speed, { shaderFlops: 4.3e12, halfFlops: 4.3e12, quantizedOps: 4.3e12 });
  assert.equal(profileFamily, 'Apple M3-M5');
});
