// @ts-check
// The commands of wasm-calculator, from arguments to what is printed.
import { homedir } from 'node:os';
import { Command } from 'commander';
import picocolors from 'picocolors';
import { wordsOf } from '../catalog/search.js';
import * as catalogue from '../entries/catalog.js';
// Not as WebAssembly: Node 20 can wait for ever at its end for a thread that still optimises a module.
import core from '../entries/js.js';
import * as readers from '../entries/readers.js';
import { differs, MOST_OF_LOG, printAudit } from './audit.js';
import { explanation, printExplanation } from './explain.js';
import { readText } from './files.js';
import { gib, LEAST_WIDTH, printable, table, USUAL_WIDTH, wrapped } from './layout.js';
import { localModels } from './local.js';
import { addCommand, programOption, withoutAliases } from './options.js';
import { printPlan } from './print.js';
import { answerOf } from './question.js';

export const NAME = 'wasm-calculator';
const DOES_NOT_FIT = 1;
const USAGE = 2;
const PLANS = ['plan', 'explain'];

const detect = async () => {
  const { detectDevices } = await import('../entries/detect-node.js');
  return detectDevices({ devices: catalogue.devices });
};

/** Says on a terminal how far a remote file is read, of several parts all together. @param {NodeJS.WriteStream} stream */
function progressOn(stream) {
  if (!stream.isTTY) return { onProgress: undefined, done: () => {} };
  /** @type {Map<string, number>} */
  const read = new Map();
  let shown = 0;
  return {
    onProgress: (/** @type {{ location: string, bytesRead: number }} */ { location, bytesRead }) => {
      read.set(location, bytesRead);
      const sum = [...read.values()].reduce((a, b) => a + b);
      if (sum - shown < 256 * 1024) return;
      shown = sum;
      stream.write(`\rreading the header: ${(sum / 2 ** 20).toFixed(1)} MiB `);
    },
    done: () => {
      if (shown > 0) stream.write('\r\x1b[K');
      shown = 0;
    },
  };
}

/** Whether blocks can be drawn: on a terminal of UTF-8. */
const isUtf8 = () =>
  process.stdout.isTTY === true &&
  (process.platform === 'win32'
    ? process.env.WT_SESSION !== undefined
    : /utf-?8/i.test(process.env.LC_ALL || process.env.LC_CTYPE || process.env.LANG || ''));

/** @param {unknown} answer @param {() => string} text @param {boolean} json */
function print(answer, text, json) {
  process.stdout.write(`${json ? JSON.stringify(answer, null, 2) : text()}\n`);
}

/** @param {string} text */
const warn = (text) => process.stderr.write(`${NAME}: ${printable(text)}\n`);

/** @param {string} model @param {any} o */
async function planned(model, o) {
  const progress = progressOn(process.stderr);
  process.once('exit', progress.done);
  try {
    const reading = { onProgress: progress.onProgress };
    return await answerOf(model, o, { core, catalogue, readers, detect, warn, reading });
  } finally {
    progress.done();
  }
}

/**
 * What is on this disk: each file as `plan` would have it without a further word, or why it would not.
 *
 * @param {string | undefined} query words of the name @param {any} o @param {import('./layout.js').Screen} screen
 */
async function listLocal(query, o, screen) {
  const usual = addCommand(new Command(NAME), 'plan').opts();
  const words = wordsOf(query ?? '');
  const found = (await localModels(homedir(), process.env)).filter(({ name }) => {
    const named = wordsOf(name);
    return words.every((word) => named.includes(word));
  });
  const list = [];
  for (const item of found) {
    /** @type {{ fits: boolean | null, why: string | null }} */
    const fit = { fits: null, why: null };
    if (item.kind === 'projector') fit.why = 'goes beside a model, as --mmproj';
    else {
      try {
        fit.fits = (await planned(item.path, { ...usual })).fit?.fits ?? null;
      } catch (error) {
        fit.why = /** @type {Error} */ (error).message.replace(`${item.path}: `, '').replace(/^\w+: /, '');
      }
    }
    list.push({ ...item, ...fit });
  }
  if (list.length === 0) {
    warn('no models are where Ollama, LM Studio, Hugging Face and llama.cpp keep theirs');
    process.exitCode = DOES_NOT_FIT;
  }
  const verdict = (/** @type {boolean | null} */ fits) => (fits === null ? '-' : fits ? 'fits' : 'does not fit');
  print(
    list,
    () =>
      table(
        ['name', 'from', 'kind', 'size', 'here', ''],
        list.map(({ name, from, kind, bytes, fits, why }) => [name, from, kind, gib(bytes), verdict(fits), why ?? '']),
        screen,
      ),
    o.json,
  );
}

/**
 * A command that lists one of the catalogues.
 *
 * @template {import('../catalog/search.js').Named} T
 * @param {Command} program @param {() => import('./layout.js').Screen} screen
 * @param {{ name: string, all: readonly T[], search: (query: string) => { best: T[], others: T[] },
 *   head: string[], row: (item: T) => string[] }} of
 */
function addListing(program, screen, { name, all, search, head, row }) {
  addCommand(program, name).action((query, o) => {
    if (o.local) return listLocal(query, o, screen());
    const { best, others } = query === undefined ? { best: all, others: [] } : search(query);
    const list = [...best, ...others];
    if (list.length > 0) return print(list, () => table(head, list.map(row), screen()), o.json);
    const near = catalogue.nearestNames(query, all);
    const hint = near.length > 0 ? `; nearest: ${near.join(', ')}` : ', and nothing is near';
    warn(`none of the ${name} is like ${JSON.stringify(query)}${hint}`);
    process.exitCode = DOES_NOT_FIT;
    if (o.json) print(list, () => '', true);
  });
}

/** @param {import('../entries/detect.d.ts').Detected} detected @param {import('./layout.js').Screen} screen */
function detectedText({ gpus, cpu, memory, hints }, { width }) {
  const named = (
    /** @type {{ reported: string | null, matches: import('../entries/detect.d.ts').Match[] }} */ device,
  ) => {
    const matches = device.matches.map(({ name, confidence }) => `${name} (${Math.round(100 * confidence)} %)`);
    return `${device.reported ?? '-'}: ${matches.join(', ') || 'not in the catalogue'}`;
  };
  return [
    ...gpus.map((gpu) => `GPU     ${named(gpu)}${gpu.memory ? `, ${gib(gpu.memory)}` : ''}`),
    `CPU     ${named(cpu)}${cpu.cores ? `, ${cpu.cores} cores` : ''}`,
    `memory  ${memory.bytes === null ? '-' : gib(memory.bytes)}`,
    ...hints,
  ]
    .flatMap((line) => wrapped(printable(line), width, ' '.repeat(8)))
    .join('\n');
}

const EXAMPLES = `
Examples:
  wasm-calculator plan "llama 3.1 8b"
  wasm-calculator plan "llama 3.1 8b" --device 4090 --context 32k
  wasm-calculator plan "gpt-oss-120b" --device 5090 --ram 96 --gpu-layers auto
  wasm-calculator plan "qwen3 32b" --device 3090 --device "4060 ti 16gb" --tensor-split 3,2
  wasm-calculator plan "qwen3 30b" --device "m4 max 40" --ram 64 --kv q8_0
  wasm-calculator plan -m ./model.gguf -ngl 99 -c 16384 --vram 12 --bandwidth 360 --ram 32 --json
  wasm-calculator explain "gemma 3 27b" --device 3090
  wasm-calculator audit llama-server.log
  wasm-calculator models gemma
  wasm-calculator devices "rtx 50"
  wasm-calculator detect

Exit status: 0 it fits (or nothing was asked), 1 it does not (models, devices: nothing was found; audit:
something differs), 2 the question is not
understood, or something cannot be read or written, 130 interrupted.`;

/**
 * @param {(code: number) => never} exit
 * @returns {Command}
 */
function programOf(exit) {
  const program = new Command(NAME);
  // isTTY is undefined in a pipe, and undefined would ask picocolors, which colours wherever CI is set.
  const colors = () =>
    picocolors.createColors(
      program.opts().color !== false && picocolors.isColorSupported && process.stdout.isTTY === true,
    );
  // A pipe says no width: lists are to be cut apart there, and stay as wide as they are.
  const screen = (usual = USUAL_WIDTH) => ({
    width: Math.max(LEAST_WIDTH, process.stdout.columns || Number(process.env.COLUMNS) || usual),
    colors: colors(),
    unicode: isUtf8(),
  });
  const listScreen = () => screen(Number.POSITIVE_INFINITY);
  program
    .description('Will a language model fit, and how fast will it be?')
    .version(__VERSION__)
    .addOption(programOption('--no-color'))
    .showHelpAfterError('(--help tells more)')
    // What was typed is in these messages, and may steer a terminal.
    .configureOutput({ outputError: (text, write) => write(`${NAME}: ${printable(text)}\n`) })
    .exitOverride((error) => exit(error.exitCode === 0 ? 0 : USAGE))
    .addHelpText('after', EXAMPLES);

  addCommand(program, 'plan').action(async (model, o) => {
    const answer = await planned(model, o);
    print(answer, () => printPlan(answer, screen()), o.json);
    if (answer.fit && !answer.fit.fits) process.exitCode = DOES_NOT_FIT;
  });

  addCommand(program, 'explain').action(async (model, o) => {
    const explained = explanation(await planned(model, o));
    print(explained, () => printExplanation(explained, screen()), o.json);
  });

  addCommand(program, 'audit').action(async (log, o) => {
    const audit = readers.auditLog(await readText(log, MOST_OF_LOG), core);
    print(audit, () => printAudit(audit, screen()), o.json);
    if (differs(audit)) process.exitCode = DOES_NOT_FIT;
  });

  addListing(program, listScreen, {
    name: 'models',
    all: catalogue.models,
    search: catalogue.searchModels,
    head: ['name', 'type', 'layers', 'context', 'repository'],
    row: ({ name, modelType, model, repository }) => [
      name,
      modelType,
      model ? String(model.layerCount) : '-',
      model?.contextLength ? String(model.contextLength) : '-',
      repository,
    ],
  });
  addListing(program, listScreen, {
    name: 'devices',
    all: catalogue.devices,
    search: catalogue.searchDevices,
    head: ['name', 'kind', 'usable', 'sold', 'GB/s'],
    row: ({ name, kind, memory, memorySold, bandwidthGBs }) => [
      name,
      kind,
      memory === null ? '-' : gib(memory),
      memorySold === null ? '-' : gib(memorySold),
      bandwidthGBs === null ? '-' : String(bandwidthGBs),
    ],
  });

  addCommand(program, 'detect').action(async (o) => {
    const detected = await detect();
    print(detected, () => detectedText(detected, screen()), o.json);
  });
  return program;
}

/**
 * Runs the command of `args`. Whatever goes wrong is one line on standard error.
 *
 * @param {readonly string[]} args without the program's name
 * @param {(code: number) => never} exit
 */
export async function run(args, exit) {
  const program = programOf(exit);
  const at = args.findIndex((arg) => PLANS.includes(arg));
  let words = args;
  try {
    if (at >= 0) words = [...args.slice(0, at + 1), ...withoutAliases(args.slice(at + 1))];
  } catch (error) {
    program.error(`error: ${/** @type {Error} */ (error).message}`);
  }
  await program.parseAsync(words, { from: 'user' });
}

/** @param {unknown} error */
export function complain(error) {
  const { message } = error instanceof Error ? error : new Error(String(error));
  warn(message);
  return USAGE;
}
