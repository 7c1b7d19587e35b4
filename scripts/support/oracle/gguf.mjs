// GGUF files of real shape whose data is a hole: planners read names, shapes and types, and a 400 GB model takes a few
// MB.
import { mkdirSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { blockSizeOf, TENSOR_TYPES } from '../../../js/models/tensors.js';

const ALIGNMENT = 32;
const [U32, I32, F32, BOOL, STRING, ARRAY] = [4, 5, 6, 7, 8, 9];
/** Keys that the loaders read as floats, whole or not. */
const FLOATS = /(?:epsilon|scale|softcapping)$/;

function typeOf(key, value) {
  if (Array.isArray(value)) return ARRAY;
  if (typeof value === 'string') return STRING;
  if (typeof value === 'boolean') return BOOL;
  return FLOATS.test(key) || !Number.isInteger(value) ? F32 : U32;
}

class Writer {
  #parts = [];

  number(length, set) {
    const bytes = Buffer.alloc(length);
    set(bytes);
    this.#parts.push(bytes);
  }

  u32 = (value) => this.number(4, (bytes) => bytes.writeUInt32LE(value));
  u64 = (value) => this.number(8, (bytes) => bytes.writeBigUInt64LE(BigInt(value)));

  string(text) {
    const bytes = Buffer.from(text);
    this.u64(bytes.length);
    this.#parts.push(bytes);
  }

  value(type, value) {
    if (type === STRING) this.string(value);
    else if (type === BOOL) this.number(1, (bytes) => bytes.writeUInt8(value ? 1 : 0));
    else if (type === F32) this.number(4, (bytes) => bytes.writeFloatLE(value));
    else if (type === ARRAY) {
      const isWhole = value.every((each) => Number.isInteger(each));
      const element = typeof value[0] === 'boolean' ? BOOL : isWhole ? I32 : F32;
      this.u32(element);
      this.u64(value.length);
      for (const each of value) this.value(element, each);
    } else this.u32(value);
  }

  raw = (text) => this.#parts.push(Buffer.from(text));
  bytes = () => Buffer.concat(this.#parts);
}

/** @param {{ shape: number[], type: string }} tensor */
export function bytesOf({ name, shape, type }) {
  const [id, , blockBytes] = TENSOR_TYPES[type];
  const block = blockSizeOf(id);
  if (shape[0] % block !== 0) throw new RangeError(`${name}: rows of ${shape[0]} are no blocks of ${type}`);
  return (shape.reduce((a, b) => a * b, 1) / block) * blockBytes;
}

/**
 * @param {string} path
 * @param {Record<string, any>} metadata
 * @param {{ name: string, shape: number[], type: string }[]} tensors
 */
export function writeSparse(path, metadata, tensors) {
  const all = { ...metadata, 'tokenizer.ggml.model': 'none' };
  const w = new Writer();
  w.raw('GGUF');
  w.u32(3);
  w.u64(tensors.length);
  w.u64(Object.keys(all).length);
  for (const [key, value] of Object.entries(all)) {
    const type = typeOf(key, value);
    w.string(key);
    w.u32(type);
    w.value(type, value);
  }
  let offset = 0;
  for (const tensor of tensors) {
    w.string(tensor.name);
    w.u32(tensor.shape.length);
    for (const length of tensor.shape) w.u64(length);
    w.u32(TENSOR_TYPES[tensor.type][0]);
    w.u64(offset);
    offset = ALIGNMENT * Math.ceil((offset + bytesOf(tensor)) / ALIGNMENT);
  }
  const header = w.bytes();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, header);
  truncateSync(path, ALIGNMENT * Math.ceil(header.length / ALIGNMENT) + offset);
}
