// A config.json as a row of data/models.csv: only the keys that its reader asks for are kept, as they are spelt.

import { modelFromGgufMetadata } from '../../js/models/gguf.js';
import { ggufMetadataFromHuggingFaceConfig } from '../../js/readers/huggingface.js';

/** Names of parts whose keys are kept one by one; other objects are kept whole. */
const PARTS = ['text_config', 'llm_config', 'language_config', 'lm_config', 'lfm', 'thinker_config'];

/** A copy that notes which keys are asked for. */
function watched(config) {
  const asked = new Set();
  const parts = new Map();
  const proxy = new Proxy(config, {
    get(target, key) {
      if (typeof key !== 'string' || !Object.hasOwn(target, key)) return target[key];
      asked.add(key);
      if (!PARTS.includes(key) || typeof target[key] !== 'object' || target[key] === null) return target[key];
      if (!parts.has(key)) parts.set(key, watched(target[key]));
      return parts.get(key).proxy;
    },
  });
  const kept = () =>
    Object.fromEntries(
      Object.entries(config)
        .filter(([key]) => asked.has(key))
        .map(([key, value]) => [key, parts.has(key) ? parts.get(key).kept() : value]),
    );
  return { proxy, kept };
}

/** Keys that no shape depends on, though they are looked at. */
const NO_SHAPE = ['architectures', 'initializer_range', 'use_cache', 'attention_dropout'];

/** @param {any} config @returns {any} without the keys that change nothing */
function reduced(config) {
  const { proxy, kept } = watched(config);
  const { metadata, tiedEmbeddings } = ggufMetadataFromHuggingFaceConfig(proxy);
  const small = kept();
  const shape = JSON.stringify([metadata, tiedEmbeddings]);
  const isSame = () => {
    try {
      const again = ggufMetadataFromHuggingFaceConfig(small);
      return JSON.stringify([again.metadata, again.tiedEmbeddings]) === shape;
    } catch {
      return false;
    }
  };
  if (!isSame()) throw new Error('the keys that were read do not give the model again');
  for (const part of [small, ...PARTS.map((name) => small[name]).filter(Boolean)]) {
    for (const key of Object.keys(part)) {
      if (!NO_SHAPE.includes(key) && part[key] !== null && part[key] !== 0 && part[key] !== false) continue;
      const value = part[key];
      delete part[key];
      if (!isSame()) part[key] = value;
    }
  }
  return small;
}

/** "unsloth/Qwen3-8B-Instruct" is known as "Qwen3 8B". @param {string} repository */
export const nameOf = (repository) =>
  repository
    .slice(repository.indexOf('/') + 1)
    .replace(/[-_]/g, ' ')
    .replace(/ (?:Instruct|Chat|it|hf|chat|instruct)$/g, '');

/**
 * Whether a count is what was published: to within the last digit that it has, "7.6B", "494M", or whole.
 *
 * @param {number} counted @param {string} published
 */
export function isAsPublished(counted, published) {
  const [, digits, unit] = /^(\d+(?:\.\d+)?) ?([BMT]?)$/.exec(published) ?? [];
  if (digits === undefined) throw new Error(`published parameters must be like 7.6B, got ${published}`);
  const scale = { '': 1, M: 1e6, B: 1e9, T: 1e12 }[unit];
  if (unit === '') return Math.abs(counted - Number(digits)) <= 2e-7 * Number(digits);
  const decimals = digits.split('.')[1]?.length ?? 0;
  // Some are rounded, some are cut.
  const off = (counted - Number(digits) * scale) / (10 ** -decimals * scale);
  return off >= -0.5001 && off < 1;
}

/**
 * @param {any} config @param {Record<string, string>} facts columns that no config tells
 * @param {(model: any) => { parameters: number }} parameterCount
 */
export function rowOf(config, facts, parameterCount) {
  const small = reduced(config);
  const { metadata, tiedEmbeddings } = ggufMetadataFromHuggingFaceConfig(small);
  const model = modelFromGgufMetadata(metadata, { tiedEmbeddings });
  const { parameters } = parameterCount(model);
  const total = Number(facts.total_params || 0) - Number(facts.total_params_beyond_gguf || 0);
  if (total && !isAsPublished(parameters, String(total))) {
    throw new Error(`${facts.name}: its shape has ${parameters} parameters, the total says ${total}`);
  }
  if (facts.published_params && !isAsPublished(parameters, facts.published_params)) {
    throw new Error(`${facts.name}: its shape has ${parameters} parameters, published are ${facts.published_params}`);
  }
  const type = (small.text_config?.model_type ?? small.model_type).replace(/_text$/, '');
  return {
    row: { ...facts, architecture: type, n_layers: String(model.layerCount), config: JSON.stringify(small) },
    parameters,
    model,
  };
}
