// The text that `llmcalc plan` prints is the text that `wasm-calculator plan` prints: all of it, with what is said on
// standard error and the exit status.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { QUESTIONS, REFUSED, WIDTHS } from '../support/questions.js';

const pathOf = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const native = pathOf('build/native-release/src/llmcalc');
const ours = pathOf('dist/cli.js');

/** What a program prints, and how it ends. */
const answerOf = (program, args, columns) =>
  new Promise((resolve) => {
    const env = { ...process.env, COLUMNS: String(columns), NO_COLOR: '1' };
    execFile(program, args, { env, maxBuffer: 1e8 }, (error, stdout, stderr) => {
      // Each begins what goes wrong with its own name.
      resolve({ status: error?.code ?? 0, stdout, stderr: stderr.replace(/^(wasm-calculator|llmcalc): /gm, '') });
    });
  });

/** Asks both every question, several at a time. */
async function compared(questions) {
  const statuses = new Map();
  let next = 0;
  const ask = async () => {
    while (next < questions.length) {
      const n = next++;
      const width = WIDTHS[n % WIDTHS.length];
      const args = ['plan', ...questions[n]];
      const [theirs, here] = await Promise.all([
        answerOf(native, args, width),
        answerOf(process.execPath, [ours, ...args], width),
      ]);
      assert.deepEqual(theirs, here, `${args.join(' ')}, ${width} columns`);
      statuses.set(here.status, (statuses.get(here.status) ?? 0) + 1);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, ask));
  return statuses;
}

test('both tools print one text', async () => {
  const statuses = await compared(QUESTIONS);
  assert.ok(statuses.get(0) > 30 && statuses.get(1) > 20, JSON.stringify([...statuses]));
});

test('both tools refuse in the same words', async () => {
  const statuses = await compared(REFUSED);
  assert.ok(statuses.get(2) > 20, JSON.stringify([...statuses]));
});
