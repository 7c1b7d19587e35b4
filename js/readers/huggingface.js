// @ts-check
// A Hugging Face config.json as the keys of a GGUF header, which is what llama.cpp's converter makes of it
// (convert_hf_to_gguf.py and conversion/ of ggml-org/llama.cpp): one way from there to a ModelSpec. A key that a
// config leaves out has the default of its class in transformers (src/transformers/models/*/configuration_*.py).

import { display } from '../core/violation.js';
import { fillCommon, LENGTHS } from '../models/common.js';
import { missing, NAME, Reader } from '../models/config.js';
import { modelFromGgufMetadata } from '../models/gguf.js';
import { draftReason, FOREIGN, UNLIKE, unknownType } from '../models/refusals.js';
import { HUGGING_FACE_TYPES, TYPES, typeNamed } from '../models/types.js';

export { HUGGING_FACE_TYPES };

/** @typedef {import('../models/config.js').Config} Config */

/** Names of the part that writes, as models that see or hear have one. */
const TEXT_PARTS = ['text_config', 'llm_config', 'language_config', 'lm_config', 'lfm'];

/** @param {Config} config @returns {Config | undefined} */
function textPartOf(config) {
  for (const name of TEXT_PARTS) {
    if (typeof config[name] === 'object' && config[name] !== null) return config[name];
  }
  return typeof config.thinker_config === 'object' && config.thinker_config !== null
    ? textPartOf(config.thinker_config)
    : undefined;
}

/**
 * The keys of the GGUF header that a config.json becomes.
 *
 * @param {Config} config
 * @returns {{ architecture: string, metadata: Record<string, any>, tiedEmbeddings: boolean,
 *   origins: Map<string, string> }} `origins`: the keys of the config that those of the header are from
 */
export function ggufMetadataFromHuggingFaceConfig(config) {
  if (typeof config !== 'object' || config === null || Array.isArray(config)) {
    throw new TypeError(`${NAME}: config must be the object of a config.json, got ${display(config)}`);
  }
  const text = textPartOf(config);
  const outer = config.model_type ?? undefined;
  // The file of MiniMax M3 names its part after the model before; its class takes it for its own.
  const inner = outer === 'minimax_m3_vl' ? undefined : (text?.model_type ?? undefined);
  if (outer === undefined && inner === undefined) {
    if (config._class_name !== undefined || config._diffusers_version !== undefined) {
      throw new RangeError(`${NAME}: config._class_name is of a model that draws; planned are models that write text`);
    }
    if (config.dim !== undefined && config.n_layers !== undefined) {
      throw new RangeError(`${NAME}: config.model_type is missing: this is a params.json; its config.json is needed`);
    }
    throw missing('model_type');
  }
  for (const type of [outer, inner]) {
    if (type !== undefined && typeof type !== 'string') {
      throw new TypeError(`${NAME}: config.model_type must be a string, got ${display(type)}`);
    }
  }
  const draft = draftReason(config) ?? (text && draftReason(text));
  if (draft) {
    throw new RangeError(`${NAME}: ${draft} a draft, which runs beside the model that it drafts for: plan that model`);
  }
  // The part that writes says what its layers are. One that is not understood is not guessed from what is around it.
  const name = typeNamed(inner ?? outer);
  if (name === undefined) throw unknownType(inner ?? outer);
  const type = TYPES[name];
  const c = new Reader(text ?? config, type, text !== undefined);
  const absent = type.needs?.find((key) => !c.has(key));
  if (absent) throw missing(absent);
  for (const [key, isKnown, what] of UNLIKE) {
    const value = c.raw(key);
    if (value === undefined || isKnown(value, type)) continue;
    throw new RangeError(`${NAME}: config.${key} tells of ${what}, which cannot be planned yet`);
  }
  const architecture = typeof type.gguf === 'string' ? type.gguf : type.gguf(c);
  /** @type {Record<string, any>} */
  const metadata = { 'general.architecture': architecture };
  /** Keys that the type has settled, be it that there is none. @type {Set<string>} */
  const settled = new Set();
  /** @type {Map<string, string>} */
  const origins = new Map();
  const put = (/** @type {string} */ key, /** @type {unknown} */ value) => {
    origins.set(key, c.asked);
    settled.add(key);
    if (value === undefined) delete metadata[`${architecture}.${key}`];
    else metadata[`${architecture}.${key}`] = value;
  };
  type.special?.(c, put);
  fillCommon(
    c,
    (key, value) => {
      if (settled.has(key)) return;
      const found = value();
      origins.set(key, c.asked);
      if (found !== undefined) metadata[`${architecture}.${key}`] = found;
    },
    architecture,
  );
  const value = (/** @type {string} */ key) => metadata[`${architecture}.${key}`];
  const foreign = FOREIGN.find(([key, its]) => Number(c.maybe(key) ?? 0) > 0 && value(its) === undefined);
  if (foreign) {
    throw new RangeError(
      `${NAME}: config.${foreign[0]} is of layers with ${foreign[2]}, which model_type ${display(inner ?? outer)} does not have`,
    );
  }
  // Only where every layer is a mixture of experts is the length of dense ones without use.
  const isDense =
    !value('expert_count') ||
    value('leading_dense_block_count') > 0 ||
    value('interleave_moe_layer_step') > 1 ||
    ['gemma4', 'jamba'].includes(architecture);
  if (isDense && value('feed_forward_length') === undefined) throw missing(...LENGTHS);
  // The whole and its part may differ where one of them has but the default of its class: then there is a head.
  const ties = [config.tie_word_embeddings, c.raw('tie_word_embeddings', 'tie_embedding')].filter((tie) => tie != null);
  const tiedEmbeddings = ties.length > 0 ? ties.every(Boolean) : (type.tied ?? false);
  return { architecture, metadata, tiedEmbeddings, origins };
}

/**
 * The model of a config.json, and what GGUF file llama.cpp's converter would make of it.
 *
 * @param {Config} config
 */
export function modelOfConfig(config) {
  const from = ggufMetadataFromHuggingFaceConfig(config);
  try {
    const { metadata, tiedEmbeddings } = from;
    return { architecture: from.architecture, model: modelFromGgufMetadata(metadata, { tiedEmbeddings }) };
  } catch (error) {
    // The caller wrote none of the header's keys.
    const said = /** @type {Error} */ (error).message.replace(/^\w+: /, '');
    const [whole, key] = /^[\w-]+\.([\w.]+)/.exec(said) ?? ['', ''];
    const origin = from.origins.get(key) || 'json';
    throw new RangeError(`${NAME}: config.${origin}${said.slice(whole.length)}`, { cause: error });
  }
}

/**
 * @param {Config} config
 * @returns {import('../types/all.d.ts').ModelSpec}
 */
export const modelFromHuggingFaceConfig = (config) => modelOfConfig(config).model;
