// Answers on narrow and wide screens: no line is longer than the screen, and nothing in them steers it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explanation, printExplanation } from '../../js/cli/explain.js';
import { printable, table, widthOf, wrapped } from '../../js/cli/layout.js';
import { printPlan } from '../../js/cli/print.js';
import { answerTo, catalogue, screenOf } from './answer-support.js';

const WIDTHS = [50, 60, 80, 120];
const HIDDEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

/** No line is too long, but those of a command whose file is; nor is anything but printable ASCII in it. */
function checkLines(text, width, what) {
  for (const line of text.split('\n')) {
    assert.ok(widthOf(line) <= width, `${what} at ${width}: ${widthOf(line)} ${line}`);
    assert.doesNotMatch(line, /[^ -~]/, `${what}: ${line}`);
    assert.equal(line, line.trimEnd(), `${what}: ${line}`);
  }
}

const MACHINES = [
  '--device 4090 --ram 64',
  '--device 4090',
  '--device "3060 12gb" --ram 16 --ram-bandwidth 51.2 --threads 6',
  '--device 3090 --device "4060 ti 16gb" --ram 64',
  '--device "h100 sxm" --gpus 8 --ram 512',
  '--device "m4 max 40" --ram 36',
  '--device "dgx spark"',
  '--device "epyc 9654" --ram 384',
  '--device "7900 xtx" --gpu-layers auto --ram 32',
  '--vram 8 --bandwidth 300 --curve',
  '--no-detect',
];

test('every model of the catalogue, over machines in turn, keeps to the width of the screen', async () => {
  const { models } = catalogue;
  const planned = models.filter(({ model }) => model);
  let blocks = 0;
  let tables = 0;
  for (const [i, { name, model }] of planned.entries()) {
    const machine = MACHINES[i % MACHINES.length];
    const more = ['', model.contextLength ? '--context max' : '', '--quant Q8_0 --imatrix', '--no-server --depth 100'][
      i % 4
    ];
    const answer = await answerTo(`"${name}" ${machine} ${more}`);
    for (const width of WIDTHS) {
      const text = printPlan(answer, screenOf(width));
      checkLines(text, width, `${name} ${machine} ${more}`);
      if (/^GiB /m.test(text)) tables++;
      else blocks++;
      checkLines(printExplanation(explanation(answer), screenOf(width)), width, `explain ${name}`);
    }
  }
  assert.ok(tables > planned.length && blocks > planned.length, `${tables} ${blocks}`);
});

test('in a narrow terminal every memory is a block, in a wide one a row, with the same numbers', async () => {
  const answer = await answerTo('"qwen3 32b" --device 3090 --device "4060 ti 16gb" --ram 64');
  const narrow = printPlan(answer, screenOf(60));
  const wide = printPlan(answer, screenOf(120));
  answer.memory.devices.forEach(({ name, total, weights }, i) => {
    const [whole, part] = [total, weights].map((bytes) => (bytes / 2 ** 30).toFixed(2));
    const card = answer.hardware.gpus[i]?.name;
    const title = card ? `${name} ${card}` : name;
    assert.match(
      narrow,
      new RegExp(`^${title}: ${whole} of [\\d.]+ GiB\\n +\\[.{24}\\]\\n +Weights +${part} GiB$`, 'm'),
    );
    assert.match(wide, new RegExp(`^${title} +\\[[^\\]]+\\] +${part} .* ${whole} +[\\d.]+$`, 'm'));
  });
});

test('options stay with their values, and many cards that have room are one sentence', async () => {
  const placed = await answerTo('"qwen3 235b" --device 3090 --device 3090 --ram 128 --gpu-layers auto');
  for (let width = 50; width < 130; width++) {
    const text = printPlan(placed, screenOf(width));
    assert.match(text, new RegExp(`--gpu-layers all\\s+--n-cpu-moe ${placed.runtime.cpuMoeLayers}\\b`), `${width}`);
  }
  const eight = await answerTo('"deepseek v3" --device "h100 sxm" --gpus 8 --ram 512');
  const free = eight.fit.devices.slice(0, 8).map(({ available, needed }) => available - needed);
  const least = Math.min(...free);
  assert.match(
    printPlan(eight, screenOf(200)),
    new RegExp(
      `^It fits: ${(least / 2 ** 30).toFixed(2)} GiB free on gpu${free.indexOf(least)} and more on the other GPUs, `,
      'm',
    ),
  );
});

test('a machine with one memory has one row, and what the GPU may have of it', async () => {
  for (const device of ['"m4 max 40" --ram 64', '"dgx spark"']) {
    const answer = await answerTo(`"qwen3 30b" --device ${device}`);
    const text = printPlan(answer, screenOf(100));
    const total = answer.memory.devices.reduce((sum, device) => sum + device.total, 0);
    const [gpu, pool] = answer.fit.devices;
    assert.equal(pool.needed, total);
    const sizes = [total, pool.available].map((bytes) => (bytes / 2 ** 30).toFixed(2));
    assert.match(text, new RegExp(`^memory +\\[.* ${sizes.join(' +')}$`, 'm'));
    assert.doesNotMatch(text, /^(?:gpu0|host) /m);
    const part = [gpu.needed, gpu.available].map((bytes) => `${(bytes / 2 ** 30).toFixed(2)} GiB`);
    assert.match(text, new RegExp(`^The GPU has ${part[0]} of that, of at most ${part[1]}\\.$`, 'm'));
  }
});

test('blocks and shades are for screens that draw them', async () => {
  const answer = await answerTo('"llama 3.3 70b" --device 4090 --ram 64');
  for (const width of WIDTHS) {
    const text = printPlan(answer, screenOf(width, { unicode: true }));
    assert.match(text, /^ 0 {2}█*[▉-▏]? +\d/m);
    assert.match(text, /^81 {2}░+ {2}\d/m);
    for (const line of text.split('\n')) assert.ok(widthOf(line) <= width, line);
  }
});

test('colours change no column', async () => {
  const answer = await answerTo('"qwen3.5 9b" --device 4090 --ram 64 --curve');
  const introducer = String.fromCharCode(27);
  const plain = printPlan(answer, screenOf(80));
  const colored = printPlan(answer, screenOf(80, { colored: true }));
  assert.ok(colored.includes(introducer));
  const bare = colored.replaceAll(new RegExp(`${introducer}\\[\\d+m`, 'g'), '');
  assert.equal(bare, plain);
});

test('words of a newcomer stand beside those of the field', async () => {
  const text = printPlan(await answerTo('"gpt-oss-20b" --vram 24 --bandwidth 900 --ram 64'), screenOf(200));
  for (const words of [
    'read for every token',
    'usable, of 24.00 GiB as sold',
    'limited by ',
    '8 of 10 lie in the brackets',
  ]) {
    assert.ok(text.includes(words), words);
  }
  const explained = explanation(await answerTo('"gemma 3 27b" --device 3090'));
  assert.match(printExplanation(explained, screenOf(200)), /^cells \(places for the keys and values of one token\): /m);
});

test('what a file calls itself is cleaned and cut', () => {
  assert.equal(printable('a\u001b[31mb'), 'a [31mb');
  assert.equal(printable('a\u202eb\u2066c\u200bd\u2028e\u2029f\u0007\u0085g'), 'a b c d e f g');
  assert.equal(printable('  Größe 模型 😀 '), 'Größe 模型 😀');
  assert.equal(printable('a\ud800b'), 'a b');
  const long = printable('x'.repeat(900_000));
  assert.ok(long.length <= 2000 && long.endsWith(' ...'), `${long.length}`);
  assert.equal(printable('\u200b'.repeat(900_000)), ' ...');
  for (const width of WIDTHS) {
    for (const text of ['😀'.repeat(500), '模型'.repeat(300), `${'word '.repeat(100)}${'y'.repeat(300)}`]) {
      for (const line of wrapped(text, width, '  ')) assert.ok(widthOf(line) <= width, line);
    }
  }
});

test('a hostile name steers no terminal and fills no screen', async () => {
  const name = `\u001b[2J\u202e${'evil '.repeat(100_000)}\u0007`;
  const file = `x\u001b[31m\n\u202ey'.gguf`;
  const { model } = catalogue.findModel('llama 3.1 8b');
  const readGguf = async () => ({
    name,
    model,
    architecture: 'llama',
    fileType: 'Q4_K_M',
    source: { kind: 'gguf', locations: [file] },
  });
  const answer = await answerTo('https://x.y/z.gguf --device 4090 --ram 64', { readers: { readGguf } });
  for (const width of WIDTHS) {
    const text = printPlan(answer, screenOf(width));
    for (const line of text.split('\n')) assert.doesNotMatch(line, HIDDEN);
    assert.ok(text.length < 6000, `${text.length}`);
    assert.ok(text.includes("$'x\\033[31m\\012\\342\\200\\256y\\'.gguf'"), text);
    const explained = printExplanation(explanation(answer), screenOf(width));
    for (const line of explained.split('\n')) assert.doesNotMatch(line, HIDDEN);
  }
});

test('a list is a table where there is room, and blocks where there is none', () => {
  const head = ['name', 'kind', 'memory'];
  const rows = [
    ['GeForce RTX 4090', 'gpu', '24.00 GiB'],
    ['a name that is as long as half of the screen is wide', 'apu', '-'],
  ];
  assert.equal(table(head, rows, screenOf(100)).split('\n').length, 3);
  const narrow = table(head, rows, screenOf(50)).split('\n');
  assert.deepEqual(narrow.slice(0, 2), ['GeForce RTX 4090', '  kind gpu, memory 24.00 GiB']);
  for (const line of narrow) assert.ok(widthOf(line) <= 50, line);
});
