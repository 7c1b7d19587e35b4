// @ts-check
// What is given to a public function of a plan or a speed: how it gets to C++, and what is said where it is wrong.

import { checkKeys, unknownKey } from './keys.js';
import { display, ofCaller, readViolation } from './violation.js';

/** As bindings/block.hpp has it. */
const BLOCK_COLUMNS = 4;

/** The public function that is writing its arguments, for messages. */
let writing = '';
/** What questions are put together in, one for each that is being asked. @type {Float64Array[]} */
const questions = [];
let asked = 0;

/**
 * Runs the public function `name`. Its question is put together in an array of its own, since to read an argument may
 * be to run a getter, which may ask a question itself; only then does it go into the block, and nothing of the
 * caller's runs until the answer is read.
 *
 * @template T
 * @param {Float64Array} block
 * @param {string} name
 * @param {Function} entry the function
 * @param {(to: Float64Array) => T} answer
 * @returns {T}
 */
export function asking(block, name, entry, answer) {
  const outer = writing;
  writing = name;
  if (questions.length === asked) questions.push(new Float64Array(block.length));
  try {
    return answer(questions[asked++]);
  } catch (error) {
    // What a getter throws is the getter's.
    if (error instanceof Error && error.message.startsWith(`${name}: `)) ofCaller(error, entry);
    throw error;
  } finally {
    asked--;
    writing = outer;
  }
}

/** @param {Float64Array} block @param {Float64Array} question @param {number} length */
export function put(block, question, length) {
  // A copy of few numbers takes less than a view of them.
  if (length > 200) block.set(question.subarray(0, length));
  else for (let i = 0; i < length; i++) block[i] = question[i];
}

/** @param {object} object @param {ReadonlySet<string>} known @param {string} name @param {number} [index] */
export function checkKnown(object, known, name, index) {
  for (const key in object) {
    if (!known.has(key)) throw unknownKey(`${writing}: ${at(name, index)}`, key, known);
  }
}

/**
 * An object that has no key beside the known ones.
 *
 * @param {any} object
 * @param {ReadonlySet<string>} keys
 * @param {string} name
 * @param {string} [what] it must be
 * @returns {any}
 */
export function knownObject(object, keys, name, what = 'an object') {
  if (typeof object !== 'object' || object === null || Array.isArray(object)) throw wrongType(name, what, object);
  checkKeys(object, keys, placeOf(name));
  return object;
}

/** The public function that asks. */
export const asker = () => writing;

/** @param {string} name of an argument, for a message */
export const placeOf = (name) => `${writing}: ${name}`;

/** @param {string} name @param {string} requirement @param {number} value */
export const outOfRange = (name, requirement, value) =>
  new RangeError(`${placeOf(name)} must be ${requirement}, got ${value}`);

/** @param {string} name @param {string} requirement @param {unknown} value */
export function wrongType(name, requirement, value) {
  return new TypeError(`${writing}: ${name} must be ${requirement}, got ${display(value)}`);
}

// The same code for every field, so that the writer stays one straight line. The name of the field is put together only
// for a message.

/** @param {unknown} value @param {number} fallback @param {string} name @param {number} [index] */
export function numberOf(value, fallback, name, index) {
  if (typeof value === 'number') return value;
  if (value === undefined) return fallback;
  throw wrongType(at(name, index), 'a number', value);
}

/** @param {unknown} value @param {number} fallback @param {string} name @param {number} [index] */
export function flagOf(value, fallback, name, index) {
  if (value === undefined) return fallback;
  if (value === true) return 1;
  if (value === false) return 0;
  throw wrongType(at(name, index), 'a boolean', value);
}

/** @param {Map<unknown, number>} names @param {unknown} value @param {number} fallback @param {string} name @param {number} [index] */
export function nameOf(names, value, fallback, name, index) {
  if (value === undefined) return fallback;
  const place = names.get(value);
  if (place !== undefined) return place;
  const message = `${writing}: ${at(name, index)} must be one of ${[...names.keys()].join(', ')}, got ${display(value)}`;
  throw typeof value === 'string' ? new RangeError(message) : new TypeError(message);
}

/**
 * The name of a field in a message: of a group where there is an index and no brackets say of what.
 *
 * @param {string} name
 * @param {number} [index]
 */
function at(name, index) {
  if (index === undefined) return name;
  return name.includes('[]') ? name.replace('[]', `[${index}]`) : `model.groups[${index}].${name}`;
}

/** @param {import('./create.js').Core} core @param {string} name of the public function */
export function rangeError(core, name) {
  const { parameter, requirement, passed, hint, index, value, limit } = readViolation(core);
  const element = Number.isNaN(index) ? parameter : at(parameter, index);
  const limited = Number.isNaN(limit) ? '' : ` (${limit})`;
  const got = passed || (hint ? `${value}: ${hint.replaceAll('#', String(value))}` : value);
  return new RangeError(`${name}: ${element} must be ${requirement}${limited}, got ${got}`);
}

/** @param {import('./create.js').Core} core */
export function blockOf(core) {
  const first = core.blockAddress() / Float64Array.BYTES_PER_ELEMENT;
  return core.HEAPF64.subarray(first, first + BLOCK_COLUMNS * core.blockLength());
}
