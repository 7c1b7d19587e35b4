// All benchmarks in one run and one table:
//
//   node bench/run.mjs NATIVE_PROGRAM [--write]     --write puts the tables into docs/benchmarks.md
//
// Nothing here is asserted: timings belong to the machine, which the output names.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { sizes } from '../scripts/sizes.mjs';
import { median } from '../scripts/support/statistics.mjs';

const [nativeProgram, ...flags] = process.argv.slice(2);
if (!nativeProgram) throw new Error('usage: run.mjs NATIVE_PROGRAM [--write]');

const here = (file) => fileURLToPath(new URL(file, import.meta.url));
const node = (file, ...args) => Number(execFileSync(process.execPath, [here(file), ...args], { encoding: 'utf8' }));

const cases = [
  { name: 'single', label: 'one `calculatePerformance`' },
  { name: 'loop', label: '1,000 of them in a loop' },
  { name: 'objects/29', label: '29 points, objects' },
  { name: 'columns/29', label: '29 points, columns' },
  { name: 'into/29', label: "29 points, columns into the caller's" },
  { name: 'objects/1000', label: '1,000 points, objects' },
  { name: 'columns/1000', label: '1,000 points, columns' },
  { name: 'into/1000', label: "1,000 points, columns into the caller's" },
  { name: 'objects/1000000', label: '1,000,000 points, objects' },
  { name: 'columns/1000000', label: '1,000,000 points, columns' },
  { name: 'into/1000000', label: "1,000,000 points, columns into the caller's" },
];

function runNative() {
  const options = ['--benchmark_format=json', '--benchmark_repetitions=5', '--benchmark_min_time=0.1'];
  const output = execFileSync(nativeProgram, options, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  const medians = JSON.parse(output).benchmarks.filter(({ aggregate_name }) => aggregate_name === 'median');
  return Object.fromEntries(medians.map(({ run_name, real_time }) => [run_name, real_time]));
}

/** Nanoseconds with a unit that reads well. */
function readable(ns) {
  if (ns === undefined) return '–';
  if (ns < 1e3) return `${ns.toFixed(ns < 100 ? 1 : 0)} ns`;
  return ns < 1e6 ? `${(ns / 1e3).toFixed(2)} µs` : `${(ns / 1e6).toFixed(2)} ms`;
}

const table = (header, rows, align = header.map((_, i) => (i ? '---:' : '---'))) =>
  [header, align, ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');

const native = runNative();
const empty = node('cases.mjs', 'empty', 'empty');
const filled = node('cases.mjs', 'typed', 'filled/1000000');
const results = new Map(
  cases.map(({ name }) => {
    const plain = /^(columns|into)/.test(name) ? 'typed' : 'naive';
    const implementations = [plain, 'transpiled', 'wasm'];
    const times = Object.fromEntries(implementations.map((which) => [which, node('cases.mjs', which, name)]));
    return [name, { ...times, native: native[name] }];
  }),
);

const ratio = (value) => `${value < 10 ? value.toFixed(2) : value.toFixed(0)}x`;
const times = table(
  ['work', 'plain JS', 'typed-array JS', 'transpiled', 'wasm', 'native C++', 'plain JS / wasm', 'wasm / native'],
  cases.map(({ name, label }) => {
    const {
      naive = results.get(name.replace(/columns|into/, 'objects')).naive,
      typed,
      transpiled,
      wasm,
    } = results.get(name);
    const own = native[name];
    return [label, ...[naive, typed, transpiled, wasm, own].map(readable), ratio(naive / wasm), ratio(wasm / own)];
  }),
);

/** A row for each model, without and with a part of it on the host. */
const byModel = (title, all, part) =>
  table(
    [title, 'transpiled', 'wasm', 'native C++'],
    [all, part].flatMap((kind) =>
      ['llama-3.1-8b', 'gemma-3-27b', 'deepseek-v3'].map((model) => {
        const measured = ['transpiled', 'wasm'].map((which) => node('cases.mjs', which, `${kind}/${model}`));
        const label = kind === all ? model : `${model}, 16 layers on the GPU`;
        return [label, ...[...measured, native[`${kind}/${model}`]].map(readable)];
      }),
    ),
  );
const plans = byModel('`planMemory` of', 'plan', 'split');
const speeds = byModel('`estimateSpeed` of', 'speed', 'splitSpeed');

const gridModels = ['llama-3.1-70b', 'qwen3-30b-a3b'];
const gridFill = node('cases.mjs', 'typed', 'gridFill/0');
const grid = table(
  [
    '960 x 540 points of',
    'point by point, wasm',
    'transpiled',
    'wasm',
    'native C++',
    'by point / wasm',
    'wasm / writing alone',
  ],
  gridModels.map((model) => {
    // Every 1,000th point is timed.
    const byPoint = 1000 * node('cases.mjs', 'wasm', `gridByPoint/${model}`);
    const [transpiled, wasm] = ['transpiled', 'wasm'].map((which) => node('cases.mjs', which, `grid/${model}`));
    const own = native[`grid/${model}`];
    return [model, ...[byPoint, transpiled, wasm, own].map(readable), ratio(byPoint / wasm), ratio(wasm / gridFill)];
  }),
);

const promises = [
  ['one calculation: 0.001 ms', 1e3, 'single'],
  ['batch of 29: 0.03 ms', 3e4, 'objects/29'],
  ['1,000 calculations: 1 ms', 1e6, 'loop'],
].map(([label, promised, name]) => {
  const { naive, wasm } = results.get(name);
  return [label, readable(wasm), ratio(promised / wasm), ratio(naive / wasm)];
});

const coldRuns = 15;
const cold = table(
  ['entry', 'import to first result', 'raw', 'gzip', 'brotli'],
  sizes
    .filter(({ name }) => name !== 'wasm-calculator/global')
    .map(({ name, raw, gzip, brotli }) => {
      // Readers, catalogue and detection calculate nothing.
      const calculates = !/\/(?:readers|catalog|detect)$/.test(name);
      const runs = calculates ? Array.from({ length: coldRuns }, () => node('cold.mjs', name)) : [];
      const first = calculates ? `${median(runs).toFixed(1)} ms` : '–';
      return [`\`${name}\``, first, ...[raw, gzip, brotli].map((bytes) => `${bytes} B`)];
    }),
);

const text = `Node ${process.version}, ${cpus()[0].model.trim()}; median of 9 samples (native: of 5), each case in its own process.
An empty WebAssembly export costs ${readable(empty)} a call: the floor of any single call (here ${ratio(results.get('single').wasm / empty)} of it).
Three new arrays of 1,000,000 numbers, filled with a constant, cost ${readable(filled)}: the floor of any new columns (here ${ratio(results.get('columns/1000000').wasm / filled)} of it).

${times}

A memory plan, from the objects of model and runtime to the object of the plan; where a GPU computes what the host holds, ggml's allocator is replayed:

${plans}

An estimate of speed, from the objects of model, runtime and machine to the object of the estimate:

${speeds}

A sweep over contexts and bandwidths of a GPU into three Float32Arrays of the caller's: verdict, bytes of the GPU and tokens/s. Point by point is what planMemory, fits and estimateSpeed take for as many points (every 1,000th is timed); writing alone, ${readable(gridFill)}, fills the columns with a constant:

${grid}

What the project was first promised to do, and what is true:

${table(['promise', 'wasm', 'faster than promised', 'plain JS / wasm (promised 50x)'], promises)}

Cold start in a new Node process (median of ${coldRuns}), and bytes over the wire:

${cold}
`;
console.log(text);

if (flags.includes('--write')) {
  const page = here('../docs/benchmarks.md');
  const [begin, end] = ['<!-- bench: begin -->\n', '<!-- bench: end -->'];
  const before = readFileSync(page, 'utf8');
  const [from, to] = [before.indexOf(begin), before.indexOf(end)];
  if (from < 0 || to < from) throw new Error('docs/benchmarks.md has no place for the tables');
  writeFileSync(page, before.slice(0, from + begin.length) + text + before.slice(to));
}
