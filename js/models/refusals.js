// @ts-check
// Configs of what is not planned: models of other kinds, drafts, layers that a type does not have.
import { nearest } from '../catalog/search.js';
import { display } from '../core/violation.js';
import { NAME } from './config.js';
import { HUGGING_FACE_TYPES } from './types.js';

/**
 * @typedef {import('./config.js').Reader} Reader
 * @typedef {import('./config.js').Config} Config
 * @typedef {import('./config.js').Special} Special
 * @typedef {import('./config.js').Type} Type
 */

/** Known, and of a shape that ModelSpec does not have. @type {Record<string, string>} */
const NOT_YET = {
  deepseek_v4: 'compressed caches and hyper-connections',
  kimi_linear: 'Kimi delta attention',
  kimi_k3: 'Kimi delta attention',
  minimax_m1: 'lightning attention',
  mllama: 'cross-attention to pictures',
  mllama_text_model: 'cross-attention to pictures',
};

/** Models of another kind than what is planned here, by what their types begin with. @type {[RegExp, string][]} */
const OTHER_KINDS = [
  [
    /^(?:whisper|wav2vec|hubert|wavlm|seamless|speecht5|musicgen|encodec|parler|bark|vits)/,
    'a model of speech or sound',
  ],
  [/^(?:t5|mt5|umt5|bart|mbart|marian|pegasus|m2m|nllb|prophetnet|led|encoder-decoder)/, 'an encoder with a decoder'],
  [
    /^(?:bert|roberta|xlm-roberta|camembert|electra|deberta|albert|distilbert|mpnet|nomic_bert|modernbert|modern_bert|eurobert|jina|new$|gte)/,
    'an encoder',
  ],
  [/^(?:clip|siglip|vit|dinov?2|swin|convnext|resnet|sam|detr|blip|florence)/, 'a model of pictures'],
  [
    /^(?:flux|sd3?|sdxl|stable[_-]diffusion|wan|hunyuan_?(?:video|image|dit)|ltx|cogvideo|auraflow|pixart|unet)/,
    'a model that draws',
  ],
];

/** Keys of layers that only some types have, the key that those become, and what it is. */
export const FOREIGN = /** @type {const} */ ([
  ['kv_lora_rank', 'attention.kv_lora_rank', 'latent attention'],
  ['linear_num_value_heads', 'ssm.inner_size', 'a gated delta net'],
  ['mamba_d_state', 'ssm.state_size', 'Mamba'],
  ['ssm_state_size', 'ssm.state_size', 'Mamba'],
]);

/** Keys of layers unlike those of their type, the values that are alike, and what others tell of. */
export const UNLIKE = /** @type {[string, (value: any, type: Type) => boolean, string][]} */ ([
  ['use_mla', (value, { needs }) => Boolean(value) === Boolean(needs?.includes('q_lora_rank')), 'other attention'],
  ['use_cla', (value) => !value, 'caches shared across layers'],
  ['decoder_sparse_step', (value) => value === 1, 'layers between the mixtures of experts'],
  ['mlp_only_layers', (value) => Array.isArray(value) && value.length === 0, 'layers that are no mixture of experts'],
  ['use_bidirectional_attention', (value) => value !== true && value !== 'all', 'an encoder, which has no cache'],
]);

/** What only drafts have: models that propose tokens for another one, whose layers they need. @param {Config} config */
export function draftReason(config) {
  const named = Array.isArray(config.architectures) ? config.architectures : [];
  const draft = named.find((name) =>
    /eagle|medusa|dflash|draft|speculator|mtp(?:model|forcausallm)?$/i.test(String(name)),
  );
  if (draft !== undefined) return `config.architectures ${display(draft)} is`;
  const key = ['draft_vocab_size', 'dflash_config', 'eagle_config', 'num_target_layers', 'speculators_config'].find(
    (name) => config[name] !== undefined && config[name] !== null,
  );
  return key && `config.${key} is of`;
}

/** @param {unknown} type @returns {Error} */
export function unknownType(type) {
  const name = String(type);
  if (Object.hasOwn(NOT_YET, name)) {
    return new RangeError(
      `${NAME}: config.model_type ${display(type)} has ${NOT_YET[name]}, which cannot be planned yet`,
    );
  }
  const kind = OTHER_KINDS.find(([begins]) => begins.test(name))?.[1];
  if (kind) {
    return new RangeError(`${NAME}: config.model_type ${display(type)} is ${kind}; planned are models that write text`);
  }
  const near = nearest(name, HUGGING_FACE_TYPES).filter((other) => isLike(name, other));
  const hint = near.length > 0 ? `; nearest: ${near.join(', ')}` : '';
  return new RangeError(`${NAME}: config.model_type must be a known one, got ${display(type)}${hint}`);
}

/** Whether one name may be a slip of the other: most of the shorter one's letters begin both. @param {string} a @param {string} b */
function isLike(a, b) {
  const shorter = Math.min(a.length, b.length);
  let same = 0;
  while (same < shorter && a[same] === b[same]) same++;
  return 2 * same >= shorter || b.includes(a) || Math.abs(a.length - b.length) <= 1;
}
