// @ts-check
// How a violation that C++ found is read, and what a value looks like in its message.

/** @param {unknown} value */
export function display(value) {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}...` : value);
    case 'bigint':
      return `${value}n`;
    case 'function':
    case 'symbol':
      return `a ${typeof value}`;
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? 'an array' : 'an object';
    default:
      return String(value);
  }
}

/** @param {import('./create.js').Core} core */
export function readViolation(core) {
  const at = core.blockAddress() / Float64Array.BYTES_PER_ELEMENT;
  const numbers = core.HEAPF64.subarray(at, at + 11);
  const text = (/** @type {number} */ i) =>
    String.fromCharCode(...core.HEAPU8.subarray(numbers[i], numbers[i] + numbers[i + 1]));
  return {
    parameter: text(0),
    requirement: text(2),
    passed: text(4),
    hint: text(6),
    limit: numbers[8],
    index: numbers[9],
    value: numbers[10],
  };
}

/**
 * An error as the caller's: what prints one that nobody caught shows the line that it came from, which shall be the
 * call of the public function and not a line of the bundle.
 *
 * @template {Error} E
 * @param {E} error
 * @param {Function} entry the public function
 * @returns {E}
 */
export function ofCaller(error, entry) {
  /** @type {any} */ (Error).captureStackTrace?.(error, entry);
  return error;
}
