// What JavaScript's readers of files have of the tables of C++: architectures, file types and types of tensors.
import { commentsOf } from './comments.mjs';

/** A trait as a word: one that is said has no value. */
const wordOf = (trait, value) => (value === true ? trait : `${trait}=${value}`);

const typeOf = ({ kind, list }, lists) => {
  if (kind === 'flag') return 'boolean';
  if (kind === 'number') return 'number';
  return lists[list].map((name) => `'${name}'`).join(' | ');
};

/** js/generated/architectures.js */
export function architecturesText({ architectures, tables, lists }, root) {
  const comments = commentsOf(`${root}/include/llmcalc/readers/gguf/architectures.hpp`, 'ArchitectureTraits');
  const traits = tables.ArchitectureTraits.map((row) => {
    const comment = comments.get(row.key);
    return ` * @property {${typeOf(row, lists)}} [${row.key}]${comment ? ` ${comment}` : ''}\n`;
  });
  const rows = architectures.map(({ name, ...values }) => {
    if (Object.values(values).includes(false)) throw new Error(`${name}: a flag that is true where nothing is said`);
    return [name, ...Object.entries(values).map(([trait, value]) => wordOf(trait, value))].join(' ');
  });
  return `// @ts-check
// Written by scripts/make-layout.mjs from include/llmcalc/readers/gguf/architectures.hpp, never by hand.

/**
 * What an architecture's layers have beside a pair of norms, attention and a gated feed-forward network, and what no
 * key of its files tells.
 *
 * @typedef {object} Traits
 * @property {string} [like] ${comments.get('like')}
${traits.join('')} */

// A name and its traits a line, which is half as long as an object.
const ROWS = \`
${rows.join('\n')}\`;

/** @param {string} row @returns {[string, Traits]} */
function parsed(row) {
  const [name, ...words] = row.split(' ');
  const traits = words.map((word) => {
    const [trait, value] = word.split('=');
    return [trait, value === undefined || (Number(value) >= 0 ? Number(value) : value)];
  });
  return [name, Object.fromEntries(traits)];
}

/** By general.architecture. @type {Record<string, Traits>} */
export const ARCHITECTURES = /* @__PURE__ */ Object.fromEntries(ROWS.trim().split('\\n').map(parsed));
`;
}

/** js/generated/file-types.js */
export function fileTypesText({ fileTypes, offeredTypes, finalTypes, importanceTypes }) {
  const names = [];
  for (const { name, id } of fileTypes) names[id] = name;
  const words = Array.from(names, (name) => name ?? '-').join(' ');
  return `// @ts-check
// Written by scripts/make-layout.mjs from include/llmcalc/ggml/types.hpp, never by hand.

const NAMES =
  '${words}';

/** By the numbers of llama.cpp's enum llama_ftype, of which some are of no file. */
export const FILE_TYPE_NAMES = /** @type {(import('../types/all.d.ts').FileType | '-')[]} */ (NAMES.split(' '));

const OFFERED =
  '${offeredTypes.join(' ')}';

/** Types that llama-quantize makes of any model, from the largest: what to try where a larger one does not fit. */
export const OFFERED_TYPES = /* @__PURE__ */ OFFERED.split(' ');

/** To which a publisher quantises a model in training, so that nobody quantises it again. */
export const FINAL_TYPES = [${finalTypes.map((name) => `'${name}'`).join(', ')}];

/** Of which llama-quantize makes files with an importance matrix alone. */
export const IMPORTANCE_TYPES = [${importanceTypes.map((name) => `'${name}'`).join(', ')}];
`;
}

/** js/generated/tensors.js */
export const tensorsText = ({ tensorTypes }) => `// @ts-check
// Written by scripts/make-layout.mjs from include/llmcalc/ggml/types.hpp, never by hand.

/** @type {Record<string, [id: number, blockSize: number, blockBytes: number]>} */
export const TENSOR_TYPES = {
${tensorTypes.map(({ name, traits }) => `  ${name}: [${traits.join(', ')}],\n`).join('')}};
`;
