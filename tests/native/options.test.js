// The options of data/options.json, in both tools: what they take, what they refuse and how, what their help says.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Command } from 'commander';
import { addCommand, withoutAliases } from '../../js/cli/options.js';
import { answerTo } from '../cli/answer-support.js';
import { F16, ggufBytes } from '../support/gguf-writer.js';

const at = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const table = JSON.parse(readFileSync(at('data/options.json'), 'utf8'));
const native = (...args) =>
  spawnSync(at('build/native-release/src/llmcalc'), args, { encoding: 'utf8', timeout: 20_000 });
const npm = (...args) => spawnSync(process.execPath, [at('dist/cli.js'), ...args], { encoding: 'utf8' });

const ofPlan = table.options.filter(({ group, commands }) =>
  commands ? commands.includes('plan') : group in table.groups,
);
const folder = mkdtempSync(join(tmpdir(), 'llmcalc-options-'));
after(() => rmSync(folder, { recursive: true }));
const projector = join(folder, 'mmproj.gguf');
writeFileSync(
  projector,
  ggufBytes({
    metadata: {
      'general.architecture': 'clip',
      'clip.has_vision_encoder': true,
      'clip.projector_type': 'gemma3',
      'clip.vision.image_size': 896,
      'clip.vision.patch_size': 14,
      'clip.vision.embedding_length': 1152,
      'clip.vision.feed_forward_length': 4304,
      'clip.vision.projection_dim': 2560,
    },
    tensors: [{ name: 'mm.input_projection.weight', shape: [2560, 1152], type: F16 }],
  }),
);

/** A value that is not what the option is without, by its type. */
function valueFor({ flag, type, names = [], list, range, ranges, default: usual }) {
  if (list === 'speculation') return 'draft-simple';
  if (type === 'name') return list === 'cacheType' ? 'q8_0' : list === 'backend' ? 'vulkan' : names.at(-1);
  if (type === 'onOff') return usual === 'on' ? 'off' : 'on';
  if (type === 'texts') return 'exps=CPU';
  if (type === 'fileType') return 'Q8_0';
  if (type === 'shares') return '3,1';
  if (type === 'draft') return ranges.map(([minimum]) => minimum).join(',');
  if (type === 'text') return flag === '--mmproj' ? projector : 'rows.json';
  return String(Math.min(range[1], Math.max(range[0], 7)));
}
const wordsOf = (option, name = option.flag) => (option.value === undefined ? [name] : [name, valueFor(option)]);

/** What the npm tool says to a command line of `plan`; null where it understands it. */
function saidByNpm(args) {
  const program = new Command('tool').exitOverride().configureOutput({ writeErr: () => {} });
  addCommand(program, 'plan').action(() => {});
  try {
    program.parse(['plan', ...withoutAliases(args)], { from: 'user' });
    return null;
  } catch (error) {
    return error.message.replace(/^error: /, '');
  }
}
/** The same of the native tool, which goes on to answer. */
function saidByNative(args) {
  const { stderr, status, signal } = native('plan', ...args);
  assert.equal(signal, null, args.join(' '));
  assert.ok(!/ sets .* no field|nothing takes/.test(stderr), stderr);
  const [, refusal] = /^llmcalc: error: ([^\n]*)\n/.exec(stderr) ?? [];
  assert.ok(refusal === undefined || status === 2, args.join(' '));
  return refusal ?? null;
}

test('both tools take every option of the table, by each of its names', () => {
  let taken = 0;
  for (const option of ofPlan) {
    const lines = [option.flag, ...(option.aliases ?? [])].map((name) => wordsOf(option, name));
    for (const name of Object.keys(option.shorthands ?? {})) lines.push([name]);
    if (option.withoutValue !== undefined) lines.push([option.flag]);
    for (const words of lines) {
      const args = ['phi-2', ...words];
      assert.equal(saidByNpm(args), null, args.join(' '));
      assert.equal(saidByNative(args), null, args.join(' '));
      taken++;
    }
  }
  assert.ok(taken > 70, `${taken}`);
  // What is for the npm tool alone does no harm.
  assert.equal(saidByNative(['phi-2', '--no-color']), null);
});

test('what an option sets is in the answers of both tools', async () => {
  const set = ofPlan.filter(({ sets }) => sets);
  assert.ok(set.length >= 12, `${set.length}`);
  const usual = JSON.parse(native('plan', 'llama-3.1-8b', '--no-detect', '--json').stdout);
  for (const option of set) {
    // What is accepted of a draft is in an answer with one.
    const drafted = option.flag === '--draft-acceptance' ? ['--draft', '4'] : [];
    const line = ['llama-3.1-8b', '--no-detect', ...drafted, ...wordsOf(option)];
    const { stdout, stderr } = native('plan', ...line, '--json');
    assert.equal(stdout, `${JSON.stringify(await answerTo(line.join(' ')), null, 2)}\n`, `${line} ${stderr}`);
    const answer = JSON.parse(stdout);
    for (const path of option.sets) {
      const [object, field] = path.split('.');
      assert.ok(field in answer[object], path);
      // The one of a pair that says what is so anyway changes nothing.
      if (option.flag !== '--server') assert.notEqual(answer[object][field], usual[object][field], path);
      // What the help gives as the default is the struct's own.
      if (option.default !== undefined && option.type !== 'onOff' && field in usual[object])
        assert.equal(usual[object][field], option.default, path);
    }
  }
});

test('of two options for one field the later in the table counts, of an option and its opposite the later one said', async () => {
  for (const line of [
    '--kv-k q4_0 --kv q8_0',
    '--kv q8_0 --kv-v q4_0',
    '--no-server --server',
    '--server --no-server',
    '--kv-unified --no-kv-unified',
    '--no-kv-unified --kv-unified',
    '--parallel 3 --parallel auto',
  ]) {
    const words = ['llama-3.1-8b', '--no-detect', ...line.split(' ')];
    const { stdout } = native('plan', ...words, '--json');
    assert.equal(stdout, `${JSON.stringify(await answerTo(words.join(' ')), null, 2)}\n`, line);
  }
});

const TEXTS =
  '0 -1 -2 -3 7 7.5 .5 8. 1e3 0x18 12k 128K 1m 2000m 12kb all AUTO max none row tensor layer on OFF auto enabled cuda vllm vLLM q8_0 Q4 Q4_K_M q4km 3,1 3/1 3//1 0,0 3,x 4,0.7 4,0.7,0.1 4,0.7,0.1,1 65 4,1.1 4, 24GB NaN Infinity 1_000 . .5. 99999999 100001 1000001 10000000001 24;16 ٢٤'.split(
    ' ',
  );

test('both refuse the same values, in the same words', () => {
  let refused = 0;
  for (const option of ofPlan) {
    for (const text of [...TEXTS, '', ' ', ' 7 ', '12 k']) {
      const args = ['phi-2', `${option.flag}=${text}`];
      const said = saidByNpm(args);
      // Beyond the parser: what is no file, no device and so on.
      assert.equal(saidByNative(args), said, args.join(' '));
      if (said !== null) refused++;
    }
  }
  assert.ok(refused > 1000, `${refused}`);
});

test('both refuse the same words where an option should be', () => {
  const names = ofPlan.flatMap(({ flag, aliases = [], shorthands = {} }) => [
    flag,
    ...aliases,
    ...Object.keys(shorthands),
  ]);
  const misspelt = names.flatMap((name) => [
    `${name}x`,
    name.slice(0, -1),
    name.replace(/(.)(.)$/, '$2$1'),
    `-${name}`,
  ]);
  for (const name of [
    ...misspelt,
    '--jinja',
    '--temp',
    '--color',
    '--cpu',
    '-x',
    '-',
    '--',
    '-1',
    '-hx',
    '--no-',
    '--ctx-sizé',
    '-\u{1f600}',
    '--=3',
  ]) {
    for (const args of [['phi-2', name], ['phi-2', name, '7'], [name], ['a', 'b', name]]) {
      assert.equal(saidByNative(args), saidByNpm(args), args.join(' '));
    }
  }
  for (const name of [...names, ...table.arguments.model.flags]) {
    assert.equal(saidByNative(['--no-detect', name]), saidByNpm(['--no-detect', name]), name);
  }
});

test('the help of both is one text, but for what the table says', () => {
  const { stdout, status } = native('plan', '--help');
  assert.equal(status, 0);
  let ours = npm('plan', '--help').stdout.replace('Usage: wasm-calculator', 'Usage: llmcalc');
  const inHelp = (text, rows) => rows.replace(/\n {30,}/g, ' ').includes(text);
  for (const { help, llmcalc } of [table.arguments.model, ...ofPlan]) {
    if (llmcalc?.help === undefined) continue;
    assert.ok(inHelp(help, ours) && inHelp(llmcalc.help, stdout), help);
  }
  // A description begins where all do, after its term.
  const rows = (text) => text.replace(/\n {30,}/g, ' ').split('\n');
  ours = rows(ours);
  const theirs = rows(stdout);
  const differing = new Map(
    [table.arguments.model, ...ofPlan]
      .filter(({ llmcalc }) => llmcalc?.help)
      .map(({ help, llmcalc }) => [help, llmcalc.help]),
  );
  assert.deepEqual(
    theirs,
    ours.map((row) => {
      for (const [help, other] of differing) if (row.includes(` ${help}`)) return row.replace(help, other);
      return row;
    }),
  );
  for (const { flag, value } of ofPlan) {
    assert.ok(
      theirs.some((row) => row.startsWith(`  ${flag}${value === undefined ? '' : ` <${value}>`} `)),
      flag,
    );
  }
});

test('the other commands, and the functions of the native tool, are those of the table', () => {
  const commands = npm('--help').stdout;
  for (const { name, help, arguments: given } of table.commands) {
    const text = npm(name, '--help').stdout;
    const words = given.map((argument) => (table.arguments[argument].required ? ` <${argument}>` : ` [${argument}]`));
    assert.ok(text.startsWith(`Usage: wasm-calculator ${name} [options]${words.join('')}\n`), name);
    assert.ok(text.replaceAll('\n', ' ').includes(help), name);
    assert.match(commands, new RegExp(`^  ${name} `, 'm'));
  }
  const usage = native('--help').stdout;
  for (const { name, arguments: given, answers } of table.functions.list) {
    const words = given.map(({ name: word, default: usual }) => (usual === undefined ? word : `[${word}]`));
    assert.ok(usage.includes(`  ${name} ${words.join(' ')}   ${answers}\n`), usage);
    // All of its arguments, and those that must be.
    const needed = given.filter(({ default: usual }) => usual === undefined);
    const numbers = given.map(({ default: usual }) => String(usual ?? 3));
    assert.equal(native(name, ...numbers).stdout, native(name, ...numbers.slice(0, needed.length)).stdout, name);
    assert.equal(native(name, ...numbers, '1').status, 2);
    assert.equal(native(name, ...numbers.slice(0, needed.length - 1)).status, 2);
  }
});

test('generated files are what the table says', () => {
  const { status, stderr } = spawnSync(process.execPath, [at('scripts/make-options.mjs'), '--check'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stderr);
});
