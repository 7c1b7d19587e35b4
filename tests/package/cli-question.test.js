// The question that the packed command line is asked: machines, llama.cpp's words, files and streams that go wrong.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCompact } from '../../scripts/support/memory-golden.mjs';
import { consumer } from './support.js';

const { folder } = consumer();
const command = join(folder, 'node_modules/.bin/wasm-calculator');
const GIB = 2 ** 30;

function cli(...args) {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
}
/** The answer to a line of words. */
function answer(...args) {
  const { status, stdout, stderr } = cli('plan', ...args, '--json');
  assert.ok(status === 0 || status === 1, stderr);
  return JSON.parse(stdout);
}
function refused(args, message) {
  const { status, stdout, stderr } = cli(...args);
  assert.deepEqual([status, stdout], [2, ''], args.join(' '));
  assert.match(stderr, message, args.join(' '));
  // One line for the reason, without anything that steers a terminal.
  const [reason, ...rest] = stderr.trimEnd().split('\n');
  assert.ok(rest.length === 0 || (rest.length === 1 && rest[0] === '(--help tells more)'), stderr);
  assert.doesNotMatch(reason, /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
}

test('without a device it is this machine, and said', () => {
  const { hardware, fit, assumptions } = answer('llama 3.2 1b');
  const detected = JSON.parse(cli('detect', '--json').stdout);
  assert.equal(hardware.detected, true);
  assert.match(assumptions[0], /^This machine, as it reports itself: .*\(--device names another\)\.$/);
  assert.equal(hardware.host.memory, detected.memory.bytes);
  assert.equal(hardware.host.threads, detected.cpu.cores);
  assert.notEqual(fit, null);
  assert.equal(answer('llama 3.2 1b', '--ram', '1').hardware.host.memory, GIB);
  const { hardware: none, fit: unknown } = answer('llama 3.2 1b', '--no-detect');
  assert.deepEqual([none, unknown], [null, null]);
});

test('unlike cards have their own numbers, and are planned by them', () => {
  const { hardware, memory, fit } = answer('qwen3 32b', '--device', '3090', '--device', '4060 ti 16gb', '--ram', '64');
  assert.deepEqual(
    hardware.gpus.map(({ name, bandwidth, multiprocessors }) => [name, bandwidth, multiprocessors]),
    [
      ['GeForce RTX 3090', 936e9, 82],
      ['GeForce RTX 4060 Ti 16GB', 288e9, 34],
    ],
  );
  for (const { memory: usable, memorySold } of hardware.gpus) assert.ok(usable < memorySold, `${usable}`);
  // llama.cpp splits by memory, so the larger card has more.
  assert.ok(memory.devices[0].layers > memory.devices[1].layers);
  assert.ok(memory.devices[0].overhead > memory.devices[1].overhead);
  assert.deepEqual(
    fit.devices.map(({ name }) => name),
    ['gpu0', 'gpu1', 'host'],
  );
  const other = answer('qwen3 32b', '--device', '4060 ti 16gb', '--device', '3090', '--ram', '64');
  assert.ok(other.memory.devices[0].layers < other.memory.devices[1].layers);
  const split = answer('qwen3 32b', '--device', '3090', '--device', '4060 ti 16gb', '--tensor-split', '1,3').memory
    .devices;
  assert.ok(split[0].layers < split[1].layers);
  const one = answer('qwen3 8b', '--device', '3090', '--device', '4060 ti 16gb', '-sm', 'none', '-mg', '1');
  assert.deepEqual(
    one.hardware.gpus.map(({ name }) => name),
    ['GeForce RTX 4060 Ti 16GB'],
  );
});

test('what others use is subtracted', () => {
  const base = answer('llama 3.1 8b', '--device', '4090', '--ram', '32').fit.devices;
  const used = answer('llama 3.1 8b', '--device', '4090', '--ram', '32', '--reserve', '2.5', '--ram-reserve', '8').fit
    .devices;
  assert.equal(base[0].available - used[0].available, 2.5 * GIB);
  assert.equal(base[1].available - used[1].available, 8 * GIB);
});

test("llama.cpp's words and ours are one question", () => {
  const ours = answer(
    'gpt-oss-120b',
    '--device',
    '4090',
    '--ram',
    '96',
    '--context',
    '65536',
    '--kv',
    'q8_0',
    '--n-cpu-moe',
    '30',
    '--parallel',
    '2',
    '--batch',
    '4096',
    '--ubatch',
    '1024',
    '--threads',
    '12',
  );
  const theirs = answer(
    ...'--device 4090 --ram 96 -m gpt-oss-120b -c 64k -ctk q8_0 -ctv q8_0 -ncmoe 30 -np 2 -b 4096 -ub 1024 -t 12 -ngl all -fa auto'.split(
      ' ',
    ),
  );
  assert.deepEqual(theirs, ours);
  const cards = ['gpt-oss-120b', '--device', '4090', '--ram', '96'];
  const all = answer(...cards, '--cpu-moe');
  assert.deepEqual(answer(...cards, '-ot', '.ffn_.*_exps.=CPU'), all);
  assert.equal(all.runtime.cpuMoeLayers, all.model.layers);
});

test('the printed command is a question too, and the same one', () => {
  for (const asked of [
    ['llama 3.1 8b', '--device', '4090', '-c', '32k', '-np', '2'],
    ['gemma 3 27b', '--device', '3090', '--kv', 'q8_0', '--gpu-layers', '40', '--swa-full'],
    ['qwen3 30b', '--device', '3090', '--n-cpu-moe', '20', '--no-kv-offload'],
  ]) {
    const { commandLine, runtime } = answer(...asked, '--ram', '64');
    const [program, ...words] = commandLine.split(' ');
    assert.equal(program, 'llama-server');
    const at = words.indexOf('--model');
    words.splice(at, 2);
    const again = answer(asked[0], ...asked.slice(1, 3), '--ram', '64', ...words);
    assert.deepEqual(again.runtime, runtime, commandLine);
  }
});

test('the context is said in words, and bounded by what is known', () => {
  assert.equal(answer('llama 3.1 8b', '--device', '4090', '-c', '128k').runtime.contextLength, 131072);
  const { runtime, model } = answer('llama 3.1 8b', '--device', '4090', '--context', 'max');
  assert.equal(runtime.contextLength, model.contextLength);
  const short = answer('llama 3.1 8b', '--device', '4090', '-c', '256');
  assert.ok(short.workload.promptLength + short.workload.outputLength <= 256);
  refused(
    ['plan', 'llama 3.1 8b', '--device', '4090', '-c', '256', '--prompt', '100000'],
    /--prompt 100000 and --output \d+ do not fit into the 256 tokens/,
  );
});

test('misspelt questions are answered with what is meant', () => {
  for (const [args, message] of [
    [['--quant', 'q4'], /"q4" is not a file type; did you mean Q4_K_M\?/],
    [['--quant', 'UD-Q4_K_XL'], /is Unsloth's mix.*give the file or its address/],
    [['--ctx-sise', '4096'], /unknown option '--ctx-sise' \(Did you mean --ctx-size\?\)/],
    [['--vram', '0x18'], /It must be a plain number/],
    [['--vram', '1e3'], /It must be a plain number/],
    [['--device', '4090', '--device', 'm4 max 40', '--ram', '64'], /Apple M4 Max \(40-core\) shares its memory/],
    [
      ['--device', '4090', '--tensor-split', '1,2,3'],
      /--tensor-split must have one share for each of the 1 GPUs, got 3/,
    ],
    [['--device', '4090', '-sm', 'row'], /Splits by row and by tensor cannot be planned/],
    [['--device', '4090', '-ot', 'attn=CPU'], /only experts can be planned/],
    [['--timeout', '0'], /It must be a plain number from 1/],
    [['--context=5', '--no-such\u001b[31m\u202e\nthing'], /unknown option '--no-such/],
    [['--quant', 'q\u001b[31m4\n\u202e'], /is not a file type/],
    [['--backend', '\u009b31m'], /It must be one of/],
  ]) {
    refused(['plan', 'llama 3.1 8b', ...args], message);
  }
  refused(['plan', 'no\u001b[31m\u202esuch\nmodel', '--json'], /must be in the catalogue/);
  refused(['pl\u001ban'], /unknown command/);
});

test('a list that finds nothing says so, and the nearest; JSON stays JSON', () => {
  for (const [args, near] of [
    [['models', 'lama 3.1 8'], /nearest: .*Llama 3\.1 8B/],
    [['models', 'qwen 33'], /nearest: .*Qwen/],
    [['devices', 'rtx 9999'], /nearest: .*RTX/],
  ]) {
    const { status, stdout, stderr } = cli(...args);
    assert.deepEqual([status, stdout], [1, ''], args.join(' '));
    assert.match(stderr, near);
    const json = cli(...args, '--json');
    assert.deepEqual([json.status, json.stdout, json.stderr], [1, '[]\n', stderr]);
  }
});

test('an output that cannot be written is told from a model that does not fit', () => {
  for (const line of [
    'models',
    'devices --json',
    'detect',
    "plan 'llama 3.1 8b' --device 4090",
    "plan 'llama 3.1 8b' --device 4090 --json",
    "explain 'llama 3.1 8b' --device 4090",
  ]) {
    const { status, stderr } = spawnSync('bash', ['-c', `${command} ${line} > /dev/full`], {
      cwd: folder,
      encoding: 'utf8',
    });
    assert.deepEqual(
      [status, stderr],
      [2, 'wasm-calculator: the output cannot be written: ENOSPC: no space left on device, write\n'],
      line,
    );
  }
  const { status } = spawnSync('bash', ['-c', `${command} plan nosuch 2> /dev/full`], { cwd: folder });
  assert.equal(status, 2);
});

/** The address of what `answers` makes of a request. */
async function serve(answers) {
  const server = createServer(answers);
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/mine.gguf`;
}

/** The end of a command, and what it said. */
async function ended(args, begun = () => {}) {
  const child = spawn(command, args, { cwd: folder, timeout: 30_000 });
  const said = { stdout: '', stderr: '' };
  for (const stream of ['stdout', 'stderr']) {
    child[stream].on('data', (part) => {
      said[stream] += part;
    });
  }
  begun(child);
  const [status, signal] = await new Promise((resolve) => child.on('close', (...how) => resolve(how)));
  return { status, signal, ...said };
}

test('a server that drips is given up after --timeout', async () => {
  const url = await serve((request, response) => {
    response.writeHead(200);
    const timer = setInterval(() => response.write('G'), 100);
    request.on('close', () => clearInterval(timer));
  });
  const { status, stdout, stderr } = await ended(['plan', url, '--timeout', '1', '--no-detect']);
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /not read within 1 s/);
});

test('an interruption ends with 130', async () => {
  let child;
  const url = await serve(() => child.kill('SIGINT'));
  const { status, signal, stdout } = await ended(['plan', url, '--no-detect'], (started) => {
    child = started;
  });
  assert.deepEqual([status, signal, stdout], [130, null, '']);
});

test('files are bounded, and pipes are files', () => {
  const plan = ['plan', 'llama 3.1 8b', '--device', '4090'];
  refused([...plan, '--calibrate', '/dev/zero'], /^wasm-calculator: \/dev\/zero is larger than 4 MB$/m);
  refused([...plan, '--calibrate', folder], /EISDIR/);
  refused(['plan', folder], /./);
  const table =
    '| model | size | params | backend | ngl | test | t/s |\n| --- | --- | --- | --- | --- | --- | --- |\n| llama 8B Q4_K - Medium | 4.58 GiB | 8.03 B | CUDA | 99 | tg128 | 100.00 ± 1.00 |\n';
  writeFileSync(join(folder, 'table.md'), table);
  const piped = spawnSync(
    'bash',
    ['-c', `${command} plan 'llama 3.1 8b' --device 4090 --json --calibrate <(cat table.md)`],
    { cwd: folder, encoding: 'utf8' },
  );
  assert.match(piped.stderr, /taken as Llama 3\.1 8B$/m);
  assert.equal(JSON.parse(piped.stdout).speed.calibratedFrom, 1);
});

test('a spec of Windows is a spec, and one with a slip is refused with its file and place', () => {
  const golden = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
  const spec = golden.models.get('llama-3.1-8b');
  writeFileSync(join(folder, 'bom.json'), `\uFEFF${JSON.stringify(spec)}`);
  assert.equal(answer('bom.json', '--device', '4090').model.name, 'bom');
  const bad = { ...spec, groups: [{ ...spec.groups[0], headCout: 32 }] };
  writeFileSync(join(folder, 'slip.json'), JSON.stringify(bad));
  refused(
    ['plan', 'slip.json', '--device', '4090'],
    /slip\.json: model\.groups\[0\]\.headCout is not known; did you mean headCount\?$/m,
  );
  writeFileSync(join(folder, 'large.json'), JSON.stringify(spec).replace('"hiddenSize":4096', '"hiddenSize":1e400'));
  refused(['plan', 'large.json', '--device', '4090'], /large\.json: model\.hiddenSize must be .*, got Infinity$/m);
});
