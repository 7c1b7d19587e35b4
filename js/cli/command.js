// @ts-check
// The command that runs a plan, quoted so that a shell gives llama.cpp the very file.
import { OPTIONS } from '../generated/options.js';

const SAFE = /^[\w./:@%+,=-]+$/;
/** What steers a terminal, is not seen, or turns the direction of a text. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Cn}\p{Zl}\p{Zp}]/u;

/** @param {string} character @returns {string} as in $'...' */
function escaped(character) {
  if (character === "'" || character === '\\') return `\\${character}`;
  if (!UNSEEN.test(character)) return character;
  // Three octal digits end by themselves; of hexadecimal ones some shells take all there are.
  return Array.from(new TextEncoder().encode(character), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}

/**
 * A word as a POSIX shell takes it; with characters that are not seen, as bash, zsh and ksh do.
 *
 * @param {string} word
 */
export function quoted(word) {
  if (SAFE.test(word)) return word;
  if (UNSEEN.test(word)) return `$'${Array.from(word, escaped).join('')}'`;
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The greatest common divisor. @param {number} a @param {number} b @returns {number} */
const common = (a, b) => (b === 0 ? a : common(b, a % b));

/**
 * Shares of the GPUs in whole numbers: those that were said, else the memory that is free, which is what llama.cpp itself
 * would take if nothing else were running.
 *
 * @param {import('./machine.js').Hardware} hardware
 */
function sharesOf({ gpus }) {
  if (gpus.some(({ share }) => share !== undefined)) return gpus.map(({ share = 0 }) => share);
  const mebibytes = gpus.map(({ memory, reserved }) =>
    memory === null ? 1 : Math.max(0, Math.round((memory - reserved) / 2 ** 20)),
  );
  const divisor = Math.max(1, mebibytes.reduce(common));
  return mebibytes.map((size) => size / divisor);
}

/**
 * @param {string} file its path, or its address
 * @param {any} runtime of planMemory, every option
 * @param {object} of
 * @param {import('./machine.js').Hardware | null} of.hardware
 * @param {import('./machine.js').Split} of.split
 * @param {boolean} of.fits what does not is left to llama.cpp's own adjustment
 * @returns {string} on one line
 */
export function commandLine(file, runtime, { hardware, split, fits }) {
  const r = runtime;
  const gpus = hardware?.gpus.length ?? r.gpus;
  const words = [r.server ? 'llama-server' : 'llama-cli'];
  const say = (/** @type {(string | number)[]} */ ...more) => words.push(...more.map(String));
  say(/^https?:/i.test(file) ? '--model-url' : '--model', quoted(file));
  say('--ctx-size', r.contextLength, '--batch-size', r.batchSize, '--ubatch-size', r.microBatchSize);
  if (r.server) say('--parallel', r.sequences, r.kvUnified ? '--kv-unified' : '--no-kv-unified');
  say('--flash-attn', r.flashAttention ? 'on' : 'off', '--cache-type-k', r.cacheTypeK, '--cache-type-v', r.cacheTypeV);
  if (gpus === 0) say('--device', 'none');
  say('--n-gpu-layers', gpus === 0 ? 0 : r.gpuLayers);
  if (r.cpuMoeLayers > 0) say('--n-cpu-moe', r.cpuMoeLayers);
  if (split.mode === 'none') say('--split-mode', 'none', '--main-gpu', split.mainGpu ?? 0);
  else if (hardware && gpus > 1) say('--split-mode', 'layer', '--tensor-split', sharesOf(hardware).join(','));
  for (const { flag, passed, sets: [[, field]] = [['', '']], value, unset, initial } of OPTIONS) {
    if (!passed) continue;
    if (value === undefined) {
      if (r[field] !== unset) say(flag);
    } else if (String(r[field]) !== initial) say(flag, r[field]);
  }
  if (fits) say('--fit', 'off');
  return words.join(' ');
}

/** Words of a command, as they are quoted. @param {string} command */
const wordsIn = (command) => command.match(/(?:\$'(?:[^'\\]|\\[\s\S])*'|'[^']*'|\\'|[^\s'])+/g) ?? [];

/**
 * Options with their values, where these fit beside each other, else words.
 *
 * @param {string} command @param {(text: string) => boolean} fits
 */
function partsIn(command, fits) {
  /** @type {string[]} */
  const parts = [];
  wordsIn(command).forEach((word, i) => {
    const longer = `${parts.at(-1)} ${word}`;
    if (i > 1 && !word.startsWith('--') && fits(longer)) parts[parts.length - 1] = longer;
    else parts.push(word);
  });
  return parts;
}

const INDENT = '  ';
const CONTINUED = ' \\';

/**
 * A command of one line as lines for a screen, which run as they are when they are pasted. A word that is longer than the
 * screen stays whole.
 *
 * @param {string} command as commandLine made it
 * @param {number} width
 * @param {(text: string) => number} widthOf columns of a text
 */
export function commandLines(command, width, widthOf) {
  if (widthOf(command) <= width) return [command];
  const fits = (/** @type {string} */ line) => widthOf(line) + CONTINUED.length <= width;
  const [program, ...parts] = partsIn(command, (part) => fits(INDENT + part));
  const lines = [program];
  for (const part of parts) {
    const longer = `${lines[lines.length - 1]} ${part}`;
    if (fits(longer)) lines[lines.length - 1] = longer;
    else lines.push(INDENT + part);
  }
  return lines.map((line, i) => (i === lines.length - 1 ? line : line + CONTINUED));
}
