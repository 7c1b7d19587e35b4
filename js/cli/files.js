// @ts-check
// Small files that a question names: read up to a limit, whatever they are. A pipe may bring measurements
// (`--calibrate <(llama-bench …)`), and /dev/zero brings no end.
import { open } from 'node:fs/promises';

/** More than any spec, config or list of measurements has. */
export const MOST_BYTES = 16 * 2 ** 20;
const PART = 2 ** 18;

/**
 * @param {string} path
 * @param {string} what it is, for messages
 * @returns {Promise<string>} without the mark that Windows' editors begin a text with
 * @throws {RangeError} for more than MOST_BYTES; what the system says, with the path, for a file that cannot be read
 */
export async function readText(path, what) {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    /** @type {Uint8Array[]} */
    const parts = [];
    let read = 0;
    for (;;) {
      if (Math.max(size, read) > MOST_BYTES) {
        throw new RangeError(`${path}: ${what} must have at most ${MOST_BYTES} bytes`);
      }
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

/**
 * @param {string} path
 * @param {string} what it is, for messages
 * @returns {Promise<any>}
 * @throws {RangeError} for what is no JSON, or has a number that none can hold
 */
export async function readJson(path, what) {
  const text = await readText(path, what);
  let tooLarge = '';
  /** @type {any} */
  let value;
  try {
    value = JSON.parse(text, (key, part) => {
      if (part === Number.POSITIVE_INFINITY || part === Number.NEGATIVE_INFINITY) tooLarge ||= key || 'the number';
      return part;
    });
  } catch (error) {
    throw new RangeError(`${path} must be JSON: ${/** @type {Error} */ (error).message}`);
  }
  if (tooLarge) throw new RangeError(`${path} must be JSON: ${tooLarge} is too large a number`);
  return value;
}
