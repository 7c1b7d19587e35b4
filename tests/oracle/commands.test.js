// llama.cpp itself reads every kind of command that `plan` prints: its options exist, their values are taken, and what it
// then misses is the file alone. Needs the root filesystem of scripts/llama-cpp.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { commandLines } from '../../js/cli/command.js';
import { widthOf } from '../../js/cli/layout.js';
import { answerTo, catalogue } from '../cli/answer-support.js';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
const llama = (words, input) =>
  spawnSync('scripts/llama-cpp', words, { cwd, encoding: 'utf8', input, timeout: 600_000, maxBuffer: 2 ** 28 });
const can = llama(['--can']);
const skip = can.status === 0 ? false : `not run: ${can.stderr.trim()}`;

const MACHINES = [
  '--device 4090 --ram 64',
  '--device "3060 12gb" --ram 32',
  '--device 3090 --device "4060 ti 16gb" --ram 64',
  '--device "h100 sxm" --gpus 8 --ram 512 --tensor-split 4,4,4,4,3.5,3,0,1',
  '--device 4090 --gpus 2 --split-mode none --main-gpu 1 --ram 64',
  '--device "m4 max 40" --ram 36',
  '--device "epyc 9654" --ram 768',
  '--no-detect',
];
const OPTIONS = [
  '',
  '--context max --parallel 2',
  '--no-server --n-cpu-moe 3',
  '--gpu-layers 7 --batch 1024 --ubatch 256',
  '--kv-k bf16 --kv-v f32 --no-kv-offload',
  '--no-flash-attention --swa-full --kv-unified --parallel 8',
  '--gpu-layers auto',
  '--no-server --gpu-layers auto --swa-full',
  '--kv q8_0 --quant Q8_0',
];

/** Commands of many models, machines and options, each once. */
async function commandsOf() {
  const commands = new Map();
  const planned = catalogue.models.filter(({ model }) => model?.contextLength > 0);
  for (const [i, { name }] of planned.entries()) {
    const line = `"${name}" ${MACHINES[i % MACHINES.length]}`;
    const { commandLine } = await answerTo(`${line} ${OPTIONS[i % OPTIONS.length]}`).catch((error) => {
      // Some models take no other caches.
      assert.match(error.message, /cacheType/);
      return answerTo(line);
    });
    if (commandLine !== null) commands.set(commandLine, line);
  }
  return commands;
}

/** What each command prints, run by a shell as it is pasted. @param {string[]} commands */
function outputsOf(commands) {
  const end = '-- end of command --';
  // Nothing but a file is missed: devices are software, as many as are asked for.
  const devices = 'export GGML_VK_VISIBLE_DEVICES=0,0,0,0,0,0,0,0 LLAMA_ARG_PORT=18933 LLAMA_ARG_OFFLINE=1';
  const script = commands.map((command) => `${command} </dev/null 2>&1\nprintf '\\n%s\\n' '${end}'`).join('\n');
  const { stdout, stderr, status } = llama(['bash'], `${devices}\n${script}\n`);
  assert.equal(status, 0, stderr);
  const outputs = stdout.split(`\n${end}\n`).slice(0, -1);
  assert.equal(outputs.length, commands.length);
  return outputs;
}
const REFUSED = /invalid argument|error while handling argument|unknown value|the argument has been removed|usage:/i;

test('every printed command is one that llama.cpp takes', { skip }, async () => {
  const commands = await commandsOf();
  assert.ok(commands.size > 100, `${commands.size}`);
  const lines = [...commands.keys()].map((command, i) =>
    commandLines(command, [60, 80, 4000][i % 3], widthOf).join('\n'),
  );
  outputsOf(lines).forEach((output, i) => {
    const said = output.slice(-2000);
    assert.doesNotMatch(output, REFUSED, `${lines[i]}\n${said}`);
    const [, file] = /--model\s(?:\\\s+)?(\S+)/.exec(lines[i]);
    assert.match(
      output,
      new RegExp(`failed to load model[^\n]*'${file.replaceAll('.', '\\.')}'`),
      `${lines[i]}\n${said}`,
    );
  });
});

test('a file of any name arrives', { skip }, async () => {
  const { model } = catalogue.findModel('llama 3.1 8b');
  const files = ["it's my.gguf", 'a\u001b[31m\n\u202eb.gguf', '$(touch pwned).gguf', '-dash.gguf', 'Größe.gguf'];
  const lines = [];
  for (const file of files) {
    const readGguf = async () => ({
      name: 'x',
      model,
      architecture: 'llama',
      fileType: 'Q4_K_M',
      source: { kind: 'gguf', locations: [file] },
    });
    const { commandLine } = await answerTo('https://x.y/m.gguf --device 4090', { readers: { readGguf } });
    lines.push(commandLines(commandLine, 60, widthOf).join('\n'));
  }
  outputsOf(lines).forEach((output, i) => {
    assert.doesNotMatch(output, REFUSED, lines[i]);
    assert.ok(
      output.includes(`failed to load model '${files[i]}'`) || output.includes(`'${files[i]}'`),
      output.slice(-2000),
    );
  });
});

test('the options of commands and notes are in the help', { skip }, async () => {
  const help = Object.fromEntries(
    ['llama-server', 'llama-cli'].map((program) => {
      const { stdout, stderr } = llama([program, '--help']);
      const names = `${stdout}${stderr}`.match(/(?<=^|[\s,])--?[a-z][\w-]*/gim);
      return [program, new Set(names)];
    }),
  );
  assert.ok(help['llama-server'].size > 100 && help['llama-cli'].size > 100);
  const said = [...(await commandsOf()).keys()];
  for (const line of ['"llama 2 7b" --device 4090 --context 32768', '"llama 3.1 8b" --device 4090 --draft 4,0.7']) {
    const { notes } = await answerTo(line);
    const words = notes.filter((note) => note.includes('llama-server g')).join(' ');
    assert.match(words, /--/, line);
    said.push(`llama-server ${words}`);
  }
  for (const text of said) {
    const known = help[text.split(' ')[0]];
    for (const option of text.match(/(?<=\s)--[a-z][\w-]*/g)) assert.ok(known.has(option), `${option} of ${text}`);
  }
});
