// Seeded random arguments for tests/js/fuzz.test.js: models, runtimes, machines, workloads and plans, legal and hostile.

/** mulberry32, and what is made of it. @param {number} seed */
export function randomOf(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const random = {
    next,
    chance: (/** @type {number} */ share) => next() < share,
    whole: (/** @type {number} */ from, /** @type {number} */ to) => from + Math.floor(next() * (to - from + 1)),
    /** Of any size between. */
    sized: (/** @type {number} */ from, /** @type {number} */ to) =>
      Math.round(Math.exp(Math.log(from) + next() * (Math.log(to) - Math.log(from)))),
    /** @template T @param {readonly T[]} items @returns {T} */
    of: (items) => items[Math.floor(next() * items.length)],
    /** `made` or, as often as not, nothing. @template T @param {() => T} made */
    maybe: (made) => (next() < 0.5 ? made() : undefined),
  };
  return random;
}

/** @typedef {ReturnType<typeof randomOf>} Random */

const HOSTILE = [
  ...[
    Number.NaN,
    Number.POSITIVE_INFINITY,
    Number.NEGATIVE_INFINITY,
    -1,
    -0,
    0,
    0.5,
    1,
    12,
    1023.5,
    1e9 + 1,
    1e19,
    1e300,
  ],
  ...[5e-324, '7', '', 'x'.repeat(200), 'constructor', '__proto__', null, undefined, true, false, 5n, Symbol('7')],
  ...[[], [1, 2], {}, { length: 4e9 }, () => 7, new Date(0), new Float64Array(3)],
];

/** Something that nobody expects there. @param {Random} random */
export const hostile = (random) => random.of(HOSTILE);

/**
 * A copy of `object` in which something is wrong: a value, a key, an element.
 *
 * @param {Random} random @param {any} object
 * @returns {any}
 */
export function mutated(random, object) {
  if (random.chance(0.05) || typeof object !== 'object' || object === null) return hostile(random);
  const copy = Array.isArray(object) ? [...object] : { ...object };
  const keys = Object.keys(copy);
  if (!Array.isArray(copy) && random.chance(0.1)) copy[random.of(['gpuLayer', 'constructor', '0'])] = hostile(random);
  else if (Array.isArray(copy) && random.chance(0.2)) {
    for (let left = random.of([1, 20, 200]); left > 0; left--) copy.push(copy[0] ?? hostile(random));
  } else if (keys.length > 0) {
    const key = random.of(keys);
    const inside = typeof copy[key] === 'object' && random.chance(0.8);
    if (inside) copy[key] = mutated(random, copy[key]);
    else if (random.chance(0.3)) delete copy[key];
    else copy[key] = hostile(random);
  }
  return copy;
}

/** The same values through getters, each of which calls `between` first. @param {any} object @param {() => void} between @returns {any} */
export function throughGetters(object, between) {
  if (typeof object !== 'object' || object === null) return object;
  if (Array.isArray(object)) return object.map((element) => throughGetters(element, between));
  const properties = Object.entries(object).map(([key, value]) => {
    const inner = throughGetters(value, between);
    const get = () => {
      between();
      return inner;
    };
    return [key, { enumerable: true, get }];
  });
  return Object.defineProperties({}, Object.fromEntries(properties));
}

const without = (/** @type {object} */ object) =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));

/** @param {Random} random */
function randomGroup(random) {
  const { whole, sized, of, chance } = random;
  const heads = of([1, 8, 32, 40]);
  const mla = chance(0.1);
  const rope = of([32, 64]);
  const rank = of([256, 512]);
  const attention = mla
    ? {
        attention: 'mla',
        headCount: heads,
        kvHeadCount: 1,
        kvLoraRank: rank,
        ropeLength: rope,
        keyLength: rank + rope,
        mlaKeyLength: rope + 128,
        mlaValueLength: 128,
        queryLoraRank: of([0, 768]),
      }
    : {
        attention: of(['full', 'full', 'sliding', 'none']),
        headCount: heads,
        kvHeadCount: of([1, heads]),
        keyLength: of([64, 80, 128, 256]),
        valueLength: of([64, 128]),
      };
  const network = chance(0.8)
    ? { feedForward: of(['gated', 'fusedGated', 'plain']), feedForwardLength: sized(1, 30000) }
    : {};
  const experts = chance(0.3)
    ? {
        expertCount: of([2, 16, 128]),
        expertsUsed: of([1, 2]),
        expertLength: sized(1, 4096),
        fusedExperts: chance(0.3),
        plainExperts: chance(0.2),
        sharedExpertLength: of([0, 1024]),
        expertVectorElements: of([0, 128]),
      }
    : {};
  const recurrence = chance(0.2)
    ? {
        recurrence: of(['mamba1', 'mamba2', 'gatedDeltaNet', 'shortConvolution']),
        convolutionLength: 4,
        innerLength: sized(64, 8192),
        stateLength: of([16, 128, 512]),
        stateGroupCount: of([1, 8, 16]),
        timeStepRank: of([8, 32, 160]),
      }
    : {};
  return {
    ...attention,
    ...network,
    ...experts,
    ...recurrence,
    vectorElements: of([0, whole(0, 20000)]),
    furtherElements: of([0, whole(0, 1e6)]),
    unquantizedElements: of([0, 0, whole(0, 1e5)]),
  };
}

/** @param {Random} random */
export function randomModel(random) {
  const { whole, sized, of, chance } = random;
  const groups = Array.from({ length: of([1, 1, 2, 3, 8]) }, () => randomGroup(random));
  return {
    architecture: of(['common', 'common', 'gemma3n', 'gemma4', 'qwen35', 'falcon-h1', 'llama4']),
    vocabularySize: sized(1, 300000),
    hiddenSize: 64 * sized(1, 128),
    layerCount: sized(1, 120),
    contextLength: of([0, 4096, 131072]),
    slidingWindow: of([1, 512, 4096]),
    tiedEmbeddings: chance(0.3),
    predictionLayerCount: of([0, 0, 0, 1, 2]),
    outputVectorElements: whole(0, 5000),
    groups,
    runs: Array.from({ length: of([1, 1, 2, 5]) }, () => [whole(0, groups.length - 1), whole(1, 5)]),
  };
}

/** @param {Random} random */
export function randomGpu(random) {
  const { sized, of, maybe, whole } = random;
  return without({
    name: maybe(() => 'GPU'),
    family: maybe(() => of(['NVIDIA Ada GeForce', 'NVIDIA Hopper', 'AMD RDNA3', 'own'])),
    memory: maybe(() => sized(2 ** 30, 2 ** 38)),
    reserved: of([undefined, 0, 2 ** 30]),
    margin: of([undefined, 0, 2 ** 29]),
    multiprocessors: of([undefined, null, whole(1, 200)]),
    bandwidth: maybe(() => sized(1e10, 5e12)),
  });
}

const FILE_TYPES = [
  'F16',
  'BF16',
  'Q8_0',
  'Q6_K',
  'Q5_K_M',
  'Q4_K_M',
  'Q4_0',
  'Q3_K_M',
  'Q2_K',
  'IQ4_XS',
  'IQ2_XS',
  'MXFP4_MOE',
  'TQ1_0',
];

/** @param {Random} random */
export function randomRuntime(random) {
  const { whole, sized, of, maybe, chance } = random;
  const count = of([0, 1, 1, 2, 3, 16]);
  const gpus = of([
    () => count,
    () => Array.from({ length: count }, () => whole(1, 9)),
    () => Array.from({ length: count }, () => randomGpu(random)),
  ])();
  return without({
    fileType: maybe(() => of(FILE_TYPES)),
    contextLength: sized(256, 2e6),
    build: maybe(() => of([8000, 9450, 10000, 11669])),
    server: maybe(() => chance(0.5)),
    batchSize: maybe(() => of([32, 512, 2048, 4096])),
    microBatchSize: maybe(() => of([1, 16, 32, 512, 2048])),
    sequences: maybe(() => whole(1, 8)),
    kvUnified: maybe(() => chance(0.5)),
    flashAttention: maybe(() => chance(0.8)),
    cacheTypeK: maybe(() => of(['f16', 'q8_0', 'q4_0', 'f32'])),
    cacheTypeV: maybe(() => of(['f16', 'q8_0', 'bf16'])),
    gpuLayers: maybe(() => of(['all', 0, whole(0, 130)])),
    cpuMoeLayers: maybe(() => whole(0, 100)),
    swaFull: maybe(() => chance(0.5)),
    kvOffload: maybe(() => chance(0.7)),
    backend: of([undefined, 'cuda', 'metal', 'vulkan', 'rocm', 'cpu', 'sycl']),
    multiprocessors: of([undefined, undefined, null, 0, 128]),
    gpus,
  });
}

/** @param {Random} random */
export function randomMachine(random) {
  const { sized, of, maybe } = random;
  return without({
    kind: of([undefined, 'separate', 'apple', 'amd', 'shared']),
    hostMemory: sized(2 ** 30, 2 ** 40),
    hostReserved: maybe(() => 2 ** 31),
    hostMargin: maybe(() => of([0, 2 ** 31])),
    gpus: Array.from({ length: of([0, 1, 2, 3, 16]) }, () => ({
      memory: sized(2 ** 30, 2 ** 38),
      ...randomGpu(random),
    })),
  });
}

/** @param {Random} random */
export const randomPlan = (random) => ({
  devices: Array.from({ length: random.of([1, 2, 3, 17]) }, (_, n) => ({
    name: `gpu${n}`,
    total: random.of([0, random.sized(1, 2 ** 38)]),
  })),
});

/** A device of which speed knows more than its bandwidth, or not. @param {Random} random */
const randomRates = (random) =>
  without({
    bandwidth: random.sized(1e9, 8e12),
    shaderFlops: random.maybe(() => random.sized(1e11, 1e14)),
    halfFlops: random.maybe(() => random.sized(1e12, 1e15)),
    quantizedOps: random.maybe(() => random.sized(1e12, 2e15)),
  });

/**
 * Machine, runtime and workload that go together.
 *
 * @param {Random} random
 */
export function randomSpeedQuestion(random) {
  const { whole, sized, of, maybe, chance } = random;
  const count = of([0, 1, 1, 1, 2, 4]);
  const { multiprocessors: _, ...asked } = randomRuntime(random);
  const outputLength = sized(1, 400);
  const concurrency = of([1, 1, 1, 2, 8, 9, 64]);
  const workload = without({
    promptLength: maybe(() => of([0, 1, 24, 512, 3000])),
    outputLength,
    cachedTokens: maybe(() => of([0, 700, 9000])),
    concurrency,
    draftLength: maybe(() => of([0, 4, 16])),
    acceptanceRate: maybe(() => random.next()),
    draftCost: maybe(() => 0.1 * random.next()),
    fileBytes: chance(0.1) ? sized(1e8, 1e12) : undefined,
  });
  // Room for as many sequences as there are, each of at most 12,400 tokens.
  const runtime = { ...asked, gpus: count, contextLength: 13000 * 64 * 8 };
  const machine = without({
    kind: of([undefined, 'separate', 'apple', 'amd', 'shared']),
    gpus: Array.from({ length: count }, () => ({ ...randomGpu(random), ...randomRates(random) })),
    host: maybe(() =>
      without({ bandwidth: sized(1e10, 1e12), threads: maybe(() => whole(1, 128)), family: of(['x86', 'vCPU']) }),
    ),
    linkBandwidth: maybe(() => sized(1e9, 1e11)),
    gpuLinkBandwidth: maybe(() => sized(1e9, 1e12)),
    split: maybe(() => of(['layer', 'layer', 'tensor'])),
  });
  return { runtime, machine, workload };
}

/** @param {Random} random */
export const randomProfileQuestion = (random) =>
  without({
    backend: random.maybe(() => random.of(['cuda', 'metal', 'vulkan', 'rocm', 'cpu', 'sycl'])),
    family: random.maybe(() => random.of(['NVIDIA Ada GeForce', 'AMD RDNA4', 'Apple', 'x86', 'no such family'])),
    name: random.maybe(() => random.of(['RTX 4090', 'H100 SXM', 'no such device'])),
    build: random.maybe(() => random.of([1500, 3000, 5000, 11669])),
  });

/** What a benchmark of a model printed. @param {Random} random @param {any} model */
export function randomMeasurement(random, model) {
  const { runtime, machine, workload } = randomSpeedQuestion(random);
  const { draftLength: _, ...measured } = workload;
  // Types of caches that a model does not take would refuse whole lists of measurements.
  const { cacheTypeK: _k, cacheTypeV: _v, ...plain } = runtime;
  return without({
    model,
    runtime: plain,
    machine,
    workload: { ...measured, promptLength: 512 },
    metric: random.maybe(() => random.of(['decode', 'prefill'])),
    tokensPerSecond: random.sized(1, 5000),
    weight: random.maybe(() => 0.5),
  });
}
