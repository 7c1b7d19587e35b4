// Logs of loading in llama.cpp's lines: shapes and sizes are facts, everything else is invented.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { auditLog, parseLoadLog } from '../../dist/readers.js';
import core from '../../dist/wasmCalculator.js';

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
  assert.deepEqual(load.inferred, { contextLength: 8192 });
  assert.deepEqual(load.missing, ['the context (llama_context: n_ctx)']);
  assert.deepEqual(
    load.rows.map(({ cause }) => cause),
    [null, null, null, null, null, null],
  );
});

test('what differs has a likely cause', () => {
  assert.deepEqual(causes(LOG.replace('    85.01', '   258.50')), [['CUDA0', 'computeBuffer', 'build']]);
  const moved = 'tensor blk.3.ffn_up.weight (30 MiB q4_K) buffer type overriden to CPU\n';
  const log = LOG.replace('2375.91', '2345.91').replace('load_tensors: off', `${moved}load_tensors: off`);
  assert.deepEqual(causes(log), [['CUDA0', 'weights', 'tensorOverrides']]);
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
