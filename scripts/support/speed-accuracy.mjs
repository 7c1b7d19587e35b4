// How far estimateSpeed is from measurements: errors by class, what they are held to, and simple rules beside them.
import wasmCalculator from '../../dist/wasmCalculator.js';
import { figuresOf } from './left-out.mjs';
import { reportCells } from './report-cells.mjs';
import { bandFor, bandsOf, likeOf, pointsOf } from './speed-bands.mjs';
import { judgedCells, ownCells } from './speed-cells.mjs';
import { spreadRows } from './speed-profiles.mjs';
import {
  answered,
  betweenEnds,
  calibrateWithOne,
  crossValidate,
  depthRatios,
  sourceKey,
  WAYS,
} from './speed-validation.mjs';
import { median, quantile } from './statistics.mjs';

const { estimateSpeed, planMemory } = wasmCalculator;

/** Shares: of an error the median and the 90th percentile at most, of cells within their band from and to. */
const COVERAGE = [0.75, 0.88];
const TARGETS = {
  'decode, dense, known device': [0.06, 0.18],
  'decode, dense, unseen device': [0.08, 0.25],
  'decode, mixture of experts': [0.15, 0.4],
  'H100, decode': [0.05, 0.11],
  'H100, decode at depth': [0.05, 0.11],
  'decode at depth, relative': [0.08, 0.2],
  'partial offload, both ends given': [0.015, 0.08],
  'prefill, unseen device': [0.12, 0.35],
  'CPU only, bandwidth known': [0.12, 0.3],
  'batch 2 to 64': [0.15, 0.35],
  'after one own row, other models': [0.05, 0.12],
};
/** Of the unseen device's decoding. */
const BIAS = 0.03;

/** Of our own runs: how GPUs share, and what was measured. */
const splitOf = ({ gpus, split }) => (gpus === 1 ? 'none' : split);
const kindOfOwn = ({ class: name, metric, batch }) =>
  name.startsWith('offload') || name.startsWith('cpu') ? null : batch > 1 ? 'batch' : metric;
const isStart = (cell) => cell.class === 'decode' && cell.depthClass === 0;

/** Classes of estimates of cells; what has no target is reported apart. */
const CLASSES = [
  ['decode, dense, known device', (r) => !r.cell.golden && isStart(r.cell) && !r.cell.moe && r.known],
  ['decode, dense, unseen device', (r) => !r.cell.golden && isStart(r.cell) && !r.cell.moe && !r.known],
  [
    'decode, mixture of experts',
    (r) => !r.cell.golden && isStart(r.cell) && r.cell.moe && (r.validated ? !r.known : true),
  ],
  [
    'mixture of experts, known device',
    (r) => r.validated && !r.cell.golden && isStart(r.cell) && r.cell.moe && r.known,
  ],
  ['H100, decode', (r) => r.cell.golden === 'h100' && isStart(r.cell) && !r.cell.moe && r.known],
  [
    'H100, decode at depth',
    (r) => r.cell.golden === 'h100' && r.cell.class === 'decode' && !isStart(r.cell) && r.known,
  ],
  [
    'prefill, known device',
    (r) => !r.cell.golden && r.cell.class === 'prefill' && r.cell.depthClass <= 2048 && r.known,
  ],
  [
    'prefill, unseen device',
    (r) => !r.cell.golden && r.cell.class === 'prefill' && r.cell.depthClass <= 2048 && !r.known,
  ],
  [
    'prefill at depth',
    (r) => r.cell.class === 'prefill' && r.cell.depthClass > 2048 && (r.validated ? !r.known : true),
  ],
  [
    'H100, prefill',
    (r) => r.cell.golden === 'h100' && r.cell.class === 'prefill' && r.cell.depthClass <= 2048 && r.known,
  ],
  // Of tests/golden/h200.tsv each kind of split; their own rows are in the fits.
  ...['none', 'layer', 'tensor'].flatMap((split) =>
    ['decode', 'prefill', 'batch'].map((kind) => [
      `H200, ${split === 'none' ? 'one GPU' : `two GPUs, ${split} split`}, ${kind}`,
      (r) => r.cell.golden === 'h200' && splitOf(r.cell) === split && kindOfOwn(r.cell) === kind && r.known,
    ]),
  ),
  ['CPU only, bandwidth known', (r) => r.cell.class === 'cpu' && (r.validated ? !r.known : true)],
  ['CPU only, prefill', (r) => r.cell.class === 'cpu prefill' && (r.validated ? !r.known : true)],
  ['batch 2 to 64', (r) => r.cell.class === 'batch' && r.cell.batch <= 64 && (r.validated ? !r.known : true)],
  ['offload, decode, from data sheets', (r) => r.cell.class === 'offload, decode' && (r.validated ? !r.known : true)],
  ['offload, prefill, from data sheets', (r) => r.cell.class === 'offload, prefill' && (r.validated ? !r.known : true)],
  ['several GPUs, decode', (r) => r.cell.class === 'several GPUs, decode' && (r.validated ? !r.known : true)],
  ['several GPUs, prefill', (r) => r.cell.class === 'several GPUs, prefill' && (r.validated ? !r.known : true)],
];

/** The shipped bands. */
const shippedBands = spreadRows();

/** An estimate by the law with the shipped band of what it rests on. */
const banded = (cell, estimate, evidence) => within(estimate, bandFor(shippedBands, likeOf(cell, evidence)));

/** The band of a model that was measured with all its layers on either side. */
const measuredBand = ({ cell, estimate }) => ({
  cell,
  value: cell.value,
  ...within(
    estimate,
    shippedBands.find(({ class: kind }) => kind === 'measured'),
  ),
});

function within(estimate, { p10, p50, p90 }) {
  return { low: estimate * Number(p10), estimate: estimate * Number(p50), high: estimate * Number(p90) };
}

/** By fits that know nothing of the model, and of the device. */
const validatedEstimates = ({ results }) =>
  results.flatMap(({ cell, out: { model, device } }) => [
    { cell, validated: true, known: true, ...banded(cell, model.estimate, 'device') },
    { cell, validated: true, known: false, ...banded(cell, device.estimate, device.evidence) },
  ]);

/** What a cell is counted as where ways of leaving out stand side by side. */
function sideOf(cell) {
  const deep = cell.depth > 2048 ? ' at depth' : '';
  const model = cell.moe ? 'experts' : 'dense';
  if (cell.class === 'decode' || cell.class === 'prefill') return `${cell.class}${deep}, ${model}`;
  return cell.class === 'batch' ? `batch, ${model}` : cell.class;
}

/**
 * Every class by the fits that know all, and by those without the model, the device, the family, the source and the
 * year; bands of what is without the source are of other sources.
 */
function sideBySide({ results }) {
  const points = pointsOf(results);
  const bands = new Map();
  const bandsWithout = (source) => {
    if (!bands.has(source)) bands.set(source, bandsOf(points.filter((point) => point.source !== source)));
    return bands.get(source);
  };
  const groups = new Map();
  const add = (name, result) => groups.set(name, [...(groups.get(name) ?? []), result]);
  for (const result of results) {
    const { cell, out } = result;
    if (/^batch, prefill/.test(cell.class)) continue;
    add(sideOf(cell), result);
    if (/^(?:decode|prefill|batch|cpu)/.test(cell.class))
      add(`evidence ${out.source.evidence}, source left out`, result);
  }
  const rowOf = ({ cell }, estimate, evidence, from) => {
    const { low, estimate: middle, high } = within(estimate, bandFor(from, likeOf(cell, evidence)));
    return { ratio: middle / cell.value, inBand: low <= cell.value && cell.value <= high };
  };
  return [...groups]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, rows]) => ({
      class: name,
      n: rows.length,
      figures: {
        fitted: figuresOf(rows.map((row) => rowOf(row, row.fitted, 'device', shippedBands))),
        ...Object.fromEntries(
          Object.keys(WAYS).map((way) => [
            way,
            figuresOf(
              rows.map((row) => {
                const { estimate, evidence } = row.out[way];
                return rowOf(
                  row,
                  estimate,
                  evidence,
                  way === 'source' ? bandsWithout(sourceKey(row.cell)) : shippedBands,
                );
              }),
            ),
          ]),
        ),
      },
    }));
}

/** Fewer cells of a source may be of one odd model. */
const LEAST_OF_SOURCE = 3;

/**
 * Sources that contradict each other about a device: by what factor the medians of measured over estimated differ, where
 * the estimates are of fits that know nothing of the device, which takes off what differs between models; the widest
 * first.
 */
export function contradictions(results) {
  const groups = new Map();
  for (const { cell, out } of results) {
    if (!['decode', 'prefill', 'cpu'].includes(cell.class)) continue;
    const { backend, kind, device } = likeOf(cell);
    const of = JSON.stringify([device, backend, kind]);
    if (!groups.has(of)) groups.set(of, new Map());
    const sources = groups.get(of);
    const source = sourceKey(cell);
    sources.set(source, [...(sources.get(source) ?? []), cell.value / out.device.estimate]);
  }
  return [...groups]
    .flatMap(([of, sources]) => {
      const [device, backend, kind] = JSON.parse(of);
      const known = [...sources].filter(([, ratios]) => ratios.length >= LEAST_OF_SOURCE);
      const sorted = known.map(([source, ratios]) => ({ source, n: ratios.length, ratio: median(ratios) }));
      sorted.sort((a, b) => a.ratio - b.ratio);
      if (sorted.length < 2) return [];
      return [
        { device, backend, kind, slow: sorted[0], fast: sorted.at(-1), factor: sorted.at(-1).ratio / sorted[0].ratio },
      ];
    })
    .sort((a, b) => b.factor - a.factor);
}

/** By the shipped profiles. */
function shippedEstimates(cells) {
  return cells.map((cell) => {
    const { model, runtime, machine, workload } = cell.question;
    const found = estimateSpeed(model, runtime, machine, workload);
    const { p10, p50, p90 } = cell.metric === 'prefill' ? found.prefill : found.tokensPerSecondTotal;
    return { cell, validated: false, known: found.evidence === 'device', low: p10, estimate: p50, high: p90 };
  });
}

/** The shipped profiles as fits that know all devices alike, for what is calibrated. */
function shippedResults(cells) {
  return cells.map((cell) => {
    const { model, runtime, machine, workload } = cell.question;
    const found = estimateSpeed(model, runtime, machine, workload);
    const { p50 } = cell.metric === 'prefill' ? found.prefill : found.tokensPerSecondTotal;
    return { cell, out: { device: { estimate: p50 } } };
  });
}

/** Simple rules for decoding, as their authors state them; tokens/s. `constant`: fitted to the very cells. */
const RULES = {
  ceiling: ({ bandwidth, read }) => bandwidth / read,
  'best constant': ({ bandwidth, read }, share) => (share * bandwidth) / read,
  llmfit: ({ bandwidth, read }) => (0.55 * bandwidth) / read,
  'canirun.ai': ({ bandwidth, file, apple }) => ((apple ? 0.65 : 0.7) * bandwidth) / file,
  'gguf-parser': ({ bandwidth, file }) => bandwidth / file,
  LLMcalc: ({ bandwidth, file }) => bandwidth / file,
};

function sheetOf({ question, family }) {
  const { model, runtime, machine, workload } = question;
  const plan = planMemory(model, { ...runtime, contextLength: 4096 });
  return {
    bandwidth: machine.gpus[0]?.bandwidth ?? machine.host.bandwidth,
    read: plan.bytesPerToken,
    file: workload.fileBytes ?? plan.fileBytes,
    apple: family.startsWith('Apple'),
  };
}

function rulesOf(rows) {
  const sheets = rows.map(({ cell }) => sheetOf(cell));
  const share = median(rows.map(({ cell }, i) => cell.value / RULES.ceiling(sheets[i])));
  return Object.fromEntries(
    Object.entries(RULES).map(([name, rule]) => {
      const errors = rows.map(({ cell }, i) => Math.abs(rule(sheets[i], share) / cell.value - 1));
      return [name, { median: median(errors), p90: quantile(errors, 0.9) }];
    }),
  );
}

/** Devices with cells that are further off than `limit`, those with most first. */
function beyondOf(rows, limit) {
  const devices = new Map();
  for (const { cell, estimate, value } of rows) {
    const device = `${cell.hardware}, ${cell.backend}`;
    const count = devices.get(device) ?? { device, far: 0, n: 0 };
    devices.set(device, { ...count, far: count.far + (Math.abs(estimate / value - 1) > limit), n: count.n + 1 });
  }
  return [...devices.values()].filter(({ far }) => far > 0).sort((a, b) => b.far - a.far);
}

/** One line of the table. `rows`: value and estimate, and where they have one a band. */
function lineOf(name, rows, isDecode = false) {
  if (rows.length === 0) return { class: name, n: 0, misses: [] };
  const errors = rows.map(({ value, estimate }) => estimate / value - 1);
  const sizes = errors.map(Math.abs);
  const inBand = rows.filter(({ low, high, value }) => low <= value && value <= high).length / rows.length;
  const line = {
    class: name,
    n: rows.length,
    devices: new Set(rows.map(({ cell }) => cell.hardware)).size,
    median: median(sizes),
    p90: quantile(sizes, 0.9),
    bias: median(errors),
    coverage: rows[0].low === undefined ? null : inBand,
    misses: [],
  };
  const target = TARGETS[name];
  if (target) {
    if (line.median > target[0]) line.misses.push('median');
    if (line.p90 > target[1]) line.misses.push('p90');
    if (name === 'decode, dense, unseen device' && Math.abs(line.bias) > BIAS) line.misses.push('bias');
    if (line.coverage !== null && (line.coverage < COVERAGE[0] || line.coverage > COVERAGE[1]))
      line.misses.push('coverage');
    line.target = { median: target[0], p90: target[1] };
    line.beyond = beyondOf(rows, target[1]);
  }
  if (isDecode) line.rules = rulesOf(rows);
  return line;
}

const withValue = (row) => ({ ...row, value: row.value ?? row.cell.value });

/**
 * @param {string} folder of measurements
 * @param {{ validate?: boolean, reports?: string, log?: (text: string) => void }} [options] `validate`: fits anew without
 *   each model, each device and each source in turn, instead of using the shipped profiles; `reports`: a file of public
 *   reports beside the folder
 */
export function measureSpeed(folder, { validate = false, reports, log = () => {} } = {}) {
  const cells = answered([...judgedCells(folder), ...ownCells(), ...(reports ? reportCells(reports, log) : [])], log);
  return judged(cells, validate ? crossValidate(cells, log) : null);
}

/** The same of cells, and of what was left out of them if it was. @param {any[]} cells @param {any} validated */
export function judged(cells, validated) {
  const estimates = (validated ? validatedEstimates(validated) : shippedEstimates(cells)).map(withValue);
  const results = validated ? validated.results : shippedResults(cells);
  const lines = CLASSES.map(([name, belongs]) =>
    lineOf(name, estimates.filter(belongs), /^decode, |^H100, decode$/.test(name)),
  );
  const calibratedBand = ({ cell, estimate }) => ({ cell, value: cell.value, ...banded(cell, estimate, 'calibrated') });
  lines.push(
    lineOf('decode at depth, relative', depthRatios(results)),
    lineOf('partial offload, both ends given', betweenEnds(results).map(measuredBand)),
    lineOf('after one own row, other models', calibrateWithOne(results).map(calibratedBand)),
  );
  const order = Object.keys(TARGETS);
  const rank = ({ class: name }) => (order.includes(name) ? order.indexOf(name) : order.length);
  const single = estimates.filter(({ cell }) => ['decode', 'prefill', 'batch', 'cpu'].includes(cell.class));
  const worst = single
    .map((row) => ({ ...row, error: row.estimate / row.value - 1 }))
    .sort((a, b) => Math.abs(Math.log(b.estimate / b.value)) - Math.abs(Math.log(a.estimate / a.value)))
    .slice(0, 10)
    .map(({ cell, error, value, estimate }) => ({
      what: [
        cell.hardware,
        cell.backend,
        cell.modelKey,
        cell.fileType,
        cell.metric,
        cell.batch > 1 ? `batch ${cell.batch}` : '',
        cell.depthClass > 0 ? `depth ${Math.round(cell.depth)}` : '',
      ]
        .filter(Boolean)
        .join(', '),
      value,
      estimate,
      error,
    }));
  return {
    lines: lines.sort((a, b) => rank(a) - rank(b)),
    sides: validated ? sideBySide(validated) : [],
    contradictions: validated ? contradictions(validated.results) : [],
    worst,
  };
}

export const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** The table of classes. */
export function formatSpeed(lines) {
  const rows = lines
    .filter(({ n }) => n > 0)
    .map(({ class: name, n, devices, median: middle, p90, bias, coverage, target, misses }) =>
      [
        name,
        n,
        devices,
        percent(middle),
        percent(p90),
        percent(bias),
        coverage === null ? '' : percent(coverage),
        target ? `${percent(target.median)} / ${percent(target.p90)}` : '',
        misses.join(', '),
      ].join(' | '),
    );
  return [
    '| class | n | devices | median | p90 | bias | in band | asked | misses |',
    '|---|---:|---:|---:|---:|---:|---:|---:|---|',
    ...rows.map((row) => `| ${row} |`),
  ].join('\n');
}

/** Every class by what was left out: median / p90 of the errors, and the share in band. */
export function formatSides(sides) {
  const ways = Object.keys(sides[0].figures);
  const cell = ({ median: middle, p90, coverage }) =>
    `${(100 * middle).toFixed(0)} / ${(100 * p90).toFixed(0)} / ${(100 * coverage).toFixed(0)}`;
  return [
    `| class | n | ${ways.map((way) => (way === 'fitted' ? 'nothing' : way)).join(' | ')} |`,
    `|---|---:|${'---:|'.repeat(ways.length)}`,
    ...sides.map(
      ({ class: name, n, figures }) => `| ${[name, n, ...ways.map((way) => cell(figures[way]))].join(' | ')} |`,
    ),
  ].join('\n');
}

/** Sources that differ. */
export const formatContradictions = (rows) =>
  [
    '| device | back end | kind | factor | slower: cells | faster: cells |',
    '|---|---|---|---:|---|---|',
    ...rows.map(
      ({ device, backend, kind, factor, slow, fast }) =>
        `| ${[device, backend, kind, factor.toFixed(2), `${slow.source}: ${slow.n}`, `${fast.source}: ${fast.n}`].join(' | ')} |`,
    ),
  ].join('\n');

/** Where the errors are that a missed 90th percentile is of. */
export function formatBeyond(lines) {
  return lines
    .filter(({ misses }) => misses.includes('p90'))
    .map(({ class: name, n, target, beyond }) => {
      const all = beyond.reduce((sum, { far }) => sum + far, 0);
      const devices = beyond.slice(0, 5).map(({ device, far, n: own }) => `${device} ${far} of ${own}`);
      return `${name}: beyond ${percent(target.p90)} are ${all} of ${n}: ${devices.join('; ')}`;
    })
    .join('\n');
}

/** Simple rules beside the estimates, median / p90. */
export function formatRules(lines) {
  const names = Object.keys(RULES);
  const cell = ({ median: middle, p90 }) => `${percent(middle)} / ${percent(p90)}`;
  const rows = lines
    .filter(({ rules }) => rules)
    .map(
      (line) => `| ${[line.class, line.n, cell(line), ...names.map((name) => cell(line.rules[name]))].join(' | ')} |`,
    );
  return [
    `| class | n | estimateSpeed | ${names.join(' | ')} |`,
    `|---|---:|${'---:|'.repeat(names.length + 1)}`,
    ...rows,
  ].join('\n');
}
