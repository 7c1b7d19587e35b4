// @ts-check
// The config.json of a model as its keys are asked for, and what is known of a model_type.
import { display } from '../core/violation.js';

/**
 * @typedef {Record<string, any>} Config
 * @typedef {(c: Reader, put: (key: string, value: unknown) => void) => void} Special
 * @typedef {object} Type
 * @property {string | ((c: Reader) => string)} gguf the architecture
 * @property {boolean} [tied] whether the head is the token embedding where no key says so
 * @property {Config} [defaults] of keys that published files leave out
 * @property {Config} [nested] of keys that are left out where the config is a part of another's
 * @property {Special} [special] what this type names or means otherwise than most
 * @property {true} [kvHeadsAreHeads] the class takes as many key/value heads as heads where no key says so
 * @property {true} [headsShareHidden] the class takes the hidden size over the heads where no key has their length
 * @property {string} [experts] it is a mixture of experts, whose length is under this key
 * @property {string[]} [needs] further keys without which it would be another model
 */

export const NAME = 'modelFromHuggingFaceConfig';

/** @param {string[]} names */
export const missing = (...names) => new RangeError(`${NAME}: config.${names.join(' or config.')} is missing`);

/** Keys that whole configs have and that never differ from their class. */
const NEVER_CHANGED = ['initializer_range', 'use_cache', 'attention_dropout'];

/** The keys of a config: of its text part, where it is one of several. */
export class Reader {
  /** @param {Config} config @param {Type} type @param {boolean} isPart of another config */
  constructor(config, type, isPart) {
    this.config = config;
    this.type = type;
    const nested = Object.keys(type.nested ?? {});
    // Written as what differs from its class, a part lacks several keys, and all that nobody changes. One key that
    // lacks beside those is a fault of the file.
    this.isDifference =
      isPart &&
      nested.filter((key) => config[key] === undefined).length > 1 &&
      !NEVER_CHANGED.some((key) => config[key] !== undefined);
    /** @type {Config} */
    this.defaults = { ...(this.isDifference ? type.nested : undefined), ...type.defaults };
    /** The key that was last asked for. */
    this.asked = '';
  }

  /** @param {string[]} names @returns {any} */
  raw(...names) {
    this.asked = names[0];
    for (const from of [this.config, this.defaults]) {
      for (const name of names) if (from[name] !== undefined && from[name] !== null) return from[name];
    }
    return undefined;
  }

  /** A number under the first of these names, or undefined. @param {string[]} names @returns {number | undefined} */
  maybe(...names) {
    const value = this.raw(...names);
    if (value === undefined) return undefined;
    const number = Array.isArray(value) ? value[0] : value;
    if (Array.isArray(value) && value.some((other) => other !== number)) {
      throw new RangeError(
        `${NAME}: config.${names[0]} differs from layer to layer, which is not understood of this model_type`,
      );
    }
    if (!Number.isSafeInteger(number) || number < 0) {
      throw new RangeError(`${NAME}: config.${names[0]} must be a whole number of at least 0, got ${display(number)}`);
    }
    return number;
  }

  /** @param {string[]} names */
  number(...names) {
    const value = this.maybe(...names);
    if (value === undefined) throw missing(...names);
    return value;
  }

  /** Whether the file has a key, be it null. @param {string} name */
  has(name) {
    return this.config[name] !== undefined || this.defaults[name] !== undefined;
  }

  get layers() {
    // Lengths of lists are held to it, which is no question for a key.
    const { asked } = this;
    const types = this.raw('layers_block_type');
    const layers =
      Array.isArray(types) && !this.has('num_hidden_layers')
        ? types.length
        : this.number('num_hidden_layers', 'n_layer', 'n_layers', 'num_layers');
    if (!Number.isInteger(layers) || layers < 1 || layers > 1024) {
      throw new RangeError(`${NAME}: config.num_hidden_layers must be a whole number from 1 to 1024, got ${layers}`);
    }
    this.asked = asked;
    return layers;
  }

  get heads() {
    return this.number('num_attention_heads', 'n_head');
  }

  get kvHeads() {
    const names = ['num_key_value_heads', 'num_kv_heads', 'num_query_groups', 'n_head_kv'];
    const count = this.maybe(...names);
    if (count !== undefined) return count;
    // Of null all classes make the number of heads. Where the key is not there, Llama 1 was written before it was,
    // which has 2,048 tokens of context; in later files it got lost.
    const isLeftOut = this.isDifference || (this.maybe('max_position_embeddings') ?? 0) <= 2048;
    if (this.config.num_key_value_heads === null || (this.type.kvHeadsAreHeads && isLeftOut)) return this.heads;
    throw missing('num_key_value_heads');
  }

  /** Which layers satisfy something. @param {(kind: string, i: number) => boolean} test */
  layerTypes(test) {
    const types = this.raw('layer_types', 'layers_block_type');
    if (!Array.isArray(types)) return undefined;
    if (types.length < this.layers) {
      throw new RangeError(`${NAME}: config.layer_types must have ${this.layers} elements, got ${types.length}`);
    }
    return types.slice(0, this.layers).map((kind, i) => test(String(kind), i));
  }
}
