// @ts-check
// Bytes of ggml tensors by type, for sizes from a real tensor list. A test compares the table with that of C++
// (ggml/types.hpp).

import { display } from './violation.js';

/** @type {Record<string, [id: number, blockSize: number, blockBytes: number]>} */
export const TENSOR_TYPES = {
  F32: [0, 1, 4],
  F16: [1, 1, 2],
  BF16: [30, 1, 2],
  Q4_0: [2, 32, 18],
  Q4_1: [3, 32, 20],
  Q5_0: [6, 32, 22],
  Q5_1: [7, 32, 24],
  Q8_0: [8, 32, 34],
  Q8_1: [9, 32, 36],
  Q2_K: [10, 256, 84],
  Q3_K: [11, 256, 110],
  Q4_K: [12, 256, 144],
  Q5_K: [13, 256, 176],
  Q6_K: [14, 256, 210],
  Q8_K: [15, 256, 292],
  IQ2_XXS: [16, 256, 66],
  IQ2_XS: [17, 256, 74],
  IQ2_S: [22, 256, 82],
  IQ3_XXS: [18, 256, 98],
  IQ3_S: [21, 256, 110],
  IQ1_S: [19, 256, 50],
  IQ1_M: [29, 256, 56],
  IQ4_NL: [20, 32, 18],
  IQ4_XS: [23, 256, 136],
  TQ1_0: [34, 256, 54],
  TQ2_0: [35, 256, 66],
  MXFP4: [39, 32, 17],
  NVFP4: [40, 64, 36],
  Q1_0: [41, 128, 18],
  Q2_0: [42, 64, 18],
};

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
