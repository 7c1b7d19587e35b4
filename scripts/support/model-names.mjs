// Which model of the catalogue a benchmark means by a name of its own: "qwen3-5-27b",
// "Some-tune-llama3.3-70b.i1-Q4_K_M". A wrong model is worse than none, so what could be two models, or has a word that
// makes it another one, is none.
import { wordsOf } from '../../js/catalog/search.js';

/** Engines, file types and packaging, which say nothing of the model. */
const PACKAGING =
  /\b(?:llama\.cpp|mlx[-_](?:lm|vlm)|gguf|mlx|hf|i1|ud|awq|gptq|exl[23]|nvfp4\w*|mxfp4\w*|bnb|b?f(?:p)?(?:8|16|32)|int[48]|[248][-_]?bit|i?q[1-8](?:_\w+)?)(?![a-z0-9.])/g;
/** Names of models, and of others with their shape. */
const LINEAGE = [
  [/\bllama v2\b/, 'llama 2'],
  [/\bllama4 17bx16e\b/, 'llama 4 scout 17b 16e'],
  [/\bllama4 17bx128e\b/, 'llama 4 maverick 17b 128e'],
  [/\bllama 4 scout\b(?! 17b)/, 'llama 4 scout 17b 16e'],
  [/\bllama 4 maverick\b(?! 17b)/, 'llama 4 maverick 17b 128e'],
  [/\bqwen3moe\b/, 'qwen3'],
  [/\bqwen3 coder next\b(?: 80b a3b)?/, 'qwen3 next 80b a3b'],
  [/\b(?:devstral|mistral|magistral) small(?: (?:1(?:\.\d)?|3(?:\.[012])?))? 24b\b/, 'mistral small 3.1 24b'],
  [/\bmidnight miqu 70b\b/, 'llama 2 70b'],
  [/\bkimi dev 72b\b/, 'qwen2.5 72b'],
  [/\bwizardlm 2 8x22b\b/, 'mixtral 8x22b'],
  [/\bnemotron cascade 2 30b a3b\b/, 'nemotron 3 nano 30b a3b'],
  [/\bminimax m2\.\d\b/, 'minimax m2'],
  [/\bdeepseek coder v2 lite\b/, 'deepseek v2 lite'],
  [/\bdeepcoder 14b\b/, 'deepseek r1 distill qwen 14b'],
  [/\bdeepseek2 671b\b/, 'deepseek v3'],
  [/\bdeepseek r1 671b\b/, 'deepseek r1'],
  [/\bdeepseek r1 (8b|70b)\b/, 'deepseek r1 distill llama $1'],
  [/\bdeepseek r1 (1\.5b|7b|14b|32b)\b/, 'deepseek r1 distill qwen $1'],
];
/** Words that may stand inside of a name without making it another shape. */
const INSIDE = new Set(['coder', 'instruct', 'it', 'chat', 'base', 'math', 'vl', 'thinking', 'm']);
/** Words that make a name another model, if the catalogue's name has them not. */
const OTHER =
  /^(?:flash|next|distill|reap|pruned|minitron|nemotron|mini|micro|small|medium|large|super|ultra|nano|lite|tiny|air|pro|moe|draft|eagle|dflash|mtp|embedding|reranker|omni|vision|audio|mamba|diffusion\w*|merge|spec)$/;
/** How far the parameters that are recorded may be from the model's. */
const TOLERANCE = 0.12;
/** The same where they stand in for a size that the name does not give. */
const EXACT = 0.03;

/** @param {string} name */
function wordsOfName(name) {
  let text = name
    .toLowerCase()
    .replace(/\([^)]*\)/g, ' ')
    // Dashes for the points of versions: "3-5-27b", "2-5-1-5b".
    .replace(/(?<![\d.])(\d)[-_](\d)(?=[-_ ]\d+(?:[-.]\d+)?b\b)/g, '$1.$2')
    .replace(/(?<=\d\.\d[-_ ])(\d)-(\d)b\b/g, '$1.$2b')
    .replace(PACKAGING, ' ')
    .replace(/[-_/\s]+/g, ' ');
  for (const [pattern, shape] of LINEAGE) text = text.replace(pattern, shape);
  return wordsOf(text.replace(/\binstruct\b|\bclass\b/g, ' '));
}

/** Words of a catalogue's name: all, those up to the size, and those before it. @param {string} name */
function partsOf(name) {
  const text = name
    .toLowerCase()
    .replace(/\([^)]*\)/g, ' ')
    .replace(/ (?:chat|instruct)$/, '');
  const all = wordsOf(text);
  const size = /^(.*?[\s-])?(?:e?\d+x)?(e?\d+(?:\.\d+)?[bm])\b/.exec(text);
  return {
    all,
    sized: size ? wordsOf(text.slice(0, size[0].length)) : all,
    stem: size?.[1] ? wordsOf(size[1]) : all,
  };
}

/** Where `wanted` ends in `words`, read in order with nothing but harmless words between, or -1. */
function endOf(wanted, words) {
  for (let start = 0; start < words.length; start++) {
    if (words[start] !== wanted[0]) continue;
    let at = start;
    let i = 0;
    while (i < wanted.length && at < words.length) {
      if (words[at] === wanted[i]) i++;
      else if (!INSIDE.has(words[at])) break;
      at++;
    }
    if (i === wanted.length) return at;
  }
  return -1;
}

/** Whether what is left over of the row's words lets it be the model. */
function isHarmless(words, end, model) {
  const next = words[end];
  // Another number is another version or size; four digits are a date.
  if (next && /^\d/.test(next) && !/^\d{4}$/.test(next)) return false;
  // Active parameters that the catalogue's name does not have.
  if (!model.includes('a') && /\ba \d+(?:\.\d+)? b\b/.test(words.slice(end).join(' '))) return false;
  return !words.some((word) => OTHER.test(word) && !model.includes(word));
}

/**
 * @template {{ name: string, parameters: number }} T
 * @param {string} name as a benchmark has it
 * @param {number} parameters as it states them, 0 unknown
 * @param {readonly T[]} models `parameters` 0 where unknown
 * @returns {T | null} the one that is meant, if that is beyond doubt
 */
export function modelOfName(name, parameters, models) {
  const words = wordsOfName(name);
  const agrees = (model, tolerance) => Math.abs(parameters / model.parameters - 1) <= tolerance;
  const found = [];
  for (const model of models) {
    const { all, sized, stem } = partsOf(model.name);
    const known = parameters > 0 && model.parameters > 0;
    if (known && !agrees(model, TOLERANCE)) continue;
    for (const wanted of [all, sized, stem]) {
      if (wanted.length < all.length && wanted === stem && !(known && agrees(model, EXACT))) continue;
      const end = endOf(wanted, words);
      if (end < 0 || !isHarmless(words, end, all)) continue;
      found.push({ model, length: wanted.length });
      break;
    }
  }
  const longest = Math.max(0, ...found.map(({ length }) => length));
  const best = found.filter(({ length }) => length === longest);
  return best.length === 1 ? best[0].model : null;
}

/** Billions in the name of a model of the catalogue, in parameters; 0 where it has none. @param {string} name */
export function parametersInName(name) {
  const [, size] = /(?:^|[\s-])(\d+(?:\.\d+)?)B\b/.exec(name) ?? [];
  return size ? Number(size) * 1e9 : 0;
}
