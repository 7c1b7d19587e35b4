// Texts that are made to cost much, and drawn ones: what is done for them is bounded by their length.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { auditLog, parseLoadLog } from '../../dist/readers.js';
import core from '../../dist/wasmCalculator.js';
import { randomOf } from '../support/random.js';

const LONGEST_LINE = 4000;
/** What a pattern may be asked of, unless it goes over a text once. */
const WINDOW = 300;
const LOG = readFileSync(new URL('logs/server-two-gpus.txt', import.meta.url), 'utf8');

/**
 * The longest text that a pattern was asked of, and the characters of all of them. Patterns with the flag g are left
 * out of the longest: they go over a line once.
 *
 * @param {() => void} run
 */
function workOf(run) {
  const { exec } = RegExp.prototype;
  const work = { longest: 0, characters: 0 };
  RegExp.prototype.exec = function (text) {
    const from = this.global ? this.lastIndex : 0;
    const found = exec.call(this, text);
    // A pattern with the flag g goes on where it was, to its next match or to the end.
    work.characters += (this.global && found ? this.lastIndex : text.length) - from;
    if (!this.global) work.longest = Math.max(work.longest, text.length);
    return found;
  };
  try {
    run();
  } finally {
    RegExp.prototype.exec = exec;
  }
  return work;
}

/** @param {string} text */
function parse(text) {
  try {
    parseLoadLog(text);
  } catch (error) {
    assert.ok(error instanceof RangeError, String(error));
  }
}

/** Beginnings that some pattern waits for, and what lets it go back and forth. */
const WORDS = [
  'buffer size',
  'load_tensors: CUDA0 model buffer size = ',
  'llama_context: n_ctx ',
  ': flash_attn ',
  'Flash Attention ',
  ': kv_unified ',
  ' K (f16):',
  '4/ ',
  ' seqs',
  'offloaded ',
  '3 assigned to device ',
  '(30 MiB q4_K) buffer type overriden to ',
  'load request="KvSize:',
  'msg="model weights" device=',
  'build: ',
  'version: ',
  'using device CUDA0 (',
  'Device 0: ',
  'llama_model_loader: - kv 0: ',
  'llama_model_loader: - kv 0: a.b arr[u32,4] = [',
  'print_info: ',
  'print_info: n_head = [',
  'print_info: file type = mostly ',
  'print_info: file size = ',
  'llama_model_loader: loaded meta data',
];
const FILLINGS = [
  'a',
  ' ',
  '1',
  '(',
  ')',
  '= ',
  ' - ',
  'a ',
  '\t',
  '.',
  ':',
  '\u001b[',
  '\u001b[1',
  ' = ',
  'arr[',
  'mostly ',
  '(a) (',
  ' K (f16): ',
];

test('no pattern is asked of more than a window of a line', () => {
  for (const word of WORDS) {
    for (const filling of FILLINGS) {
      for (const line of [
        word + filling.repeat(LONGEST_LINE),
        filling.repeat(LONGEST_LINE / filling.length - word.length) + word,
        (word + filling).repeat(Math.ceil(LONGEST_LINE / (word.length + filling.length))),
      ]) {
        const { longest, characters } = workOf(() => parse(line));
        assert.ok(longest <= WINDOW, `${longest} of ${JSON.stringify(line.slice(0, 60))}`);
        assert.ok(characters <= 5 * LONGEST_LINE, `${characters} of ${JSON.stringify(line.slice(0, 60))}`);
      }
    }
  }
});

test('work grows as the text does', () => {
  const once = workOf(() => parse(LOG)).characters;
  const often = workOf(() => parse(LOG.repeat(20))).characters;
  assert.ok(often <= 21 * once, `${often} beside ${once}`);
  // A line that is longer than any of a log costs what its beginning does.
  const line = `load_tensors: CUDA0 model buffer size = 1.00 MiB${' a'.repeat(LONGEST_LINE)}`;
  assert.equal(workOf(() => parse(line)).characters, workOf(() => parse(line.repeat(100))).characters);
});

test('an audit asks for so many plans at most, whatever the log says', () => {
  const random = randomOf(20261128);
  const lines = LOG.split('\n');
  for (let round = 0; round < 300; round++) {
    const drawn = lines.flatMap((line) => {
      const change = random(40);
      if (change === 0) return [];
      if (change === 1) return [line, line];
      if (change === 2) return [line.replace(/\d+/g, () => String(random(10 ** random(12))))];
      if (change === 3) return [line.slice(0, random(line.length + 1))];
      if (change === 4) return [line.replace(/Vulkan\d/g, () => `Vulkan${random(20)}`)];
      if (change === 5) return [WORDS[random(WORDS.length)] + FILLINGS[random(FILLINGS.length)].repeat(random(50))];
      return [line];
    });
    let plans = 0;
    /** @type {any} */
    const counting = {
      planMemory: (/** @type {any} */ model, /** @type {any} */ runtime) => {
        plans++;
        return core.planMemory(model, runtime);
      },
    };
    let audit;
    try {
      audit = auditLog(drawn.join('\n'), counting);
    } catch (error) {
      assert.ok(error instanceof RangeError, String(error));
      continue;
    }
    assert.ok(plans <= 4000 * audit.loads.length, `${plans} plans in round ${round}`);
    for (const { rows, refused } of audit.loads) {
      for (const { printed, planned } of rows) {
        assert.ok(Number.isFinite(printed) && printed >= 0);
        assert.ok(planned === null ? refused !== null : Number.isFinite(planned) && planned >= 0);
      }
    }
  }
});
