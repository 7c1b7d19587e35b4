// How far planMemory is from recorded plans: errors by quantity and class, and the targets they are held to.
import { classOf } from './memory-golden.mjs';
import { summary } from './statistics.mjs';

const MIB = 1024 * 1024;
/** Two decimals are printed, so half of the last digit is not an error. */
const HALF_DIGIT = 0.005;
const EXACT = ['kvCache', 'recurrentState', 'outputBuffer'];

/** The share of `recorded` by which `estimate` (both MiB) misses the interval that was printed. */
const errorOf = (estimate, recorded, terms = 1) =>
  Math.max(0, Math.abs(estimate - recorded) - HALF_DIGIT * terms - 1e-9) / recorded;

/** Where the layers are, in words. */
function placementOf({ gpus, gpuLayers, cpuMoeLayers, kvOffload }) {
  if (gpus === 0) return 'no GPU';
  if (!kvOffload) return 'cache on host';
  if (cpuMoeLayers > 0) return 'experts on host';
  return gpuLayers === 'all' ? 'full offload' : 'partial offload';
}

const describe = (run, device) => {
  const { options } = run;
  const words = [
    run.model,
    options.fileType,
    options.server ? 'server' : 'fit-params',
    `ctx ${options.contextLength}`,
    `ub ${options.microBatchSize}`,
    `seq ${options.sequences}${options.kvUnified ? ' unified' : ''}`,
    options.flashAttention ? 'FA' : 'no FA',
    `${options.cacheTypeK}/${options.cacheTypeV}`,
    `ngl ${options.gpuLayers}`,
  ];
  if (options.cpuMoeLayers) words.push(`cpu-moe ${options.cpuMoeLayers}`);
  if (options.swaFull) words.push('swa-full');
  return [...words, device].join(', ');
};

/**
 * @param {{ models: Map<string, any>, runs: any[], weights: any[] }} golden
 * @param {(model: any, runtime: any) => any} planMemory
 * @returns {{ table: string, class: string, error: number, signed: number, what: string }[]}
 */
export function measure({ models, runs, weights }, planMemory) {
  const errors = [];
  const add = (table, group, error, signed, what) => errors.push({ table, class: group, error, signed, what });
  /** The plan, or null where it is refused: that is wrong as a whole, since llama.cpp made one. */
  const planOf = (table, group, model, runtime) => {
    try {
      return planMemory(models.get(model), runtime);
    } catch (error) {
      add(table, group, 1, 0, `${model} refused: ${error.message}`);
      return null;
    }
  };
  for (const { model, fileType, mib } of weights) {
    if (!models.has(model)) continue;
    const file = planOf('weights', 'all', model, { fileType, contextLength: 512 });
    if (!file) continue;
    const got = file.fileBytes / MIB;
    add('weights', 'all', Math.max(0, Math.abs(got - mib) - 0.00005) / mib, (got - mib) / mib, `${model}, ${fileType}`);
  }
  for (const run of runs) {
    const spec = models.get(run.model);
    if (!spec) continue;
    const plan = planOf('whole plan', 'all', run.model, { ...run.options, backend: 'vulkan' });
    if (!plan) continue;
    const group = classOf(spec);
    const placement = placementOf(run.options);
    const what = describe(run, 'cells');
    const cellsMiss = run.cells > 0 && (plan.cells.full !== run.cells || plan.cells.sliding !== run.slidingCells);
    add('exact terms', 'cells', cellsMiss ? 1 : 0, 0, what);
    for (const device of plan.devices) {
      const recorded = run.devices[device.name];
      if (!recorded || run.cpuFallback) continue;
      const text = describe(run, device.name);
      for (const term of EXACT) {
        const miss = Math.abs(device[term] / MIB - recorded[term]) > HALF_DIGIT + 1e-9;
        add('exact terms', term, miss ? 1 : 0, 0, text);
      }
      if (recorded.weightsExact && recorded.weights > 0) {
        const got = device.weights / MIB;
        const error = errorOf(got, recorded.weights);
        add('weights by device', placement, error, (got - recorded.weights) / recorded.weights, text);
      }
      const compute = device.computeBuffer / MIB;
      const signed = (compute - recorded.computeBuffer) / recorded.computeBuffer;
      const tool = run.options.server ? 'server' : 'fit-params';
      const attention = run.options.flashAttention ? 'FA on' : 'FA off';
      const where = device.name === 'host' ? 'host' : 'GPU';
      const computeError = errorOf(compute, recorded.computeBuffer);
      if (placement === 'full offload') {
        add(`compute buffer, full offload, ${where}`, `${tool}, ${attention}, ${group}`, computeError, signed, text);
      } else if (placement === 'no GPU') {
        add('compute buffer, no GPU', `${tool}, ${attention}`, computeError, signed, text);
      } else add(`compute buffer, ${where}`, placement, computeError, signed, text);
      const terms = ['weights', 'kvCache', 'recurrentState', 'computeBuffer', 'outputBuffer'];
      const sum = terms.reduce((total, term) => total + recorded[term], 0);
      const got = terms.reduce((total, term) => total + device[term], 0) / MIB;
      const printedTerms = terms.filter((term) => recorded[term] > 0).length;
      const error = errorOf(got, sum, printedTerms + (recorded.weightsExact ? 0 : 200));
      add('whole plan', 'all', error, (got - sum) / sum, text);
      add('whole plan by placement', `${placement}, ${where}`, error, (got - sum) / sum, text);
    }
  }
  return errors;
}

/** What issue 3 asks for: shares, by table; `null` where nothing is asked. */
export const TARGETS = {
  weights: { max: 0.0001 },
  'exact terms': { max: 0 },
  'compute buffer, full offload, GPU': { median: 0.001, p90: 0.02, max: 0.1 },
  'compute buffer, full offload, host': { median: 0.001, p90: 0.02, max: 0.1 },
  'compute buffer, GPU': { median: 0.02, p90: 0.1 },
  'compute buffer, host': { median: 0.02, p90: 0.1 },
  'whole plan': { median: 0, p90: 0.003, max: 0.03 },
};

/** One row per table and class, with what misses its target. */
export function tableOf(errors) {
  const groups = new Map();
  for (const { table, class: group, error } of errors) {
    const key = `${table}\t${group}`;
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(error);
  }
  return [...groups]
    .map(([key, values]) => {
      const [table, group] = key.split('\t');
      const row = { table, class: group, ...summary(values) };
      const target = TARGETS[table] ?? {};
      const misses = Object.keys(target).filter((figure) => row[figure] > target[figure]);
      return { ...row, misses };
    })
    .sort((a, b) => a.table.localeCompare(b.table) || a.class.localeCompare(b.class));
}

export const percent = (share) => `${(100 * share).toFixed(share > 0 && share < 0.0001 ? 4 : 2)} %`;

/** The table as Markdown. */
export function formatTable(rows) {
  const lines = rows.map((row) => {
    const figures = [row.median, row.p90, row.max].map(percent).join(' | ');
    return `| ${row.table} | ${row.class} | ${row.n} | ${figures} | ${row.misses.join(', ')} |`;
  });
  return [
    '| quantity | class | n | median | p90 | max | misses |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...lines,
  ].join('\n');
}
