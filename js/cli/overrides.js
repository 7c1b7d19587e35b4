// @ts-check
// --override-tensor: what its patterns move to the host, as the number of layers that --n-cpu-moe takes. Patterns are
// tried on the names of the model's tensors, as llama.cpp does (src/llama-model-loader.cpp), so that every way to write
// "the experts" is understood, and nothing else is.

/** @typedef {import('../types/all.d.ts').ModelSpec} ModelSpec */

const OPTION = '--override-tensor';
const LONGEST_PATTERN = 1000;

/** Matrices of a layer beside its experts; a name here stands for all of its kind. */
const OTHERS = (
  'attn_norm attn_q attn_k attn_v attn_qkv attn_output attn_q_a attn_q_b attn_kv_a_mqa attn_kv_b attn_k_b attn_v_b ' +
  'ffn_norm ffn_gate_inp ffn_gate ffn_up ffn_down ffn_gate_shexp ffn_up_shexp ffn_down_shexp ssm_in ssm_out ssm_conv1d'
).split(' ');

/** Whether each layer has experts. @param {ModelSpec} model */
function expertLayers({ layerCount, groups, runs }) {
  const layers = [];
  while (layers.length < layerCount) {
    for (const [group, count] of runs) layers.push(...new Array(count).fill((groups[group].expertCount ?? 0) > 0));
  }
  return layers.slice(0, layerCount);
}

/** @param {string} text the option's value */
function patternsIn(text) {
  return text.split(',').map((part) => {
    const [, pattern, buffer] = /^(.+)=([^=]+)$/.exec(part) ?? [];
    if (pattern === undefined)
      throw new RangeError(`${OPTION} must be PATTERN=CPU, got ${JSON.stringify(part.slice(0, 100))}`);
    if (buffer !== 'CPU')
      throw new RangeError(`${OPTION}: only to CPU can be planned, got ${JSON.stringify(buffer.slice(0, 100))}`);
    if (pattern.length > LONGEST_PATTERN)
      throw new RangeError(`${OPTION}: a pattern has at most ${LONGEST_PATTERN} characters`);
    try {
      return new RegExp(pattern);
    } catch {
      throw new RangeError(`${OPTION}: ${JSON.stringify(pattern.slice(0, 100))} is not a regular expression`);
    }
  });
}

/**
 * @param {string[]} texts values of the option
 * @param {ModelSpec} model
 * @returns {number | 'all'} layers whose experts stay on the host
 * @throws {RangeError} for what is not the experts of the first layers
 */
export function overriddenLayers(texts, model) {
  const patterns = texts.flatMap(patternsIn);
  const moved = (/** @type {string} */ name) => patterns.some((pattern) => pattern.test(name));
  const routed = expertLayers(model);
  const here = JSON.stringify(texts.join(',').slice(0, 100));
  /** @type {number[]} */
  const layers = [];
  for (const [i, hasExperts] of routed.entries()) {
    const other = OTHERS.map((part) => `blk.${i}.${part}.weight`).find(moved);
    if (other) throw new RangeError(`${OPTION} ${here} moves ${other} too: only experts can be planned (--n-cpu-moe)`);
    if (!hasExperts) continue;
    const parts = ['gate', 'up', 'down'].map((part) => moved(`blk.${i}.ffn_${part}_exps.weight`));
    if (parts.every(Boolean)) layers.push(i);
    else if (parts.some(Boolean)) {
      throw new RangeError(
        `${OPTION} ${here} moves a part of layer ${i}'s experts: only all of them can be planned (--n-cpu-moe)`,
      );
    }
  }
  const head = ['output.weight', 'output_norm.weight'].find(moved);
  if (head) throw new RangeError(`${OPTION} ${here} moves ${head} too: only experts can be planned (--n-cpu-moe)`);
  if (layers.length === 0) {
    throw new RangeError(
      `${OPTION} ${here} moves nothing: ${routed.includes(true) ? 'no name of an expert is like it' : 'the model has no experts'}`,
    );
  }
  const count = layers[layers.length - 1] + 1;
  const first = routed.slice(0, count).filter(Boolean).length;
  if (layers.length !== first) {
    throw new RangeError(
      `${OPTION} ${here} leaves out layers before layer ${count - 1}: only the experts of the first ones can be planned (--n-cpu-moe)`,
    );
  }
  return layers.length === routed.filter(Boolean).length ? 'all' : count;
}
