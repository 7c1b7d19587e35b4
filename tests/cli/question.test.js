// From the words of a question to what planAnswer takes.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import core from '../../dist/js.js';
import { addCommand, withoutAliases } from '../../js/cli/options.js';
import { questionOf } from '../../js/cli/question.js';
import { devices, findDevice, gpuOf } from './support.js';

const model = {
  vocabularySize: 32000,
  hiddenSize: 4096,
  layerCount: 32,
  contextLength: 16384,
  groups: [
    {
      headCount: 32,
      kvHeadCount: 8,
      keyLength: 128,
      valueLength: 128,
      expertCount: 8,
      expertsUsed: 2,
      expertLength: 1408,
    },
  ],
  runs: [[0, 32]],
};
const catalogue = {
  devices,
  findDevice,
  gpuOf,
  models: [],
  recordedArchitectures: [],
  findModel: (name) => ({
    name,
    repository: 'x/y',
    architecture: 'llama',
    model: { ...model, ...(name === 'untold' ? { contextLength: 0 } : {}) },
  }),
};

/** What a command line becomes. */
async function ask(line) {
  let asked;
  const program = new Command('tool').exitOverride().configureOutput({ writeErr: () => {} });
  addCommand(program, 'plan').action((text, o) => {
    asked = [text, o];
  });
  const words = line.split(' ');
  const all = line.includes('--device') || line.includes('--vram') ? words : [...words, '--no-detect'];
  program.parse(['plan', ...withoutAliases(all)], { from: 'user' });
  return questionOf(asked[0], asked[1], { core, catalogue, readers: {}, detect: () => assert.fail(), warn: () => {} });
}
const refused = (line, message) => assert.rejects(ask(line), ({ message: said }) => message.test(said), line);

test('the runtime is what llama-server would be started with', async () => {
  const { runtime } = await ask('mixtral --device 4090');
  assert.deepEqual(runtime, {
    engine: 'llama.cpp',
    build: 11669,
    server: true,
    fileType: 'Q4_K_M',
    importanceMatrix: false,
    contextLength: 8192,
    batchSize: 2048,
    microBatchSize: 512,
    sequences: 4,
    kvUnified: true,
    flashAttention: true,
    cacheTypeK: 'f16',
    cacheTypeV: 'f16',
    gpuLayers: 'all',
    cpuMoeLayers: 0,
    swaFull: false,
    kvOffload: true,
    speculation: 'none',
    draftLength: 3,
    draftCacheTypeK: 'f16',
    draftCacheTypeV: 'f16',
    cacheRam: 0,
    contextCheckpoints: 0,
    checkpointStep: 8192,
    projectorWeights: 0,
    projectorBuffer: 0,
    projectorInputs: 0,
    projectorOffload: true,
    gpus: 1,
    backend: 'cuda',
  });
  for (const [line, expected] of [
    ['m -np 2', { sequences: 2, kvUnified: false }],
    ['m -np 8 -kvu', { sequences: 8, kvUnified: true }],
    ['m -np -1', { sequences: 4, kvUnified: true }],
    ['m --no-kv-unified', { sequences: 4, kvUnified: false }],
    ['m --no-server', { server: false, sequences: 1, kvUnified: false }],
    ['m --kv q8_0 -ctv q5_1', { cacheTypeK: 'q8_0', cacheTypeV: 'q5_1' }],
    ['m --quant i1-iq3_xs', { fileType: 'IQ3_XS', importanceMatrix: true }],
    ['m --cpu-moe', { cpuMoeLayers: 32 }],
    ['m --cpu-moe 5', { cpuMoeLayers: 5 }],
    ['m -ot exps=CPU', { cpuMoeLayers: 32 }],
    ['m -ot blk\\.[0-6]\\..*exps=CPU', { cpuMoeLayers: 7 }],
    ['m -ot blk\\.[0-6]\\..*exps=CPU -ncmoe 9', { cpuMoeLayers: 9 }],
    ['m --fit on', { gpuLayers: 'auto' }],
    ['m --fit on -ngl 12', { gpuLayers: 12 }],
    ['m --fit off', { gpuLayers: 'all' }],
    ['m -c max', { contextLength: 16384 }],
    ['m -c 0', { contextLength: 16384 }],
    ['m -c 1m', { contextLength: 1048576 }],
    ['untold', { contextLength: 8192 }],
    ['m --gpus 3 --backend vulkan', { gpus: 3, backend: 'vulkan' }],
    ['m --device 3090 --device 4060 --tensor-split 3,1', { gpus: 2, backend: 'cuda' }],
  ]) {
    const { runtime: other } = await ask(line);
    assert.deepEqual({ ...other, ...expected }, other, line);
  }
  await refused(
    'untold --context max',
    /^--context max: untold does not say for how many tokens it was trained; a number does$/,
  );
});

test('the workload fits into the context of a sequence, or is refused where it was said', async () => {
  for (const [line, workload, note] of [
    ['m', [512, 128, 0], null],
    ['m -c 512', [384, 128, 0], /^The speed is of a prompt of 384 tokens and 128 after it: the context has no more\.$/],
    ['m -c 100', [75, 25, 0], /prompt of 75 tokens and 25 after/],
    ['m -c 1', [0, 1, 0], /prompt of 0 tokens and 1 after/],
    ['m -c 2048 -np 4', [384, 128, 0], /prompt of 384/],
    ['m --depth 8000', [144, 48, 8000], /prompt of 144/],
    ['m --depth 4k --prompt 1000 --output 10', [1000, 10, 4096], null],
  ]) {
    const { question, notes } = await ask(line);
    const { promptLength, outputLength, cachedTokens } = question.workload;
    assert.deepEqual([promptLength, outputLength, cachedTokens], workload, line);
    assert.deepEqual(notes.length, note === null ? 0 : 1, line);
    if (note) assert.match(notes[0], note);
  }
  await refused(
    'm -c 256 --prompt 100000',
    /^--depth 0, --prompt 100000 and --output \d+ do not fit into the 256 tokens that --context gives a sequence$/,
  );
  await refused('m --depth 8192', /do not fit into the 8192 tokens/);
  await refused('m -c 8k -np 4 --prompt 2048 --output 1', /do not fit into the 2048 tokens/);
});

test('concurrency, drafts and the engine reach the speed', async () => {
  const plain = (await ask('m')).question;
  assert.deepEqual(plain.workload, { promptLength: 512, outputLength: 128, cachedTokens: 0, concurrency: 1 });
  assert.deepEqual(
    [plain.engine, plain.draft, plain.split],
    ['llama.cpp', null, { mode: 'layer', mainGpu: null, tensorSplit: null }],
  );
  assert.equal((await ask('m --concurrency 16')).question.workload.concurrency, 16);
  assert.equal((await ask('m --engine vllm')).question.engine, 'vllm');
  const { question, notes } = await ask('m --draft 4,0.7');
  assert.deepEqual({ ...question.workload, draftLength: 4, acceptanceRate: 0.7, draftCost: 0 }, question.workload);
  assert.match(notes[0], /^A drafted token is taken to cost nothing/);
  // As llama.cpp prints it: of all tokens that were drafted.
  const printed = await ask('m --draft 4 --draft-acceptance 0.69');
  assert.deepEqual([printed.question.workload.acceptanceRate, printed.question.workload.draftAcceptance], [0, 0.69]);
  const draftless = await ask('m --draft-acceptance 0.69');
  assert.equal(draftless.question.workload.draftAcceptance, undefined);
  assert.match(draftless.notes[0], /^No draft is given/);
  const unrated = await ask('m --draft 4');
  assert.equal(unrated.question.workload.draftLength, undefined);
  assert.equal(unrated.question.draft.draftLength, 4);
  assert.match(
    unrated.notes[0],
    /^How much of a draft is accepted is not given \(--draft 4,0\.7 or --draft-acceptance\)/,
  );
  assert.deepEqual((await ask('m --draft 4,0.7,0.1')).notes, []);
});
