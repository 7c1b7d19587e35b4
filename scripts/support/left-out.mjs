// Estimates by fits instead of the shipped profiles, with the bands that go with them: what the package would answer to
// somebody of whom it had known nothing.
import wasmCalculator from '../../dist/wasmCalculator.js';
import { SPREADS } from '../../js/core/speed.js';
import { fittedProfile } from './fit-profiles.mjs';
import { bandFor } from './speed-bands.mjs';
import { median, quantile } from './statistics.mjs';

const { estimateSpeed } = wasmCalculator;

const BUILD_YEARS = [
  [1750, '2023'],
  [4410, '2024'],
];
/** The year by which builds have factors of their own, as C++ has them. */
const yearOf = (build) => BUILD_YEARS.find(([first]) => build < first)?.[1];

function evidenceOf(fit, { family, name, build }) {
  if (build && !fit.builds[build]) return 'backend';
  if (fit.device[name]) return 'device';
  return fit.family[family] ? 'family' : 'backend';
}

function profileIn(fits, bands, backend, keys) {
  const fit = fits[backend];
  const evidence = evidenceOf(fit, keys);
  const spreadOf = (kind) => {
    if (kind === 'measured') return { p10: 1, p50: 1, p90: 1 };
    const { p10, p50, p90 } = bandFor(bands, { backend, evidence, kind, device: keys.name });
    return { p10, p50, p90 };
  };
  return {
    ...fittedProfile(fit, keys),
    evidence,
    spreads: Object.fromEntries(SPREADS.map((kind) => [kind, spreadOf(kind)])),
    measuredBytes: 0,
  };
}

/**
 * What estimateSpeed() answers with the profiles of fits.
 *
 * @param {{ model: object, runtime: any, machine: any, workload: object }} question
 * @param {any} fits by back end; without them the shipped profiles
 * @param {ReturnType<typeof import('./speed-bands.mjs').bandsOf>} [bands]
 */
export function estimateIn({ model, runtime, machine, workload }, fits, bands) {
  if (!fits) return estimateSpeed(model, runtime, machine, workload);
  const [gpu = {}] = machine.gpus ?? [];
  const { family = machine.kind === 'apple' ? 'Apple' : 'x86', name } = machine.host ?? {};
  const keys = { family: gpu.family, name: gpu.name, build: yearOf(runtime.build ?? Number.POSITIVE_INFINITY) };
  return estimateSpeed(
    model,
    runtime,
    {
      ...machine,
      ...(gpu.bandwidth && { profile: profileIn(fits, bands, runtime.backend, keys) }),
      hostProfile: profileIn(fits, bands, 'cpu', { family, name }),
    },
    workload,
  );
}

/**
 * Figures of answers: how many, how far off and how many in their band.
 *
 * @param {{ ratio: number, inBand: boolean }[]} rows `ratio`: estimated over measured
 */
export function figuresOf(rows) {
  const errors = rows.map(({ ratio }) => Math.abs(ratio - 1));
  return {
    n: rows.length,
    median: median(errors),
    p90: quantile(errors, 0.9),
    ratio: median(rows.map(({ ratio }) => ratio)),
    coverage: rows.filter(({ inBand }) => inBand).length / rows.length,
  };
}
