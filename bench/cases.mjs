// One measurement in a process of its own, so that no case sees what another did to the compiler's caches:
//
//   node bench/cases.mjs IMPLEMENTATION CASE     prints the median nanoseconds per call
//
// bench/run.mjs runs them all and makes the table.
import { fileURLToPath } from 'node:url';
import { readCompact } from '../scripts/support/memory-golden.mjs';
import * as naive from '../tests/reference.mjs';

/** Plain JavaScript with typed arrays: what a careful author would write without WebAssembly. */
const typed = {
  calculatePerformance: naive.calculatePerformance,
  columns(bandwidth, paramCount, minBits, maxBits, step, into) {
    const count = Math.floor((maxBits - minBits) / step + 1e-9) + 1;
    const create = () => new Float64Array(count);
    const { bits, modelSize, tps } = into ?? { bits: create(), modelSize: create(), tps: create() };
    for (let i = 0; i < count; i++) {
      const here = minBits + i * step;
      const size = (paramCount * here) / 8;
      bits[i] = here;
      modelSize[i] = size;
      tps[i] = bandwidth / size;
    }
    return { bits, modelSize, tps };
  },
};

// (module (func (export "empty")))
const emptyModule = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 7, 9, 1, 5, 101, 109, 112, 116, 121, 0, 0, 10, 4, 1, 2, 0,
  11,
]);

async function packaged(entry, backend) {
  const { default: calculator } = await import(entry);
  if (calculator.backend !== backend) throw new Error(`${entry} runs as ${calculator.backend}`);
  const {
    calculatePerformance,
    batchCalculatePerformance,
    batchCalculatePerformanceColumns,
    planMemory,
    estimateSpeed,
    fits,
    sweep,
  } = calculator;
  return {
    calculatePerformance,
    objects: batchCalculatePerformance,
    columns: batchCalculatePerformanceColumns,
    planMemory,
    estimateSpeed,
    fits,
    sweep,
  };
}

const implementations = {
  naive: () => ({ calculatePerformance: naive.calculatePerformance, objects: naive.batchCalculatePerformance }),
  typed: () => typed,
  transpiled: () => packaged('wasm-calculator/js', 'js'),
  wasm: () => packaged('wasm-calculator', 'wasm'),
  empty: () => new WebAssembly.Instance(new WebAssembly.Module(emptyModule)).exports,
};

function plans({ planMemory }, model, runtime) {
  const spec = readCompact(fileURLToPath(new URL('../tests/golden', import.meta.url))).models.get(model);
  return (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      sum += planMemory(spec, { contextLength: 8192 + 256 * (i & 7), ...runtime }).devices[0].total;
    }
    return sum;
  };
}

const machine = {
  gpus: [{ bandwidth: 1008e9, shaderFlops: 82.6e12, halfFlops: 165.2e12, quantizedOps: 660.6e12 }],
  host: { bandwidth: 89.6e9, threads: 16 },
};

function speeds({ estimateSpeed }, model, runtime) {
  const spec = readCompact(fileURLToPath(new URL('../tests/golden', import.meta.url))).models.get(model);
  return (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      sum += estimateSpeed(spec, { contextLength: 8192 + 256 * (i & 7), ...runtime }, machine).decode.p50;
    }
    return sum;
  };
}

/** 960 contexts x 540 bandwidths of a GPU, for verdict, bytes and tokens/s of each point. */
const GRID = {
  contextLength: Array.from({ length: 960 }, (_, i) => 2048 + 128 * i),
  bandwidth: Array.from({ length: 540 }, (_, i) => 1e11 + 4e9 * i),
};
const POINTS = 960 * 540;
const gridMachine = (bandwidth) => ({
  hostMemory: 64e9,
  gpus: [{ ...machine.gpus[0], memory: 24e9, bandwidth }],
  host: machine.host,
});
const gridColumns = () =>
  Object.fromEntries(['verdict', 'bytes.gpu0', 'decode.p50'].map((name) => [name, new Float32Array(POINTS)]));
const specOf = (model) => readCompact(fileURLToPath(new URL('../tests/golden', import.meta.url))).models.get(model);

function grids({ sweep }, name) {
  const model = specOf(name);
  const into = gridColumns();
  const question = { model, machine: gridMachine(1e12), axes: GRID, outputs: Object.keys(into), into };
  return (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) sum += sweep(question).columns['decode.p50'][POINTS - 1];
    return sum;
  };
}

/** What a caller without sweep() does, of every 1,000th point; the time of a call is that of all points. */
function gridsByPoint({ planMemory, fits, estimateSpeed }, name) {
  const model = specOf(name);
  const into = gridColumns();
  return (n) => {
    for (let i = 0; i < n; i++) {
      for (let at = 0; at < POINTS; at += 1000) {
        const onto = gridMachine(GRID.bandwidth[at % 540]);
        const runtime = { contextLength: GRID.contextLength[Math.floor(at / 540)], gpus: onto.gpus };
        const plan = planMemory(model, runtime);
        into.verdict[at] = fits(plan, onto).fits ? 0 : 2;
        into['bytes.gpu0'][at] = plan.devices[0].total;
        into['decode.p50'][at] = estimateSpeed(model, runtime, onto).decode.p50;
      }
    }
    return into['decode.p50'][0];
  };
}

/** Each returns a function that does the work `n` times and returns something that depends on it. */
const work = {
  single:
    ({ calculatePerformance }) =>
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += calculatePerformance(1000 + (i & 7), 40);
      return sum;
    },
  loop:
    ({ calculatePerformance }) =>
    (n) => {
      let sum = 0;
      for (let k = 0; k < n; k++) for (let i = 0; i < 1000; i++) sum += calculatePerformance(1000 + i, 40);
      return sum;
    },
  empty:
    ({ empty }) =>
    (n) => {
      for (let i = 0; i < n; i++) empty();
      return 0;
    },
  objects:
    ({ objects }, points) =>
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += objects(1008, 70, 2, 16, 14 / (points - 1))[points - 1].tps;
      return sum;
    },
  columns:
    ({ columns }, points) =>
    (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += columns(1008, 70, 2, 16, 14 / (points - 1)).tps[points - 1];
      return sum;
    },
  // What any fresh columns cost before anything is computed.
  filled: (_, points) => (n) => {
    let sum = 0;
    for (let i = 0; i < n; i++) {
      for (let column = 0; column < 3; column++) sum += new Float64Array(points).fill(1)[points - 1];
    }
    return sum;
  },
  plan: (calculator, model) => plans(calculator, model, {}),
  split: (calculator, model) => plans(calculator, model, { gpuLayers: 16 }),
  grid: grids,
  gridByPoint: gridsByPoint,
  // What the columns of a grid cost if nothing is computed.
  gridFill: () => {
    const columns = Object.values(gridColumns());
    return (n) => {
      for (let i = 0; i < n; i++) for (const column of columns) column.fill(i);
      return columns[0][0];
    };
  },
  speed: (calculator, model) => speeds(calculator, model, {}),
  splitSpeed: (calculator, model) => speeds(calculator, model, { gpuLayers: 16 }),
  into: ({ columns }, points) => {
    const into = columns(1008, 70, 2, 16, 14 / (points - 1));
    return (n) => {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += columns(1008, 70, 2, 16, 14 / (points - 1), into).tps[points - 1];
      return sum;
    };
  },
};

const [implementation, name] = process.argv.slice(2);
const [kind, size] = name.split('/');
const run = work[kind](
  await implementations[implementation](),
  /^(plan|split|speed|splitSpeed|grid|gridByPoint)$/.test(kind) ? size : Number(size),
);

const time = (n) => {
  const start = process.hrtime.bigint();
  const result = run(n);
  if (Number.isNaN(result)) throw new Error('the work gave NaN');
  return Number(process.hrtime.bigint() - start);
};

// Enough calls for 50 ms a sample, and as much warming up before.
let calls = 1;
while (time(calls) < 5e7) calls *= 2;
const samples = Array.from({ length: 9 }, () => time(calls) / calls).sort((a, b) => a - b);
console.log(samples[4]);
