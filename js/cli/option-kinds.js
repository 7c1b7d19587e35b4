// @ts-check
// What the values of options mean, by the types that data/options.json names. The table has the ranges, the names and
// the words of a refusal; src/option_values.cpp reads the same ones.
import { InvalidArgumentError } from 'commander';
import { quantOf } from './quants.js';

/**
 * A row of the table.
 *
 * @typedef {object} TableOption
 * @property {string} key of the object that commander makes of a command line
 * @property {string} flag
 * @property {string} [term] how the help calls it, where commander would otherwise
 * @property {string[]} [aliases] other names of the same
 * @property {string} [value] what stands for its value in the help; a flag has none
 * @property {string} type
 * @property {string} [requirement] completes "It must be ..."
 * @property {number[][]} [ranges] of the parts of its value: the least and the most
 * @property {string[]} [names] that it may have
 * @property {string[]} [words] that may stand in place of a number
 * @property {string[][]} [means] numbers of llama.cpp with the words they stand for
 * @property {{ names: string[], because: string }} [refused] what llama.cpp takes and no plan does
 * @property {string} [withoutValue] what is meant where the value is left out
 * @property {string[][]} [shorthands] whole arguments with the values they stand for
 * @property {string} [initial] as it would be written, where it is not given
 * @property {string[][]} [sets] fields of the question: their object and their name
 * @property {unknown} [unset] value of the field where the option is not given
 * @property {boolean} [passed] llama.cpp is given it where its field is not as usual
 * @property {string} group
 * @property {string[]} [commands] that have it, where its group does not say so
 * @property {string} help
 */

/** Plain decimals: no exponents and no hexadecimals. */
const DECIMAL = /^(?:\d{1,15}\.?\d{0,15}|\.\d{1,15})$/;
const YES = /^(?:on|enabled|true|1|auto|-1)$/i;
const NO = /^(?:off|disabled|false|0)$/i;
const MOST_GPUS = 16;

/** @param {TableOption} option */
const refused = ({ requirement }) => new InvalidArgumentError(`It must be ${requirement}.`);

/** @param {TableOption} option @param {string} text @param {boolean} [whole] @param {number} [part] of the value */
function numberIn(option, text, whole = false, part = 0) {
  const [minimum, maximum] = /** @type {number[][]} */ (option.ranges)[part];
  const value = Number(text);
  if (!DECIMAL.test(text.trim()) || value < minimum || value > maximum || (whole && !Number.isInteger(value))) {
    throw refused(option);
  }
  return value;
}

/** The word that a text is, or that its number stands for. @param {TableOption} option @param {string} text */
function wordIn({ words = [], means = [] }, text) {
  const [, meant = text] = means.find(([number]) => number === text) ?? [];
  const word = meant.toLowerCase();
  return words.includes(word) ? word : undefined;
}

/** A count with its unit: `32768`, `32k`, `1m`. @param {TableOption} option @param {string} text */
function tokensIn(option, text) {
  const [minimum, maximum] = /** @type {number[][]} */ (option.ranges)[0];
  const [, digits, unit = ''] = /^(\d{1,10})([km]?)$/i.exec(text) ?? [];
  const count = Number(digits) * (unit === '' ? 1 : unit.toLowerCase() === 'k' ? 1024 : 1024 ** 2);
  if (!(count >= minimum && count <= maximum)) throw refused(option);
  return count;
}

/** @param {TableOption} option @param {string} text */
function nameIn(option, text) {
  const name = text.toLowerCase();
  if (option.refused?.names.includes(name)) throw new InvalidArgumentError(option.refused.because);
  if (!option.names?.includes(name)) throw refused(option);
  return name;
}

/** What llama.cpp takes for yes, no, and "if it can". @param {TableOption} option @param {string} text */
function onOrOff(option, text) {
  if (YES.test(text)) return true;
  if (NO.test(text)) return false;
  throw refused(option);
}

/** Shares of GPUs. @param {TableOption} option @param {string} text */
function sharesIn(option, text) {
  const parts = text.split(/[,/]+/).map((part) => numberIn(option, part));
  if (parts.length > MOST_GPUS || !parts.some((share) => share > 0)) throw refused(option);
  return parts;
}

/** @param {string} text */
function fileTypeIn(text) {
  try {
    return quantOf(text);
  } catch (error) {
    throw new InvalidArgumentError(`${/** @type {Error} */ (error).message}`);
  }
}

/** A draft: tokens at a time, the part of them that is accepted, what one costs. @param {TableOption} option @param {string} text */
function draftIn(option, text) {
  const [length, rate, cost, more] = text.split(',');
  if (more !== undefined) throw refused(option);
  return {
    draftLength: numberIn(option, length, true),
    acceptanceRate: rate === undefined ? null : numberIn(option, rate, false, 1),
    draftCost: cost === undefined ? null : numberIn(option, cost, false, 2),
  };
}

/** @type {Record<string, (option: TableOption, text: string, previous?: any) => any>} */
const KINDS = {
  text: (_, text) => text,
  // Every time it is given counts.
  texts: (_, text, previous = []) => [...previous, text],
  whole: (option, text) => numberIn(option, text, true),
  number: (option, text) => numberIn(option, text),
  numbers: (option, text) => text.split(',').map((part) => numberIn(option, part)),
  wholeOrWord: (option, text) => wordIn(option, text) ?? numberIn(option, text, true),
  tokens: (option, text) => wordIn(option, text.trim()) ?? tokensIn(option, text.trim()),
  name: nameIn,
  onOff: onOrOff,
  shares: sharesIn,
  fileType: (_, text) => fileTypeIn(text),
  draft: draftIn,
};

/**
 * @param {TableOption} option @param {string} text @param {any} [previous] what an earlier one of it gave
 * @throws {InvalidArgumentError} with what is required
 */
export const parsedValue = (option, text, previous) => KINDS[option.type](option, text, previous);

/** Whether a text is the value of an option that may be without one. @param {TableOption} option @param {string} text */
export function isValue({ type, words = [] }, text) {
  if (type === 'onOff') return YES.test(text) || NO.test(text);
  return /^\d+$/.test(text) || words.includes(text.toLowerCase());
}
