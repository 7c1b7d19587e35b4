// @ts-check
// Small files that a question names: read up to a limit, whatever they are. A pipe may bring measurements
// (`--calibrate <(llama-bench …)`), and /dev/zero brings no end.
import { open } from 'node:fs/promises';

/** Bytes that a spec or a config has at most, and what llama-bench printed. src/json.hpp has the same. */
export const MOST_OF_SPEC = 16e6;
export const MOST_OF_BENCHMARK = 4e6;
const PART = 2 ** 18;

/**
 * @param {string} path
 * @param {number} most bytes
 * @returns {Promise<string>} without the mark that Windows' editors begin a text with
 * @throws {RangeError} for more bytes; what the system says, with the path, for a file that cannot be read
 */
export async function readText(path, most) {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    /** @type {Uint8Array[]} */
    const parts = [];
    let read = 0;
    for (;;) {
      if (Math.max(size, read) > most) throw new RangeError(`${path} is larger than ${most / 1e6} MB`);
      const { bytesRead, buffer } = await file.read(new Uint8Array(PART), 0, PART, null);
      if (bytesRead === 0) break;
      parts.push(buffer.subarray(0, bytesRead));
      read += bytesRead;
    }
    return Buffer.concat(parts)
      .toString('utf8')
      .replace(/^\uFEFF/, '');
  } finally {
    await file.close();
  }
}

/** @param {string} path @param {number} most bytes @returns {Promise<any>} @throws {RangeError} for what is no JSON */
export async function readJson(path, most) {
  const text = await readText(path, most);
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new RangeError(`${path} must be JSON: ${/** @type {Error} */ (error).message}`);
  }
}
