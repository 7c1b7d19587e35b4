// @ts-check
// How far the header of a GGUF file goes, found by stepping over lengths: nothing of it becomes a value here. What is
// long, as the tokens of a vocabulary, is left out of what the parser gets to see, so that a header costs the time and
// memory of its bytes, whatever it says of itself.

import { display } from '../core/violation.js';

/** @typedef {import('./source.js').Source} Source */

const MAGIC = 'GGUF';
/** Magic, version, tensors and keys. */
const HEADER_BYTES = 24;
const FIRST_READ = 256 * 1024;
const LARGEST_READ = 1024 * 1024;
const MOST_KEYS = 1000;
/** The largest models have some 2,000. */
const MOST_TENSORS = 20_000;
const LONGEST_KEY = 65_535;
const LONGEST_NAME = 1024;
/** Of ggml. */
const MOST_DIMENSIONS = 4;
/** What is kept of metadata: arrays of so many elements or texts, and values of so many bytes. */
const LONGEST_ARRAY = 1024;
const MOST_TEXTS = 64;
const LONGEST_VALUE = 1e6;

/** Bytes of the value types of the format by number; 0: a string or an array, which say their length. */
const VALUE_BYTES = [1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8];
const STRING = 8;
const ARRAY = 9;

/** What a file that is no GGUF may be. @param {Uint8Array} bytes */
function guess(bytes) {
  if (bytes.length < MAGIC.length) return 'too short for one';
  const text = String.fromCharCode(...bytes);
  if (text.startsWith('FUGG')) return 'a big-endian GGUF file';
  if (text.startsWith('PK')) return 'a zip archive (a PyTorch checkpoint?)';
  if (/^\s*<(!doctype|html)/i.test(text)) return 'a web page: is that the address of the file itself?';
  if (text.startsWith('version https://git-lfs')) return 'a git-lfs pointer: fetch the file itself';
  if (text.slice(8, 10) === '{"') return 'a safetensors file';
  return `something else, which begins with ${Array.from(bytes.subarray(0, 4), (b) => b.toString(16).padStart(2, '0')).join(' ')}`;
}

/** A place in the header, with the bytes around it that were read. */
class Cursor {
  at = 0;
  littleEndian = true;
  /** Bytes from here on stay in memory; a number beyond the place keeps none. */
  keptFrom = 0;
  #start = 0;
  #bytes = new Uint8Array(0);
  #view = new DataView(this.#bytes.buffer);

  /** @param {Source} source @param {number} limit bytes */
  constructor(source, limit) {
    this.source = source;
    this.limit = limit;
  }

  /** Whether the next `count` bytes were read. @param {number} count */
  holds(count) {
    return this.at + count <= this.#start + this.#bytes.length;
  }

  /** Reads on if need be; says whether there are `count` bytes from here. @param {number} count */
  async reaches(count) {
    const end = this.at + count;
    const size = () => this.source.size ?? Number.POSITIVE_INFINITY;
    if (end > size()) return false;
    if (end > this.limit) {
      throw new RangeError(`its header must be at most ${this.limit} bytes (maximumHeaderBytes)`);
    }
    if (this.holds(count)) return true;
    const read = this.#start + this.#bytes.length;
    const from = Math.min(this.at, this.keptFrom);
    const held = from < read ? this.#bytes.subarray(from - this.#start) : new Uint8Array(0);
    const next = from + held.length;
    const more = await this.source.read(next, Math.max(read === 0 ? FIRST_READ : LARGEST_READ, end - next));
    this.#start = from;
    this.#bytes = new Uint8Array(held.length + more.length);
    this.#bytes.set(held);
    this.#bytes.set(more, held.length);
    this.#view = new DataView(this.#bytes.buffer);
    // The size may be known only now.
    return this.holds(count) && end <= size();
  }

  /** @param {number} count */
  async need(count) {
    if (!(await this.reaches(count))) throw new RangeError('it ends in the middle of its header');
  }

  /** A number of 32 bits from here on, which must have been read. */
  u32() {
    this.at += 4;
    return this.#view.getUint32(this.at - 4 - this.#start, this.littleEndian);
  }

  /** One of 64 bits, rounded. */
  u64() {
    this.at += 8;
    return Number(this.#view.getBigUint64(this.at - 8 - this.#start, this.littleEndian));
  }

  /** A copy of what was read. @param {number} from @param {number} to */
  bytes(from, to) {
    return this.#bytes.slice(from - this.#start, to - this.#start);
  }
}

/** @param {string} what @param {number} most @param {number} count */
function atMost(what, most, count) {
  if (count > most) throw new RangeError(`${what} must be at most ${most}, got ${count}`);
  return count;
}

/**
 * Steps over the value of a key; the number of its elements, and whether it is worth keeping.
 *
 * @param {Cursor} cursor @param {string} key
 */
async function stepOverValue(cursor, key) {
  const start = cursor.at;
  await cursor.need(4);
  let type = cursor.u32();
  let count = 1;
  if (type === ARRAY) {
    await cursor.need(12);
    type = cursor.u32();
    count = cursor.u64();
    // The format allows arrays in arrays; llama.cpp does not.
    if (type === ARRAY) throw new RangeError(`${display(key)} has arrays in an array`);
  }
  const bytes = VALUE_BYTES[type];
  if (bytes === undefined) throw new RangeError(`${display(key)} has a value of an unknown type, ${type}`);
  const most = type === STRING ? MOST_TEXTS : LONGEST_ARRAY;
  let keep = true;
  const step = async (/** @type {number} */ length) => {
    if (count > most || cursor.at + length - start > LONGEST_VALUE) {
      keep = false;
      cursor.keptFrom = Number.POSITIVE_INFINITY;
    }
    if (keep) await cursor.need(length);
    cursor.at += length;
  };
  if (type !== STRING) await step(count * bytes);
  for (let i = 0; type === STRING && i < count; i++) {
    if (!cursor.holds(8)) await cursor.need(8);
    const length = cursor.u64();
    if (keep) await step(length);
    else cursor.at += length;
  }
  return { count, keep };
}

/**
 * @param {Source} source
 * @param {number} limit bytes of the header
 * @returns {Promise<{ header: Uint8Array, end: number, lengths: Map<string, number> }>} a header of the same meaning
 * without what is long, where the one in the file ends, and how many elements the arrays had that were left out
 */
export async function walkHeader(source, limit) {
  const cursor = new Cursor(source, limit);
  if (!(await cursor.reaches(MAGIC.length)) || String.fromCharCode(...cursor.bytes(0, MAGIC.length)) !== MAGIC) {
    throw new RangeError(`not a GGUF file but ${guess(cursor.bytes(0, 40))}`);
  }
  await cursor.need(HEADER_BYTES);
  cursor.at = MAGIC.length;
  // Versions are small numbers.
  if ((cursor.u32() & 0xffff) === 0) cursor.littleEndian = false;
  cursor.at = MAGIC.length;
  const version = cursor.u32();
  if (version !== 2 && version !== 3) throw new RangeError(`the version of the format must be 2 or 3, got ${version}`);
  const tensorCount = atMost('the number of tensors', MOST_TENSORS, cursor.u64());
  const keyCount = atMost('the number of keys', MOST_KEYS, cursor.u64());
  const pieces = [cursor.bytes(0, HEADER_BYTES)];
  /** @type {Map<string, number>} */
  const lengths = new Map();
  const keys = new Set();
  for (let i = 0; i < keyCount; i++) {
    const start = cursor.at;
    cursor.keptFrom = start;
    await cursor.need(8);
    const length = atMost(`the bytes of key ${i}`, LONGEST_KEY, cursor.u64());
    await cursor.need(length);
    const key = new TextDecoder().decode(cursor.bytes(cursor.at, cursor.at + length));
    cursor.at += length;
    if (keys.has(key)) throw new RangeError(`key ${display(key)} is there twice`);
    keys.add(key);
    const { count, keep } = await stepOverValue(cursor, key);
    if (keep) pieces.push(cursor.bytes(start, cursor.at));
    else lengths.set(key, count);
  }
  const start = cursor.at;
  cursor.keptFrom = start;
  for (let i = 0; i < tensorCount; i++) {
    await cursor.need(8);
    const length = atMost(`the bytes of the name of tensor ${i}`, LONGEST_NAME, cursor.u64());
    await cursor.need(length + 4);
    cursor.at += length;
    const dimensions = atMost(`the dimensions of tensor ${i}`, MOST_DIMENSIONS, cursor.u32());
    await cursor.need(8 * dimensions + 12);
    cursor.at += 8 * dimensions + 12;
  }
  await cursor.need(0);
  pieces.push(cursor.bytes(start, cursor.at));
  const header = new Uint8Array(await new Blob(pieces).arrayBuffer());
  new DataView(header.buffer).setBigUint64(16, BigInt(keyCount - lengths.size), cursor.littleEndian);
  return { header, end: cursor.at, lengths };
}
