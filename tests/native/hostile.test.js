// What the native tool makes of hostile specs, names and outputs: one line on stderr and exit status 2, no signal.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readCompact } from '../../scripts/support/memory-golden.mjs';

const native = fileURLToPath(new URL('../../build/native-release/src/llmcalc', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'llmcalc-hostile-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const { models } = readCompact(fileURLToPath(new URL('../golden', import.meta.url)));
const SPEC = models.get('llama-3.1-8b');

function start(...args) {
  const { status, signal, stdout, stderr } = spawnSync(native, args, { cwd: folder, encoding: 'utf8' });
  return { status, signal, stdout, stderr };
}

/** The only line of stderr, where the tool refuses. */
function refusal(...args) {
  const { status, signal, stdout, stderr } = start(...args);
  assert.deepEqual([status, signal, stdout], [2, null, ''], `${args}: ${stderr}`);
  assert.match(stderr, /^llmcalc: [^\n]{1,1200}\n(?:\(--help tells more\)\n)?$/);
  return stderr
    .slice('llmcalc: '.length)
    .split('\n')[0]
    .replace(/^error: /, '');
}

/** What the tool says of a spec that it refuses. */
function refusalOf(text) {
  writeFileSync(join(folder, 'spec.json'), text);
  return refusal('plan', 'spec.json', '--vram', '24');
}

const withGroup = (more) => ({ ...SPEC, groups: [{ ...SPEC.groups[0], ...more }] });

test('brackets however deep are refused', () => {
  for (const depth of [65, 1000, 100_000, 1_000_000]) {
    const lists = '['.repeat(depth) + ']'.repeat(depth);
    const objects = `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    for (const deep of [lists, objects]) {
      for (const text of [
        deep,
        `{"groups":[${deep}],"runs":[]}`,
        `{"groups":[{}],"runs":[${deep}]}`,
        `{"groups":[{}],"runs":[[0,${deep}]]}`,
        `{"groups":[{"headCount":${deep}}],"runs":[]}`,
        `{"vocabularySize":${deep},"groups":[{}],"runs":[]}`,
        `{"groups":[{}],"runs":[],"unknown":${deep}}`,
      ]) {
        assert.match(refusalOf(text), /^spec\.json must be JSON of at most 64 levels$/);
      }
    }
  }
  assert.match(refusalOf('['.repeat(1_000_000)), /at most 64 levels/);
});

test('brackets in strings are no levels', () => {
  const text = JSON.stringify({ ...SPEC, architecture: '[{"\\"'.repeat(100) });
  assert.match(refusalOf(text), /model\.architecture must be one of .*, got "/);
});

test('what has a wrong type is named as the npm tool names it, never printed whole', () => {
  const long = 'x'.repeat(1000);
  for (const [spec, message] of [
    [withGroup({ headCount: [1, 2] }), 'model.groups[0].headCount must be a number, got an array'],
    [withGroup({ headCount: {} }), 'model.groups[0].headCount must be a number, got an object'],
    [withGroup({ headCount: null }), 'model.groups[0].headCount must be a number, got null'],
    [withGroup({ headCount: '32' }), 'model.groups[0].headCount must be a number, got "32"'],
    [withGroup({ headCount: true }), 'model.groups[0].headCount must be a number, got true'],
    [withGroup({ headCount: long }), `model.groups[0].headCount must be a number, got "${long.slice(0, 40)}..."`],
    [withGroup({ fusedQKV: 1.5 }), 'model.groups[0].fusedQKV must be a boolean, got 1.5'],
    [withGroup({ fusedQKV: 1e21 }), 'model.groups[0].fusedQKV must be a boolean, got 1e+21'],
    [withGroup({ attention: 'odd' }), 'model.groups[0].attention must be one of none, full, sliding, mla, got "odd"'],
    [{ ...SPEC, groups: [7] }, 'model.groups[0] must be an object, got 7'],
    [{ ...SPEC, runs: {} }, 'model.runs must be an array, got an object'],
    [{ ...SPEC, runs: undefined }, 'model.runs must be an array, got undefined'],
    [{ ...SPEC, runs: [{}] }, 'model.runs[0] must be a pair [group, count], got an object'],
    [{ ...SPEC, runs: [['0', 1]] }, 'model.runs[0].group must be a number, got "0"'],
    [{ ...SPEC, runs: [[0, []]] }, 'model.runs[0].count must be a number, got an array'],
    [{ ...SPEC, runs: [[0]] }, 'model.runs[0].count must be a whole number from 1 to 1024, got NaN'],
  ]) {
    assert.equal(refusalOf(JSON.stringify(spec)), `spec.json: ${message}`);
  }
});

test('numbers too large for a double are infinite, as in JavaScript', () => {
  const with400 = (number) => JSON.stringify({ ...SPEC, hiddenSize: 0 }).replace('"hiddenSize":0', number);
  for (const [number, got] of [
    ['1e400', 'Infinity'],
    ['-1e400', '-Infinity'],
    [`1${'0'.repeat(400)}`, 'Infinity'],
    [`${'9'.repeat(400)}.5`, 'Infinity'],
  ]) {
    assert.equal(
      refusalOf(with400(`"hiddenSize": ${number}`)),
      `spec.json: model.hiddenSize must be a whole number from 1 to 1e9, got ${got}`,
    );
  }
  assert.match(refusalOf(with400('"hiddenSize":1e-400')), /hiddenSize must be a whole number from 1 to 1e9, got 0$/);
  // Digits in names are no numbers.
  assert.match(refusalOf(with400('"1e400":1')), /^spec\.json: model\.1e400 is not known/);
});

test('a key that nobody knows is refused with the nearest', () => {
  for (const [spec, message] of [
    [{ ...SPEC, contextLen: 1 }, 'model.contextLen is not known; did you mean contextLength?'],
    [{ ...SPEC, ctx: 1 }, 'model.ctx is not known; did you mean contextLength?'],
    [withGroup({ headcount: 1 }), 'model.groups[0].headcount is not known; did you mean headCount?'],
    [withGroup({ constructor: 1 }), /^spec\.json: model\.groups\[0\]\.constructor is not known; did you mean /],
  ]) {
    const refused = refusalOf(JSON.stringify(spec));
    if (typeof message === 'string') assert.equal(refused, `spec.json: ${message}`);
    else assert.match(refused, message);
  }
  assert.match(refusalOf(JSON.stringify({ ...SPEC, '###': 1 })), /model\.### is not known; known are architecture, /);
});

test('a list of tensors is sent to the npm tool in clear words', () => {
  assert.match(
    refusalOf(JSON.stringify({ ...SPEC, tensors: [] })),
    /^spec\.json has a list of tensors, which takes the npm tool: npx wasm-calculator plan spec\.json$/,
  );
});

test('an object of too many keys ends soon', () => {
  const keys = Array.from({ length: 400_000 }, (_, i) => `"k${i}":1`).join();
  assert.match(
    refusalOf(`{"groups":[{}],"runs":[],${keys}}`),
    /^spec\.json must be JSON with at most 256 keys an object$/,
  );
});

test('files are read no further than any answer needs', () => {
  const large = join(folder, 'large.json');
  closeSync(openSync(large, 'w'));
  truncateSync(large, 2 ** 40);
  symlinkSync('/dev/zero', join(folder, 'endless.json'));
  for (const [args, message] of [
    [['plan', 'large.json', '--vram', '24'], /^large\.json is larger than 16 MB/],
    [['plan', 'endless.json', '--vram', '24'], /^endless\.json is larger than 16 MB/],
    [
      ['plan', 'phi-2', '--vram', '24', '--bandwidth', '500', '--calibrate', '/dev/zero'],
      /^\/dev\/zero is larger than 4 MB/,
    ],
    [
      ['plan', 'phi-2', '--vram', '24', '--bandwidth', '500', '--calibrate', 'large.json'],
      /^large\.json is larger than 4 MB/,
    ],
  ]) {
    assert.match(refusal(...args), message);
  }
  writeFileSync(join(folder, 'folder.txt'), '');
  assert.match(refusal('plan', 'none.json', '--vram', '24'), /^none\.json cannot be read/);
  symlinkSync('/tmp', join(folder, 'directory.json'));
  assert.match(refusal('plan', 'directory.json', '--vram', '24'), /^directory\.json cannot be read/);
});

test('a byte order mark before a spec is none of it', () => {
  const plan = (text) => {
    writeFileSync(join(folder, 'spec.json'), text);
    return start('plan', 'spec.json', '--vram', '24', '--json');
  };
  const text = JSON.stringify(SPEC);
  assert.equal(plan(text).status, 0);
  assert.deepEqual(plan(`\ufeff${text}`), plan(text));
  assert.match(refusalOf(`\ufeff\ufeff${text}`), /^spec\.json must be JSON/);
});

test('an output that cannot be written is no answer', () => {
  writeFileSync(join(folder, 'spec.json'), JSON.stringify(SPEC));
  for (const command of [
    ['plan', 'spec.json', '--vram', '24'],
    ['plan', 'spec.json', '--vram', '24', '--json'],
    ['plan', 'spec.json', '--vram', '1'],
    ['plan', '--help'],
    ['--help'],
    ['--version'],
    ['calculatePerformance', '1008', '40'],
    ['batchCalculatePerformance', '1008', '70'],
  ]) {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(native, command, {
      cwd: folder,
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
    });
    closeSync(full);
    assert.deepEqual(
      [status, stderr],
      [2, 'llmcalc: the output cannot be written: No space left on device\n'],
      command,
    );
  }
});

/** Controls, marks of direction, and what is not seen. */
const STEERING = [
  '\u001b[31m',
  '\u0007',
  '\u007f',
  '\u009b',
  '\n',
  '\u202e',
  '\u2066',
  '\u200b',
  '\u2028',
  '\u2029',
  '\ufeff',
  '\u{e0041}',
  '\u00ad',
];
const steers = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

test('names steer no terminal, neither in answers nor in messages', () => {
  for (const mark of STEERING) {
    const name = `zz${mark}qq`;
    writeFileSync(join(folder, `${name}.json`), JSON.stringify(SPEC));
    const { status, stdout } = start('plan', `${name}.json`, '--vram', '24');
    assert.equal(status, 0);
    assert.match(stdout, /^zz *(?:\[31m)? *qq {2}8\.03 B parameters \(/);
    for (const line of stdout.split('\n')) assert.doesNotMatch(line, steers);
    const { model } = JSON.parse(start('plan', `${name}.json`, '--no-detect', '--json').stdout);
    assert.equal(model.name, name);
    for (const args of [
      ['plan', name],
      ['plan', `none ${name}.json`],
      ['plan', 'phi-2', `--${name}`],
      ['plan', 'phi-2', '--device', name],
      ['plan', 'phi-2', '--quant', name],
      ['plan', 'phi-2', '--kv', name],
      ['plan', 'phi-2', '--backend', name],
      ['plan', 'phi-2', '--vram', name],
      ['plan', 'phi-2', '--vram', '24', '--bandwidth', '500', '--calibrate', name],
      ['calculatePerformance', name, '1'],
    ]) {
      assert.doesNotMatch(refusal(...args), steers);
    }
    const group = { ...SPEC.groups[0], [name]: 1, attention: name };
    assert.doesNotMatch(refusalOf(JSON.stringify({ ...SPEC, groups: [group] })), steers);
    assert.doesNotMatch(refusalOf(JSON.stringify(withGroup({ attention: name }))), steers);
    assert.doesNotMatch(refusalOf(`{"groups":${name}`), steers);
  }
});

test('an argument that is no UTF-8 is one with replacements', () => {
  const { status, stdout, stderr } = spawnSync('bash', ['-c', `${native} plan $'zz\\xffq\\xe2\\x82' --no-detect`], {
    encoding: 'utf8',
  });
  assert.deepEqual([status, stdout], [2, '']);
  assert.match(stderr, /^llmcalc: model must be in the catalogue, got "zz\ufffdq\ufffd"; /);
});

test('a number is plain digits', () => {
  for (const text of ['0x18', '1e3', 'inf', 'nan', '+24', '-24', '2.4.0', '.', '1_000', '٢٤', '24GB', 'true']) {
    for (const option of ['--vram', '--bandwidth']) {
      assert.match(refusal('plan', 'phi-2', `${option}=${text}`), /must be a plain number from/, `${option} ${text}`);
    }
    for (const option of ['--gpus', '--context', '--threads']) {
      assert.match(
        refusal('plan', 'phi-2', `${option}=${text}`),
        /must be a (?:plain )?(?:whole )?number/,
        `${option} ${text}`,
      );
    }
  }
  for (const option of ['--vram', '--gpus'])
    assert.match(refusal('plan', 'phi-2', `${option}=`), /argument '' is invalid/);
  for (const [text, gib] of [
    ['24', 24],
    ['24.0', 24],
    ['024', 24],
    ['24.', 24],
    ['23.5', 23.5],
    ['.5', 0.5],
  ]) {
    const { hardware } = JSON.parse(start('plan', 'phi-2', '--vram', text, '--json').stdout);
    assert.equal(hardware.gpus[0].memorySold, gib * 2 ** 30);
  }
});

test('a reader that closes the pipe early is no failure', () => {
  for (const [command, status] of [
    ['plan "llama 3.1 8b" --device 4090 --json', 0],
    ['plan "llama 3.3 70b" --device 4090 --ram 8 --json', 1],
  ]) {
    // The reader is gone before a word is written.
    const { stdout, stderr } = spawnSync(
      'bash',
      ['-c', `{ sleep 0.2; "$0" ${command}; echo "$?" >&2; } | true`, native],
      {
        cwd: folder,
        encoding: 'utf8',
      },
    );
    assert.deepEqual([stdout, stderr], ['', `${status}\n`], command);
  }
});
