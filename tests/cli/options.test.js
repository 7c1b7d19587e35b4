// What the words of a command line mean: units, aliases of llama.cpp, misspellings.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { addCommand, optionsOf, withoutAliases } from '../../js/cli/options.js';

/** The model and the options of a command line; throws what commander says. */
function parsed(...args) {
  let result;
  const program = new Command('tool').exitOverride().configureOutput({ writeErr: () => {} });
  addCommand(program, 'plan').action((model, options) => {
    result = { model, ...options };
  });
  program.parse(['plan', ...withoutAliases(args)], { from: 'user' });
  return result;
}
const differs = (...args) => {
  const usual = parsed('m');
  const { model: _, ...given } = parsed('m', ...args);
  return Object.fromEntries(Object.entries(given).filter(([key, value]) => value !== usual[key]));
};
const refused = (args, message) =>
  assert.throws(
    () => parsed('m', ...args),
    ({ message: said }) => message.test(said),
    args.join(' '),
  );

test('every alias means its option', () => {
  const values = {
    '--threads': '12',
    '--split-mode': 'none',
    '--tensor-split': '3,1',
    '--main-gpu': '1',
    '--context': '4096',
    '--kv-k': 'q8_0',
    '--kv-v': 'q5_1',
    '--gpu-layers': '20',
    '--fit': 'on',
    '--n-cpu-moe': '7',
    '--override-tensor': 'exps=CPU',
    '--parallel': '3',
    '--batch': '1024',
    '--ubatch': '256',
    '--flash-attention': 'off',
    '--draft': '4,0.6',
    '--spec-type': 'draft-mtp',
    '--spec-draft-n-max': '5',
    '--cache-type-k-draft': 'q8_0',
    '--cache-type-v-draft': 'q4_0',
    '--cache-ram': '1024',
    '--ctx-checkpoints': '8',
    '--checkpoint-min-step': '512',
    '--mmproj': 'mmproj.gguf',
  };
  for (const { flag, value, aliases = [] } of optionsOf('plan')) {
    for (const alias of aliases) {
      const more = value === undefined ? [] : [values[flag]];
      const meant = differs(flag, ...more);
      assert.equal(Object.keys(meant).length, 1, `${flag} ${more}`);
      assert.deepEqual(differs(alias, ...more), meant, alias);
      if (alias.startsWith('--') && more.length > 0) assert.deepEqual(differs(`${alias}=${more[0]}`), meant, alias);
    }
  }
});

test('what people type for llama.cpp is understood as a whole', () => {
  const typed =
    '-m big.gguf -ngl 99 -c 65536 -ctk q8_0 -ctv q8_0 -fa on -np 2 -b 4096 -ub 1024 -t 16 -ncmoe 12 -kvu -nkvo -sm layer -ts 3/1';
  const { model, ...given } = parsed(...typed.split(' '));
  assert.equal(model, 'big.gguf');
  assert.deepEqual(
    {
      ...given,
      context: 65536,
      gpuLayers: 99,
      kvK: 'q8_0',
      kvV: 'q8_0',
      flashAttention: true,
      parallel: 2,
      batch: 4096,
    },
    given,
  );
  assert.deepEqual(
    { ...given, ubatch: 1024, threads: 16, nCpuMoe: 12, kvUnified: true, kvOffload: false, tensorSplit: [3, 1] },
    given,
  );
  for (const flag of ['-hf', '--hf-repo', '--model', '-mu']) assert.equal(parsed(flag, 'x').model, 'x');
  assert.equal(parsed('--model=x').model, 'x');
});

test('values may be left out where llama.cpp has none', () => {
  assert.deepEqual(differs('--cpu-moe'), { nCpuMoe: 'all' });
  assert.deepEqual(differs('-cmoe'), { nCpuMoe: 'all' });
  assert.deepEqual(differs('--cpu-moe', '12'), { nCpuMoe: 12 });
  assert.deepEqual(differs('--n-cpu-moe', 'all'), { nCpuMoe: 'all' });
  assert.deepEqual(
    [parsed('--cpu-moe', 'qwen3 30b').model, parsed('--cpu-moe', 'qwen3 30b').nCpuMoe],
    ['qwen3 30b', 'all'],
  );
  assert.deepEqual([parsed('-fa', 'phi-2').model, parsed('-fa', 'phi-2').flashAttention], ['phi-2', true]);
  for (const word of ['off', '0', 'disabled', 'FALSE'])
    assert.deepEqual(differs('-fa', word), { flashAttention: false });
  for (const word of ['on', '1', 'auto', '-1', 'true']) assert.deepEqual(differs('-fa', word), {});
  assert.deepEqual(differs('--no-flash-attention'), { flashAttention: false });
});

test('numbers that stand for words in llama.cpp', () => {
  assert.deepEqual(differs('-ngl', '-1'), { gpuLayers: 'auto' });
  assert.deepEqual(differs('-ngl', 'AUTO'), { gpuLayers: 'auto' });
  assert.deepEqual(differs('-ngl', '-2'), { gpuLayers: 'all' });
  assert.deepEqual(differs('-c', '0'), { context: 'max' });
  assert.deepEqual(differs('-np', '-1'), { parallel: 'auto' });
  refused(['-ngl', '-3'], /It must be a whole number, all or auto\.$/);
  refused(['-ngl', '7.5'], /It must be a whole number, all or auto\.$/);
});

test('tokens have units', () => {
  for (const [text, context] of [
    ['128k', 131072],
    ['32K', 32768],
    ['1m', 1048576],
    ['5', 5],
    ['max', 'max'],
    ['MAX', 'max'],
  ]) {
    assert.deepEqual(differs('--context', text), { context });
  }
  for (const text of ['128kb', '1.5k', '-5', '12 k', 'k', '2000m', '1e5', '0x20', '']) {
    refused([`--context=${text}`], /must be a whole number of tokens from 1 to 1000000000/);
  }
  assert.deepEqual(differs('--depth', '16k'), { depth: 16384 });
  assert.deepEqual(differs('--depth', '0'), {});
  refused(['--depth', 'max'], /must be a whole number of tokens from 0/);
});

test('sizes are plain decimals, one or one for each GPU', () => {
  assert.deepEqual(differs('--vram', '24'), { vram: [24] });
  assert.deepEqual(differs('--vram', '23.5,11.9,.5,8.'), { vram: [23.5, 11.9, 0.5, 8] });
  for (const flag of [
    '--vram',
    '--vram-usable',
    '--bandwidth',
    '--reserve',
    '--margin',
    '--ram',
    '--ram-reserve',
    '--ram-bandwidth',
  ]) {
    for (const text of [
      '0x18',
      '1e3',
      '-4',
      '24GB',
      '',
      ' ',
      'Infinity',
      'NaN',
      '1_000',
      '.',
      '.5.',
      '٢٤',
      '99999999',
      '24;16',
    ]) {
      refused([`${flag}=${text}`], /It must be a plain number from 0(?:\.1)? to 10{5,6}\b/);
    }
  }
  refused(['--ram', '16,16'], /It must be a plain number from 0\.1 to 100000\.$/);
  refused(['--threads', '1.5'], /a whole number from 1 to 4096/);
});

test('lists, choices and pairs', () => {
  assert.deepEqual(differs('--device', '3090', '--device', '4060 ti'), { device: ['3090', '4060 ti'] });
  assert.deepEqual(differs('-ot', 'a=CPU', '-ot', 'b=CPU'), { overrideTensor: ['a=CPU', 'b=CPU'] });
  assert.deepEqual(differs('--kv', 'Q8_0'), { kv: 'q8_0' });
  assert.deepEqual(differs('--backend', 'Vulkan'), { backend: 'vulkan' });
  refused(['--backend', 'opencl'], /It must be one of cuda, metal, vulkan, rocm, sycl, cpu\.$/);
  refused(['-sm', 'row'], /Splits by row and by tensor cannot be planned, none and layer can\.$/);
  refused(['-ts', '0,0'], /of which one is above 0/);
  refused(['-ts', '3,x'], /plain numbers with commas/);
  assert.deepEqual(differs('--draft', '4').draft, { draftLength: 4, acceptanceRate: null, draftCost: null });
  assert.deepEqual(differs('--draft', '4,0.7,0.1').draft, { draftLength: 4, acceptanceRate: 0.7, draftCost: 0.1 });
  for (const text of ['0', '65', '4,1.1', '4,0.7,11', '4,0.7,0.1,1', '4,'])
    refused(['--draft', text], /It must be N, N,RATE or N,RATE,COST/);
});

test('what nobody knows is refused with the nearest, and so is what lacks its value', () => {
  for (const [typed, near] of [
    ['--ctx-sise', '--ctx-size'],
    ['--gpu-layer', '--gpu-layers'],
    ['--contxt', '--context'],
    ['--devise', '--device'],
    ['--tensor-splits', '--tensor-split'],
    ['--gup-layers', '--gpu-layers'],
    ['-ncmo', '-ncmoe'],
  ]) {
    refused([typed, '3'], new RegExp(`^unknown option '${typed}' \\(Did you mean ${near}\\?\\)$`));
  }
  refused(['--jinja'], /^unknown option '--jinja'$/);
  refused(['--temp', '0.7'], /^unknown option '--temp'$/);
  refused(['-c'], /^option '-c <n>' argument missing$/);
  refused(['-m'], /^option '-m <model>' argument missing$/);
  // After `--` everything is a name.
  assert.equal(parsed('--', '-c').model, '-c');
  // What is a value is no option.
  assert.deepEqual(differs('--device', '-c'), { device: ['-c'] });
});
