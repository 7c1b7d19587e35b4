// How far estimateSpeed is from public reports of speed, by class of question and by what the answer says it rests on:
// by the shipped profiles, and by fits that know nothing of a report's source.
import { estimateIn, figuresOf } from './left-out.mjs';
import { answerOf, reportCells, reportQuestion, reportRows, reportSource } from './report-cells.mjs';
import { bandsOf, pointsOf } from './speed-bands.mjs';
import { judgedCells, ownCells } from './speed-cells.mjs';
import { answered, crossValidate } from './speed-validation.mjs';

/** Of all rows: median and p90 of the error at most, and the share of rows in their band. */
export const REPORT_TARGETS = { median: 0.11, p90: 0.32, coverage: [0.75, 0.88] };
/** Of a class of at least so many rows, the share in band. */
const OF_CLASS = { rows: 10, coverage: [0.7, 0.92] };

/**
 * Answers to rows of reports.
 *
 * @param {any[]} rows
 * @param {(row: any) => { fits?: any, bands?: any[] }} known what is known when a row is asked
 * @returns {{ answers: any[], refused: string[] }}
 */
export function askReports(rows, known = () => ({})) {
  const refused = [];
  const answers = rows.flatMap((row) => {
    try {
      const question = reportQuestion(row);
      const { fits, bands } = known(row);
      const estimate = estimateIn(question, fits, bands);
      const { p10, p50, p90 } = answerOf(estimate, row);
      return [
        {
          row,
          backend: question.runtime.backend,
          ratio: p50 / row.measured,
          inBand: p10 <= row.measured && row.measured <= p90,
          evidence: estimate.evidence,
        },
      ];
    } catch (error) {
      refused.push(`${row.src}: ${error.message}`);
      return [];
    }
  });
  return { answers, refused };
}

/**
 * Measured over estimated of reports with a draft, which no cell of a fit has.
 *
 * @param {string} file
 * @param {Map<string, any>} sources fits without each source
 * @param {any} fits of all
 * @param {ReturnType<typeof bandsOf>} bands
 */
export function draftPoints(file, sources, fits, bands) {
  const rows = reportRows(file).filter(({ q, metric }) => q.dl && !q.eng && metric === 'decode');
  const { answers } = askReports(rows, (row) => ({ fits: sources.get(reportSource(row)) ?? fits, bands }));
  return answers.map(({ row, backend, ratio, evidence }) => ({
    ratio: 1 / ratio,
    evidence,
    kind: 'drafted',
    backend,
    device: row.hw,
    source: reportSource(row),
    weight: 1,
  }));
}

/** By fits to everything but a row's source, of a folder of measurements, our own runs and the file itself. */
function validated(file, folder, log) {
  const cells = answered([...judgedCells(folder), ...ownCells(), ...reportCells(file, log)], log);
  return crossValidate(cells, log);
}

/** Answers to a file of reports by fits without each row's source. @param {string} file */
export function leftOutAnswers(file, { fits, results, sources }) {
  const points = pointsOf(results);
  points.push(...draftPoints(file, sources, fits, bandsOf(points)));
  const bands = new Map();
  return askReports(reportRows(file), (row) => {
    const source = reportSource(row);
    if (!bands.has(source)) bands.set(source, bandsOf(points.filter((point) => point.source !== source)));
    return { fits: sources.get(source) ?? fits, bands: bands.get(source) };
  }).answers;
}

/** The names of a row's groups. */
const groupsOf = ({ row, evidence }) => ['all', `evidence ${evidence}`, `class ${row.cls}`];

export function grouped(answers) {
  const groups = new Map();
  for (const answer of answers) {
    for (const key of groupsOf(answer)) {
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(answer);
    }
  }
  return groups;
}

function missesOf(name, { n, median, p90, coverage }) {
  const misses = [];
  if (name === 'all') {
    if (median > REPORT_TARGETS.median) misses.push('median');
    if (p90 > REPORT_TARGETS.p90) misses.push('p90');
  }
  const [low, high] = name.startsWith('class ') ? OF_CLASS.coverage : REPORT_TARGETS.coverage;
  if (n >= OF_CLASS.rows && !(coverage >= low && coverage <= high)) misses.push('coverage');
  return misses;
}

/**
 * @param {string} file of JSON lines
 * @param {{ folder?: string, log?: (text: string) => void }} [options] `folder`: of measurements, to leave out sources;
 *   what is judged is then what is left out
 */
export function measureReports(file, { folder, log = () => {} } = {}) {
  const shipped = askReports(reportRows(file));
  const groups = grouped(shipped.answers);
  const left = folder ? grouped(leftOutAnswers(file, validated(file, folder, log))) : new Map();
  return { lines: linesOf(groups, left), refused: shipped.refused };
}

/** Lines of a table. @param {Map<string, any[]>} groups by the shipped profiles @param {Map<string, any[]>} left */
export function linesOf(groups, left) {
  const names = [...new Set(['all', ...groups.keys(), ...left.keys()])].sort();
  return names.map((name) => {
    const rows = groups.get(name) ?? [];
    const known = rows.length > 0 ? figuresOf(rows) : { n: 0 };
    const out = left.has(name) ? figuresOf(left.get(name)) : undefined;
    return { class: name, ...known, ...(out && { leftOut: out }), misses: missesOf(name, out ?? known) };
  });
}

const percent = (share) => (share === undefined ? '' : `${(100 * share).toFixed(0)} %`);
const cellsOf = ({ n, median, p90, ratio, coverage } = {}) => [
  n ?? '',
  percent(median),
  percent(p90),
  ratio?.toFixed(2) ?? '',
  percent(coverage),
];

/** The table of classes. */
export function formatReports(lines) {
  const isLeftOut = lines.some((line) => line.leftOut);
  const figures = 'n | median | p90 | median ratio | in band';
  const head = isLeftOut ? `${figures} | source left out: ${figures}` : figures;
  return [
    `| rows | ${head} | misses |`,
    `|---|${'---:|'.repeat(isLeftOut ? 10 : 5)}---|`,
    ...lines.map(
      (line) =>
        `| ${[line.class, ...cellsOf(line), ...(isLeftOut ? cellsOf(line.leftOut) : []), line.misses.join(', ')].join(' | ')} |`,
    ),
  ].join('\n');
}
