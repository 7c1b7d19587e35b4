// @ts-check
// What people call a file type. Names of llama.cpp are taken however they are written; what publishers call their own
// mixes is taken where a rule gives its size, and else answered with what to do.
import { NAMES } from '../core/memory.js';

/** @typedef {import('../types/all.d.ts').FileType} FileType */
/**
 * A type that is understood. `importanceMatrix` and `note` where the name says more than the type.
 *
 * @typedef {{ fileType: FileType, importanceMatrix: boolean, note: string | null }} Quant
 */

const TYPES = /** @type {FileType[]} */ ([...NAMES.fileType.keys()]);
/** "q4-k m" and "Q4_K_M" are one. @param {string} text */
const bare = (text) => text.toLowerCase().replace(/[\s_.-]+/g, '');
/** @type {Map<string, FileType>} */
const WRITTEN = new Map(TYPES.map((name) => [bare(name), name]));

/** Other names of a type: llama-quantize's own, those of other tools, and repacked ones of the same bytes. @type {Map<string, FileType>} */
export const QUANT_ALIASES = new Map([
  ['q3k', 'Q3_K_M'],
  ['q4k', 'Q4_K_M'],
  ['q5k', 'Q5_K_M'],
  ['mxfp4', 'MXFP4_MOE'],
  ['fp32', 'F32'],
  ['float32', 'F32'],
  ['fp16', 'F16'],
  ['float16', 'F16'],
  ['half', 'F16'],
  ['bfloat16', 'BF16'],
  ['q4044', 'Q4_0'],
  ['q4048', 'Q4_0'],
  ['q4088', 'Q4_0'],
]);

/** What people mean by bits alone, most of them. @type {Map<string, FileType>} */
export const QUANT_BY_BITS = new Map([
  ['1', 'IQ1_M'],
  ['2', 'Q2_K'],
  ['3', 'Q3_K_M'],
  ['4', 'Q4_K_M'],
  ['5', 'Q5_K_M'],
  ['6', 'Q6_K'],
  ['8', 'Q8_0'],
  ['16', 'F16'],
  ['32', 'F32'],
]);

/** Names whose size no rule gives, and what they are. @type {[pattern: RegExp, what: string][]} */
export const QUANTS_WITHOUT_RULE = [
  [/(?:^|[\s_-])ud[\s_-]|^q8_k_xl$/i, "is Unsloth's mix, another one for each model"],
  [/^q[2-6]_k_(?:xl|l)$/i, "is a publisher's mix, with the token embedding and the head in Q8_0"],
  [/^iq\d_(?:k|ks|kss|kl|kt)$|_r[48]$|^q6_0$/i, 'is of ik_llama.cpp, which llama.cpp does not read'],
  [/^(?:awq|gptq|exl[23]|hqq|nf4|bnb|fp8|f8|w\d+a\d+|mlx|autoround)/i, 'is no type of GGUF files'],
];
const GIVE_FILE = 'it is not planned by its name; give the file or its address as the model (only its header is read)';

/** @param {string} text */
const quoted = (text) => JSON.stringify(text.slice(0, 100));

/** How many letters both begin with. @param {string} a @param {string} b */
function commonStart(a, b) {
  let i = 0;
  while (i < a.length && a[i] === b[i]) i++;
  return i;
}

/** The type most like a name that says how many bits, and the others of so many. @param {string} text */
function meantBy(text) {
  const [, bits] = /^(?:iq|tq|q|int|fp|f)?[\s_-]*(\d{1,2})(?!\d)/i.exec(text) ?? [];
  const usual = bits === undefined ? undefined : QUANT_BY_BITS.get(bits);
  if (!usual) return null;
  const alike = TYPES.filter((name) => new RegExp(`^\\D+${bits}(?:_|$)`).test(name));
  const written = bare(text).replace(/^(?:int|fp?)?(?=\d)/, 'q');
  const shared = (/** @type {FileType} */ name) => commonStart(written, bare(name));
  const most = Math.max(...alike.map(shared));
  const best = alike.filter((name) => shared(name) === most);
  const meant = best.includes(usual) ? usual : best[0];
  return { meant, others: alike.filter((name) => name !== meant), bits };
}

/**
 * @param {string} asked
 * @returns {Quant}
 * @throws {RangeError} with the type that is meant, or what to do
 */
export function quantOf(asked) {
  const text = asked.trim().replace(/\.gguf$/i, '');
  const known = (/** @type {string} */ name) => WRITTEN.get(bare(name)) ?? QUANT_ALIASES.get(bare(name));
  const plain = known(text);
  if (plain) return { fileType: plain, importanceMatrix: false, note: null };
  const without = QUANTS_WITHOUT_RULE.find(([pattern]) => pattern.test(text));
  if (without) throw new RangeError(`${quoted(asked)} ${without[1]}: ${GIVE_FILE}`);
  // "i1-" is how mradermacher marks an importance matrix.
  const weighted = /^(?:i1|imat(?:rix)?)[\s_-]+(.*)$/i.exec(text);
  const imatrix = weighted && known(weighted[1]);
  if (imatrix) return { fileType: imatrix, importanceMatrix: true, note: null };
  if (/(?:^|[\s_-])qat(?:$|[\s_-])/i.test(text)) {
    const rest = text.replace(/qat/i, '').replace(/^[\s_-]+|[\s_-]+$/g, '');
    const { fileType } = quantOf(rest || 'Q4_0');
    const note = `A QAT file of ${fileType} may keep its token embedding in more bits: its address gives its exact size.`;
    return { fileType, importanceMatrix: false, note };
  }
  const near = meantBy(text);
  if (!near) throw new RangeError(`${quoted(asked)} is not a file type; known are ${TYPES.join(', ')}`);
  const more = near.others.length > 0 ? ` Others of ${near.bits} bits: ${near.others.join(', ')}.` : '';
  throw new RangeError(`${quoted(asked)} is not a file type; did you mean ${near.meant}?${more}`);
}
