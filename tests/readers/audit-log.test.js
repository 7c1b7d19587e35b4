// Logs of loading in llama.cpp's lines: shapes and sizes are facts, everything else is invented.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { auditLog, parseLoadLog } from '../../dist/readers.js';
import core from '../../dist/wasmCalculator.js';

/** Lines of logs of b11669 as they were printed (scripts/llama-cpp with a file of scripts/oracle, on software Vulkan). */
const real = (/** @type {string} */ name) => readFileSync(new URL(`logs/${name}.txt`, import.meta.url), 'utf8');
/** Qwen3 4B as print_info has it, with 8192 tokens on one GPU. */
const LOG = `build: 11669 (abcdef0) with GNU 13.3.0
llama_model_load_from_file_impl: using device CUDA0 (NVIDIA GeForce RTX 3090) (0000:01:00.0) - 23884 MiB free
llama_model_loader: loaded meta data with 28 key-value pairs and 398 tensors
llama_model_loader: - kv   0:  general.architecture str              = qwen3
print_info: file type   = Q4_K - Medium
print_info: n_vocab          = 151936
print_info: n_ctx_train      = 40960
print_info: n_embd           = 2560
print_info: n_layer          = 36
print_info: n_head           = 32
print_info: n_head_kv        = 8
print_info: n_embd_head_k    = 128
print_info: n_embd_head_v    = 128
print_info: n_ff             = 9728
load_tensors: offloaded 37/37 layers to GPU
load_tensors:   CPU_Mapped model buffer size =   304.28 MiB
load_tensors:        CUDA0 model buffer size =  2375.91 MiB
llama_context: n_ctx         = 8192
llama_context: n_batch       = 2048
llama_context: n_ubatch      = 512
llama_context: n_seq_max     = 4
llama_context: kv_unified    = true
llama_context: flash_attn    = enabled
llama_kv_cache:      CUDA0 KV buffer size =  1152.00 MiB
llama_context:  CUDA_Host  output buffer size =     2.32 MiB
llama_context:      CUDA0 compute buffer size =    85.01 MiB
llama_context:  CUDA_Host compute buffer size =    28.01 MiB
`;
const audit = (/** @type {string} */ text) => auditLog(text, core);
const causes = (/** @type {string} */ text) =>
  audit(text)
    .loads[0].rows.filter(({ cause }) => cause)
    .map(({ device, term, cause }) => [device, term, cause]);

test('every buffer of a log has its term of the plan, and none differs', () => {
  const { build, devices, loads } = audit(LOG);
  assert.equal(build, 11669);
  assert.deepEqual(devices, [{ id: 'CUDA0', name: 'NVIDIA GeForce RTX 3090', memory: null, free: 23884 * 2 ** 20 }]);
  assert.deepEqual([loads.length, loads[0].missing, loads[0].refused], [1, [], null]);
  assert.deepEqual(
    loads[0].rows.map(({ device, term, lines, cause }) => [device, term, lines[0], cause]),
    [
      ['CUDA0', 'weights', 17, null],
      ['CUDA0', 'kvCache', 24, null],
      ['CUDA0', 'computeBuffer', 26, null],
      ['host', 'weights', 16, null],
      ['host', 'computeBuffer', 27, null],
      ['host', 'outputBuffer', 25, null],
    ],
  );
});

test('times and levels before a line, colours and line ends of Windows do no harm', () => {
  const dressed = LOG.split('\n').map((line) => `\x1b[32m[53871] 0.01.052.815 I ${line}\x1b[0m`);
  assert.deepEqual(audit(dressed.join('\r\n')), audit(LOG));
});

test('the cache tells a context that is not stated', () => {
  const [load] = audit(LOG.replace(/.*n_ctx {2}.*\n/, '')).loads;
  assert.deepEqual(load.inferred, { contextLength: 8192, tiedEmbeddings: true });
  assert.deepEqual(load.missing, ['the context (llama_context: n_ctx)']);
  assert.deepEqual(
    load.rows.map(({ cause }) => cause),
    [null, null, null, null, null, null],
  );
});

test('what is assumed is said, and what the log says is not', () => {
  // Types of caches are in no line of this log, and nothing says which program it is of.
  const usual = { server: true, cacheTypeK: 'f16', cacheTypeV: 'f16', swaFull: false, kvOffload: true };
  assert.deepEqual(audit(LOG).loads[0].assumed, usual);
  const stated = LOG.replace('llama_context: flash', 'llama_context: n_outputs_max = 4\nllama_context: flash').replace(
    'llama_context:  CUDA_Host',
    'llama_kv_cache: size = 1152.00 MiB ( 8192 cells, 36 layers, 4/1 seqs), K (f16): 576.00 MiB, V (f16): 576.00 MiB\n$&',
  );
  assert.deepEqual(audit(stated).loads[0].assumed, { swaFull: false, kvOffload: true });
  const bare = LOG.split('\n').filter(
    (line) => !/llama_context: (?:n_|kv_|flash)|^build|offloaded|file type/.test(line),
  );
  assert.deepEqual(audit(bare.join('\n')).loads[0].assumed, {
    ...{ build: 11669, fileType: 'Q4_K_M', sequences: 1, batchSize: 2048, microBatchSize: 512, flashAttention: true },
    ...usual,
    kvUnified: false,
    gpuLayers: 'all',
  });
});

test('a log of another program than a server is planned as one', () => {
  const words = {
    'llama_perf_context_print:        load time =': false,
    'srv  update_slots: all slots are idle': true,
  };
  for (const [line, server] of Object.entries(words)) {
    const [load] = audit(`${LOG}${line}\n`).loads;
    assert.equal(load.runtime.server, server);
    assert.equal(load.assumed.server, undefined);
  }
  // What a context reserves is nearer than what was printed around it.
  for (const [outputs, server] of /** @type {const} */ ([
    [4, true],
    [2048, false],
  ])) {
    const line = `llama_context: n_outputs_max = ${outputs}\nllama_context: flash_attn`;
    assert.equal(audit(LOG.replace('llama_context: flash_attn', line)).loads[0].runtime.server, server);
  }
});

/** The plan for this log's model, with other options; the lines of a log that has its sizes. */
function logOf(/** @type {object} */ changes, log = LOG) {
  const { metadata } = parseLoadLog(log).loads[0];
  const model = core.modelFromGgufMetadata(metadata, { tiedEmbeddings: true });
  const { runtime } = audit(log).loads[0];
  const plan = core.planMemory(model, { ...runtime, ...changes });
  const [gpu, host] = plan.devices;
  const mib = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(2);
  return log
    .replace(/(CUDA0 model buffer size = +)[\d.]+/, `$1${mib(gpu.weights)}`)
    .replace(/(CPU_Mapped model buffer size = +)[\d.]+/, `$1${mib(host.weights)}`)
    .replace(/(CUDA0 KV buffer size = +)[\d.]+/, `$1${mib(gpu.kvCache)}`)
    .replace(/(CUDA_Host {2}output buffer size = +)[\d.]+/, `$1${mib(host.outputBuffer)}`)
    .replace(/(CUDA0 compute buffer size = +)[\d.]+/, `$1${mib(gpu.computeBuffer)}`)
    .replace(/(CUDA_Host compute buffer size = +)[\d.]+/, `$1${mib(host.computeBuffer)}`);
}
const without = (/** @type {RegExp} */ line) =>
  LOG.split('\n')
    .filter((text) => !line.test(text))
    .join('\n');

test('a cause is what was planned anew and agrees, with all that agreed before', () => {
  /** @type {[object, string, string][]} */
  const cases = [
    [{ server: false }, LOG, 'options'],
    [{ build: 10000 }, LOG, 'build'],
    [{ build: 9000 }, LOG, 'build'],
    [{ flashAttention: false }, without(/flash_attn/), 'options'],
    [{ microBatchSize: 256 }, without(/n_ubatch/), 'options'],
    [{ fileType: 'Q5_K_M' }, LOG, 'fileType'],
    [{ cacheTypeK: 'q8_0', cacheTypeV: 'q8_0' }, LOG, 'options'],
  ];
  for (const [changes, log, cause] of cases) {
    const differing = audit(logOf(changes, log)).loads[0].rows.filter((row) => row.cause);
    assert.ok(differing.length > 0, JSON.stringify(changes));
    for (const row of differing) {
      assert.equal(row.cause, cause, JSON.stringify([changes, row]));
      assert.deepEqual(row.changes, changes);
    }
  }
});

test('a context that drafts is a cause where its bytes are among those of the other', () => {
  const text = real('server-mtp');
  const { metadata } = parseLoadLog(text).loads[0];
  const model = core.modelFromGgufMetadata(metadata, { tiedEmbeddings: false });
  const changes = { speculation: /** @type {const} */ ('draft-mtp'), draftLength: 4 };
  const [host] = core.planMemory(model, { ...audit(text).loads[0].runtime, ...changes }).devices;
  const mib = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(2);
  const sizes = [
    ['CPU_Mapped model', host.weights],
    ['CPU KV', host.kvCache],
    ['CPU RS', host.recurrentState],
    ['CPU output', host.outputBuffer],
    ['CPU compute', host.computeBuffer],
    ['CPU KV', 2 ** 24],
    ['CPU compute', host.draft - 2 ** 24],
  ];
  const lines = sizes.map(([words, bytes]) => `load: ${words} buffer size = ${mib(Number(bytes))} MiB`);
  const log = [...text.split('\n').filter((line) => !line.includes('buffer size')), ...lines].join('\n');
  const rows = audit(log).loads[0].rows.filter(({ cause }) => cause);
  assert.deepEqual(
    rows.map(({ term, cause, changes: instead }) => [term, cause, instead]),
    ['weights', 'kvCache', 'recurrentState', 'computeBuffer'].map((term) => [term, 'draft', changes]),
  );
});

test('where nothing agrees the cause is unknown', () => {
  assert.deepEqual(causes(LOG.replace('    85.01', '   258.50')), [['CUDA0', 'computeBuffer', 'unknown']]);
  assert.deepEqual(causes(LOG.replace('2375.91', '2371.91')), [['CUDA0', 'weights', 'unknown']]);
  assert.deepEqual(causes(LOG.replace('1152.00', '1151.00')), [['CUDA0', 'kvCache', 'unknown']]);
});

test('moved tensors are a cause where their bytes are the difference', () => {
  const moved = 'tensor blk.3.ffn_up.weight (30 MiB q4_K) buffer type overriden to CPU\n';
  const log = LOG.replace('load_tensors: off', `${moved}load_tensors: off`);
  const both = log.replace('2375.91', '2345.91').replace('304.28', '334.28');
  assert.deepEqual(causes(both), [
    ['CUDA0', 'weights', 'tensorOverrides'],
    ['host', 'weights', 'tensorOverrides'],
  ]);
  assert.deepEqual(causes(log.replace('2375.91', '2315.91')), [['CUDA0', 'weights', 'unknown']]);
});

test('a mapped range has what lies between its tensors', () => {
  const metal = LOG.replaceAll('CUDA0 ', 'MTL0 ').replace('MTL0 model', 'MTL0_Mapped model');
  assert.deepEqual(causes(metal), []);
  assert.deepEqual(causes(metal.replace('2375.91', '2680.20')), [['MTL0', 'weights', 'mapping']]);
});

test('a log that ends early says what it lacks, and has the rows that are there', () => {
  const [load] = audit(LOG.slice(0, LOG.indexOf('llama_context:'))).loads;
  assert.deepEqual(
    load.rows.map(({ term, cause }) => [term, cause]),
    [
      ['weights', null],
      ['weights', null],
    ],
  );
  assert.equal(load.missing.length, 4);
});

test('without a shape there is no plan, and the sizes stay', () => {
  const [load] = audit(
    LOG.split('\n')
      .filter((line) => !/print_info|- kv/.test(line))
      .join('\n'),
  ).loads;
  assert.match(`${load.refused}`, /general\.architecture is missing/);
  assert.deepEqual(
    load.rows.map(({ planned }) => planned),
    [null, null, null, null, null, null],
  );
});

test('a second, smaller model is the draft; a projector is counted beside', () => {
  const main = LOG.replace('print_info: file type', 'print_info: file size   = 2.32 GiB\nprint_info: file type');
  const draft = LOG.replace('print_info: file type', 'print_info: file size   = 372.65 MiB\nprint_info: file type');
  const clip = 'alloc_compute_meta:      CUDA0 compute buffer size =   248.10 MiB\n';
  const { loads } = audit(`${main}${clip}${draft}`);
  assert.deepEqual(
    loads.map(({ role, projectorBytes }) => [role, projectorBytes]),
    [
      ['main', 248.1 * 2 ** 20],
      ['draft', 0],
    ],
  );
});

test('names of older builds are read', () => {
  const old = LOG.replaceAll('print_info', 'llm_load_print_meta')
    .replaceAll('llama_context:', 'llama_new_context_with_model:')
    .replaceAll('load_tensors:', 'llm_load_tensors:')
    .replaceAll('llama_kv_cache:', 'llama_kv_cache_init:')
    .replaceAll(' model buffer size', ' buffer size')
    .replace('= enabled', '= 1')
    .replace('file type   ', 'model ftype      ');
  assert.deepEqual(audit(old), audit(LOG));
});

test('a text that is no log is refused', () => {
  for (const text of ['', 'Hello', '| model | size |\n']) {
    assert.throws(() => parseLoadLog(text), { name: 'RangeError', message: /^parseLoadLog: text must be a log/ });
  }
  assert.throws(() => audit(/** @type {any} */ (7)), { name: 'TypeError', message: /text must be a string, got 7/ });
});

const differences = (/** @type {string} */ text) =>
  audit(text).loads.map(({ rows }) =>
    rows.filter(({ cause }) => cause).map(({ device, term, cause }) => [device, term, cause]),
  );

for (const { name, loads, runtime, differing } of [
  {
    name: 'cli-gemma-3-1b',
    loads: 1,
    runtime: { server: true, contextLength: 4096, sequences: 1, flashAttention: true, gpus: 1 },
    differing: [],
  },
  {
    name: 'bench-smollm2',
    loads: 1,
    runtime: { server: false, contextLength: 512, sequences: 1, flashAttention: true, gpus: 1 },
    differing: [],
  },
  // llama.cpp's fit, which plans without allocating, prints the sizes that it tries first.
  {
    name: 'server-fit',
    loads: 1,
    runtime: { server: true, contextLength: 8192, sequences: 4, kvUnified: true, gpus: 1 },
    differing: [],
  },
  // The software device cannot compute a convolution, and cuts the graph in 93 pieces.
  {
    name: 'completion-lfm2',
    loads: 1,
    runtime: { server: false, contextLength: 4096, flashAttention: false, gpuLayers: 8, gpus: 1 },
    differing: [
      ['Vulkan0', 'computeBuffer', 'unknown'],
      ['host', 'computeBuffer', 'unknown'],
    ],
  },
  // Drafted tokens have states of their own; the context that drafts is planned higher than it is, and AMX takes more for
  // weights in its order.
  {
    name: 'server-mtp',
    loads: 1,
    runtime: { server: true, contextLength: 4096, sequences: 1, gpus: 0 },
    differing: [
      ['host', 'weights', 'unknown'],
      ['host', 'kvCache', 'unknown'],
      ['host', 'recurrentState', 'draft'],
      ['host', 'computeBuffer', 'unknown'],
      ['host', 'outputBuffer', 'unknown'],
    ],
  },
  {
    name: 'server-two-gpus',
    loads: 1,
    runtime: { server: true, contextLength: 8192, sequences: 4, kvUnified: false, gpus: [16, 15] },
    differing: [['Vulkan1', 'computeBuffer', 'unknown']],
  },
  {
    name: 'server-two-gpus-split',
    loads: 1,
    runtime: { server: true, contextLength: 16384, cacheTypeK: 'q8_0', cacheTypeV: 'q8_0', gpus: [24, 7] },
    differing: [
      ['Vulkan0', 'computeBuffer', 'unknown'],
      ['Vulkan1', 'computeBuffer', 'unknown'],
    ],
  },
]) {
  test(`a real log: ${name}`, () => {
    const audited = audit(real(name));
    assert.equal(audited.loads.length, loads);
    assert.deepEqual(
      Object.fromEntries(Object.keys(runtime).map((key) => [key, audited.loads[0].runtime[key]])),
      runtime,
    );
    assert.deepEqual(differences(real(name)), [differing]);
    for (const { printed, planned, term, cause } of audited.loads[0].rows) {
      if (!cause && term !== 'computeBuffer') assert.ok(Math.abs(printed - Number(planned)) < 0.011 * 2 ** 20, term);
    }
  });
}

test('the shares of several GPUs are told by caches and weights where no line says them', () => {
  for (const [name, gpus] of /** @type {const} */ ([
    ['server-two-gpus', [16, 15]],
    ['server-two-gpus-split', [24, 7]],
  ])) {
    const silent = real(name).replace(/.*assigned to device.*\n/g, '');
    const [load] = audit(silent).loads;
    assert.deepEqual(load.inferred.gpus, gpus);
    assert.deepEqual(load.runtime.gpus, gpus);
    assert.equal(load.assumed.gpus, undefined);
    // Without the caches' lines the weights tell, without either nothing does.
    assert.deepEqual(audit(silent.replace(/.*KV buffer size.*\n/g, '')).loads[0].inferred.gpus, gpus);
    const [bare] = audit(silent.replace(/.*(?:KV|model) buffer size.*\n/g, '')).loads;
    assert.equal(bare.inferred.gpus, undefined);
    assert.deepEqual(bare.assumed.gpus, [1, 1]);
  }
});
