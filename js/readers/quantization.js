// @ts-check
// How a checkpoint on Hugging Face is quantised, and the bits that a quantised weight takes with its scales: from
// quantization_config of its config.json, or from the hf_quant_config.json beside it.

import { display } from '../core/violation.js';

/**
 * @typedef {NonNullable<import('../entries/readers.d.ts').HuggingFaceModel['quantization']>} Quantization
 */

/** Bits of a scale in F16. */
const SCALE = 16;

/** @param {string} key @param {unknown} value @param {number} fallback @param {number} most */
function whole(key, value, fallback, most) {
  if (value === undefined || value === null) return fallback;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 1 || value > most) {
    throw new RangeError(
      `config.quantization_config.${key} must be a whole number from 1 to ${most}, got ${display(value)}`,
    );
  }
  return value;
}

/** A group of -1 is a row: its scale is next to nothing. @param {string} key @param {unknown} value */
const groupOf = (key, value) => (value === -1 ? null : whole(key, value, 0, 1e6) || null);

/** @param {unknown} value */
const textOf = (value) => (typeof value === 'string' ? value : undefined);

/**
 * Of NVIDIA's modelopt: weights of 4 bits with a scale of 8 for 16, of 8 bits with one a matrix, of 4 with 16 a group.
 *
 * @param {string} algorithm @param {number | null} group
 * @returns {{ bits: number | null, groupSize: number | null, bitsPerWeight: number | null }}
 */
function modeloptBits(algorithm, group) {
  if (algorithm === 'NVFP4') return { bits: 4, groupSize: 16, bitsPerWeight: 4 + 8 / 16 };
  if (algorithm === 'MXFP4') return { bits: 4, groupSize: 32, bitsPerWeight: 4 + 8 / 32 };
  if (algorithm.startsWith('FP8')) return { bits: 8, groupSize: null, bitsPerWeight: 8 };
  const four = /^W4A(?:8|16)/.test(algorithm) || /^INT4/.test(algorithm);
  const size = group ?? 128;
  return four
    ? { bits: 4, groupSize: size, bitsPerWeight: 4 + SCALE / size }
    : { bits: null, groupSize: null, bitsPerWeight: null };
}

/** @param {any} q @returns {Omit<Quantization, 'label'>} */
function bitsOf(q) {
  const method = textOf(q.quant_method) ?? (q.load_in_4bit || q.load_in_8bit ? 'bitsandbytes' : undefined);
  const algorithm = textOf(q.quant_algo) ?? textOf(q.moe_quant_algo);
  if (method === 'modelopt' || (algorithm !== undefined && method === undefined)) {
    return { method: 'modelopt', ...modeloptBits(algorithm ?? '', groupOf('group_size', q.group_size)) };
  }
  const unknown = { bits: null, groupSize: null, bitsPerWeight: null };
  const group = groupOf('group_size', q.group_size);
  switch (method) {
    case 'gptq':
    case 'awq': {
      const bits = whole('bits', q.bits, 4, 16);
      // A scale and a zero point a group.
      return { method, bits, groupSize: group, bitsPerWeight: bits + (group ? (SCALE + bits) / group : 0) };
    }
    case 'fp8':
    case 'fbgemm_fp8': {
      const sides = Array.isArray(q.weight_block_size) ? q.weight_block_size : [];
      const block =
        sides.length === 2 ? sides.reduce((area, side) => area * whole('weight_block_size', side, 0, 1e6), 1) : null;
      return { method, bits: 8, groupSize: block, bitsPerWeight: 8 + (block ? 32 / block : 0) };
    }
    case 'bitsandbytes': {
      if (q.load_in_8bit) return { method, bits: 8, groupSize: null, bitsPerWeight: 8 };
      // A scale of 32 bits for 64 weights; quantised itself, 8 bits and 32 for 256 of them.
      const scale = q.bnb_4bit_use_double_quant ? 8 / 64 + 32 / (64 * 256) : 32 / 64;
      return { method, bits: 4, groupSize: 64, bitsPerWeight: 4 + scale };
    }
    case 'compressed-tensors': {
      const kinds = Object.values(q.config_groups ?? {}).map((/** @type {any} */ kind) => kind?.weights ?? {});
      const bits = kinds.map(({ num_bits }) => whole('config_groups.weights.num_bits', num_bits, 0, 16));
      // Layers of several kinds: how many are of which, no key says.
      if (kinds.length === 0 || new Set(bits).size > 1 || bits[0] === 0) return { method, ...unknown };
      const size = groupOf('config_groups.weights.group_size', kinds[0].group_size);
      return { method, bits: bits[0], groupSize: size, bitsPerWeight: bits[0] + (size ? SCALE / size : 0) };
    }
    case 'mxfp4':
      return { method, bits: 4, groupSize: 32, bitsPerWeight: 4 + 8 / 32 };
    default:
      return { method: method ?? 'unknown', ...unknown };
  }
}

/** As people call it: "NVFP4 (modelopt), 4.5 bits a weight". @param {any} q @param {Omit<Quantization, 'label'>} is */
function labelOf(q, { method, bits, bitsPerWeight }) {
  const algorithm = textOf(q.quant_algo) ?? textOf(q.moe_quant_algo);
  const named = { fp8: 'FP8', fbgemm_fp8: 'FP8', gptq: 'GPTQ', awq: 'AWQ', mxfp4: 'MXFP4' }[method];
  const plain = named ?? (bits === null ? method : `${bits} bits (${method})`);
  const name = method === 'modelopt' ? `${algorithm ?? 'quantised'} (modelopt)` : plain;
  return bitsPerWeight === null ? name : `${name}, ${Number(bitsPerWeight.toFixed(2))} bits a weight`;
}

/**
 * @param {any} q the object of quantization_config
 * @returns {Quantization | null}
 */
function describe(q) {
  if (q === undefined || q === null) return null;
  if (typeof q !== 'object' || Array.isArray(q)) {
    throw new RangeError(`config.quantization_config must be an object, got ${display(q)}`);
  }
  const is = bitsOf(q);
  return { ...is, label: labelOf(q, is) };
}

/** @param {any} config of a checkpoint @returns {Quantization | null} */
export const quantizationOf = (config) =>
  describe(config.quantization_config ?? config.text_config?.quantization_config ?? config.compression_config);

/** @param {any} json what hf_quant_config.json holds @returns {Quantization | null} */
export const quantizationBeside = (json) => describe(json?.quantization);
