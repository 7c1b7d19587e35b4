// Bands of estimates: quantiles of measured over estimated, of what estimates on the same evidence were when whole
// sources, models, devices and families were left out. What a back end, a kind or a device shows for itself is drawn to
// what all show, the more the fewer cells there are.
import { BACKENDS, CLASSES, EVIDENCES } from './speed-profiles.mjs';
import { deviceOf, sourceKey } from './speed-validation.mjs';

/** No source counts for more than so many cells of one device in a band. */
const PER_SOURCE = 4;
/** Cells of all back ends count for so many beside those of one, and those of a back end beside those of one device. */
const OF_ALL = 12;
/** Cells from which on a device has bands of its own, which are of two sources or more. */
const ENOUGH_OF_DEVICE = 20;

/** Prompts after more tokens are of a kind of their own: kDeepPrompt of bands.hpp. */
const DEEP_PROMPT = 2048;

/** The band's kind of a cell, as C++ chooses it. */
export function bandKindOf(cell) {
  if (cell.batch > 1) return 'batched';
  if (cell.metric === 'prefill') return cell.depth > DEEP_PROMPT ? 'deepPrefill' : 'prefill';
  return cell.moe ? 'experts' : 'decode';
}

/** Classes of cells that rest on one profile: what is shared between GPUs and host has both bands. */
const OF_ONE = new Set(['decode', 'prefill', 'batch', 'cpu', 'cpu prefill']);

/**
 * Ways of leaving out that tell what others on the same evidence have to expect, and how much each counts. Whoever asks
 * is of no source that was fitted; a model, a device or a family that is left out has its source's other rows.
 */
const WEIGHTS = { source: 1, model: 0.25, device: 0.5, family: 0.5 };
const TELLING = Object.keys(WEIGHTS);

/**
 * Measured over estimated of every cell, by the evidence that is left when something is left out.
 *
 * @param {any[]} results of crossValidate()
 */
export const pointsOf = (results) =>
  results
    .filter(({ cell }) => OF_ONE.has(cell.class))
    .flatMap(({ cell, out }) =>
      TELLING.map((way) => ({
        ratio: cell.value / out[way].estimate,
        evidence: out[way].evidence,
        kind: bandKindOf(cell),
        backend: cell.backend,
        device: deviceOf(cell),
        source: sourceKey(cell),
        weight: WEIGHTS[way],
      })),
    );

/**
 * Weighted quantiles, so far out that the next one is beyond either with one chance in ten (split conformal prediction:
 * of n the 0.9 (n + 1)th from the other end).
 *
 * @param {{ ratio: number, weight: number }[]} points
 */
function tails(points) {
  const sorted = points.toSorted((a, b) => a.ratio - b.ratio);
  const total = sorted.reduce((sum, { weight }) => sum + weight, 0);
  const largest = Math.max(...sorted.map(({ weight }) => weight));
  const at = (ordered, rank) => {
    let sum = 0;
    for (const { ratio, weight } of ordered) {
      sum += weight;
      if (sum >= rank) return ratio;
    }
    return ordered.at(-1).ratio;
  };
  const outer = 0.9 * (total + largest);
  return { p10: at(sorted.toReversed(), outer), p50: at(sorted, 0.5 * total), p90: at(sorted, outer) };
}

/** Points of which no source has more than PER_SOURCE of one device, and all together count for `most` at most. */
function limited(points, most = Number.POSITIVE_INFINITY) {
  const keyOf = ({ device, source }) => `${device}, ${source}`;
  const counts = new Map();
  for (const point of points) counts.set(keyOf(point), (counts.get(keyOf(point)) ?? 0) + point.weight);
  const capped = points.map((point) => ({
    ...point,
    weight: point.weight * Math.min(1, PER_SOURCE / counts.get(keyOf(point))),
  }));
  const total = capped.reduce((sum, { weight }) => sum + weight, 0);
  const share = Math.min(1, most / total);
  return capped.map((point) => ({ ...point, weight: point.weight * share }));
}

/**
 * Own points beside what all others together show. Few sources say little of the next one: as with few samples of a
 * deviation, what they span is the less of what there is the fewer they are.
 */
function drawn(own, others) {
  const { p10, p50, p90 } = tails([...limited(own), ...limited(others, OF_ALL)]);
  const sources = new Set([...own, ...others].map(({ source }) => source)).size;
  const further = 1 + 2 / (1 + sources);
  return { p10: p10 ** further, p50, p90: p90 ** further };
}

/** Quantiles of points that are alike. @param {{ ratio: number, device: string, source: string }[]} points */
export const quantilesOf = (points) => ({
  n: points.length,
  ...tails(limited(points.map((point) => ({ weight: 1, ...point })))),
});

const isHost = ({ backend }) => backend === 'cpu';

/** Nothing was measured that is like it: half as far again. */
const wider = (ratio) => ratio ** 1.5;
/** The next surer of each: who knows less is no surer. */
const SURER = { none: 'backend', backend: 'family', family: 'device' };
const FROM_SUREST = ['device', 'family', 'backend', 'none'];

/**
 * The bands of every back end, evidence and kind, and of devices that have cells enough.
 *
 * @param {ReturnType<typeof pointsOf>} points
 * @returns {{ backend: string, evidence: string, class: string, device: string, n: number, p10: number, p50: number,
 *   p90: number }[]}
 */
export function bandsOf(points) {
  const bands = [];
  const bandAt = (backend, evidence, kind) =>
    bands.find((band) => band.backend === backend && band.evidence === evidence && band.class === kind);
  for (const backend of BACKENDS) {
    const onSide = points.filter((point) => isHost(point) === isHost({ backend }));
    for (const stated of FROM_SUREST) {
      for (const kind of CLASSES) {
        // Whatever is known of a device, nothing is of a kind that its back end has no cell of.
        const has = points.some((point) => point.backend === backend && point.kind === kind);
        const evidence = has ? stated : 'none';
        const known = evidence === 'none' ? 'backend' : evidence;
        const like = (of) => onSide.filter((point) => point.evidence === of && point.kind === kind);
        // Of processors there are few batches and experts; drafts are known from reports alone.
        const pool = [known, 'family', 'backend', 'device'].map(like).find((found) => found.length > 0);
        const decoding = onSide.filter((point) => point.kind === 'decode');
        const all = pool ?? (decoding.length > 0 ? decoding : points);
        const own = all.filter((point) => point.backend === backend);
        const { p10, p50, p90 } = drawn(
          own,
          all.filter((point) => point.backend !== backend),
        );
        const surer = bandAt(backend, SURER[stated], kind);
        // The law is fitted without bias, but for drafts, and for batches, of which most back ends have none.
        const middle = kind === 'drafted' || (kind === 'batched' && own.length === 0) ? p50 : 1;
        const low = evidence === 'none' ? wider(p10) : p10;
        const high = evidence === 'none' ? wider(p90) : p90;
        bands.push({
          backend,
          evidence: stated,
          class: kind,
          device: '',
          n: own.length,
          p10: Math.min(low, middle, surer?.p10 ?? low),
          p50: middle,
          p90: Math.max(high, middle, surer?.p90 ?? high),
        });
      }
    }
  }
  return [...bands, ...deviceBands(points)];
}

/** Of a device's own bands each cell counts as its source and as its model were left out. */
function deviceBands(points) {
  const bands = [];
  for (const backend of BACKENDS) {
    for (const kind of CLASSES) {
      const known = points.filter(
        (point) => point.backend === backend && point.kind === kind && point.evidence === 'device',
      );
      for (const device of new Set(known.map((point) => point.device))) {
        const own = known.filter((point) => point.device === device);
        const sources = new Set(own.map(({ source }) => source));
        const cells = own.reduce((sum, { weight }) => sum + weight, 0);
        if (cells < ENOUGH_OF_DEVICE || sources.size < 2) continue;
        const others = known.filter((point) => point.device !== device);
        const { p10, p90 } = tails([...own, ...limited(others, OF_ALL)]);
        bands.push({
          backend,
          evidence: 'device',
          class: kind,
          device,
          n: own.length,
          p10: Math.min(p10, 1),
          p50: 1,
          p90: Math.max(p90, 1),
        });
      }
    }
  }
  return bands;
}

/**
 * The band of an estimate: a device's own, or what its back end has.
 *
 * @param {ReturnType<typeof bandsOf>} bands
 * @param {{ backend: string, evidence: string, kind: string, device?: string }} like
 */
export function bandFor(bands, { backend, evidence, kind, device }) {
  const of = (name) =>
    bands.find(
      (band) => band.backend === backend && band.evidence === evidence && band.class === kind && band.device === name,
    );
  return (evidence === 'device' && device && of(device)) || of('');
}

/** What bandFor() is asked of a cell. */
export const likeOf = (cell, evidence) => ({
  backend: cell.backend,
  evidence,
  kind: bandKindOf(cell),
  device: deviceOf(cell),
});

/** Places bands in the order of the tables of C++. */
export const bandPlace = ({ backend, evidence, class: kind, device }) =>
  (device === '' ? 0 : 1e6) +
  (BACKENDS.indexOf(backend) * EVIDENCES.length + EVIDENCES.indexOf(evidence)) * CLASSES.length +
  CLASSES.indexOf(kind);
