// GGUF files with a real model's header and tensor list, and holes for the data.
import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

const ALIGNMENT = 32n;
const [F32, F16] = [0, 1];

class Header {
  parts = [];

  u32(value) {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32LE(value);
    this.parts.push(bytes);
  }

  u64(value) {
    const bytes = Buffer.alloc(8);
    bytes.writeBigUInt64LE(BigInt(value));
    this.parts.push(bytes);
  }

  string(text) {
    this.u64(Buffer.byteLength(text));
    this.parts.push(Buffer.from(text));
  }

  value(value, typed = true) {
    const type = (id) => typed && this.u32(id);
    if (typeof value === 'boolean') {
      type(7);
      this.parts.push(Buffer.from([Number(value)]));
    } else if (typeof value === 'string') {
      type(8);
      this.string(value);
    } else if (Array.isArray(value)) {
      type(9);
      this.u32({ boolean: 7, string: 8, number: 4 }[typeof value[0]]);
      this.u64(value.length);
      for (const element of value) this.value(element, false);
    } else if (Number.isInteger(value)) {
      type(4);
      this.u32(value);
    } else {
      type(6);
      const bytes = Buffer.alloc(4);
      bytes.writeFloatLE(value);
      this.parts.push(bytes);
    }
  }
}

/** The tensors of a model of plain attention layers, all matrices F16; what a layer has of vectors is one tensor. */
function tensorsOf(model) {
  const { hiddenSize: hidden, vocabularySize: vocabulary } = model;
  const tensors = [['token_embd.weight', [hidden, vocabulary], F16]];
  if (!model.tiedEmbeddings) tensors.push(['output.weight', [hidden, vocabulary], F16]);
  tensors.push(['output_norm.weight', [hidden], F32]);
  const order = model.runs.flatMap(([group, count]) => new Array(count).fill(group));
  for (let i = 0; i < model.layerCount; i++) {
    const g = model.groups[order[i % order.length]];
    const matrix = (name, ...shape) => tensors.push([`blk.${i}.${name}.weight`, shape, F16]);
    const queries = g.headCount * g.keyLength;
    const keys = g.kvHeadCount * g.keyLength;
    if (g.fusedQKV) matrix('attn_qkv', hidden, queries + 2 * keys);
    else {
      matrix('attn_q', hidden, queries);
      matrix('attn_k', hidden, keys);
      matrix('attn_v', hidden, keys);
    }
    matrix('attn_output', queries, hidden);
    if (g.feedForwardLength) {
      if (g.feedForward === 'gated') matrix('ffn_gate', hidden, g.feedForwardLength);
      matrix('ffn_up', hidden, g.feedForwardLength * (g.feedForward === 'fusedGated' ? 2 : 1));
      matrix('ffn_down', g.feedForwardLength, hidden);
    }
    if (g.expertCount) {
      for (const name of ['ffn_gate_exps', 'ffn_up_exps']) matrix(name, hidden, g.expertLength, g.expertCount);
      matrix('ffn_down_exps', g.expertLength, hidden, g.expertCount);
    }
    tensors.push([`blk.${i}.attn_norm.weight`, [g.vectorElements], F32]);
  }
  return tensors;
}

/** @param {string} path @param {Record<string, unknown>} metadata @param {object} model its ModelSpec */
export function writeGguf(path, metadata, model) {
  const tensors = tensorsOf(model);
  const header = new Header();
  header.parts.push(Buffer.from('GGUF'));
  header.u32(3);
  header.u64(tensors.length);
  const entries = Object.entries({
    ...metadata,
    'general.file_type': 1,
    'tokenizer.ggml.model': 'gpt2',
    'tokenizer.ggml.tokens': Array.from({ length: model.vocabularySize }, () => 'x'),
  });
  header.u64(entries.length);
  for (const [key, value] of entries) {
    header.string(key);
    header.value(value);
  }
  let offset = 0n;
  for (const [name, shape, type] of tensors) {
    header.string(name);
    header.u32(shape.length);
    for (const length of shape) header.u64(length);
    header.u32(type);
    header.u64(offset);
    const bytes = shape.reduce((product, length) => product * BigInt(length), type === F16 ? 2n : 4n);
    offset += ((bytes + ALIGNMENT - 1n) / ALIGNMENT) * ALIGNMENT;
  }
  const bytes = Buffer.concat(header.parts);
  const file = openSync(path, 'w');
  writeSync(file, bytes);
  ftruncateSync(file, Number((BigInt(bytes.length) / ALIGNMENT + 1n) * ALIGNMENT + offset));
  closeSync(file);
}
