// Puts the same questions to llama.cpp's own planners and to planMemory, and prints where they differ:
//
//   scripts/oracle compare [--models A,B] [--gpus N]        real shapes, a plain question each
//   scripts/oracle random N [--seed S] [--gpus N] [--all]   N shapes and options drawn at random; differences are shrunk
//   scripts/oracle record FILE N [--seed S] [--gpus N] [--drawn]
//                                                           writes what llama.cpp planned for real shapes, or for drawn
//                                                           ones, as lines of JSON
//   scripts/oracle check FILE                               compares planMemory with such a file, without llama.cpp
//   scripts/oracle fit FILE                                 writes what llama.cpp's own fit chooses, as lines of JSON
//
// Exit status 1: an exact term differs, or more than a bounded share of the compute buffers does.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { randomOf } from '../tests/support/random.js';
import { changedKeys, differences, planner, shapeOf, wholePlans } from './support/oracle/compare.mjs';
import { enginePlan, quantizedTypes } from './support/oracle/engine.mjs';
import { engineFit, FIT_QUESTIONS, fitDifference, ourFit } from './support/oracle/fit.mjs';
import { writeSparse } from './support/oracle/gguf.mjs';
import { chooserOf, randomOptions, randomShape, simpler } from './support/oracle/shapes.mjs';
import { loaderTensors } from './support/oracle/tensors.mjs';
import { quantile } from './support/statistics.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const PLAIN = {
  fileType: 'Q4_K_M',
  server: false,
  contextLength: 8192,
  batchSize: 2048,
  microBatchSize: 512,
  sequences: 1,
  kvUnified: false,
  flashAttention: true,
  cacheTypeK: 'f16',
  cacheTypeV: 'f16',
  gpuLayers: 'all',
  cpuMoeLayers: 0,
  swaFull: false,
  kvOffload: true,
  gpuCount: 1,
  shares: null,
};
/** What may differ in compute buffers, relative; and the shares of rows that may be beyond it. */
const LIMIT = 0.03;

const calculator = await import(`${root}dist/wasmCalculator.js`);
const ourPlan = planner(calculator);

/** A file of the shape in Q4_K_M: what llama-quantize would make. @returns {Promise<string | null>} its path */
async function fileOf(name, { metadata, tied }) {
  const path = join(root, 'build/oracle', `${name}.gguf`);
  if (existsSync(path)) return path;
  const tensors = loaderTensors(metadata, tied);
  const whole = `${path}.f16`;
  writeSparse(whole, { ...metadata, 'general.file_type': 1 }, tensors);
  const types = await quantizedTypes(whole, 'Q4_K_M');
  rmSync(whole);
  if (!types) return null;
  const quantized = tensors.map((tensor) => ({ ...tensor, type: types.get(tensor.name) ?? tensor.type }));
  writeSparse(path, { ...metadata, 'general.file_type': 15 }, quantized);
  return path;
}

const isWhole = (o) => o.gpuLayers === 'all' && o.kvOffload && !o.cpuMoeLayers;

/** One question to both. @returns {Promise<any>} */
async function ask(shape, o, path) {
  const theirs = await enginePlan(path, o);
  let ours;
  try {
    ours = ourPlan(shape, o);
  } catch (error) {
    ours = { refused: error.message };
  }
  if ('refused' in theirs || 'refused' in ours) return { theirs, ours, rows: null };
  // More pieces than devices: the software device lacks an operation, which a real one has.
  const whole = { ...o, gpuLayers: 'all', kvOffload: true, cpuMoeLayers: 0 };
  const pieces = isWhole(o) ? theirs.splits : (await enginePlan(path, whole)).splits;
  const isFallback = pieces > o.gpuCount + 1;
  return { theirs, ours, isFallback, rows: isFallback ? null : differences(theirs, ours) };
}

const worstOf = (rows) => rows.reduce((a, b) => (Math.abs(b.relative) > Math.abs(a.relative) ? b : a));
const wordsOf = (o) =>
  Object.entries(o)
    .filter(([name, value]) => value !== PLAIN[name] && name !== 'shares')
    .map(([name, value]) => `${name} ${value}`)
    .concat(o.shares ? [`shares ${o.shares}`] : [])
    .join(', ') || 'plain';
const rowText = ({ device, term, theirs, ours, relative }) =>
  `${device} ${term}: llama.cpp ${theirs.toFixed(2)}, planMemory ${ours.toFixed(2)} MiB (${(100 * relative).toFixed(1)} %)`;

/** The plainest options that still show a difference as large. */
async function shrink(shape, o, path, size) {
  let smallest = o;
  for (let again = true; again; ) {
    again = false;
    for (const candidate of simpler(smallest)) {
      const { rows } = await ask(shape, candidate, path);
      if (rows && Math.abs(worstOf(rows).relative) >= size / 2) {
        smallest = candidate;
        again = true;
        break;
      }
    }
  }
  return smallest;
}

const percent = (share) => `${(100 * share).toFixed(2)} %`;

/** The rows of each class; classes of all compute buffers and of all devices' totals come first. */
function classesOf(answers) {
  const classes = new Map([
    ['compute: all', []],
    ['whole plan', []],
  ]);
  const add = (name, relative) => classes.set(name, [...(classes.get(name) ?? []), relative]);
  for (const { o, theirs, rows } of answers) {
    const place = theirs.pipelined ? 'pipelined' : o.gpuCount > 1 ? 'several GPUs' : 'one GPU';
    for (const row of rows) {
      if (row.exact) {
        add(`exact: ${row.term}`, row.relative);
      } else {
        add('compute: all', row.relative);
        add(`compute: ${place}, ${row.device === 'host' ? 'host' : 'GPU'}`, row.relative);
      }
    }
    for (const relative of wholePlans(rows)) add('whole plan', relative);
  }
  return classes;
}

function printTable(answers) {
  const classes = classesOf(answers);
  console.log('| class | n | median | p90 | p99 | most high | most low | lower by more than 1 % |');
  console.log('| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |');
  for (const [name, relative] of [...classes].sort()) {
    if (relative.length === 0) continue;
    const sizes = relative.map(Math.abs);
    const at = (share) => percent(quantile(sizes, share));
    const high = percent(Math.max(0, ...relative));
    const low = percent(Math.max(0, ...relative.map((value) => -value)));
    const lower = relative.filter((value) => value < -0.01).length;
    console.log(`| ${name} | ${sizes.length} | ${at(0.5)} | ${at(0.9)} | ${at(0.99)} | ${high} | ${low} | ${lower} |`);
  }
  return classes;
}

function shapesOf(names) {
  const models = JSON.parse(readFileSync(join(root, 'tests/golden/models.json'), 'utf8'));
  for (const name of names ?? []) if (!(name in models)) throw new RangeError(`no golden model is called ${name}`);
  return Object.entries(models).filter(([name]) => !names || names.includes(name));
}

async function compare(options) {
  const answers = [];
  for (const [name, shape] of shapesOf(options.models?.split(','))) {
    const path = await fileOf(name, shape);
    for (const o of [PLAIN, { ...PLAIN, server: true, sequences: 4, kvUnified: true }]) {
      const asked = { ...o, gpuCount: Number(options.gpus) };
      const answer =
        path === null ? { rows: null, theirs: { refused: 'llama-quantize' } } : await ask(shape, asked, path);
      if (answer.isFallback) continue;
      if (!answer.rows)
        console.log(`${name}: ${answer.theirs.refused || answer.ours?.refused || 'the tool gave no plan'}`);
      else answers.push({ o: asked, ...answer });
      const worst = answer.rows && worstOf(answer.rows);
      if (worst && Math.abs(worst.relative) > LIMIT) console.log(`${name}, ${wordsOf(asked)}: ${rowText(worst)}`);
    }
    if (path) rmSync(path);
  }
  return printTable(answers);
}

/** Questions drawn at random, with what both say; half of the shapes are real ones, or all. */
async function* drawn(count, seed, gpus, shareReal = 50) {
  const choose = chooserOf(randomOf(seed));
  const models = shapesOf();
  for (let n = 0; n < count; n++) {
    const [name, real] = choose.oneOf(models);
    const shape = choose.chance(shareReal) ? real : { ...real, metadata: randomShape(real.metadata, choose) };
    const o = randomOptions(shape.metadata, choose, gpus);
    const path = await fileOf(`${name}-${seed}-${n}`, shape).catch(() => null);
    if (!path) continue;
    const answer = await ask(shape, o, path);
    yield { n, name, shape, o, path, ...answer };
    rmSync(path, { force: true });
  }
}

async function random(count, options) {
  const answers = [];
  let refusedByUs = 0;
  let refusedByThem = 0;
  let refusedByBoth = 0;
  for await (const { n, name, shape, o, path, theirs, ours, rows, isFallback } of drawn(
    count,
    Number(options.seed),
    Number(options.gpus),
  )) {
    if (isFallback) continue;
    if (!rows) {
      const [their, our] = [theirs.refused !== undefined, ours.refused !== undefined];
      if (their && our) refusedByBoth++;
      else if (our) {
        refusedByUs++;
        console.log(`${n} ${name}, ${wordsOf(o)}: planMemory alone refuses: ${ours.refused}`);
      } else {
        refusedByThem++;
        console.log(`${n} ${name}, ${wordsOf(o)}: llama.cpp alone refuses: ${theirs.refused}`);
      }
      continue;
    }
    answers.push({ o, theirs, rows });
    const worst = worstOf(rows);
    if (Math.abs(worst.relative) <= LIMIT && !rows.some(({ exact, relative }) => exact && relative !== 0)) continue;
    const small = options.all ? o : await shrink(shape, o, path, Math.abs(worst.relative));
    const again = await ask(shape, small, path);
    console.log(`${n} ${name}, ${wordsOf(small)}: ${rowText(again.rows ? worstOf(again.rows) : worst)}`);
  }
  const asked = answers.length + refusedByBoth + refusedByUs + refusedByThem;
  console.log(
    `${answers.length} plans compared; both refuse ${refusedByBoth}, planMemory alone ${refusedByUs}, llama.cpp alone ` +
      `${refusedByThem}: they agree in ${percent(1 - (refusedByUs + refusedByThem) / asked)}`,
  );
  return printTable(answers);
}

async function record(file, count, options) {
  const models = new Map(shapesOf());
  const lines = [];
  const shareReal = options.drawn ? 0 : 100;
  for await (const { name, shape, o, theirs, rows } of drawn(
    count,
    Number(options.seed),
    Number(options.gpus),
    shareReal,
  )) {
    const changed = options.drawn ? { changed: changedKeys(models.get(name), shape) } : {};
    if (rows) lines.push(JSON.stringify({ name, ...changed, o, theirs }));
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
  console.log(`${lines.length} plans in ${file}`);
}

function check(file) {
  const models = new Map(shapesOf());
  const answers = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line))
    .map(({ name, changed, o, theirs }) => {
      return { o, theirs, rows: differences(theirs, ourPlan(shapeOf(models.get(name), changed), o)) };
    });
  return printTable(answers);
}

/** llama.cpp's fit of every question, and where ours is another. @param {string} file */
async function recordFits(file) {
  const lines = [];
  for (const [name, shape] of shapesOf(Object.keys(FIT_QUESTIONS))) {
    const path = await fileOf(name, shape);
    if (!path) continue;
    for (const free of FIT_QUESTIONS[name]) {
      const theirs = await engineFit(path, free, shape.metadata);
      if (!theirs) {
        console.log(`${name}, ${free} MiB: the tool gave no answer`);
        continue;
      }
      lines.push(JSON.stringify({ name, free, theirs }));
      const difference = fitDifference(theirs, ourFit(calculator, shape, free));
      if (difference) console.log(`${name}, ${free} MiB: ${difference}`);
    }
    rmSync(path);
  }
  writeFileSync(file, `${lines.join('\n')}\n`);
  console.log(`${lines.length} fits in ${file}`);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    models: { type: 'string' },
    gpus: { type: 'string', default: '1' },
    seed: { type: 'string', default: '1' },
    all: { type: 'boolean', default: false },
    drawn: { type: 'boolean', default: false },
  },
});
const [command, ...rest] = positionals;
const commands = {
  compare: () => compare(values),
  random: () => random(Number(rest[0] ?? 20), values),
  record: () => record(rest[0], Number(rest[1] ?? 20), values),
  check: () => check(rest[0]),
  fit: () => recordFits(rest[0]),
};
if (!Object.hasOwn(commands, command ?? '')) {
  console.error(
    'scripts/oracle compare | random N | record FILE N | check FILE | fit FILE; the head of scripts/oracle.mjs says more',
  );
  process.exit(2);
}
const classes = await commands[command]();
const isOff = [...(classes ?? [])].some(
  ([name, relative]) => name.startsWith('exact') && relative.some((value) => value !== 0),
);
process.exitCode = isOff ? 1 : 0;
