// @ts-check
// Bytes of ggml tensors by type, for sizes from a real tensor list.

import { display } from '../core/violation.js';
import { TENSOR_TYPES } from '../generated/tensors.js';

export { TENSOR_TYPES };

const byId = new Map(Object.values(TENSOR_TYPES).map((entry) => [entry[0], entry]));

/** Elements that a row must have a multiple of. @param {number} id of a known type */
export const blockSizeOf = (id) => /** @type {[number, number, number]} */ (byId.get(id))[1];

/** As in ggml. */
const MOST_DIMENSIONS = 4;

/**
 * @param {{ name: string, shape: ArrayLike<number | bigint>, type: string | number }} tensor
 * @param {number} n its place in the list
 * @param {string} [who] asks, for messages
 */
export function bytesOfTensor({ name, shape, type }, n, who = 'planMemory') {
  const fail = (/** @type {string} */ field, /** @type {string} */ requirement, /** @type {string} */ got) =>
    new RangeError(`${who}: model.tensors[${n}].${field} must be ${requirement}, got ${got} for ${name.slice(0, 100)}`);
  const known = typeof type === 'number' ? byId.get(type) : Object.hasOwn(TENSOR_TYPES, type) && TENSOR_TYPES[type];
  if (!known) throw fail('type', 'a ggml type', typeof type === 'string' ? type.slice(0, 100) : display(type));
  const [, blockSize, blockBytes] = known;
  // Looked at before it is copied: `length` may be anything.
  const dimensions = shape?.length;
  const lengths = dimensions >= 1 && dimensions <= MOST_DIMENSIONS ? Array.from(shape) : [];
  let elements = lengths.length > 0 ? 1 : 0;
  for (const length of lengths) {
    elements *= typeof length === 'bigint' || Number.isInteger(length) ? Number(length) : Number.NaN;
    if (!(elements > 0 && elements < 1e15)) elements = Number.NaN;
  }
  const shown =
    lengths.length > 0 ? lengths.map((length) => (length === Object(length) ? '?' : String(length))).join() : '';
  if (!(elements > 0)) throw fail('shape', 'positive lengths', shown || display(shape));
  if (Number(lengths[0]) % blockSize !== 0) {
    throw fail('shape', `rows of a multiple of ${blockSize}`, `${shown} (not whole blocks)`);
  }
  return (elements / blockSize) * blockBytes;
}
