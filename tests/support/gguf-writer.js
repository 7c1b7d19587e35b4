// GGUF headers of real shape: metadata and tensor infos, without the data.

const encoder = new TextEncoder();
const TYPES = { u32: 4, f32: 6, bool: 7, string: 8, array: 9, u64: 10, i32: 5 };
/** Of ggml, with the elements and bytes of a block. */
export const F32 = 0;
export const F16 = 1;
const BYTES = { [F32]: 4, [F16]: 2 };

class Writer {
  parts = [];
  u32 = (value) => this.#number(4, (view) => view.setUint32(0, value, true));
  u64 = (value) => this.#number(8, (view) => view.setBigUint64(0, BigInt(value), true));
  f32 = (value) => this.#number(4, (view) => view.setFloat32(0, value, true));

  #number(length, set) {
    const bytes = new Uint8Array(length);
    set(new DataView(bytes.buffer));
    this.parts.push(bytes);
  }

  string(text) {
    const bytes = encoder.encode(text);
    this.u64(bytes.length);
    this.parts.push(bytes);
  }

  value(type, value) {
    if (type === TYPES.u32 || type === TYPES.i32) this.u32(value);
    else if (type === TYPES.u64) this.u64(value);
    else if (type === TYPES.f32) this.f32(value);
    else if (type === TYPES.bool) this.parts.push(new Uint8Array([value ? 1 : 0]));
    else if (type === TYPES.string) this.string(value);
    else {
      const element = value.length ? typeOf(value[0]) : TYPES.u32;
      this.u32(element);
      this.u64(value.length);
      for (const each of value) this.value(element, each);
    }
  }

  bytes() {
    const result = new Uint8Array(this.parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.parts) {
      result.set(part, at);
      at += part.length;
    }
    return result;
  }
}

function typeOf(value) {
  if (Array.isArray(value)) return TYPES.array;
  if (typeof value === 'string') return TYPES.string;
  if (typeof value === 'boolean') return TYPES.bool;
  if (typeof value === 'bigint') return TYPES.u64;
  return Number.isInteger(value) ? TYPES.u32 : TYPES.f32;
}

/** Offsets of tensors that follow each other. */
export function placed(tensors, alignment = 32) {
  let offset = 0;
  return tensors.map((tensor) => {
    const at = offset;
    const bytes = tensor.shape.reduce((a, b) => a * b, 1) * BYTES[tensor.type];
    offset = alignment * Math.ceil((at + bytes) / alignment);
    return { offset: at, ...tensor };
  });
}

/** @param {{ metadata: object, tensors?: object[], version?: number }} content */
export function ggufBytes({ metadata, tensors = [], version = 3 }) {
  const w = new Writer();
  w.parts.push(encoder.encode('GGUF'));
  w.u32(version);
  w.u64(tensors.length);
  w.u64(Object.keys(metadata).length);
  for (const [key, value] of Object.entries(metadata)) {
    w.string(key);
    w.u32(typeOf(value));
    w.value(typeOf(value), value);
  }
  for (const { name, shape, type, offset } of placed(tensors)) {
    w.string(name);
    w.u32(shape.length);
    for (const length of shape) w.u64(length);
    w.u32(type);
    w.u64(offset);
  }
  return w.bytes();
}

const RECURRENCES = {
  mamba1: (g, h) => ({
    ssm_in: [h, 2 * g.innerLength],
    ssm_x: [g.innerLength, g.timeStepRank + 2 * g.stateLength],
    ssm_dt: [g.timeStepRank, g.innerLength],
    ssm_out: [g.innerLength, h],
  }),
  mamba2: (g, h) => ({
    ssm_in: [h, 2 * g.innerLength + 2 * g.stateGroupCount * g.stateLength + g.timeStepRank],
    ssm_out: [g.innerLength, h],
  }),
  gatedDeltaNet: (g, h) => ({
    attn_qkv: [h, 2 * g.stateGroupCount * g.stateLength + g.innerLength],
    attn_gate: [h, g.innerLength],
    ssm_ba: [h, 2 * g.timeStepRank],
    ssm_out: [g.innerLength, h],
  }),
  shortConvolution: (_, h) => ({ 'shortconv.in_proj': [h, 3 * h], 'shortconv.out_proj': [h, h] }),
};

function attentionOf(g, h) {
  if (g.attention === 'mla') {
    const query = g.queryLoraRank
      ? { attn_q_a: [h, g.queryLoraRank], attn_q_b: [g.queryLoraRank, g.headCount * g.mlaKeyLength] }
      : { attn_q: [h, g.headCount * g.mlaKeyLength] };
    return {
      ...query,
      attn_kv_a_mqa: [h, g.kvLoraRank + g.ropeLength],
      attn_k_b: [g.mlaKeyLength - g.ropeLength, g.kvLoraRank, g.headCount],
      attn_v_b: [g.kvLoraRank, g.mlaValueLength, g.headCount],
      attn_output: [g.headCount * g.mlaValueLength, h],
    };
  }
  if (g.attention === 'none') return {};
  const [q, k, v] = [g.headCount * g.keyLength, g.kvHeadCount * g.keyLength, g.kvHeadCount * g.valueLength];
  return {
    ...(g.fusedQKV
      ? { attn_qkv: [h, q + k + v] }
      : { attn_q: [h, g.gatedQuery ? 2 * q : q], attn_k: [h, k], ...(g.valueFromKey ? {} : { attn_v: [h, v] }) }),
    attn_output: [g.headCount * g.valueLength, h],
  };
}

function feedForwardOf(g, h) {
  const matrices = {};
  if ((g.feedForward ?? 'none') !== 'none') {
    if (g.feedForward === 'gated') matrices.ffn_gate = [h, g.feedForwardLength];
    matrices.ffn_up = [h, g.feedForwardLength * (g.feedForward === 'fusedGated' ? 2 : 1)];
    matrices.ffn_down = [g.feedForwardLength, h];
  }
  if (g.expertCount) {
    const width = g.expertHiddenLength ?? h;
    if (!g.plainExperts) matrices.ffn_gate_exps = [width, g.expertLength, g.expertCount];
    matrices.ffn_up_exps = [width, g.expertLength, g.expertCount];
    matrices.ffn_down_exps = [g.expertLength, width, g.expertCount];
  }
  if (g.sharedExpertLength) {
    if (!g.plainExperts) matrices.ffn_gate_shexp = [h, g.sharedExpertLength];
    matrices.ffn_up_shexp = [h, g.sharedExpertLength];
    matrices.ffn_down_shexp = [g.sharedExpertLength, h];
  }
  if (g.perLayerEmbeddingLength) {
    matrices.inp_gate = [h, g.perLayerEmbeddingLength];
    matrices.proj = [g.perLayerEmbeddingLength, h];
  }
  return matrices;
}

/** The tensors of an F16 file of a model, with the names of llama.cpp; vectors are gathered into one per layer. */
export function tensorsOf(model) {
  const h = model.hiddenSize;
  const tensors = [];
  const add = (name, shape, type = F16) => {
    if (shape.every((length) => length > 0)) tensors.push({ name, shape, type });
  };
  add('token_embd.weight', [h, model.vocabularySize]);
  if (!model.tiedEmbeddings) add('output.weight', [h, model.vocabularySize]);
  add('output_norm.weight', [model.outputVectorElements ?? 0], F32);
  add('altup_unembd_proj.weight', [model.outputUnquantizedElements ?? 0]);
  if (model.perLayerEmbeddingLength) {
    add('per_layer_token_embd.weight', [model.perLayerEmbeddingLength * model.layerCount, model.vocabularySize]);
  }
  add('per_layer_model_proj.weight', [model.firstLayerUnquantizedElements ?? 0]);
  add('per_layer_proj_norm.weight', [model.firstLayerVectorElements ?? 0], F32);
  const addLayer = (i, g) => {
    const recurrence = RECURRENCES[g.recurrence]?.(g, h) ?? {};
    for (const [name, shape] of Object.entries({ ...attentionOf(g, h), ...recurrence, ...feedForwardOf(g, h) })) {
      add(`blk.${i}.${name}.weight`, shape);
    }
    add(`blk.${i}.attn_norm.weight`, [g.vectorElements ?? 0], F32);
    add(`blk.${i}.ffn_down_exps.bias`, [g.expertVectorElements ?? 0], F32);
    add(`blk.${i}.altup_proj.weight`, [g.unquantizedElements ?? 0]);
    add(`blk.${i}.indexer.proj.weight`, [g.furtherElements ?? 0]);
  };
  const order = model.runs.flatMap(([group, count]) => new Array(count).fill(group));
  for (let i = 0; i < model.layerCount; i++) addLayer(i, model.groups[order[i % order.length]]);
  for (let i = 0; i < (model.predictionLayerCount ?? 0); i++) {
    addLayer(model.layerCount + i, model.groups[model.predictionGroup]);
    add(`blk.${model.layerCount + i}.nextn.eh_proj.weight`, [2 * h, h]);
  }
  return tensors;
}
