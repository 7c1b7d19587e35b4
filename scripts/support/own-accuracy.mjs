// How far estimateSpeed is from our own runs on one and two GPUs of a kind: by the way in which the GPUs share a model,
// dense or with experts, by the shipped profiles and by fits that know no such run, and none of the model.
import { estimateIn, figuresOf } from './left-out.mjs';
import { ownRunRows } from './own-runs.mjs';
import { cellsOfOwn, judgedCells, ownCells } from './speed-cells.mjs';
import { spreadRows } from './speed-profiles.mjs';
import { answered, fitAll, refit } from './speed-validation.mjs';

/** Median and p90 of the error at most, by what is measured. */
const TARGETS = { decode: [0.06, 0.12], prefill: [0.1, 0.25], batch: [0.12, 0.3] };
const COVERAGE = [0.7, 0.92];
const LEAST_ROWS = 10;

const SPLITS = { layer: 'layer split', tensor: 'tensor split' };
const placeOf = ({ gpus, split, class: name }) =>
  /^offload|^cpu/.test(name) ? 'with the host' : gpus === 1 ? 'one GPU' : `${gpus} GPUs, ${SPLITS[split]}`;
const kindOf = ({ batch, metric }) => (batch > 1 ? 'batch' : metric);
const classOf = (cell) => `${placeOf(cell)}, ${kindOf(cell)}, ${cell.moe ? 'experts' : 'dense'}`;

function answersOf(cells, known) {
  return cells.map((cell) => {
    const { fits, bands } = known(cell);
    const estimate = estimateIn(cell.question, fits, bands);
    const { p10, p50, p90 } = cell.metric === 'prefill' ? estimate.prefill : estimate.tokensPerSecondTotal;
    return { class: classOf(cell), ratio: p50 / cell.value, inBand: p10 <= cell.value && cell.value <= p90 };
  });
}

/**
 * @param {string} folder of our own runs
 * @param {{ measured?: string, log?: (text: string) => void }} [options] `measured`: a folder of measurements, to fit
 *   without these runs
 */
export function measureOwn(folder, { measured, log = () => {} } = {}) {
  const cells = cellsOfOwn(ownRunRows(folder, 'h200'), 'h200');
  const ways = new Map([['shipped', answersOf(cells, () => ({}))]]);
  if (measured) {
    const all = answered([...judgedCells(measured), ...ownCells()], log);
    const fits = fitAll(all);
    const bands = spreadRows().map((row) => ({
      ...row,
      p10: Number(row.p10),
      p50: Number(row.p50),
      p90: Number(row.p90),
    }));
    const without = refit(fits, all, ({ golden }) => golden === 'h200');
    ways.set(
      'runs left out',
      answersOf(cells, () => ({ fits: without, bands })),
    );
    const models = new Map();
    ways.set(
      'model left out',
      answersOf(cells, ({ modelKey }) => {
        if (!models.has(modelKey))
          models.set(
            modelKey,
            refit(fits, all, (cell) => cell.modelKey === modelKey),
          );
        return { fits: models.get(modelKey), bands };
      }),
    );
  }
  const kinds = new Map(cells.map((cell) => [classOf(cell), kindOf(cell)]));
  return [...kinds.keys()].sort().map((name) => {
    const figures = Object.fromEntries(
      [...ways].map(([way, answers]) => [way, figuresOf(answers.filter((answer) => answer.class === name))]),
    );
    const { n, median, p90, coverage } = figures.shipped;
    const [middle, far] = TARGETS[kinds.get(name)];
    const misses = [];
    if (!name.startsWith('with the host')) {
      if (median > middle) misses.push('median');
      if (p90 > far) misses.push('p90');
      if (n >= LEAST_ROWS && !(coverage >= COVERAGE[0] && coverage <= COVERAGE[1])) misses.push('coverage');
    }
    return { class: name, n, figures, misses };
  });
}

const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** The table of classes. @param {ReturnType<typeof measureOwn>} lines */
export function formatOwn(lines) {
  const ways = Object.keys(lines[0].figures);
  const cells = ({ median, p90, coverage }) => `${percent(median)} / ${percent(p90)} | ${percent(coverage)}`;
  return [
    `| runs | n | ${ways.map((way) => `${way} | in band`).join(' | ')} | misses |`,
    `|---|---:|${'---:|---:|'.repeat(ways.length)}---|`,
    ...lines.map(
      ({ class: name, n, figures, misses }) =>
        `| ${[name, n, ...ways.map((way) => cells(figures[way])), misses.join(', ')].join(' | ')} |`,
    ),
  ].join('\n');
}
