// How far estimateSpeed is from public reports of speed, by class of question and by what the answer says it rests on.
import wasmCalculator from '../../dist/wasmCalculator.js';
import { answerOf, reportQuestion, reportRows } from './report-cells.mjs';
import { median, quantile } from './statistics.mjs';

const { estimateSpeed } = wasmCalculator;

/** Of all rows: median and p90 of the error at most, and the share of rows in their band. */
export const REPORT_TARGETS = { median: 0.11, p90: 0.32, coverage: [0.75, 0.88] };
/** Of a class of at least so many rows, the share in band. */
const OF_CLASS = { rows: 10, coverage: [0.7, 0.92] };

/** @param {string} file of JSON lines */
export function measureReports(file) {
  const refused = [];
  const answers = reportRows(file).flatMap((row) => {
    try {
      const { model, runtime, machine, workload } = reportQuestion(row);
      const estimate = estimateSpeed(model, runtime, machine, workload);
      const { p10, p50, p90 } = answerOf(estimate, row);
      const inBand = p10 <= row.measured && row.measured <= p90;
      return [{ row, ratio: p50 / row.measured, inBand, evidence: estimate.evidence }];
    } catch (error) {
      refused.push(`${row.src}: ${error.message}`);
      return [];
    }
  });
  const groups = new Map([['all', []]]);
  for (const answer of answers) {
    for (const key of ['all', `evidence ${answer.evidence}`, `class ${answer.row.cls}`]) {
      if (!groups.has(key)) groups.set(key, []);
      groups.get(key).push(answer);
    }
  }
  const lines = [...groups].map(([name, rows]) => {
    const errors = rows.map(({ ratio }) => Math.abs(ratio - 1));
    const coverage = rows.filter(({ inBand }) => inBand).length / rows.length;
    const line = {
      class: name,
      n: rows.length,
      median: median(errors),
      p90: quantile(errors, 0.9),
      ratio: median(rows.map(({ ratio }) => ratio)),
      coverage,
      misses: [],
    };
    const between = ([low, high]) => coverage >= low && coverage <= high;
    if (name === 'all') {
      if (line.median > REPORT_TARGETS.median) line.misses.push('median');
      if (line.p90 > REPORT_TARGETS.p90) line.misses.push('p90');
    }
    const wanted = name.startsWith('class ') ? OF_CLASS.coverage : REPORT_TARGETS.coverage;
    if (rows.length >= OF_CLASS.rows && !between(wanted)) line.misses.push('coverage');
    return line;
  });
  return { lines: lines.sort((a, b) => (a.class < b.class ? -1 : 1)), refused };
}

const percent = (share) => `${(100 * share).toFixed(0)} %`;

/** The table of classes. */
export const formatReports = (lines) =>
  [
    '| rows | n | median | p90 | median ratio | in band | misses |',
    '|---|---:|---:|---:|---:|---:|---|',
    ...lines.map(
      ({ class: name, n, median: middle, p90, ratio, coverage, misses }) =>
        `| ${[name, n, percent(middle), percent(p90), ratio.toFixed(2), percent(coverage), misses.join(', ')].join(' | ')} |`,
    ),
  ].join('\n');
